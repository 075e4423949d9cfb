// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_summary - the first screen: whom the page is about, how bad it is, what to do first
 */
#include <string.h>

#include "report/html/html.h"
#include "base/i18n.h"
#include "report/text_words.h"
#include "report/tree.h"
#include "report/verdicts.h"

enum { FIRST_LISTED = 3, DOMAINS_LISTED = 60 };

static const char *const verdicts[SEVERITY_MAX_] = {
	[SEVERITY_INFO] = N_("No problem was found"),
	[SEVERITY_ADVICE] = N_("Nothing is broken; something could be better"),
	[SEVERITY_WARNING] = N_("Something is degraded, or will break"),
	[SEVERITY_ERROR] = N_("Something is broken"),
	[SEVERITY_CRITICAL] = N_("Something does not run, or data is at risk"),
};

/** How many findings of each severity. */
struct tally {
	unsigned int n[SEVERITY_MAX_], all;
};

/* Of one domain, or of the host; of everything if @is_all. */
static struct tally tally_of(const struct report *r, const char *domain, bool is_all)
{
	struct tally t = { 0 };

	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (!is_all && g_strcmp0(f->domain, domain) != 0)
			continue;
		t.n[f->severity]++;
		t.all++;
	}
	return t;
}

/* -1: no finding */
static int worst_of(const struct tally *t)
{
	int worst = SEVERITY_MAX_ - 1;

	while (worst >= 0 && t->n[worst] == 0)
		worst--;
	return worst;
}

char *html_about(const struct report *r)
{
	const struct report_domain *first = r->domains->len > 0 ? r->domains->pdata[0] : NULL;

	if (r->domains->len == 1)
		return g_strdup(first->name);
	if (r->domains->len == 0)
		return g_strdup(r->host.name ? r->host.name : _("host"));
	if (!r->host.name)
		return g_strdup_printf(_("%u domains"), r->domains->len);
	return g_strdup_printf(_("%u domains on %s"), r->domains->len, r->host.name);
}

static const char *verdict_of(const struct report *r, int worst)
{
	if (worst >= 0)
		return _(verdicts[worst]);
	if (r->passed == 0)
		return _("Nothing could be checked; see below what would help");
	return r->muted > 0 ? _("No new problem was found") : _("No problem was found");
}

static void write_item(const char *label, const char *value, GString *out)
{
	if (!value || !*value)
		return;
	g_string_append_printf(out, "<li>%s ", label);
	html_text(out, value);
	g_string_append(out, "</li>\n");
}

static void write_domain_items(const struct report_domain *d, GString *out)
{
	write_item(_("domain"), d->state ? i18n_state(d->state) : _("in an unknown state"), out);
	write_item(_("machine"), d->machine, out);
	write_item(_("guest"), d->os, out);
}

static void write_badges(const struct tally *t, GString *out)
{
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--)
		if (t->n[i] > 0)
			html_badge((enum severity)i, t->n[i], out);
}

static void write_counts(const struct report *r, GString *out)
{
	struct tally t = tally_of(r, NULL, true);

	g_string_append(out, "<p class=\"counts\">");
	write_badges(&t, out);
	g_string_append_printf(out, _("<span>%u passed</span> "), r->passed);
	if (r->undecided->len > 0)
		g_string_append_printf(out, _("<a href=\"#undecided\">%u not checked</a> "), r->undecided->len);
	if (r->muted > 0)
		g_string_append_printf(out, r->known ? _("<span>%u known already</span>") : _("<span>%u muted</span>"), r->muted);
	g_string_append(out, "</p>\n");
}

/* Of an audit: which of the domains need work. */
static void write_headline(const struct report *r, GString *out)
{
	g_autoptr(GPtrArray) all = verdicts_of(r);
	g_autofree char *headline = verdicts_headline(r, all);

	html_text(out, headline);
	g_string_append(out, "</p>\n");
}

/* How bad it is, in one band: the worst finding's title, and the counts. */
static void write_verdict(const struct report *r, const struct tree *tree, GString *out)
{
	const struct finding *worst = report_worst(r);
	struct tally t = tally_of(r, NULL, true);
	g_autofree char *place = worst ? text_place(worst->domain, worst->subject) : NULL;

	g_string_append_printf(out, "<p class=\"verdict %s\">", worst ? severity_names[worst->severity] : "none");
	if (verdicts_apply(r)) {
		write_headline(r, out);
	} else if (worst) {
		g_string_append_printf(out, "<a href=\"#f%u\">", tree_number(tree, worst));
		html_text(out, finding_title(worst));
		g_string_append(out, "</a> <span class=\"where\">(");
		html_text(out, place);
		g_string_append(out, ")</span></p>\n");
	} else {
		g_string_append_printf(out, "%s.</p>\n", verdict_of(r, worst_of(&t)));
	}
	if (worst && !verdicts_apply(r))
		g_string_append_printf(out, "<p class=\"says\">%s.</p>\n", verdict_of(r, worst_of(&t)));
}

void html_header(const struct report *r, const struct tree *tree, const char *about, GString *out)
{
	g_autofree char *time = r->taken ? text_time(r->taken) : NULL;

	g_string_append(out, "<header>\n");
	html_tag(out, "h1", NULL, about);
	write_verdict(r, tree, out);
	write_counts(r, out);
	g_string_append(out, "<ul class=\"about\">\n");
	if (r->domains->len == 1)
		write_domain_items(r->domains->pdata[0], out);
	write_item(_("host"), r->domains->len == 0 ? NULL : r->host.name, out);
	write_item("libvirt", r->host.libvirt, out);
	write_item("QEMU", r->host.qemu, out);
	write_item(_("kernel"), r->host.kernel, out);
	write_item(_("on"), r->host.os, out);
	write_item(_("seen at"), time, out);
	write_item(_("by vmdoctor"), r->version, out);
	g_string_append(out, "</ul>\n</header>\n");
}

static void write_first(const struct tree *t, const struct finding *f, GString *out)
{
	g_autofree char *place = text_place(f->domain, f->subject);
	const struct fix *fix = f->fixes->len > 0 ? f->fixes->pdata[0] : NULL;

	g_string_append(out, "<li>");
	html_badge(f->severity, 0, out);
	g_string_append_printf(out, "<a href=\"#f%u\">", tree_number(t, f));
	html_text(out, finding_title(f));
	g_string_append(out, "</a> ");
	html_tag(out, "span", "place", place);
	if (fix) {
		g_string_append(out, "<div class=\"do\">");
		html_fix(fix, out);
		g_string_append(out, "</div>\n");
	}
	g_string_append(out, "</li>\n");
}

static void write_all_first(const struct report *r, const struct tree *t, GString *out)
{
	unsigned int listed = 0;

	for (guint i = 0; i < r->findings->len && listed < FIRST_LISTED; i++) {
		const struct finding *f = r->findings->pdata[i];

		/* advice comes first only where there is nothing else */
		if (!tree_is_root(t, f) || tree_is_folded(t, f) || (listed > 0 && f->severity <= SEVERITY_ADVICE))
			continue;
		if (listed++ == 0)
			g_string_append_printf(out, "<section aria-labelledby=\"first\">\n<h2 id=\"first\">%s</h2>\n<ol class=\"first\">\n",
			       _("Do this first"));
		write_first(t, f, out);
	}
	if (listed > 0)
		g_string_append(out, "</ol>\n</section>\n");
}

/* A column of numbers for each severity that there is: they stand below each other. */
static void write_cells(const struct tally *all, const struct tally *t, GString *out)
{
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--) {
		if (all->n[i] == 0)
			continue;
		if (t->n[i] > 0)
			g_string_append_printf(out, "<td class=\"num %s\">%u</td>", severity_names[i], t->n[i]);
		else
			g_string_append(out, "<td class=\"num dim\">–</td>");
	}
	g_string_append(out, "</tr>\n");
}

static void write_domain_row(const struct report *r, const struct tally *all, guint i, GString *out)
{
	const struct report_domain *d = r->domains->pdata[i];
	struct tally t = tally_of(r, d->name, false);

	g_string_append_printf(out, "<tr><th scope=\"row\"><a href=\"#d%u\">", i);
	html_text(out, d->name);
	g_string_append(out, "</a></th><td>");
	html_text(out, d->state ? i18n_state(d->state) : _("unknown"));
	g_string_append(out, "</td>");
	write_cells(all, &t, out);
}

static void write_domains_head(const struct tally *all, GString *out)
{
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"domains\">\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>",
			       _("Domain"), _("State"));
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--)
		if (all->n[i] > 0)
			g_string_append_printf(out, "<th scope=\"col\" class=\"num\">%s</th>", _(severity_names[i]));
	g_string_append(out, "</tr></thead>\n<tbody>\n");
}

/* Which of several domains is meant: for one, all findings are its own. */
static void write_domains(const struct report *r, GString *out)
{
	guint listed = MIN(r->domains->len, DOMAINS_LISTED);
	struct tally all = tally_of(r, NULL, true), host = tally_of(r, NULL, false);

	if (r->domains->len < 2)
		return;
	g_string_append_printf(out, "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">%s</h2>\n", _("Where"));
	write_domains_head(&all, out);
	for (guint i = 0; i < listed; i++)
		write_domain_row(r, &all, i, out);
	if (host.all > 0) {
		g_string_append_printf(out, "<tr><th scope=\"row\"><a href=\"#host\">%s</a></th><td></td>",
			       _("The host itself"));
		write_cells(&all, &host, out);
	}
	g_string_append(out, "</tbody></table></div>\n");
	if (listed < r->domains->len)
		g_string_append_printf(out, _("<p class=\"dim\">and %u more domains, below</p>\n"),
				       r->domains->len - listed);
	g_string_append(out, "</section>\n");
}

void html_summary(const struct report *r, const struct tree *t, GString *out)
{
	if (verdicts_apply(r))
		html_verdicts(r, t, out);
	write_all_first(r, t, out);
	write_domains(r, out);
}
