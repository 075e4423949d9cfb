// SPDX-License-Identifier: GPL-2.0-or-later
/* text_undecided - what could not be checked: one line for each reason, and what would settle it */
#include "text.h"

#include "finding.h"
#include "pen.h"
#include "writer.h"

enum { GROUPS_LISTED = 8 }; /* a recording of one file leaves dozens of reasons */

/** All that could not be checked for one reason. Borrowed strings and entries. */
struct group {
	const char *reason, *remedy;
	GPtrArray *entries; /* of struct undecided */
	unsigned int rules; /* different ones */
};

static void group_free(struct group *g)
{
	g_ptr_array_unref(g->entries);
	g_free(g);
}

static struct group *group_new(const struct undecided *u)
{
	struct group *g = g_new0(struct group, 1);

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
static int compare_groups(gconstpointer a, gconstpointer b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;
	int order = g_strcmp0(x->reason, y->reason);

	if (x->entries->len != y->entries->len)
		return x->entries->len > y->entries->len ? -1 : 1;
	return order ? order : g_strcmp0(x->remedy, y->remedy);
}

static GPtrArray *groups_new(const GPtrArray *undecided)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)group_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < undecided->len; i++) {
		struct undecided *u = undecided->pdata[i];
		g_autofree char *why = g_strdup_printf("%s\n%s", u->reason ? u->reason : "",
						       u->remedy ? u->remedy : "");
		struct group *g = g_hash_table_lookup(known, why);

		if (!g) {
			g = group_new(u);
			g_ptr_array_add(groups, g);
			g_hash_table_insert(known, g_steal_pointer(&why), g);
		}
		g_ptr_array_add(g->entries, u);
	}
	for (guint i = 0; i < groups->len; i++) {
		struct group *g = groups->pdata[i];

		g->rules = count_rules(g->entries);
	}
	g_ptr_array_sort(groups, compare_groups);
	return groups;
}

static void write_entries(const struct group *g, struct pen *p)
{
	pen_ink(p, INK_DIM);
	for (guint i = 0; i < g->entries->len; i++) {
		const struct undecided *u = g->entries->pdata[i];
		g_autofree char *place = text_place(u->domain, u->subject);

		pen_line(p, 4);
		pen_printf(p, "%s (%s)", u->rule, place);
	}
	pen_ink(p, INK_PLAIN);
}

static void write_group(const struct group *g, struct pen *p)
{
	pen_line(p, 2);
	pen_printf(p, "%u rule%s", g->rules, g->rules == 1 ? "" : "s");
	if (g->entries->len != g->rules)
		pen_printf(p, "(%u checks)", g->entries->len);
	pen_attach(p, ":");
	p->indent = 4;
	pen_words(p, g->reason ? g->reason : "reason unknown");
	if (!g->remedy || !*g->remedy)
		return;
	pen_attach(p, ";");
	pen_words(p, g->remedy);
}

static void write_rest(const GPtrArray *groups, guint from, struct pen *p)
{
	unsigned int entries = 0;

	for (guint i = from; i < groups->len; i++)
		entries += ((struct group *)groups->pdata[i])->entries->len;
	if (entries == 0)
		return;
	pen_line(p, 2);
	pen_printf(p, "%u checks for %u further reasons (-v lists them)", entries,
		   groups->len - from);
}

void text_undecided(const struct report *r, const struct style *style, struct pen *p)
{
	g_autoptr(GPtrArray) groups = groups_new(r->undecided);
	guint listed = style->verbose ? groups->len : MIN(groups->len, GROUPS_LISTED);

	if (groups->len == 0)
		return;
	pen_blank(p);
	pen_words(p, "Not checked:");
	for (guint i = 0; i < listed; i++) {
		write_group(groups->pdata[i], p);
		if (style->verbose)
			write_entries(groups->pdata[i], p);
	}
	write_rest(groups, listed, p);
	pen_line(p, 0);
}
