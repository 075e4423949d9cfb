// SPDX-License-Identifier: GPL-2.0-or-later
/* The facts document. */
#include "test.h"

#include "facts/facts.h"
#include "base/xml.h"

static void a_number_is_all_of_its_text(void **state G_GNUC_UNUSED)
{
	xmlDoc *facts = facts_new();
	xmlNode *n = facts_add(facts_host(facts), "x");

	facts_set(n, "good", "42");
	facts_set(n, "rest", "42 kB");
	facts_set(n, "huge", "99999999999");
	assert_int_equal(facts_number(n, "good"), 42);
	assert_int_equal(facts_number(n, "rest"), 0);
	assert_int_equal(facts_number(n, "huge"), 0);
	assert_int_equal(facts_number(n, "absent"), 0);
	facts_free(facts);
}

static void a_child_is_found_by_an_attribute(void **state G_GNUC_UNUSED)
{
	xmlDoc *facts = facts_new();
	xmlNode *host = facts_host(facts), *one = facts_add(host, "nic"), *two = facts_add(host, "nic");

	facts_set(one, "mac", "52:54:00:00:00:0a");
	facts_set(two, "mac", "52:54:00:00:00:0b");
	assert_ptr_equal(facts_child(host, "nic", "mac", "52:54:00:00:00:0B"), two);
	assert_null(facts_child(host, "nic", "mac", "52:54:00:00:00:0c"));
	assert_null(facts_child(host, "nic", "mac", NULL));
	assert_null(facts_child(NULL, "nic", "mac", "52:54:00:00:00:0a"));
	facts_free(facts);
}

static void odd_bytes_are_written_so_that_xml_holds_them(void **state G_GNUC_UNUSED)
{
	xmlDoc *facts = facts_new();
	xmlNode *n = facts_add(facts_host(facts), "x");

	facts_set(n, "text", "a\x01\xff&<");
	assert_string_equal(facts_get(n, "text"), "a\\x01\\xFF&<");
	facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_all_of_its_text),
		cmocka_unit_test(a_child_is_found_by_an_attribute),
		cmocka_unit_test(odd_bytes_are_written_so_that_xml_holds_them),
	};

	xml_init();
	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
