// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_html - a comparison as one page that needs nothing else; it looks as the report does.
 */
#include <string.h>

#include "commands/diff/diff.h"
#include "report/html/html.h"
#include "base/i18n.h"
#include "report/text_words.h"

static const char nothing[] = "<span class=\"dim\">\342\200\223</span>";

static void write_side(GString *out, const char *word, const struct diff_side *s)
{
	g_string_append_printf(out, "<dt>%s</dt><dd><code>", word);
	html_text(out, s->name);
	g_string_append(out, "</code>");
	if (s->taken) {
		g_autofree char *time = text_time(s->taken);

		g_string_append(out, ", ");
		html_text(out, time);
	}
	g_string_append(out, "</dd>\n");
}

static void write_header(const struct diff *d, GString *out)
{
	g_string_append_printf(out, "<header>\n<h1>%s</h1>\n<dl class=\"facts\">\n",
			       _("What changed"));
	write_side(out, _("from"), d->a);
	write_side(out, _("to"), d->b);
	g_string_append(out, "</dl>\n</header>\n");
}

static void write_count(GString *out, const char *what, guint n)
{
	g_string_append_printf(out, "<div><dt>%s</dt><dd>%u</dd></div>\n", what, n);
}

static void write_summary(const struct diff *d, GString *out)
{
	guint n[DIFF_STATE_MAX_] = { 0 };

	for (guint i = 0; i < d->findings->len; i++)
		n[((const struct diff_entry *)d->findings->pdata[i])->state]++;
	g_string_append_printf(out, "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">%s</h2>\n<dl class=\"changed\">\n",
			       _("Summary"));
	write_count(out, _("findings new"), n[DIFF_NEW]);
	write_count(out, _("gone"), n[DIFF_GONE]);
	write_count(out, _("changed"), n[DIFF_CHANGED]);
	write_count(out, _("changes underneath"), d->properties->len);
	g_string_append(out, "</dl>\n");
	if (d->findings->len + d->properties->len == 0)
		g_string_append_printf(out, "<p>%s</p>\n",
			       _("Nothing changed."));
	g_string_append(out, "</section>\n");
}

/* Findings */

/* A JSON report may say anything: only the words that the style knows become a class. */
static const char *class_of(const char *severity)
{
	static const char *const known[] = { "critical", "error", "warning", "advice", "info" };

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_strcmp0(severity, known[i]) == 0)
			return known[i];
	return "info";
}

static void write_badge(GString *out, const char *class, const char *text)
{
	g_string_append_printf(out, "<span class=\"badge %s\">", class);
	html_text(out, text);
	g_string_append(out, "</span>");
}

static void write_message(GString *out, const char *label, const struct diff_finding *f)
{
	if (label)
		g_string_append_printf(out, "<p class=\"label\">%s</p>\n", label);
	html_tag(out, "p", NULL, diff_finding_message(f));
}

static void write_finding(const struct diff_entry *e, GString *out)
{
	const struct diff_finding *f = e->finding_b ? e->finding_b : e->finding_a;
	const char *before = e->finding_a ? e->finding_a->severity : NULL;

	/* What is gone is no matter for alarm. */
	g_string_append_printf(out, "<article class=\"%s\">\n<h3>",
			       e->state == DIFF_GONE ? "info" : class_of(f->severity));
	write_badge(out, "info", _(diff_state_names[e->state]));
	if (e->state == DIFF_CHANGED && g_strcmp0(before, f->severity) != 0) {
		write_badge(out, "info", i18n_word(before));
		g_string_append(out, "\342\206\222 ");
	}
	write_badge(out, e->state == DIFF_GONE ? "info" : class_of(f->severity), i18n_word(f->severity));
	html_text(out, diff_finding_title(f));
	g_string_append(out, " <span class=\"place\">(");
	html_text(out, f->domain ? f->domain : _("host"));
	g_string_append(out, ")</span></h3>\n");
	if (e->state == DIFF_CHANGED)
		write_message(out, _("Before"), e->finding_a);
	write_message(out, e->state == DIFF_CHANGED ? _("Now") : NULL, f);
	g_string_append_printf(out, "<p class=\"meta\">%s <code>",
			       _("rule"));
	html_text(out, f->rule);
	g_string_append(out, "</code></p>\n</article>\n");
}

static void write_findings(const struct diff *d, GString *out)
{
	if (d->findings->len == 0)
		return;
	g_string_append_printf(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">%s</h2>\n",
			       _("Findings"));
	for (guint i = 0; i < d->findings->len; i++)
		write_finding(d->findings->pdata[i], out);
	g_string_append(out, "</section>\n");
}

/* What changed underneath */

static void write_value(GString *out, const struct diff_property *p)
{
	g_string_append(out, "<td>");
	if (!p)
		g_string_append(out, nothing);
	else
		html_text(out, p->value);
	g_string_append(out, "</td>");
}

static void write_row(const struct diff_entry *e, GString *out)
{
	g_string_append(out, "<tr><th scope=\"row\">");
	html_text(out, diff_entry_property(e)->name);
	g_string_append(out, "</th>");
	write_value(out, e->property_a);
	write_value(out, e->property_b);
	g_string_append(out, "</tr>\n");
}

static bool is_log(const struct diff_entry *e)
{
	return diff_entry_property(e)->area == DIFF_LOG;
}

/* The rows under one heading, from @i on. Return: the first entry that is not among them. */
static guint write_table(const struct diff *d, guint i, GString *out)
{
	const struct diff_entry *whole = NULL;
	g_autofree char *heading = diff_heading(diff_entry_property(d->properties->pdata[i]));

	g_string_append(out, "<section>\n");
	html_tag(out, "h2", NULL, heading);
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"changes\">\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
			       _("What"), _("Before"), _("Now"));
	for (; i < d->properties->len; i++) {
		const struct diff_entry *e = d->properties->pdata[i];
		g_autofree char *other = diff_heading(diff_entry_property(e));

		if (strcmp(heading, other) != 0)
			break;
		if (diff_is_part(whole, e))
			continue;
		whole = diff_is_whole(e) ? e : NULL;
		write_row(e, out);
	}
	g_string_append(out, "</tbody></table></div>\n</section>\n");
	return i;
}

static void write_lines(const struct diff *d, enum diff_state state, const char *text, GString *out)
{
	guint n = 0;

	for (guint i = 0; i < d->properties->len; i++) {
		const struct diff_entry *e = d->properties->pdata[i];

		if (!is_log(e) || e->state != state)
			continue;
		if (n++ == 0)
			g_string_append_printf(out, "<p class=\"label\">%s</p>\n<pre>", text);
		html_text(out, diff_entry_property(e)->name);
		g_string_append_c(out, '\n');
	}
	if (n > 0)
		g_string_append(out, "</pre>\n");
}

static void write_log(const struct diff *d, GString *out)
{
	g_string_append_printf(out, "<section>\n<h2>%s</h2>\n<p class=\"dim\">%s</p>\n",
			       _("Kernel log"), _("Numbers, addresses and times are left out: a line counts once."));
	write_lines(d, DIFF_NEW, _("Only now"), out);
	write_lines(d, DIFF_GONE, _("Only before"), out);
	g_string_append(out, "</section>\n");
}

static void write_properties(const struct diff *d, GString *out)
{
	guint i = 0;

	while (i < d->properties->len && !is_log(d->properties->pdata[i]))
		i = write_table(d, i, out);
	if (i < d->properties->len)
		write_log(d, out);
}

void diff_write_html(const struct diff *d, GString *out)
{
	html_head(out, _("what changed"));
	g_string_append_printf(out, "<body>\n<a class=\"skip\" href=\"#summary\">%s</a>\n",
			       _("To the summary"));
	write_header(d, out);
	g_string_append(out, "<main>\n");
	write_summary(d, out);
	write_findings(d, out);
	write_properties(d, out);
	g_string_append_printf(out, "</main>\n<footer>\n<p>%s</p>\n</footer>\n</body>\n</html>\n",
			       _("Written by vmdoctor. Nothing on the host was changed."));
}
