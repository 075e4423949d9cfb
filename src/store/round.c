// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * round - one sample of many paths in few bytes: each as what it rose by since the sample before
 *
 * Of each path: number, kind, and its size and bytes, or the errno. All of it deflated.
 */
#include "store/pack.h"
#include "store/store.h"

#ifdef HAVE_SQLITE
#include "store/store_private.h"

void kept_free(gpointer data)
{
	struct kept *k = data;

	g_bytes_unref(k->text);
	g_free(k);
}

static void append_text(GByteArray *out, const struct kept *before, const struct kept *k)
{
	g_autoptr(GByteArray) rise = g_byte_array_new();
	gsize size, before_size = 0;
	const char *text = g_bytes_get_data(k->text, &size);
	const char *old = before && before->text ? g_bytes_get_data(before->text, &before_size) : NULL;
	bool is_rise = old && pack_rise(old, before_size, text, size, rise);

	if (!is_rise)
		g_byte_array_append(rise, (const guint8 *)text, (guint)size);
	pack_number(out, (uint64_t)((is_rise ? ROUND_RISE : ROUND_WHOLE) | (k->is_cut ? ROUND_CUT : 0)));
	pack_number(out, rise->len);
	g_byte_array_append(out, rise->data, rise->len);
}

GBytes *round_pack(struct store *s, GPtrArray *now)
{
	GHashTable *next = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, kept_free);
	g_autoptr(GByteArray) out = g_byte_array_new();

	for (guint i = 0; i < now->len; i++) {
		struct kept *k = now->pdata[i];

		pack_number(out, (uint64_t)k->path);
		if (k->text) {
			append_text(out, s->last ? g_hash_table_lookup(s->last, &k->path) : NULL, k);
		} else {
			pack_number(out, ROUND_ERROR);
			pack_number(out, (uint64_t)-k->error);
		}
		g_hash_table_replace(next, &k->path, k);
	}
	g_clear_pointer(&s->last, g_hash_table_unref);
	s->last = next;
	return pack_squeeze(out->data, out->len);
}

static GBytes *text_of(const struct kept *before, const guint8 *bytes, size_t size, bool is_rise)
{
	gsize before_size = 0;
	const char *old = before && before->text ? g_bytes_get_data(before->text, &before_size) : NULL;
	GString *text;

	if (!is_rise)
		return g_bytes_new(bytes, size);
	text = old ? unpack_rise(old, before_size, bytes, size) : NULL;
	return text ? g_string_free_to_bytes(text) : NULL;
}

static struct kept *unpack_one(GHashTable *last, const guint8 **at, const guint8 *end)
{
	uint64_t path, kind, n;
	int64_t id;
	struct kept *k;

	if (!unpack_number(at, end, &path) || !unpack_number(at, end, &kind) || !unpack_number(at, end, &n) || path > INT64_MAX)
		return NULL;
	id = (int64_t)path;
	if ((kind & ROUND_KIND) != ROUND_ERROR && n > (uint64_t)(end - *at))
		return NULL;
	k = g_new0(struct kept, 1);
	*k = (struct kept){ .path = id, .is_cut = kind & ROUND_CUT };
	if ((kind & ROUND_KIND) == ROUND_ERROR) {
		k->error = n > 0 && n < 4096 ? -(int)n : -EIO;
		return k;
	}
	k->text = text_of(g_hash_table_lookup(last, &id), *at, n, (kind & ROUND_KIND) == ROUND_RISE);
	*at += n;
	if (!k->text)
		g_clear_pointer(&k, g_free);
	return k;
}

bool round_unpack(GHashTable *last, const void *packed, size_t size)
{
	g_autoptr(GBytes) bytes = unpack_squeezed(packed, size, ROUND_MOST);
	g_autoptr(GPtrArray) now = g_ptr_array_new();
	const guint8 *at, *end;
	gsize length;
	bool ok = bytes;

	at = bytes ? g_bytes_get_data(bytes, &length) : NULL;
	end = at ? at + length : NULL;
	while (ok && at < end) {
		struct kept *k = unpack_one(last, &at, end);

		ok = k;
		if (k)
			g_ptr_array_add(now, k);
	}
	/* Those that it does not name were not read then. */
	g_hash_table_remove_all(last);
	for (guint i = 0; i < now->len; i++)
		g_hash_table_replace(last, &((struct kept *)now->pdata[i])->path, now->pdata[i]);
	return ok;
}
#endif
