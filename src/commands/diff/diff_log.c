// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_log - a line of the kernel's log without what is new each time.
 */
#include "commands/diff/diff.h"

#include <string.h>

#define LINE_MAX_BYTES 300

/* Addresses, times, ids: "0x1f", "00:1f.2", "3.14"; of names only libvirt's: vnet3, not eth0. */
static char *without_numbers(const char *text)
{
	g_autoptr(GRegex) numbers =
		g_regex_new("0x[0-9a-f]+|\\b([0-9a-f]{4}:)?[0-9a-f]{2}(:[0-9a-f]{2})+(\\.[0-9])?\\b|"
			    "\\b[0-9a-f]{8,}\\b|(?<![a-z])[0-9]+([.:][0-9]+)*|(?<=vnet|tap)[0-9]+",
			    G_REGEX_OPTIMIZE | G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL);

	return g_regex_replace_literal(numbers, text, -1, 0, "#", 0, NULL);
}

/* Behind the kernel's own time stamp, where it has one. */
static const char *after_stamp(const char *text)
{
	const char *close;

	while (*text == ' ')
		text++;
	close = *text == '[' ? strchr(text, ']') : NULL;
	if (close && strspn(text + 1, " 0123456789.") == (size_t)(close - text - 1))
		text = close + 1;
	while (*text == ' ')
		text++;
	return text;
}

char *diff_log_line(const char *line)
{
	static const char *const marks[] = { " kernel: ", " kernel[0]: " };
	g_autofree char *cut = g_strndup(line, LINE_MAX_BYTES), *valid = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		const char *at = strstr(cut, marks[i]);

		if (!at)
			continue;
		valid = g_utf8_make_valid(after_stamp(at + strlen(marks[i])), -1);
		return *valid ? without_numbers(valid) : NULL;
	}
	return NULL;
}
