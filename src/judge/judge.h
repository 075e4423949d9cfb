// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge - rules over facts give findings; ranking and muting of findings
 */
#ifndef VMDOCTOR_JUDGE_H
#define VMDOCTOR_JUDGE_H

#include <glib.h>
#include <libxml/tree.h>

#include "findings/report.h"

struct rule;

/** How often a rule came to each verdict; not applicable: all zero. */
struct tally {
	unsigned int fired, passed, undecided;
	bool is_cut;		/* the time was over before all of it was judged */
	unsigned int unmatched; /* a pasted text was looked through in vain: no verdict, for it is no whole log */
};

/**
 * judge - evaluates every rule on every node of its context
 * @rules: of struct rule, sorted by id
 * @report: gets findings (unranked), undecided, and the counts
 * @tallies: one per rule, or NULL
 * An expression that fails, a node with @error (but ENOENT) and a need that is not met make the
 * verdict undecided: missing data never looks like health.
 */
void judge(GPtrArray *rules, xmlDoc *facts, struct report *report, struct tally *tallies);

/** judge_fallbacks - removes what rules of last resort said where another finding is about the same text: about
 *  the same line, or, of warning or above, out of the same file. What is left unexplained is said, and only that. */
void judge_fallbacks(struct report *report, GPtrArray *rules);

/** What users do not want to see again. */
struct muting {
	GStrv ignore;	      /* ID or ID:SUBJECT-GLOB; NULL: none */
	GHashTable *baseline; /* keys of an earlier report; NULL: none */
};

/** judge_mute - removes what @muting covers and counts it */
void judge_mute(struct report *report, const struct muting *muting);
/** What the user complains about; NULL: nothing. */
struct complaint {
	const char *symptom;
	bool is_chosen; /* by --symptom: other things count half; else words said it, which may mean something else */
};

/**
 * judge_complaint - somebody tells what is wrong and shows no message of a program: what was found and fits that best is
 * the answer, and no smaller matter than a warning, though it need not be the cause for certain. That no rule knows
 * the words is not said then.
 * @symptom: that the words tell of, or NULL
 * @causes: that the words are like, the most like first (likeness.h); they go before the symptom
 */
void judge_complaint(struct report *report, GPtrArray *rules, const char *symptom, const GPtrArray *causes);

/**
 * judge_rank - sets explained_by, score and rank, and sorts
 * A total order: by score of the root, then root before consequence, then score, then key.
 */
void judge_rank(struct report *report, GPtrArray *rules, struct complaint complaint);

/** evidence_of - where an element was read and what it says, or @n attributes of one element */
struct evidence *evidence_of(xmlNode *const *nodes, int n);

#endif
