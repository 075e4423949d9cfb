// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_paths - the way of a guest's frames, hop by hop, as a diagram
 *
 * Names that are too long for their box are cut; a tooltip and the table for screen readers (the
 * diagram's description) have them whole.
 */
#include "finding.h"
#include "html.h"
#include "text.h"

/* Pixels of the drawing; columns of text in a box. */
enum { BOX = 124, GAP = 26, HIGH = 78, PAD = 2, COLUMNS = 16, HOPS_MAX = 32 };

static const char *const marks[HOP_MAX_] = {
	[HOP_UNKNOWN] = "? not known", [HOP_SOUND] = "✓ sound", [HOP_BROKEN] = "✗ broken"
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

static void write_label(int x, int y, const char *class, const char *text, GString *out)
{
	g_autofree char *label = text ? cut(text) : NULL;

	if (!label)
		return;
	g_string_append_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
	html_text(out, label);
	g_string_append(out, "</text>");
}

static void describe(const struct hop *h, GString *out)
{
	html_text(out, h->name);
	if (h->place) {
		g_string_append(out, " ");
		html_text(out, h->place);
	}
	g_string_append_printf(out, ": %s", hop_state_names[h->state]);
	if (h->counts) {
		g_string_append(out, ", ");
		html_text(out, h->counts);
	}
}

static void write_hop(const struct hop *h, int x, GString *out)
{
	g_string_append_printf(out, "<g class=\"hop %s\"><title>", hop_state_names[h->state]);
	describe(h, out);
	g_string_append_printf(out, "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>", x,
			       PAD, BOX, HIGH);
	write_label(x + 9, 20, "mark", h->name, out);
	write_label(x + 9, 37, "place", h->place, out);
	write_label(x + 9, 54, "count", h->counts, out);
	write_label(x + 9, 71, "mark", marks[h->state], out);
	g_string_append(out, "</g>\n");
}

static void write_diagram(const GPtrArray *hops, GString *out)
{
	guint n = MIN(hops->len, HOPS_MAX);
	int width = (int)n * (BOX + GAP) - GAP + 2 * PAD;

	g_string_append_printf(out, "<svg role=\"img\" width=\"%d\" height=\"%d\"><desc>", width, HIGH + 2 * PAD);
	for (guint i = 0; i < n; i++) {
		g_string_append(out, i > 0 ? "; " : "");
		describe(hops->pdata[i], out);
	}
	g_string_append(out, "</desc>\n");
	for (guint i = 0; i < n; i++) {
		int x = PAD + (int)i * (BOX + GAP);

		if (i > 0)
			g_string_append_printf(out, "<line class=\"way\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
					       x - GAP, PAD + HIGH / 2, x, PAD + HIGH / 2);
		write_hop(hops->pdata[i], x, out);
	}
	g_string_append(out, "</svg>\n");
}

void html_paths(const struct report_domain *d, GString *out)
{
	for (guint i = 0; i < d->paths->len; i++) {
		const struct report_path *p = d->paths->pdata[i];

		if (p->hops->len == 0)
			continue;
		g_string_append(out, "<p class=\"label\">Network probe of ");
		html_text(out, p->interface);
		g_string_append(out, "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
				     "aria-label=\"Network probe\">\n");
		write_diagram(p->hops, out);
		g_string_append(out, "</div>\n");
	}
}
