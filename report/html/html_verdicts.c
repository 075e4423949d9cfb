// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_verdicts - an audit's domains as a table: a row for those of which it says the same
 */
#include "report/html/html.h"
#include "base/i18n.h"
#include "report/tree.h"
#include "report/verdicts.h"

static void write_links(const struct tree *t, const struct verdict *v, GString *out)
{
	unsigned int last = 0;

	g_string_append(out, "<td>");
	for (guint i = 0; i < v->findings->len; i++) {
		const struct finding *f = v->findings->pdata[i];
		unsigned int number = tree_number(t, f);

		if (number == last)
			continue;
		g_string_append_printf(out, "%s<a href=\"#f%u\">", i > 0 ? ", " : "", number);
		html_text(out, f->rule);
		g_string_append(out, "</a>");
		last = number;
	}
	g_string_append(out, "</td>");
}

static void write_row(const struct tree *t, const struct verdict *v, GString *out)
{
	g_autofree char *names = verdict_domains(v);

	g_string_append_printf(out, "<tr><td class=\"num %s\">%u</td><th scope=\"row\">",
			       v->worst < 0 ? "none" : severity_names[v->worst], v->domains->len);
	html_text(out, verdict_words(v));
	g_string_append(out, "</th>");
	html_tag(out, "td", NULL, names);
	write_links(t, v, out);
	g_string_append(out, "</tr>\n");
}

void html_verdicts(const struct report *r, const struct tree *t, GString *out)
{
	g_autoptr(GPtrArray) all = verdicts_of(r);

	g_string_append_printf(out, "<section aria-labelledby=\"verdicts\">\n<h2 id=\"verdicts\">%s</h2>\n", _("After the upgrade"));
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"domains\">\n<thead><tr><th scope=\"col\" class=\"num\">%s</th>"
				    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
			       _("Number"), _("Verdict"), _("Domains"), _("Because of"));
	for (guint i = 0; i < all->len; i++)
		write_row(t, all->pdata[i], out);
	g_string_append(out, "</tbody></table></div>\n</section>\n");
}
