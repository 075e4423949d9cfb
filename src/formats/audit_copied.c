// SPDX-License-Identifier: GPL-2.0-or-later
/* audit_copied - see audit_log_copied() in audit_log.h */
#include "formats/audit_log.h"

#include <stdlib.h>
#include <string.h>

#define COPIED_MAX_BYTES (256 * 1024)

static bool is_record(const char *line)
{
	return g_str_has_prefix(line, "type=") || g_str_has_prefix(line, "node=");
}

/* Does it begin by itself: a record, the kernel's or the journal's line? Else it goes on with the one before. */
static bool begins(const char *line)
{
	return is_record(line) || g_regex_match_simple("^(\\w{3} +\\d|\\d{4}-\\d\\d|\\[ *\\d+\\.|audit(\\[\\d*\\])?: |kernel: |----|time->|avc: )", line, G_REGEX_RAW, 0);
}

/* audit(05/31/2024 05:27:41.876:878) of "ausearch -i" */
static gboolean number_of_time(const GMatchInfo *m, GString *out, gpointer data G_GNUC_UNUSED)
{
	int n[6];
	g_autofree char *rest = g_match_info_fetch(m, 7);
	g_autoptr(GDateTime) time = NULL;

	for (int i = 0; i < 6; i++) {
		g_autofree char *part = g_match_info_fetch(m, i + 1);

		n[i] = (int)strtol(part, NULL, 10);
	}
	time = g_date_time_new_utc(n[2], n[0], n[1], n[3], n[4], n[5]);
	g_string_append_printf(out, "audit(%" G_GINT64_FORMAT ".%s)", time ? g_date_time_to_unix(time) : 0, rest);
	return FALSE;
}

static void put_record(GString *out, const char *line, unsigned int number)
{
	g_autofree char *kernel = is_record(line) ? NULL : audit_log_line(line, strlen(line), true, number);
	g_autofree char *journal = is_record(line) || kernel ? NULL : audit_log_line(line, strlen(line), false, number);

	if (is_record(line) || kernel || journal)
		g_string_append_printf(out, "%s\n", kernel ? kernel : journal ? journal : line);
}

static char *with_numbers(const char *text)
{
	g_autoptr(GRegex) time = g_regex_new("audit\\((\\d\\d)/(\\d\\d)/(\\d{4}) (\\d\\d):(\\d\\d):(\\d\\d)\\.(\\d{3}:\\d+)\\) ?",
					     G_REGEX_RAW, 0, NULL);

	return g_regex_replace_eval(time, text, -1, 0, 0, number_of_time, NULL, NULL);
}

/* Each record on a line of its own: what does not begin by itself goes on. */
static GPtrArray *parted(const char *text)
{
	g_autoptr(GRegex) inner = g_regex_new("(?<=\\S) +(?=type=[A-Z_]+ msg=audit\\()", G_REGEX_RAW, 0, NULL);
	g_autofree char *apart = g_regex_replace_literal(inner, text, -1, 0, "\n", 0, NULL);
	g_auto(GStrv) lines = g_strsplit(apart ? apart : text, "\n", -1);
	GPtrArray *whole = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; lines[i]; i++) {
		const char *line = g_strstrip(lines[i]);
		char **last = whole->len ? (char **)&whole->pdata[whole->len - 1] : NULL;

		if (!*line)
			continue;
		if (!last || begins(line)) {
			g_ptr_array_add(whole, g_strdup(line));
		} else if (strlen(*last) < AUDIT_LINE_CAP_BYTES) {
			char *joined = g_strconcat(*last, " ", line, NULL);

			g_free(*last);
			*last = joined;
		}
	}
	return whole;
}

static bool is_of_auditd(const char *text)
{
	for (const char *p = text + strspn(text, "\n"); *p; p += strspn(p, "\n")) {
		if (!is_record(p) || (strstr(p, " type=") && strstr(p, " type=") < p + strcspn(p, "\n")))
			return false;
		p += strcspn(p, "\n");
	}
	return !strstr(text, "msg=audit(0") && !g_regex_match_simple("msg=audit\\(\\d\\d/", text, G_REGEX_RAW, 0);
}

char *audit_log_copied(const char *text, size_t size)
{
	g_autofree char *copy = size <= COPIED_MAX_BYTES ? g_strndup(text, size) : NULL, *numbered = NULL;
	g_autoptr(GPtrArray) lines = NULL;
	GString *out;

	if (!copy || is_of_auditd(copy))
		return NULL;
	numbered = with_numbers(copy);
	lines = parted(numbered ? numbered : copy);
	out = g_string_new(NULL);
	for (guint i = 0; i < lines->len; i++)
		put_record(out, lines->pdata[i], i + 1);
	return g_string_free(out, FALSE);
}
