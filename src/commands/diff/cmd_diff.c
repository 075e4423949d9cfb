// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_diff - vmdoctor diff A B: what changed between two recordings, or a recording and now.
 */
#include <string.h>

#include "commands/cmd.h"
#include "diagnose/diagnose.h"
#include "commands/diff/diff.h"
#include "facts/facts.h"
#include "findings/report.h"
#include "base/i18n.h"
#include "commands/options.h"
#include "commands/output.h"
#include "source/source.h"
#include "report/writer.h"

#define REPORT_CAP_BYTES ((gsize)64 << 20)

/* A JSON report begins with a brace; an archive, XML or a directory does not. */
static bool is_json(const char *path)
{
	FILE *f = g_file_test(path, G_FILE_TEST_IS_REGULAR) ? fopen(path, "re") : NULL;
	int c = f ? fgetc(f) : EOF;

	while (c == ' ' || c == '\n' || c == '\t' || c == '\r')
		c = fgetc(f);
	if (f)
		fclose(f);
	return c == '{';
}

static struct diff_side *side_of_report(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	gsize size;

	if (!g_file_get_contents(path, &text, &size, error))
		return NULL;
	if (size > REPORT_CAP_BYTES) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s: too large for a report"), path);
		return NULL;
	}
	return diff_side_of_json(path, text, size, error);
}

/* Diagnoses one side as check would. */
static struct diff_side *side_of(const struct request *both, const char *name, GPtrArray *rules,
				 GError **error)
{
	struct request one = *both;
	auto_free(source) struct source *record = NULL;
	auto_free(report) struct report *r = NULL;
	auto_free(facts) xmlDoc *facts = NULL;

	if (is_json(name))
		return side_of_report(name, error);
	one.domains = NULL; /* the operands are sides */
	one.from = strcmp(name, "live") == 0 ? NULL : name;
	record = diagnose_open(&one, NULL, error);
	if (!record)
		return NULL;
	facts = diagnose_facts(&one, record, rules, NULL, error);
	if (!facts)
		return NULL;
	r = diagnose_report(&one, facts, rules, error);
	return r ? diff_side_of_facts(name, facts, r, record) : NULL;
}

static int print_one(const struct options *o, const struct diff *d, guint i)
{
	const struct style style = output_style(o, i);
	const char *format = output_format(o, i);
	g_autoptr(GString) out = g_string_new(NULL);

	if (strcmp(format, "json") == 0)
		diff_write_json(d, out);
	else if (strcmp(format, "text") == 0)
		diff_write_text(d, &style, out);
	else if (strcmp(format, "html") == 0)
		diff_write_html(d, out);
	else
		return cmd_fail("--format %s: diff knows text, json and html", format);
	return output_write(o, i, out);
}

static int print(const struct options *o, const struct diff *d)
{
	for (guint i = 0; i < output_count(o); i++)
		if (print_one(o, d, i) != 0)
			return EXIT_CANNOT;
	return d->findings->len + d->properties->len > 0 ? EXIT_FOUND : EXIT_CLEAN;
}

static int compare(const struct options *o, GError **error)
{
	g_autoptr(GPtrArray) rules = diagnose_rules(&o->request, error);
	auto_free(diff_side) struct diff_side *a = rules ? side_of(&o->request, o->operands[0], rules, error) : NULL;
	auto_free(diff_side) struct diff_side *b = a ? side_of(&o->request, o->operands[1], rules, error) : NULL;
	auto_free(diff) struct diff *d = b ? diff_new(a, b) : NULL;

	return d ? print(o, d) : EXIT_CANNOT;
}

int cmd_diff(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct options o = { .command = FOR_DIFF };
	int status;

	if (!options_parse(&o, argc, argv, &error))
		return cmd_usage(&o, error);
	if (!o.operands || g_strv_length(o.operands) != 2 || o.request.from) {
		options_done(&o);
		return cmd_fail("diff takes two: bundles, case trees, sosreports, domain XML files, JSON reports, or 'live'");
	}
	status = compare(&o, &error);
	if (error)
		cmd_fail("%s", error->message);
	options_done(&o);
	return status;
}
