// SPDX-License-Identifier: GPL-2.0-or-later
/* translation - see translation.h */
#include "live/translation.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "formats/catalogue.h"
#include "formats/readable.h"

#define LOCALES "/usr/share/locale"
#define LINES_MAX 60	    /* that may be foreign; more is a log of somebody's program */
#define LINE_BYTES_MAX 2000
#define CATALOGUE_BYTES_MAX (16 << 20)

/* Whose messages people paste; the C library's are the texts of errnos. */
static const char *const domains[] = { "libvirt", "libc", "virt-manager" };

static bool has_letters_beyond_ascii(const char *line)
{
	for (const char *p = line; *p; p = g_utf8_next_char(p))
		if ((unsigned char)*p >= 0x80 && g_unichar_isalpha(g_utf8_get_char(p)))
			return true;
	return false;
}

/* Where a message has no letter beyond ASCII, two of the commonest words of other languages tell it. */
static bool has_foreign_words(const char *line)
{
	static const char *const words[] = {
		"fehler", "nicht", "ist",  "kein",  "keine", "konnte", "schlug", "fehl", "bereits", "gefunden", "mit",
		"und",	  "zu",	   "le",   "la",    "les",   "du",     "des",	 "est",	 "n'est",   "pas",	"une", "un",
		"el",	  "los",   "las",  "una",   "que",   "con",    "del",	 "se",	 "ha",	    "de",	"para", "il",
		"non",	  "di",	   "della", "erro", "erre",  "errore", "erreur", "com",	 "uma",	    "foi",	"nie", "jest",
		"niet",	  "een",   "het",  "inte",  "ett",   "fel",    "feil",	 "chyba", "virhe",  "hiba",	NULL,
	};
	g_autofree char *low = g_utf8_strdown(line, -1);
	g_auto(GStrv) parts = g_strsplit_set(low, " :,.()", -1);
	unsigned int n = 0;

	for (size_t i = 0; parts[i]; i++)
		n += g_strv_contains(words, parts[i]);
	return n >= 2;
}

static bool is_foreign(const char *line)
{
	return has_letters_beyond_ascii(line) || has_foreign_words(line);
}

static struct catalogue *open_one(const char *language, const char *domain)
{
	g_autofree char *path = g_strdup_printf(LOCALES "/%s/LC_MESSAGES/%s.mo", language, domain);
	g_autoptr(GMappedFile) file =
		g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_mapped_file_new(path, FALSE, NULL) : NULL;
	g_autoptr(GBytes) bytes = file ? g_mapped_file_get_bytes(file) : NULL;

	return bytes && g_bytes_get_size(bytes) <= CATALOGUE_BYTES_MAX ? catalogue_new(bytes) : NULL;
}

/* libvirt's own first. NULL-ended; empty where libvirt does not speak @language. */
static void open_all(const char *language, struct catalogue *c[G_N_ELEMENTS(domains) + 1])
{
	size_t n = 0;

	memset(c, 0, sizeof(*c) * (G_N_ELEMENTS(domains) + 1));
	for (size_t i = 0; i < G_N_ELEMENTS(domains); i++) {
		c[n] = open_one(language, domains[i]);
		n += c[n] != NULL;
		if (i == 0 && n == 0)
			return;
	}
}

static size_t hits_of(const char *language, const GPtrArray *foreign)
{
	auto_free(catalogue) struct catalogue *c = open_one(language, domains[0]);
	size_t hits = 0;

	for (guint i = 0; c && i < foreign->len; i++)
		hits += catalogue_hits(c, foreign->pdata[i]);
	return hits;
}

/* The language of which most words stand in the text; ties by name. */
static char *language_of(const GPtrArray *foreign)
{
	g_autoptr(GDir) dir = g_dir_open(LOCALES, 0, NULL);
	char *best = NULL;
	size_t most = 0;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		size_t hits = hits_of(name, foreign);

		if (hits > most || (hits == most && best && strcmp(name, best) < 0)) {
			g_free(best);
			best = g_strdup(name);
			most = hits;
		}
	}
	return best;
}

static GPtrArray *foreign_lines(const GStrv lines)
{
	GPtrArray *foreign = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; lines[i] && foreign->len < LINES_MAX; i++) {
		g_autofree char *readable = readable_text(lines[i], MIN(strlen(lines[i]), LINE_BYTES_MAX));

		if (is_foreign(readable))
			g_ptr_array_add(foreign, g_steal_pointer(&readable));
	}
	return foreign;
}

static bool turn_back(GStrv lines, struct catalogue *const *c)
{
	unsigned int tried = 0;
	bool any = false;

	for (size_t i = 0; lines[i] && tried < LINES_MAX; i++) {
		g_autofree char *readable = readable_text(lines[i], MIN(strlen(lines[i]), LINE_BYTES_MAX));
		char *turned;

		if (!is_foreign(readable))
			continue;
		tried++;
		turned = catalogue_original(c, readable);
		if (!turned)
			continue;
		g_free(lines[i]);
		lines[i] = g_strdelimit(turned, "\n", ' ');
		any = true;
	}
	return any;
}

char *translation_undo(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GPtrArray) foreign = foreign_lines(lines);
	g_autofree char *language = foreign->len > 0 ? language_of(foreign) : NULL;
	struct catalogue *c[G_N_ELEMENTS(domains) + 1];
	bool any;

	if (!language)
		return NULL;
	open_all(language, c);
	any = turn_back(lines, c);
	for (size_t i = 0; c[i]; i++)
		catalogue_free(c[i]);
	return any ? g_strjoinv("\n", lines) : NULL;
}
