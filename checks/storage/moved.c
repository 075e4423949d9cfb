// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * moved - a file of a disk that is not where it was: a file of that name nearby?
 *
 * Writes, below /facts/vm/image[@error='ENOENT'] of a domain that is off:
 *   found @path @format (in its header) @virtual-bytes     a plain file of the same name
 * Looked into: the directory itself and that above it, those of the domain's other images, libvirt's own for images,
 * and in each what directories it has, one level down; for the first LOOKED_FOR_MAX of a domain. Names are compared, never contents.
 */
#include <errno.h>
#include <sys/stat.h>

#include "checks/check.h"
#include "formats/image_header.h"

static const char *const reads[] = { "image:", NULL };

#define PLACES_MAX 64
#define FOUND_MAX 4
#define LOOKED_FOR_MAX 16 /* of a domain: when more are gone, a whole directory is */
#define OWN "/var/lib/libvirt/images"

static void add_place(GPtrArray *places, char *dir)
{
	if (places->len >= PLACES_MAX || g_ptr_array_find_with_equal_func(places, dir, g_str_equal, NULL))
		g_free(dir);
	else
		g_ptr_array_add(places, dir);
}

/* A directory; of "/" and other short paths nothing below is looked at: that would be the whole host. */
static void add_below(struct source *src, GPtrArray *places, const char *dir)
{
	g_auto(GStrv) names = NULL;

	if (!strchr(dir + 1, '/') || source_list(src, dir, &names) < 0)
		return;
	for (size_t i = 0; i < PLACES_MAX && names[i]; i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);
		struct source_stat st = { 0 };

		if (source_stat(src, path, &st) >= 0 && S_ISDIR(st.mode))
			add_place(places, g_strdup(path));
		source_stat_done(&st);
	}
}

/* Where a file of the domain may have gone to, the likeliest first. */
static GPtrArray *places_of(struct source *src, const xmlNode *vm, const char *path)
{
	GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *dir = g_path_get_dirname(path);
	guint near;

	add_place(places, g_strdup(dir));
	add_place(places, g_path_get_dirname(dir));
	add_place(places, g_strdup(OWN));
	for (const xmlNode *n = xml_child(vm, "image"); n; n = xml_next(n, "image"))
		if (*facts_get(n, "path") == '/')
			add_place(places, g_path_get_dirname(facts_get(n, "path")));
	near = places->len;
	for (guint i = 0; i < near; i++)
		add_below(src, places, places->pdata[i]);
	return places;
}

static void add_format(struct source *src, xmlNode *found, const char *path)
{
	g_autoptr(GBytes) head = NULL;
	struct image_header h;
	gsize size;

	if (source_head(src, path, &head) < 0)
		return;
	image_header_parse(g_bytes_get_data(head, &size), g_bytes_get_size(head), &h);
	facts_set(found, "format", h.format);
	if (h.virtual_bytes)
		facts_setf(found, "virtual-bytes", "%" G_GUINT64_FORMAT, h.virtual_bytes);
	image_header_done(&h);
}

static bool is_image_of(const xmlNode *vm, const char *path)
{
	for (const xmlNode *n = xml_child(vm, "image"); n; n = xml_next(n, "image"))
		if (g_strcmp0(facts_get(n, "path"), path) == 0)
			return true;
	return false;
}

static bool is_claimed(const xmlNode *other, const char *path)
{
	for (const xmlNode *n = xml_child(other, "claim"); n; n = xml_next(n, "claim"))
		if (g_strcmp0(facts_get(n, "what"), "disk") == 0 && g_strcmp0(facts_get(n, "value"), path) == 0)
			return true;
	return false;
}

/* Another image of this domain, or another domain's: those of clones often have one name. */
static bool is_taken(const xmlNode *image, const char *path)
{
	const xmlNode *inventory = xml_child(facts_host(image->doc), "inventory");
	bool taken = is_image_of(image->parent, path);

	for (const xmlNode *n = xml_child(inventory, "other"); n && !taken; n = xml_next(n, "other"))
		taken = is_claimed(n, path);
	return taken;
}

static bool try_place(struct source *src, xmlNode *image, const char *dir)
{
	g_autofree char *name = g_path_get_basename(facts_get(image, "path"));
	g_autofree char *path = g_build_filename(dir, name, NULL);
	struct source_stat st = { 0 };
	bool is_there = !is_taken(image, path) && source_stat(src, path, &st) >= 0 && S_ISREG(st.mode);

	source_stat_done(&st);
	if (is_there) {
		xmlNode *found = facts_add(image, "found");

		facts_set(found, "path", path);
		facts_from(found, path, 0);
		add_format(src, found, path);
	}
	return is_there;
}

static void look_for(struct source *src, const xmlNode *vm, xmlNode *image)
{
	g_autoptr(GPtrArray) places = places_of(src, vm, facts_get(image, "path"));
	unsigned int found = 0;

	for (guint i = 0; i < places->len && found < FOUND_MAX; i++)
		found += try_place(src, image, places->pdata[i]);
}

static void gather_moved(struct source *src, xmlNode *vm)
{
	unsigned int looked_for = 0;

	if (g_strcmp0(facts_get(vm, "active"), "yes") == 0)
		return;
	for (xmlNode *n = xml_child(vm, "image"); n && looked_for < LOOKED_FOR_MAX; n = xml_next(n, "image")) {
		if (g_strcmp0(facts_get(n, "error"), "ENOENT") != 0 || g_str_has_prefix(facts_get(n, "path"), "/dev/"))
			continue;
		look_for(src, vm, n);
		looked_for++;
	}
}

const struct check check_moved = {
	.name = "moved",
	.summary = "files of disks that are not where they were",
	.reads = reads,
	.vm = gather_moved,
};
