// SPDX-License-Identifier: GPL-2.0-or-later
/* reasons - see reasons.h */
#include "report/reasons.h"

#include <string.h>

#include "findings/finding.h"
#include "base/i18n.h"

static void reason_free(struct reason *g)
{
	g_ptr_array_unref(g->sources);
	g_ptr_array_unref(g->entries);
	g_free(g);
}

/* "/etc/a: not recorded" and "/etc/b: not recorded" are one reason. */
static const char *why(const struct undecided *u)
{
	const char *reason = undecided_reason(u);

	return u->source && reason ? reason + strlen(u->source) + strlen(": ") : reason;
}

static struct reason *reason_new(const struct undecided *u)
{
	struct reason *g = g_new0(struct reason, 1);

	g->reason = why(u);
	g->remedy = undecided_remedy(u);
	g->sources = g_ptr_array_new();
	g->entries = g_ptr_array_new();
	return g;
}

static void add_entry(struct reason *g, struct undecided *u)
{
	g_ptr_array_add(g->entries, u);
	if (u->source && !g_ptr_array_find_with_equal_func(g->sources, u->source, g_str_equal, NULL))
		g_ptr_array_add(g->sources, u->source);
}

static int compare_sources(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static unsigned int count_rules(const GPtrArray *entries)
{
	g_autoptr(GHashTable) rules = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < entries->len; i++)
		g_hash_table_add(rules, ((struct undecided *)entries->pdata[i])->rule);
	return g_hash_table_size(rules);
}

/* The largest first. Equal ones by text: the order must not depend on the sort's stability. */
static int compare_reasons(gconstpointer a, gconstpointer b)
{
	const struct reason *x = *(struct reason *const *)a, *y = *(struct reason *const *)b;
	int order = g_strcmp0(x->reason, y->reason);

	if (x->entries->len != y->entries->len)
		return x->entries->len > y->entries->len ? -1 : 1;
	return order ? order : g_strcmp0(x->remedy, y->remedy);
}

GPtrArray *reasons_new(const GPtrArray *undecided)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)reason_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < undecided->len; i++) {
		struct undecided *u = undecided->pdata[i];
		char *key = g_strdup_printf("%s\n%s", why(u) ? why(u) : "", u->remedy ? u->remedy : "");
		struct reason *g = g_hash_table_lookup(known, key);

		if (!g) {
			g = reason_new(u);
			g_ptr_array_add(groups, g);
		}
		add_entry(g, u);
		g_hash_table_replace(known, key, g);
	}
	for (guint i = 0; i < groups->len; i++) {
		struct reason *g = groups->pdata[i];

		g->rules = count_rules(g->entries);
		g_ptr_array_sort(g->sources, compare_sources);
	}
	g_ptr_array_sort(groups, compare_reasons);
	return groups;
}

char *reason_words(const struct reason *r, guint most)
{
	const char *reason = r->reason ? r->reason : _("reason unknown");
	GString *s = g_string_new(NULL);

	if (r->sources->len == 1)
		g_string_append_printf(s, "%s: ", (const char *)r->sources->pdata[0]);
	g_string_append(s, reason);
	for (guint i = 0; r->sources->len > 1 && i < MIN(r->sources->len, most); i++)
		g_string_append_printf(s, "%s %s", i > 0 ? "," : ":", (const char *)r->sources->pdata[i]);
	if (r->sources->len > MAX(most, 1))
		g_string_append_printf(s, _(" and %u more"), r->sources->len - most);
	return g_string_free(s, FALSE);
}
