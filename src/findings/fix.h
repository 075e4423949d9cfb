// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fix - one thing to do: words, or words and a command, and on which terms
 *
 * Who pastes a command must know where it belongs, whether it changes anything, from when on, and
 * what that costs: a guest's command on the host, or one that drops a guest's memory, does harm.
 */
#ifndef VMDOCTOR_FIX_H
#define VMDOCTOR_FIX_H

#include <glib.h>
#include <stdbool.h>

enum fix_on { FIX_ON_HOST, FIX_ON_GUEST, FIX_ON_CLIENT, FIX_ON_OTHER_HOST, FIX_ON_MAX_ };
enum fix_does { FIX_LOOKS, FIX_ACTS, FIX_DOES_MAX_ };
enum fix_effect { FIX_NOW, FIX_NEXT_START, FIX_NEXT_BOOT, FIX_EFFECT_MAX_ };
enum fix_cost { FIX_RESTART, FIX_DATA, FIX_NETWORK, FIX_COST_MAX_ };

/** As rules (<fix on= does= effect= costs=>) and the JSON report name them. */
extern const char *const fix_on_names[FIX_ON_MAX_];
extern const char *const fix_does_names[FIX_DOES_MAX_];
extern const char *const fix_effect_names[FIX_EFFECT_MAX_];
extern const char *const fix_cost_names[FIX_COST_MAX_];

struct fix_terms {
	enum fix_on on;
	enum fix_does does;
	enum fix_effect effect; /* of what acts */
	unsigned int costs;	/* FIX_COST_BIT()s */
};
#define FIX_COST_BIT(cost) (1u << (cost))

struct fix {
	char *text;
	char *command;	  /* or NULL */
	char *text_local; /* in the user's language; NULL: as in English */
	struct fix_terms terms;
	GStrv fill_in; /* words of the command that stand for something nobody knew; NULL: none */
};

/** fix_terms_parse - NULL: the default, which is on the host, looks only, now, and costs nothing */
struct fix_terms fix_terms_parse(const char *on, const char *does, const char *effect, const char *costs);
/** fix_text - for people: in the user's language */
const char *fix_text(const struct fix *f);
void fix_free(struct fix *f);

#endif
