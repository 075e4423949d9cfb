// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/words.h"

#include <libstemmer.h>
#include <stdbool.h>

#include "base/data_dir.h"

#define WORD_BYTES_MAX 32

struct words {
	struct sb_stemmer *stemmer;
	GHashTable *stems; /* word -> stem, or "" for one that says nothing */
};

static void read_stopwords(struct words *w)
{
	g_autofree char *dir = data_dir(), *path = g_build_filename(dir, "stopwords.txt", NULL), *text = NULL;
	g_auto(GStrv) list = g_file_get_contents(path, &text, NULL, NULL) ? g_strsplit_set(text, " \n", -1) : NULL;

	for (size_t i = 0; list && list[i]; i++)
		g_hash_table_insert(w->stems, g_strdup(list[i]), g_strdup(""));
}

struct words *words_new(void)
{
	struct words *w = g_new0(struct words, 1);

	w->stemmer = sb_stemmer_new("english", "UTF_8");
	w->stems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	read_stopwords(w);
	return w;
}

void words_free(struct words *w)
{
	if (!w)
		return;
	sb_stemmer_delete(w->stemmer);
	g_hash_table_unref(w->stems);
	g_free(w);
}

const char *words_next(const char **at, size_t *size)
{
	const char *start = *at, *end;

	while (*start && !g_ascii_isalnum(*start))
		start++;
	for (end = start; g_ascii_isalnum(*end);)
		end++;
	*at = end;
	*size = (size_t)(end - start);
	return *size ? start : NULL;
}

static bool is_word(const char *word, size_t size)
{
	return size >= 2 && size < WORD_BYTES_MAX && (g_ascii_isalpha(*word) || size >= 3);
}

const char *words_stem(struct words *w, const char *word, size_t size)
{
	g_autofree char *lower = is_word(word, size) ? g_ascii_strdown(word, (gssize)size) : NULL;
	const char *stem = lower ? g_hash_table_lookup(w->stems, lower) : "";

	if (!stem) {
		char *own = g_strdup((const char *)sb_stemmer_stem(w->stemmer, (const sb_symbol *)lower, (int)size));

		g_hash_table_insert(w->stems, g_steal_pointer(&lower), own);
		stem = own;
	}
	return *stem ? stem : NULL;
}
