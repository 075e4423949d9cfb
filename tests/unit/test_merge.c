// SPDX-License-Identifier: GPL-2.0-or-later
/* One report over many hosts. */
#include "test.h"

#include "commands/merge/merge.h"

static void add(struct merge *m, const char *host, const char *qemu, const char *findings)
{
	g_autofree char *text = g_strdup_printf(
		"{\"schema\": \"vmdoctor.report/1\", \"host\": {\"name\": \"%s\", \"qemu\": \"%s\"}, "
		"\"domains\": [{\"name\": \"a\"}], \"findings\": [%s]}", host, qemu, findings);
	g_autoptr(GError) error = NULL;

	if (!merge_add(m, host, text, strlen(text), &error))
		fail_msg("%s", error->message);
}

#define ERROR_A "{\"rule\": \"r-one\", \"severity\": \"error\", \"domain\": \"a\", \"title\": \"One\"}"
#define WARNING_A "{\"rule\": \"r-two\", \"severity\": \"warning\", \"domain\": \"a\", \"title\": \"Two\"}"
#define WARNING_HOST "{\"rule\": \"r-three\", \"severity\": \"warning\", \"domain\": null, \"title\": \"Three\"}"

static void the_same_finding_is_told_once_the_worst_first(void **state G_GNUC_UNUSED)
{
	struct merge *m = merge_new();
	g_autoptr(GPtrArray) kinds = NULL;
	const struct merge_kind *k;

	add(m, "h1", "7.2", WARNING_A "," WARNING_A "," WARNING_HOST);
	add(m, "h2", "7.2", WARNING_A "," ERROR_A);
	kinds = merge_kinds(m);
	assert_int_equal(m->hosts->len, 2);
	assert_int_equal(m->domains, 2);
	assert_int_equal(kinds->len, 3);
	k = kinds->pdata[0];
	assert_string_equal(k->rule, "r-one");
	k = kinds->pdata[1];
	assert_string_equal(k->rule, "r-two");
	assert_int_equal(k->places->len, 2);
	assert_string_equal(k->places->pdata[1], "h2/a");
	k = kinds->pdata[2];
	assert_string_equal(k->places->pdata[0], "h1");
	merge_free(m);
}

static void who_differs_from_most_is_named(void **state G_GNUC_UNUSED)
{
	struct merge *m = merge_new();
	g_autoptr(GPtrArray) outliers = NULL, none = NULL;
	const struct merge_outlier *o;

	add(m, "h1", "7.2", "");
	add(m, "h2", "8.0", "");
	none = merge_outliers(m);
	assert_int_equal(none->len, 0); /* one against one: no majority */
	add(m, "h3", "7.2", "");
	outliers = merge_outliers(m);
	assert_int_equal(outliers->len, 1);
	o = outliers->pdata[0];
	assert_string_equal(o->what, "qemu");
	assert_string_equal(o->usual, "7.2");
	assert_string_equal(o->value, "8.0");
	assert_string_equal(o->hosts->pdata[0], "h2");
	merge_free(m);
}

static void what_is_no_report_is_refused_by_name(void **state G_GNUC_UNUSED)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"schema\": [1]}", "{\"schema\": \"vmdoctor.diff/1\"}", "{" };
	struct merge *m = merge_new();

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(merge_add(m, "odd.json", bad[i], strlen(bad[i]), &error));
		assert_non_null(strstr(error->message, "odd.json"));
	}
	assert_int_equal(m->hosts->len, 0);
	merge_free(m);
}

static void a_report_that_lies_is_survived(void **state G_GNUC_UNUSED)
{
	static const char *const odd[] = {
		"{\"schema\": \"vmdoctor.report/1\", \"host\": 7, \"findings\": {}, \"domains\": \"x\"}",
		"{\"schema\": \"vmdoctor.report/1\", \"findings\": [1, null, {\"rule\": []}, {\"rule\": \"a\", \"severity\": \"x\"}]}",
	};
	struct merge *m = merge_new();
	g_autoptr(GPtrArray) kinds = NULL;
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
		assert_true(merge_add(m, "odd.json", odd[i], strlen(odd[i]), NULL));
	kinds = merge_kinds(m);
	assert_int_equal(kinds->len, 0);
	merge_write_json(m, out);
	assert_non_null(strstr(out->str, "vmdoctor.merge/1"));
	merge_free(m);
}

static void add_taken(struct merge *m, const char *host, const char *taken)
{
	g_autofree char *text = g_strdup_printf("{\"schema\": \"vmdoctor.report/1\", \"taken\": \"%s\", \"host\": {\"name\": \"%s\"}}",
						taken, host);

	assert_true(merge_add(m, host, text, strlen(text), NULL));
}

static void the_page_names_who_is_hurt_who_is_old_and_what_was_not_read(void **state G_GNUC_UNUSED)
{
	struct merge *m = merge_new();
	g_autoptr(GString) out = g_string_new(NULL);

	add(m, "<b>h1", "7.2", ERROR_A "," WARNING_HOST);
	add(m, "h2", "7.2", "");
	add_taken(m, "h3", "2026-03-05T10:00:00Z");
	add_taken(m, "h4", "2026-03-04T11:00:00Z");
	add_taken(m, "h5", "2026-03-04T09:00:00Z");
	g_ptr_array_add(m->unread, g_strdup("h6.json: broken"));
	merge_write_html(m, out);
	assert_non_null(strstr(out->str, "<li class=\"error\"><a href=\"#h0\">&lt;b&gt;h1</a>"));
	assert_non_null(strstr(out->str, "<li class=\"none\"><a href=\"#h1\">h2</a>"));
	assert_non_null(strstr(out->str, "h6.json: broken"));
	assert_non_null(strstr(out->str, "h5: an old report, of 2026-03-04 09:00:00 UTC"));
	assert_null(strstr(out->str, "h4: an old report"));
	assert_null(strstr(out->str, "<b>"));
	assert_null(strstr(out->str, "<script"));
	merge_free(m);
}

static void the_page_stands_also_where_nothing_was_found(void **state G_GNUC_UNUSED)
{
	struct merge *m = merge_new();
	g_autoptr(GString) out = g_string_new(NULL);

	add(m, "h1", "7.2", "");
	merge_write_html(m, out);
	assert_non_null(strstr(out->str, "No problem was found."));
	assert_null(strstr(out->str, "Not to be relied on"));
	assert_null(strstr(out->str, "id=\"findings\""));
	merge_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_finding_is_told_once_the_worst_first),
		cmocka_unit_test(who_differs_from_most_is_named),
		cmocka_unit_test(what_is_no_report_is_refused_by_name),
		cmocka_unit_test(a_report_that_lies_is_survived),
		cmocka_unit_test(the_page_names_who_is_hurt_who_is_old_and_what_was_not_read),
		cmocka_unit_test(the_page_stands_also_where_nothing_was_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
