// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * osinfo_load - one OS out of osinfo-db, without loading all 800 of them
 */
#ifndef VMDOCTOR_OSINFO_LOAD_H
#define VMDOCTOR_OSINFO_LOAD_H

#include <osinfo/osinfo.h>

struct osinfo_load;

struct osinfo_load *osinfo_load_new(void);
void osinfo_load_free(struct osinfo_load *l);

/**
 * osinfo_load_os - the OS with this id, with all that it inherits and its devices' names
 * @ret_os: borrowed from @l
 * Return: 0; -ENOENT: no such OS; -ENODATA: no database; -EBADMSG: libosinfo cannot read it
 */
int osinfo_load_os(struct osinfo_load *l, const char *id, OsinfoOs **ret_os);
/** osinfo_load_short - the same by short id: ubuntu20.04, win10 */
int osinfo_load_short(struct osinfo_load *l, const char *short_id, OsinfoOs **ret_os);
/** osinfo_load_version - the database's version; NULL: not known; g_free() it */
char *osinfo_load_version(const struct osinfo_load *l);

#endif
