// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_top - vmdoctor top: sample, again and again, in place.
 *
 * SIGINT and SIGWINCH are blocked all the time and taken where the program waits: so the terminal is
 * always given back as it was.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/top/top.h"
#include "diagnose/diagnose.h"
#include "findings/report.h"
#include "commands/options.h"
#include "commands/output.h"
#include "diagnose/sampling.h"
#include "source/source.h"
#include "report/writer.h"

#define TOP_DEFAULT_S 2
#define CLEAR "\033[H\033[J"
#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define ROWS_DEFAULT 24
#define KEY_BYTES 8

/** The screen, how its terminal was before, and what stands on it. */
struct screen {
	const struct options *o;
	bool in_place, has_keys;
	struct termios before;
	int signals; /* a descriptor */
	struct top_view view;
	struct report *report; /* the last one, or NULL */
	struct top_who who;
};

/* What the terminal is now; of text the last row stays free, for there the cursor is. */
static void measure(struct screen *s)
{
	struct style style = output_style(s->o, 0);
	struct winsize size = { 0 };

	s->view.colour = style.colour;
	s->view.width = style.width;
	s->view.height = ROWS_DEFAULT;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 2 && size.ws_col > 0) {
		s->view.width = size.ws_col;
		s->view.height = size.ws_row;
	}
	s->view.height--;
}

static void block_signals(struct screen *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void screen_begin(struct screen *s, const struct options *o)
{
	struct termios raw;

	*s = (struct screen){ .o = o, .in_place = !o->batch && isatty(STDOUT_FILENO), .view.seconds = o->sample_s };
	block_signals(s);
	if (!s->in_place)
		return;
	measure(s);
	fputs(CLEAR HIDE_CURSOR, stdout);
	fflush(stdout);
	if (tcgetattr(STDIN_FILENO, &s->before) < 0)
		return;
	raw = s->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	s->has_keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void screen_end(struct screen *s)
{
	if (s->in_place)
		fputs("\n" SHOW_CURSOR, stdout);
	fflush(stdout);
	if (s->has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
	if (s->signals >= 0)
		close(s->signals);
	report_free(s->report);
	g_clear_pointer(&s->view.who, g_hash_table_unref);
	g_free(s->view.chosen);
}

static bool draw(const struct screen *s)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!s->report)
		return true;
	top_draw(&s->view, s->report, text);
	fwrite(text->str, 1, text->len, stdout);
	return fflush(stdout) == 0;
}

/* Return: is it over? */
static bool take_signal(struct screen *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGINT)
			return true;
		if (!s->in_place)
			continue;
		measure(s);
		fputs(CLEAR, stdout);
		draw(s);
	}
	return false;
}

/* One key, or the sequence of bytes that an arrow sends. Return: is it over? */
static bool take_key(struct screen *s)
{
	char key[KEY_BYTES + 1] = { 0 };
	ssize_t n = read(STDIN_FILENO, key, KEY_BYTES);

	if (n <= 0) {
		s->has_keys = false; /* no more keys */
		tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
		return false;
	}
	/* Keys that were pressed during a round come together. */
	for (char *at = key; *at;) {
		size_t length = *at == '\033' && at[1] ? 3 : 1;
		g_autofree char *one = g_strndup(at, length);

		if (*one == 'q' || *one == 'Q')
			return true;
		if (s->report && top_key(&s->view, s->report, one))
			draw(s);
		at += MIN(length, strlen(at));
	}
	return false;
}

/* Until @until_us, and as long as it is paused. Return: is it over? */
static bool wait_for_user(void *data, int64_t until_us)
{
	struct screen *s = data;
	int64_t left_us;
	bool over = false;

	while (!over && ((left_us = until_us - g_get_monotonic_time()) > 0 || s->view.paused)) {
		struct pollfd p[2] = { { .fd = s->signals, .events = POLLIN },
				       { .fd = s->has_keys ? STDIN_FILENO : -1, .events = POLLIN } };
		int wait_ms = s->view.paused ? -1 : (int)MIN(left_us / 1000 + 1, 60000);

		if (poll(p, 2, wait_ms) <= 0)
			continue;
		over = (p[0].revents && take_signal(s)) || (p[1].revents && take_key(s));
	}
	return over;
}

static void take_who(struct screen *s)
{
	g_clear_pointer(&s->view.who, g_hash_table_unref);
	s->view.who = top_who_end(&s->who);
}

static bool show(struct screen *s, struct report *r)
{
	const struct style style = output_style(s->o, 0);
	g_autoptr(GString) text = g_string_new(NULL);

	report_free(s->report);
	s->report = r;
	if (s->in_place)
		return draw(s);
	writer_text.write(r, &style, text);
	fwrite(text->str, 1, text->len, stdout);
	fputc('\n', stdout);
	return fflush(stdout) == 0;
}

/* One table. Return: false when it is over, with *ret_status set. */
static bool one_round(struct screen *s, GPtrArray *rules, int *ret_status)
{
	struct sampling sampling = { .seconds = (unsigned int)s->view.seconds, .wait = wait_for_user, .data = s };
	g_autoptr(GError) error = NULL;
	auto_free(source) struct source *record = diagnose_open(&s->o->request, NULL, &error);
	struct report *r;
	bool ok;

	if (s->view.wants_who && record)
		top_who_begin(&s->who, s->view.seconds);
	r = record ? diagnose(&s->o->request, record, rules, &sampling, &error) : NULL;
	take_who(s);
	ok = r && show(s, r);

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

	if (!rules)
		return cmd_fail("%s", error->message);
	screen_begin(&screen, o);
	for (int n = 0; (o->rounds == 0 || n < o->rounds) && one_round(&screen, rules, &status); n++)
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
