// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/known.h"

#include <string.h>

#include "base/data_dir.h"
#include "rules/pattern.h"

#define FILE_MARK "file "

/* Both are made from the text, and only looked up by it. */
static struct {
	bool is_read, is_ignored;
	char *dir; /* of the program's own rules, with a slash at its end */
	char *text;
	GHashTable *files;    /* fingerprints */
	GHashTable *patterns; /* pattern -> its literals, parted by tabs; both within the text */
} known; /* read once a run */

/* Eight bytes at a time: tells changed files, not forged ones, so strangers' files are never looked up by it.
 * Source: FNV-1a, with words for bytes. */
static char *fingerprint(const char *bytes, size_t size)
{
	guint64 hash = 0xcbf29ce484222325u, word;

	for (size_t i = 0; i < size; i += sizeof(word)) {
		word = 0;
		memcpy(&word, bytes + i, MIN(sizeof(word), size - i));
		hash = (hash ^ word) * 0x100000001b3u;
		hash ^= hash >> 29;
	}
	return g_strdup_printf("%zu-%016" G_GINT64_MODIFIER "x", size, hash);
}

static void take_line(char *line)
{
	char *tab = strchr(line, '\t');

	if (*line == '#' || !*line)
		return;
	if (g_str_has_prefix(line, FILE_MARK)) {
		g_hash_table_add(known.files, line + strlen(FILE_MARK));
	} else if (tab) {
		*tab = '\0';
		g_hash_table_insert(known.patterns, line, tab + 1);
	}
}

static void read_known(void)
{
	static const char *const places[] = { "../build/rules.known", "../rules.known" };
	g_autofree char *dir = data_dir();

	known.is_read = true;
	known.dir = g_strconcat(dir, "/", NULL);
	known.files = g_hash_table_new(g_str_hash, g_str_equal);
	known.patterns = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < G_N_ELEMENTS(places) && !known.text; i++) {
		g_autofree char *path = g_build_filename(dir, places[i], NULL);

		if (!g_file_get_contents(path, &known.text, NULL, NULL))
			known.text = NULL;
	}
	for (char *line = known.text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		take_line(line);
	}
}

static bool can_know(void)
{
	if (!known.is_read)
		read_known();
	return !known.is_ignored;
}

bool known_file(const char *path, const char *bytes, size_t size)
{
	g_autofree char *full = g_canonicalize_filename(path, NULL), *print = NULL;

	if (!can_know() || g_hash_table_size(known.files) == 0 || !g_str_has_prefix(full, known.dir))
		return false;
	print = fingerprint(bytes, size);
	return g_hash_table_contains(known.files, print);
}

GStrv known_literals(const char *pattern)
{
	const char *literals = can_know() ? g_hash_table_lookup(known.patterns, pattern) : NULL;

	return literals ? g_strsplit(literals, "\t", 0) : NULL;
}

void known_ignore(void)
{
	known.is_ignored = true;
}

char *known_write(const GPtrArray *files, const GPtrArray *patterns)
{
	GString *out = g_string_new("# Made by 'vmdoctor rules known': rule files that hold, and what stands in all that a pattern matches.\n");

	for (guint i = 0; i < files->len; i++) {
		g_autofree char *bytes = NULL, *print = NULL;
		gsize size;

		if (!g_file_get_contents(files->pdata[i], &bytes, &size, NULL))
			continue;
		print = fingerprint(bytes, size);
		g_string_append_printf(out, FILE_MARK "%s\n", print);
	}
	for (guint i = 0; i < patterns->len; i++) {
		const char *pattern = patterns->pdata[i];
		g_auto(GStrv) literals = strpbrk(pattern, "\t\n") ? NULL : pattern_literals(pattern);
		g_autofree char *joined = literals ? g_strjoinv("\t", literals) : NULL;

		if (joined && !strchr(joined, '\n'))
			g_string_append_printf(out, "%s\t%s\n", pattern, joined);
	}
	return g_string_free(out, FALSE);
}
