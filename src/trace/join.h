// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * join - a guest's own trace beside its host's, by the offset of its TSC
 */
#ifndef VMDOCTOR_TRACE_JOIN_H
#define VMDOCTOR_TRACE_JOIN_H

#include <glib.h>

#include "base/cleanup.h"
#include "trace/reader.h"
#include "trace/timeline.h"
#include "trace/vcpu.h"

/** Nanoseconds of a trace from cycles of its TSC: origin_ns + (tsc - origin) * ns_per_cycle */
struct clock_rate {
	guint64 origin, origin_ns;
	double ns_per_cycle, uncertainty; /* uncertainty: a share; 0: measured */
};

/** What a task of a guest ran, as it sees it, and as it was. */
struct believed {
	int tid;
	char comm[TRACE_COMM];
	guint64 believed, real;
};

struct joined {
	char *domain, *file;
	guint64 events, inside; /* in the host's window; in guest mode of the vCPU */
	gint64 least, most;	/* ns: by how much all times could be shifted, so that each event stays there */
	struct clock_rate rate;
	struct timeline *timeline; /* of the guest's tasks, in the host's time; its CPUs are vCPUs */
	GPtrArray *tasks; /* of struct believed, the largest loss first */
};

/** What is asked for: "DOMAIN=FILE" or "DOMAIN=FILE,tsc-offset=N". */
struct join_request {
	char *domain, *file;
	bool has_offset;
	gint64 offset;
};

/** join_parse - false with @error: it is not that */
bool join_parse(const char *text, struct join_request *ret, GError **error);
void join_request_clear(struct join_request *r);

/**
 * join_guest - reads the guest's trace, and looks whether it fits
 * @a: the host's, after analysis_end(), in nanoseconds made of cycles by @rate
 * Return: NULL with @error: no such domain, no offset, or a join that is against causality; then with the bounds
 */
struct joined *join_guest(const struct join_request *r, const struct analysis *a, const struct clock_rate *rate, GError **error);
void joined_free(struct joined *j);
/** joined_vcpu - of the guest's CPU @cpu; NULL: the host's trace has it not */
const struct vcpu *joined_vcpu(const struct analysis *a, const char *domain, int cpu);

/**
 * rate_new, rate_take, rate_end - finds out how fast a TSC counts: by a trace's notes, or where its clock is the
 * TSC and kvm_vcpu_wakeup says in ns how long a wait was. rate_take() is a trace_sink.
 */
struct rate_finder *rate_new(void);
void rate_take(void *finder, const struct trace_event *e);
/** Return: false: neither is there. Frees @finder. */
bool rate_end(struct rate_finder *finder, bool is_cycles, struct clock_rate *ret);

/** A sink before another one, which gets times in nanoseconds. */
struct warp {
	struct clock_rate rate;
	gint64 offset; /* to be taken off first */
	trace_sink *sink;
	void *data;
};
void warp_take(void *warp, const struct trace_event *e);

#endif
