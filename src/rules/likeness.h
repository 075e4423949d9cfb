// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * likeness - which rules a text is about, by its words alone
 *
 * For texts of which no rule knows a line: people tell in their own words what they see. All that the rules say, in
 * titles, reports, advice and patterns, is one document for each cause; the text is a query among them, ranked by
 * Okapi BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over the stems of words (Snowball).
 * Such a likeness is a hint where to look, never proof.
 */
#ifndef VMDOCTOR_LIKENESS_H
#define VMDOCTOR_LIKENESS_H

#include <glib.h>

#include "base/cleanup.h"

struct rule;

/** One cause that the text is like. */
struct likeness {
	const struct rule *rule; /* of the cause, the one that the text is most like; borrowed */
	double score;		 /* sum over the words in common: how telling each is, of the text and of the cause */
	double lead;		 /* how often it is that of a cause which is like it by chance: the 20th best */
	guint common;		 /* words, each once */
	char *words;		 /* the most telling of them, that first */
};

/** All words of @rules (of struct rule, borrowed); they are read when a text is first looked at. */
struct likeness_index;
struct likeness_index *likeness_index_new(const GPtrArray *rules);
void likeness_index_free(struct likeness_index *x);
AUTO_FREE(struct likeness_index, likeness_index)

/**
 * likeness_find - the causes that @text is like, the most like first, at most @max
 * English only. Of @text the first 64 KiB count.
 * Return: of struct likeness; empty where the text has no word of any rule. g_ptr_array_unref() it
 */
GPtrArray *likeness_find(struct likeness_index *x, const char *text, guint max);

#endif
