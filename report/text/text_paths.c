// SPDX-License-Identifier: GPL-2.0-or-later
/* text_paths - the hops of a network probe, from the guest to the way back */
#include "report/text/text.h"
#include "report/text_words.h"

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/writer.h"

enum { INDENT = 2, NAME_AT = 4, PLACE_AT = 15, COUNTS_AT = 34 };

static void write_mark(enum hop_state state, struct pen *p)
{
	static const struct {
		const char *mark;
		enum ink ink;
	} marks[HOP_MAX_] = {
		[HOP_UNKNOWN] = { "?", INK_DIM },
		[HOP_SOUND] = { "✓", INK_CYAN },
		[HOP_BROKEN] = { "✗", INK_RED },
	};

	pen_ink(p, marks[state].ink);
	pen_words(p, marks[state].mark);
	pen_ink(p, INK_PLAIN);
}

static void write_hop(const struct hop *h, struct pen *p)
{
	pen_line(p, INDENT);
	write_mark(h->state, p);
	pen_tab(p, NAME_AT);
	pen_words(p, _(h->name));
	if (h->place) {
		pen_tab(p, PLACE_AT);
		pen_words(p, h->place);
	}
	if (!h->counts)
		return;
	pen_tab(p, COUNTS_AT);
	pen_words(p, h->counts);
}

static void write_path(const struct report_domain *d, const struct report_path *path, struct pen *p)
{
	g_autofree char *place = text_place(d->name, path->interface);

	pen_blank(p);
	pen_ink(p, INK_BOLD);
	pen_printf(p, _("Network probe of %s"), place);
	pen_ink(p, INK_PLAIN);
	for (guint h = 0; h < path->hops->len; h++)
		write_hop(path->hops->pdata[h], p);
	pen_line(p, 0);
}

void text_paths(const struct report *r, struct pen *p)
{
	for (guint i = 0; i < r->domains->len; i++) {
		const struct report_domain *d = r->domains->pdata[i];

		for (guint n = 0; n < d->paths->len; n++)
			write_path(d, d->paths->pdata[n], p);
	}
}
