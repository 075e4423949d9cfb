// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_json_side - a JSON report as findings and properties.
 */
#include "diff.h"

#include <string.h>

#include "json_make.h"

static const char *text_of(JsonObject *o, const char *name)
{
	JsonNode *n = o && json_object_has_member(o, name) ? json_object_get_member(o, name) : NULL;

	return n && JSON_NODE_HOLDS_VALUE(n) && json_node_get_value_type(n) == G_TYPE_STRING ?
		       json_node_get_string(n) :
		       NULL;
}

static JsonArray *array_of(JsonObject *o, const char *name)
{
	JsonNode *n = json_object_has_member(o, name) ? json_object_get_member(o, name) : NULL;

	return n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
}

static JsonObject *item_of(JsonArray *a, guint i)
{
	JsonNode *n = json_array_get_element(a, i);

	return JSON_NODE_HOLDS_OBJECT(n) ? json_node_get_object(n) : NULL;
}

static void add_finding(struct diff_side *s, JsonObject *o)
{
	struct diff_finding *f;

	if (!o || !text_of(o, "key") || g_hash_table_contains(s->findings, text_of(o, "key")))
		return;
	f = g_new0(struct diff_finding, 1);
	*f = (struct diff_finding){ g_strdup(text_of(o, "key")),      g_strdup(text_of(o, "rule")),
				    g_strdup(text_of(o, "severity")), g_strdup(text_of(o, "domain")),
				    g_strdup(text_of(o, "subject")),  g_strdup(text_of(o, "title")),
				    g_strdup(text_of(o, "message")) };
	g_hash_table_insert(s->findings, f->key, f);
}

static void add_domain(struct diff_side *s, JsonObject *o)
{
	const char *name = o ? text_of(o, "name") : NULL;

	if (!name)
		return;
	diff_side_add(s, DIFF_DOMAIN, name, "uuid", text_of(o, "uuid"));
	diff_side_add(s, DIFF_DOMAIN, name, "state", text_of(o, "state"));
	diff_side_add(s, DIFF_DOMAIN, name, "machine type", text_of(o, "machine"));
	diff_side_add(s, DIFF_GUEST, name, "system", text_of(o, "os"));
}

static void add_names(struct diff_side *s, JsonArray *domains)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (guint i = 0; domains && i < json_array_get_length(domains); i++) {
		const char *name = item_of(domains, i) ? text_of(item_of(domains, i), "name") : NULL;

		if (name)
			g_string_append_printf(all, "%s%s", all->len ? ", " : "", name);
	}
	diff_side_add(s, DIFF_HOST, NULL, "domains", all->str);
}

static void add_host(struct diff_side *s, JsonObject *root)
{
	JsonNode *n = json_object_has_member(root, "host") ? json_object_get_member(root, "host") : NULL;
	JsonObject *host = n && JSON_NODE_HOLDS_OBJECT(n) ? json_node_get_object(n) : NULL;

	diff_side_add(s, DIFF_HOST, NULL, "libvirt", text_of(host, "libvirt"));
	diff_side_add(s, DIFF_HOST, NULL, "QEMU", text_of(host, "qemu"));
	diff_side_add(s, DIFF_HOST, NULL, "kernel", text_of(host, "kernel"));
	diff_side_add(s, DIFF_HOST, NULL, "operating system", text_of(host, "os"));
}

struct diff_side *diff_side_of_json(const char *name, const char *text, gsize size, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	struct diff_side *s;
	JsonObject *root;
	JsonArray *a;

	if (!json_parser_load_from_data(parser, text, (gssize)size, error))
		return NULL;
	root = json_object_of(parser);
	if (!root || g_strcmp0(text_of(root, "schema"), "vmdoctor.report/1") != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: not a vmdoctor JSON report", name);
		return NULL;
	}
	s = diff_side_new(name);
	s->taken = g_strdup(text_of(root, "taken"));
	add_host(s, root);
	a = array_of(root, "findings");
	for (guint i = 0; a && i < json_array_get_length(a); i++)
		add_finding(s, item_of(a, i));
	a = array_of(root, "domains");
	add_names(s, a);
	for (guint i = 0; a && i < json_array_get_length(a); i++)
		add_domain(s, item_of(a, i));
	return s;
}
