// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_verdicts - an audit's domains on one screen: a line for those of which it says the same
 */
#include "report/text/text.h"

#include "base/i18n.h"
#include "report/pen.h"
#include "report/verdicts.h"
#include "report/writer.h"

enum { LINES_LISTED = 30 }; /* without --verbose; and a line for the rest */

static void write_verdict(const struct verdict *v, const unsigned int at[2], struct pen *p)
{
	g_autofree char *names = verdict_domains(v), *rules = verdict_rules(v);

	pen_line(p, 2);
	pen_printf(p, "%u", v->domains->len);
	pen_tab(p, at[0] + 2);
	pen_ink(p, text_ink(v->worst));
	pen_words(p, verdict_words(v));
	pen_ink(p, INK_PLAIN);
	pen_tab(p, at[1] + 2);
	pen_words(p, names);
	if (!*rules)
		return;
	pen_ink(p, INK_DIM);
	pen_printf(p, "[%s]", rules);
	pen_ink(p, INK_PLAIN);
}

static unsigned int count_rest(const GPtrArray *all, guint listed)
{
	unsigned int n = 0;

	for (guint i = listed; i < all->len; i++)
		n += ((const struct verdict *)all->pdata[i])->domains->len;
	return n;
}

void text_verdicts(const struct report *r, const struct style *style, struct pen *p)
{
	g_autoptr(GPtrArray) all = verdicts_of(r);
	guint listed = style->verbose || all->len <= LINES_LISTED ? all->len : LINES_LISTED;
	unsigned int at[2] = { 2, 0 };

	for (guint n = r->domains->len; n > 0; n /= 10)
		at[0]++;
	for (guint i = 0; i < all->len; i++)
		at[1] = MAX(at[1], pen_columns(verdict_words(all->pdata[i])));
	at[1] += at[0] + 2;
	pen_blank(p);
	for (guint i = 0; i < listed; i++)
		write_verdict(all->pdata[i], at, p);
	if (listed < all->len) {
		pen_line(p, 2);
		pen_printf(p, _("and %u domains in other states (-v lists them)"), count_rest(all, listed));
	}
	pen_line(p, 0);
}
