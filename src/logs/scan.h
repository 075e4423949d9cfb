// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scan - one pass over each log finds all that rules look for in it; what was found is a fact
 */
#ifndef VMDOCTOR_SCAN_H
#define VMDOCTOR_SCAN_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

struct source;

/** scan_may_read - may scan_logs() ask about @path, a log or its older generations? */
bool scan_may_read(const char *path);
/** scan_logs - looks through the logs of @src for what @rules want; adds to @facts */
void scan_logs(GPtrArray *rules, struct source *src, xmlDoc *facts);

/** scan_kind_logs - bits of enum signature_log that a log of this kind (its fact's @kind) may hold; pasted text: 0 */
unsigned int scan_kind_logs(const char *kind);

#endif
