// SPDX-License-Identifier: GPL-2.0-or-later
/* tree - see tree.h */
#include "report/tree.h"

#include <string.h>

#include "base/order.h"
#include "findings/finding.h"

const GPtrArray *tree_children(const struct tree *t, const struct finding *f)
{
	return f->key ? g_hash_table_lookup(t->children, f->key) : NULL;
}

bool tree_is_root(const struct tree *t, const struct finding *f)
{
	return !f->explained_by || !g_hash_table_contains(t->by_key, f->explained_by);
}

const GPtrArray *tree_twins(const struct tree *t, const struct finding *f)
{
	const char *shape = g_hash_table_lookup(t->shapes, f);
	const GPtrArray *all = shape ? g_hash_table_lookup(t->twins, shape) : NULL;

	return all && all->len > 1 && all->pdata[0] == f ? all : NULL;
}

bool tree_is_folded(const struct tree *t, const struct finding *f)
{
	const char *shape = g_hash_table_lookup(t->shapes, f);
	const GPtrArray *all = shape ? g_hash_table_lookup(t->twins, shape) : NULL;

	return all && all->pdata[0] != f;
}

unsigned int tree_number(const struct tree *t, const struct finding *f)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(t->numbers, f));
}

static void index_add(GHashTable *index, const char *name, struct finding *f)
{
	GPtrArray *list = g_hash_table_lookup(index, name);

	if (!list) {
		list = g_ptr_array_new();
		g_hash_table_insert(index, g_strdup(name), list);
	}
	g_ptr_array_add(list, f);
}

static GHashTable *index_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
				     (GDestroyNotify)g_ptr_array_unref);
}

static bool is_word(const char *begin, const char *at, size_t length)
{
	return (at == begin || !g_ascii_isalnum(at[-1])) && !g_ascii_isalnum(at[length]);
}

/* @text with the word @name as a place: "disk vda of web" and "disk vdb of db" are alike. */
static char *without(const char *text, const char *name, const char *place)
{
	GString *s = g_string_new(NULL);
	size_t length = name ? strlen(name) : 0;

	for (const char *at = text ? text : ""; *at;) {
		bool is_name = length > 0 && strncmp(at, name, length) == 0 && is_word(text, at, length);

		if (is_name)
			g_string_append(s, place);
		else
			g_string_append_c(s, *at);
		at += is_name ? length : 1;
	}
	return g_string_free(s, FALSE);
}

enum { DEPTH_MAX = 8 }; /* findings may explain each other in a circle */

/* What is broken is alike when the same mends it. */
static void append_fixes(const struct finding *f, GString *s)
{
	for (guint i = 0; f->severity >= SEVERITY_ERROR && i < f->fixes->len; i++) {
		g_autofree char *half = without(((const struct fix *)f->fixes->pdata[i])->text, f->subject, "\001");
		g_autofree char *text = without(half, f->domain, "\002");

		g_string_append_printf(s, "%s\n", text);
	}
}

/* Severity, rule and title of @f and of all that it explains. */
static char *shape_of(const struct tree *t, const struct finding *f, unsigned int depth)
{
	const GPtrArray *children = depth < DEPTH_MAX ? tree_children(t, f) : NULL;
	g_autoptr(GPtrArray) below = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *half = without(f->title, f->subject, "\001");
	g_autofree char *title = without(half, f->domain, "\002");
	GString *s = g_string_new(NULL);

	g_string_printf(s, "%d %s %u %s\n", f->severity, f->rule, f->fixes->len, title);
	append_fixes(f, s);
	for (guint i = 0; children && i < children->len; i++)
		g_ptr_array_add(below, shape_of(t, children->pdata[i], depth + 1));
	g_ptr_array_sort(below, order_by_bytes);
	for (guint i = 0; i < below->len; i++)
		g_string_append_printf(s, "\t%s", (const char *)below->pdata[i]);
	return g_string_free(s, FALSE);
}

/* Only under the same root may one stand for others. */
static void index_twin(struct tree *t, struct finding *f)
{
	g_autofree char *shape = shape_of(t, f, 0);
	char *name = g_strdup_printf("%s\n%s", tree_is_root(t, f) ? "" : f->explained_by, shape);

	g_hash_table_insert(t->shapes, f, name);
	index_add(t->twins, name, f);
}

static void set_number(struct tree *t, struct finding *f, unsigned int number, bool is_twin)
{
	const GPtrArray *children = tree_children(t, f);
	const GPtrArray *twins = is_twin ? NULL : tree_twins(t, f);

	if (tree_number(t, f) > 0)
		return;
	g_hash_table_insert(t->numbers, f, GUINT_TO_POINTER(number));
	t->last = MAX(t->last, number);
	for (guint i = 1; twins && i < twins->len; i++)
		set_number(t, twins->pdata[i], number, true);
	for (guint i = 0; children && i < children->len; i++)
		set_number(t, children->pdata[i], is_twin ? number : t->last + 1, is_twin);
}

static void set_numbers(struct tree *t, const GPtrArray *findings)
{
	unsigned int next = 1;

	for (int circles = 0; circles < 2; circles++)
		for (guint i = 0; i < findings->len; i++) {
			struct finding *f = findings->pdata[i];

			if (tree_number(t, f) > 0 || (!circles && !tree_is_root(t, f)))
				continue;
			set_number(t, f, next, false);
			next = t->last + 1;
		}
}

void tree_init(struct tree *t, const GPtrArray *findings, bool folds)
{
	t->by_key = g_hash_table_new(g_str_hash, g_str_equal);
	t->children = index_new();
	t->twins = index_new();
	t->shapes = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	t->numbers = g_hash_table_new(NULL, NULL);
	t->last = 1;
	for (guint i = 0; i < findings->len; i++) {
		struct finding *f = findings->pdata[i];

		if (f->key)
			g_hash_table_insert(t->by_key, f->key, f);
		if (f->explained_by)
			index_add(t->children, f->explained_by, f);
	}
	for (guint i = 0; folds && i < findings->len; i++)
		index_twin(t, findings->pdata[i]);
	set_numbers(t, findings);
}

unsigned int tree_hide(const struct tree *t, struct finding *f, GHashTable *shown)
{
	const GPtrArray *children = tree_children(t, f);
	unsigned int n = 1;

	if (!g_hash_table_add(shown, f))
		return 0;
	for (guint i = 0; children && i < children->len; i++)
		n += tree_hide(t, children->pdata[i], shown);
	return n;
}

void tree_done(struct tree *t)
{
	g_hash_table_unref(t->by_key);
	g_hash_table_unref(t->children);
	g_hash_table_unref(t->shapes);
	g_hash_table_unref(t->twins);
	g_hash_table_unref(t->numbers);
}
