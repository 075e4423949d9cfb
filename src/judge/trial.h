// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trial - one evaluation: a rule on a node, and the texts that come of it
 */
#ifndef VMDOCTOR_TRIAL_H
#define VMDOCTOR_TRIAL_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

#include "findings/report.h"
#include "rules/rule_text.h"

struct let;
struct rule;
struct tally;
struct xpath;

struct trial {
	struct xpath *x;
	const struct rule *rule;
	struct report *report;
	struct tally *tally;
	const char *domain; /* NULL: the host */
	const char *sole;   /* the domain, where there is one only: a pasted text that names none is about it */
	xmlNode *node;
	const struct let *defining; /* whose value is being found just now */
};

/** fill_text - @text in English; NULL with @error. g_free() it */
char *fill_text(struct trial *t, const struct rule_text *text, GError **error);
/** fill_text_local - in the user's language; NULL without @error: as in English */
char *fill_text_local(struct trial *t, const struct rule_text *text, GError **error);
/** fill_fixes - what the rule says is to be done, into @list, of struct fix; false with @error */
bool fill_fixes(struct trial *t, GPtrArray *list, GError **error);

#endif
