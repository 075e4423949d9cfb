// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image - the files and devices behind a domain's disks, down their backing chains
 *
 * Writes, below /facts/vm, one node for each file of each chain, the top first:
 *   image @disk (target dev) @depth (0: top) @path @type (file, block, dir, char, fifo, socket)
 *         @declared-format (in the XML) @format (in its header; "raw" is the lack of a known one)
 *         @virtual-bytes @size-bytes @allocated-bytes @backing @backing-format
 *         @data-file @dirty @corrupt @broken (yes)
 *         @mode (octal, no type) @uid @gid @label
 *         @device ("8:1": of the block device itself, else the one that its file system is on)
 *         @fs-type @fs-mount @fs-flags @fs-free-bytes @fs-size-bytes
 *         @direct (yes, no; absent: not tried or not known)
 *   shared-image @path: attached as more than one disk
 *     by @disk @read-only @shareable (yes, no), in the order of the XML
 *   @error where it cannot be looked at. The chain ends there, and at a name that is no path.
 * Where the XML gives a <backingStore>, that is the chain, as it is for libvirt; the header's word
 * counts below the last one given.
 * No content is read beyond a header; nothing is opened for writing.
 * Source: formatdomain.html#hard-drives-floppy-disks-cdroms, QEMU docs/interop/qcow2.txt
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "checks/check.h"
#include "formats/image_header.h"

static const char *const reads[] = { "image:", NULL };

#define DEPTH_MAX 64 /* libvirt gives up at 200; nobody can mean 64 */

static const char *type_word(unsigned int mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFBLK:
		return "block";
	case S_IFDIR:
		return "dir";
	case S_IFCHR:
		return "char";
	case S_IFIFO:
		return "fifo";
	default:
		return "socket";
	}
}

static void set_device(xmlNode *image, const struct source_stat *st)
{
	uint64_t device = (st->mode & S_IFMT) == S_IFBLK ? st->rdev : st->device;

	if (device != 0)
		facts_setf(image, "device", "%u:%u", major(device), minor(device));
}

static bool add_stat(struct source *src, xmlNode *image, const char *path)
{
	struct source_stat st = { 0 };

	if (facts_error(image, source_stat(src, path, &st)))
		return false;
	facts_set(image, "type", type_word(st.mode));
	facts_setf(image, "mode", "%04o", st.mode & 07777);
	facts_setf(image, "uid", "%u", st.uid);
	facts_setf(image, "gid", "%u", st.gid);
	facts_setf(image, "size-bytes", "%" G_GUINT64_FORMAT, st.size_bytes);
	facts_setf(image, "allocated-bytes", "%" G_GUINT64_FORMAT, st.allocated_bytes);
	facts_set(image, "label", st.label);
	set_device(image, &st);
	source_stat_done(&st);
	return true;
}

static void add_fs(struct source *src, xmlNode *image, const char *path)
{
	struct source_fs fs = { 0 };

	if (source_fs(src, path, &fs) < 0)
		return;
	facts_set(image, "fs-type", fs.type);
	facts_set(image, "fs-mount", fs.mount);
	facts_set(image, "fs-flags", fs.flags);
	/* ramfs and the like count no blocks. */
	if (fs.size_bytes > 0) {
		facts_setf(image, "fs-free-bytes", "%" G_GUINT64_FORMAT, fs.free_bytes);
		facts_setf(image, "fs-size-bytes", "%" G_GUINT64_FORMAT, fs.size_bytes);
	}
	source_fs_done(&fs);
}

/* Tried only where the domain asks for it: the answer matters to nobody else. */
static void add_direct(struct source *src, xmlNode *image, const char *path, const xmlNode *disk)
{
	const char *cache = facts_get(xml_child(disk, "driver"), "cache");
	int r;

	if (g_strcmp0(cache, "none") != 0 && g_strcmp0(cache, "directsync") != 0)
		return;
	r = source_direct(src, path);
	if (r == 0 || r == -EINVAL)
		facts_set(image, "direct", r == 0 ? "yes" : "no");
}

/* A relative name counts from the directory of the image that names it; a URL is no path. */
static char *backing_path(const char *path, const char *backing)
{
	const char *colon = strchr(backing, ':');
	g_autofree char *dir = NULL;

	if (*backing == '/')
		return g_strdup(backing);
	if (!*backing || (colon && colon < backing + strcspn(backing, "/")))
		return NULL;
	dir = g_path_get_dirname(path);
	return g_canonicalize_filename(backing, dir);
}

/* Return: path of the backing file, or NULL. */
static char *add_header(struct source *src, xmlNode *image, const char *path)
{
	g_autoptr(GBytes) head = NULL;
	struct image_header h;
	char *next = NULL;
	gsize size;

	if (source_head(src, path, &head) < 0)
		return NULL;
	image_header_parse(g_bytes_get_data(head, &size), g_bytes_get_size(head), &h);
	facts_set(image, "format", h.format);
	if (h.virtual_bytes)
		facts_setf(image, "virtual-bytes", "%" G_GUINT64_FORMAT, h.virtual_bytes);
	facts_set(image, "backing", h.backing);
	facts_set(image, "backing-format", h.backing_format);
	facts_set(image, "data-file", h.data_file);
	facts_set(image, "dirty", h.is_dirty ? "yes" : NULL);
	facts_set(image, "corrupt", h.is_corrupt ? "yes" : NULL);
	facts_set(image, "broken", h.is_broken ? "yes" : NULL);
	if (h.backing)
		next = backing_path(path, h.backing);
	image_header_done(&h);
	return next;
}

/* A raw image has no header to obey: what its first bytes say is the guest's word. A disk without a format is raw.
 * Source: libvirt qemuDomainDeviceDiskDefPostParse() */
static char *add_one(struct source *src, xmlNode *vm, const xmlNode *disk, const char *path,
		     const char *declared, unsigned int depth)
{
	xmlNode *image = facts_add(vm, "image");

	facts_set(image, "disk", facts_get(xml_child(disk, "target"), "dev"));
	facts_setf(image, "depth", "%u", depth);
	facts_set(image, "path", path);
	facts_from(image, path, 0);
	facts_set(image, "declared-format", declared);
	if (!add_stat(src, image, path))
		return NULL;
	add_fs(src, image, path);
	add_direct(src, image, path, disk);
	g_autofree char *next = add_header(src, image, path);
	bool is_raw = declared ? strcmp(declared, "raw") == 0 : depth == 0;

	return is_raw ? NULL : g_steal_pointer(&next);
}

static const char *local_path(const xmlNode *disk)
{
	const xmlNode *source = xml_child(disk, "source");
	const char *path = facts_get(source, "file");

	if (!path)
		path = facts_get(source, "dev");
	return path && *path == '/' ? path : NULL;
}

/* One step down: what the XML says of it, else the header of the image above. */
static void step_down(const xmlNode **store, const xmlNode *image, char **path, char **declared)
{
	*store = xml_child(*store, "backingStore");
	g_free(*declared);
	if (!*store) {
		*declared = g_strdup(facts_get(image, "backing-format"));
		return;
	}
	g_free(*path);
	*path = g_strdup(local_path(*store));
	*declared = g_strdup(facts_get(xml_child(*store, "format"), "type"));
}

static void add_chain(struct source *src, xmlNode *vm, const xmlNode *disk)
{
	g_autofree char *path = g_strdup(local_path(disk));
	g_autofree char *declared = g_strdup(facts_get(xml_child(disk, "driver"), "type"));
	const xmlNode *store = disk; /* the element that describes the image at hand */

	for (unsigned int depth = 0; path && depth < DEPTH_MAX; depth++) {
		char *next = add_one(src, vm, disk, path, declared, depth);

		g_free(path);
		path = next;
		step_down(&store, xmlGetLastChild(vm), &path, &declared);
	}
}

static const char *source_of(const xmlNode *disk)
{
	const xmlNode *source = xml_child(disk, "source");
	const char *path = facts_get(source, "file");

	return path ? path : facts_get(source, "dev");
}

static void add_by(xmlNode *shared, const xmlNode *disk)
{
	xmlNode *by = facts_add(shared, "by");
	bool is_read_only = xml_child(disk, "readonly") || facts_is(disk, "device", "cdrom");

	facts_set(by, "disk", facts_get(xml_child(disk, "target"), "dev"));
	facts_set(by, "read-only", is_read_only ? "yes" : "no");
	facts_set(by, "shareable", xml_child(disk, "shareable") ? "yes" : "no");
}

/* A join over all disks: in an expression it would take the square of them. */
static void add_shared(xmlNode *vm)
{
	const xmlNode *all = facts_find(vm, "domain/devices/disk");
	g_autoptr(GHashTable) firsts = g_hash_table_new(g_str_hash, g_str_equal); /* path -> its first disk */
	g_autoptr(GHashTable) shared = g_hash_table_new(g_str_hash, g_str_equal); /* path -> its fact */

	for (const xmlNode *disk = all; disk; disk = xml_next(disk, "disk")) {
		const char *path = source_of(disk);
		const xmlNode *first = path && *path ? g_hash_table_lookup(firsts, path) : NULL;
		xmlNode *fact = first ? g_hash_table_lookup(shared, path) : NULL;

		if (!path || !*path)
			continue;
		if (!first) {
			g_hash_table_insert(firsts, (char *)path, (void *)disk);
			continue;
		}
		if (!fact) {
			fact = facts_add(vm, "shared-image");
			facts_set(fact, "path", path);
			add_by(fact, first);
			g_hash_table_insert(shared, (char *)path, fact);
		}
		add_by(fact, disk);
	}
}

static void gather_image(struct source *src, xmlNode *vm)
{
	const xmlNode *disk = facts_find(vm, "domain/devices/disk");

	for (; disk; disk = xml_next(disk, "disk"))
		add_chain(src, vm, disk);
	add_shared(vm);
}

const struct check check_image = {
	.name = "image",
	.summary = "the files behind the disks: header, owner, file system",
	.reads = reads,
	.vm = gather_image,
};
