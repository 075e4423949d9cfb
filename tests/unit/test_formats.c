// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats for tickets, build servers and monitoring: no string can break out of its place. */
#include "test.h"

#include "findings/report.h"
#include "report/markdown/markdown.h"
#include "report/writer.h"

#define EVIL "a\"b\\c`<i>\n@all #1\033[2J]]>"

static struct report *hostile_report(void)
{
	struct report *r = report_new();
	struct report_domain *d = report_domain_new();
	struct finding *f = finding_new();
	struct evidence *e = g_new0(struct evidence, 1);
	struct fix *fix = g_new0(struct fix, 1);
	struct undecided *u = g_new0(struct undecided, 1);

	r->version = g_strdup("1.0");
	d->name = g_strdup(EVIL);
	g_ptr_array_add(r->domains, d);
	*e = (struct evidence){ g_strdup(EVIL), NULL, g_strdup(EVIL) };
	*fix = (struct fix){ .text = g_strdup(EVIL), .command = g_strdup(EVIL) };
	g_ptr_array_add(f->evidence, e);
	g_ptr_array_add(f->fixes, fix);
	f->rule = g_strdup("disk-x");
	f->severity = SEVERITY_ERROR;
	f->domain = g_strdup(EVIL);
	f->subject = g_strdup(EVIL);
	f->title = g_strdup(EVIL);
	f->message = g_strdup(EVIL);
	f->key = g_strdup("k");
	f->rank = 1;
	g_ptr_array_add(r->findings, f);
	*u = (struct undecided){ .rule = g_strdup("x-y"), .reason = g_strdup(EVIL), .remedy = g_strdup(EVIL) };
	g_ptr_array_add(r->undecided, u);
	return r;
}

static GString *written(const char *format)
{
	const struct style style = { 0 };
	struct report *r = hostile_report();
	GString *out = g_string_new(NULL);

	writer_find(format)->write(r, &style, out);
	report_free(r);
	return out;
}

static void junit_counts_failures_and_what_was_skipped(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = written("junit");
	xmlDoc *doc = xml_parse(out->str, out->len, "junit", NULL, NULL);
	g_autofree char *failed = NULL, *skipped = NULL;

	assert_non_null(doc);
	failed = test_xpath(doc, "/testsuites/testsuite[2]/@failures");
	skipped = test_xpath(doc, "/testsuites/testsuite[1]/@skipped");
	xmlFreeDoc(doc);
	assert_string_equal(failed, "1");
	assert_string_equal(skipped, "1");
}

static void a_label_ends_where_it_should(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = written("prometheus");

	assert_non_null(strstr(out->str, "subject=\"a\\\"b\\\\c`<i>\\\\x0a@all #1\\\\x1b[2J]]>\",rule="));
	assert_true(g_str_has_suffix(out->str, "\n# EOF\n"));
}

static void markdown_mentions_nobody_and_has_no_markup(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = written("markdown");

	assert_null(strstr(out->str, "\033"));
	assert_non_null(strstr(out->str, "error: a\"b\\\\c\\`\\<i\\> \\@<!-- -->all \\#<!-- -->1"));
	assert_non_null(strstr(out->str, "``a\"b\\c`<i> @all #1\\x1b[2J]]>``"));
}

static char *words_of(const char *text)
{
	GString *out = g_string_new(NULL);

	markdown_words(out, text);
	return g_string_free(out, FALSE);
}

/* Read unrendered, too: only what would mean something has a backslash. */
static void markdown_words_begin_no_list(void **state G_GNUC_UNUSED)
{
	static const char *const pairs[][2] = {
		{ "- x", "\\- x" },	       { "+ x", "\\+ x" },
		{ "12. x", "12\\. x" },       { "12) x", "12\\) x" },
		{ "=== ", "\\===" },	       { "6.1.0-41 (x)", "6.1.0-41 (x)" },
		{ "O_DIRECT", "O_DIRECT" },    { "_x_ *y*", "\\_x\\_ \\*y\\*" },
		{ " a | b\nc ", "a \\| b c" }, { "![x](y)", "!\\[x\\](y)" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *words = words_of(pairs[i][0]);

		assert_string_equal(words, pairs[i][1]);
	}
}

static void markdown_links_only_to_the_web(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = g_string_new(NULL);

	markdown_link(out, "a]b", "https://libvirt.org/x.html#y");
	markdown_link(out, "c", "javascript:alert(1)");
	markdown_link(out, "d", "https://x/) [e](https://y");
	assert_string_equal(out->str, "[a\\]b](https://libvirt.org/x.html#y)cd");
}

static GString *markdown_of_many(unsigned int n, bool verbose)
{
	const struct style style = { .verbose = verbose };
	struct report *r = hostile_report();
	GString *out = g_string_new(NULL);

	for (unsigned int i = 0; i < n; i++) {
		struct finding *f = finding_new();

		f->rule = g_strdup("disk-y");
		f->severity = SEVERITY_WARNING;
		f->title = g_strdup_printf("one of many, number %u", i);
		f->message = g_strdup(EVIL);
		f->rank = i + 2;
		g_ptr_array_add(r->findings, f);
	}
	writer_find("markdown")->write(r, &style, out);
	report_free(r);
	return out;
}

/* An issue of GitHub takes 65536 characters. */
static void markdown_fits_into_an_issue(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) bounded = markdown_of_many(2000, false), all = markdown_of_many(2000, true);

	assert_in_range(bounded->len, 50000, 65536);
	assert_non_null(strstr(bounded->str, "Left out, for this would be too long for a ticket: "));
	assert_non_null(strstr(bounded->str, "</details>"));
	assert_true(all->len > 200000);
	assert_null(strstr(all->str, "Left out"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(junit_counts_failures_and_what_was_skipped),
		cmocka_unit_test(a_label_ends_where_it_should),
		cmocka_unit_test(markdown_mentions_nobody_and_has_no_markup),
		cmocka_unit_test(markdown_words_begin_no_list),
		cmocka_unit_test(markdown_links_only_to_the_web),
		cmocka_unit_test(markdown_fits_into_an_issue),
	};

	xml_init();
	return cmocka_run_group_tests_name("report/formats", tests, NULL, NULL);
}
