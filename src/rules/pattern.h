// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pattern - what can be said of a regular expression without running it
 *
 * A line that holds none of a signature's literals never meets its regex: so one that an alternative cannot hold
 * would kill that alternative, and nobody would see it. Literals are derived from the pattern, never guessed.
 */
#ifndef VMDOCTOR_PATTERN_H
#define VMDOCTOR_PATTERN_H

#include <glib.h>

/** pattern_literals - texts of which every match of @pattern holds at least one, lower case, each of
 *  PATTERN_LITERAL_BYTES_MIN or more; the longest such set that is found. Runs end at quotes, which logs write in
 *  several ways. Return: NULL-ended, g_strfreev(); NULL: there is no such set. Source: the idea is RE2's prefilter. */
char **pattern_literals(const char *pattern);
#define PATTERN_LITERAL_BYTES_MIN 4
#define PATTERN_LITERALS_MAX 40

/** pattern_samples - shortest texts, one for each branch of each alternation of @pattern, and one for all
 *  @pattern: as pcre2pattern(3), without recursion, conditions and back references. What stands in
 *  lookarounds is left out, so that a text may not match: try it. */
GPtrArray *pattern_samples(const char *pattern);

#endif
