// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * words - the words of an English text as stems, without those that only the language needs
 *
 * Stems are Snowball's (libstemmer); what is left out stands in stopwords.txt beside the rules.
 */
#ifndef VMDOCTOR_WORDS_H
#define VMDOCTOR_WORDS_H

#include <glib.h>

#include "base/cleanup.h"

struct words;
struct words *words_new(void);
void words_free(struct words *w);
AUTO_FREE(struct words, words)

/** words_next - the next run of ASCII letters and digits from *@at on; NULL behind the last. *@at goes behind it */
const char *words_next(const char **at, size_t *size);
/** words_stem - of a word; NULL: it says nothing (of the language, a letter, a number below 100). Lives as long as @w */
const char *words_stem(struct words *w, const char *word, size_t size);

#endif
