// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * markdown - for a bug report or a ticket: what is wrong on top, the rest in a <details> block
 *
 * A forge refuses what is too long for it (GitHub: 65536 characters), so what does not fit is named
 * in one line each, or counted; --verbose has all of it.
 */
#include "findings/report.h"
#include "base/i18n.h"
#include "report/markdown/markdown.h"
#include "report/reasons.h"
#include "report/text_words.h"
#include "report/tree.h"
#include "report/verdicts.h"
#include "report/writer.h"

/* Bytes are never fewer than characters; LENGTH_MAX leaves room for the last lines. */
enum { EVIDENCE_LISTED = 6, DOMAINS_LISTED = 40, LENGTH_MAX = 62000, WHOLE_MAX = 52000,
       PATHS_MAX = 20000 };

/** How far the page is; findings are borrowed. */
struct page {
	const struct report *report;
	struct tree tree;
	GHashTable *shown;
	GString *out;
	bool is_bounded;
	unsigned int left_out;
};

static void write_versions(const struct report *r, GString *out)
{
	const char *const parts[][2] = { { "libvirt ", r->host.libvirt },
					 { "QEMU ", r->host.qemu },
					 { _("kernel "), r->host.kernel },
					 { "", r->host.os } };
	const char *separator = "";

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (!parts[i][1])
			continue;
		g_string_append_printf(out, "%s%s", separator, parts[i][0]);
		markdown_words(out, parts[i][1]);
		separator = ", ";
	}
	g_string_append(out, "\n\n");
}

static void write_cell(GString *out, const char *text)
{
	markdown_words(out, text ? text : "–");
	g_string_append(out, " | ");
}

/* Of an audit: a row for the domains of which it says the same. */
static void write_verdicts(const struct report *r, GString *out)
{
	g_autoptr(GPtrArray) all = verdicts_of(r);
	g_autofree char *headline = verdicts_headline(r, all);
	guint listed = MIN(all->len, DOMAINS_LISTED);

	g_string_append(out, "**");
	markdown_words(out, headline);
	g_string_append_printf(out, "**\n\n| %s | %s | %s | %s |\n| ---: | --- | --- | --- |\n", _("Number"), _("Verdict"),
			       _("Domains"), _("Because of"));
	for (guint i = 0; i < listed; i++) {
		const struct verdict *v = all->pdata[i];
		g_autofree char *names = verdict_domains(v), *rules = verdict_rules(v);

		g_string_append_printf(out, "| %u | ", v->domains->len);
		write_cell(out, verdict_words(v));
		write_cell(out, names);
		write_cell(out, *rules ? rules : NULL);
		g_string_append_c(out, '\n');
	}
	if (listed < all->len)
		g_string_append_printf(out, _("\nand %u more rows\n"), all->len - listed);
	g_string_append_c(out, '\n');
}

static void write_domains(const struct report *r, GString *out)
{
	guint listed = MIN(r->domains->len, DOMAINS_LISTED);

	if (listed == 0)
		return;
	g_string_append(out, _("| Domain | State | Machine | Guest |\n"));
	g_string_append(out, "| --- | --- | --- | --- |\n");
	for (guint i = 0; i < listed; i++) {
		const struct report_domain *d = r->domains->pdata[i];

		g_string_append(out, "| ");
		write_cell(out, d->name);
		write_cell(out, d->state ? i18n_state(d->state) : NULL);
		write_cell(out, d->machine);
		write_cell(out, d->os);
		g_string_append_c(out, '\n');
	}
	if (listed < r->domains->len)
		g_string_append_printf(out, _("\nand %u more domains\n"), r->domains->len - listed);
	g_string_append_c(out, '\n');
}

static void write_title(const struct finding *f, GString *out)
{
	g_autofree char *place = text_place(f->domain, f->subject);

	g_string_append_printf(out, "%s: ", _(severity_names[f->severity]));
	markdown_words(out, finding_title(f));
	g_string_append(out, " (");
	markdown_words(out, place);
	g_string_append(out, ")\n");
}

/* The worst first, as who reads tickets sees no more than the first lines. */
static void write_verdict(const struct report *r, GString *out)
{
	const struct finding *worst = report_worst(r);

	if (!worst || worst->severity < SEVERITY_WARNING)
		return;
	g_string_append(out, "**");
	write_title(worst, out);
	g_string_truncate(out, out->len - 1); /* its newline */
	g_string_append(out, "**\n\n");
}

static void write_head(const struct report *r, GString *out)
{
	g_autofree char *time = r->taken ? text_time(r->taken) : NULL;

	g_string_append(out, "## vmdoctor ");
	markdown_words(out, r->version);
	g_string_append(out, r->host.name ? ": " : "");
	markdown_words(out, r->host.name);
	g_string_append(out, time ? ", " : "");
	markdown_words(out, time);
	g_string_append(out, "\n\n");
	if (verdicts_apply(r))
		write_verdicts(r, out);
	else
		write_verdict(r, out);
	write_versions(r, out);
	write_domains(r, out);
	g_string_append_printf(out, _("%u findings, %u checks passed, %u undecided, %u muted\n"),
			       r->findings->len, r->passed, r->undecided->len, r->muted);
}

static bool fits(const struct page *p, const GString *text, gsize most)
{
	return !p->is_bounded || p->out->len + text->len < most;
}

/* What does not fit is counted. */
static void add(struct page *p, const GString *text, gsize most)
{
	if (fits(p, text, most))
		g_string_append_len(p->out, text->str, (gssize)text->len);
	else
		p->left_out++;
}

/* What a probe saw */

static void write_path(const char *domain, const struct report_path *p, GString *out)
{
	g_autofree char *place = g_strdup_printf("%s, %s", domain, p->interface);
	g_autofree char *title = g_strdup_printf(_("Network probe of %s"), place);

	g_string_append(out, "\n### ");
	markdown_words(out, title);
	g_string_append(out, "\n\n");
	g_string_append(out, _("| | Hop | Where | Seen there |\n"));
	g_string_append(out, "| --- | --- | --- | --- |\n");
	for (guint i = 0; i < p->hops->len; i++) {
		const struct hop *h = p->hops->pdata[i];
		static const char *const marks[HOP_MAX_] = { N_("? not known"), N_("✓ sound"), N_("✗ broken") };

		g_string_append_printf(out, "| %s | ", _(marks[h->state]));
		write_cell(out, _(h->name));
		write_cell(out, h->place);
		write_cell(out, h->counts);
		g_string_append_c(out, '\n');
	}
}

static void write_paths(struct page *p)
{
	for (guint i = 0; i < p->report->domains->len; i++) {
		const struct report_domain *d = p->report->domains->pdata[i];

		for (guint n = 0; n < d->paths->len; n++) {
			g_autoptr(GString) text = g_string_new(NULL);

			write_path(d->name, d->paths->pdata[n], text);
			add(p, text, PATHS_MAX);
		}
	}
}

/* Findings */

static void write_evidence(const struct finding *f, GString *out)
{
	guint listed = MIN(f->evidence->len, EVIDENCE_LISTED);

	for (guint i = 0; i < listed; i++) {
		const struct evidence *e = f->evidence->pdata[i];
		g_autofree char *source = text_source(e);

		g_string_append(out, "- ");
		markdown_code(out, source);
		g_string_append(out, ": ");
		markdown_code(out, e->text);
		g_string_append_c(out, '\n');
	}
	if (listed < f->evidence->len)
		g_string_append_printf(out, _("- and %u more\n"), f->evidence->len - listed);
}

static void write_terms(const struct fix *f, GString *out)
{
	g_autofree char *terms = text_terms(f, true);

	if (!terms)
		return;
	if (out->len > 0 && !g_ascii_isspace(out->str[out->len - 1]))
		g_string_append_c(out, ' ');
	markdown_words(out, terms);
}

static void write_fixes(const struct finding *f, GString *out)
{
	g_string_append(out, f->fixes->len > 0 ? _("\nDo:\n\n") : "");
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];

		g_string_append_printf(out, "%u. ", i + 1);
		markdown_words(out, fix_text(fix));
		write_terms(fix, out);
		g_string_append_c(out, '\n');
		if (fix->command && *fix->command)
			markdown_block(out, fix->command);
	}
}

static void write_references(const struct finding *f, GString *out)
{
	for (guint i = 0; i < f->references->len; i++) {
		const struct reference *r = f->references->pdata[i];

		g_string_append(out, i == 0 ? _("\nSee ") : ", ");
		markdown_link(out, r->title, r->url);
	}
	g_string_append(out, f->references->len > 0 ? "\n" : "");
}

/* Roots rank before what follows from them. */
static void write_relations(struct page *p, const struct finding *f, GString *out)
{
	const struct finding *root = tree_is_root(&p->tree, f) ? NULL : g_hash_table_lookup(p->tree.by_key, f->explained_by);
	const GPtrArray *twins = tree_twins(&p->tree, f);

	if (root)
		g_string_append_printf(out, _("\nThis follows from finding %u.\n"), tree_number(&p->tree, root));
	for (guint i = 1; twins && i < twins->len; i++) {
		const struct finding *twin = twins->pdata[i];
		g_autofree char *place = text_place(twin->domain, twin->subject);

		g_string_append(out, i == 1 ? _("\nThe same holds for: ") : "; ");
		markdown_words(out, place);
		tree_hide(&p->tree, twins->pdata[i], p->shown);
	}
	g_string_append(out, twins ? "\n" : "");
}

static void write_whole(struct page *p, const struct finding *f, GString *out)
{
	g_string_append_printf(out, "\n### %u\\. ", tree_number(&p->tree, f));
	write_title(f, out);
	g_string_append_c(out, '\n');
	markdown_words(out, finding_message(f));
	g_string_append(out, "\n\n");
	/* before a rule's id in code */
	g_string_append_printf(out, _("Seen (%s, rule "), _(confidence_names[f->confidence]));
	markdown_code(out, f->rule);
	g_string_append(out, "):\n\n");
	write_evidence(f, out);
	write_fixes(f, out);
	write_references(f, out);
	write_relations(p, f, out);
}

/* Whole, or its title, or one more that is left out. */
static void write_finding(struct page *p, struct finding *f)
{
	g_autoptr(GString) whole = g_string_new(NULL), title = g_string_new(NULL);

	if (!g_hash_table_add(p->shown, f))
		return;
	write_whole(p, f, whole);
	g_string_append_printf(title, "\n%u\\. ", tree_number(&p->tree, f));
	write_title(f, title);
	if (fits(p, whole, WHOLE_MAX))
		g_string_append_len(p->out, whole->str, (gssize)whole->len);
	else
		add(p, title, LENGTH_MAX);
}

static void write_findings(struct page *p, enum severity from, enum severity to)
{
	for (guint i = 0; i < p->report->findings->len; i++) {
		struct finding *f = p->report->findings->pdata[i];

		if (f->severity >= from && f->severity <= to)
			write_finding(p, f);
	}
}

/* What was not checked */

static void write_reason(struct page *p, const struct reason *reason)
{
	g_autofree char *why = reason_words(reason, reason->sources->len);
	g_autoptr(GString) line = g_string_new(NULL);
	guint n = reason->entries->len;

	g_string_append_printf(line, ngettext("- %u check: ", "- %u checks: ", n), n);
	markdown_words(line, why);
	g_string_append(line, reason->remedy ? "; " : "");
	markdown_words(line, reason->remedy);
	g_string_append_c(line, '\n');
	add(p, line, LENGTH_MAX);
}

/* Advice, and what could not be checked: for who asks. */
static void write_rest(struct page *p)
{
	g_autoptr(GPtrArray) reasons = reasons_new(p->report->undecided);

	if (g_hash_table_size(p->shown) == p->report->findings->len && reasons->len == 0)
		return;
	g_string_append_printf(p->out, "\n<details>\n<summary>%s</summary>\n", _("Advice, and what was not checked"));
	write_findings(p, SEVERITY_INFO, SEVERITY_ADVICE);
	g_string_append(p->out, reasons->len > 0 ? _("\n### Not checked\n\n") : "");
	for (guint i = 0; i < reasons->len; i++)
		write_reason(p, reasons->pdata[i]);
	g_string_append(p->out, "\n</details>\n");
}

/* What a maintainer asks for next. */
static void write_material(struct page *p)
{
	for (guint i = 0; i < p->report->domains->len; i++) {
		const struct report_domain *d = p->report->domains->pdata[i];
		g_autofree char *xml_title = g_strdup_printf(_("Domain XML of %s"), d->name);
		g_autofree char *command_title = g_strdup_printf(_("QEMU's command line of %s, at its last start"), d->name);
		g_autoptr(GString) xml = g_string_new(NULL), command = g_string_new(NULL);

		if (d->xml)
			markdown_fold(xml, xml_title, "xml", d->xml);
		if (d->command)
			markdown_fold(command, command_title, "sh", d->command);
		add(p, xml, LENGTH_MAX);
		add(p, command, LENGTH_MAX);
	}
}

static void write_markdown(const struct report *r, const struct style *style, GString *out)
{
	struct page p = { .report = r, .out = out, .is_bounded = !style->verbose };

	tree_init(&p.tree, r->findings, true);
	p.shown = g_hash_table_new(NULL, NULL);
	write_head(r, out);
	write_paths(&p);
	write_findings(&p, SEVERITY_WARNING, SEVERITY_CRITICAL);
	write_rest(&p);
	write_material(&p);
	if (p.left_out > 0)
		g_string_append_printf(out, _("\nLeft out, for this would be too long for a ticket: %u more; "
					      "--verbose has all of it.\n"),
				       p.left_out);
	g_hash_table_unref(p.shown);
	tree_done(&p.tree);
}

const struct writer writer_markdown = {
	.name = "markdown",
	.suffix = ".md",
	.summary = "for a bug report or a ticket, at most 65536 characters",
	.write = write_markdown,
};
