// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_check - vmdoctor [check]: diagnose and print.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "diagnose.h"
#include "nagios.h"
#include "options.h"
#include "sampling.h"
#include "source.h"
#include "writer.h"

#define SAMPLE_DEFAULT_S 3
#define WIDTH_DEFAULT 80
#define WIDTH_MAX 110 /* longer lines are hard to read */

struct style cmd_style(const struct options *o, bool to_terminal)
{
	struct winsize size = { 0 };
	const char *term = g_getenv("TERM");
	bool capable = to_terminal && !g_getenv("NO_COLOR") && g_strcmp0(term, "dumb") != 0;
	bool always = g_strcmp0(o->colour, "always") == 0;
	unsigned int width = WIDTH_DEFAULT;

	if (to_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		width = MIN(size.ws_col, WIDTH_MAX);
	return (struct style){
		.colour = always || (capable && g_strcmp0(o->colour, "never") != 0),
		.quiet = o->quiet,
		.verbose = o->verbose,
		.width = width,
	};
}

static int write_out(FILE *out, const GString *text)
{
	if (fwrite(text->str, 1, text->len, out) != text->len || fflush(out) != 0)
		return cmd_fail("cannot write the report: %s", g_strerror(errno));
	return 0;
}

/* /dev/null, a FIFO, /dev/stderr: written to, never replaced by a file. */
static bool is_device(const char *file)
{
	return g_file_test(file, G_FILE_TEST_EXISTS) && !g_file_test(file, G_FILE_TEST_IS_REGULAR) &&
	       !g_file_test(file, G_FILE_TEST_IS_DIR);
}

static int write_device(const char *file, const GString *text)
{
	FILE *out = fopen(file, "we");
	int r = out ? write_out(out, text) : cmd_fail("%s: %s", file, g_strerror(errno));

	if (out)
		fclose(out);
	return r;
}

static int write_one(const struct options *o, const struct report *r, guint i)
{
	const struct writer *w = writer_find(o->formats ? o->formats[i] : "text");
	const char *file = o->outputs && i < g_strv_length(o->outputs) ? o->outputs[i] : NULL;
	bool terminal = !file && isatty(STDOUT_FILENO);
	const struct style style = cmd_style(o, terminal);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	w->write(r, &style, text);
	if (!file || strcmp(file, "-") == 0)
		return write_out(stdout, text);
	if (is_device(file))
		return write_device(file, text);
	if (!g_file_set_contents_full(file, text->str, (gssize)text->len,
				      G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
		return cmd_fail("%s", error->message);
	return 0;
}

static bool is_plugin(const struct options *o)
{
	return o->formats && g_strv_contains((const char *const *)o->formats, "nagios");
}

/* Monitoring knows no other status than its own four. */
static int plugin_cannot(void)
{
	puts("VMDOCTOR UNKNOWN - could not run; see its standard error");
	return NAGIOS_UNKNOWN;
}

static int status_of(const struct options *o, const struct report *r)
{
	if (is_plugin(o))
		return nagios_state(r);
	for (size_t i = 0; i < r->findings->len; i++)
		if (((const struct finding *)r->findings->pdata[i])->severity >= o->fail_on)
			return EXIT_FOUND;
	return o->strict && r->undecided->len > 0 ? EXIT_UNDECIDED : EXIT_CLEAN;
}

static int write_all(const struct options *o, const struct report *r)
{
	guint n = o->formats ? g_strv_length(o->formats) : 1;

	for (guint i = 0; i < n; i++)
		if (write_one(o, r, i) != 0)
			return is_plugin(o) ? NAGIOS_UNKNOWN : EXIT_CANNOT;
	return status_of(o, r);
}

static int save(const struct options *o, struct source *record)
{
	int r = o->record ? record_save(record, o->record) : 0;

	return r < 0 ? cmd_fail("%s: %s", o->record, g_strerror(-r)) : 0;
}

static int check(const struct options *o)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rules = diagnose_rules(o, &error);
	struct source *record = rules ? diagnose_open(o, &error) : NULL;
	struct sampling sampling = { .seconds = (unsigned int)o->sample_s };
	struct report *r = record ? diagnose(o, record, rules, &sampling, &error) : NULL;
	int status = is_plugin(o) ? NAGIOS_UNKNOWN : EXIT_CANNOT;

	if (!r)
		cmd_fail("%s", error->message);
	else if (save(o, record) == 0)
		status = write_all(o, r);
	if (!r && is_plugin(o))
		status = plugin_cannot();
	if (status != EXIT_CANNOT && sampling.was_interrupted)
		status = EXIT_INTERRUPTED;
	report_free(r);
	source_free(record);
	return status;
}

static int run(struct options *o, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status;

	if (!options_parse(o, argc, argv, &error))
		return cmd_fail("%s\nSee 'vmdoctor help check'.", error->message);
	status = check(o);
	options_done(o);
	return status;
}

const char *const cmd_slowness[] = { "slow-cpu", "high-cpu", "slow-disk", "slow-network", NULL };

int cmd_check(int argc, char **argv)
{
	struct options o = { 0 };

	return run(&o, argc, argv);
}

/* A check of what makes a guest slow, with a measurement. */
int cmd_sample(int argc, char **argv)
{
	struct options o = { .sample_s = SAMPLE_DEFAULT_S, .about = cmd_slowness };

	return run(&o, argc, argv);
}

/* A check of what an upgrade would take away only. */
int cmd_audit(int argc, char **argv)
{
	static const char *const upgrade[] = { "upgrade", NULL };
	struct options o = { .about = upgrade, .needs_target = true };

	return run(&o, argc, argv);
}

/* A check of the network only, with frames sent. Of a recording it shows what was seen then. */
int cmd_probe(int argc, char **argv)
{
	static const char *const network[] = { "no-network", "slow-network", NULL };
	struct options o = { .probe = TRUE, .about = network, .needs_domain = true };

	return run(&o, argc, argv);
}
