// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * archive_parse - a tar archive as a stream, in a process that may do nothing else
 *
 * Whoever sends an archive decides what a decompressor gets to see. So this has no privilege, may
 * not fork, write files or open more than it has, and may take only so much memory and processor
 * time; names are keys that never reach the file system.
 * Source: archive_read(3), tar(5)
 */
#include "archives/archive_parse.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive_read.h"
#include "base/confine.h"
#include "base/i18n.h"
#include "source/source.h"
#include "archives/unpack.h"

#define GIB ((uint64_t)1 << 30)
#define BLOCK_BYTES ((size_t)256 << 10)
#define DEPTH_MAX 64
#define MEMBERS_MAX 2000000
#define MEMBER_MAX_BYTES ((int64_t)64 * (int64_t)GIB)
#define MESSAGE_MAX_BYTES 8192
#define MEMORY_MAX_BYTES (2 * GIB) /* of address space; xz -9 takes 65 MiB, zstd --ultra 128 */
#define CPU_MAX_S 600
#define FILES_MAX 16

struct walk {
	const struct member_visitor *v;
	struct unpack *unpack;
	struct archive *a;
	FILE *out;
	char *top; /* "sosreport-x/", or "" */
	char *why; /* what is wrong */
	uint64_t members;
};

static bool fail(struct walk *w, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool fail(struct walk *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	w->why = g_strdup_vprintf(_(format), args);
	va_end(args);
	return false;
}

static void send_frame(FILE *out, uint32_t type, const char *path, const void *data, size_t size,
		       bool truncated)
{
	const struct frame f = { type, (uint32_t)strlen(path), size, truncated };

	/* A parent that is gone takes SIGPIPE's way. */
	fwrite(&f, sizeof(f), 1, out);
	fwrite(path, f.path_size, 1, out);
	if (size > 0)
		fwrite(data, size, 1, out);
}

/* Does "a/../b", seen from the depth @depth, ever climb above the top? */
static bool climbs(const char *path, int depth)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (size_t i = 0; parts[i]; i++) {
		if (strcmp(parts[i], "..") == 0)
			depth--;
		else if (*parts[i] && strcmp(parts[i], ".") != 0)
			depth++;
		if (depth < 0)
			return true;
	}
	return false;
}

static int depth_of(const char *path)
{
	int depth = 0;

	for (const char *p = path; *p; p++)
		depth += *p == '/';
	return depth;
}

/* "./a//b/" as "a/b"; NULL with w->why set for what no tar of a tree holds. */
static char *plain_name(struct walk *w, const char *name)
{
	g_autoptr(GString) plain = g_string_new(NULL);
	g_auto(GStrv) parts = NULL;
	g_autofree char *shown = NULL;

	if (!name || strlen(name) > ARCHIVE_NAME_MAX_BYTES) {
		fail(w, "a member's name is no text, or longer than %d bytes", ARCHIVE_NAME_MAX_BYTES);
		return NULL;
	}
	shown = g_strescape(name, NULL);
	if (name[0] == '/') {
		fail(w, "refused: the absolute name '%s'", shown);
		return NULL;
	}
	parts = g_strsplit(name, "/", -1);
	for (size_t i = 0; parts[i]; i++) {
		if (strcmp(parts[i], "..") == 0) {
			fail(w, "refused: '%s' leaves the tree", shown);
			return NULL;
		}
		if (*parts[i] && strcmp(parts[i], ".") != 0)
			g_string_append_printf(plain, "%s%s", plain->len ? "/" : "", parts[i]);
	}
	if (depth_of(plain->str) > DEPTH_MAX) {
		fail(w, "refused: '%.60s…' is deeper than %d directories", shown, DEPTH_MAX);
		return NULL;
	}
	return g_string_free(g_steal_pointer(&plain), FALSE);
}

/* One directory holds it all, unless the first name is one of a root directory. */
static void find_top(struct walk *w, const char *name)
{
	static const char *const roots[] = { "etc",  "var", "proc", "sys",	    "run",	    "usr",
					     "dev",  "lib", "boot", "vmdoctor",	    "sos_commands", "home",
					     "root", "opt", "srv",  "sos_reports",  "sos_strings",  "sos_logs",
					     "tmp",  "mnt", "bin",  "sbin",	    "lib64",	    NULL };
	size_t n = strcspn(name, "/");
	g_autofree char *first = g_strndup(name, n);

	w->top = g_strv_contains(roots, first) ? g_strdup("") : g_strconcat(first, "/", NULL);
}

/* The path below the top, "/etc/fstab"; NULL: not below it. */
static char *path_below(const struct walk *w, const char *plain)
{
	size_t n = strlen(w->top);

	if (n > 0 && strncmp(plain, w->top, n - 1) == 0 && plain[n - 1] == '\0')
		return g_strdup("/");
	return strncmp(plain, w->top, n) == 0 ? g_strconcat("/", plain + n, NULL) : NULL;
}

static bool fail_damaged(struct walk *w)
{
	const char *why = archive_error_string(w->a);

	if (unpack_refusal(w->unpack))
		return fail(w, "%s", unpack_refusal(w->unpack));
	return fail(w, "damaged: %s", why ? why : _("it ends early"));
}

static bool skip_data(struct walk *w)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(w->a, &block, &size, &offset)) == ARCHIVE_OK)
		;
	return r == ARCHIVE_EOF || fail_damaged(w);
}

/* Keeps the cap's worth: the beginning, or of a log the end. */
static void keep(GByteArray *bytes, const void *block, size_t size, size_t cap, bool tail, bool *ret_cut)
{
	if (!tail) {
		size_t room = cap - MIN(cap, bytes->len);

		*ret_cut |= size > room;
		g_byte_array_append(bytes, block, (guint)MIN(size, room));
		return;
	}
	g_byte_array_append(bytes, block, (guint)size);
	if (bytes->len > 2 * cap) {
		g_byte_array_remove_range(bytes, 0, (guint)(bytes->len - cap));
		*ret_cut = true;
	}
}

static bool send_content(struct walk *w, const char *path)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	size_t cap = source_cap_bytes(path), size;
	bool tail = source_cap_is_tail(path), cut = false;
	const void *block;
	la_int64_t offset, at = 0;
	int r;

	while ((r = archive_read_data_block(w->a, &block, &size, &offset)) == ARCHIVE_OK) {
		if (offset != at)
			return fail(w, "refused: '%s' is a sparse file", path);
		at += (la_int64_t)size;
		keep(bytes, block, size, cap, tail, &cut);
	}
	if (r != ARCHIVE_EOF)
		return fail_damaged(w);
	if (bytes->len > cap) {
		g_byte_array_remove_range(bytes, 0, (guint)(bytes->len - cap));
		cut = true;
	}
	send_frame(w->out, MEMBER_FILE, path, bytes->data, bytes->len, cut);
	return true;
}

static bool send_stream(struct walk *w, const char *path)
{
	const void *block;
	size_t size;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(w->a, &block, &size, &offset)) == ARCHIVE_OK)
		send_frame(w->out, MEMBER_FILE, path, block, size, true);
	if (r != ARCHIVE_EOF)
		return fail_damaged(w);
	send_frame(w->out, MEMBER_FILE, path, NULL, 0, false);
	return true;
}

static bool send_link(struct walk *w, const char *path, const char *target)
{
	if (!target || strlen(target) > ARCHIVE_NAME_MAX_BYTES)
		return fail(w, "'%s': a link without a target", path);
	/* An absolute target is one of the host that was recorded: it begins at the top. */
	if (climbs(target, target[0] == '/' ? 0 : depth_of(path) - 1))
		return fail(w, "refused: the link '%s' leads out of the tree", path);
	send_frame(w->out, MEMBER_LINK, path, target, strlen(target), false);
	return true;
}

static bool send_same_as(struct walk *w, const char *path, const char *other)
{
	g_autofree char *plain = plain_name(w, other);
	g_autofree char *below = plain ? path_below(w, plain) : NULL;

	if (!plain)
		return false;
	if (!below)
		return fail(w, "refused: '%s' is a link out of the tree", path);
	send_frame(w->out, MEMBER_SAME_AS, path, below, strlen(below), false);
	return true;
}

static enum member_type type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e))
		return MEMBER_SAME_AS;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return MEMBER_FILE;
	case AE_IFDIR:
		return MEMBER_DIRECTORY;
	case AE_IFLNK:
		return MEMBER_LINK;
	default:
		return MEMBER_OTHER;
	}
}

static bool has_control(const char *path)
{
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return true;
	return false;
}

static bool send_member(struct walk *w, struct archive_entry *e, const char *path)
{
	enum member_type type = type_of(e);
	enum member_want want = w->v->want(w->v->data, path, type);

	/* sos copies device nodes that it comes across in /dev. */
	if (type == MEMBER_OTHER && !g_str_has_prefix(path, "/dev/") && want != MEMBER_SKIP)
		return fail(w, "refused: '%s' is a device, FIFO or socket", path);
	/* Only who looks at all there is, and escapes what it shows, wants such a name. */
	if (want == MEMBER_SKIP || (want != MEMBER_STREAM && has_control(path)))
		return skip_data(w);
	if (type == MEMBER_LINK)
		return send_link(w, path, archive_entry_symlink(e));
	if (type == MEMBER_SAME_AS)
		return send_same_as(w, path, archive_entry_hardlink(e));
	if (type == MEMBER_FILE && want == MEMBER_CONTENT)
		return send_content(w, path);
	if (type == MEMBER_FILE && want == MEMBER_STREAM)
		return send_stream(w, path);
	send_frame(w->out, type, path, NULL, 0, false);
	return skip_data(w);
}

static bool walk_entry(struct walk *w, struct archive_entry *e)
{
	g_autofree char *plain = plain_name(w, archive_entry_pathname(e));
	g_autofree char *path = NULL;

	if (!plain)
		return false;
	if (++w->members > MEMBERS_MAX)
		return fail(w, "refused: more than %d members", MEMBERS_MAX);
	if (archive_entry_size(e) > MEMBER_MAX_BYTES || archive_entry_size(e) < 0)
		return fail(w, "refused: '%s' says that it is larger than 64 GiB", plain);
	if (!*plain)
		return true; /* "./" */
	if (!w->top)
		find_top(w, plain);
	path = path_below(w, plain);
	return path ? send_member(w, e, path) : skip_data(w);
}

static bool walk_all(struct walk *w)
{
	struct archive_entry *e;
	int r;

	archive_read_support_format_tar(w->a);
	if (unpack_open(w->unpack, w->a) != ARCHIVE_OK)
		return fail_damaged(w);
	while ((r = archive_read_next_header(w->a, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN)
		if (!walk_entry(w, e))
			return false;
	return r == ARCHIVE_EOF || fail_damaged(w);
}

_Noreturn void archive_parse(const struct member_visitor *v, int fd, int pipe_fd)
{
	struct walk w = { .v = v };

	setlocale(LC_CTYPE, "C.UTF-8"); /* names are bytes to us */
	signal(SIGINT, SIG_DFL);
	confine_close_all_but(fd, pipe_fd);
	confine(&(struct confine){ .memory_bytes = MEMORY_MAX_BYTES, .cpu_s = CPU_MAX_S, .files = FILES_MAX });
	(void)confine_calls(); /* said by --version --verbose where the kernel has it not */
	w.a = archive_read_new();
	w.out = fdopen(pipe_fd, "w");
	if (!w.a || !w.out)
		_exit(1);
	setvbuf(w.out, NULL, _IOFBF, BLOCK_BYTES);
	w.unpack = unpack_start(fd);
	if (!w.unpack)
		_exit(1);
	confine_no_children(); /* libarchive would run a missing decompressor as a program */
	walk_all(&w);
	if (w.why && strlen(w.why) > MESSAGE_MAX_BYTES)
		w.why[MESSAGE_MAX_BYTES] = '\0';
	send_frame(w.out, FRAME_END, "", w.why ? w.why : "", w.why ? strlen(w.why) : 0, false);
	fflush(w.out);
	_exit(0);
}

