// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * access_need - the files and devices that a domain needs, by its XML, and who opens them: QEMU as its
 * own user (access_need()), or libvirt as root, who hands it over (access_presence())
 *
 * Source: formatdomain.html; libvirt src/qemu/qemu_{process,tpm}.c (what is opened as root),
 * src/security/security_dac.c virSecurityDACSetAllLabel() (what is given to QEMU's user)
 */
#include <errno.h>

#include "checks/access/access.h"
#include "checks/check.h"
#include "checks/access/security.h"

/* libvirt takes a label without a model, too. */
static bool has_unnamed_label(const xmlNode *source)
{
	const xmlNode *label = xml_child(source, "seclabel");

	while (label && facts_get(label, "model"))
		label = xml_next(label, "seclabel");
	return label != NULL;
}

/* A label of its own on a disk's source: its user may be another one. */
static enum verdict is_image_given(const struct scene *s, const xmlNode *disk)
{
	const xmlNode *source = xml_child(disk, "source");
	const xmlNode *label = security_label(source, "dac");

	if (!label)
		return has_unnamed_label(source) ? VERDICT_UNKNOWN : s->relabel;
	if (security_forbids(label))
		return VERDICT_NO;
	return xml_child(label, "label") ? VERDICT_UNKNOWN : s->relabel;
}

static bool is_read_only_disk(const xmlNode *disk)
{
	return xml_child(disk, "readonly") || g_strcmp0(facts_get(disk, "device"), "cdrom") == 0;
}

static void add_data_file(const struct scene *s, const xmlNode *image, struct need need)
{
	const char *name = facts_get(image, "data-file");
	g_autofree char *dir = g_path_get_dirname(facts_get(image, "path"));
	g_autofree char *path = name ? g_canonicalize_filename(name, dir) : NULL;

	if (!path)
		return;
	need.role = "data-file";
	need.path = path;
	access_need(s, &need);
}

static void add_image(const struct scene *s, const xmlNode *image, const xmlNode **at)
{
	const char *dev = facts_get(image, "disk");
	const xmlNode *disk = security_disk(s->domain, dev, at);
	bool top = g_strcmp0(facts_get(image, "depth"), "0") == 0;
	struct need need = {
		.role = top ? "disk" : "backing",
		.path = facts_get(image, "path"),
		.want = top && !is_read_only_disk(disk) ? "rw" : "r",
		.disk = dev,
		.owner_change = top ? is_image_given(s, disk) : s->relabel,
	};

	/* libvirt starts without what is optional and cannot be had. */
	if (g_strcmp0(facts_get(xml_child(disk, "source"), "startupPolicy"), "optional") == 0)
		return;
	access_need(s, &need);
	add_data_file(s, image, need);
}

static void add_boot_files(const struct scene *s)
{
	static const char *const names[] = { "kernel", "initrd", "dtb" };
	const xmlNode *os = xml_child(s->domain, "os");

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = xml_text(xml_child(os, names[i]));

		if (*path == '/')
			access_need(s, &(struct need){ .role = names[i],
						    .path = path,
						    .want = "r",
						    .owner_change = s->relabel });
	}
}

/* The store of variables is made of its template at the first start. */
static void add_nvram(const struct scene *s, const xmlNode *nvram)
{
	g_autofree char *text = xml_text(nvram);
	const char *file = facts_get(xml_child(nvram, "source"), "file");
	const char *path = file ? file : text;
	const char *const template[] = { facts_get(nvram, "template"), NULL };
	struct source_stat st = { 0 };
	int r = *path == '/' ? source_stat(s->src, path, &st) : -ENOENT;

	source_stat_done(&st);
	if (*path == '/' && r != -ENOENT)
		access_need(s, &(struct need){ .role = "nvram",
					    .path = path,
					    .want = "rw",
					    .owner_change = s->relabel });
	else if (template[0] && *template[0] == '/')
		access_presence(s, "nvram-template", template);
}

static void add_firmware(const struct scene *s)
{
	const xmlNode *os = xml_child(s->domain, "os");
	const xmlNode *loader = xml_child(os, "loader");
	g_autofree char *path = xml_text(loader);
	bool writable = g_strcmp0(facts_get(loader, "type"), "pflash") == 0 &&
			g_strcmp0(facts_get(loader, "readonly"), "no") == 0;

	if (*path == '/')
		access_need(s, &(struct need){ .role = "loader",
					    .path = path,
					    .want = writable ? "rw" : "r",
					    .owner_change = VERDICT_NO });
	if (xml_child(os, "nvram"))
		add_nvram(s, xml_child(os, "nvram"));
}

static void add_shared_dirs(const struct scene *s)
{
	const xmlNode *fs = facts_find(s->domain, "devices/filesystem");

	for (; fs; fs = xml_next(fs, "filesystem")) {
		const char *dir = facts_get(xml_child(fs, "source"), "dir");
		const char *driver = facts_get(xml_child(fs, "driver"), "type");

		/* virtiofsd runs as root; it is 9p that QEMU serves itself. */
		if (dir && *dir == '/' && (!driver || strcmp(driver, "path") == 0))
			access_need(s, &(struct need){ .role = "shared-dir",
						    .path = dir,
						    .want = "r",
						    .owner_change = VERDICT_NO });
	}
}

/* libvirt looks for it in its PATH. */
static void add_swtpm(const struct scene *s)
{
	static const char *const places[] = { "/usr/bin/swtpm",	       "/bin/swtpm",
					      "/usr/local/bin/swtpm",  "/usr/sbin/swtpm",
					      "/usr/local/sbin/swtpm", NULL };
	const xmlNode *backend = facts_find(s->domain, "devices/tpm/backend");

	if (g_strcmp0(facts_get(backend, "type"), "emulator") == 0)
		access_presence(s, "swtpm", places);
}

static void add_programs(const struct scene *s)
{
	g_autofree char *emulator = xml_text(facts_find(s->domain, "devices/emulator"));

	if (*emulator == '/')
		access_need(s, &(struct need){ .role = "emulator",
					    .path = emulator,
					    .want = "x",
					    .owner_change = VERDICT_NO });
	if (g_strcmp0(facts_get(s->domain, "type"), "kvm") == 0)
		access_need(s, &(struct need){ .role = "kvm",
					    .path = "/dev/kvm",
					    .want = "rw",
					    .owner_change = VERDICT_NO });
	add_swtpm(s);
}

void access_needs(const struct scene *s)
{
	const xmlNode *image = xml_child(s->vm, "image"), *disk = NULL;

	for (; image; image = xml_next(image, "image"))
		add_image(s, image, &disk);
	add_boot_files(s);
	add_firmware(s);
	add_shared_dirs(s);
	add_programs(s);
	access_devices(s);
}
