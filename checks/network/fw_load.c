// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fw_load - a firewall out of nft's listings.
 */
#include "base/json_read.h"
#include "checks/network/fw_private.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 50000

static void chain_free(struct fw_chain *c)
{
	g_ptr_array_unref(c->rules);
	g_free(c);
}

static struct fw_chain *find_chain(const struct firewall *fw, const char *family, const char *table,
				   const char *name)
{
	for (guint i = fw->chains->len; i-- > 0;) {
		struct fw_chain *c = fw->chains->pdata[i];

		if (g_strcmp0(c->name, name) == 0 && g_strcmp0(c->table, table) == 0 &&
		    g_strcmp0(c->family, family) == 0)
			return c;
	}
	return NULL;
}

static void add_chain(struct firewall *fw, JsonObject *o)
{
	struct fw_chain *c = g_new0(struct fw_chain, 1);

	c->family = json_read_text(o, "family");
	c->table = json_read_text(o, "table");
	c->name = json_read_text(o, "name");
	c->type = json_read_text(o, "type");
	c->hook = json_read_text(o, "hook");
	c->policy = json_read_text(o, "policy");
	c->priority = json_read_int(o, "prio", 0);
	c->rules = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(fw->chains, c);
}

static void add_rule(struct firewall *fw, JsonObject *o)
{
	struct fw_chain *c = find_chain(fw, json_read_text(o, "family"), json_read_text(o, "table"), json_read_text(o, "chain"));
	JsonArray *expr = json_read_array(o, "expr");
	struct fw_rule *r;
	g_autofree char *key = NULL;

	if (!c || !expr)
		return;
	r = g_new0(struct fw_rule, 1);
	r->handle = (unsigned int)json_read_int(o, "handle", 0);
	r->expr = expr;
	key = g_strdup_printf("%s %s %u", c->family, c->table, r->handle);
	r->text = g_hash_table_lookup(fw->texts, key);
	g_ptr_array_add(c->rules, r);
}

static void add_object(struct firewall *fw, JsonObject *entry)
{
	static const char *const kinds[] = { "chain", "rule", "set", "map" };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		JsonObject *o = json_read_object(entry, kinds[i]);

		if (!o)
			continue;
		if (i == 0)
			add_chain(fw, o);
		else if (i == 1)
			add_rule(fw, o);
		else
			g_hash_table_insert(fw->sets,
					    g_strdup_printf("%s %s %s", json_read_text(o, "family"),
							    json_read_text(o, "table"), json_read_text(o, "name")),
					    o);
	}
}

/* "\t\tiifname "virbr0" … accept # handle 25" within "table ip filter {": the words of rule 25. */
static void load_texts(struct firewall *fw, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", 0);
	g_autofree char *table = NULL;

	for (size_t i = 0; lines[i]; i++) {
		char *line = g_strstrip(lines[i]), *mark = g_strrstr(line, " # handle ");
		g_auto(GStrv) words = NULL;

		if (g_str_has_prefix(line, "table ")) {
			words = g_strsplit(line, " ", 4);
			g_free(table);
			table = words[1] && words[2] ? g_strdup_printf("%s %s", words[1], words[2]) : NULL;
		} else if (mark && table && !g_str_has_prefix(line, "chain ")) {
			*mark = '\0';
			g_hash_table_insert(fw->texts,
					    g_strdup_printf("%s %s", table,
							    mark + strlen(" # handle ")),
					    g_strdup(g_strstrip(line)));
		}
	}
}

struct firewall *firewall_new(const char *json, const char *text, GError **error)
{
	struct firewall *fw = g_new0(struct firewall, 1);
	JsonArray *all = NULL;

	fw->parser = json_parser_new();
	fw->chains = g_ptr_array_new_with_free_func((GDestroyNotify)chain_free);
	fw->sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	fw->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	load_texts(fw, text);
	if (json_read_load(fw->parser, json, -1, error)) {
		all = json_read_array(json_read_root(fw->parser), "nftables");
		if (!all)
			g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE,
				    "not a list of nftables");
	}
	if (!all) {
		firewall_free(fw);
		return NULL;
	}
	for (guint i = 0; i < MIN(json_read_length(all), RULES_MAX); i++)
		add_object(fw, json_read_item(all, i));
	return fw;
}

void firewall_free(struct firewall *fw)
{
	if (!fw)
		return;
	g_ptr_array_unref(fw->chains);
	g_hash_table_unref(fw->sets);
	g_hash_table_unref(fw->texts);
	g_object_unref(fw->parser);
	g_free(fw);
}

bool firewall_has_chain(const struct firewall *fw, const char *family, const char *table, const char *glob)
{
	for (guint i = 0; i < fw->chains->len; i++) {
		const struct fw_chain *c = fw->chains->pdata[i];

		if (c->name && g_strcmp0(c->family, family) == 0 && g_strcmp0(c->table, table) == 0 &&
		    fnmatch(glob, c->name, 0) == 0)
			return true;
	}
	return false;
}
