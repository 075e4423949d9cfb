// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_make - small JSON documents, whose members keep the order in which they are added
 */
#ifndef VMDOCTOR_JSON_MAKE_H
#define VMDOCTOR_JSON_MAKE_H

#include <json-glib/json-glib.h>
#include <stdint.h>

/** json_make_object - an open object; json_make_end() closes it */
JsonBuilder *json_make_object(void);
/** json_make_end - closes the object, and frees @b; g_free() the text */
char *json_make_end(JsonBuilder *b);

/* Members of the object that is open last. */

/** json_make_text - @value, NULL: null; bytes that are no UTF-8 are replaced, as JSON wants it */
void json_make_text(JsonBuilder *b, const char *key, const char *value);
void json_make_int(JsonBuilder *b, const char *key, int64_t value);
/** json_make_u64 - a number, or from 2^63 on, where readers lose digits, its digits as text */
void json_make_u64(JsonBuilder *b, const char *key, uint64_t value);
/** json_make_bool - @value: 1, 0; negative, as libvirt says "not known": null */
void json_make_bool(JsonBuilder *b, const char *key, int value);

/** json_make_item - @value as the next item of the open array */
void json_make_item(JsonBuilder *b, const char *value);
void json_make_double(JsonBuilder *b, const char *key, double value);
/** json_make_open_array, json_make_open_object - a member that json_builder_end_array() or _object() closes */
void json_make_open_array(JsonBuilder *b, const char *key);
void json_make_open_object(JsonBuilder *b, const char *key);
/** json_make_array - a member: what @add makes of each element. NULL: an empty array */
void json_make_array(JsonBuilder *b, const char *key, const GPtrArray *array,
		     void (*add)(JsonBuilder *b, const void *element));
/** json_make_texts - a member: an array of texts. NULL: an empty one */
void json_make_texts(JsonBuilder *b, const char *key, char *const *texts);

#endif
