// SPDX-License-Identifier: GPL-2.0-or-later
/* html_finding - one article for each root; what it explains is folded below it */
#include <string.h>

#include "report/html/html.h"
#include "base/i18n.h"
#include "report/text_words.h"
#include "report/tree.h"

/* Ten domains shall make a page that can be mailed. */
enum { EVIDENCE_LISTED = 6, PLACES_LISTED = 40, DEPTH_MAX = 4 };

/* How the list is being written; keys are borrowed from the report. */
struct listing {
	const struct report *report;
	const struct tree *tree;
	GHashTable *shown;
	GString *out;
};

static void write_heading(const struct tree *t, const struct finding *f, unsigned int depth, GString *out)
{
	const char *tag = depth == 0 ? "h3" : "h4";
	g_autofree char *place = text_place(f->domain, f->subject), *anchor = html_anchor(f);

	g_string_append_printf(out, "<%s><span class=\"rank\">%u.</span> ", tag, tree_number(t, f));
	html_badge(f->severity, 0, out);
	html_text(out, finding_title(f));
	g_string_append_printf(out, " <a class=\"anchor\" id=\"%s\" href=\"#%s\" aria-label=\"%s\">#</a></%s>\n", anchor, anchor,
			       _("link to this finding"), tag);
	html_tag(out, "p", "place", place);
}

/* A file that several lines are of is named once. */
static void write_evidence(const struct evidence *e, const struct evidence *before, GString *out)
{
	g_autofree char *source = text_source(e);
	g_autofree char *last = before ? text_source(before) : NULL;

	g_string_append(out, "<li>");
	if (g_strcmp0(source, last) != 0)
		html_tag(out, "code", "source", source);
	g_string_append(out, "<code class=\"text\">");
	html_text(out, e->text);
	g_string_append(out, "</code></li>\n");
}

/* Folded where nothing is wrong: who only reads advice looks at more of it at once. */
static void write_all_evidence(const struct finding *f, GString *out)
{
	guint listed = MIN(f->evidence->len, EVIDENCE_LISTED);
	bool is_open = f->severity > SEVERITY_ADVICE;

	if (listed == 0)
		return;
	g_string_append_printf(out, "<details class=\"evidence\"%s><summary>%s</summary>\n<ul class=\"seen\">\n",
			       is_open ? " open=\"\"" : "", _("Where that was seen"));
	for (guint i = 0; i < listed; i++)
		write_evidence(f->evidence->pdata[i], i > 0 ? f->evidence->pdata[i - 1] : NULL, out);
	g_string_append(out, "</ul>\n");
	if (listed < f->evidence->len)
		g_string_append_printf(out, _("<p class=\"dim\">and %u more, in the JSON report</p>\n"),
				       f->evidence->len - listed);
	g_string_append(out, "</details>\n");
}

static void write_fixes(const struct finding *f, GString *out)
{
	if (f->fixes->len == 0)
		return;
	g_string_append_printf(out, "<p class=\"label\">%s</p>\n<ol class=\"fix\">\n",
			       _("What to do"));
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];

		g_string_append(out, "<li>");
		html_fix(fix, out);
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ol>\n");
}

/* Rules come from files that anybody may write: no javascript: and the like. */
static bool is_link(const char *url)
{
	return url && (g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://"));
}

static void write_reference(const struct reference *r, GString *out)
{
	g_string_append(out, "<li>");
	if (is_link(r->url)) {
		g_string_append(out, "<a href=\"");
		html_text(out, r->url);
		g_string_append(out, "\">");
	}
	html_text(out, r->title ? r->title : r->url);
	if (is_link(r->url))
		g_string_append(out, "</a>");
	g_string_append(out, "</li>\n");
}

static void write_meta(const struct finding *f, GString *out)
{
	g_string_append_printf(out, "<ul class=\"meta\">\n<li>%s</li>\n<li>%s <code>",
			       _(confidence_names[f->confidence]), _("rule"));
	html_text(out, f->rule);
	g_string_append(out, "</code></li>\n");
	for (guint i = 0; i < f->references->len; i++)
		write_reference(f->references->pdata[i], out);
	g_string_append(out, "</ul>\n");
}

/* Each twin's name can be linked to. */
static void write_twin_name(const struct finding *twin, bool is_first, GString *out)
{
	g_autofree char *place = text_place(twin->domain, twin->subject), *anchor = html_anchor(twin);

	g_string_append_printf(out, "%s<span id=\"%s\">", is_first ? "" : "; ", anchor);
	html_text(out, place);
	g_string_append(out, "</span>");
}

/* The same advice with their names in it. */
static void write_twin_commands(const GPtrArray *twins, guint listed, GString *out)
{
	const struct finding *first = twins->pdata[0];
	bool any = false;

	for (guint i = 0; i < first->fixes->len; i++)
		any = any || ((const struct fix *)first->fixes->pdata[i])->command;
	if (!any)
		return;
	g_string_append_printf(out, "<details><summary>%s</summary>\n", _("What to do there"));
	for (guint i = 1; i < listed; i++) {
		const struct finding *twin = twins->pdata[i];
		g_autofree char *place = text_place(twin->domain, twin->subject);

		html_tag(out, "p", "label", place);
		for (guint n = 0; n < twin->fixes->len; n++)
			html_command(((const struct fix *)twin->fixes->pdata[n])->command, out);
	}
	g_string_append(out, "</details>\n");
}

static void write_twins(struct listing *l, const struct finding *f)
{
	const GPtrArray *all = tree_twins(l->tree, f);
	guint listed = all ? MIN(all->len, PLACES_LISTED) : 0;

	if (!all)
		return;
	g_string_append_printf(l->out, "<p><b>%s:</b> ",
			       _("The same holds for"));
	for (guint i = 1; i < all->len; i++) {
		tree_hide(l->tree, all->pdata[i], l->shown);
		if (i < listed)
			write_twin_name(all->pdata[i], i == 1, l->out);
	}
	if (listed < all->len)
		g_string_append_printf(l->out, _("; and %u more"), all->len - listed);
	g_string_append(l->out, ".</p>\n");
	write_twin_commands(all, listed, l->out);
}

static void write_article(struct listing *l, struct finding *f, unsigned int depth);

static void write_children(struct listing *l, const struct finding *f, unsigned int depth)
{
	const GPtrArray *children = tree_children(l->tree, f);
	g_autoptr(GPtrArray) fresh = g_ptr_array_new();

	for (guint i = 0; children && i < children->len; i++)
		if (g_hash_table_add(l->shown, children->pdata[i]))
			g_ptr_array_add(fresh, children->pdata[i]);
	if (fresh->len == 0)
		return;
	g_string_append_printf(l->out,
			       ngettext("<details><summary>Explains %u more finding</summary>\n",
					"<details><summary>Explains %u more findings</summary>\n", fresh->len),
			       fresh->len);
	for (guint i = 0; i < fresh->len; i++)
		write_article(l, fresh->pdata[i], depth + 1);
	g_string_append(l->out, "</details>\n");
}

/* Deeper than DEPTH_MAX a finding stands beside its root's article, so that a phone can show it. */
static void write_article(struct listing *l, struct finding *f, unsigned int depth)
{
	g_hash_table_add(l->shown, f);
	g_string_append_printf(l->out, "<article id=\"f%u\" class=\"%s", tree_number(l->tree, f),
			       severity_names[f->severity]);
	if (depth == 0)
		html_classes(l->report, l->tree, f, l->out);
	g_string_append(l->out, "\">\n");
	write_heading(l->tree, f, depth, l->out);
	html_tag(l->out, "p", NULL, finding_message(f));
	write_fixes(f, l->out);
	write_all_evidence(f, l->out);
	write_meta(f, l->out);
	write_twins(l, f);
	if (depth < DEPTH_MAX)
		write_children(l, f, depth);
	g_string_append(l->out, "</article>\n");
	if (depth >= DEPTH_MAX)
		write_children(l, f, depth - 1);
}

void html_findings(const struct report *r, const struct tree *t, GString *out)
{
	struct listing l = { .report = r, .tree = t, .out = out };

	l.shown = g_hash_table_new(NULL, NULL);
	g_string_append_printf(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">%s</h2>\n",
			       _("Findings"));
	if (r->findings->len == 0)
		g_string_append_printf(out, "<p>%s</p>\n",
			       _("None."));
	html_filter(r, out);
	for (guint i = 0; i < r->findings->len; i++)
		if (tree_is_root(t, r->findings->pdata[i]) &&
		    !g_hash_table_contains(l.shown, r->findings->pdata[i]))
			write_article(&l, r->findings->pdata[i], 0);
	/* Findings that explain each other in a circle have no root, and must not get lost. */
	for (guint i = 0; i < r->findings->len; i++)
		if (!g_hash_table_contains(l.shown, r->findings->pdata[i]))
			write_article(&l, r->findings->pdata[i], 0);
	g_string_append(out, "</section>\n");
	g_hash_table_unref(l.shown);
}
