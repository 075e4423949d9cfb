// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow - what a task waited for, across guest, vCPU, host and other guests
 */
#ifndef VMDOCTOR_TRACE_FLOW_H
#define VMDOCTOR_TRACE_FLOW_H

#include <glib.h>

#include "base/cleanup.h"
#include "trace/timeline.h"

struct analysis;
struct joined;

/** A stretch in which one actor decides how long it takes. */
struct segment {
	guint64 from, to;
	const char *actor; /* "web/vCPU 0 (tid 144)", "init in web", "irq 24 nvme0q1"; interned */
	const char *what;  /* "guest", "runs", "has the CPU", "device or timer", …; a literal */
};

/** All segments of one actor and kind. */
struct part {
	const char *actor, *what;
	guint64 ns, n, longest;
};

struct flow {
	char *task; /* whose */
	guint64 from, to;
	GArray *segments; /* of struct segment, in order */
	GArray *parts;	  /* of struct part, the longest first */
	bool is_covered;  /* segments follow one another without gap or overlap, from @from to @to */
	bool is_cut;	  /* there were too many */
};

/**
 * flow_of - of the task @name: of @guest's, where that is not NULL and has it, else of the host's timeline
 * @a: after analysis_end(). NULL: there is no such task
 */
struct flow *flow_of(const struct analysis *a, const struct timeline *host, const struct joined *guest, const char *name);
void flow_free(struct flow *f);
AUTO_FREE(struct flow, flow)

#endif
