// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_finish - what only all parts together say: lists of names, states, and of what a domain names
 * that a whole list does not have.
 */
#include <errno.h>
#include <string.h>

#include "archives/paste/paste.h"
#include "archives/paste/paste_private.h"
#include "base/json_make.h"
#include "base/order.h"
#include "base/xml.h"
#include "source/source.h"

#define LIVE "/vmdoctor/libvirt/domains"
#define DEFINED "/etc/libvirt/qemu"
#define NETWORKS "/vmdoctor/libvirt/networks"

/* <devices> holds devices, the rest stands beside it; a <devices> that was pasted is taken as it is. */
static void wrap_fragments(struct paste *p)
{
	static const char *const beside[] = { "<devices", "<cpu", "<os", "<features", "<clock", "<memoryBacking", "<numatune" };
	g_autoptr(GString) head = g_string_new("<domain type='kvm'>\n<name>" PASTE_UNNAMED "</name>\n");
	g_autoptr(GString) devices = g_string_new(NULL);
	xmlDoc *doc;

	if (p->domains->len > 0 || p->fragments->len == 0)
		return;
	for (guint i = 0; i < p->fragments->len; i++) {
		bool is_beside = false;

		for (size_t b = 0; b < G_N_ELEMENTS(beside); b++)
			is_beside |= g_str_has_prefix(p->fragments->pdata[i], beside[b]);
		g_string_append_printf(is_beside ? head : devices, "%s\n", (char *)p->fragments->pdata[i]);
	}
	if (devices->len > 0)
		g_string_append_printf(head, "<devices>\n%s</devices>\n", devices->str);
	g_string_append(head, "</domain>\n");
	doc = xml_parse(head->str, head->len, "pasted", NULL, NULL);
	if (doc) {
		struct paste_domain *d = g_new0(struct paste_domain, 1);

		*d = (struct paste_domain){ g_strdup(PASTE_UNNAMED), doc, false };
		g_ptr_array_add(p->domains, d);
		g_free(paste_put(p, DEFINED "/" PASTE_UNNAMED ".xml", head->str));
	}
}

/* The names that @dir has, and these. */
static void put_list(struct paste *p, const char *dir, GPtrArray *names)
{
	const struct query q = { .verb = SOURCE_LIST, .path = dir };
	struct answer a = { 0 };
	g_auto(GStrv) there = NULL;
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	GString *text = g_string_new(NULL);

	if (names->len == 0) {
		g_string_free(text, TRUE);
		return;
	}
	(void)source_list(p->record, dir, &there);
	for (size_t i = 0; there && there[i]; i++)
		if (*there[i])
			g_ptr_array_add(all, there[i]);
	for (guint i = 0; i < names->len; i++)
		g_ptr_array_add(all, names->pdata[i]);
	g_ptr_array_sort(all, order_by_bytes);
	for (guint i = 0; i < all->len; i++)
		if (i == 0 || strcmp(all->pdata[i], all->pdata[i - 1]) != 0)
			g_string_append_printf(text, "%s\n", (char *)all->pdata[i]);
	a.data = g_string_free_to_bytes(text);
	record_put(p->record, &q, &a);
}

/* libvirt's answer lists all; its files those that it would load. */
static void list_domains(struct paste *p)
{
	g_autoptr(GPtrArray) live = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) defined = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) answered = NULL;
	bool has_live = source_list(p->record, LIVE, &answered) == 0;

	for (guint i = 0; i < p->domains->len; i++)
		has_live |= ((const struct paste_domain *)p->domains->pdata[i])->active;
	for (guint i = 0; i < p->domains->len; i++) {
		const struct paste_domain *d = p->domains->pdata[i];
		g_autofree char *file = source_path_escape(d->name);

		if (has_live)
			g_ptr_array_add(live, g_strconcat(file, d->active ? ".xml" : ".inactive.xml", NULL));
		if (!d->active)
			g_ptr_array_add(defined, g_strconcat(file, ".xml", NULL));
	}
	put_list(p, LIVE, live);
	put_list(p, DEFINED, defined);
	put_list(p, NETWORKS, p->networks);
}

/* A state of another moment than the XML: neither is wrong, and together they would be. */
static bool fits(struct paste *p, const char *name)
{
	bool running = g_hash_table_contains(p->active, name), is_live = false;

	for (guint i = 0; i < p->domains->len; i++) {
		const struct paste_domain *d = p->domains->pdata[i];

		is_live |= d->active && strcmp(d->name, name) == 0;
	}
	return running == is_live;
}

static void put_infos(struct paste *p)
{
	GHashTableIter it;
	gpointer name, json;

	g_hash_table_iter_init(&it, p->infos);
	while (g_hash_table_iter_next(&it, &name, &json)) {
		g_autofree char *file = source_path_escape(name);
		g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/info/%s.json", file);

		if (fits(p, name))
			g_free(paste_put(p, path, json));
	}
}

/* A whole list of devices has it, or it is not there. As the directory in /sys would say. */
static void put_bridge(struct paste *p, const char *name)
{
	g_autofree char *dir = g_strdup_printf("/sys/class/net/%s", name), *inside = g_strdup_printf("%s/bridge", dir);
	const char *kind = g_hash_table_lookup(p->links, name);

	if (!*name || strchr(name, '/'))
		return;
	if (kind) {
		paste_put_answer(p, dir, SOURCE_LIST, "mtu\n");
		if (*kind)
			paste_put_answer(p, inside, SOURCE_LIST, "bridge_id\n");
	} else if (p->all_links) {
		paste_put_error(p, dir, SOURCE_LIST, -ENOENT);
	}
}

static void put_missing(struct paste *p, bool all, const char *kind, const char *name)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/%s/%s.json", kind, file);

	if (all && *name)
		paste_put_error(p, path, SOURCE_READ, -ENOENT);
}

static const struct paste_fs *fs_of(struct paste *p, const char *path, bool want_type)
{
	const struct paste_fs *best = NULL;

	for (guint i = 0; i < p->mounts->len; i++) {
		const struct paste_fs *fs = p->mounts->pdata[i];
		size_t n = strlen(fs->mount);
		bool above = strncmp(path, fs->mount, n) == 0 && (n == 1 || path[n] == '/' || path[n] == '\0');

		if (above && (fs->type != NULL) >= want_type && (want_type || fs->size_bytes > 0) &&
		    (!best || n > strlen(best->mount)))
			best = fs;
	}
	return best;
}

/* As statfs(2) would say it. Nobody who reads it knows a file system without a size: mount's list alone is none. */
static void put_fs(struct paste *p, const char *path)
{
	const struct paste_fs *space = fs_of(p, path, false), *type = fs_of(p, path, true);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *mount = NULL;

	if (!space || (type && strcmp(space->mount, type->mount) != 0))
		return;
	if (type) {
		g_autofree char *flags = g_uri_escape_string(type->flags ? type->flags : "", ",=:/", FALSE);

		g_string_append_printf(text, "type=%s", type->type);
		if (type->flags)
			g_string_append_printf(text, " flags=%s", flags);
	}
	mount = g_uri_escape_string(space->mount, "/", TRUE);
	g_string_append_printf(text, "%smount=%s free=%" G_GUINT64_FORMAT " size=%" G_GUINT64_FORMAT, text->len ? " " : "",
			       mount, space->free_bytes, space->size_bytes);
	paste_put_answer(p, path, SOURCE_FS, text->str);
}

static void ask_interface(struct paste *p, const xmlNode *interface)
{
	g_autofree char *bridge = xml_attr(xml_child(interface, "source"), "bridge");
	g_autofree char *network = xml_attr(xml_child(interface, "source"), "network");

	if (bridge)
		put_bridge(p, bridge);
	if (network)
		put_missing(p, p->all_networks, "netinfo", network);
}

static void ask_disk(struct paste *p, const xmlNode *disk)
{
	const xmlNode *source = xml_child(disk, "source");
	g_autofree char *file = xml_attr(source, "file"), *pool = xml_attr(source, "pool");

	if (file && *file == '/')
		put_fs(p, file);
	if (pool)
		put_missing(p, p->all_pools, "poolinfo", pool);
}

static void ask_domains(struct paste *p)
{
	for (guint i = 0; i < p->domains->len; i++) {
		const xmlNode *root = xmlDocGetRootElement(((const struct paste_domain *)p->domains->pdata[i])->doc);
		const xmlNode *domain = xml_is(root, "domstatus") ? xml_child(root, "domain") : root;
		const xmlNode *devices = domain ? xml_child(domain, "devices") : NULL;

		for (const xmlNode *n = devices ? xml_child(devices, "interface") : NULL; n; n = xml_next(n, "interface"))
			if (xml_child(n, "source"))
				ask_interface(p, n);
		for (const xmlNode *n = devices ? xml_child(devices, "disk") : NULL; n; n = xml_next(n, "disk"))
			if (xml_child(n, "source"))
				ask_disk(p, n);
	}
}

void paste_finish(struct paste *p)
{
	/* Of /run only what is said of itself: df -x tmpfs leaves it out, and it is never on the root's disk. */
	static const char *const places[] = { "/var/lib/libvirt", "/var/log/libvirt" };
	const struct paste_fs *run = fs_of(p, "/run", false);
	GHashTableIter it;
	gpointer name, builder;

	wrap_fragments(p);
	list_domains(p);
	put_infos(p);
	ask_domains(p);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		put_fs(p, places[i]);
	if (run && strcmp(run->mount, "/run") == 0)
		put_fs(p, "/run");
	g_hash_table_iter_init(&it, p->lists);
	while (g_hash_table_iter_next(&it, &name, &builder)) {
		g_autofree char *path = paste_list_path(name);

		json_builder_end_array(builder);
		g_hash_table_iter_steal(&it);
		g_free(paste_put_json(p, path, json_make_end(builder)));
		g_free(name);
	}
}
