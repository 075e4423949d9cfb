// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_read - reading JSON that anybody may have written
 *
 * A member that is absent, or of another type than is asked for, is NULL (or what the caller gives
 * for it); so is every member of a NULL object.  What comes back belongs to the parser's document.
 */
#ifndef VMDOCTOR_JSON_READ_H
#define VMDOCTOR_JSON_READ_H

#include <json-glib/json-glib.h>

/** json_read_load - the one door for JSON: as json_parser_load_from_data(), which recurses, but never deeper than
 *  JSON_DEPTH_MAX; @size -1: up to the NUL. Source: RFC 8259, section 9: a parser may limit the depth of nesting */
gboolean json_read_load(JsonParser *parser, const char *text, gssize size, GError **error);
#define JSON_DEPTH_MAX 100

/** json_read_root - what @parser has read, if it is an object; NULL of an empty text, too */
JsonObject *json_read_root(JsonParser *parser);

const char *json_read_text(JsonObject *o, const char *name);
/** json_read_int - an integer; a number with a fraction is none */
gint64 json_read_int(JsonObject *o, const char *name, gint64 otherwise);
JsonObject *json_read_object(JsonObject *o, const char *name);
JsonArray *json_read_array(JsonObject *o, const char *name);

/** json_read_length - items of @a; NULL has none */
guint json_read_length(JsonArray *a);
/** json_read_item - item @i, if it is an object */
JsonObject *json_read_item(JsonArray *a, guint i);

/** json_read_item_text - item @i, if it is a string */
const char *json_read_item_text(JsonArray *a, guint i);

/** json_as_object, json_as_array - a node as that, else NULL; @node may be NULL */
JsonObject *json_as_object(JsonNode *node);
JsonArray *json_as_array(JsonNode *node);

#endif
