// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reasons - what could not be checked, grouped by why: for every format that people read
 */
#ifndef VMDOCTOR_REASONS_H
#define VMDOCTOR_REASONS_H

#include <glib.h>

/** All that could not be checked for one reason. Borrowed strings and entries. */
struct reason {
	const char *reason, *remedy; /* or NULL */
	GPtrArray *sources;	     /* what could not be read for it, sorted, each once; may be empty */
	GPtrArray *entries;	     /* of struct undecided */
	unsigned int rules;	     /* different ones */
};

/** reasons_new - of an array of struct undecided, the largest group first; g_ptr_array_unref() it */
GPtrArray *reasons_new(const GPtrArray *undecided);
/**
 * reason_words - "not recorded: /etc/a, /etc/b and 3 more"; g_free() it
 * @most: how many sources are named
 */
char *reason_words(const struct reason *r, guint most);

#endif
