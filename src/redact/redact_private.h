// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_private - what the files of redact share
 */
#ifndef VMDOCTOR_REDACT_PRIVATE_H
#define VMDOCTOR_REDACT_PRIVATE_H

#include "redact/redact.h"

/** Where a name is replaced. */
enum redact_where {
	WHERE_WORD, /* wherever it stands as a word */
	WHERE_NAME, /* only where a domain's name is expected */
	WHERE_PATH, /* only as a part of a path */
};

struct redact_left_index;

struct redact {
	guint8 key[REDACT_KEY_BYTES];
	GHashTable *names;	 /* text -> pseudonym, all forms */
	GPtrArray *by_byte[256]; /* of struct name, the longest first */
	GHashTable *words;	 /* that mean something */
	GHashTable *replaced;	 /* original -> pseudonym, wherever it stood */
	GHashTable *in_paths;	 /* original -> pseudonym, in paths: elsewhere it may stand yet */
	GHashTable *uuids, *macs; /* original, in small letters -> pseudonym */
	struct redact_left_index *left; /* of @replaced when it had @left_size entries */
	guint left_size;
	unsigned int counts[REDACT_KINDS_];
};

/** redact_words_new - the words that have another meaning */
GHashTable *redact_words_new(void);
/** redact_take_name - @text at @at as the longest name there, into @out; how many bytes it took, or 0 */
size_t redact_take_name(struct redact *r, GString *out, const char *text, size_t size, size_t at);
/** redact_replaced - @pseudonym into @out, and both into the map */
void redact_replaced(struct redact *r, GString *out, const char *text, size_t size, const char *pseudonym);

bool redact_is_word(char c);
bool redact_ends_word(const char *text, size_t size, size_t end);

/** redact_left_index_new - the keys of @replaced (borrowed, with its keys), those that are nobody's pseudonym */
struct redact_left_index *redact_left_index_new(GHashTable *replaced);
const char *redact_left_find(const struct redact_left_index *index, const char *text, size_t size);
void redact_left_index_free(struct redact_left_index *index); /* NULL is fine */

#endif
