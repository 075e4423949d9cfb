// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_make - small JSON documents. Source: RFC 8259 (UTF-8; numbers that every reader keeps).
 */
#include "base/json_make.h"

JsonBuilder *json_make_object(void)
{
	JsonBuilder *b = json_builder_new();

	json_builder_begin_object(b);
	return b;
}

char *json_make_end(JsonBuilder *b)
{
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_end_object(b);
	root = json_builder_get_root(b);
	g_object_unref(b);
	text = json_to_string(root, TRUE);
	return g_strconcat(text, "\n", NULL);
}

void json_make_item(JsonBuilder *b, const char *value)
{
	g_autofree char *valid = value ? g_utf8_make_valid(value, -1) : NULL;

	if (valid)
		json_builder_add_string_value(b, valid);
	else
		json_builder_add_null_value(b);
}

void json_make_text(JsonBuilder *b, const char *key, const char *value)
{
	json_builder_set_member_name(b, key);
	json_make_item(b, value);
}

void json_make_int(JsonBuilder *b, const char *key, int64_t value)
{
	json_builder_set_member_name(b, key);
	json_builder_add_int_value(b, value);
}

void json_make_u64(JsonBuilder *b, const char *key, uint64_t value)
{
	g_autofree char *digits = NULL;

	if (value <= INT64_MAX) {
		json_make_int(b, key, (int64_t)value);
		return;
	}
	digits = g_strdup_printf("%" G_GUINT64_FORMAT, value);
	json_make_text(b, key, digits);
}

void json_make_bool(JsonBuilder *b, const char *key, int value)
{
	json_builder_set_member_name(b, key);
	if (value < 0)
		json_builder_add_null_value(b);
	else
		json_builder_add_boolean_value(b, value > 0);
}

void json_make_double(JsonBuilder *b, const char *key, double value)
{
	json_builder_set_member_name(b, key);
	json_builder_add_double_value(b, value);
}

void json_make_open_array(JsonBuilder *b, const char *key)
{
	json_builder_set_member_name(b, key);
	json_builder_begin_array(b);
}

void json_make_open_object(JsonBuilder *b, const char *key)
{
	json_builder_set_member_name(b, key);
	json_builder_begin_object(b);
}

void json_make_array(JsonBuilder *b, const char *key, const GPtrArray *array,
		     void (*add)(JsonBuilder *b, const void *element))
{
	json_make_open_array(b, key);
	for (guint i = 0; array && i < array->len; i++)
		add(b, array->pdata[i]);
	json_builder_end_array(b);
}

void json_make_texts(JsonBuilder *b, const char *key, char *const *texts)
{
	json_make_open_array(b, key);
	for (size_t i = 0; texts && texts[i]; i++)
		json_make_item(b, texts[i]);
	json_builder_end_array(b);
}
