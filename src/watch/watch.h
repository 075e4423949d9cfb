// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch - keeps the last hours, and judges each interval of them by the rules that a sample is judged by
 */
#ifndef VMDOCTOR_WATCH_H
#define VMDOCTOR_WATCH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct report;
struct request;
struct store;
struct store_incident;

struct watch_request {
	const struct request *request;
	const char *dir;
	int64_t keep_s, max_bytes;
	int interval_s;
	/* A new incident, or one that came again. */
	void (*say)(void *data, const struct store_incident *i);
	void *data;
};

/** watch - until SIGTERM, SIGINT or SIGHUP. False with @error: it cannot begin */
bool watch(const struct watch_request *w, GError **error);

/* incidents.c: the same thing again is the same incident. */

struct incidents;
struct incidents *incidents_new(void);
void incidents_free(struct incidents *all);

/** What was judged. */
struct judged {
	const struct report *report;
	int64_t from_us, to_us; /* the interval */
	int64_t round;
	GArray *events; /* int64_t: when each of the events was */
};

/** incidents_take - findings of warning and above that nothing explains begin one, or let it go on
 *  Return: false with @error: the store refuses; nothing is forgotten then */
bool incidents_take(struct incidents *all, const struct watch_request *w, struct store *s, const struct judged *j, GError **error);

/* picture.c: what a sample is looked at against. */

/** All that was read of the host, once, and the facts of it. */
struct picture {
	void *facts; /* an xmlDoc */
	struct source *live, *record;
	GPtrArray *paths; /* the counters to be read each time */
};

/** picture_take - false: libvirt does not answer; the old one stays as it was */
bool picture_take(struct picture *p, const struct request *rq);
void picture_done(struct picture *p);

#endif
