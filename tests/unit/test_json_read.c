// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading JSON of any shape. */
#include "test.h"

#include "base/json_read.h"

static JsonObject *load(JsonParser *parser, const char *text)
{
	assert_true(json_parser_load_from_data(parser, text, -1, NULL));
	return json_read_root(parser);
}

static void what_is_there_is_read(void **state G_GNUC_UNUSED)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *o = load(parser, "{\"t\":\"x\",\"n\":7,\"o\":{\"t\":\"y\"},\"a\":[{\"n\":8}]}");

	assert_string_equal(json_read_text(o, "t"), "x");
	assert_int_equal(json_read_int(o, "n", -1), 7);
	assert_string_equal(json_read_text(json_read_object(o, "o"), "t"), "y");
	assert_int_equal(json_read_length(json_read_array(o, "a")), 1);
	assert_int_equal(json_read_int(json_read_item(json_read_array(o, "a"), 0), "n", -1), 8);
}

static void another_type_is_nothing(void **state G_GNUC_UNUSED)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *o = load(parser, "{\"t\":7,\"n\":\"7\",\"f\":7.5,\"o\":[],\"a\":{},\"z\":null,\"l\":[1]}");

	assert_null(json_read_text(o, "t"));
	assert_int_equal(json_read_int(o, "n", -1), -1);
	assert_int_equal(json_read_int(o, "f", -1), -1);
	assert_null(json_read_object(o, "o"));
	assert_null(json_read_array(o, "a"));
	assert_null(json_read_text(o, "z"));
	assert_null(json_read_item(json_read_array(o, "l"), 0));
}

static void what_is_absent_is_nothing(void **state G_GNUC_UNUSED)
{
	g_autoptr(JsonParser) parser = json_parser_new();

	assert_null(load(parser, "[]"));
	assert_null(json_read_text(NULL, "t"));
	assert_int_equal(json_read_int(NULL, "n", 3), 3);
	assert_null(json_read_object(NULL, "o"));
	assert_int_equal(json_read_length(json_read_array(NULL, "a")), 0);
	assert_null(json_as_object(NULL));
}

/* json-glib recurses: a file of 300 KB would end the program. */
static void what_is_nested_too_deep_is_refused(void **state G_GNUC_UNUSED)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GString) deep = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	for (int i = 0; i < 100000; i++)
		g_string_append(deep, "{\"a\":");
	assert_false(json_read_load(parser, deep->str, -1, &error));
	assert_non_null(error);
	assert_true(json_read_load(parser, "{\"a\":\"[[[[ \\\" {{{{\"}", -1, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_read),
		cmocka_unit_test(another_type_is_nothing),
		cmocka_unit_test(what_is_absent_is_nothing),
		cmocka_unit_test(what_is_nested_too_deep_is_refused),
	};

	return cmocka_run_group_tests_name("json_read", tests, NULL, NULL);
}
