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
	GHashTable *twins;    /* findings that differ in the subject only, by rank */
	unsigned int last;    /* the highest rank, at least 1 */
};

void tree_init(struct tree *t, const GPtrArray *findings);
void tree_done(struct tree *t);
/** tree_children - the findings that @f explains, or NULL; borrowed */
const GPtrArray *tree_children(const struct tree *t, const struct finding *f);
/** tree_is_root - a root that is not in the report, because it is muted, explains nothing here */
bool tree_is_root(const struct tree *t, const struct finding *f);
/**
 * tree_twins - what the first of several findings that read alike stands for
 * Return: all of them, @f first; NULL when @f is not the first, or the only one. Borrowed.
 */
const GPtrArray *tree_twins(const struct tree *t, const struct finding *f);

#endif
