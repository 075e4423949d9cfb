// SPDX-License-Identifier: GPL-2.0-or-later
/* html_machines - who was looked at: a card for the host, one for each domain; and what was not */
#include "finding.h"
#include "html.h"
#include "reasons.h"
#include "text.h"

enum { ENTRIES_LISTED = 60 };

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
	g_string_append_printf(out, "<article class=\"%s\">\n<h3>Host ", r->sample->len > 0 ? "wide" : "host");
	html_text(out, r->host.name);
	g_string_append(out, "</h3>\n<dl class=\"facts\">\n");
	write_fact("System", r->host.os ? r->host.os : "unknown", out);
	write_fact("Kernel", r->host.kernel, out);
	write_fact("libvirt", r->host.libvirt, out);
	write_fact("QEMU", r->host.qemu, out);
	g_string_append(out, "</dl>\n");
	html_host_sample(r, out);
	g_string_append(out, "</article>\n");
}

static void write_domain(const struct report_domain *d, GString *out)
{
	bool is_wide = d->paths->len > 0 || d->sample->len > 0;
	g_autofree char *state = d->reason ? g_strdup_printf("%s (%s)", d->state ? d->state : "unknown", d->reason)
					   : g_strdup(d->state ? d->state : "unknown");

	g_string_append_printf(out, "<article class=\"%s\">\n<h3>Domain ", is_wide ? "wide" : "domain");
	html_text(out, d->name);
	g_string_append(out, "</h3>\n<dl class=\"facts\">\n");
	write_fact("State", state, out);
	write_fact("Machine", d->machine, out);
	write_fact("System", d->os, out);
	write_fact("UUID", d->uuid, out);
	g_string_append(out, "</dl>\n");
	html_paths(d, out);
	html_domain_sample(d, out);
	g_string_append(out, "</article>\n");
}

void html_machines(const struct report *r, GString *out)
{
	g_string_append(out, "<section aria-labelledby=\"machines\">\n<h2 id=\"machines\">Host and domains</h2>\n"
			     "<div class=\"cards\">\n");
	write_host(r, out);
	for (guint i = 0; i < r->domains->len; i++)
		write_domain(r->domains->pdata[i], out);
	g_string_append(out, "</div>\n</section>\n");
}

static void write_entries(const struct reason *reason, GString *out)
{
	guint listed = MIN(reason->entries->len, ENTRIES_LISTED);

	g_string_append_printf(out, "<details><summary>%u check%s</summary><ul>\n", reason->entries->len,
			       reason->entries->len == 1 ? "" : "s");
	for (guint i = 0; i < listed; i++) {
		const struct undecided *u = reason->entries->pdata[i];
		g_autofree char *place = text_place(u->domain, u->subject);

		g_string_append(out, "<li><code>");
		html_text(out, u->rule);
		g_string_append(out, "</code> (");
		html_text(out, place);
		g_string_append(out, ")</li>\n");
	}
	if (listed < reason->entries->len)
		g_string_append_printf(out, "<li>and %u more</li>\n", reason->entries->len - listed);
	g_string_append(out, "</ul></details>");
}

static void write_reason(const struct reason *reason, GString *out)
{
	g_autofree char *why = reason_words(reason, reason->sources->len);

	g_string_append(out, "<tr><td>");
	html_text(out, why);
	g_string_append(out, "</td><td>");
	html_text(out, reason->remedy);
	g_string_append(out, "</td><td>");
	write_entries(reason, out);
	g_string_append(out, "</td></tr>\n");
}

void html_undecided(const struct report *r, GString *out)
{
	g_autoptr(GPtrArray) reasons = reasons_new(r->undecided);

	if (reasons->len == 0)
		return;
	g_string_append(out, "<section aria-labelledby=\"undecided\">\n<h2 id=\"undecided\">Not checked</h2>\n"
			     "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Why</th>"
			     "<th scope=\"col\">What would help</th><th scope=\"col\">Checks</th></tr></thead>\n"
			     "<tbody>\n");
	for (guint i = 0; i < reasons->len; i++)
		write_reason(reasons->pdata[i], out);
	g_string_append(out, "</tbody></table></div>\n</section>\n");
}
