// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_open - which processes have a file open
 *
 * /vmdoctor/open/NAME, NAME being the path escaped as one component, answers one line for each
 * process: "PID<tab>r|rw<tab>COMM", by PID.  Files are compared by device and inode, so that other
 * names of the file and other mount namespaces count, too.  Nothing is opened: descriptors are
 * looked at where the kernel shows them, and without asking a file server.
 * Only processes that this user may look into are seen; root sees all of its PID namespace.
 * Source: proc(5) /proc/PID/fd, /proc/PID/fdinfo; statx(2) AT_STATX_DONT_SYNC
 */
#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OPEN_PREFIX "/vmdoctor/open/"
#define HOLDERS_MAX 32u
#define DESCRIPTORS_MAX 65536u /* of one process */

static bool is_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor;
}

/* "flags:\t0100002": octal, as open(2) has them. */
static bool is_for_writing(const char *pid, const char *fd)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/fdinfo/%s", pid, fd);
	g_autofree char *text = NULL;
	const char *flags;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	flags = strstr(text, "flags:\t");
	return flags && (strtoul(flags + strlen("flags:\t"), NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* 0: not open, 1: for reading, 2: for writing. */
static int holds(const char *pid, const struct statx *file)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/fd", pid);
	DIR *dir = opendir(path);
	struct dirent *entry;
	int mode = 0;

	for (unsigned int n = 0; dir && mode < 2 && n < DESCRIPTORS_MAX && (entry = readdir(dir)); n++) {
		struct statx st;

		if (statx(dirfd(dir), entry->d_name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO,
			  &st) < 0 ||
		    !is_same(&st, file))
			continue;
		mode = is_for_writing(pid, entry->d_name) ? 2 : 1;
	}
	if (dir)
		closedir(dir);
	return mode;
}

/* A process picks its own name: no line of it may look like another one. */
static char *name_of(const char *pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/comm", pid);
	char *name = NULL;

	if (!g_file_get_contents(path, &name, NULL, NULL))
		return g_strdup("?");
	g_strchomp(name);
	return g_strdelimit(name, "\t\n\r", ' ');
}

static int by_number(gconstpointer a, gconstpointer b)
{
	long x = atol(*(const char *const *)a), y = atol(*(const char *const *)b);

	return x < y ? -1 : x > y;
}

static GPtrArray *list_pids(void)
{
	GPtrArray *pids = g_ptr_array_new_with_free_func(g_free);
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (g_ascii_isdigit(entry->d_name[0]))
			g_ptr_array_add(pids, g_strdup(entry->d_name));
	if (dir)
		closedir(dir);
	g_ptr_array_sort(pids, by_number);
	return pids;
}

static void open_ask(struct source *src G_GNUC_UNUSED, const struct query *q, struct answer *ret)
{
	g_autoptr(GPtrArray) pids = NULL;
	g_autofree char *path = NULL;
	unsigned int found = 0;
	struct statx file;
	GString *text;

	if (q->verb != SOURCE_READ || !g_str_has_prefix(q->path, OPEN_PREFIX)) {
		ret->error = -ENODATA;
		return;
	}
	path = source_path_unescape(q->path + strlen(OPEN_PREFIX));
	if (statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_INO, &file) < 0) {
		ret->error = -errno;
		return;
	}
	text = g_string_new(NULL);
	pids = list_pids();
	for (guint i = 0; i < pids->len && found < HOLDERS_MAX; i++) {
		const char *pid = pids->pdata[i];
		int mode = holds(pid, &file);
		g_autofree char *name = mode ? name_of(pid) : NULL;

		if (mode)
			g_string_append_printf(text, "%s\t%s\t%s\n", pid, mode == 2 ? "rw" : "r", name);
		found += mode != 0;
	}
	ret->truncated = found == HOLDERS_MAX;
	ret->data = g_string_free_to_bytes(text);
}

static void open_free(struct source *src)
{
	g_free(src);
}

static const struct source_ops open_ops = { .ask = open_ask, .free = open_free };

struct source *source_open_new(const void *unused G_GNUC_UNUSED)
{
	struct source *s = g_new0(struct source, 1);

	s->ops = &open_ops;
	return s;
}
