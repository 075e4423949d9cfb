// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_left - is an original left in a text? One pass, whatever number of originals there is.
 *
 * What begins with the same two bytes has few lengths: for each length that there is, the bytes that
 * stand here are looked up. Most places begin no original at all.
 */
#include "redact/redact_private.h"

#include <string.h>

#define LENGTH_MAX 63 /* longer ones share the highest bit, and are compared one by one */

struct piece {
	const char *text;
	size_t size;
};

struct redact_left_index {
	GHashTable *pieces;    /* of struct piece, owned */
	guint64 lengths[65536]; /* by the first two bytes: bit n: there is one of n bytes */
	GPtrArray *longer;     /* originals of more than LENGTH_MAX bytes, borrowed */
};

static guint piece_hash(gconstpointer p)
{
	const struct piece *piece = p;
	guint32 hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < piece->size; i++)
		hash = (hash ^ (guint8)piece->text[i]) * 16777619u;
	return hash;
}

static gboolean piece_equal(gconstpointer a, gconstpointer b)
{
	const struct piece *x = a, *y = b;

	return x->size == y->size && memcmp(x->text, y->text, x->size) == 0;
}

static unsigned int begin_of(const char *text)
{
	return (unsigned int)(guint8)text[0] << 8 | (guint8)text[1];
}

/* Another original's pseudonym is none that was left. */
static GHashTable *pseudonyms_of(GHashTable *replaced)
{
	GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter it;
	gpointer value;

	g_hash_table_iter_init(&it, replaced);
	while (g_hash_table_iter_next(&it, NULL, &value))
		g_hash_table_add(set, value);
	return set;
}

static void add(struct redact_left_index *index, const char *original)
{
	struct piece *piece;
	size_t size = strlen(original);

	if (size < 2)
		return; /* no name and no address is that short */
	if (size > LENGTH_MAX) {
		g_ptr_array_add(index->longer, (gpointer)(uintptr_t)original);
		return;
	}
	piece = g_new(struct piece, 1);
	*piece = (struct piece){ original, size };
	index->lengths[begin_of(original)] |= G_GUINT64_CONSTANT(1) << size;
	g_hash_table_add(index->pieces, piece);
}

struct redact_left_index *redact_left_index_new(GHashTable *replaced)
{
	struct redact_left_index *index = g_new0(struct redact_left_index, 1);
	g_autoptr(GHashTable) pseudonyms = pseudonyms_of(replaced);
	GHashTableIter it;
	gpointer key;

	index->pieces = g_hash_table_new_full(piece_hash, piece_equal, g_free, NULL);
	index->longer = g_ptr_array_new();
	g_hash_table_iter_init(&it, replaced);
	while (g_hash_table_iter_next(&it, &key, NULL))
		if (!g_hash_table_contains(pseudonyms, key))
			add(index, key);
	return index;
}

void redact_left_index_free(struct redact_left_index *index)
{
	if (!index)
		return;
	g_hash_table_unref(index->pieces);
	g_ptr_array_unref(index->longer);
	g_free(index);
}

/* A part of a longer word, number or address is another one. */
static bool is_alone(const char *text, size_t size, size_t at, size_t n)
{
	bool colons = memchr(text + at, ':', n) != NULL;
	char before = at > 0 ? text[at - 1] : ' ', behind = at + n < size ? text[at + n] : ' ';

	if (redact_is_word(before) || (before == '.' && g_ascii_isdigit(text[at])) || (colons && before == ':'))
		return false;
	return !redact_is_word(behind) && !(colons && behind == ':') &&
	       !(behind == '.' && at + n + 1 < size && g_ascii_isdigit(text[at + n + 1]));
}

static const char *find_at(const struct redact_left_index *index, const char *text, size_t size, size_t at)
{
	guint64 lengths = index->lengths[begin_of(text + at)];

	for (size_t n = 2; n <= LENGTH_MAX && n <= size - at && lengths >> n; n++) {
		const struct piece wanted = { text + at, n };
		const struct piece *found;

		if (!(lengths >> n & 1) || !is_alone(text, size, at, n))
			continue;
		found = g_hash_table_lookup(index->pieces, &wanted);
		if (found)
			return found->text;
	}
	return NULL;
}

static const char *find_longer(const struct redact_left_index *index, const char *text, size_t size)
{
	for (guint i = 0; i < index->longer->len; i++) {
		const char *what = index->longer->pdata[i], *p = text;
		size_t n = strlen(what);

		while ((p = memmem(p, size - (size_t)(p - text), what, n))) {
			if (is_alone(text, size, (size_t)(p - text), n))
				return what;
			p++;
		}
	}
	return NULL;
}

const char *redact_left_find(const struct redact_left_index *index, const char *text, size_t size)
{
	for (size_t at = 0; at + 1 < size; at++) {
		const char *found = NULL;

		if (index->lengths[begin_of(text + at)] && (at == 0 || !redact_is_word(text[at - 1])))
			found = find_at(index, text, size, at);
		if (found)
			return found;
	}
	return find_longer(index, text, size);
}
