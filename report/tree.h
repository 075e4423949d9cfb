// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tree - which finding explains which, and which read alike: for every format that people read
 */
#ifndef VMDOCTOR_TREE_H
#define VMDOCTOR_TREE_H

#include <glib.h>
#include <stdbool.h>

struct finding;

/** Keys and findings are borrowed from the report; zeroed before tree_init(). */
struct tree {
	GHashTable *by_key;   /* key -> finding */
	GHashTable *children; /* key -> findings that it explains, by rank */
	GHashTable *shapes;   /* finding -> what it reads like */
	GHashTable *twins;    /* shape -> findings that differ in domain and subject only, by rank */
	GHashTable *numbers;  /* finding -> its number in the list: no holes, twins have that of the first */
	unsigned int last;    /* the highest number, at least 1 */
};

/** tree_init - @folds: what reads alike is one entry of the list */
void tree_init(struct tree *t, const GPtrArray *findings, bool folds);
void tree_done(struct tree *t);
/** tree_children - the findings that @f explains, or NULL; borrowed */
const GPtrArray *tree_children(const struct tree *t, const struct finding *f);
/** tree_is_root - a root that is not in the report, because it is muted, explains nothing here */
bool tree_is_root(const struct tree *t, const struct finding *f);
/**
 * tree_twins - what the first of several findings that read alike, consequences included, stands for
 * Return: all of them, @f first; NULL when @f is not the first, or the only one. Borrowed.
 */
const GPtrArray *tree_twins(const struct tree *t, const struct finding *f);
/** tree_is_folded - another one, before it, stands for it */
bool tree_is_folded(const struct tree *t, const struct finding *f);
/** tree_number - of the list's entry in which @f stands */
unsigned int tree_number(const struct tree *t, const struct finding *f);
/** tree_hide - adds @f and all that it explains to the set @shown. Return: how many were not in it */
unsigned int tree_hide(const struct tree *t, struct finding *f, GHashTable *shown);

#endif
