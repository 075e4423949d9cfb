// SPDX-License-Identifier: GPL-2.0-or-later
/* html_machines - who was looked at: a card for the host, one for each domain; and what was not */
#include "report/html/html.h"
#include "base/i18n.h"
#include "report/reasons.h"
#include "report/text_words.h"

enum { ENTRIES_LISTED = 60, SOURCES_NAMED = 3 };

static void write_fact(const char *name, const char *value, GString *out)
{
	if (!value || !*value)
		return;
	g_string_append_printf(out, "<dt>%s</dt><dd>", name);
	html_text(out, value);
	g_string_append(out, "</dd>\n");
}

static void write_host(const struct report *r, GString *out)
{
	g_string_append_printf(out, "<article id=\"host\" class=\"%s\">\n<h3>%s ",
			       r->sample->len > 0 ? "wide" : "card", _("Host"));
	html_text(out, r->host.name);
	g_string_append(out, "</h3>\n<dl class=\"facts\">\n");
	write_fact(_("System"), r->host.os ? r->host.os : _("unknown"), out);
	write_fact(_("Kernel"), r->host.kernel, out);
	write_fact("libvirt", r->host.libvirt, out);
	write_fact("QEMU", r->host.qemu, out);
	g_string_append(out, "</dl>\n");
	html_host_sample(r, out);
	g_string_append(out, "</article>\n");
}

static void write_domain(const struct report *r, guint i, GString *out)
{
	const struct report_domain *d = r->domains->pdata[i];
	bool is_wide = d->paths->len > 0 || d->sample->len > 0;
	g_autofree char *whole = text_state(d);

	g_string_append_printf(out, "<article id=\"d%u\" class=\"%s\">\n<h3>%s ", i,
			       is_wide ? "wide" : "card", _("Domain"));
	html_text(out, d->name);
	g_string_append(out, "</h3>\n<dl class=\"facts\">\n");
	write_fact(_("State"), whole, out);
	write_fact(_("Machine"), d->machine, out);
	write_fact(_("System"), d->os, out);
	write_fact("UUID", d->uuid, out);
	g_string_append(out, "</dl>\n");
	html_paths(d, out);
	html_domain_sample(r, d, out);
	g_string_append(out, "</article>\n");
}

void html_machines(const struct report *r, GString *out)
{
	g_string_append_printf(out, "<section aria-labelledby=\"machines\">\n<h2 id=\"machines\">%s</h2>\n<div class=\"cards\">\n",
			       _("Host and domains"));
	write_host(r, out);
	for (guint i = 0; i < r->domains->len; i++)
		write_domain(r, i, out);
	g_string_append(out, "</div>\n</section>\n");
}

/* What was not checked */

static void write_entries(const struct reason *reason, GString *out)
{
	guint listed = MIN(reason->entries->len, ENTRIES_LISTED);

	g_string_append(out, "<ul>\n");
	for (guint i = 0; i < listed; i++) {
		const struct undecided *u = reason->entries->pdata[i];
		g_autofree char *place = text_place(u->domain, u->subject);

		g_string_append(out, "<li><code>");
		html_text(out, u->rule);
		g_string_append(out, "</code> ");
		html_tag(out, "span", "place", place);
		g_string_append(out, "</li>\n");
	}
	if (listed < reason->entries->len)
		g_string_append_printf(out, _("<li>and %u more, in the JSON report</li>\n"),
				       reason->entries->len - listed);
	g_string_append(out, "</ul>\n");
}

/* All that could not be read, where the heading has not all of it. */
static void write_sources(const struct reason *reason, GString *out)
{
	if (reason->sources->len <= SOURCES_NAMED)
		return;
	g_string_append(out, "<ul>\n");
	for (guint i = 0; i < reason->sources->len; i++)
		html_tag(out, "li", NULL, reason->sources->pdata[i]);
	g_string_append(out, "</ul>\n");
}

static void write_reason(const struct reason *reason, GString *out)
{
	g_autofree char *words = reason_words(reason, SOURCES_NAMED);
	guint n = reason->entries->len;

	g_string_append(out, "<details><summary>");
	html_text(out, words);
	g_string_append_printf(out, ngettext(" <span class=\"dim\">(%u check)</span>",
					     " <span class=\"dim\">(%u checks)</span>", n),
			       n);
	g_string_append(out, "</summary>\n");
	write_sources(reason, out);
	write_entries(reason, out);
	g_string_append(out, "</details>\n");
}

/* All reasons that go away by the same deed, from @first on; what has been written is cleared. */
static void write_remedy(GPtrArray *reasons, guint first, GString *out)
{
	const char *remedy = ((const struct reason *)reasons->pdata[first])->remedy;

	g_string_append(out, "<article class=\"gap\">\n");
	html_tag(out, "h3", NULL, remedy && *remedy ? remedy : _("nothing that is known would help"));
	for (guint i = first; i < reasons->len; i++) {
		const struct reason *reason = reasons->pdata[i];

		if (!reason || g_strcmp0(reason->remedy, remedy) != 0)
			continue;
		write_reason(reason, out);
		reasons->pdata[i] = NULL;
	}
	g_string_append(out, "</article>\n");
}

void html_undecided(const struct report *r, GString *out)
{
	g_autoptr(GPtrArray) reasons = reasons_new(r->undecided);
	g_autoptr(GPtrArray) left = g_ptr_array_new(); /* borrowed */

	if (reasons->len == 0)
		return;
	g_ptr_array_extend(left, reasons, NULL, NULL);
	g_string_append_printf(out, "<section aria-labelledby=\"undecided\">\n<h2 id=\"undecided\">%s</h2>\n<p class=\"dim\">%s</p>\n",
			       _("Not checked"), _("Nothing is known of these: neither that they are in order nor that they are not. Each heading says what would settle it."));
	for (guint i = 0; i < left->len; i++)
		if (left->pdata[i])
			write_remedy(left, i, out);
	g_string_append(out, "</section>\n");
}
