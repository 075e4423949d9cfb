// SPDX-License-Identifier: GPL-2.0-or-later
/* json_out - see json_out.h */
#include "report/json_out.h"

#include <stdbool.h>
#include <string.h>

/*
 * Legal in JSON, but a terminal obeys them: C1 controls and bidi marks.  And U+001F, which JSON
 * forbids and which json-glib 1.6 forgets to escape.
 */
static bool needs_escape(gunichar c)
{
	return c == 0x1f || (c >= 0x80 && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void append_escaped(GString *out, const char *text, const char *end)
{
	const char *next;

	for (; text < end; text = next) {
		gunichar c = g_utf8_get_char(text);

		next = g_utf8_next_char(text);
		if (needs_escape(c))
			g_string_append_printf(out, "\\u%04x", c);
		else
			g_string_append_len(out, text, next - text);
	}
}

/*
 * json-glib prints 0.7 as 0.69999999999999996.  Raw line breaks never stand inside a string, so a
 * line that begins with a name and a number is a member.  A score has three decimals, what was measured
 * one.
 * Return: where the fraction begins that ends before @end, or NULL.
 */
static const char *find_fraction(const char *line, const char *end, const char **ret_format)
{
	const char *number;

	line += strspn(line, " ");
	*ret_format = g_str_has_prefix(line, "\"score\" : ") ? "%.3f" : "%.1f";
	if (*line != '"')
		return NULL;
	number = line + 1 + strspn(line + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (!g_str_has_prefix(number, "\" : "))
		return NULL;
	number += strlen("\" : ");
	if (number >= end || !g_ascii_isdigit(*number))
		return NULL;
	return memchr(number, '.', (size_t)(end - number)) || memchr(number, 'e', (size_t)(end - number))
		       ? number
		       : NULL;
}

static void append_line(GString *out, const char *line, const char *end)
{
	const char *format, *score = find_fraction(line, end, &format);
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	char *rest = NULL;

	if (score) {
		g_string_append_len(out, line, score - line);
		g_ascii_formatd(number, sizeof(number), format, g_ascii_strtod(score, &rest));
		g_string_append(out, number);
		line = rest;
	}
	append_escaped(out, line, end);
	g_string_append_c(out, '\n');
}

void json_out(JsonNode *root, GString *out)
{
	g_autofree char *text = json_to_string(root, TRUE);
	const char *end;

	for (const char *line = text; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		append_line(out, line, end);
	}
}
