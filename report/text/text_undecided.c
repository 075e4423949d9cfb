// SPDX-License-Identifier: GPL-2.0-or-later
/* text_undecided - what could not be checked: one line for each reason, and what would settle it */
#include "report/text/text.h"
#include "report/text_words.h"

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/reasons.h"
#include "report/writer.h"

enum { SOURCES_NAMED = 3 };
enum { GROUPS_LISTED = 8 }; /* a recording of one file leaves dozens of reasons */

static void write_entries(const struct reason *g, struct pen *p)
{
	pen_ink(p, INK_DIM);
	for (guint i = 0; i < g->entries->len; i++) {
		const struct undecided *u = g->entries->pdata[i];
		g_autofree char *place = text_place(u->domain, u->subject);

		pen_line(p, 4);
		pen_printf(p, "%s (%s)", u->rule, place);
	}
	pen_ink(p, INK_PLAIN);
}

static void write_group(const struct reason *g, const struct style *style, struct pen *p)
{
	g_autofree char *words = reason_words(g, style->verbose ? g->sources->len : SOURCES_NAMED);

	pen_line(p, 2);
	pen_printf(p, ngettext("%u rule", "%u rules", g->rules), g->rules);
	if (g->entries->len != g->rules)
		pen_printf(p, _("(%u checks)"), g->entries->len);
	pen_attach(p, ":");
	p->indent = 4;
	pen_words(p, words);
	if (!g->remedy || !*g->remedy)
		return;
	pen_attach(p, ";");
	pen_words(p, g->remedy);
}

static void write_rest(const GPtrArray *groups, guint from, struct pen *p)
{
	unsigned int entries = 0;

	for (guint i = from; i < groups->len; i++)
		entries += ((const struct reason *)groups->pdata[i])->entries->len;
	if (entries == 0)
		return;
	pen_line(p, 2);
	pen_printf(p, _("%u checks for %u further reasons (-v lists them)"), entries,
		   groups->len - from);
}

static void write_caption(const struct report *r, struct pen *p)
{
	pen_blank(p);
	pen_words(p, _("Not checked:"));
	if (!r->host.unprivileged)
		return;
	pen_line(p, 2);
	pen_words(p, "vmdoctor ran as an ordinary user; as root it can also read the audit log, libvirt's logs and "
		     "configuration, images and control groups, and probe the network:");
	pen_unit(p, "'sudo vmdoctor'");
}

void text_undecided(const struct report *r, const struct style *style, struct pen *p)
{
	g_autoptr(GPtrArray) groups = reasons_new(r->undecided);
	guint listed = style->verbose ? groups->len : MIN(groups->len, GROUPS_LISTED);

	if (groups->len == 0 && !r->host.unprivileged)
		return;
	write_caption(r, p);
	for (guint i = 0; i < listed; i++) {
		write_group(groups->pdata[i], style, p);
		if (style->verbose)
			write_entries(groups->pdata[i], p);
	}
	write_rest(groups, listed, p);
	pen_line(p, 0);
}
