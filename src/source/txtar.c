// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * txtar - a tree of files in one text file.
 *
 * The text may be a stranger's. What is held is no more than the text has, and the names of the
 * directories that lie above its members.
 */
#include "source/txtar.h"

#include <errno.h>
#include <string.h>

#include "source/source.h"

#define MARK "-- "
#define MARK_END " --"
#define ESCAPED " (escaped)"
/* The names of all directories above a member are kept: they may not be much more than the text. */
#define PATH_BYTES_MAX 1024
#define DEPTH_MAX 32

struct reading {
	const char *name; /* of the file, for messages */
	unsigned int line;
	GHashTable *lists; /* directory -> set of the names in it */
	GHashTable *files; /* paths of members, as a set */
	struct source *record;
	GError **error;
};

/* Not '\0'-ended. */
struct line {
	const char *text;
	gsize length; /* without its end */
	const char *next;
};

static struct line line_at(const char *text, const char *end)
{
	const char *stop = memchr(text, '\n', (gsize)(end - text));
	struct line l = { text, (gsize)((stop ? stop : end) - text), stop ? stop + 1 : end };

	if (l.length > 0 && stop && stop[-1] == '\r')
		l.length--;
	return l;
}

/* The path in "-- PATH --", blanks stripped; NULL: the line is no mark. */
static char *path_of(const struct line *l)
{
	const gsize around = strlen(MARK) + strlen(MARK_END);
	g_autofree char *path = NULL;

	if (l->length <= around || memcmp(l->text, MARK, strlen(MARK)) != 0 ||
	    memcmp(l->text + l->length - strlen(MARK_END), MARK_END, strlen(MARK_END)) != 0)
		return NULL;
	path = g_strstrip(g_strndup(l->text + strlen(MARK), l->length - around));
	return *path ? g_steal_pointer(&path) : NULL;
}

static bool is_mark(const struct line *l)
{
	g_autofree char *path = path_of(l);

	return path;
}

gsize txtar_comment(const char *text, gsize size)
{
	const char *end = text + size, *p = text;

	while (p < end) {
		struct line l = line_at(p, end);

		if (is_mark(&l))
			break;
		p = l.next;
	}
	return (gsize)(p - text);
}

static bool bad(struct reading *r, const char *why, const char *what)
{
	g_set_error(r->error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s: %s", r->name, r->line, what, why);
	return false;
}

/* "etc//passwd", "/etc", "a/../b" and "dir/" are no paths of a member. */
static bool is_plain(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", DEPTH_MAX + 1);

	for (guint i = 0; parts[i]; i++)
		if (!*parts[i] || strcmp(parts[i], ".") == 0 || strcmp(parts[i], "..") == 0)
			return false;
	return g_strv_length(parts) <= DEPTH_MAX && strlen(path) <= PATH_BYTES_MAX;
}

/* Enters @path, absolute now, in the lists of all directories above it. */
static bool enter(struct reading *r, const char *path)
{
	g_autofree char *below = g_strdup(path);
	char *slash;

	if (!g_hash_table_add(r->files, g_strdup(path)))
		return bad(r, "is there twice", path + 1);
	if (g_hash_table_contains(r->lists, path))
		return bad(r, "is a directory of another member", path + 1);
	while ((slash = strrchr(below, '/'))) {
		g_autofree char *dir = slash == below ? g_strdup("/") : g_strndup(below, (gsize)(slash - below));
		GHashTable *names = g_hash_table_lookup(r->lists, dir);

		if (g_hash_table_contains(r->files, dir))
			return bad(r, "its directory is a member, too", path + 1);
		if (!names) {
			names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
			g_hash_table_insert(r->lists, g_strdup(dir), names);
		}
		g_hash_table_add(names, g_strdup(slash + 1));
		*slash = '\0';
	}
	return true;
}

static bool put_escaped(struct reading *r, GByteArray *bytes, const struct line *l)
{
	for (gsize i = 0; i < l->length; i++) {
		guint8 byte = (guint8)l->text[i];

		if (byte == '%') {
			int high = i + 2 < l->length ? g_ascii_xdigit_value(l->text[i + 1]) : -1;
			int low = i + 2 < l->length ? g_ascii_xdigit_value(l->text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return bad(r, "no two hexadecimal digits behind it", "%");
			byte = (guint8)(high << 4 | low);
			i += 2;
		}
		g_byte_array_append(bytes, &byte, 1);
	}
	return true;
}

/* As a file on disk would be answered: up to its cap, of a log the end. */
static void put_file(struct reading *r, const char *path, GByteArray *bytes)
{
	gsize cap = source_cap_bytes(path), size = MIN(cap, bytes->len);
	const guint8 *from = source_cap_is_tail(path) ? bytes->data + (bytes->len - size) : bytes->data;
	const struct query q = { .verb = SOURCE_READ, .path = path };
	struct answer a = { .truncated = size < bytes->len, .data = g_bytes_new(from, size) };

	record_put(r->record, &q, &a);
}

/* Reads the member whose mark is @mark. Return: where the next begins; NULL with the error set. */
static const char *read_member(struct reading *r, const struct line *mark, const char *end)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autofree char *named = path_of(mark);
	bool escaped = g_str_has_suffix(named, ESCAPED);
	const char *p = mark->next;
	g_autofree char *path = NULL;

	if (escaped)
		named[strlen(named) - strlen(ESCAPED)] = '\0';
	path = g_strconcat("/", g_strstrip(named), NULL);
	if (!is_plain(path + 1))
		return bad(r, "not a path below the tree's root", named), NULL;
	if (!enter(r, path))
		return NULL;
	while (p < end) {
		struct line l = line_at(p, end);

		if (is_mark(&l))
			break;
		r->line++;
		if (!escaped)
			g_byte_array_append(bytes, (const guint8 *)p, (guint)(l.next - p));
		else if (!put_escaped(r, bytes, &l))
			return NULL;
		p = l.next;
	}
	if (!escaped && bytes->len > 0 && bytes->data[bytes->len - 1] != '\n')
		g_byte_array_append(bytes, (const guint8 *)"\n", 1);
	put_file(r, path, bytes);
	return p;
}

/* The names in each directory, sorted, as source_fs gives them. */
static void put_lists(struct reading *r)
{
	GHashTableIter it;
	gpointer dir, names;

	g_hash_table_iter_init(&it, r->lists);
	while (g_hash_table_iter_next(&it, &dir, &names)) {
		g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(names), (GCompareFunc)strcmp);
		const struct query q = { .verb = SOURCE_LIST, .path = dir };
		GString *text = g_string_new(NULL);
		struct answer a = { 0 };

		for (GList *n = sorted; n; n = n->next)
			g_string_append_printf(text, "%s\n", (const char *)n->data);
		a.data = g_string_free_to_bytes(text);
		record_put(r->record, &q, &a);
	}
}

static bool read_all(struct reading *r, const char *text, gsize size)
{
	const char *end = text + size, *p = text + txtar_comment(text, size);

	for (const char *c = text; c < p; c++)
		r->line += *c == '\n';
	for (unsigned int n = 0; p && p < end; n++) {
		struct line mark = line_at(p, end);

		r->line++;
		if (n == TXTAR_MEMBERS_MAX)
			return bad(r, "too many", "members");
		p = read_member(r, &mark, end);
	}
	put_lists(r);
	return p;
}

struct source *txtar_files(const char *text, gsize size, const char *name, GError **error)
{
	struct reading r = { .name = name, .record = record_new(NULL), .error = error };
	bool ok;

	r.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	r.lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
	ok = size <= TXTAR_BYTES_MAX ? read_all(&r, text, size) : bad(&r, "larger than 16 MiB", name);
	g_hash_table_unref(r.files);
	g_hash_table_unref(r.lists);
	if (!ok)
		g_clear_pointer(&r.record, source_free);
	return r.record;
}
