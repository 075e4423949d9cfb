// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store - the last hours: what was read, again and again, in one file of bounded size and age
 *
 * One SQLite file, mode 0600. What is kept was cleaned of secrets by whoever read it. A vmdoctor that is
 * killed loses at most what it was just writing.
 */
#ifndef VMDOCTOR_STORE_H
#define VMDOCTOR_STORE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct source;
struct store;

#define STORE_DIR "/var/lib/vmdoctor/watch" /* where there is a system's watcher */

struct store_limits {
	int64_t keep_s, max_bytes;
};

/** store_create - to be written; one process at a time. A file that is damaged is put aside, and *ret_note says so
 *  (g_free() it; NULL: nothing to say). NULL with @error: another watcher, or it cannot be written */
struct store *store_create(const char *dir, const struct store_limits *limits, char **ret_note, GError **error);
/** store_open - to be read; NULL with @error: there is none (G_FILE_ERROR_NOENT), or it cannot be read */
struct store *store_open(const char *dir, GError **error);
void store_free(struct store *s);
AUTO_FREE(struct store, store)

/** store_state - all that @record knows, for the time from @at_us on; what it does not know any more is gone */
bool store_state(struct store *s, int64_t at_us, struct source *record, GError **error);
/**
 * store_round - one sample: what was read at @paths, in their order
 * @answers: of struct answer *
 * Return: the number of the round; 0 with @error. Now and then what is too old, or too much, is removed.
 */
int64_t store_round(struct store *s, int64_t at_us, GPtrArray *paths, GPtrArray *answers, GError **error);
/** store_event - @json: one event, as source/events.h has it */
bool store_event(struct store *s, int64_t at_us, const char *json, GError **error);

/** Something that happened, from its first to its last sight. */
struct store_incident {
	int64_t id, begin_us, end_us, count;
	int64_t round; /* that shows it, with the one before; 0: none */
	const char *rule, *cause, *severity, *domain, *subject, *title, *message; /* domain NULL: the host */
};
/** store_incident - a new one where id is 0; else the known one has gone on. Return: its id; 0 with @error */
int64_t store_incident(struct store *s, const struct store_incident *i, GError **error);
/** store_incidents - shows those that touch @from_us … @to_us, in order of their beginnings */
bool store_incidents(struct store *s, int64_t from_us, int64_t to_us,
		     void (*each)(void *data, const struct store_incident *i), void *data, GError **error);

/** A time that is asked about. */
struct store_window {
	int64_t from_us, at_us, to_us;
};
/**
 * store_record - the host as it was then: what was read, the counters of two rounds as a sample, the events of the window
 * The rounds are those around at_us; of incidents in the window that of the nearest one.
 * @ret_us: when the later of them was
 * Return: a record of its own; NULL with @error: nothing was kept of that time, or it cannot be read
 */
struct source *store_record(struct store *s, const struct store_window *w, int64_t *ret_us, GError **error);

/** store_is_built - false: without SQLite, all above says so in @error */
bool store_is_built(void);

#endif
