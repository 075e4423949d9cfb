// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_audit - /vmdoctor/audit.txt: what audit.log and its rotations hold about guests
 *
 * The lines as they stand, oldest first, of the newest as many as the path's cap takes. The logs
 * are streamed through the filter, so that neither a recording nor this program's memory grows
 * with a log of gigabytes.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_log.h"

struct audit_source {
	struct source source;
	char *dir;
};

struct kept {
	GString *text;
	size_t cap;
	bool cut;
};

/* Whole lines off the front, and only when twice the cap is there: each byte is moved once. */
static void trim(struct kept *kept)
{
	size_t surplus = kept->text->len - kept->cap;
	const char *newline = memchr(kept->text->str + surplus - 1, '\n', kept->cap);

	kept->cut = true;
	g_string_erase(kept->text, 0, newline ? newline + 1 - kept->text->str : (gssize)surplus);
}

static void keep(void *data, const char *line, size_t size, unsigned int number G_GNUC_UNUSED)
{
	struct kept *kept = data;

	g_string_append_len(kept->text, line, (gssize)size);
	g_string_append_c(kept->text, '\n');
	if (kept->text->len > 2 * kept->cap)
		trim(kept);
}

static int filter_file(struct audit_filter *f, const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW), r;
	struct stat st;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? audit_filter_fd(f, fd) : -EINVAL;
	close(fd);
	return r;
}

static int list(const char *dir, GStrv *ret_names)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	GDir *d;
	const char *name;

	if (access(dir, R_OK | X_OK) < 0)
		return -errno;
	d = g_dir_open(dir, 0, NULL);
	if (!d)
		return -EIO;
	while ((name = g_dir_read_name(d)))
		g_strv_builder_add(names, name);
	g_dir_close(d);
	*ret_names = g_strv_builder_end(names);
	return 0;
}

/* A rotation that went away meanwhile is no failure; the first that may not be read is. */
static int filter_all(struct audit_filter *f, const char *dir)
{
	g_auto(GStrv) names = NULL;
	g_autoptr(GPtrArray) logs = NULL;
	int r = list(dir, &names);

	if (r < 0)
		return r;
	logs = audit_log_names(names);
	if (logs->len == 0)
		return -ENOENT;
	for (size_t i = 0; i < logs->len; i++) {
		r = filter_file(f, dir, logs->pdata[i]);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

static void audit_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct kept kept = { .cap = source_cap_bytes(q->path) };
	struct audit_filter *f;

	if (q->verb != SOURCE_READ) {
		ret->error = -ENODATA;
		return;
	}
	kept.text = g_string_new(NULL);
	f = audit_filter_new(keep, &kept);
	ret->error = filter_all(f, ((struct audit_source *)src)->dir);
	audit_filter_free(f);
	if (kept.text->len > kept.cap)
		trim(&kept);
	ret->truncated = kept.cut;
	if (ret->error == 0)
		ret->data = g_string_free_to_bytes(kept.text);
	else
		g_string_free(kept.text, TRUE);
}

static void audit_free(struct source *src)
{
	g_free(((struct audit_source *)src)->dir);
	g_free(src);
}

static const struct source_ops audit_ops = { .ask = audit_ask, .free = audit_free };

struct source *source_audit_new(const char *dir)
{
	struct audit_source *s = g_new0(struct audit_source, 1);

	s->source.ops = &audit_ops;
	s->dir = g_strdup(dir);
	return &s->source;
}
