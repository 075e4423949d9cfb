// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_heat - heat maps as SVG: one path per level of colour, runs of cells as lines.
 *
 * A rectangle a cell would be ten times as large. Levels follow the square root, so that a single event
 * can be seen beside many; an empty cell is paper.
 */
#include "base/i18n.h"
#include "report/html/html.h"
#include "report/trace/trace.h"
#include "trace/vcpu.h"

enum { LEVELS = 8, CELL_WIDE = 8, CELL_HIGH = 2 };

static guint32 largest(const struct heat *h)
{
	guint32 most = 0;

	for (guint i = 0; i < h->cells->len; i++)
		most = MAX(most, g_array_index(h->cells, guint32, i));
	return most;
}

static guint level_of(guint32 count, guint32 most)
{
	guint level = count > 0;

	while (level && level < LEVELS && (guint64)level * level * most < (guint64)LEVELS * LEVELS * count)
		level++;
	return level;
}

/* Row 0 is at the bottom. */
static void write_level(const struct heat *h, guint32 most, guint level, GString *out)
{
	g_string_append_printf(out, "<path class=\"c%u\" d=\"", level);
	for (guint row = 0; row < h->rows; row++)
		for (guint x = 0, run; x < h->columns; x += MAX(run, 1)) {
			for (run = 0; x + run < h->columns && level_of(heat_at(h, x + run, row), most) == level; run++)
				;
			if (run > 0)
				g_string_append_printf(out, "M%u %uh%u", x * CELL_WIDE, (h->rows - row) * CELL_HIGH - CELL_HIGH / 2,
						       run * CELL_WIDE);
		}
	g_string_append(out, "\"/>");
}

void trace_heat(const struct heat *h, const char *title, const char *about, GString *out)
{
	guint32 most = largest(h);

	if (most == 0)
		return;
	html_tag(out, "h3", NULL, title);
	html_tag(out, "p", "dim", about);
	g_string_append_printf(out, "<svg class=\"heat\" role=\"img\" viewBox=\"0 0 %u %u\" preserveAspectRatio=\"none\"><title>",
			       h->columns * CELL_WIDE, h->rows * CELL_HIGH);
	html_text(out, title);
	g_string_append(out, "</title>");
	for (guint level = 1; level <= LEVELS; level++)
		write_level(h, most, level, out);
	g_string_append_printf(out, _("</svg>\n<p class=\"dim\">%u columns of a second, from left; darkest: %u in one cell.</p>\n"), h->columns, most);
}
