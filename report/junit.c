// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * junit - for build servers: a suite for the host and for each domain
 *
 * A finding of severity warning or above is a failure, of advice or info a test that passed and has
 * something to say; what could not be checked was skipped.  Rules that passed are only counted in a
 * report, and are not listed.
 */
#include <string.h>

#include "findings/report.h"
#include "report/pen.h"
#include "report/text_words.h"
#include "report/writer.h"

static char *escaped(const char *text)
{
	g_autofree char *safe = pen_safe(text ? text : "", text ? strlen(text) : 0);

	return g_markup_escape_text(safe, -1);
}

static void write_attr(GString *out, const char *name, const char *value)
{
	g_autofree char *text = escaped(value);

	g_string_append_printf(out, " %s=\"%s\"", name, text);
}

static void begin_case(GString *out, const char *rule, const char *domain, const char *subject)
{
	g_autofree char *name = g_strdup_printf("%s%s%s", rule, subject ? " " : "", subject ? subject : "");

	g_string_append(out, "    <testcase");
	write_attr(out, "classname", domain ? domain : "host");
	write_attr(out, "name", name);
	g_string_append(out, ">\n");
}

static void write_body(GString *out, const struct finding *f)
{
	g_autofree char *message = escaped(f->message);

	g_string_append(out, message);
	for (guint i = 0; i < f->evidence->len; i++) {
		const struct evidence *e = f->evidence->pdata[i];
		g_autofree char *source = escaped(e->source), *text = escaped(e->text);

		g_string_append_printf(out, "\nSeen: %s: %s", source, text);
	}
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];
		g_autofree char *words = text_fix(fix);
		g_autofree char *text = escaped(words), *command = escaped(fix->command);

		g_string_append_printf(out, "\nDo: %s %s", text, command);
	}
}

static void write_finding(GString *out, const struct finding *f)
{
	bool is_failure = f->severity >= SEVERITY_WARNING;

	begin_case(out, f->rule, f->domain, f->subject);
	g_string_append(out, is_failure ? "      <failure" : "      <system-out");
	if (is_failure) {
		write_attr(out, "type", severity_names[f->severity]);
		write_attr(out, "message", f->title);
	}
	g_string_append_c(out, '>');
	write_body(out, f);
	g_string_append(out, is_failure ? "</failure>\n" : "</system-out>\n");
	g_string_append(out, "    </testcase>\n");
}

static void write_suite(const struct report *r, const char *domain, GString *out)
{
	g_autoptr(GString) cases = g_string_new(NULL);
	unsigned int tests = 0, failures = 0, skipped = 0;

	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (g_strcmp0(f->domain, domain) != 0)
			continue;
		write_finding(cases, f);
		tests++;
		failures += f->severity >= SEVERITY_WARNING;
	}
	for (guint i = 0; i < r->undecided->len; i++) {
		const struct undecided *u = r->undecided->pdata[i];

		if (g_strcmp0(u->domain, domain) != 0)
			continue;
		begin_case(cases, u->rule, u->domain, u->subject);
		g_string_append(cases, "      <skipped");
		write_attr(cases, "message", u->reason);
		g_string_append(cases, "/>\n    </testcase>\n");
		tests++;
		skipped++;
	}
	g_string_append(out, "  <testsuite");
	write_attr(out, "name", domain ? domain : "host");
	g_string_append_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n%s  </testsuite>\n",
			       tests, failures, skipped, cases->str);
}

static void write_junit(const struct report *r, const struct style *style, GString *out)
{
	(void)style;
	g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vmdoctor\">\n");
	write_suite(r, NULL, out);
	for (guint i = 0; i < r->domains->len; i++)
		write_suite(r, ((const struct report_domain *)r->domains->pdata[i])->name, out);
	g_string_append(out, "</testsuites>\n");
}

const struct writer writer_junit = {
	.name = "junit",
	.suffix = ".xml",
	.summary = "test results, for build servers",
	.write = write_junit,
};
