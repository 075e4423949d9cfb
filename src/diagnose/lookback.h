// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lookback - the host as it was, out of what vmdoctor watch has kept
 */
#ifndef VMDOCTOR_LOOKBACK_H
#define VMDOCTOR_LOOKBACK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct source;

/**
 * lookback_open - how the host was at @at_s, as a record; what happened is looked for between @from_s and @to_s
 * @dir: of a store; NULL: the system's
 * Return: NULL without @error where no store was named and there is none, or it has nothing of that time, which is said;
 * NULL with @error where one was named
 */
struct source *lookback_open(const char *dir, int64_t from_s, int64_t at_s, int64_t to_s, GError **error);
/** lookback_is - is @record of that kind? */
bool lookback_is(struct source *record);
/** lookback_logs_new - of @live (owned) the logs only */
struct source *lookback_logs_new(struct source *live);

#endif
