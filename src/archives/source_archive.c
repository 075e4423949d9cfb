// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_archive - an archive in memory, as a tree of names
 *
 * A bundle says so by its manifest, and all of it is kept; of anything else, what a check could
 * ask for, and the names beside it, as a directory's list is an answer, too.
 */
#include "archives/source_archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archives/archive_read.h"
#include "base/i18n.h"
#include "base/order.h"
#include "source/source.h"

#define KEPT_MAX_BYTES ((size_t)1 << 30)
#define KEPT_MAX 1000000
#define HOPS_MAX 40 /* as the kernel's own limit on symbolic links */

struct kept {
	enum member_type type;
	bool truncated;
	GBytes *data;
};

struct archive_source {
	struct source source;
	GHashTable *members;  /* path -> struct kept */
	GHashTable *children; /* path of a directory -> set of names */
	bool (*is_wanted)(const char *path);
	const char *file;
	size_t size;
	bool keep_all, has_links;
	bool is_late; /* the manifest was not the first file, so that others may have been skipped */
	char *last_parent; /* of the child: the directory looked at last, and whether it is wanted */
	bool last_wanted;
};

static void kept_free(void *p)
{
	struct kept *k = p;

	g_clear_pointer(&k->data, g_bytes_unref);
	g_free(k);
}

static bool is_parent_wanted(struct archive_source *s, const char *path)
{
	g_autofree char *parent = g_path_get_dirname(path);

	if (g_strcmp0(parent, s->last_parent) != 0) {
		s->last_wanted = s->is_wanted(parent);
		g_free(s->last_parent);
		s->last_parent = g_steal_pointer(&parent);
	}
	return s->last_wanted;
}

static enum member_want want(void *data, const char *path, enum member_type type)
{
	struct archive_source *s = data;

	if (strcmp(path, SOURCE_MANIFEST) == 0 && !s->keep_all) {
		s->keep_all = !s->is_late;
		return s->is_late ? MEMBER_NAME : MEMBER_CONTENT;
	}
	s->is_late |= type != MEMBER_DIRECTORY;
	if (s->keep_all || s->is_wanted(path))
		return MEMBER_CONTENT;
	/* Any link may be on the way to a file. */
	if (type == MEMBER_LINK || type == MEMBER_DIRECTORY)
		return MEMBER_NAME;
	return is_parent_wanted(s, path) ? MEMBER_NAME : MEMBER_SKIP;
}

static void add_names(struct archive_source *s, const char *path)
{
	g_autofree char *at = g_strdup(path);
	bool is_new = true;

	while (is_new && strcmp(at, "/") != 0) {
		g_autofree char *parent = g_path_get_dirname(at);
		GHashTable *names = g_hash_table_lookup(s->children, parent);

		is_new = names == NULL;
		if (is_new) {
			names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
			g_hash_table_insert(s->children, g_strdup(parent), names);
		}
		g_hash_table_add(names, g_path_get_basename(at));
		g_free(at);
		at = g_steal_pointer(&parent);
	}
}

static bool refuse(const struct archive_source *s, GError **error, const char *why, const char *path)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s: refused: %s%s"), s->file, _(why), path);
	return false;
}

static bool visit(void *data, const struct member *m, GError **error)
{
	struct archive_source *s = data;
	struct kept *k;

	if (strcmp(m->path, "/") == 0)
		return true;
	s->is_late |= strcmp(m->path, SOURCE_MANIFEST) == 0 && m->size == 0;
	s->size += m->size + strlen(m->path) + sizeof(*k);
	if (s->size > KEPT_MAX_BYTES || g_hash_table_size(s->members) > KEPT_MAX)
		return refuse(s, error, "more than 1 GiB of it would have to be kept", "");
	add_names(s, m->path);
	if (m->type == MEMBER_DIRECTORY) {
		if (!g_hash_table_contains(s->children, m->path))
			g_hash_table_insert(s->children, g_strdup(m->path),
					    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL));
		return true;
	}
	if (g_hash_table_contains(s->members, m->path))
		return refuse(s, error, "it holds two files called ", m->path);
	k = g_new0(struct kept, 1);
	*k = (struct kept){ m->type, m->truncated, g_bytes_ref(m->content) };
	s->has_links |= m->type == MEMBER_LINK;
	g_hash_table_insert(s->members, g_strdup(m->path), k);
	return true;
}

/* Asking */

/* The end of @path's way through links; NULL: too many. Their targets do not leave the tree. */
static char *resolve(const struct archive_source *s, const char *path)
{
	g_autoptr(GString) done = g_string_new(NULL);
	g_autofree char *rest = g_strdup(path);
	char *next = rest;
	unsigned int hops = 0;

	if (!s->has_links)
		return g_steal_pointer(&rest);
	while (*next) {
		char *part = next + strspn(next, "/");
		size_t n = strcspn(part, "/"), before = done->len;
		const struct kept *k;

		next = part + n;
		if (n == 0 || (n == 1 && part[0] == '.'))
			continue;
		if (n == 2 && strncmp(part, "..", 2) == 0) {
			char *slash = strrchr(done->str, '/');

			g_string_truncate(done, slash ? (gsize)(slash - done->str) : 0);
			continue;
		}
		g_string_append_c(done, '/');
		g_string_append_len(done, part, (gssize)n);
		k = g_hash_table_lookup(s->members, done->str);
		if (!k || k->type != MEMBER_LINK)
			continue;
		if (++hops > HOPS_MAX)
			return NULL;
		gsize size;
		const char *target = g_bytes_get_data(k->data, &size);
		char *longer = g_strdup_printf("%.*s/%s", (int)size, target ? target : "", next);

		g_string_truncate(done, target && *target == '/' ? 0 : before);
		g_free(rest);
		next = rest = longer;
	}
	return g_strdup(done->len ? done->str : "/");
}

static const struct kept *find(const struct archive_source *s, const char *path)
{
	const struct kept *k = g_hash_table_lookup(s->members, path);

	if (k && k->type == MEMBER_SAME_AS) {
		gsize size;
		const char *other = g_bytes_get_data(k->data, &size);
		g_autofree char *name = g_strndup(other, size);

		k = g_hash_table_lookup(s->members, name);
	}
	return k;
}

static void answer_list(GHashTable *names, struct answer *ret)
{
	guint n;
	g_autofree const char **sorted = (const char **)g_hash_table_get_keys_as_array(names, &n);
	GString *text = g_string_new(NULL);

	qsort(sorted, n, sizeof(*sorted), order_by_bytes);
	for (guint i = 0; i < n; i++)
		g_string_append_printf(text, "%s\n", sorted[i]);
	ret->data = g_string_free_to_bytes(text);
}

static void ask_link(const struct archive_source *s, const char *path, struct answer *ret)
{
	g_autofree char *parent = g_path_get_dirname(path), *base = g_path_get_basename(path);
	g_autofree char *dir = resolve(s, parent);
	g_autofree char *at = dir ? g_build_filename(dir, base, NULL) : NULL;
	const struct kept *k = at ? g_hash_table_lookup(s->members, at) : NULL;

	if (k && k->type == MEMBER_LINK)
		ret->data = g_bytes_ref(k->data);
	else
		ret->error = k || (at && g_hash_table_contains(s->children, at)) ? -EINVAL : -ENOENT;
}

static void ask_content(const struct archive_source *s, enum source_verb verb, const char *path,
			struct answer *ret)
{
	g_autofree char *at = resolve(s, path);
	GHashTable *names = at ? g_hash_table_lookup(s->children, at) : NULL;
	const struct kept *k = at ? find(s, at) : NULL;

	ret->error = at ? -ENOENT : -ELOOP;
	if (verb == SOURCE_LIST && names) {
		ret->error = 0;
		answer_list(names, ret);
	} else if (verb == SOURCE_READ && k && k->type == MEMBER_FILE) {
		*ret = (struct answer){ 0, k->truncated, g_bytes_ref(k->data) };
	}
}

static void archive_ask(struct source *src, const struct query *q, struct answer *ret)
{
	const struct archive_source *s = (const struct archive_source *)src;

	if (q->verb == SOURCE_LINK)
		ask_link(s, q->path, ret);
	else if (q->verb == SOURCE_READ || q->verb == SOURCE_LIST)
		ask_content(s, q->verb, q->path, ret);
	else
		ret->error = -ENOENT;
}

static void archive_source_free(struct source *src)
{
	struct archive_source *s = (struct archive_source *)src;

	g_hash_table_unref(s->members);
	g_hash_table_unref(s->children);
	g_free(s->last_parent);
	g_free(s);
}

static const struct source_ops archive_ops = { .ask = archive_ask, .free = archive_source_free };

static bool load(struct archive_source *s, GError **error)
{
	const struct member_visitor v = { want, visit, s };

	g_hash_table_remove_all(s->members);
	g_hash_table_remove_all(s->children);
	s->size = 0;
	return archive_read(s->file, &v, error);
}

/* A bundle that was packed anew may have its manifest anywhere: then once more, and all of it. */
static bool load_all(struct archive_source *s, GError **error)
{
	if (!load(s, error))
		return false;
	if (s->is_late) {
		s->keep_all = true;
		if (!load(s, error))
			return false;
	}
	if (g_hash_table_size(s->members) > 0)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
		    _("%s: holds nothing that a check would read; is it a bundle or a sosreport of one host?"),
		    s->file);
	return false;
}

struct source *source_archive_new(const char *path, bool (*is_wanted)(const char *path), GError **error)
{
	struct archive_source *s = g_new0(struct archive_source, 1);

	s->source.ops = &archive_ops;
	s->is_wanted = is_wanted;
	s->file = path;
	s->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
	s->children = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    (GDestroyNotify)g_hash_table_unref);
	if (!load_all(s, error)) {
		archive_source_free(&s->source);
		return NULL;
	}
	s->file = NULL;
	return &s->source;
}
