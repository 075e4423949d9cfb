// SPDX-License-Identifier: GPL-2.0-or-later
/* reasons - see reasons.h */
#include "reasons.h"

#include "finding.h"

static void reason_free(struct reason *g)
{
	g_ptr_array_unref(g->entries);
	g_free(g);
}

static struct reason *reason_new(const struct undecided *u)
{
	struct reason *g = g_new0(struct reason, 1);

	g->reason = u->reason;
	g->remedy = u->remedy;
	g->entries = g_ptr_array_new();
	return g;
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
		g_autofree char *why = g_strdup_printf("%s\n%s", u->reason ? u->reason : "",
						       u->remedy ? u->remedy : "");
		struct reason *g = g_hash_table_lookup(known, why);

		if (!g) {
			g = reason_new(u);
			g_ptr_array_add(groups, g);
			g_hash_table_insert(known, g_steal_pointer(&why), g);
		}
		g_ptr_array_add(g->entries, u);
	}
	for (guint i = 0; i < groups->len; i++) {
		struct reason *g = groups->pdata[i];

		g->rules = count_rules(g->entries);
	}
	g_ptr_array_sort(groups, compare_reasons);
	return groups;
}
