// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top - what vmdoctor top shows in place: a line a domain, below it the findings
 */
#ifndef VMDOCTOR_TOP_H
#define VMDOCTOR_TOP_H

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct report;

enum top_order { TOP_BY_CPU, TOP_BY_WAIT, TOP_BY_DISK, TOP_BY_NET, TOP_BY_MEMORY, TOP_BY_NAME, TOP_ORDERS };

/** What the keys have made of the view. */
struct top_view {
	enum top_order order;
	bool help, paused, colour;
	bool wants_who; /* to trace the scheduler, for the last column */
	bool only;	/* the chosen domain alone, with all that was measured of it */
	char *chosen;	/* its name; NULL: the first one */
	int seconds;	/* of a round */
	unsigned int width, height;
	GHashTable *who; /* domain -> "web 61 %", who had the CPU while it waited; NULL: not known. Owned by who set it */
};

/** A trace that runs beside a round. */
struct top_who {
	int child, fd; /* child 0: there is none */
	bool is_denied; /* it was tried, and is not allowed here */
};

/** top_who_begin, top_who_end - before a round of @seconds, and after it. NULL: no trace was taken */
void top_who_begin(struct top_who *w, int seconds);
GHashTable *top_who_end(struct top_who *w);

/** A domain's measures added up; NaN: not measured. */
struct top_row {
	const char *name, *state; /* borrowed from the report */
	double cpu_percent;	  /* of one CPU */
	double wait_percent;	  /* its vCPUs were ready and did not run */
	double read_kib, write_kib, latency_ms, net_kib, memory_mib;
};

/** top_rows - one of each domain, in @order; g_array_unref() it */
GArray *top_rows(const struct report *r, enum top_order order);
/** top_order_name - as it is shown */
const char *top_order_name(enum top_order order);
/** top_draw - the whole screen: never more than the view's lines and columns */
void top_draw(const struct top_view *v, const struct report *r, GString *out);
/** top_key - what the user pressed: one key or an escape sequence. Return: false for one that means nothing */
bool top_key(struct top_view *v, const struct report *r, const char *key);

#endif
