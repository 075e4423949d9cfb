// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * baseline - which findings an earlier report already has.
 */
#include "baseline.h"

#include "json_make.h"

/* The keys of an earlier report; its other contents do not matter. */
GHashTable *baseline_load(const char *path, GError **error)
{
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonArray *findings = NULL;
	JsonObject *root;

	if (!json_parser_load_from_file(parser, path, error))
		return NULL;
	root = json_object_of(parser);
	if (root && json_object_has_member(root, "findings") &&
	    JSON_NODE_HOLDS_ARRAY(json_object_get_member(root, "findings")))
		findings = json_object_get_array_member(root, "findings");
	if (!findings) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: not a vmdoctor JSON report",
			    path);
		return NULL;
	}
	for (guint i = 0; i < json_array_get_length(findings); i++) {
		JsonNode *f = json_array_get_element(findings, i);

		if (JSON_NODE_HOLDS_OBJECT(f))
			g_hash_table_add(keys, g_strdup(json_object_get_string_member_with_default(
							       json_node_get_object(f), "key", "")));
	}
	return g_steal_pointer(&keys);
}
