// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff - comparing two sides.
 */
#include "commands/diff/diff.h"

#include <string.h>

#include "findings/finding.h"
#include "base/i18n.h"

const char *const diff_state_names[DIFF_STATE_MAX_] = { N_("new"), N_("gone"), N_("changed") };

static struct diff_entry *entry_new(enum diff_state state)
{
	struct diff_entry *e = g_new0(struct diff_entry, 1);

	e->state = state;
	return e;
}

static bool same(const struct diff_finding *a, const struct diff_finding *b)
{
	return g_strcmp0(a->severity, b->severity) == 0 && g_strcmp0(a->title, b->title) == 0 &&
	       g_strcmp0(a->message, b->message) == 0;
}

static void compare_findings(struct diff *d)
{
	GHashTableIter it;
	gpointer key, value;

	g_hash_table_iter_init(&it, d->b->findings);
	while (g_hash_table_iter_next(&it, &key, &value)) {
		const struct diff_finding *a = g_hash_table_lookup(d->a->findings, key), *b = value;
		struct diff_entry *e;

		if (a && same(a, b))
			continue;
		e = entry_new(a ? DIFF_CHANGED : DIFF_NEW);
		e->finding_a = a;
		e->finding_b = b;
		g_ptr_array_add(d->findings, e);
	}
	g_hash_table_iter_init(&it, d->a->findings);
	while (g_hash_table_iter_next(&it, &key, &value))
		if (!g_hash_table_contains(d->b->findings, key)) {
			struct diff_entry *e = entry_new(DIFF_GONE);

			e->finding_a = value;
			g_ptr_array_add(d->findings, e);
		}
}

/* Does this side say anything about an area of a domain? What was never looked at is not gone. */
static char *scope_of(const struct diff_property *p)
{
	return g_strdup_printf("%d\x1f%s", p->area, p->domain ? p->domain : "");
}

static GHashTable *scopes_of(const struct diff_side *s)
{
	GHashTable *scopes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter it;
	gpointer value;

	g_hash_table_iter_init(&it, s->properties);
	while (g_hash_table_iter_next(&it, NULL, &value))
		g_hash_table_add(scopes, scope_of(value));
	return scopes;
}

static void compare_properties(struct diff *d, const struct diff_side *from, const struct diff_side *to,
			       enum diff_state missing)
{
	g_autoptr(GHashTable) scopes = scopes_of(to);
	GHashTableIter it;
	gpointer id, value;

	g_hash_table_iter_init(&it, from->properties);
	while (g_hash_table_iter_next(&it, &id, &value)) {
		const struct diff_property *p = value, *other = g_hash_table_lookup(to->properties, id);
		g_autofree char *scope = scope_of(p);
		struct diff_entry *e;

		if (!other && to->is_summary && !from->is_summary)
			continue;
		if (other ? missing == DIFF_NEW || strcmp(p->value, other->value) == 0 :
			    !g_hash_table_contains(scopes, scope))
			continue;
		e = entry_new(other ? DIFF_CHANGED : missing);
		e->property_a = missing == DIFF_GONE ? p : NULL;
		e->property_b = missing == DIFF_GONE ? other : p;
		g_ptr_array_add(d->properties, e);
	}
}

static int by_severity(gconstpointer a, gconstpointer b)
{
	const struct diff_entry *x = *(const struct diff_entry *const *)a;
	const struct diff_entry *y = *(const struct diff_entry *const *)b;
	const struct diff_finding *f = x->finding_b ? x->finding_b : x->finding_a;
	const struct diff_finding *g = y->finding_b ? y->finding_b : y->finding_a;
	int worse = severity_parse(g->severity ? g->severity : "") -
		    severity_parse(f->severity ? f->severity : "");

	if (x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return worse ? worse : strcmp(f->key, g->key);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	const struct diff_entry *x = *(const struct diff_entry *const *)a;
	const struct diff_entry *y = *(const struct diff_entry *const *)b;
	const struct diff_property *p = x->property_b ? x->property_b : x->property_a;
	const struct diff_property *q = y->property_b ? y->property_b : y->property_a;
	int domains = g_strcmp0(p->domain, q->domain);

	/* The log last, for all; else one domain after the other. */
	if ((p->area == DIFF_LOG) != (q->area == DIFF_LOG))
		return p->area == DIFF_LOG ? 1 : -1;
	if (domains)
		return domains;
	if (p->area != q->area)
		return p->area < q->area ? -1 : 1;
	if (p->area == DIFF_LOG && x->state != y->state)
		return x->state < y->state ? -1 : 1;
	return strcmp(p->name, q->name);
}

struct diff *diff_new(const struct diff_side *a, const struct diff_side *b)
{
	struct diff *d = g_new0(struct diff, 1);

	d->a = a;
	d->b = b;
	d->findings = g_ptr_array_new_with_free_func(g_free);
	d->properties = g_ptr_array_new_with_free_func(g_free);
	compare_findings(d);
	compare_properties(d, a, b, DIFF_GONE);
	compare_properties(d, b, a, DIFF_NEW);
	g_ptr_array_sort(d->findings, by_severity);
	g_ptr_array_sort(d->properties, by_name);
	return d;
}

void diff_free(struct diff *d)
{
	if (!d)
		return;
	g_ptr_array_unref(d->findings);
	g_ptr_array_unref(d->properties);
	g_free(d);
}
