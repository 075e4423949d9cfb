// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_storage - qemu-img, df, mount. Source: qemu-img(1), df(1), mount(8)
 */
#include <string.h>

#include "archives/paste/paste_private.h"
#include "base/json_make.h"
#include "source/source.h"

/* "virtual size: 20 GiB (21474836480 bytes)"; older ones print "20G (…)". */
static void add_size(struct paste *p, JsonBuilder *b, const char *key, const char *pattern, const char *text)
{
	g_auto(GStrv) f = paste_match(p, pattern, text);

	if (f)
		json_make_u64(b, key, paste_bytes(*f[2] ? f[2] : f[1], 1));
}

static void add_field(struct paste *p, JsonBuilder *b, const char *key, const char *pattern, const char *text)
{
	g_auto(GStrv) f = paste_match(p, pattern, text);

	if (f && *f[1])
		json_make_text(b, key, f[1]);
}

static void add_image(struct paste *p, const char *text)
{
	g_auto(GStrv) name = paste_match(p, "^image: (.*)", text);
	JsonBuilder *b = paste_item(p, "image-info");

	json_make_text(b, "path", name[1]);
	add_field(p, b, "format", "\\nfile format: (\\S+)", text);
	add_size(p, b, "virtual-bytes", "\\nvirtual size: ([^(\\n]*)(?:\\((\\d+) bytes)?", text);
	add_size(p, b, "disk-bytes", "\\ndisk size: ([\\d.,]+ ?\\w*)()", text);
	add_field(p, b, "backing", "\\nbacking file: (.*?)(?: \\(actual path: .*\\))?\\n", text);
	add_field(p, b, "backing-format", "\\nbacking file format: (\\S+)", text);
	add_field(p, b, "encrypted", "\\nencrypted: (\\S+)", text);
	add_field(p, b, "corrupt", "\\n    corrupt: (\\S+)", text);
	add_field(p, b, "lazy-refcounts", "\\n    lazy refcounts: (\\S+)", text);
	add_field(p, b, "compat", "\\n    compat: (\\S+)", text);
	if (strstr(text, "\nSnapshot list:"))
		json_make_text(b, "snapshots", "yes");
	json_builder_end_object(b);
}

/* With --backing-chain each begins with its own line. */
static char *file_image(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) images = g_strsplit(part->text, "\nimage: ", 64);

	for (size_t i = 0; images[i]; i++) {
		g_autofree char *text = g_strconcat(i > 0 ? "image: " : "", images[i], "\n", NULL);

		if (strstr(text, "\nfile format: "))
			add_image(p, text);
	}
	return strstr(part->text, "\nfile format: ") ? paste_list_path("image-info") : NULL;
}

static struct paste_fs *add_fs(struct paste *p, const char *mount)
{
	struct paste_fs *fs = g_new0(struct paste_fs, 1);

	fs->mount = g_strdup(mount);
	g_ptr_array_add(p->mounts, fs);
	return fs;
}

/* Sizes in blocks of 1 KiB unless the head says otherwise, "1M-blocks", or -h did. */
static uint64_t block_of(struct paste *p, const char *head)
{
	g_auto(GStrv) f = paste_match(p, " (\\d+)([KMG]?)B?-blocks", head);
	static const char units[] = "KMG";

	if (!f)
		return 1024;
	return g_ascii_strtoull(f[1], NULL, 10) * (*f[2] ? G_GUINT64_CONSTANT(1) << (10 * (strchr(units, *f[2]) - units + 1)) : 1);
}

static char *file_df(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	bool has_type = strstr(lines[0], " Type ") || strstr(lines[0], " Typ "), inodes = strstr(lines[0], "Inodes") != NULL;
	bool all = part->whole && paste_is(p, "(?m)%? +/$", part->text) && !inodes;
	uint64_t block = block_of(p, lines[0]);

	for (size_t i = 1; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^(\\S+(?: \\S+)*?) +(?:(\\w[\\w.-]*) +)?([\\d.,]+[KMGTP]?i?) +([\\d.,]+[KMGTP]?i?) +([\\d.,]+[KMGTP]?i?) +(\\d+%|-) +(/.*)$", lines[i]);
		struct paste_fs *fs = NULL;
		JsonBuilder *b;

		if (!f)
			continue;
		b = paste_item(p, inodes ? "inode-space" : "space");
		json_make_text(b, "mount", f[7]);
		json_make_text(b, "device", f[1]);
		json_make_u64(b, inodes ? "inodes" : "size-bytes", paste_bytes(f[3], inodes ? 1 : block));
		json_make_u64(b, inodes ? "free" : "free-bytes", paste_bytes(f[5], inodes ? 1 : block));
		json_builder_end_object(b);
		fs = all ? add_fs(p, f[7]) : NULL;
		if (fs) {
			fs->size_bytes = paste_bytes(f[3], block);
			fs->free_bytes = paste_bytes(f[5], block);
			fs->type = has_type && *f[2] ? g_strdup(f[2]) : NULL;
		}
	}
	return paste_list_path(inodes ? "inode-space" : "space");
}

/* "/dev/sda1 on / type ext4 (rw,relatime)" as /proc/mounts has it. All of them are it only with the root. */
static char *file_mount(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autoptr(GString) mounts = g_string_new(NULL);
	bool all = part->whole && strstr(part->text, " on / type ") && strstr(part->text, " on /proc type ");

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^(.+?) on (/.*?) type (\\S+) \\(([^)]*)\\)", lines[i]);

		if (!f)
			continue;
		g_string_append_printf(mounts, "%s %s %s %s 0 0\n", f[1], f[2], f[3], f[4]);
		if (all) {
			struct paste_fs *fs = add_fs(p, f[2]);

			fs->type = g_strdup(f[3]);
			fs->flags = g_strdup(f[4]);
		}
	}
	return all ? paste_put(p, "/proc/mounts", mounts->str) : paste_keep(p, "mount", part);
}

static char *file_storage(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "storage", part);
}

const struct paste_row paste_storage_rows[] = {
	{ "qemu-img info", "^qemu-img info\\b", "^image: \\S", "^[a-z][\\w ]+: |^ {2,}\\S|^Snapshot list:|^Format specific|^ID +TAG|^\\d+ +\\S|^Child node|^image: ", true, file_image },
	{ "df", "^df\\b", "^(?:Filesystem|Dateisystem) +.*(?:Mounted on|Eingeh.ngt auf)$", "^\\S.* +(?:\\d+%|-) +/", false, file_df },
	{ "mount", "^mount\\b", "^\\S.* on /\\S* type \\S+ \\(r[ow]\\b", "^\\S.* on /.* type \\S+ \\(r[ow]\\b", false, file_mount },
	{ "lsblk", "^lsblk\\b", "^NAME +.*(?:MAJ:MIN|FSTYPE|SIZE)", "^[\\s|`├└─-]*\\S+ +\\S", false, file_storage },
	{ "lvs", "^(?:lvs|vgs|pvs)\\b", "^ +(?:LV|VG|PV) +(?:VG|#PV|VG) +", "^ +\\S+ +\\S+", false, file_storage },
	{ "zpool status", "^zpool status\\b", "^ +pool: \\S+$", "^ +\\S|^\\t|^errors: |^config:", true, file_storage },
	{ 0 },
};
