// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * errname - names of errnos, as facts and manifests spell them
 */
#ifndef VMDOCTOR_ERRNAME_H
#define VMDOCTOR_ERRNAME_H

/** errname - "ENOENT" for 2 and -2; "EIO" for one without a name. Source: strerrorname_np(3) */
const char *errname(int error);
/** errname_parse - 2 for "ENOENT"; EIO for a name that is none */
int errname_parse(const char *name);
/** errname_text - "Permission denied" for "EACCES": English, whatever the locale. Source: strerrordesc_np(3) */
const char *errname_text(const char *name);

#endif
