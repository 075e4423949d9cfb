// SPDX-License-Identifier: GPL-2.0-or-later
/* What an earlier report knows: what could not be looked at is neither gone nor new. */
#include "test.h"

#include <unistd.h>

#include "findings/baseline.h"
#include "findings/report.h"

static const char earlier[] =
	"{\"findings\": [{\"key\": \"r-a/web/vda\"}, {\"key\": \"r-b/web/vda\"}, {\"key\": \"r-c//host\"}],"
	" \"undecided\": [{\"rule\": \"r-d\", \"domain\": \"web\", \"subject\": null}], \"known\": [\"r-e/db/net0\", 7]}";

static void add_finding(struct report *r, const char *rule, const char *domain, const char *subject)
{
	struct finding *f = finding_new();

	f->rule = g_strdup(rule);
	f->domain = g_strdup(domain);
	f->subject = g_strdup(subject);
	f->key = g_strdup_printf("%s/%s/%s", rule, domain ? domain : "", subject);
	g_ptr_array_add(r->findings, f);
}

static void add_undecided(struct report *r, const char *rule, const char *domain)
{
	struct undecided *u = g_new0(struct undecided, 1);

	u->rule = g_strdup(rule);
	u->domain = g_strdup(domain);
	u->reason = g_strdup("it did not answer in time");
	g_ptr_array_add(r->undecided, u);
}

static struct baseline *load(const char *text)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	int fd = g_file_open_tmp("baseline-XXXXXX", &path, NULL);
	struct baseline *b;

	close(fd);
	g_file_set_contents(path, text, -1, NULL);
	b = baseline_load(path, &error);
	unlink(path);
	return b;
}

static void what_was_not_looked_at_is_neither_gone_nor_new(void **state G_GNUC_UNUSED)
{
	auto_free(baseline) struct baseline *b = load(earlier);
	auto_free(report) struct report *r = report_new();

	assert_non_null(b);
	add_finding(r, "r-a", "web", "vda"); /* as before */
	add_undecided(r, "r-b", "web");	     /* not looked at now: kept */
	add_undecided(r, "r-b", "other");
	add_undecided(r, "r-e", "db");	     /* not for the second time either */
	add_finding(r, "r-d", "web", "vdb"); /* not looked at then: late */
	add_finding(r, "r-d", "new", "vda"); /* really new; and r-c is gone */
	baseline_compare(b, r);
	assert_int_equal(r->known->len, 3);
	assert_string_equal(r->known->pdata[0], "r-a/web/vda");
	assert_string_equal(r->known->pdata[1], "r-b/web/vda");
	assert_string_equal(r->known->pdata[2], "r-e/db/net0");
	assert_int_equal(r->kept, 2);
	assert_int_equal(r->late, 1);
}

static void what_is_no_report_is_refused(void **state G_GNUC_UNUSED)
{
	assert_null(load("{}"));
	assert_null(load("{"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_looked_at_is_neither_gone_nor_new),
		cmocka_unit_test(what_is_no_report_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
