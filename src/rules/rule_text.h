// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rule_text - a text of a rule, in English and in the user's language
 *
 * A translator has the words, never what is evaluated: a translation holds the same expressions
 * as the original, in any order, or the original is taken. So words stand in the text, never in an
 * expression: where they depend on something, <choose> has a <when test=…> for each case.
 */
#ifndef VMDOCTOR_RULE_TEXT_H
#define VMDOCTOR_RULE_TEXT_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct expr;

/** A piece of a text: one of words, the value of an expression, a choice. */
struct part {
	char *words;
	struct expr *value;
	GPtrArray *choice; /* of struct alternative: the first that holds */
};

struct alternative {
	struct expr *test; /* NULL: otherwise */
	GPtrArray *parts;
};

struct rule_text {
	GPtrArray *english; /* of struct part */
	GPtrArray *local;   /* NULL: as in English */
	char *msgid;	    /* what a catalogue knows it by: the element's content, blanks folded */
};

/**
 * rule_text_load - of an element with words, value-of and choose; other children are not part of it
 * @node: or NULL, for no text
 * @file: for messages; borrowed as long as the text lives
 * Return: false with @error, "FILE:LINE: what"; rule_text_done() it all the same
 */
bool rule_text_load(struct rule_text *t, const xmlNode *node, const char *file, GError **error);
/** rule_text_translate - into the user's language, where there is a translation that evaluates the same */
void rule_text_translate(struct rule_text *t, const char *file);
void rule_text_done(struct rule_text *t);
/** rule_text_local - its parts as the user is to see them; borrowed */
const GPtrArray *rule_text_local(const struct rule_text *t);
/** rule_text_refused - is there a translation that evaluates something else than the original? */
bool rule_text_refused(const struct rule_text *t);
/** rule_text_each - all expressions in @parts, inner ones too; @is_value: shown, no test */
void rule_text_each(const GPtrArray *parts, void (*visit)(void *data, const struct expr *e, bool is_value), void *data);
/** rule_text_has_words - is there anything that a translator could say otherwise? */
bool rule_text_has_words(const GPtrArray *parts);
/** rule_text_words - adds all words of it, those of each alternative, apart by blanks */
void rule_text_words(const GPtrArray *parts, GString *out);
/** rule_text_outline - adds what of it stands whatever the facts are: "…" for a value, of a choice the last resort */
void rule_text_outline(const GPtrArray *parts, GString *out);
/** rule_text_show - as readers of rules see it: {expression}, [one|or another] */
void rule_text_show(const GPtrArray *parts, GString *out);

#endif
