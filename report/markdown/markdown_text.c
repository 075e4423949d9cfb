// SPDX-License-Identifier: GPL-2.0-or-later
/* markdown_text - see markdown.h */
#include <string.h>

#include "report/markdown/markdown.h"
#include "report/pen.h"

/* Line breaks and tabs as spaces, what is invisible as it is shown elsewhere. */
static char *one_line(const char *text)
{
	g_autofree char *line = g_strdelimit(g_strdup(text ? text : ""), "\n\t", ' ');

	g_strstrip(line);
	return pen_safe(line, strlen(line));
}

/* A list's mark or a heading's underline, where a line begins with it: "- ", "12. ", "===". */
static bool begins_block(const char *text, const char *at)
{
	size_t digits = strspn(text, "0123456789");

	if (at == text)
		return strchr("-+=", *at);
	return (*at == '.' || *at == ')') && digits > 0 && at == text + digits && (at[1] == ' ' || !at[1]);
}

/* Between letters an underscore is one. */
static bool is_markup(const char *text, const char *at)
{
	if (*at == '_')
		return at == text || !g_ascii_isalnum(at[-1]) || !g_ascii_isalnum(at[1]);
	return strchr("\\`*{}[]<>|~&$", *at) || begins_block(text, at);
}

void markdown_words(GString *out, const char *text)
{
	g_autofree char *safe = one_line(text);

	for (const char *c = safe; *c; c++) {
		if (*c == '@' || *c == '#')
			g_string_append_printf(out, "\\%c<!-- -->", *c);
		else if (is_markup(safe, c))
			g_string_append_printf(out, "\\%c", *c);
		else
			g_string_append_c(out, *c);
	}
}

/* The longest run of backquotes in @text. */
static size_t longest_run(const char *text)
{
	size_t longest = 0;

	for (const char *at = strchr(text, '`'); at; at = strchr(at, '`')) {
		size_t len = strspn(at, "`");

		longest = MAX(longest, len);
		at += len;
	}
	return longest;
}

void markdown_code(GString *out, const char *text)
{
	g_autofree char *safe = one_line(text);
	g_autofree char *fence = g_strnfill(longest_run(safe) + 1, '`');
	bool is_tight = *safe && *safe != '`' && !g_str_has_suffix(safe, "`");

	g_string_append_printf(out, is_tight ? "%s%s%s" : "%s %s %s", fence, safe, fence);
}

void markdown_block(GString *out, const char *text)
{
	g_autofree char *safe = one_line(text);
	g_autofree char *fence = g_strnfill(MAX(longest_run(safe) + 1, 3), '`');

	g_string_append_printf(out, "\n   %ssh\n   %s\n   %s\n", fence, safe, fence);
}

/* What is invisible as it is shown elsewhere; lines stay. */
static char *safe_lines(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		char *safe = pen_safe(lines[i], strlen(lines[i]));

		g_free(lines[i]);
		lines[i] = safe;
	}
	return g_strjoinv("\n", lines);
}

void markdown_fold(GString *out, const char *title, const char *language, const char *text)
{
	g_autofree char *safe = safe_lines(text);
	g_autofree char *fence = g_strnfill(MAX(longest_run(safe) + 1, 3), '`');

	g_string_append(out, "\n<details>\n<summary>");
	markdown_words(out, title);
	g_string_append_printf(out, "</summary>\n\n%s%s\n%s%s%s\n\n</details>\n", fence, language, safe,
			       g_str_has_suffix(safe, "\n") ? "" : "\n", fence);
}

/* Rules come from files that anybody may write. */
static bool is_plain(const char *url)
{
	if (!url || !(g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://")))
		return false;
	for (const char *c = url; *c; c++)
		if (!g_ascii_isgraph(*c) || strchr("<>()[]\\`\"", *c))
			return false;
	return true;
}

void markdown_link(GString *out, const char *title, const char *url)
{
	if (!is_plain(url)) {
		markdown_words(out, title ? title : url);
		return;
	}
	g_string_append_c(out, '[');
	markdown_words(out, title ? title : url);
	g_string_append_printf(out, "](%s)", url);
}
