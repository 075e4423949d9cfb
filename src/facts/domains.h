// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domains - which domains there are, and which of them a user means
 */
#ifndef VMDOCTOR_DOMAINS_H
#define VMDOCTOR_DOMAINS_H

#include <glib.h>

struct source;

/** domains_list - names of all domains that libvirt or the files know, sorted. Return: 0, -errno */
int domains_list(struct source *src, GStrv *ret_names);
/** domains_recorded - those of @names about which @src says anything: a recording of one domain
 *  lists its neighbours, too */
GStrv domains_recorded(struct source *src, const GStrv names);
/**
 * domains_resolve - the name for what a user typed: a name, a UUID, a running id, in this order
 * Return: the name, or NULL with @error, which offers names that come close.
 */
char *domains_resolve(struct source *src, const GStrv names, const char *typed, GError **error);

#endif
