// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_audit - /vmdoctor/audit.txt: what audit.log and its rotations hold about guests;
 * /vmdoctor/audit-status.json: what the kernel says of auditing
 *
 * The lines as they stand, oldest first, of the newest as many as the path's cap takes. The logs
 * are streamed through the filter, so that neither a recording nor this program's memory grows
 * with a log of gigabytes.
 * Source: audit_request_status(3); of its blocking mode, that it never ends after a refusal
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libaudit.h>

#include "formats/audit_log.h"

#define STATUS_WAIT_MS 500

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

/* The request is acknowledged first, by an error of 0. */
static int wait_status(int fd, struct audit_status *ret)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct audit_reply reply;

	while (poll(&pfd, 1, STATUS_WAIT_MS) > 0 &&
	       audit_get_reply(fd, &reply, GET_REPLY_NONBLOCKING, 0) > 0) {
		if (reply.type == NLMSG_ERROR && reply.error->error != 0)
			return reply.error->error;
		if (reply.type == AUDIT_GET) {
			*ret = *reply.status;
			return 0;
		}
	}
	return -ETIMEDOUT;
}

static void ask_status(struct answer *ret)
{
	struct audit_status st = { 0 };
	int fd = audit_open();
	char *text;

	if (fd < 0) {
		ret->error = -errno;
		return;
	}
	ret->error = audit_request_status(fd);
	if (ret->error >= 0)
		ret->error = wait_status(fd, &st);
	audit_close(fd);
	if (ret->error < 0)
		return;
	text = g_strdup_printf("{\"enabled\": %u, \"pid\": %u, \"lost\": %u, \"backlog\": %u, "
			       "\"backlog-limit\": %u}\n",
			       st.enabled, st.pid, st.lost, st.backlog, st.backlog_limit);
	ret->data = g_bytes_new_take(text, strlen(text));
}

static void ask_log(const char *dir, const struct query *q, struct answer *ret)
{
	struct kept kept = { .cap = source_cap_bytes(q->path) };
	struct audit_filter *f;

	kept.text = g_string_new(NULL);
	f = audit_filter_new(keep, &kept);
	ret->error = filter_all(f, dir);
	audit_filter_free(f);
	if (kept.text->len > kept.cap)
		trim(&kept);
	ret->truncated = kept.cut;
	if (ret->error == 0)
		ret->data = g_string_free_to_bytes(kept.text);
	else
		g_string_free(kept.text, TRUE);
}

static void audit_ask(struct source *src, const struct query *q, struct answer *ret)
{
	if (q->verb != SOURCE_READ)
		ret->error = -ENODATA;
	else if (g_str_has_suffix(q->path, "/audit-status.json"))
		ask_status(ret);
	else
		ask_log(((struct audit_source *)src)->dir, q, ret);
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
