// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_read - reading JSON that anybody may have written.
 */
#include "base/json_read.h"

#include <string.h>

/* Brackets outside of strings; what is no JSON is counted, too, and refused by the parser. */
static gboolean is_too_deep(const char *text, gsize size)
{
	gboolean in_string = FALSE;
	guint depth = 0;

	for (gsize i = 0; i < size; i++) {
		char c = text[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '[') && ++depth > JSON_DEPTH_MAX)
			return TRUE;
		else if (!in_string && (c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return FALSE;
}

gboolean json_read_load(JsonParser *parser, const char *text, gssize size, GError **error)
{
	gsize length = size < 0 ? strlen(text) : (gsize)size;

	if (is_too_deep(text, length)) {
		g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE, "nested deeper than %d", JSON_DEPTH_MAX);
		return FALSE;
	}
	return json_parser_load_from_data(parser, text, (gssize)length, error);
}

JsonObject *json_as_object(JsonNode *node)
{
	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *json_as_array(JsonNode *node)
{
	return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonNode *member(JsonObject *o, const char *name)
{
	return o ? json_object_get_member(o, name) : NULL;
}

static gboolean holds(JsonNode *node, GType type)
{
	return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

JsonObject *json_read_root(JsonParser *parser)
{
	return json_as_object(json_parser_get_root(parser));
}

const char *json_read_text(JsonObject *o, const char *name)
{
	JsonNode *node = member(o, name);

	return holds(node, G_TYPE_STRING) ? json_node_get_string(node) : NULL;
}

gint64 json_read_int(JsonObject *o, const char *name, gint64 otherwise)
{
	JsonNode *node = member(o, name);

	return holds(node, G_TYPE_INT64) ? json_node_get_int(node) : otherwise;
}

JsonObject *json_read_object(JsonObject *o, const char *name)
{
	return json_as_object(member(o, name));
}

JsonArray *json_read_array(JsonObject *o, const char *name)
{
	return json_as_array(member(o, name));
}

guint json_read_length(JsonArray *a)
{
	return a ? json_array_get_length(a) : 0;
}

JsonObject *json_read_item(JsonArray *a, guint i)
{
	return json_as_object(json_array_get_element(a, i));
}

const char *json_read_item_text(JsonArray *a, guint i)
{
	JsonNode *node = json_array_get_element(a, i);

	return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node) :
												NULL;
}
