// SPDX-License-Identifier: GPL-2.0-or-later
/* readable - see readable.h */
#include "formats/readable.h"

#include <stdbool.h>

static bool is_quote(gunichar c)
{
	return c == '"' || c == '`' || c == 0xb4 || c == 0xab || c == 0xbb ||
	       (c >= 0x2018 && c <= 0x201f);
}

/* Bytes that stay as they are: nearly all of nearly every line. */
static size_t plain_bytes(const char *p, const char *end)
{
	const char *begin = p;

	while (p < end && *p >= ' ' && *p <= '~' && !is_quote((gunichar)*p))
		p++;
	return (size_t)(p - begin);
}

char *readable_text(const char *bytes, size_t size)
{
	GString *out = g_string_sized_new(size);
	const char *p = bytes, *end = bytes + size;

	while (p < end) {
		size_t plain = plain_bytes(p, end);

		g_string_append_len(out, p, (gssize)plain);
		p += plain;
		if (p == end)
			break;

		gunichar c = g_utf8_get_char_validated(p, end - p);
		bool bad = c == (gunichar)-1 || c == (gunichar)-2;

		if (bad || (c < ' ' && c != '\t'))
			g_string_append_c(out, bad ? '?' : ' ');
		else if (is_quote(c))
			g_string_append_c(out, '\'');
		else
			g_string_append_unichar(out, c);
		p = bad || !c ? p + 1 : g_utf8_next_char(p);
	}
	return g_string_free(out, FALSE);
}
