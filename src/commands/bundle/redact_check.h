// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_check - is any original left in a written bundle? and the map of what became what
 */
#ifndef VMDOCTOR_REDACT_CHECK_H
#define VMDOCTOR_REDACT_CHECK_H

#include <glib.h>
#include <stdbool.h>

struct redact;

/** redact_check - looks through the archive @file, which is to be called @path. False with @error,
 *  which names the file in it, and never what was found */
bool redact_check(struct redact *r, const char *file, const char *path, GError **error);
/** redact_write_map - as a new file beside the bundle @path, for its owner only
 *  Return: its path; NULL with @error: it is there already, cannot be written */
char *redact_write_map(struct redact *r, const char *path, GError **error);

#endif
