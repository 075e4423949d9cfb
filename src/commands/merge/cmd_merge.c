// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_merge - vmdoctor merge REPORT.json...: one report over many hosts.
 */
#include <string.h>
#include <sys/stat.h>

#include "commands/cmd.h"
#include "base/i18n.h"
#include "commands/merge/merge.h"
#include "commands/options.h"
#include "commands/output.h"
#include "report/writer.h"

#define REPORT_CAP_BYTES ((off_t)64 << 20)

static bool add_file(struct merge *m, const char *path, GError **error)
{
	g_autofree char *text = NULL;
	struct stat st;
	gsize size;

	if (stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size > REPORT_CAP_BYTES)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _("%s: not a report (a file of at most 64 MiB)"),
			    path);
		return false;
	}
	return g_file_get_contents(path, &text, &size, error) && merge_add(m, path, text, size, error);
}

static int print_one(const struct options *o, const struct merge *m, guint i)
{
	const struct style style = output_style(o, i);
	const char *format = output_format(o, i);
	g_autoptr(GString) out = g_string_new(NULL);

	if (strcmp(format, "json") == 0)
		merge_write_json(m, out);
	else if (strcmp(format, "text") == 0)
		merge_write_text(m, &style, out);
	else if (strcmp(format, "html") == 0)
		merge_write_html(m, out);
	else
		return cmd_fail("--format %s: merge knows text, json and html", format);
	return output_write(o, i, out);
}

static int print(const struct options *o, const struct merge *m)
{
	for (guint i = 0; i < output_count(o); i++)
		if (print_one(o, m, i) != 0)
			return EXIT_CANNOT;
	return EXIT_CLEAN;
}

/* The worst of all decides, as for a check. */
static int status_of(const struct options *o, const struct merge *m)
{
	g_autoptr(GPtrArray) kinds = merge_kinds(m);

	return kinds->len > 0 && ((const struct merge_kind *)kinds->pdata[0])->severity >= o->fail_on ?
		       EXIT_FOUND :
		       EXIT_CLEAN;
}

/* A page names what could not be read, so that one bad report does not hide all others. */
static bool is_page(const struct options *o)
{
	for (guint i = 0; i < output_count(o); i++)
		if (strcmp(output_format(o, i), "html") != 0)
			return false;
	return true;
}

/* Return: EXIT_CANNOT when one could not be read. */
static int add_all(const struct options *o, struct merge *m)
{
	int status = EXIT_CLEAN;

	for (size_t i = 0; o->operands[i] && (status == EXIT_CLEAN || is_page(o)); i++) {
		g_autoptr(GError) error = NULL;

		if (add_file(m, o->operands[i], &error))
			continue;
		g_ptr_array_add(m->unread, g_strdup(error->message));
		status = cmd_fail("%s", error->message);
	}
	return status;
}

int cmd_merge(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct options o = { .command = FOR_MERGE };
	struct merge *m;
	int status;

	if (!options_parse(&o, argc, argv, &error))
		return cmd_usage(&o, error);
	if (!o.operands) {
		options_done(&o);
		return cmd_fail("merge takes JSON reports: vmdoctor -F json -o HOST.json, on each host");
	}
	m = merge_new();
	status = add_all(&o, m);
	if ((status == EXIT_CLEAN || is_page(&o)) && m->hosts->len > 0 && print(&o, m) != EXIT_CLEAN)
		status = EXIT_CANNOT;
	if (status == EXIT_CLEAN)
		status = status_of(&o, m);
	merge_free(m);
	options_done(&o);
	return status;
}
