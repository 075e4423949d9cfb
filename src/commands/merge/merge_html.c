// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge_html - a fleet as one page that needs nothing else: a tile for each host, what is found where,
 * which versions run, and whose report is old or could not be read
 */
#include "commands/merge/merge.h"

#include <string.h>

#include "base/i18n.h"
#include "report/html/html.h"
#include "report/text_words.h"

enum { PLACES_LISTED = 200 }; /* of one kind of finding */

static const char tile_style[] =
	".tiles{display:grid;gap:.5rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,13.5rem),1fr));list-style:none;"
	"padding:0;max-width:none}\n"
	".tiles li{padding:.45rem .7rem;background:var(--card);border:1px solid var(--line);"
	"border-left:.4rem solid var(--tone,var(--line));border-radius:.4rem;min-width:0;break-inside:avoid}\n"
	".tiles a{font-weight:600;color:inherit}.tiles p{margin:.1rem 0;font-size:.9rem}.odd{font-weight:700;color:var(--amber)}\n";

static int worst_of(const unsigned int n[SEVERITY_MAX_])
{
	int worst = SEVERITY_MAX_ - 1;

	while (worst >= 0 && n[worst] == 0)
		worst--;
	return worst;
}

static const char *class_of(int worst)
{
	return worst < 0 ? "none" : severity_names[worst];
}

static void write_badges(const unsigned int n[SEVERITY_MAX_], enum severity least, GString *out)
{
	for (int i = SEVERITY_MAX_ - 1; i >= (int)least; i--)
		if (n[i] > 0)
			html_badge((enum severity)i, n[i], out);
}

static void write_header(const struct merge *m, const GPtrArray *kinds, GString *out)
{
	const struct merge_kind *worst = kinds->len > 0 ? kinds->pdata[0] : NULL;
	unsigned int n[SEVERITY_MAX_] = { 0 };

	for (guint i = 0; i < m->looks->len; i++)
		for (int s = 0; s < SEVERITY_MAX_; s++)
			n[s] += ((const struct merge_look *)m->looks->pdata[i])->n[s];
	g_string_append(out, "<header>\n<h1>");
	g_string_append_printf(out, ngettext("%u host", "%u hosts", m->hosts->len), m->hosts->len);
	g_string_append_printf(out, "</h1>\n<p class=\"verdict %s\">", class_of(worst ? (int)worst->severity : -1));
	if (worst) {
		g_string_append(out, "<a href=\"#k0\">");
		html_text(out, worst->title);
		g_string_append(out, "</a> <span class=\"where\">(");
		g_string_append_printf(out, _("%u of %u hosts"), g_hash_table_size(worst->hosts), m->hosts->len);
		g_string_append(out, ")</span>");
	} else {
		g_string_append_printf(out, "%s.", _("No problem was found"));
	}
	g_string_append(out, "</p>\n<p class=\"counts\">");
	write_badges(n, SEVERITY_INFO, out);
	g_string_append_printf(out, ngettext("<span>%u domain</span>", "<span>%u domains</span>", m->domains), m->domains);
	g_string_append(out, "</p>\n</header>\n");
}

/* Reports that could not be read, and those from long before the newest: both may hide anything. */
static void write_doubts(const struct merge *m, GString *out)
{
	guint stale = 0;

	for (guint i = 0; i < m->looks->len; i++)
		stale += merge_is_stale(m, m->looks->pdata[i]);
	if (m->unread->len + stale == 0)
		return;
	g_string_append_printf(out, "<section aria-labelledby=\"doubts\">\n<h2 id=\"doubts\">%s</h2>\n<ul>\n", _("Not to be relied on"));
	for (guint i = 0; i < m->unread->len; i++)
		html_tag(out, "li", "odd", m->unread->pdata[i]);
	for (guint i = 0; i < m->looks->len; i++) {
		const struct merge_look *l = m->looks->pdata[i];
		g_autofree char *time = l->taken ? text_time(l->taken) : NULL;

		if (!merge_is_stale(m, l))
			continue;
		g_string_append(out, "<li>");
		html_text(out, l->host);
		g_string_append_printf(out, ": %s ", _("an old report, of"));
		html_text(out, time);
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ul>\n</section>\n");
}

static int by_hurt(gconstpointer a, gconstpointer b)
{
	const struct merge_look *x = *(const struct merge_look *const *)a, *y = *(const struct merge_look *const *)b;

	for (int s = SEVERITY_MAX_ - 1; s >= 0; s--)
		if (x->n[s] != y->n[s])
			return x->n[s] > y->n[s] ? -1 : 1;
	return strcmp(x->host, y->host);
}

static void write_tile(const struct merge *m, const struct merge_look *l, GString *out)
{
	g_string_append_printf(out, "<li class=\"%s\"><a href=\"#h%u\">", class_of(worst_of(l->n)), l->number);
	html_text(out, l->host);
	g_string_append(out, "</a>\n<p>");
	if (worst_of(l->n) < SEVERITY_WARNING)
		g_string_append_printf(out, "%s", _("nothing broken"));
	write_badges(l->n, SEVERITY_WARNING, out);
	g_string_append(out, "</p>\n<p class=\"dim\">");
	g_string_append_printf(out, ngettext("%u domain", "%u domains", l->domains), l->domains);
	if (l->undecided > 0)
		g_string_append_printf(out, _(", %u not checked"), l->undecided);
	g_string_append(out, merge_is_stale(m, l) ? ", <span class=\"odd\">" : "");
	g_string_append_printf(out, "%s%s</p></li>\n", merge_is_stale(m, l) ? _("old") : "", merge_is_stale(m, l) ? "</span>" : "");
}

static void write_tiles(const struct merge *m, GString *out)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (guint i = 0; i < m->looks->len; i++)
		g_ptr_array_add(sorted, m->looks->pdata[i]);
	g_ptr_array_sort(sorted, by_hurt);
	g_string_append_printf(out, "<section aria-labelledby=\"hosts\">\n<h2 id=\"hosts\">%s</h2>\n<ul class=\"tiles\">\n", _("Hosts"));
	for (guint i = 0; i < sorted->len; i++)
		write_tile(m, sorted->pdata[i], out);
	g_string_append(out, "</ul>\n</section>\n");
}

static void write_places(const struct merge_kind *k, GString *out)
{
	guint listed = MIN(k->places->len, PLACES_LISTED);

	for (guint i = 0; i < listed; i++) {
		html_text(out, k->places->pdata[i]);
		g_string_append(out, i + 1 < listed ? ", " : "");
	}
	if (listed < k->places->len) {
		g_string_append_c(out, ' ');
		g_string_append_printf(out, _("and %u more"), k->places->len - listed);
	}
}

static void write_kind(const struct merge *m, const struct merge_kind *k, guint i, GString *out)
{
	g_string_append_printf(out, "<article id=\"k%u\" class=\"%s\">\n<h3>", i, severity_names[k->severity]);
	html_badge(k->severity, 0, out);
	html_text(out, k->title);
	g_string_append(out, "</h3>\n<details><summary>");
	g_string_append_printf(out, _("%u of %u hosts"), g_hash_table_size(k->hosts), m->hosts->len);
	g_string_append(out, "</summary>\n<p>");
	write_places(k, out);
	g_string_append_printf(out, "</p>\n</details>\n<p class=\"meta\">%s <code>", _("rule"));
	html_text(out, k->rule);
	g_string_append(out, "</code></p>\n</article>\n");
}

static void write_kinds(const struct merge *m, const GPtrArray *kinds, GString *out)
{
	if (kinds->len == 0)
		return;
	g_string_append_printf(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">%s</h2>\n", _("Findings"));
	for (guint i = 0; i < kinds->len; i++)
		write_kind(m, kinds->pdata[i], i, out);
	g_string_append(out, "</section>\n");
}

static bool is_odd(const GPtrArray *outliers, const char *what, const char *value)
{
	for (guint i = 0; value && i < outliers->len; i++) {
		const struct merge_outlier *o = outliers->pdata[i];

		if (strcmp(o->what, what) == 0 && strcmp(o->value, value) == 0)
			return true;
	}
	return false;
}

static void write_version(const GPtrArray *outliers, const char *what, const char *value, GString *out)
{
	html_tag(out, "td", is_odd(outliers, what, value) ? "odd" : NULL, value ? value : "\342\200\223");
}

static void write_versions(const struct merge *m, GString *out)
{
	g_autoptr(GPtrArray) outliers = merge_outliers(m);

	g_string_append_printf(out, "<section aria-labelledby=\"versions\">\n<h2 id=\"versions\">%s</h2>\n<p class=\"dim\">%s</p>\n"
				    "<div class=\"scroll\" tabindex=\"0\"><table class=\"domains\">\n"
				    "<thead><tr><th scope=\"col\">%s</th>",
			       _("Versions"), _("Bold: other than most hosts have."), _("Host"));
	for (guint a = 0; a < m->values->len; a++)
		g_string_append_printf(out, "<th scope=\"col\">%s</th>", merge_attribute(a));
	g_string_append_printf(out, "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n", _("Seen at"));
	for (guint i = 0; i < m->looks->len; i++) {
		const struct merge_look *l = m->looks->pdata[i];
		g_autofree char *time = l->taken ? text_time(l->taken) : NULL;

		g_string_append_printf(out, "<tr id=\"h%u\"><th scope=\"row\">", l->number);
		html_text(out, l->host);
		g_string_append(out, "</th>");
		for (guint a = 0; a < m->values->len; a++)
			write_version(outliers, merge_attribute(a), ((const GPtrArray *)m->values->pdata[a])->pdata[i], out);
		html_tag(out, "td", merge_is_stale(m, l) ? "odd" : NULL, time ? time : "\342\200\223");
		g_string_append(out, "</tr>\n");
	}
	g_string_append(out, "</tbody></table></div>\n</section>\n");
}

void merge_write_html(const struct merge *m, GString *out)
{
	g_autoptr(GPtrArray) kinds = merge_kinds(m);

	html_head_with(out, _("many hosts"), tile_style);
	g_string_append_printf(out, "<body>\n<a class=\"skip\" href=\"#hosts\">%s</a>\n", _("To the hosts"));
	write_header(m, kinds, out);
	g_string_append(out, "<main>\n");
	write_doubts(m, out);
	write_tiles(m, out);
	write_kinds(m, kinds, out);
	write_versions(m, out);
	g_string_append_printf(out, "</main>\n<footer>\n<p>%s</p>\n</footer>\n</body>\n</html>\n",
			       _("Written by vmdoctor. Nothing on the host was changed."));
}
