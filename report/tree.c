// SPDX-License-Identifier: GPL-2.0-or-later
/* tree - see tree.h */
#include "report/tree.h"

#include "findings/finding.h"

/* Findings of one rule that read alike. */
static char *twin_name(const struct finding *f)
{
	return g_strdup_printf("%d\n%s\n%s", f->severity, f->rule, f->title);
}

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
	g_autofree char *name = twin_name(f);
	const GPtrArray *all = g_hash_table_lookup(t->twins, name);

	return all && all->len > 1 && all->pdata[0] == f ? all : NULL;
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

/* Only what neither explains nor is explained may stand for others, or be left to stand for. */
static void index_twin(struct tree *t, struct finding *f)
{
	g_autofree char *name = twin_name(f);

	if (f->severity < SEVERITY_ERROR && tree_is_root(t, f) && !tree_children(t, f))
		index_add(t->twins, name, f);
}

void tree_init(struct tree *t, const GPtrArray *findings)
{
	t->by_key = g_hash_table_new(g_str_hash, g_str_equal);
	t->children = index_new();
	t->twins = index_new();
	t->last = 1;
	for (guint i = 0; i < findings->len; i++) {
		struct finding *f = findings->pdata[i];

		if (f->key)
			g_hash_table_insert(t->by_key, f->key, f);
		if (f->explained_by)
			index_add(t->children, f->explained_by, f);
		t->last = MAX(t->last, f->rank);
	}
	for (guint i = 0; i < findings->len; i++)
		index_twin(t, findings->pdata[i]);
}

void tree_done(struct tree *t)
{
	g_hash_table_unref(t->by_key);
	g_hash_table_unref(t->children);
	g_hash_table_unref(t->twins);
}
