// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * output - where reports go.
 */
#include "commands/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/options.h"
#include "commands/pager.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX 110 /* longer lines are hard to read */

guint output_count(const struct options *o)
{
	return o->formats ? g_strv_length(o->formats) : 1;
}

const char *output_format(const struct options *o, guint i)
{
	return o->formats ? o->formats[i] : "text";
}

/* NULL: standard output. */
static const char *file_of(const struct options *o, guint i)
{
	const char *file = o->outputs && i < g_strv_length(o->outputs) ? o->outputs[i] : NULL;

	return g_strcmp0(file, "-") == 0 ? NULL : file;
}

struct style output_style(const struct options *o, guint i)
{
	struct winsize size = { 0 };
	bool to_terminal = !file_of(o, i) && isatty(STDOUT_FILENO);
	bool capable = to_terminal && !g_getenv("NO_COLOR") && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
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

static int write_stream(FILE *out, const GString *text)
{
	if ((fwrite(text->str, 1, text->len, out) != text->len || fflush(out) != 0) && !pager_was_left(errno))
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
	int r = out ? write_stream(out, text) : cmd_fail("%s: %s", file, g_strerror(errno));

	if (out)
		fclose(out);
	return r;
}

int output_write(const struct options *o, guint i, const GString *text)
{
	const char *file = file_of(o, i);
	g_autoptr(GError) error = NULL;

	if (!file && !o->no_pager)
		pager_start();
	if (!file)
		return write_stream(stdout, text);
	if (is_device(file))
		return write_device(file, text);
	if (!g_file_set_contents_full(file, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
				      &error))
		return cmd_fail("%s", error->message);
	return 0;
}
