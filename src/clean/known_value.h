// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * known_value - secrets that were found in one place, wherever else they stand
 *
 * Whoever writes a log can make any string look like a secret. So what the host's own software says of itself is no
 * secret, nor is a word of letters alone: those are not looked for.
 */
#ifndef VMDOCTOR_KNOWN_VALUE_H
#define VMDOCTOR_KNOWN_VALUE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct known_values;
/**
 * known_values_new - those of @hidden (a set of strings) that mean something where they stand
 * @public_text: what stands in it is nobody's secret; or NULL
 */
struct known_values *known_values_new(GHashTable *hidden, const char *public_text);
void known_values_free(struct known_values *k);
AUTO_FREE(struct known_values, known_values)

/** known_values_find - the first of them in @text at or after @from, of several there the longest. In time that grows
 *  with @size, not with how many are known. Return: its length, and in *@at where; 0: none */
size_t known_values_find(const struct known_values *k, const char *text, size_t size, size_t from, size_t *at);
/** known_values_hide - @content with CLEAN_HIDDEN in place of each; NULL: none is in it */
GBytes *known_values_hide(const struct known_values *k, GBytes *content);

#endif
