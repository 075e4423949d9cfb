// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather - all facts about some domains and their host
 */
#ifndef VMDOCTOR_GATHER_H
#define VMDOCTOR_GATHER_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct sampling;
struct source;

/** gather_may_read - could a check or a log signature ask about @path? Images do not count. */
bool gather_may_read(const char *path);
/**
 * gather_facts - runs every check; facts_free() the result
 * @sampling: of a live host, how long to measure; NULL: of a recording, what it has of samples
 */
xmlDoc *gather_facts(struct source *src, const GStrv domains, struct sampling *sampling);
/** gather_plan - adds to @paths (owned) the counters that are to be read twice, of the host and domains in @facts */
void gather_plan(struct source *src, xmlDoc *facts, GPtrArray *paths);
/** gather_measure - adds to @facts what @src has of them at ticks 1 and 2 */
void gather_measure(struct source *src, xmlDoc *facts);

#endif
