// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * catalogue - see catalogue.h.
 *
 * A message is looked for by its longest run of words between values and quotes; only those that are
 * found so become a pattern. Of those that match, the one with most words of its own counts.
 */
#include "formats/catalogue.h"

#include <string.h>

#include "formats/readable.h"

#define MAGIC 0x950412deu
#define DEPTH_MAX 4	 /* "internal error: child process (…): cannot open …: permission denied" */
#define PIECE_BYTES_MIN 4 /* shorter runs stand in any line */
#define ENTRIES_MAX 200000
#define MATCH_LIMIT "(*LIMIT_MATCH=50000)"

struct catalogue {
	GBytes *mo;
	const char *data;
	size_t size;
	guint32 entries, ids, texts; /* offsets of the tables of lengths and offsets */
};

static guint32 number_at(const struct catalogue *c, size_t at)
{
	guint32 value = 0;

	if (at + sizeof(value) <= c->size)
		memcpy(&value, c->data + at, sizeof(value));
	return value;
}

/* The string of an entry of a table; NULL where the file is broken. */
static const char *string_at(const struct catalogue *c, guint32 table, guint32 index, size_t *ret_size)
{
	size_t row = (size_t)table + (size_t)index * 8;
	size_t size = number_at(c, row), at = number_at(c, row + 4);

	if (row + 8 > c->size || at >= c->size || size >= c->size - at || c->data[at + size] != '\0')
		return NULL;
	*ret_size = strlen(c->data + at); /* of plurals the first */
	return c->data + at;
}

struct catalogue *catalogue_new(GBytes *mo)
{
	struct catalogue *c = g_new0(struct catalogue, 1);

	c->mo = g_bytes_ref(mo);
	c->data = g_bytes_get_data(mo, &c->size);
	if (number_at(c, 0) != MAGIC || number_at(c, 8) > ENTRIES_MAX) {
		catalogue_free(c);
		return NULL;
	}
	c->entries = number_at(c, 8);
	c->ids = number_at(c, 12);
	c->texts = number_at(c, 16);
	return c;
}

void catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	g_bytes_unref(c->mo);
	g_free(c);
}

/* Length of a conversion as printf(3) has it, "%1$s", "%-5lu", "%%"; 0: there is none. */
static size_t conversion_at(const char *p)
{
	size_t n = 1;

	if (*p != '%')
		return 0;
	n += strspn(p + n, "0123456789$-+ #'.*hlLqjzt");
	return p[n] ? n + 1 : 0;
}

/* One that readable_text() changes, or that typographers put in other places. */
static bool is_edge(const char *p)
{
	gunichar c = g_utf8_get_char_validated(p, -1);

	return *p == '\'' || *p == '"' || *p == '`' || *p == '\n' || *p == '\t' || c == 0xa0 || c == 0xab || c == 0xbb ||
	       (c >= 0x2018 && c <= 0x201f) || c >= (gunichar)-2;
}

static const char *longest_piece(const char *text, size_t *ret_size)
{
	const char *best = text, *begin = text;
	size_t most = 0;

	for (const char *p = text;; ) {
		size_t conversion = conversion_at(p);

		if (!*p || conversion > 0 || is_edge(p)) {
			if ((size_t)(p - begin) > most) {
				most = (size_t)(p - begin);
				best = begin;
			}
			if (!*p)
				break;
			p += conversion > 0 ? conversion : (size_t)(g_utf8_next_char(p) - p);
			begin = p;
		} else {
			p = g_utf8_next_char(p);
		}
	}
	*ret_size = most;
	return best;
}

static bool may_be_in(const char *line, size_t size, const char *text, size_t *ret_piece)
{
	const char *piece = longest_piece(text, ret_piece);

	return *ret_piece >= PIECE_BYTES_MIN && memmem(line, size, piece, *ret_piece);
}

size_t catalogue_hits(const struct catalogue *c, const char *line)
{
	size_t size = strlen(line), hits = 0, length;

	for (guint32 i = 1; i < c->entries; i++) {
		const char *text = string_at(c, c->texts, i, &length);
		size_t piece;

		if (text && may_be_in(line, size, text, &piece))
			hits += piece;
	}
	return hits;
}

/* The values of a format, in the order of the pattern: which argument each is. */
struct pattern {
	GRegex *regex;
	GArray *arguments; /* of unsigned int, from 1 */
	size_t words;	   /* bytes that are no values */
};

static unsigned int argument_of(const char *conversion, size_t size, unsigned int next)
{
	const char *dollar = memchr(conversion, '$', size);

	return dollar ? (unsigned int)g_ascii_strtoull(conversion + 1, NULL, 10) : next;
}

static void pattern_new(struct pattern *ret, const char *text)
{
	g_autofree char *readable = readable_text(text, strlen(text));
	g_autoptr(GString) out = g_string_new(MATCH_LIMIT);
	const char *words = readable;

	*ret = (struct pattern){ .arguments = g_array_new(FALSE, FALSE, sizeof(unsigned int)) };
	for (const char *p = readable;; p++) {
		size_t n = conversion_at(p);

		if (*p && n == 0)
			continue;
		g_autofree char *escaped = g_regex_escape_string(words, (int)(p - words));

		g_string_append(out, escaped);
		ret->words += (size_t)(p - words);
		if (!*p)
			break;
		if (p[n - 1] == '%') {
			g_string_append_c(out, '%');
		} else {
			unsigned int argument = argument_of(p, n, ret->arguments->len + 1);

			g_array_append_val(ret->arguments, argument);
			g_string_append(out, p[n] ? "(.*?)" : "(.*)");
		}
		p += n - 1;
		words = p + 1;
	}
	ret->regex = g_regex_new(out->str, G_REGEX_DOTALL, 0, NULL);
}

static void pattern_done(struct pattern *p)
{
	g_clear_pointer(&p->regex, g_regex_unref);
	g_clear_pointer(&p->arguments, g_array_unref);
}

struct found {
	const char *id;
	struct pattern pattern;
	GMatchInfo *match;
};

static void found_done(struct found *f)
{
	pattern_done(&f->pattern);
	g_clear_pointer(&f->match, g_match_info_unref);
}

/* A message is a whole one: from the line's begin or a colon, quote or bracket on, to its end or one. */
static bool is_whole(const char *line, const GMatchInfo *m)
{
	static const char edges[] = ":'()[]{},. ";
	int begin, end;

	if (!g_match_info_fetch_pos(m, 0, &begin, &end) || begin == end)
		return false;
	return (begin == 0 || strchr(edges, line[begin - 1]) || (unsigned char)line[begin - 1] >= 0x80) &&
	       (!line[end] || (line[end] != ' ' && strchr(edges, line[end])) || line[end - 1] == ' ' || line[end - 1] == ':');
}

static void consider(struct found *best, const char *line, const char *id, const char *text)
{
	struct found f = { .id = id };

	pattern_new(&f.pattern, text);
	if (f.pattern.regex && f.pattern.words > (best->id ? best->pattern.words : 0) &&
	    g_regex_match(f.pattern.regex, line, 0, &f.match) && is_whole(line, f.match)) {
		found_done(best);
		*best = f;
		return;
	}
	found_done(&f);
}

static void look(const struct catalogue *c, const char *line, struct found *best)
{
	size_t size = strlen(line), length, piece;

	for (guint32 i = 1; i < c->entries; i++) {
		const char *text = string_at(c, c->texts, i, &length), *id;

		if (!text || !may_be_in(line, size, text, &piece))
			continue;
		id = string_at(c, c->ids, i, &length);
		if (id && strcmp(id, text) != 0)
			consider(best, line, id, text);
	}
}

static char *original(struct catalogue *const *c, const char *line, int depth);

/* The values, turned back themselves. */
static char *value_of(struct catalogue *const *c, const struct found *f, unsigned int argument, int depth)
{
	for (guint i = 0; i < f->pattern.arguments->len; i++)
		if (g_array_index(f->pattern.arguments, unsigned int, i) == argument) {
			g_autofree char *value = g_match_info_fetch(f->match, (int)i + 1);
			char *inner = original(c, value, depth + 1);

			return inner ? inner : g_steal_pointer(&value);
		}
	return g_strdup("");
}

static void fill(GString *out, struct catalogue *const *c, const struct found *f, int depth)
{
	unsigned int next = 1;

	for (const char *p = f->id; *p;) {
		size_t n = conversion_at(p);

		if (n == 0) {
			g_string_append_c(out, *p++);
			continue;
		}
		if (p[n - 1] == '%') {
			g_string_append_c(out, '%');
		} else {
			g_autofree char *value = value_of(c, f, argument_of(p, n, next++), depth);

			g_string_append(out, value);
		}
		p += n;
	}
}

static void append_turned(GString *out, struct catalogue *const *c, const char *text, size_t size, int depth)
{
	g_autofree char *part = g_strndup(text, size);
	g_autofree char *turned = *part ? original(c, part, depth + 1) : NULL;

	g_string_append(out, turned ? turned : part);
}

static char *original(struct catalogue *const *c, const char *line, int depth)
{
	struct found best = { 0 };
	g_autoptr(GString) out = NULL;
	int begin, end;

	for (size_t i = 0; depth < DEPTH_MAX && c[i]; i++)
		look(c[i], line, &best);
	if (!best.id)
		return NULL;
	out = g_string_new(NULL);
	g_match_info_fetch_pos(best.match, 0, &begin, &end);
	append_turned(out, c, line, (size_t)begin, depth);
	fill(out, c, &best, depth);
	append_turned(out, c, line + end, strlen(line + end), depth);
	found_done(&best);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *catalogue_original(struct catalogue *const *c, const char *line)
{
	return original(c, line, 0);
}
