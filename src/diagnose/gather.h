// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather - which domains there are, and all facts about some of them
 */
#ifndef VMDOCTOR_GATHER_H
#define VMDOCTOR_GATHER_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct sampling;
struct source;

/** gather_domains - names of all domains that libvirt or the files know, sorted. Return: 0, -errno */
int gather_domains(struct source *src, GStrv *ret_names);
/** gather_recorded - those of @names about which @src says anything: a recording of one domain
 *  lists its neighbours, too */
GStrv gather_recorded(struct source *src, const GStrv names);
/**
 * gather_resolve - the name for what a user typed: a name, a UUID, a running id, in this order
 * Return: the name, or NULL with @error, which offers names that come close.
 */
char *gather_resolve(struct source *src, const GStrv names, const char *typed, GError **error);
/** gather_may_read - could a check or a log signature ask about @path? Images do not count. */
bool gather_may_read(const char *path);
/**
 * gather_facts - runs every check; facts_free() the result
 * @sampling: of a live host, how long to measure; NULL: of a recording, what it has of samples
 */
xmlDoc *gather_facts(struct source *src, const GStrv domains, struct sampling *sampling);

#endif
