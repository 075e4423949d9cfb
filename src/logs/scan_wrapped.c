// SPDX-License-Identifier: GPL-2.0-or-later
/* scan_wrapped - texts whose lines a window or a mail broke: the lines as one */
#include <string.h>

#include "formats/readable.h"
#include "formats/untangle.h"
#include "logs/scan_state.h"
#include "rules/signature.h"

#define WRAPPED_MIN_COLUMNS 50 /* a window narrower than that nobody copies from */
#define WINDOW_MIN_COLUMNS 60  /* with the word that no longer fitted */
#define WINDOW_MAX_COLUMNS 250 /* a longer line no window has broken */

/* "[", "type=", "error: ", a time with its date or without: what programs begin a line with. */
static bool begins_record(const char *line)
{
	static const char *const heads[] = { "[", "type=", "error:", "error ", "warning:", "libvirt:", "libvirt.", "kernel:", "qemu-system-", "qemu-kvm:", "$ ", "# " };
	size_t digits = strspn(line, "0123456789");

	for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
		if (g_ascii_strncasecmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	if ((digits == 4 && line[4] == '-') || (digits == 2 && line[2] == ':'))
		return true;
	/* "Feb  4 17:54:45" */
	return g_ascii_isupper(line[0]) && g_ascii_isalpha(line[1]) && g_ascii_isalpha(line[2]) && line[3] == ' ' &&
	       g_ascii_isdigit(line[4 + strspn(line + 4, " ")]);
}

/* Did a window or a mail break @line off @before? Then that one is long, or the next word did not fit. */
static bool continues(const char *before, const char *line)
{
	size_t columns = strlen(before);

	return *line && columns > 0 && columns <= WINDOW_MAX_COLUMNS && !begins_record(line) &&
	       (columns >= WRAPPED_MIN_COLUMNS || columns + 1 + strcspn(line, " ") >= WINDOW_MIN_COLUMNS);
}

/* A line break stays where one message ends: [^\n] of a pattern goes no further, and '.' goes on, for what people tell. */
static void scan_joined(struct scan *scan, const struct log *whole, const GString *text)
{
	size_t size = MIN(text->len, TEXT_CAP_BYTES); /* its end counts, as scan_line() has it */
	const char *begin = text->str + text->len - size;
	g_auto(GStrv) messages = g_strsplit(begin, "\n", -1);

	for (size_t i = 0; messages[i]; i++) {
		char *raw = messages[i];

		messages[i] = readable_text(raw, strlen(raw));
		g_free(raw);
	}
	scan_line(scan, &(struct line){ .log = whole, .text = begin, .size = size, .readable = g_strjoinv("\n", messages) });
}

/* Pasted text is wrapped where a window ended: between words, or inside one. */
void scan_unwrapped(struct scan *scan, const struct log *log, const GPtrArray *lines)
{
	const struct log whole = { .path = log->path, .name = log->name, .logs = log->logs,
				   .vm = log->vm, .whole = true };
	g_autoptr(GString) spaced = g_string_new(NULL), joined = g_string_new(NULL);
	const char *before = "";

	for (guint i = 0; i < lines->len; i++) {
		const char *text = ((const struct text_line *)lines->pdata[i])->text;
		bool goes_on = continues(before, text);

		if (spaced->len > 0 && !goes_on) {
			g_string_append_c(spaced, '\n');
			g_string_append_c(joined, '\n');
		} else if (spaced->len > 0 && spaced->str[spaced->len - 1] != ' ') {
			g_string_append_c(spaced, ' ');
		}
		g_string_append(joined, text);
		for (const char *p = text; *p; p++) {
			bool blank = *p == ' ' || *p == '\t';

			if (!blank || (spaced->len > 0 && spaced->str[spaced->len - 1] != ' '))
				g_string_append_c(spaced, blank ? ' ' : *p);
		}
		before = text;
	}
	scan_joined(scan, &whole, spaced);
	scan_joined(scan, &whole, joined);
}

#define COPIED_MAX_LINES 60

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
		goes_on += before >= WRAPPED_MIN_COLUMNS && stop > p && !begins_record(p);
		lines += stop > p;
		before = (size_t)(stop - p);
	}
	return lines <= COPIED_MAX_LINES && 3 * goes_on >= lines && goes_on > 0;
}
