// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * baseline - which findings an earlier report already has.
 */
#include "findings/baseline.h"

#include "base/i18n.h"
#include "base/json_read.h"

/* The keys of an earlier report; its other contents do not matter. */
GHashTable *baseline_load(const char *path, GError **error)
{
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree char *text = NULL;
	JsonArray *findings;
	gsize size;

	if (!g_file_get_contents(path, &text, &size, error) || !json_read_load(parser, text, (gssize)size, error))
		return NULL;
	findings = json_read_array(json_read_root(parser), "findings");
	if (!findings) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _("%s: not a vmdoctor JSON report"),
			    path);
		return NULL;
	}
	for (guint i = 0; i < json_read_length(findings); i++) {
		const char *key = json_read_text(json_read_item(findings, i), "key");

		if (key)
			g_hash_table_add(keys, g_strdup(key));
	}
	return g_steal_pointer(&keys);
}
