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

#define COPIED_MAX_LINES 60
#define WRAPPED_MIN_COLUMNS 50 /* a window narrower than that nobody copies from */

/* Does it begin as lines of this log do, with a time or a record's type? */
static bool has_beginning(const char *line, size_t size)
{
	return has_digit(line, MIN(size, 16)) || strncmp(line, "type=", MIN(size, 5)) == 0;
}

/* A log that passed through a mail or a window: few lines, and of these one in three goes on with a long one before it.
 * A daemon's own log has such lines, too, but seldom. QEMU's have no beginning to be known by. */
bool scan_is_wrapped(const struct log *log, const char *text, size_t size)
{
	unsigned int lines = 0, goes_on = 0;
	size_t before = 0;

	if (log->logs & SIGNATURE_BIT(QEMU))
		return false;
	for (const char *p = text, *end = text + size, *stop; p < end && lines <= COPIED_MAX_LINES; p = stop + 1) {
		stop = memchr(p, '\n', (size_t)(end - p));
		stop = stop ? stop : end;
		goes_on += before >= WRAPPED_MIN_COLUMNS && stop > p && !has_beginning(p, (size_t)(stop - p));
		lines += stop > p;
		before = (size_t)(stop - p);
	}
	return lines <= COPIED_MAX_LINES && 3 * goes_on >= lines && goes_on > 0;
}
