// SPDX-License-Identifier: GPL-2.0-or-later
/* top_keys - what a key does to the view; q is the loop's */
#include "commands/top/top.h"

#include <string.h>

#include "findings/report.h"

enum { SECONDS_MIN = 1, SECONDS_MAX = 30 };

/* The next domain down or up the table. */
static void choose(struct top_view *v, const struct report *r, int step)
{
	g_autoptr(GArray) rows = top_rows(r, v->order);
	int at = 0;

	if (rows->len == 0)
		return;
	for (guint i = 0; v->chosen && i < rows->len; i++)
		if (strcmp(g_array_index(rows, struct top_row, i).name, v->chosen) == 0)
			at = (int)i;
	at = CLAMP(v->chosen ? at + step : 0, 0, (int)rows->len - 1);
	g_free(v->chosen);
	v->chosen = g_strdup(g_array_index(rows, struct top_row, at).name);
}

static bool is_one_of(const char *key, const char *const *keys)
{
	return g_strv_contains(keys, key);
}

bool top_key(struct top_view *v, const struct report *r, const char *key)
{
	static const char *const down[] = { "j", "\033[B", "\033OB", NULL }, *const up[] = { "k", "\033[A", "\033OA", NULL };
	static const char *const enter[] = { "\n", "\r", "\033", NULL }, *const help[] = { "h", "?", NULL };

	if (v->help || is_one_of(key, help)) {
		v->help = !v->help;
	} else if (strcmp(key, "s") == 0) {
		v->order = (v->order + 1) % TOP_ORDERS;
	} else if (strcmp(key, "p") == 0 || strcmp(key, " ") == 0) {
		v->paused = !v->paused;
	} else if (strcmp(key, "w") == 0) {
		v->wants_who = !v->wants_who;
	} else if (strcmp(key, "+") == 0 || strcmp(key, "-") == 0) {
		v->seconds = CLAMP(v->seconds + (*key == '+' ? 1 : -1), SECONDS_MIN, SECONDS_MAX);
	} else if (is_one_of(key, down) || is_one_of(key, up)) {
		choose(v, r, is_one_of(key, down) ? 1 : -1);
	} else if (is_one_of(key, enter)) {
		choose(v, r, 0);
		v->only = *key != '\033' && !v->only && v->chosen;
	} else {
		return false;
	}
	return true;
}
