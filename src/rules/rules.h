// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules - judgement, loaded from rules/FAMILY/ *.xml
 *
 * The vocabulary is that of ISO Schematron (context, let, report, value-of) with what a finding
 * needs. Differences: there is no assert; every rule stands alone; of a rule's reports the first
 * true one wins. The format is described in README.md and by rules/rules.rng.
 */
#ifndef VMDOCTOR_RULES_H
#define VMDOCTOR_RULES_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

#include "findings/finding.h"
#include "rules/rule_text.h"

struct expr;

/** A threshold that users may set. */
struct param {
	char *name, *value, *unit;
	char *source; /* where the default comes from, or "heuristic" */
	GStrv charts; /* "ROW/ATTRIBUTE" of a sample: pictures of it show where this begins */
	bool changed; /* by --set */
};

struct let {
	char *name;
	struct expr *value;    /* NULL: it is words */
	struct rule_text text; /* words; to expressions it is a string in English */
};

/** What must be known before the rule can say anything. */
struct need {
	struct expr *test;
	struct rule_text reason;
	char *remedy;
};

struct rule_report {
	struct expr *test;
	enum severity severity;
	enum confidence confidence;
	struct rule_text message;
};

struct rule_fix {
	struct expr *when; /* NULL: always */
	struct rule_text text;
	bool has_command;
	struct rule_text command; /* never translated */
	struct fix_terms terms;
};

/** Which findings this rule is the root of. */
struct explains {
	char *rule, *cause; /* one of them */
	bool same_subject;
};

/** Who speaks about a text: each only where none before it does. */
enum fallback { FALLBACK_NO, FALLBACK_YES, FALLBACK_LAST };

struct rule {
	char *id, *cause, *file;
	struct expr *cause_of; /* of the context, where the cause depends on it; NULL: @cause */
	unsigned int line;
	enum severity severity;
	enum confidence confidence;
	GStrv symptoms;
	bool host;	     /* the context lies in /facts/host: evaluated once */
	GPtrArray *logs;     /* of struct signature; if any, the context is what they matched */
	enum fallback fallback;
	bool errors_judged;  /* a context node with @error is the rule's business */
	char *where; /* the context as it stands in the file */
	struct expr *context;
	struct expr *subject;
	struct rule_text title;
	GPtrArray *params, *lets, *needs, *reports, *evidence, *fixes, *references, *explains;
};

/** rules_load - adds the rules of @path, a file, or the *.xml of a directory and of its folders but
 *  "cases", in order of id
 *  Return: false with @error, "FILE:LINE: what" */
bool rules_load(GPtrArray *rules, const char *path, GError **error);
GPtrArray *rules_new(void);
struct rule *rules_find(GPtrArray *rules, const char *id);
/** rules_near - "; did you mean 'a', 'b'?", or where all are listed; g_free() it */
char *rules_near(const GPtrArray *rules, const char *typed);
/** rules_known - is there a rule of each ID or glob in @ignored ("ID", "ID:SUBJECT-GLOB")? False with @error */
bool rules_known(const GPtrArray *rules, const GStrv ignored, GError **error);
/** rules_set - "ID.PARAM=VALUE"; false with @error that names what there is */
bool rules_set(GPtrArray *rules, const char *setting, GError **error);
/** rules_keep - drops rules that explain none of @symptoms (NULL-ended) */
void rules_keep(GPtrArray *rules, const char *const *symptoms);
/** rules_validate - against rules.rng; false with @error "FILE:LINE: what" */
bool rules_validate(xmlDoc *doc, const char *file, GError **error);

extern const char *const symptom_names[]; /* NULL-ended */

#endif
