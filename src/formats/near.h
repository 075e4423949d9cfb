// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * near - what a mistyped word may have meant
 */
#ifndef VMDOCTOR_NEAR_H
#define VMDOCTOR_NEAR_H

/**
 * near_words - those of @words that come close to @typed, the closest first, at most three
 * @words: NULL-ended; of those that only begin with @typed the last ones, which of versions are the newest
 * Return: "'disk-cache', 'disk-discard'", or NULL where none does; g_free() it
 */
char *near_words(const char *const *words, const char *typed);
/** near_hint - "; did you mean 'a', 'b'?", or @otherwise; g_free() it */
char *near_hint(const char *const *words, const char *typed, const char *otherwise);

#endif
