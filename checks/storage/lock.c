// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lock - who has locked the images of a domain that is off
 *
 * Writes, below /facts/vm, of each image file that is there, and of the firmware's variables:
 *   image-lock @path @disk @want (r, rw)
 *     @written (yes, no)  does somebody hold QEMU's lock for writing?
 *     @closed (yes, no)   does somebody hold the lock that keeps others from writing?
 *     @conflict (yes, no) would QEMU be refused what the domain wants?
 *     with a holder @pid @mode (r, rw) @name (of the program) @domain for each process that has it open,
 *     where there is a conflict
 *   @error where the locks cannot be read.
 * QEMU locks bytes of the image, by lock for each permission: 100 + permission is "I do that", 200 +
 * permission is "I let nobody else do that"; write is permission 1. A new user takes what it wants
 * and is refused when another one's lock stands against it: a writer by 201, and by 101 since it lets
 * nobody else write either; a reader by 101.
 * File systems that show another device number than the locks do (btrfs, overlay) are left out.
 * Source: proc(5) /proc/locks; QEMU block/file-posix.c RAW_LOCK_PERM_BASE, docs/system/images.rst
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/proc/locks", "/vmdoctor/open/*", "/proc/*/cmdline",
	"image:", /* the images' device and inode numbers */
	NULL,
};

#define LOCK_WRITE 101u
#define LOCK_UNSHARE_WRITE 201u
#define HOLDERS_MAX 8

/* "14: OFDLCK ADVISORY  READ -1 fe:00:11616602 201 201": does the line lock @byte of the file? */
static bool locks_byte(const char *line, const struct source_stat *st, unsigned int byte)
{
	unsigned int major_nr, minor_nr;
	unsigned long long inode, first, last;
	char end[24] = "";

	if (strstr(line, "->") || sscanf(line, "%*s %*s %*s %*s %*s %x:%x:%llu %llu %23s", &major_nr,
					 &minor_nr, &inode, &first, end) != 5)
		return false;
	last = strcmp(end, "EOF") == 0 ? UINT64_MAX : g_ascii_strtoull(end, NULL, 10);
	return inode == st->inode && major_nr == major(st->device) &&
	       minor_nr == minor(st->device) && first <= byte && byte <= last;
}

static bool is_locked(const GStrv lines, const struct source_stat *st, unsigned int byte)
{
	for (size_t i = 0; lines[i]; i++)
		if (locks_byte(lines[i], st, byte))
			return true;
	return false;
}

/* Of "-name\0guest=web,debug-threads=on"; a comma in it is doubled. NULL: it is no libvirt guest. */
static char *domain_of(const char *cmdline, size_t size)
{
	static const char key[] = "-name\0guest=";
	const char *at = memmem(cmdline, size, key, sizeof(key) - 1);
	GString *name;

	if (!at)
		return NULL;
	name = g_string_new(NULL);
	for (at += sizeof(key) - 1; *at; at++) {
		if (*at == ',' && *++at != ',')
			break;
		g_string_append_c(name, *at);
	}
	return g_string_free(name, FALSE);
}

static void add_holder(struct source *src, xmlNode *lock, const char *line)
{
	g_auto(GStrv) f = g_strsplit(line, "\t", 3);
	g_autofree char *path = NULL, *cmdline = NULL, *domain = NULL;
	xmlNode *holder;
	uint64_t pid;
	size_t size = 0;

	if (g_strv_length(f) != 3 || !parse_u64(f[0], &pid))
		return;
	path = g_strdup_printf("/proc/%s/cmdline", f[0]);
	holder = facts_add(lock, "holder");
	facts_set(holder, "pid", f[0]);
	facts_set(holder, "mode", f[1]);
	facts_set(holder, "name", f[2]);
	facts_from(holder, facts_get(lock, "from"), 0);
	if (source_read(src, path, &cmdline, &size) >= 0)
		domain = domain_of(cmdline, size);
	facts_set(holder, "domain", domain);
}

static void add_holders(struct source *src, xmlNode *lock, const char *path)
{
	g_autofree char *name = source_path_escape(path);
	g_autofree char *question = g_strconcat("/vmdoctor/open/", name, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (source_read(src, question, &text, NULL) < 0)
		return;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; i < HOLDERS_MAX && lines[i]; i++)
		add_holder(src, lock, lines[i]);
}

static bool shows_other_numbers(const char *fs_type)
{
	return g_strcmp0(fs_type, "btrfs") == 0 || g_strcmp0(fs_type, "overlay") == 0;
}

static void add_lock(struct source *src, xmlNode *vm, const xmlNode *access, const GStrv lines,
		     int error)
{
	const char *path = facts_get(xmlGetLastChild(access), "path");
	const char *want = facts_get(access, "want");
	struct source_stat st = { 0 };
	bool written, closed, conflict;
	xmlNode *lock;

	if (!path || facts_get(xmlGetLastChild(access), "error") || facts_get(access, "device") ||
	    shows_other_numbers(facts_get(access, "fs-type")) || source_stat(src, path, &st) < 0)
		return;
	source_stat_done(&st);
	if (st.inode == 0)
		return;
	lock = facts_add(vm, "image-lock");
	facts_set(lock, "path", facts_get(access, "path"));
	facts_set(lock, "disk", facts_get(access, "disk"));
	facts_set(lock, "want", want);
	facts_from(lock, "/proc/locks", 0);
	if (facts_error(lock, error))
		return;
	written = is_locked(lines, &st, LOCK_WRITE);
	closed = is_locked(lines, &st, LOCK_UNSHARE_WRITE);
	conflict = written || (closed && strchr(want, 'w'));
	facts_set(lock, "written", written ? "yes" : "no");
	facts_set(lock, "closed", closed ? "yes" : "no");
	facts_set(lock, "conflict", conflict ? "yes" : "no");
	if (conflict)
		add_holders(src, lock, path);
}

/* What is shared on purpose is opened so that others may write. */
static bool is_shared(const xmlNode *vm, const char *dev)
{
	const xmlNode *disk = facts_find(vm, "domain/devices/disk");

	while (disk && g_strcmp0(facts_get(xml_child(disk, "target"), "dev"), dev) != 0)
		disk = xml_next(disk, "disk");
	return xml_child(disk, "shareable") != NULL;
}

static void gather_lock(struct source *src, xmlNode *vm)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	int error;

	if (g_strcmp0(facts_get(vm, "active"), "no") != 0 || !xml_child(vm, "access"))
		return;
	error = MIN(source_read(src, "/proc/locks", &text, NULL), 0);
	lines = g_strsplit(text ? text : "", "\n", 0);
	for (xmlNode *a = xml_child(vm, "access"); a; a = xml_next(a, "access")) {
		const char *disk = facts_get(a, "disk");

		if ((disk || g_strcmp0(facts_get(a, "role"), "nvram") == 0) &&
		    !(disk && is_shared(vm, disk)))
			add_lock(src, vm, a, lines, error);
	}
}

const struct check check_lock = {
	.name = "lock",
	.summary = "who has locked the images of a domain that is off",
	.reads = reads,
	.vm = gather_lock,
};
