// SPDX-License-Identifier: GPL-2.0-or-later
/* fix - the names of its terms */
#include "findings/fix.h"

#include <string.h>

const char *const fix_on_names[FIX_ON_MAX_] = { "host", "guest", "client", "other-host" };
const char *const fix_does_names[FIX_DOES_MAX_] = { "look", "act" };
const char *const fix_effect_names[FIX_EFFECT_MAX_] = { "now", "next-start", "next-boot" };
const char *const fix_cost_names[FIX_COST_MAX_] = { "restart", "data", "network" };

/* The schema lets nothing else than these names through. */
static unsigned int index_of(const char *const *names, unsigned int n, const char *name)
{
	for (unsigned int i = 0; name && i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

struct fix_terms fix_terms_parse(const char *on, const char *does, const char *effect, const char *costs)
{
	g_auto(GStrv) words = g_strsplit_set(costs ? costs : "", " \t\r\n", 0);
	struct fix_terms t = {
		.on = (enum fix_on)index_of(fix_on_names, FIX_ON_MAX_, on),
		.does = (enum fix_does)index_of(fix_does_names, FIX_DOES_MAX_, does),
		.effect = (enum fix_effect)index_of(fix_effect_names, FIX_EFFECT_MAX_, effect),
	};

	for (unsigned int i = 0; i < FIX_COST_MAX_; i++)
		if (g_strv_contains((const char *const *)words, fix_cost_names[i]))
			t.costs |= FIX_COST_BIT(i);
	return t;
}

const char *fix_text(const struct fix *f)
{
	return f->text_local ? f->text_local : f->text;
}

void fix_free(struct fix *f)
{
	if (!f)
		return;
	g_free(f->text);
	g_free(f->command);
	g_free(f->text_local);
	g_strfreev(f->fill_in);
	g_free(f);
}
