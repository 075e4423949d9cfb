// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * open_in_root - open(2) of a path in a tree as if the tree's directory were the root
 *
 * openat2(2) does that in the kernel. Kernels before 5.6 do not have it, and the seccomp filters of
 * older container runtimes and of systemd's RestrictSUIDSGID= refuse it; then the path is walked
 * here, one name at a time, none of which may be a link to the kernel (O_NOFOLLOW): a link is read
 * and its names are walked instead, an absolute one's from the tree's own root on.
 * Source: openat2(2), path_resolution(7), symlink(7).
 */
#include "source/open_in_root.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel's MAXSYMLINKS */
#define DEPTH_MAX 64 /* one descriptor each */

/* A walk: where it stands, and the names that are still to come. */
struct walk {
	int root;
	dev_t device; /* of the root's file system, which is not left */
	int dirs[DEPTH_MAX]; /* O_PATH, from below the root down to where it stands */
	unsigned int depth, links;
	GQueue names;
};

static int here(const struct walk *w)
{
	return w->depth ? w->dirs[w->depth - 1] : w->root;
}

static void go_up(struct walk *w, unsigned int to_depth)
{
	while (w->depth > to_depth)
		close(w->dirs[--w->depth]);
}

/* @path's names come before those that are still to come. */
static void prepend_names(struct walk *w, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", 0);

	for (size_t i = g_strv_length(names); i > 0; i--)
		if (*names[i - 1] && strcmp(names[i - 1], ".") != 0)
			g_queue_push_head(&w->names, g_strdup(names[i - 1]));
}

/* @link is an O_PATH descriptor of a symbolic link. */
static int follow(struct walk *w, int link)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	target[n] = '\0';
	if (*target == '/')
		go_up(w, 0);
	prepend_names(w, target);
	return 0;
}

/* Takes over the O_PATH descriptor @dir. */
static int go_down(struct walk *w, int dir)
{
	if (w->depth == DEPTH_MAX) {
		close(dir);
		return -ENAMETOOLONG;
	}
	w->dirs[w->depth++] = dir;
	return 0;
}

/* One name. @last: what is no directory, or a link that is not to be followed, goes to *ret_fd. */
static int step(struct walk *w, const char *name, int flags, bool last, int *ret_fd)
{
	struct stat st;
	int r = 0, fd;

	if (strcmp(name, "..") == 0) {
		go_up(w, w->depth ? w->depth - 1 : 0);
		return 0;
	}
	fd = openat(here(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (st.st_dev != w->device)
		r = -EXDEV;
	else if (S_ISDIR(st.st_mode))
		return go_down(w, fd);
	else if (S_ISLNK(st.st_mode) && !(last && flags & O_NOFOLLOW))
		r = follow(w, fd);
	else if (!last)
		r = -ENOTDIR;
	/* Should it have become a link just now: O_NOFOLLOW, so it leads nowhere. */
	else if ((*ret_fd = openat(here(w), name, flags | O_NOFOLLOW)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int walk_in_root(int root, const char *path, int flags)
{
	struct walk w = { .root = root };
	struct stat st;
	int r = fstat(root, &st) < 0 ? -errno : 0, fd = -1;

	w.device = st.st_dev;
	prepend_names(&w, path);
	while (r == 0 && !g_queue_is_empty(&w.names)) {
		g_autofree char *name = g_queue_pop_head(&w.names);

		r = step(&w, name, flags, g_queue_is_empty(&w.names), &fd);
	}
	if (r == 0 && fd < 0) {
		fd = openat(here(&w), ".", flags);
		r = fd < 0 ? -errno : 0;
	}
	go_up(&w, 0);
	g_queue_clear_full(&w.names, g_free);
	return r < 0 ? r : fd;
}

int open_in_root(int root, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (uint64_t)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	const char *below = path + strspn(path, "/");
	int fd = (int)syscall(SYS_openat2, root, *below ? below : ".", &how, sizeof(how));

	if (fd >= 0)
		return fd;
	return errno == ENOSYS || errno == EPERM ? walk_in_root(root, path, flags) : -errno;
}
