// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeline - of each task of a trace when it ran, waited or slept, and who or what woke it
 *
 * Of a host or of a guest; it is what a flow is followed along.
 */
#ifndef VMDOCTOR_TRACE_TIMELINE_H
#define VMDOCTOR_TRACE_TIMELINE_H

#include <glib.h>

#include "base/cleanup.h"
#include "trace/event.h"

enum span_what { SPAN_UNKNOWN, SPAN_RUN, SPAN_WAIT, SPAN_SLEEP };

/** From its beginning until the next one of the same task. */
struct span {
	guint64 from;
	enum span_what what;
	int cpu; /* where it runs, or waits */
	guint wake; /* 1 + the index of what ended this sleep; 0: nothing did */
};

struct wake {
	guint64 at;
	int waker; /* tid; -1: not a task */
	const char *by; /* what interrupted: "timer", "irq nvme0q1", "softirq NET_RX"; NULL: a task; interned */
};

struct task {
	int tid;
	char comm[TRACE_COMM];
	GArray *spans; /* of struct span */
	GArray *wakes; /* of struct wake */
};

/** Who has a CPU from then on. */
struct running {
	guint64 from;
	int tid;
};

struct timeline {
	guint64 first, last;
	guint spans;	   /* in all; they are bounded */
	GHashTable *tasks; /* tid -> struct task */
	GHashTable *cpus;  /* number -> GArray of struct running */
	GHashTable *contexts; /* number -> what interrupts there; interned */
};

struct timeline *timeline_new(void);
void timeline_free(struct timeline *t);
AUTO_FREE(struct timeline, timeline)
/** timeline_take - a trace_sink */
void timeline_take(void *timeline, const struct trace_event *e);
/** timeline_find - a task by its tid in decimal or its name (of several the one that ran longest); NULL: there is none */
struct task *timeline_find(const struct timeline *t, const char *name);
/** task_end - when a span ends; @t->last for the last one */
guint64 task_end(const struct timeline *t, const struct task *task, guint span);

#endif
