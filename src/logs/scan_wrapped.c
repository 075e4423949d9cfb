// SPDX-License-Identifier: GPL-2.0-or-later
/* scan_wrapped - texts whose lines a window or a mail broke: the lines as one */
#include <string.h>

#include "formats/untangle.h"
#include "logs/scan_state.h"
#include "rules/signature.h"

/* Pasted text is wrapped where a window ended: between words, or inside one. */
void scan_unwrapped(struct scan *scan, const struct log *log, const GPtrArray *lines)
{
	const struct log whole = { .path = log->path, .name = log->name, .logs = log->logs,
				   .vm = log->vm, .whole = true };
	g_autoptr(GString) spaced = g_string_new(NULL), joined = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++) {
		const char *text = ((const struct text_line *)lines->pdata[i])->text;

		g_string_append(joined, text);
		for (const char *p = text; *p; p++) {
			bool blank = *p == ' ' || *p == '\t';

			if (!blank || (spaced->len > 0 && spaced->str[spaced->len - 1] != ' '))
				g_string_append_c(spaced, blank ? ' ' : *p);
		}
		if (spaced->len > 0 && spaced->str[spaced->len - 1] != ' ')
			g_string_append_c(spaced, ' ');
	}
	scan_line(scan, &(struct line){ .log = &whole, .text = spaced->str, .size = spaced->len });
	scan_line(scan, &(struct line){ .log = &whole, .text = joined->str, .size = joined->len });
}

static bool has_digit(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (g_ascii_isdigit(text[i]))
			return true;
	return false;
}

#define COPIED_MAX_BYTES (32 * 1024)
#define WRAPPED_MIN_COLUMNS 50 /* a window narrower than that nobody copies from */

/* A log that passed through a mail or a window: a long line is followed by one that does not begin as this log's lines do,
 * with a time or a record's type. QEMU's own lines have no beginning to be known by. */
bool scan_is_wrapped(const struct log *log, const char *text, size_t size)
{
	const char *before = NULL;
	size_t before_size = 0;

	if (log->logs & SIGNATURE_BIT(QEMU) || size > COPIED_MAX_BYTES)
		return false;
	for (const char *p = text, *end = text + size, *stop; p < end; p = stop + 1) {
		stop = memchr(p, '\n', (size_t)(end - p));
		stop = stop ? stop : end;
		if (before && before_size >= WRAPPED_MIN_COLUMNS && stop > p && !has_digit(p, MIN((size_t)(stop - p), 16)) &&
		    strncmp(p, "type=", 5) != 0 && has_digit(before, MIN(before_size, 40)))
			return true;
		before = p;
		before_size = (size_t)(stop - p);
	}
	return false;
}
