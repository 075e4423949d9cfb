// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_filter - which findings are shown: by severity and by domain
 *
 * A page without script can ask the style sheet what is chosen: section:has(#s2:checked). Where a browser cannot,
 * nothing is offered. Source: Selectors Level 4, the relational pseudo-class; CSS Conditional Rules Level 4, selector()
 */
#include "report/html/html.h"

#include <string.h>

#include "base/i18n.h"
#include "report/tree.h"

enum { FINDINGS_MIN = 4, DOMAINS_MAX = 400 };

static unsigned int count(const struct report *r, enum severity severity)
{
	unsigned int n = 0;

	for (guint i = 0; i < r->findings->len; i++)
		n += ((const struct finding *)r->findings->pdata[i])->severity == severity;
	return n;
}

static void write_severity(int severity, unsigned int n, const char *name, GString *out)
{
	g_string_append_printf(out, "<label><input type=\"radio\" name=\"severity\" id=\"s%d\"%s>%s <span class=\"num\">%u</span></label>\n",
			       severity, severity < 0 ? " checked=\"\"" : "", name, n);
}

static void write_domain_choice(const struct report *r, GString *out)
{
	if (r->domains->len < 2 || r->domains->len > DOMAINS_MAX)
		return;
	g_string_append_printf(out, "<label>%s <select><option>%s</option>", _("of"), _("all domains"));
	g_string_append_printf(out, "<option value=\"h\">%s</option>", _("the host itself"));
	for (guint i = 0; i < r->domains->len; i++) {
		g_string_append_printf(out, "<option value=\"w%u\">", i);
		html_text(out, ((const struct report_domain *)r->domains->pdata[i])->name);
		g_string_append(out, "</option>");
	}
	g_string_append(out, "</select></label>\n");
}

char *html_filter_style(const struct report *r)
{
	static const char hide[] = "section:has(%s)>article:not(.%s){display:none}\n";
	GString *out = g_string_new(NULL);

	if (r->findings->len < FINDINGS_MIN)
		return g_string_free(out, FALSE);
	g_string_append(out, "@media screen{\n");
	for (int i = 0; i < SEVERITY_MAX_; i++) {
		g_autofree char *chosen = g_strdup_printf("#s%d:checked", i), *class = g_strdup_printf("s%d", i);

		g_string_append_printf(out, hide, chosen, class);
	}
	g_string_append_printf(out, hide, "option[value=h]:checked", "h");
	for (guint i = 0; i < r->domains->len && r->domains->len <= DOMAINS_MAX; i++) {
		g_autofree char *chosen = g_strdup_printf("option[value=w%u]:checked", i), *class = g_strdup_printf("w%u", i);

		g_string_append_printf(out, hide, chosen, class);
	}
	g_string_append(out, "}\n");
	return g_string_free(out, FALSE);
}

void html_filter(const struct report *r, GString *out)
{
	if (r->findings->len < FINDINGS_MIN)
		return;
	g_string_append_printf(out, "<fieldset class=\"filter\"><legend>%s</legend>\n", _("Show"));
	write_severity(-1, r->findings->len, _("all"), out);
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--)
		if (count(r, (enum severity)i) > 0)
			write_severity(i, count(r, (enum severity)i), _(severity_names[i]), out);
	write_domain_choice(r, out);
	g_string_append(out, "</fieldset>\n");
}

static void add_classes(const struct report *r, const struct finding *f, GHashTable *classes)
{
	g_hash_table_add(classes, g_strdup_printf("s%d", f->severity));
	if (!f->domain)
		g_hash_table_add(classes, g_strdup("h"));
	for (guint i = 0; f->domain && i < r->domains->len; i++)
		if (strcmp(((const struct report_domain *)r->domains->pdata[i])->name, f->domain) == 0)
			g_hash_table_add(classes, g_strdup_printf("w%u", i));
}

void html_classes(const struct report *r, const struct tree *t, struct finding *f, GString *out)
{
	g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) inside = g_hash_table_new(NULL, NULL);
	const GPtrArray *twins = tree_twins(t, f);
	g_autoptr(GList) sorted = NULL;
	GHashTableIter it;
	gpointer part;

	tree_hide(t, f, inside);
	for (guint i = 1; twins && i < twins->len; i++)
		tree_hide(t, twins->pdata[i], inside);
	g_hash_table_iter_init(&it, inside);
	while (g_hash_table_iter_next(&it, &part, NULL))
		add_classes(r, part, all);
	sorted = g_list_sort(g_hash_table_get_keys(all), (GCompareFunc)strcmp);
	for (const GList *l = sorted; l; l = l->next)
		g_string_append_printf(out, " %s", (const char *)l->data);
}

char *html_anchor(const struct finding *f)
{
	GString *s = g_string_new(NULL);

	for (const char *p = f->key ? f->key : f->rule; p && *p; p++) {
		if (g_ascii_isalnum(*p) || strchr("-.", *p))
			g_string_append_c(s, *p);
		else if (*p == '/')
			g_string_append_c(s, ':');
		else
			g_string_append_printf(s, "_%02x", (unsigned char)*p);
	}
	return g_string_free(s, FALSE);
}
