// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_fs - files below a root: the live host's, or a case tree's
 *
 * Only regular files are read, after an O_PATH look at what is there: opening a tape or a FIFO
 * does something to it.  Below any root but "/", links stay inside the tree, so that
 * a hostile tree cannot point at the reader's own files.
 * Source: open(2), statfs(2), QEMU docs/interop/qcow2.txt.
 */
#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <linux/posix_acl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/order.h"
#include "source/mounts.h"
#include "source/open_in_root.h"

#define LIST_CAP_BYTES ((size_t)4 << 20)
#define HEAD_BYTES 4096	    /* a qcow2 header with its extensions and backing name */
#define HEAD_MAGIC_BYTES 8  /* of an image of unknown format: its data is the guest's */

struct fs_source {
	struct source source;
	int root; /* O_PATH descriptor */
	bool live; /* the root is "/" */
};

/* -errno, or a descriptor of @path below the root. */
static int open_below(const struct fs_source *fs, const char *path, int flags)
{
	int fd;

	/* openat2 refuses what makes no sense together. */
	flags |= flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	if (!fs->live)
		return open_in_root(fs->root, path, flags);
	fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

/* What the kernel makes up holds no image, and reading may do something (kmsg, trace_pipe). */
static bool is_made_by_kernel(int look)
{
	static const unsigned long types[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC, CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC, PSTOREFS_MAGIC, EFIVARFS_MAGIC, BINFMTFS_MAGIC, SELINUX_MAGIC,
	};
	struct statfs fs;

	if (fstatfs(look, &fs) < 0)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if ((unsigned long)fs.f_type == types[i])
			return true;
	return false;
}

/* 0: it is a regular file; or, where an image is wanted, a block device, and none of the kernel's making. */
static int refuse_other(int look, bool image)
{
	struct stat st;

	if (fstat(look, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (image && is_made_by_kernel(look))
		return -EINVAL;
	return S_ISREG(st.st_mode) || (image && S_ISBLK(st.st_mode)) ? 0 : -EINVAL;
}

/* Opens for reading what an O_PATH look found to be of the right type. */
static int open_typed(const struct fs_source *fs, const char *path, int flags, bool image)
{
	char proc[64];
	int look = open_below(fs, path, O_PATH);
	int fd;

	if (look < 0)
		return look;
	fd = refuse_other(look, image);
	if (fd < 0) {
		close(look);
		return fd;
	}
	/* A magic link, so it reopens the very file that was looked at. */
	g_snprintf(proc, sizeof(proc), "/proc/self/fd/%d", look);
	fd = open(proc, flags | O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		fd = -errno;
	close(look);
	return fd;
}

/* Reads up to @cap bytes from where @fd stands; sets ret->truncated when there is more. */
static void read_up_to(int fd, size_t cap, struct answer *ret)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	ssize_t got = 0;

	for (;;) {
		size_t want = MIN(cap + 1 - bytes->len, (size_t)256 << 10);
		guint had = bytes->len;

		g_byte_array_set_size(bytes, had + (guint)want);
		got = read(fd, bytes->data + had, want);
		g_byte_array_set_size(bytes, had + (guint)MAX(got, 0));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || bytes->len > cap)
			break;
	}
	if (got < 0) {
		ret->error = -errno;
		return;
	}
	ret->truncated = bytes->len > cap;
	g_byte_array_set_size(bytes, (guint)MIN(bytes->len, cap));
	ret->data = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

static void ask_read(const struct fs_source *fs, const char *path, struct answer *ret)
{
	size_t cap = source_cap_bytes(path);
	int fd = open_typed(fs, path, 0, false);
	struct stat st;
	bool cut = false;

	if (fd < 0) {
		ret->error = fd;
		return;
	}
	if (source_cap_is_tail(path) && fstat(fd, &st) == 0 && (uint64_t)st.st_size > cap)
		cut = lseek(fd, st.st_size - (off_t)cap, SEEK_SET) > 0;
	read_up_to(fd, cap, ret);
	ret->truncated |= cut;
	close(fd);
}

static void ask_list(const struct fs_source *fs, const char *path, struct answer *ret)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GString *text;
	struct dirent *entry;
	int fd = open_below(fs, path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		ret->error = fd < 0 ? fd : -errno;
		return;
	}
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    !strchr(entry->d_name, '\n'))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	closedir(dir);
	g_ptr_array_sort(names, order_by_bytes);
	text = g_string_new(NULL);
	for (size_t i = 0; i < names->len && !ret->truncated; i++) {
		g_string_append_printf(text, "%s\n", (char *)names->pdata[i]);
		ret->truncated = text->len > LIST_CAP_BYTES;
	}
	ret->data = g_string_free_to_bytes(text);
}

static void ask_link(const struct fs_source *fs, const char *path, struct answer *ret)
{
	char target[4096];
	int fd = open_below(fs, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0) {
		ret->error = fd;
		return;
	}
	n = readlinkat(fd, "", target, sizeof(target));
	if (n < 0)
		ret->error = errno == ENOENT ? -EINVAL : -errno; /* ENOENT: not a link */
	else
		ret->data = g_bytes_new(target, (size_t)n);
	close(fd);
}

static void add_label(GString *text, const char *proc)
{
	char label[1024];
	ssize_t n = getxattr(proc, "security.selinux", label, sizeof(label) - 1);
	g_autofree char *escaped = NULL;

	if (n <= 0)
		return;
	label[n] = '\0';
	escaped = g_uri_escape_string(label, ":,", FALSE);
	g_string_append_printf(text, " label=%s", escaped);
}

/* The named entries, the owning group's and the mask: the rest is in the mode. Source: linux/posix_acl_xattr.h */
static void add_acl(GString *text, const char *proc)
{
	unsigned char raw[4096];
	ssize_t n = getxattr(proc, "system.posix_acl_access", raw, sizeof(raw));
	const char *separator = " acl=";

	if (n < (ssize_t)sizeof(uint32_t))
		return;
	for (ssize_t at = sizeof(uint32_t); at + 8 <= n; at += 8) {
		unsigned int tag = raw[at] | raw[at + 1] << 8, perm = raw[at + 2];
		uint32_t id = raw[at + 4] | raw[at + 5] << 8 | raw[at + 6] << 16 |
			      (uint32_t)raw[at + 7] << 24;
		g_autofree char *number = tag == ACL_USER || tag == ACL_GROUP ? g_strdup_printf("%u", id) : NULL;
		const char *kind = tag == ACL_USER			     ? "user"
				   : tag == ACL_GROUP || tag == ACL_GROUP_OBJ ? "group"
				   : tag == ACL_MASK			     ? "mask"
									     : NULL;

		if (!kind)
			continue;
		g_string_append_printf(text, "%s%s:%s:%c%c%c", separator, kind, number ? number : "",
				       perm & 4 ? 'r' : '-', perm & 2 ? 'w' : '-', perm & 1 ? 'x' : '-');
		separator = ",";
	}
}

/* What chattr(1) sets and no mode shows. Source: statx(2) */
static void add_attributes(GString *text, int fd)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &stx) < 0)
		return;
	if (stx.stx_attributes & STATX_ATTR_IMMUTABLE)
		g_string_append(text, " attributes=immutable");
	else if (stx.stx_attributes & STATX_ATTR_APPEND)
		g_string_append(text, " attributes=append-only");
}

static void ask_stat(const struct fs_source *fs, const char *path, struct answer *ret)
{
	char proc[64];
	struct stat st;
	GString *text;
	int fd = open_below(fs, path, O_PATH);

	if (fd < 0 || fstat(fd, &st) < 0) {
		ret->error = fd < 0 ? fd : -errno;
		return;
	}
	text = g_string_new(NULL);
	g_string_printf(text,
			"mode=%07o uid=%u gid=%u size=%" PRIu64 " allocated=%" PRIu64
			" inode=%" PRIu64 " device=%" PRIu64 " rdev=%" PRIu64 " mtime=%" PRId64,
			st.st_mode, st.st_uid, st.st_gid, (uint64_t)st.st_size,
			(uint64_t)st.st_blocks * 512, (uint64_t)st.st_ino, (uint64_t)st.st_dev,
			(uint64_t)st.st_rdev, (int64_t)st.st_mtime);
	add_attributes(text, fd);
	g_snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	add_label(text, proc);
	add_acl(text, proc);
	ret->data = g_string_free_to_bytes(text);
	close(fd);
}

static void ask_fs(const struct fs_source *fs, const char *path, struct answer *ret)
{
	struct statvfs vfs;
	struct statx stx;
	GString *text;
	int fd = open_below(fs, path, O_PATH);

	if (fd < 0 || fstatvfs(fd, &vfs) < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0) {
		ret->error = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return;
	}
	text = g_string_new(NULL);
	g_string_printf(text, "free=%" PRIu64 " size=%" PRIu64,
			(uint64_t)vfs.f_bavail * vfs.f_frsize,
			(uint64_t)vfs.f_blocks * vfs.f_frsize);
	mounts_describe(text, fd, stx.stx_mnt_id);
	close(fd);
	ret->data = g_string_free_to_bytes(text);
}

static void ask_direct(const struct fs_source *fs, const char *path, struct answer *ret)
{
	int fd = open_typed(fs, path, O_DIRECT, true);

	if (fd >= 0)
		close(fd);
	else
		ret->error = fd;
}

static bool known_format(const char *bytes, size_t size)
{
	static const char *const magic[] = { "QFI\xfb", "KDMV", "conectix", "vhdxfile", "QED" };

	for (size_t i = 0; i < G_N_ELEMENTS(magic); i++)
		if (size >= strlen(magic[i]) && memcmp(bytes, magic[i], strlen(magic[i])) == 0)
			return true;
	return false;
}

static void ask_head(const struct fs_source *fs, const char *path, struct answer *ret)
{
	int fd = open_typed(fs, path, 0, true);
	gsize size;
	const char *bytes;

	if (fd < 0) {
		ret->error = fd;
		return;
	}
	read_up_to(fd, HEAD_BYTES, ret);
	close(fd);
	ret->truncated = false;
	if (ret->error)
		return;
	bytes = g_bytes_get_data(ret->data, &size);
	if (!known_format(bytes, size)) {
		GBytes *magic = g_bytes_new(bytes, MIN(size, HEAD_MAGIC_BYTES));

		g_bytes_unref(ret->data);
		ret->data = magic;
	}
}

static void fs_ask(struct source *src, const struct query *q, struct answer *ret)
{
	static void (*const ask[SOURCE_VERB_MAX_])(const struct fs_source *, const char *,
						   struct answer *) = {
		[SOURCE_READ] = ask_read, [SOURCE_LIST] = ask_list, [SOURCE_LINK] = ask_link,
		[SOURCE_STAT] = ask_stat, [SOURCE_FS] = ask_fs,	    [SOURCE_DIRECT] = ask_direct,
		[SOURCE_HEAD] = ask_head,
	};

	ask[q->verb]((const struct fs_source *)src, q->path, ret);
}

static void fs_free(struct source *src)
{
	struct fs_source *fs = (struct fs_source *)src;

	if (fs->root >= 0)
		close(fs->root);
	g_free(fs);
}

static const struct source_ops fs_ops = { .ask = fs_ask, .free = fs_free };

struct source *source_fs_new(const char *root)
{
	struct fs_source *fs = g_new0(struct fs_source, 1);

	fs->source.ops = &fs_ops;
	fs->live = strcmp(root, "/") == 0;
	fs->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return &fs->source;
}
