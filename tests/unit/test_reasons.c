// SPDX-License-Identifier: GPL-2.0-or-later
/* What could not be checked, grouped by why. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "findings/finding.h"
#include "report/reasons.h"

static void add(GPtrArray *all, const char *rule, const char *source, const char *reason)
{
	struct undecided *u = g_new0(struct undecided, 1);

	u->rule = g_strdup(rule);
	u->source = g_strdup(source);
	u->reason = source ? g_strdup_printf("%s: %s", source, reason) : g_strdup(reason);
	g_ptr_array_add(all, u);
}

static GPtrArray *undecided_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)undecided_free);
}

static void files_that_cannot_be_read_for_one_reason_are_one_group(void **state)
{
	g_autoptr(GPtrArray) all = undecided_new(), groups = NULL;
	const struct reason *g;

	(void)state;
	add(all, "a", "/etc/b", "not recorded");
	add(all, "a", "/etc/a", "not recorded");
	add(all, "b", "/etc/b", "not recorded");
	add(all, "b", "/etc/c", "Permission denied");
	groups = reasons_new(all);
	assert_int_equal(groups->len, 2);
	g = groups->pdata[0];
	assert_string_equal(g->reason, "not recorded");
	assert_int_equal(g->rules, 2);
	assert_int_equal(g->entries->len, 3);
	assert_int_equal(g->sources->len, 2);
}

static void assert_words(const struct reason *r, guint most, const char *want)
{
	g_autofree char *words = reason_words(r, most);

	assert_string_equal(words, want);
}

static void sources_are_named_in_order_up_to_a_number(void **state)
{
	g_autoptr(GPtrArray) all = undecided_new(), groups = NULL;

	(void)state;
	add(all, "a", "/3", "not recorded");
	add(all, "a", "/1", "not recorded");
	add(all, "a", "/2", "not recorded");
	groups = reasons_new(all);
	assert_words(groups->pdata[0], 3, "not recorded: /1, /2, /3");
	assert_words(groups->pdata[0], 2, "not recorded: /1, /2 and 1 more");
}

static void one_source_stands_before_its_reason(void **state)
{
	g_autoptr(GPtrArray) all = undecided_new(), groups = NULL;

	(void)state;
	add(all, "a", "/1", "Permission denied");
	groups = reasons_new(all);
	assert_words(groups->pdata[0], 3, "/1: Permission denied");
}

static void a_reason_without_a_source_is_said_as_it_is(void **state)
{
	g_autoptr(GPtrArray) all = undecided_new(), groups = NULL;

	(void)state;
	add(all, "a", NULL, "/etc: the agent is away");
	add(all, "b", NULL, NULL);
	groups = reasons_new(all);
	assert_int_equal(groups->len, 2);
	assert_words(groups->pdata[0], 3, "reason unknown");
	assert_words(groups->pdata[1], 3, "/etc: the agent is away");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_cannot_be_read_for_one_reason_are_one_group),
		cmocka_unit_test(sources_are_named_in_order_up_to_a_number),
		cmocka_unit_test(one_source_stands_before_its_reason),
		cmocka_unit_test(a_reason_without_a_source_is_said_as_it_is),
	};

	return cmocka_run_group_tests_name("report/reasons", tests, NULL, NULL);
}
