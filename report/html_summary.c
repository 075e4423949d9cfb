// SPDX-License-Identifier: GPL-2.0-or-later
/* html_summary - the top of the page: how much was found, and what to do first */
#include "finding.h"
#include "html.h"
#include "text.h"
#include "tree.h"

enum { FIRST_LISTED = 3 };

static void write_count(const char *what, unsigned int n, GString *out)
{
	g_string_append_printf(out, "<div><dt>%s</dt><dd>%u</dd></div>\n", what, n);
}

static void write_counts(const struct report *r, GString *out)
{
	static const char *const names[SEVERITY_MAX_] = { "info", "advice", "warnings", "errors",
							  "critical" };
	unsigned int n[SEVERITY_MAX_] = { 0 };

	for (guint i = 0; i < r->findings->len; i++)
		n[((const struct finding *)r->findings->pdata[i])->severity]++;
	g_string_append(out, "<dl class=\"counts\">\n");
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--)
		if (n[i] > 0)
			write_count(names[i], n[i], out);
	write_count("passed", r->passed, out);
	write_count("not checked", r->undecided->len, out);
	if (r->muted > 0)
		write_count("muted", r->muted, out);
	g_string_append(out, "</dl>\n");
}

void html_badge(const struct finding *f, GString *out)
{
	g_string_append_printf(out, "<span class=\"badge %s\">%s</span>", severity_names[f->severity],
			       severity_names[f->severity]);
}

static void write_first(const struct finding *f, GString *out)
{
	g_autofree char *place = text_place(f->domain, f->subject);
	const struct fix *fix = f->fixes->len > 0 ? f->fixes->pdata[0] : NULL;

	g_string_append(out, "<li>");
	html_badge(f, out);
	g_string_append_printf(out, "<a href=\"#f%u\">", f->rank);
	html_text(out, f->title);
	g_string_append(out, "</a> <span class=\"place\">(");
	html_text(out, place);
	g_string_append(out, ")</span>\n");
	if (fix) {
		g_string_append(out, "<br>");
		html_text(out, fix->text);
	}
	g_string_append(out, "</li>\n");
}

static void write_none(const struct report *r, GString *out)
{
	if (r->passed == 0)
		g_string_append(out, "<p>Nothing could be checked; see below what would help.</p>\n");
	else
		g_string_append_printf(out, "<p>No %sproblem was found.</p>\n", r->muted > 0 ? "new " : "");
}

void html_summary(const struct report *r, const struct tree *t, GString *out)
{
	unsigned int listed = 0;

	g_string_append(out, "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">Summary</h2>\n");
	write_counts(r, out);
	if (r->findings->len == 0)
		write_none(r, out);
	for (guint i = 0; i < r->findings->len && listed < FIRST_LISTED; i++) {
		const struct finding *f = r->findings->pdata[i];

		/* advice comes first only where there is nothing else */
		if (!tree_is_root(t, f) || (listed > 0 && f->severity <= SEVERITY_ADVICE))
			continue;
		if (listed++ == 0)
			g_string_append(out, "<p class=\"label\">Look at this first</p>\n<ol class=\"first\">\n");
		write_first(f, out);
	}
	if (listed > 0)
		g_string_append(out, "</ol>\n");
	g_string_append(out, "</section>\n");
}
