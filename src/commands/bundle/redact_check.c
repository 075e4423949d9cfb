// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_check - what was written is read again.
 */
#include "commands/bundle/redact_check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive_read.h"
#include "commands/bundle/bundle_write.h"
#include "base/i18n.h"
#include "redact/redact.h"

struct looking {
	struct redact *redact;
	GString *content; /* of one member, so far */
	const char *path; /* of the bundle */
};

static enum member_want want(void *data G_GNUC_UNUSED, const char *path G_GNUC_UNUSED, enum member_type type)
{
	return type == MEMBER_FILE ? MEMBER_STREAM : MEMBER_SKIP;
}

static bool visit(void *data, const struct member *m, GError **error)
{
	struct looking *l = data;
	bool is_left;

	g_string_append_len(l->content, m->data, (gssize)m->size);
	if (m->truncated)
		return true;
	is_left = redact_left(l->redact, m->path, strlen(m->path)) ||
		  redact_left(l->redact, l->content->str, l->content->len);
	g_string_truncate(l->content, 0);
	if (is_left)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("%s: would hold a name or an address as it is in %s; nothing was written"), l->path,
			    m->path);
	return !is_left;
}

bool redact_check(struct redact *r, const char *file, const char *path, GError **error)
{
	struct looking l = { r, g_string_new(NULL), path };
	const struct member_visitor v = { want, visit, &l };
	bool ok = archive_read(file, &v, error);

	g_string_free(l.content, TRUE);
	return ok;
}

static bool write_all(int fd, const char *text)
{
	size_t size = strlen(text);

	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0)
			return false;
		text += n;
		size -= (size_t)n;
	}
	return true;
}

char *redact_write_map(struct redact *r, const char *path, GError **error)
{
	g_autofree char *stem = g_strndup(path, strlen(path) - strlen(bundle_suffix(path)));
	g_autofree char *map = g_strconcat(stem, ".map.tsv", NULL), *text = redact_map(r);
	int fd = open(map, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write_all(fd, text);
	int why = errno;

	if (fd >= 0 && close(fd) < 0 && ok) {
		why = errno;
		ok = false;
	}
	if (ok)
		return g_steal_pointer(&map);
	if (fd >= 0)
		unlink(map);
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", map, g_strerror(why));
	return NULL;
}
