// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_paths - the way of a guest's frames, hop by hop, as a diagram and as a table
 *
 * Each hop is a drawing of its own, so that the row wraps on a phone and on paper.  Names that are
 * too long for their box are cut; its tooltip and the table have them whole.
 */
#include "report/html/html.h"

#include "base/i18n.h"

/* Pixels of the drawing; columns of text in a box. */
enum { BOX = 132, GAP = 22, HIGH = 64, PAD = 2, COLUMNS = 16, HOPS_MAX = 32 };

static const char *const marks[HOP_MAX_] = {
	[HOP_UNKNOWN] = N_("? not known"), [HOP_SOUND] = N_("✓ sound"), [HOP_BROKEN] = N_("✗ broken")
};

/* Counted in characters; what is invisible becomes longer only now, and is cut by the box. */
static char *cut(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *begin = NULL;

	if (g_utf8_strlen(valid, -1) <= COLUMNS)
		return g_steal_pointer(&valid);
	begin = g_utf8_substring(valid, 0, COLUMNS - 1);
	return g_strconcat(begin, "…", NULL);
}

static void write_label(int y, const char *class, const char *text, GString *out)
{
	g_autofree char *label = text ? cut(text) : NULL;

	if (!label)
		return;
	g_string_append_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, GAP + 10, y);
	html_text(out, label);
	g_string_append(out, "</text>");
}

/* Its title is the tooltip; a screen reader reads the table instead. */
static void write_hop(const struct hop *h, bool is_first, GString *out)
{
	g_string_append_printf(out, "<svg class=\"hop %s\" width=\"%d\" height=\"%d\"><title>",
			       hop_state_names[h->state], GAP + BOX + PAD, HIGH + 2 * PAD);
	html_text(out, h->name);
	g_string_append_printf(out, " %s", _(marks[h->state]));
	g_string_append(out, "</title>");
	if (!is_first)
		g_string_append_printf(out, "<path class=\"way\" d=\"M0 %dH%dm-6 -4l6 4l-6 4\"/>", PAD + HIGH / 2, GAP - 2);
	g_string_append_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>", GAP, PAD, BOX, HIGH);
	write_label(20, "mark", _(h->name), out);
	write_label(38, "at", h->place, out);
	write_label(56, "mark", _(marks[h->state]), out);
	g_string_append(out, "</svg>\n");
}

static void write_diagram(const GPtrArray *hops, GString *out)
{
	g_string_append(out, "<div class=\"hops\" role=\"img\" aria-label=\"The hops as a row of boxes; the "
			     "table below says the same\">\n");
	for (guint i = 0; i < MIN(hops->len, HOPS_MAX); i++)
		write_hop(hops->pdata[i], i == 0, out);
	g_string_append(out, "</div>\n");
}

static void write_cell(const char *text, GString *out)
{
	g_string_append(out, "<td>");
	html_text(out, text);
	g_string_append(out, "</td>");
}

static void write_row(const struct hop *h, GString *out)
{
	g_string_append(out, "<tr><th scope=\"row\">");
	html_text(out, h->name);
	g_string_append(out, "</th>");
	write_cell(h->place ? h->place : "–", out);
	g_string_append_printf(out, "<td class=\"%s\">%s</td>", hop_state_names[h->state], _(marks[h->state]));
	write_cell(h->counts ? h->counts : "–", out);
	g_string_append(out, "</tr>\n");
}

static void write_table(const struct report_path *p, GString *out)
{
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"way\"><caption>%s</caption>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
			       _("The same as a table"), _("Hop"), _("Where"), _("State"), _("Seen there"));
	for (guint i = 0; i < MIN(p->hops->len, HOPS_MAX); i++)
		write_row(p->hops->pdata[i], out);
	g_string_append(out, "</tbody></table></div>\n");
}

void html_paths(const struct report_domain *d, GString *out)
{
	for (guint i = 0; i < d->paths->len; i++) {
		const struct report_path *p = d->paths->pdata[i];

		if (p->hops->len == 0)
			continue;
		g_string_append_printf(out, "<h4>%s ",
			       _("Network probe of"));
		html_text(out, p->interface);
		g_string_append_printf(out, ": %s</h4>\n",
			       _("the way of its frames"));
		write_diagram(p->hops, out);
		write_table(p, out);
	}
}
