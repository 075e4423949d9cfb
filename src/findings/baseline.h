// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * baseline - which findings an earlier report already has
 */
#ifndef VMDOCTOR_BASELINE_H
#define VMDOCTOR_BASELINE_H

#include <glib.h>

/** baseline_load - the keys of the findings in the JSON report @path, as a set; NULL with @error */
GHashTable *baseline_load(const char *path, GError **error);

#endif
