// SPDX-License-Identifier: GPL-2.0-or-later
/* pen - see pen.h.  Colours: ECMA-48 SGR, the 8 colours that every terminal has. */
#include "report/pen.h"

#include <string.h>

static const char *const sgr[INK_MAX_] = {
	[INK_PLAIN] = "\033[m",	    [INK_BOLD] = "\033[0;1m",	   [INK_DIM] = "\033[0;2m",
	[INK_RED] = "\033[0;1;31m", [INK_YELLOW] = "\033[0;1;33m", [INK_CYAN] = "\033[0;36m",
};
_Static_assert(INK_MAX_ == 6, "a new ink needs a colour");

static bool is_hidden(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return true;
	default:
		return false;
	}
}

/* Appends the first character of @s, or its escape. Return: the bytes that it has in @s. */
static size_t append_character(GString *out, const char *s, size_t len)
{
	gunichar c = g_utf8_get_char_validated(s, len);

	if (c == (gunichar)-1 || c == (gunichar)-2 || (c < 0x80 && is_hidden(c))) {
		g_string_append_printf(out, "\\x%02x", (unsigned char)*s);
		return 1;
	}
	if (is_hidden(c))
		g_string_append_printf(out, "<U+%04X>", c);
	else
		g_string_append_unichar(out, c);
	return g_utf8_skip[(unsigned char)*s];
}

char *pen_safe(const char *s, size_t len)
{
	GString *safe = g_string_sized_new(len);

	for (size_t i = 0; i < len;)
		i += append_character(safe, s + i, len - i);
	return g_string_free(safe, FALSE);
}

/* @safe has no control characters and is valid. */
static unsigned int safe_columns(const char *safe)
{
	unsigned int n = 0;

	for (; *safe; safe = g_utf8_next_char(safe)) {
		gunichar c = g_utf8_get_char(safe);

		if (!g_unichar_iszerowidth(c))
			n += g_unichar_iswide(c) ? 2 : 1;
	}
	return n;
}

unsigned int pen_columns(const char *text)
{
	g_autofree char *safe = pen_safe(text, strlen(text));

	return safe_columns(safe);
}

static void append_spaces(struct pen *p, unsigned int n)
{
	g_string_append_printf(p->out, "%*s", (int)n, "");
	p->column += n;
}

static void dip(struct pen *p, enum ink ink)
{
	if (p->colour && p->written != ink)
		g_string_append(p->out, sgr[ink]);
	p->written = ink;
}

void pen_line(struct pen *p, unsigned int indent)
{
	dip(p, INK_PLAIN);
	if (p->column > 0)
		g_string_append_c(p->out, '\n');
	p->column = 0;
	p->indent = indent;
	p->spaced = false;
}

void pen_blank(struct pen *p)
{
	pen_line(p, 0);
	if (p->out->len > 0)
		g_string_append_c(p->out, '\n');
}

/* Indentation is written only before text, so that no line ends in spaces. */
static void put(struct pen *p, const char *safe, unsigned int columns)
{
	if (p->column == 0)
		append_spaces(p, p->indent);
	dip(p, p->ink);
	g_string_append(p->out, safe);
	p->column += columns;
	p->spaced = true;
}

static void put_word(struct pen *p, const char *safe, unsigned int gap)
{
	unsigned int columns = safe_columns(safe);

	if (p->spaced) {
		if (p->width > 0 && p->column + gap + columns > p->width)
			pen_line(p, p->indent);
		else
			append_spaces(p, gap);
	}
	put(p, safe, columns);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Skips blanks. Return: how many spaces to write for them. */
static unsigned int skip_blanks(const char **s)
{
	bool only_spaces = true;
	const char *begin = *s;

	for (; is_blank(**s); (*s)++)
		if (**s != ' ')
			only_spaces = false;
	return only_spaces && *s > begin ? (unsigned int)MIN(*s - begin, 200) : 1;
}

void pen_words(struct pen *p, const char *text)
{
	const char *s = text ? text : "";

	for (unsigned int gap = skip_blanks(&s); *s; gap = skip_blanks(&s)) {
		size_t len = strcspn(s, " \t\n");
		g_autofree char *safe = pen_safe(s, len);

		if (len > 0)
			put_word(p, safe, gap);
		s += len;
	}
}

/* All of @text on one line. */
static char *safe_line(const char *text)
{
	g_autoptr(GString) s = g_string_new(text);

	g_string_replace(s, "\n", "\\n", 0);
	g_string_replace(s, "\t", "\\t", 0);
	return pen_safe(s->str, s->len);
}

void pen_unit(struct pen *p, const char *text)
{
	g_autofree char *safe = safe_line(text);

	put_word(p, safe, 1);
}

void pen_printf(struct pen *p, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = g_strdup_vprintf(format, ap);
	va_end(ap);
	pen_words(p, text);
}

void pen_attach(struct pen *p, const char *text)
{
	put(p, text, safe_columns(text));
}

void pen_verbatim(struct pen *p, const char *text)
{
	g_autofree char *safe = safe_line(text);

	put(p, safe, safe_columns(safe));
}

void pen_tab(struct pen *p, unsigned int column)
{
	if (p->column == 0)
		append_spaces(p, p->indent);
	if (p->column <= column) {
		append_spaces(p, column - p->column);
		p->spaced = false;
	}
	p->indent = column;
}

void pen_ink(struct pen *p, enum ink ink)
{
	p->ink = ink;
}
