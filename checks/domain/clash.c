// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clash - what two domains claim and only one can have
 *
 * Writes, below /facts/vm:
 *   neighbours @others (how many domains there are beside this one)
 *     clash @what (uuid, mac, disk, nvram, port, pci, mdev, vsock) @value @where @device
 *           @with (the other domain) @with-active (yes, no)       at most 32
 * and, for that, below /facts/host: inventory @total with other @name @active and
 * claim @what @value @where @device.
 * A mac counts on the same network only, a port on the same address only, or on all of them.
 * Without libvirt's answer the files of a tree are asked: what libvirt would load.
 * Source: virt_inventory.c, inventory.c; libvirt formatdomain.html
 */
#include <errno.h>

#include "checks/check.h"
#include "formats/inventory.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/inventory.json",
	"/vmdoctor/libvirt/domains",
	"/vmdoctor/libvirt/domains/*.xml",
	"/etc/libvirt/qemu",
	"/etc/libvirt/qemu/*.xml",
	NULL,
};

#define CONFIG_DIR "/etc/libvirt/qemu"
#define LIVE_DIR "/vmdoctor/libvirt/domains"
#define CLASHES_MAX 32
#define FILES_MAX 4000

static void put_claim(void *data, const struct claim *c)
{
	xmlNode *claim = facts_add(data, "claim");

	facts_set(claim, "what", c->what);
	facts_set(claim, "value", c->value);
	facts_set(claim, "where", c->where);
	facts_set(claim, "device", c->device);
}

static void add_file(struct source *src, xmlNode *inventory, const char *dir, const char *file,
		     const char *active)
{
	g_autofree char *path = g_strdup_printf("%s/%s", dir, file);
	xmlNode *other = facts_add(inventory, "other");
	xmlNode *domain = facts_adopt(other, "domain", src, path);
	g_autofree char *name = xml_object_name(domain);

	facts_set(other, "name", name);
	facts_set(other, "active", active);
	facts_from(other, path, 0);
	if (!facts_get(domain, "error"))
		inventory_claims(domain, put_claim, other);
	xmlUnlinkNode(domain);
	xmlFreeNode(domain);
}

/* Of a domain that runs the live XML counts: its file in @live stands for the one in @dir. */
static unsigned int add_dir(struct source *src, xmlNode *inventory, const char *dir, const GStrv live,
			    const char *active)
{
	g_auto(GStrv) files = NULL;
	unsigned int n = 0;

	if (source_list(src, dir, &files) < 0)
		return 0;
	for (size_t i = 0; i < FILES_MAX && files[i]; i++) {
		if (!g_str_has_suffix(files[i], ".xml") || g_str_has_suffix(files[i], ".inactive.xml") ||
		    (live && g_strv_contains((const char *const *)live, files[i])))
			continue;
		add_file(src, inventory, dir, files[i], active);
		n++;
	}
	return n;
}

static void add_files(struct source *src, xmlNode *inventory)
{
	g_auto(GStrv) live = NULL;
	unsigned int n = add_dir(src, inventory, LIVE_DIR, NULL, "yes");

	(void)source_list(src, LIVE_DIR, &live);
	n += add_dir(src, inventory, CONFIG_DIR, live, NULL);
	if (n < 2) /* a domain by itself says nothing of others */
		facts_error(inventory, -ENODATA);
	facts_setf(inventory, "total", "%u", n);
}

static void gather_host(struct source *src, xmlNode *host)
{
	xmlNode *inventory = facts_json(host, "inventory", src, "/vmdoctor/libvirt/inventory.json");

	if (g_strcmp0(facts_get(inventory, "error"), "ENODATA") != 0)
		return;
	xmlUnlinkNode(inventory);
	xmlFreeNode(inventory);
	inventory = facts_add(host, "inventory");
	add_files(src, inventory);
}

/* Of one domain */

static bool is_anywhere(const char *address)
{
	return g_strcmp0(address, "0.0.0.0") == 0 || g_strcmp0(address, "::") == 0;
}

static bool is_same_place(const char *what, const char *a, const char *b)
{
	if (g_strcmp0(a, b) == 0)
		return true;
	return strcmp(what, "port") == 0 && (is_anywhere(a) || is_anywhere(b));
}

static char *key_of(const xmlNode *claim)
{
	const char *what = facts_get(claim, "what"), *value = facts_get(claim, "value");

	return g_strdup_printf("%s\t%s", what ? what : "", value ? value : "");
}

/* Claims of all domains by their key: to look through those of each for each would be quadratic. */
static GHashTable *index_of(xmlDoc *facts, const xmlNode *inventory)
{
	static const char kept[] = "clash-claims";
	GHashTable *index = facts_kept(facts, kept);

	if (index)
		return index;
	index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
	for (const xmlNode *o = xml_child(inventory, "other"); o; o = xml_next(o, "other"))
		for (const xmlNode *c = xml_child(o, "claim"); c; c = xml_next(c, "claim")) {
			char *key = key_of(c);
			GPtrArray *claims = g_hash_table_lookup(index, key);

			claims = claims ? g_ptr_array_ref(claims) : g_ptr_array_new();
			g_ptr_array_add(claims, (gpointer)c);
			g_hash_table_replace(index, key, claims);
		}
	facts_keep(facts, kept, index, (GDestroyNotify)g_hash_table_unref);
	return index;
}

struct own {
	const char *name;
	char *file;	     /* "/NAME.xml" */
	GHashTable *claims;  /* "what\tvalue" to its node; keys owned */
	GPtrArray *keys;     /* the same keys, in their order */
	xmlNode *neighbours, *scratch;
	unsigned int n;
};

static void own_claim(void *data, const struct claim *c)
{
	struct own *own = data;
	char *key;

	put_claim(own->scratch, c);
	key = key_of(xmlGetLastChild(own->scratch));
	if (!g_hash_table_contains(own->claims, key))
		g_ptr_array_add(own->keys, key);
	g_hash_table_insert(own->claims, key, xmlGetLastChild(own->scratch));
}

static void compare(struct own *own, const xmlNode *mine, const xmlNode *claim)
{
	const char *what = facts_get(mine, "what");
	xmlNode *clash;

	if (!is_same_place(what, facts_get(mine, "where"), facts_get(claim, "where")) || own->n >= CLASHES_MAX)
		return;
	own->n++;
	clash = facts_add(own->neighbours, "clash");
	facts_set(clash, "what", what);
	facts_set(clash, "value", facts_get(mine, "value"));
	facts_set(clash, "where", facts_get(mine, "where"));
	facts_set(clash, "device", facts_get(mine, "device"));
	facts_set(clash, "with", facts_get(claim->parent, "name"));
	facts_set(clash, "with-active", facts_get(claim->parent, "active"));
}

/* In a tree the domain itself is known by its file, as two may have one name. */
static bool is_self(const struct own *own, const xmlNode *other)
{
	const char *path = facts_get(other, "from");

	if (path)
		return g_str_has_suffix(path, own->file);
	return g_strcmp0(own->name, facts_get(other, "name")) == 0;
}

static void compare_all(struct own *own, GHashTable *index)
{
	for (guint i = 0; i < own->keys->len; i++) {
		const GPtrArray *claims = g_hash_table_lookup(index, own->keys->pdata[i]);
		const xmlNode *mine = g_hash_table_lookup(own->claims, own->keys->pdata[i]);

		for (guint n = 0; claims && n < claims->len; n++) {
			const xmlNode *claim = claims->pdata[n];

			if (!is_self(own, claim->parent))
				compare(own, mine, claim);
		}
	}
}

static unsigned int count_others(const struct own *own, const xmlNode *inventory)
{
	unsigned int others = 0;

	for (const xmlNode *o = xml_child(inventory, "other"); o; o = xml_next(o, "other"))
		others += !is_self(own, o);
	return others;
}

static void own_begin(struct own *own, xmlNode *vm)
{
	g_autofree char *escaped = source_path_escape(facts_get(vm, "name"));

	own->name = facts_get(vm, "name");
	own->file = g_strconcat("/", escaped, ".xml", NULL);
	own->claims = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	own->keys = g_ptr_array_new();
	own->scratch = facts_add(vm, "scratch");
}

static void own_end(struct own *own)
{
	xmlUnlinkNode(own->scratch);
	xmlFreeNode(own->scratch);
	g_ptr_array_unref(own->keys);
	g_hash_table_unref(own->claims);
	g_free(own->file);
}

static void gather_vm(struct source *src G_GNUC_UNUSED, xmlNode *vm)
{
	const xmlNode *inventory = xml_child(facts_host(vm->doc), "inventory");
	const xmlNode *domain = xml_child(vm, "domain");
	const char *error = facts_get(inventory, "error");
	struct own own = { .neighbours = facts_add(vm, "neighbours") };

	facts_from(own.neighbours, "/vmdoctor/libvirt/inventory.json", 0);
	if (error || !inventory) {
		facts_set(own.neighbours, "error", error ? error : "ENODATA");
		return;
	}
	own_begin(&own, vm);
	if (domain && !facts_get(domain, "error"))
		inventory_claims(domain, own_claim, &own);
	compare_all(&own, index_of(vm->doc, inventory));
	facts_setf(own.neighbours, "others", "%u", count_others(&own, inventory));
	own_end(&own);
}

const struct check check_clash = {
	.name = "clash",
	.summary = "addresses, disks, ports and devices that two domains claim",
	.reads = reads,
	.host = gather_host,
	.vm = gather_vm,
};
