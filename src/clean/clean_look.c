// SPDX-License-Identifier: GPL-2.0-or-later
#include "clean/clean_look.h"

#include <string.h>

#define CONTEXT_BYTES 400 /* how far back "secret," or "fw_cfg" may stand before "data=" */

/* A report may have cut it short, "[redac…", or escaped it for Markdown, "\\[redacted\\]". */
bool look_is_hidden(const char *p, const char *end)
{
	size_t n = strlen("[redac");

	p += p < end && *p == '\\';
	return (size_t)(end - p) >= n && memcmp(p, CLEAN_HIDDEN, n) == 0;
}

bool look_set(const struct look *l, const char *begin, const char *end, const char *kind,
		     struct clean_span *ret)
{
	if (begin >= end || look_is_hidden(begin, l->end))
		return false;
	*ret = (struct clean_span){ (size_t)(begin - l->text), (size_t)(end - l->text), kind };
	return true;
}

bool look_is_any(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

const char *look_skip(const struct look *l, const char *p, const char *set, size_t most)
{
	for (size_t n = 0; p < l->end && n < most && look_is_any(*p, set); n++)
		p++;
	return p;
}

/* The end of a line, or of an argument. */
const char *look_line_end(const struct look *l, const char *p)
{
	while (p < l->end && *p != '\n' && *p != '\0')
		p++;
	return p;
}

const char *look_context(const struct look *l)
{
	const char *p = l->at;

	while (p > l->text && l->at - p < CONTEXT_BYTES && p[-1] != '\n')
		p--;
	return p;
}

/* Does @word, in any case, stand before on the same line? */
bool look_stands_before(const struct look *l, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = look_context(l); p + n <= l->at; p++)
		if (g_ascii_strncasecmp(p, word, n) == 0)
			return true;
	return false;
}

struct quote look_quote(const struct look *l, const char *p)
{
	static const char *const quotes[] = { "\"", "'", "\\\"", "\\\\\\\"", "&quot;", "&apos;" };

	for (size_t i = 0; i < G_N_ELEMENTS(quotes); i++) {
		size_t n = strlen(quotes[i]);

		if ((size_t)(l->end - p) >= n && memcmp(p, quotes[i], n) == 0)
			return (struct quote){ quotes[i], n };
	}
	return (struct quote){ "", 0 };
}

const char *look_quoted_end(const struct look *l, const char *p, struct quote q)
{
	for (; p < l->end && *p != '\n' && *p != '\0'; p++) {
		if ((size_t)(l->end - p) >= q.size && memcmp(p, q.text, q.size) == 0)
			return p;
		if (*p == '\\' && q.size == 1 && p + 1 < l->end)
			p++;
	}
	return p;
}

const char *look_bare_end(const struct look *l, const char *p)
{
	while (p < l->end && *p != '\0' && !look_is_any(*p, " \t\r\n,;&'\"<>)]}"))
		p++;
	return p;
}

bool look_is_word_byte(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
}

/* Names that hold such a word, and are of something else: "vnc_tls_x509_secret_uuid". */
bool look_is_of_else(const char *name, size_t size)
{
	/* sudoers(5) */
	static const char nopasswd[] = "NOPASSWD";
	static const char *const ends[] = { "uuid",  "file",   "path",	"dir",	  "-secret", "alias",
					    "usage", "type",   "format", "driver", "validto", "length",
					    "name",  "method", "policy", "algorithm", "-id" };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		size_t n = strlen(ends[i]);

		if (size >= n && g_ascii_strncasecmp(name + size - n, ends[i], n) == 0)
			return true;
	}
	return size == strlen(nopasswd) && memcmp(name, nopasswd, size) == 0;
}

bool look_is_switch(const char *value, size_t size)
{
	static const char *const words[] = { "yes",  "no",   "on",   "off",  "true", "false",
					     "none", "null", "0",    "1",    "(null)", "\"\"", "''",
					     "****", "******", "xxx", "auto" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strlen(words[i]) == size && g_ascii_strncasecmp(value, words[i], size) == 0)
			return true;
	return false;
}

/* In "secret= --next" the value is empty, in "secret = X" and "secret= 'X'" it is not. */
static const char *value_behind(const struct look *l, const char *p, bool is_close)
{
	const char *behind = look_skip(l, p, " \t", BLANKS_MAX);

	return is_close && look_quote(l, behind).size == 0 ? p : behind;
}

/* password=X, "password": "X", vnc_password = "X". A colon counts after a quote, or @strongly. */
bool look_assigned(const struct look *l, bool strongly, bool whole_line, const char *kind,
			  struct clean_span *ret)
{
	const char *begin = l->at, *p = l->after, *name_end, *end;
	struct quote q;
	bool equals;

	while (begin > l->text && l->at - begin < NAME_MAX_BYTES && look_is_word_byte(begin[-1]))
		begin--;
	while (p < l->end && p - l->after < NAME_MAX_BYTES && look_is_word_byte(*p))
		p++;
	if (look_is_of_else(begin, (size_t)(p - begin)))
		return false;
	q = look_quote(l, p);
	name_end = p + q.size;
	p = look_skip(l, name_end, " \t", BLANKS_MAX);
	equals = p < l->end && *p == '=';
	if (p == l->end || (!equals && (*p != ':' || (q.size == 0 && !strongly))))
		return false;
	p = value_behind(l, p + 1, equals && p == name_end);
	q = look_quote(l, p);
	p += q.size;
	if (look_is_hidden(p, l->end)) /* before the search for its end, or many of them take the square */
		return false;
	end = whole_line && q.size == 0 ? look_line_end(l, p)
	      : q.size > 0		? look_quoted_end(l, p, q)
					: look_bare_end(l, p);
	return !look_is_switch(p, (size_t)(end - p)) && look_set(l, p, end, kind, ret);
}
