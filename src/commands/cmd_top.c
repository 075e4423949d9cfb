// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_top - vmdoctor top: sample, again and again, in place.
 *
 * SIGINT is blocked all the time and taken where the program waits: so the terminal is always given
 * back as it was. The key q does the same.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "diagnose/diagnose.h"
#include "findings/report.h"
#include "commands/options.h"
#include "commands/output.h"
#include "diagnose/sampling.h"
#include "source/source.h"
#include "report/writer.h"

#define TOP_DEFAULT_S 2
#define HOME_AND_CLEAR "\033[H\033[J"

/** The screen, and how its terminal was before. */
struct screen {
	bool in_place, has_keys;
	struct termios before;
};

static void screen_begin(struct screen *s, const struct options *o)
{
	struct termios raw;

	*s = (struct screen){ .in_place = !o->batch && isatty(STDOUT_FILENO) };
	if (!s->in_place || tcgetattr(STDIN_FILENO, &s->before) < 0)
		return;
	raw = s->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	s->has_keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void screen_end(const struct screen *s)
{
	if (s->has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

/* As many lines as the terminal shows: one more would scroll. */
static size_t fitting(const GString *text)
{
	struct winsize size = { 0 };
	unsigned int rows = 24;
	size_t n = 0;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 2)
		rows = size.ws_row;
	for (unsigned int line = 1; n < text->len && line < rows; n++)
		line += text->str[n] == '\n';
	return n;
}

static bool show(const struct screen *s, const struct options *o, const struct report *r)
{
	const struct style style = output_style(o, 0);
	g_autoptr(GString) text = g_string_new(NULL);
	size_t length;

	writer_text.write(r, &style, text);
	length = s->in_place ? fitting(text) : text->len;
	if (s->in_place)
		fputs(HOME_AND_CLEAR, stdout);
	fwrite(text->str, 1, length, stdout);
	if (!s->in_place)
		fputc('\n', stdout);
	return fflush(stdout) == 0;
}

/* One table. Return: false when it is over, with *ret_status set. */
static bool one_round(const struct screen *s, const struct options *o, GPtrArray *rules, int *ret_status)
{
	struct sampling sampling = { .seconds = (unsigned int)o->sample_s, .has_keys = s->has_keys,
				     .is_quiet = s->in_place };
	g_autoptr(GError) error = NULL;
	auto_free(source) struct source *record = diagnose_open(&o->request, NULL, &error);
	auto_free(report) struct report *r = record ? diagnose(&o->request, record, rules, &sampling, &error) : NULL;
	bool ok = r && show(s, o, r);

	if (!r)
		*ret_status = cmd_fail("%s", error->message);
	else if (!ok)
		*ret_status = cmd_fail("cannot write: %s", g_strerror(errno));
	else if (sampling.was_interrupted)
		*ret_status = EXIT_CLEAN;
	return ok && !sampling.was_interrupted;
}

static int top(const struct options *o)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rules = diagnose_rules(&o->request, &error);
	int status = EXIT_CLEAN;
	struct screen screen;
	sigset_t sigint;

	if (!rules)
		return cmd_fail("%s", error->message);
	sigemptyset(&sigint);
	sigaddset(&sigint, SIGINT);
	sigprocmask(SIG_BLOCK, &sigint, NULL);
	screen_begin(&screen, o);
	for (int n = 0; (o->rounds == 0 || n < o->rounds) && one_round(&screen, o, rules, &status); n++)
		;
	screen_end(&screen);
	return status;
}

int cmd_top(int argc, char **argv)
{
	struct options o = { .command = FOR_TOP, .sample_s = TOP_DEFAULT_S, .request.about = cmd_slowness };
	g_autoptr(GError) error = NULL;
	int status;

	if (!options_parse(&o, argc, argv, &error))
		return cmd_usage(&o, error);
	if (o.request.from) {
		options_done(&o);
		return cmd_fail("top watches a live host; of a recording: vmdoctor sample --from PATH");
	}
	status = top(&o);
	options_done(&o);
	return status;
}
