// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * baseline - which findings an earlier report already has
 */
#ifndef VMDOCTOR_BASELINE_H
#define VMDOCTOR_BASELINE_H

#include <glib.h>

#include "base/cleanup.h"

struct report;

/** What an earlier report said. */
struct baseline {
	GHashTable *keys;      /* of its findings, and of those that it knew of */
	GHashTable *undecided; /* "rule/domain/" of what it could not look at */
};

/** baseline_load - of the JSON report @path; NULL with @error */
struct baseline *baseline_load(const char *path, GError **error);
void baseline_free(struct baseline *b);
AUTO_FREE(struct baseline, baseline)
/**
 * baseline_compare - fills in what @r knows and what comes late, before its known findings are muted
 *
 * What cannot be looked at now is not gone: it stays known.  What could not be looked at then, and is found
 * now, is no change on the host.
 */
void baseline_compare(const struct baseline *b, struct report *r);

#endif
