// SPDX-License-Identifier: GPL-2.0-or-later
/* text_terms - what is to be known of a fix before its command is pasted, in words */
#include "report/text_words.h"

#include "base/i18n.h"
#include "findings/fix.h"

static const char *const on_words[FIX_ON_MAX_] = {
	[FIX_ON_GUEST] = N_("in the guest"),
	[FIX_ON_CLIENT] = N_("on the client"),
	[FIX_ON_OTHER_HOST] = N_("on the other host"),
};
_Static_assert(FIX_ON_MAX_ == 4, "a new place needs words");

static const char *const effect_words[FIX_EFFECT_MAX_] = {
	[FIX_NOW] = N_("takes effect at once"),
	[FIX_NEXT_START] = N_("takes effect at the next start"),
	[FIX_NEXT_BOOT] = N_("takes effect at the next boot"),
};
_Static_assert(FIX_EFFECT_MAX_ == 3, "a new effect needs words");

static const char *const cost_words[FIX_COST_MAX_] = {
	[FIX_RESTART] = N_("the guest must be restarted"),
	[FIX_DATA] = N_("may lose data"),
	[FIX_NETWORK] = N_("breaks network connections"),
};
_Static_assert(FIX_COST_MAX_ == 3, "a new cost needs words");

static void add_term(GString *s, const char *words, bool local)
{
	if (words)
		g_string_append_printf(s, "%s%s", s->len > 0 ? "; " : "", local ? _(words) : words);
}

/* Of prose without a command only what does not go without saying. */
static void add_effect(GString *s, const struct fix *f, bool local)
{
	if (f->terms.does == FIX_ACTS && (f->command || f->terms.effect != FIX_NOW))
		add_term(s, effect_words[f->terms.effect], local);
	else if (f->terms.does == FIX_LOOKS && f->command)
		add_term(s, N_("only looks"), local);
}

static void add_fill_in(GString *s, const struct fix *f, bool local)
{
	g_autofree char *names = f->fill_in && f->fill_in[0] ? g_strjoinv(", ", f->fill_in) : NULL;

	if (!names)
		return;
	add_term(s, N_("fill in:"), local);
	g_string_append_printf(s, " %s", names);
}

char *text_terms(const struct fix *f, bool local)
{
	g_autoptr(GString) s = g_string_new(NULL);

	add_term(s, on_words[f->terms.on], local);
	add_effect(s, f, local);
	for (unsigned int i = 0; i < FIX_COST_MAX_; i++)
		if (f->terms.costs & FIX_COST_BIT(i))
			add_term(s, cost_words[i], local);
	add_fill_in(s, f, local);
	return s->len > 0 ? g_strdup_printf("(%s)", s->str) : NULL;
}

char *text_fix(const struct fix *f)
{
	g_autofree char *terms = text_terms(f, false);
	g_autofree char *text = g_strchomp(g_strdup(f->text ? f->text : ""));

	return g_strdup_printf("%s%s%s", text, terms ? " " : "", terms ? terms : "");
}
