// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stats - the counters of a running domain
 *
 * Writes, below /facts/vm/stats: state, cpu, balloon, vm (KVM's, of all of it), and one vcpu, net or block
 * for each index.
 * Attributes are libvirt's names below the group with '-' for '.': block/@rd-reqs is
 * block.N.rd.reqs; units are those that virConnectGetAllDomainStats() documents (ns, KiB, bytes).
 * Source: virConnectGetAllDomainStats()
 */
#include "checks/check.h"
#include "base/json_read.h"

static const char *const reads[] = { "/vmdoctor/libvirt/stats/*", NULL };

#define INDEX_MAX 4096

/* The element for "block.3.": made at its first member. */
static xmlNode *indexed(xmlNode *stats, GHashTable *made, const char *group, const char *index)
{
	g_autofree char *key = g_strdup_printf("%s.%s", group, index);
	xmlNode *node = g_hash_table_lookup(made, key);

	if (!node && g_hash_table_size(made) < INDEX_MAX) {
		node = facts_add(stats, group);
		facts_set(node, "index", index);
		g_hash_table_insert(made, g_steal_pointer(&key), node);
	}
	return node;
}

static void set_value(xmlNode *node, const char *name, JsonNode *value)
{
	g_autofree char *attr = g_strdup(name);
	GValue v = G_VALUE_INIT;
	GValue text = G_VALUE_INIT;

	if (!JSON_NODE_HOLDS_VALUE(value))
		return;
	g_strcanon(attr, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_", '-');
	if (!g_ascii_isalpha(attr[0]))
		return;
	json_node_get_value(value, &v);
	g_value_init(&text, G_TYPE_STRING);
	if (g_value_transform(&v, &text))
		facts_set(node, attr, g_value_get_string(&text));
	g_value_unset(&v);
	g_value_unset(&text);
}

/* "block.0.rd.reqs" goes to block[@index=0]/@rd-reqs, "cpu.time" to cpu/@time. */
static void add_one(xmlNode *stats, GHashTable *made, const char *name, JsonNode *value)
{
	g_auto(GStrv) f = g_strsplit(name, ".", 3);
	guint n = g_strv_length(f);

	if (n == 3 && g_ascii_isdigit(f[1][0])) {
		xmlNode *node = indexed(stats, made, f[0], f[1]);

		if (node)
			set_value(node, f[2], value);
	} else if (n >= 2) {
		xmlNode *node = xml_child(stats, f[0]);

		set_value(node ? node : facts_add(stats, f[0]), name + strlen(f[0]) + 1, value);
	}
}

static void gather_stats(struct source *src, xmlNode *vm)
{
	g_autofree char *file = source_path_escape(facts_get(vm, "name"));
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/stats/%s.json", file);
	g_autoptr(GHashTable) made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(JsonParser) parser = json_parser_new();
	xmlNode *stats = facts_add(vm, "stats");
	g_autofree char *text = NULL;
	JsonObjectIter it;
	const char *name;
	JsonNode *value;

	facts_from(stats, path, 0);
	if (facts_error(stats, source_read(src, path, &text, NULL)))
		return;
	if (!json_read_load(parser, text, -1, NULL) ||
	    !json_read_root(parser)) {
		facts_set(stats, "error", "EBADMSG");
		return;
	}
	json_object_iter_init(&it, json_read_root(parser));
	while (json_object_iter_next(&it, &name, &value))
		add_one(stats, made, name, value);
}

const struct check check_stats = {
	.name = "stats",
	.summary = "counters of a running domain",
	.reads = reads,
	.vm = gather_stats,
};
