// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * archive_read - hands on what the child that parses an archive says. See archive_parse.c.
 */
#include "archives/archive_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archives/archive_parse.h"
#include "base/i18n.h"

#define FRAME_MAX_BYTES ((uint64_t)64 << 20) /* the largest of source_cap_bytes() */
#define WAIT_MAX_S 900

bool archive_is_one(const char *path)
{
	static const char *const magic[] = { "\x1f\x8b", "BZh", "\xfd" "7zXZ", "\x28\xb5\x2f\xfd" };
	char head[512] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < G_N_ELEMENTS(magic); i++)
		if (n > 6 && memcmp(head, magic[i], strlen(magic[i])) == 0)
			return true;
	return n == (ssize_t)sizeof(head) && memcmp(head + 257, "ustar", 5) == 0;
}

static bool refuse(GError **error, const char *path, const char *why)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, _(why));
	return false;
}

static bool take(int fd, void *bytes, size_t size, int64_t until_us)
{
	char *p = bytes;

	while (size > 0) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t n = read(fd, p, size);

		if (n > 0) {
			p += n;
			size -= (size_t)n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			return false;
		} else if (g_get_monotonic_time() > until_us || poll(&pfd, 1, 1000) < 0) {
			return false;
		}
	}
	return true;
}

/* True: go on. What the child says is as little to be trusted as what it read. */
static bool take_member(int fd, const char *archive, const struct member_visitor *v, int64_t until_us,
			bool *ret_done, GError **error)
{
	static const char gone[] = N_("cannot be read: it takes too much memory or time");
	g_autofree char *path = NULL;
	g_autoptr(GBytes) content = NULL;
	char *data;
	struct frame f;

	if (!take(fd, &f, sizeof(f), until_us) || f.path_size > ARCHIVE_NAME_MAX_BYTES + 1 ||
	    f.size > FRAME_MAX_BYTES || (f.type > MEMBER_OTHER && f.type != FRAME_END))
		return refuse(error, archive, gone);
	path = g_malloc0(f.path_size + 1);
	data = g_malloc(f.size + 1);
	data[f.size] = '\0';
	content = g_bytes_new_take(data, f.size);
	if (!take(fd, path, f.path_size, until_us) || !take(fd, data, f.size, until_us))
		return refuse(error, archive, gone);
	*ret_done = f.type == FRAME_END;
	if (*ret_done)
		return f.size == 0 || refuse(error, archive, data);
	return v->visit(v->data,
			&(struct member){ (enum member_type)f.type, path, data, f.size, content, f.truncated }, error);
}

static bool take_all(int fd, const char *archive, const struct member_visitor *v, GError **error)
{
	int64_t until_us = g_get_monotonic_time() + WAIT_MAX_S * (int64_t)G_USEC_PER_SEC;
	bool done = false;

	while (!done)
		if (!take_member(fd, archive, v, until_us, &done, error))
			return false;
	return true;
}

bool archive_read(const char *path, const struct member_visitor *v, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), ends[2];
	struct stat st;
	pid_t child;
	bool ok;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || pipe2(ends, O_CLOEXEC) < 0) {
		int why = errno;

		if (fd >= 0)
			close(fd);
		return refuse(error, path, fd < 0 ? g_strerror(why) : _("not a regular file"));
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		archive_parse(v, fd, ends[1]);
	}
	close(ends[1]);
	close(fd);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
	ok = child > 0 ? take_all(ends[0], path, v, error) : refuse(error, path, g_strerror(errno));
	close(ends[0]);
	if (child > 0) {
		kill(child, SIGKILL); /* it has nothing left to say */
		waitpid(child, NULL, 0);
	}
	return ok;
}
