// SPDX-License-Identifier: GPL-2.0-or-later
#include "clean/known_value.h"

#include <string.h>

#include "clean/clean.h"

#define HEAD_BYTES 6 /* of a value: what is looked up; shorter ones stand anywhere by chance */

struct known_values {
	unsigned char firsts[8192]; /* bit (a, b): some value begins with these two bytes */
	GHashTable *by_head;	    /* first HEAD_BYTES -> GPtrArray of the values, the longest first */
};

static bool is_telling(const char *value)
{
	size_t n = strlen(value);

	return n >= HEAD_BYTES && strspn(value, G_CSET_a_2_z G_CSET_A_2_Z) < n;
}

static gint by_length(gconstpointer a, gconstpointer b)
{
	size_t x = strlen(*(const char *const *)a), y = strlen(*(const char *const *)b);

	return x > y ? -1 : x < y;
}

static void add(struct known_values *k, const char *value)
{
	g_autofree char *head = g_strndup(value, HEAD_BYTES);
	GPtrArray *same = g_hash_table_lookup(k->by_head, head);
	unsigned int pair = (unsigned int)(unsigned char)value[0] << 8 | (unsigned char)value[1];

	k->firsts[pair >> 3] |= (unsigned char)(1u << (pair & 7));
	if (!same) {
		same = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(k->by_head, g_steal_pointer(&head), same);
	}
	g_ptr_array_add(same, g_strdup(value));
}

struct known_values *known_values_new(GHashTable *hidden, const char *public_text)
{
	struct known_values *k = g_new0(struct known_values, 1);
	GHashTableIter it;
	gpointer value;

	k->by_head = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
	if (!hidden)
		return k;
	g_hash_table_iter_init(&it, hidden);
	while (g_hash_table_iter_next(&it, &value, NULL))
		if (is_telling(value) && !(public_text && strstr(public_text, value)))
			add(k, value);
	g_hash_table_iter_init(&it, k->by_head);
	while (g_hash_table_iter_next(&it, NULL, &value))
		g_ptr_array_sort(value, by_length);
	return k;
}

void known_values_free(struct known_values *k)
{
	if (!k)
		return;
	g_hash_table_unref(k->by_head);
	g_free(k);
}

static size_t match_at(const struct known_values *k, const char *at, size_t left)
{
	char head[HEAD_BYTES + 1] = { 0 };
	const GPtrArray *same;

	memcpy(head, at, HEAD_BYTES);
	same = g_hash_table_lookup(k->by_head, head);
	for (guint i = 0; same && i < same->len; i++) {
		size_t n = strlen(same->pdata[i]);

		if (n <= left && memcmp(at, same->pdata[i], n) == 0)
			return n;
	}
	return 0;
}

size_t known_values_find(const struct known_values *k, const char *text, size_t size, size_t from, size_t *at)
{
	for (size_t i = from; i + HEAD_BYTES <= size; i++) {
		unsigned int pair = (unsigned int)(unsigned char)text[i] << 8 | (unsigned char)text[i + 1];
		size_t n = k->firsts[pair >> 3] & 1u << (pair & 7) ? match_at(k, text + i, size - i) : 0;

		*at = i;
		if (n > 0)
			return n;
	}
	return 0;
}

GBytes *known_values_hide(const struct known_values *k, GBytes *content)
{
	gsize size;
	const char *text = g_bytes_get_data(content, &size);
	size_t since = 0, at = 0, n = known_values_find(k, text, size, 0, &at);
	GString *out = n > 0 ? g_string_sized_new(size) : NULL;

	while (n > 0) {
		g_string_append_len(out, text + since, (gssize)(at - since));
		g_string_append(out, CLEAN_HIDDEN);
		since = at + n;
		n = known_values_find(k, text, size, since, &at);
	}
	if (!out)
		return NULL;
	g_string_append_len(out, text + since, (gssize)(size - since));
	return g_string_free_to_bytes(out);
}
