// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mounts - how a file's file system is mounted, for QEMU and the other services of the host
 *
 * A container, or systemd's ProtectSystem= for this program alone, has mounts of its own, which may
 * be read-only where those of the services are not. So PID 1's mounts count.
 * Source: proc_pid_mountinfo(5), mount_namespaces(7), systemd.exec(5)
 */
#include "source/mounts.h"

#include <stdbool.h>
#include <string.h>

/* mountinfo writes blanks as \040 and so on. */
static char *unoctal(const char *field)
{
	return g_strcompress(field);
}

static void add_pair(GString *text, const char *key, const char *value)
{
	g_autofree char *escaped = g_uri_escape_string(value, "/,:", TRUE);

	g_string_append_printf(text, " %s=%s", key, escaped);
}

/* The fields of each line of mountinfo; NULL: it cannot be read. */
static GPtrArray *read_mounts(const char *mountinfo_path)
{
	g_autofree char *mountinfo = NULL;
	g_auto(GStrv) lines = NULL;
	GPtrArray *mounts;

	if (!g_file_get_contents(mountinfo_path, &mountinfo, NULL, NULL))
		return NULL;
	mounts = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	lines = g_strsplit(mountinfo, "\n", 0);
	for (size_t i = 0; lines[i]; i++) {
		GStrv fields = g_strsplit(lines[i], " ", 0);

		if (g_strv_length(fields) >= 10)
			g_ptr_array_add(mounts, fields);
		else
			g_strfreev(fields);
	}
	return mounts;
}

/* A device may be mounted in many places. */
static GStrv find_mount(const GPtrArray *mounts, uint64_t mount_id)
{
	for (size_t i = 0; mounts && i < mounts->len; i++) {
		GStrv f = mounts->pdata[i];

		if (g_ascii_strtoull(f[0], NULL, 10) == mount_id)
			return f;
	}
	return NULL;
}

/* What @path is below the mount point of @f; NULL: it is not below it. Both spelled as in mountinfo. */
static const char *below_mount(GStrv f, const char *path)
{
	size_t n = strcmp(f[4], "/") == 0 ? 0 : strlen(f[4]);

	return strncmp(path, f[4], n) == 0 && (path[n] == '/' || !path[n]) ? path + n : NULL;
}

/* Where @path is in its file system, whatever part of that is mounted there. */
static char *place_in_fs(GStrv f, const char *path)
{
	return g_strconcat(strcmp(f[3], "/") == 0 ? "" : f[3], below_mount(f, path), NULL);
}

/* The mount in @mounts that has @path; of several the deepest, and of those on top of each other the last. */
static GStrv mount_above(const GPtrArray *mounts, const char *path)
{
	GStrv best = NULL;

	for (size_t i = 0; i < mounts->len; i++) {
		GStrv f = mounts->pdata[i];

		if (below_mount(f, path) && (!best || strlen(f[4]) >= strlen(best[4])))
			best = f;
	}
	return best;
}

/* As mountinfo spells it. Source: Linux seq_path(), which escapes blank, tab, newline, backslash */
static char *octal(const char *path)
{
	GString *text = g_string_new(NULL);

	for (const char *p = path; *p; p++)
		if (strchr(" \t\n\\", *p))
			g_string_append_printf(text, "\\%03o", (unsigned char)*p);
		else
			g_string_append_c(text, *p);
	return g_string_free(text, FALSE);
}

static char *path_of(int fd)
{
	g_autofree char *proc = g_strdup_printf("/proc/self/fd/%d", fd);
	g_autofree char *path = g_file_read_link(proc, NULL);

	return octal(path ? path : "");
}

/*
 * The mount by which the services of this host see the file that is open as @fd; NULL: not known.
 * Ids of mounts are unique over all namespaces, so one that PID 1 has is everybody's; of another,
 * PID 1 may have the same file at the same path.
 */
static GStrv services_mount(const GPtrArray *services, GStrv own, int fd)
{
	GStrv same = own ? find_mount(services, g_ascii_strtoull(own[0], NULL, 10)) : NULL;
	g_autofree char *path = path_of(fd);
	g_autofree char *here = NULL, *there = NULL;
	GStrv above;

	if (same || !own || !below_mount(own, path))
		return same;
	above = mount_above(services, path);
	if (!above || strcmp(above[2], own[2]) != 0)
		return NULL;
	here = place_in_fs(own, path);
	there = place_in_fs(above, path);
	return strcmp(here, there) == 0 ? above : NULL;
}

/* Behind the optional fields: type, source, options of the file system; NULL: the line is cut. */
static GStrv behind_dash(GStrv f)
{
	size_t n = g_strv_length(f), dash = 6;

	while (dash < n && strcmp(f[dash], "-") != 0)
		dash++;
	return dash + 3 < n ? f + dash + 1 : NULL;
}

bool mounts_may_hang(const char *path)
{
	static const char *const served[] = { "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs", "afs", "lustre",
					      "ocfs2", "gfs2", NULL };
	g_autoptr(GPtrArray) mounts = read_mounts("/proc/self/mountinfo");
	g_autofree char *full = g_canonicalize_filename(path, NULL), *spelled = octal(full);
	GStrv above = mounts ? mount_above(mounts, spelled) : NULL, fs = above ? behind_dash(above) : NULL;

	return fs && (g_str_has_prefix(fs[0], "fuse") || g_strv_contains(served, fs[0]));
}

/* @with_flags: they are those that QEMU meets, too. */
static void add_mount(GString *text, GStrv f, bool with_flags)
{
	GStrv fs = behind_dash(f);

	if (!fs)
		return;
	g_autofree char *mount = unoctal(f[4]);
	g_autofree char *flags = g_strdup_printf("%s,%s", f[5], fs[2]);

	add_pair(text, "type", fs[0]);
	add_pair(text, "mount", mount);
	if (with_flags)
		add_pair(text, "flags", flags);
}

void mounts_describe(GString *text, int fd, uint64_t mount_id)
{
	g_autoptr(GPtrArray) own_mounts = read_mounts("/proc/self/mountinfo");
	g_autoptr(GPtrArray) services = read_mounts("/proc/1/mountinfo");
	GStrv own = find_mount(own_mounts, mount_id);
	/* Where PID 1's are hidden, ours are all that there is. */
	GStrv mount = services ? services_mount(services, own, fd) : own;

	if (mount || own)
		add_mount(text, mount ? mount : own, mount != NULL);
}
