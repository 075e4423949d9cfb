// SPDX-License-Identifier: GPL-2.0-or-later
/* near - see near.h */
#include "formats/near.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "base/i18n.h"
#include "formats/parse.h"

enum { LISTED = 3, DISTANCE_MAX = 3, PART_MIN = 4 };
/* In the order in which they are named; what is that far away by letters stands behind. */
enum { NOT_NEAR, SAME, ONE_SLIP, BEGINS_SO, FURTHER, HAS_PART = FURTHER + DISTANCE_MAX, LAST = HAS_PART };

/* More than a slip in three letters is another word. */
static unsigned int allowed(const char *typed)
{
	return (unsigned int)CLAMP(g_utf8_strlen(typed, -1) / 3, 1, DISTANCE_MAX);
}

/* "chekc" is one slip, too. */
static bool is_swapped(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return a[0] && a[1] && a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0;
}

static unsigned int closeness(const char *word, const char *typed)
{
	g_autofree char *a = g_utf8_casefold(word, -1), *b = g_utf8_casefold(typed, -1);
	unsigned int distance = is_swapped(a, b) ? 1 : parse_distance(a, b, DISTANCE_MAX);

	if (distance <= 1)
		return distance == 0 ? SAME : ONE_SLIP;
	if (b[0] && b[1] && g_str_has_prefix(a, b))
		return BEGINS_SO;
	if (distance <= allowed(typed))
		return FURTHER + distance - 1;
	return strlen(b) >= PART_MIN && strstr(a, b) ? HAS_PART : NOT_NEAR;
}

static void add_of(GPtrArray *near, const char *const *words, const char *typed, unsigned int wanted)
{
	size_t n = g_strv_length((char **)(uintptr_t)words);
	bool from_the_end = wanted == BEGINS_SO;

	for (size_t i = 0; i < n && near->len < LISTED; i++) {
		const char *word = words[from_the_end ? n - 1 - i : i];

		if (closeness(word, typed) == wanted)
			g_ptr_array_add(near, g_strdup_printf("'%s'", word));
	}
}

char *near_words(const char *const *words, const char *typed)
{
	g_autoptr(GPtrArray) near = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int wanted = SAME; wanted <= LAST; wanted++)
		add_of(near, words, typed, wanted);
	if (near->len == 0)
		return NULL;
	g_ptr_array_add(near, NULL);
	return g_strjoinv(", ", (char **)near->pdata);
}

char *near_hint(const char *const *words, const char *typed, const char *otherwise)
{
	g_autofree char *near = near_words(words, typed);

	return near ? g_strdup_printf(_("; did you mean %s?"), near) : g_strdup(otherwise);
}
