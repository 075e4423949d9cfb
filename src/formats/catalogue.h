// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * catalogue - a message catalogue read the wrong way round: from a translated message to the original
 *
 * Source: GNU gettext manual, "The Format of GNU MO Files".
 */
#ifndef VMDOCTOR_CATALOGUE_H
#define VMDOCTOR_CATALOGUE_H

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct catalogue;

/** catalogue_new - of the bytes of an .mo file, which are kept; NULL: they are none, or of the other byte order */
struct catalogue *catalogue_new(GBytes *mo);
void catalogue_free(struct catalogue *c);
AUTO_FREE(struct catalogue, catalogue)

/** catalogue_hits - how many bytes of words of @line stand in translated messages that it may hold */
size_t catalogue_hits(const struct catalogue *c, const char *line);
/**
 * catalogue_original - @line with what it holds of translated messages turned back, values filled in
 * @line: readable_text(); @c: NULL-ended, tried in order; messages within messages are turned back, too
 * Return: NULL when no message was found in it.
 */
char *catalogue_original(struct catalogue *const *c, const char *line);

#endif
