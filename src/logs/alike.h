// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * alike - which causes a pasted text is about by its words, where no rule knows a line of it
 */
#ifndef VMDOCTOR_ALIKE_H
#define VMDOCTOR_ALIKE_H

#include <glib.h>
#include <libxml/tree.h>

struct likeness_index;
struct source;

/** alike_add - adds to /facts/host of @facts, the most like first: alike @rule @cause @title @score @common @lead @share, and the words
 *  they have in common (likeness.h). @share: of the first one's score. After scan_logs(), whose matches say more. */
void alike_add(GPtrArray *rules, struct likeness_index *index, struct source *src, xmlDoc *facts);

#endif
