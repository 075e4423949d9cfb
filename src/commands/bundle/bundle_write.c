// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bundle_write - a tar archive in a file that has no name yet. Source: open(2), O_TMPFILE
 */
#include "commands/bundle/bundle_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"

struct bundle {
	char *path, *top;
	char *hidden; /* a name for where O_TMPFILE is not to be had; NULL: none */
	char *file;   /* to read it by */
	int fd;
	int64_t time_s;
	struct archive *a;
	char *why; /* the first failure */
	sigset_t old_mask;
};

static const struct suffix {
	const char *text;
	int (*filter)(struct archive *a);
} suffixes[] = {
	{ ".tar.zst", archive_write_add_filter_zstd },
	{ ".tar.xz", archive_write_add_filter_xz },
	{ ".tar.gz", archive_write_add_filter_gzip },
	{ ".tgz", archive_write_add_filter_gzip },
	{ ".tar", archive_write_add_filter_none },
};

static const struct suffix *suffix_of(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
		if (g_str_has_suffix(path, suffixes[i].text))
			return &suffixes[i];
	return NULL;
}

const char *bundle_suffix(const char *path)
{
	const struct suffix *s = suffix_of(path);

	return s ? s->text : NULL;
}

static bool fail(GError **error, const char *path, const char *why)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, why);
	return false;
}

/* A signal that came in between is served when the hidden file is gone. */
static void block_signals(struct bundle *b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &b->old_mask);
}

static bool is_interrupted(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
	       (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP));
}

static int open_temporary(struct bundle *b)
{
	g_autofree char *dir = g_path_get_dirname(b->path);

	b->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (b->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		b->hidden = g_build_filename(dir, ".vmdoctor-XXXXXX", NULL);
		b->fd = mkostemp(b->hidden, O_CLOEXEC);
		if (b->fd < 0)
			g_clear_pointer(&b->hidden, g_free);
	}
	return b->fd < 0 ? -errno : 0;
}

static int start(struct bundle *b)
{
	int r = open_temporary(b);

	if (r < 0)
		return r;
	b->file = b->hidden ? g_strdup(b->hidden) : g_strdup_printf("/proc/self/fd/%d", b->fd);
	b->a = archive_write_new();
	if (!b->a || archive_write_set_format_pax_restricted(b->a) != ARCHIVE_OK ||
	    suffix_of(b->path)->filter(b->a) < ARCHIVE_WARN ||
	    archive_write_open_fd(b->a, b->fd) != ARCHIVE_OK)
		return -EIO;
	return 0;
}

struct bundle *bundle_new(const char *path, const char *top, int64_t time_s, GError **error)
{
	struct bundle *b;
	int r;

	if (!suffix_of(path)) {
		fail(error, path, _("a bundle's name ends in .tar.zst, .tar.xz, .tar.gz or .tar"));
		return NULL;
	}
	if (g_file_test(path, G_FILE_TEST_EXISTS)) {
		fail(error, path, _("is there already"));
		return NULL;
	}
	b = g_new0(struct bundle, 1);
	*b = (struct bundle){ .path = g_strdup(path), .top = g_strdup(top), .fd = -1, .time_s = time_s };
	block_signals(b);
	r = start(b);
	if (r < 0) {
		fail(error, path, g_strerror(-r));
		bundle_free(b);
		return NULL;
	}
	return b;
}

static bool note(struct bundle *b, const char *why)
{
	if (!b->why)
		b->why = g_strdup(why ? why : _("cannot be written"));
	return false;
}

static bool write_member(struct bundle *b, struct archive_entry *e, const void *bytes, size_t size)
{
	if (archive_write_header(b->a, e) != ARCHIVE_OK)
		return note(b, archive_error_string(b->a));
	if (size > 0 && archive_write_data(b->a, bytes, size) != (la_ssize_t)size)
		return note(b, archive_error_string(b->a));
	return true;
}

bool bundle_add(struct bundle *b, const char *path, GBytes *content)
{
	g_autofree char *name = g_strconcat(b->top, path, NULL);
	struct archive_entry *e;
	gsize size = 0;
	const void *bytes = content ? g_bytes_get_data(content, &size) : NULL;
	bool ok;

	if (b->why)
		return false;
	if (is_interrupted())
		return note(b, "interrupted");
	e = archive_entry_new();
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_mtime(e, b->time_s, 0);
	archive_entry_set_size(e, (la_int64_t)size);
	ok = write_member(b, e, bytes, size);
	archive_entry_free(e);
	return ok;
}

bool bundle_close(struct bundle *b, GError **error)
{
	if (!b->why && archive_write_close(b->a) != ARCHIVE_OK)
		note(b, archive_error_string(b->a));
	if (!b->why && fsync(b->fd) < 0 && errno != EINVAL)
		note(b, g_strerror(errno));
	return !b->why || fail(error, b->path, b->why);
}

const char *bundle_file(const struct bundle *b)
{
	return b->file;
}

uint64_t bundle_size_bytes(const struct bundle *b)
{
	struct stat st;

	return fstat(b->fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

bool bundle_publish(struct bundle *b, GError **error)
{
	if (is_interrupted())
		return fail(error, b->path, "interrupted");
	/* link(2), other than rename(2), never replaces a file. */
	if (linkat(AT_FDCWD, b->file, AT_FDCWD, b->path, AT_SYMLINK_FOLLOW) < 0)
		return fail(error, b->path, g_strerror(errno));
	return true;
}

void bundle_free(struct bundle *b)
{
	if (!b)
		return;
	if (b->a)
		archive_write_free(b->a);
	if (b->fd >= 0)
		close(b->fd);
	if (b->hidden)
		unlink(b->hidden);
	sigprocmask(SIG_SETMASK, &b->old_mask, NULL);
	g_free(b->path);
	g_free(b->top);
	g_free(b->hidden);
	g_free(b->file);
	g_free(b->why);
	g_free(b);
}
