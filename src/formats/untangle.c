// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * untangle - see untangle.h.
 *
 * Sources: ECMA-48 (control sequences), RFC 8259 and the Go and Python references (escapes), HTML 4.01
 * section 24 (entities), virt-manager's virtManager/ and virtinst/ (what they add to libvirt's words).
 */
#include "formats/untangle.h"

#include <stdbool.h>
#include <string.h>

#define ROUNDS_MAX 3 /* an escaped text within an escaped text within one */
#define JOINED_MAX 64 /* lines that end in a backslash */

/* What surrounds a message and says nothing of its cause; lower case. */
static const char *const noise[] = {
	"verify that the 'libvirtd' daemon is running",
	"verify that the libvirtd daemon is running",
	"domain installation does not appear to have been successful",
	"if it was, you can restart your domain by running",
	"otherwise, please restart your installation",
	"traceback (most recent call last)",
	"during handling of the above exception, another exception occurred",
	"the above exception was the direct cause of",
	"the full traceback is:",
	"virt-manager is not a",
	"please check the log file for more details",
	"to see the full traceback, use -vvv",
};

static bool is_noise(const char *line)
{
	g_autofree char *low = g_ascii_strdown(line, -1);

	g_strstrip(low);
	for (char *p = low; *p; p++)
		*p = *p == '"' || *p == '`' ? '\'' : *p;
	if (g_str_has_prefix(low, "file '") && strstr(low, ", line ")) /* a frame of a traceback */
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(noise); i++)
		if (strstr(low, noise[i]))
			return true;
	return false;
}

/* The byte after a control sequence that begins at @p; @p itself where none does. */
static const char *skip_control(const char *p, const char *end)
{
	if (*p != '\033' || p + 1 >= end)
		return p;
	if (p[1] == '[') { /* CSI parameters final */
		for (p += 2; p < end && (*p < '@' || *p > '~'); p++)
			;
		return MIN(p + 1, end);
	}
	if (p[1] == ']') { /* OSC text BEL, or ST */
		for (p += 2; p < end && *p != '\a' && *p != '\033'; p++)
			;
		return MIN(p + (p + 1 < end && *p == '\033' ? 2 : 1), end);
	}
	return p + 2;
}

static const char *skip_entity(const char *p, const char *end, char *ret)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&quot;", '"' }, { "&#34;", '"' }, { "&#39;", '\'' }, { "&#x27;", '\'' }, { "&apos;", '\'' },
			 { "&lt;", '<' },   { "&gt;", '>' },  { "&nbsp;", ' ' }, { "&amp;", '&' } };

	for (size_t i = 0; i < G_N_ELEMENTS(entities); i++) {
		size_t n = strlen(entities[i].name);

		if ((size_t)(end - p) >= n && strncmp(p, entities[i].name, n) == 0) {
			*ret = entities[i].c;
			return p + n;
		}
	}
	return p;
}

/* Colours and entities. */
static char *plain(const char *line, size_t size)
{
	GString *out = g_string_sized_new(size);

	for (const char *p = line, *end = line + size, *next; p < end; p = next) {
		char c = *p;

		next = c == '\033' ? skip_control(p, end) : c == '&' ? skip_entity(p, end, &c) : p;
		if (next > p && *p == '\033')
			continue;
		if (next == p)
			next = p + 1;
		if (c != '\r' && c != '\a')
			g_string_append_c(out, c);
	}
	return g_string_free(out, FALSE);
}

static int hex_value(const char *p, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		int digit = g_ascii_xdigit_value(p[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/*
 * The byte that the escape at @p stands for, and its length; 0: it is none. Of \xNN only quotes and line
 * breaks: the "\x2d" in systemd's names of units is how they are called.
 */
static int escape_at(const char *p, char *ret)
{
	static const char from[] = "nrt\"'\\/", to[] = "\n\r\t\"'\\/";
	const char *known = p[1] ? strchr(from, p[1]) : NULL;
	int value;

	if (known) {
		*ret = to[known - from];
		return 2;
	}
	value = p[1] == 'u' ? hex_value(p + 2, 4) : p[1] == 'x' ? hex_value(p + 2, 2) : -1;
	*ret = (char)value;
	if (value == '"' || value == '\'' || value == '\n' || (p[1] == 'u' && value >= ' ' && value < 0x7f))
		return p[1] == 'u' ? 6 : 4;
	return 0;
}

/* "\\\\nas1 has not responded": a server's name behind a blank, and no escaped line break. */
static bool is_server(const char *line, const char *p)
{
	return p[0] == '\\' && p[1] == '\\' && g_ascii_isalnum(p[2]) && (p == line || p[-1] == ' ');
}

static char *unescape(const char *line)
{
	GString *out = g_string_sized_new(strlen(line));

	for (const char *p = line; *p;) {
		char c = *p;
		int n = c == '\\' ? escape_at(p, &c) : 0;

		if (is_server(line, p)) {
			g_string_append_len(out, p, 2);
			p += 2;
			continue;
		}

		g_string_append_c(out, c = n > 0 ? c : *p);
		p += n > 0 ? n : 1;
	}
	return g_string_free(out, FALSE);
}

static bool has_escapes(const char *line)
{
	char c;

	for (const char *p = line; (p = strchr(p, '\\')); p++) {
		if (is_server(line, p))
			p++;
		else if (escape_at(p, &c) > 0)
			return true;
	}
	return false;
}

/* Quoted mail, Terraform's frame, lists. */
static const char *skip_frame(const char *line)
{
	static const char *const frames[] = { "│", "╷", "╵", "┃", "║", ">", "|", "•", " ", "\t" };

	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < G_N_ELEMENTS(frames); i++)
			if (g_str_has_prefix(line, frames[i])) {
				line += strlen(frames[i]);
				more = true;
			}
	}
	return line;
}

static void line_free(gpointer data)
{
	struct text_line *l = data;

	g_free(l->text);
	g_free(l);
}

static void add(GPtrArray *lines, const char *text, unsigned int number)
{
	g_auto(GStrv) parts = g_strsplit(text, "\n", -1);

	for (size_t i = 0; parts[i]; i++) {
		const char *begin = skip_frame(parts[i]);
		struct text_line *l;

		if (!*begin || is_noise(begin))
			continue;
		l = g_new(struct text_line, 1);
		*l = (struct text_line){ g_strdup(begin), number };
		g_ptr_array_add(lines, l);
	}
}

static void add_line(GPtrArray *lines, const char *raw, size_t size, unsigned int number)
{
	char *text = plain(raw, size);

	for (int round = 0; round < ROUNDS_MAX && has_escapes(text); round++) {
		char *less = unescape(text);

		g_free(text);
		text = less;
	}
	add(lines, text, number);
	g_free(text);
}

GPtrArray *untangle(const char *text, size_t size)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
	g_autoptr(GString) joined = g_string_new(NULL);
	unsigned int number = 0, first = 0, parts = 0;

	for (const char *p = text, *end = text + size, *next; p < end; p = next) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		bool goes_on;

		stop = stop ? stop : end;
		next = stop + 1;
		number++;
		first = parts ? first : number;
		goes_on = stop > p && stop[-1] == '\\' && parts < JOINED_MAX && next < end;
		g_string_append_len(joined, p, stop - p - goes_on);
		parts++;
		if (goes_on)
			continue;
		add_line(lines, joined->str, joined->len, first);
		g_string_truncate(joined, 0);
		parts = 0;
	}
	return lines;
}
