// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verdicts - see verdicts.h
 *
 * Who upgrades a hundred domains wants to know which of them need work.  Domains that the rules say
 * the same of are one line; information is no reason to tell them apart.
 */
#include "report/verdicts.h"

#include <string.h>

#include "base/i18n.h"
#include "report/tree.h"

enum { NAMES_LISTED = 6 };

enum { UNCHECKED, FINE, LOOK, DOUBT, NO, WORDS_MAX };
static const char *const words[WORDS_MAX] = {
	[UNCHECKED] = N_("no fault found, not all checked"), [FINE] = N_("as before"), [LOOK] = N_("to look at"),
	[DOUBT] = N_("may not start"),			     [NO] = N_("will not start"),
};

static int word_of(const struct verdict *v)
{
	if (v->worst < SEVERITY_WARNING)
		return v->partly ? UNCHECKED : FINE;
	return v->worst == SEVERITY_WARNING ? LOOK : v->worst == SEVERITY_ERROR ? DOUBT : NO;
}

bool verdicts_apply(const struct report *r)
{
	return r->target && r->domains->len > 1;
}

static void verdict_free(gpointer data)
{
	struct verdict *v = data;

	g_ptr_array_unref(v->domains);
	g_ptr_array_unref(v->findings);
	g_free(v);
}

static int by_severity(gconstpointer a, gconstpointer b)
{
	const struct finding *x = *(const struct finding *const *)a, *y = *(const struct finding *const *)b;

	return x->severity != y->severity ? (int)y->severity - (int)x->severity : strcmp(x->rule, y->rule);
}

/* domain -> its findings that count, in order */
static GHashTable *by_domain(const struct report *r)
{
	GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
	GHashTableIter it;
	gpointer findings;

	for (guint i = 0; i < r->domains->len; i++)
		g_hash_table_insert(all, ((const struct report_domain *)r->domains->pdata[i])->name, g_ptr_array_new());
	for (guint i = 0; i < r->findings->len; i++) {
		struct finding *f = r->findings->pdata[i];
		GPtrArray *of = f->domain && f->severity > SEVERITY_INFO ? g_hash_table_lookup(all, f->domain) : NULL;

		if (of)
			g_ptr_array_add(of, f);
	}
	g_hash_table_iter_init(&it, all);
	while (g_hash_table_iter_next(&it, NULL, &findings))
		g_ptr_array_sort(findings, by_severity);
	return all;
}

/* What two domains have in common that are of one line: the entries of the list, not the devices. */
static char *key_of(const struct tree *t, const GPtrArray *findings, bool partly)
{
	GString *key = g_string_new(partly ? "partly," : NULL);

	for (guint i = 0; i < findings->len; i++) {
		g_autofree char *part = g_strdup_printf("%u,", tree_number(t, findings->pdata[i]));

		if (!g_str_has_suffix(key->str, part))
			g_string_append(key, part);
	}
	return g_string_free(key, FALSE);
}

/* domains with something that could not be checked */
static GHashTable *not_all_checked(const struct report *r)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < r->undecided->len; i++) {
		char *domain = ((const struct undecided *)r->undecided->pdata[i])->domain;

		if (domain)
			g_hash_table_add(names, domain);
	}
	return names;
}

static bool is_bad(const GPtrArray *findings)
{
	return findings->len > 0 && ((const struct finding *)findings->pdata[0])->severity >= SEVERITY_WARNING;
}

static struct verdict *verdict_new(GPtrArray *findings, bool partly)
{
	struct verdict *v = g_new0(struct verdict, 1);

	v->partly = partly;
	v->worst = findings->len > 0 ? (int)((const struct finding *)findings->pdata[0])->severity : -1;
	v->domains = g_ptr_array_new();
	v->findings = g_ptr_array_ref(findings);
	return v;
}

static int by_hurt(gconstpointer a, gconstpointer b)
{
	const struct verdict *x = *(const struct verdict *const *)a, *y = *(const struct verdict *const *)b;

	if (x->worst != y->worst)
		return y->worst - x->worst;
	if (x->domains->len != y->domains->len)
		return x->domains->len > y->domains->len ? -1 : 1;
	return strcmp(x->domains->pdata[0], y->domains->pdata[0]);
}

GPtrArray *verdicts_of(const struct report *r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(verdict_free);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) findings = by_domain(r);
	g_autoptr(GHashTable) unchecked = not_all_checked(r);
	struct tree t;

	tree_init(&t, r->findings, true);
	for (guint i = 0; i < r->domains->len; i++) {
		char *name = ((const struct report_domain *)r->domains->pdata[i])->name;
		GPtrArray *of = g_hash_table_lookup(findings, name);
		bool partly = !is_bad(of) && g_hash_table_contains(unchecked, name);
		g_autofree char *key = key_of(&t, of, partly);
		struct verdict *v = g_hash_table_lookup(known, key);

		if (!v) {
			v = verdict_new(of, partly);
			g_ptr_array_add(all, v);
			g_hash_table_insert(known, g_steal_pointer(&key), v);
		}
		g_ptr_array_add(v->domains, name);
	}
	tree_done(&t);
	g_ptr_array_sort(all, by_hurt);
	return all;
}

const char *verdict_words(const struct verdict *v)
{
	return _(words[word_of(v)]);
}

char *verdicts_headline(const struct report *r, const GPtrArray *all)
{
	unsigned int n[WORDS_MAX] = { 0 };
	const char *separator = " ";
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < all->len; i++) {
		const struct verdict *v = all->pdata[i];

		n[word_of(v)] += v->domains->len;
	}
	g_string_append_printf(s, _("%u domains after the upgrade to %s:"), r->domains->len, r->target);
	for (int i = WORDS_MAX - 1; i >= 0; i--) {
		if (n[i] == 0)
			continue;
		g_string_append_printf(s, "%s%u %s", separator, n[i], _(words[i]));
		separator = ", ";
	}
	return g_string_free(s, FALSE);
}

char *verdict_domains(const struct verdict *v)
{
	guint listed = v->domains->len > NAMES_LISTED + 1 ? NAMES_LISTED : v->domains->len;
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < listed; i++)
		g_string_append_printf(s, "%s%s", i > 0 ? ", " : "", (const char *)v->domains->pdata[i]);
	if (listed < v->domains->len) {
		g_string_append(s, ", ");
		g_string_append_printf(s, _("and %u more"), v->domains->len - listed);
	}
	return g_string_free(s, FALSE);
}

char *verdict_rules(const struct verdict *v)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < v->findings->len; i++) {
		const char *rule = ((const struct finding *)v->findings->pdata[i])->rule;

		if (i == 0 || !g_str_equal(rule, ((const struct finding *)v->findings->pdata[i - 1])->rule))
			g_string_append_printf(s, "%s%s", i > 0 ? ", " : "", rule);
	}
	return g_string_free(s, FALSE);
}
