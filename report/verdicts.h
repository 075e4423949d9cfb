// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verdicts - what an audit says of each domain, those of which it says the same together
 */
#ifndef VMDOCTOR_VERDICTS_H
#define VMDOCTOR_VERDICTS_H

#include <glib.h>
#include <stdbool.h>

#include "findings/report.h"

/** Domains with the same findings. All but the arrays is borrowed from the report. */
struct verdict {
	int worst;	     /* severity, or -1: nothing that counts was found */
	bool partly;	     /* nothing bad was found, and not all could be checked */
	GPtrArray *domains;  /* of char *, in the report's order */
	GPtrArray *findings; /* of struct finding: the first domain's, one for each rule, the worst first */
};

/** verdicts_apply - is @r an audit of more than one domain? */
bool verdicts_apply(const struct report *r);
/** verdicts_of - of all domains of @r, the worst first; g_ptr_array_unref() it */
GPtrArray *verdicts_of(const struct report *r);
/** verdict_words - "will not start", for people */
const char *verdict_words(const struct verdict *v);
/** verdicts_headline - "100 domains after the upgrade to Debian 13: 15 will not start, 85 as before"; g_free() it */
char *verdicts_headline(const struct report *r, const GPtrArray *all);
/** verdict_domains - the first of its domains, and how many more; g_free() it */
char *verdict_domains(const struct verdict *v);
/** verdict_rules - ids, each once; empty: none; g_free() it */
char *verdict_rules(const struct verdict *v);

#endif
