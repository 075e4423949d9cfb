// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live - a trace of the running kernel, in an instance of its own that does not outlive it
 */
#ifndef VMDOCTOR_TRACE_LIVE_H
#define VMDOCTOR_TRACE_LIVE_H

#include <glib.h>
#include <stdbool.h>

#include "trace/notes.h"
#include "trace/reader.h"

struct analysis;

struct live_request {
	unsigned int seconds;
	bool only_scheduler; /* who had a CPU, nothing of KVM */
	bool disk; /* requests of block devices, too */
	trace_sink *also; /* gets all events, too, and those that a flow needs; NULL: nobody */
	void *also_data;
	const char *save; /* a trace.dat to be, whose analysis this is then; NULL: none is kept */
	unsigned int buffer_kib, poll_ms; /* 0: the usual */
	guint64 events_most; /* a second; beyond, details are left out. 0: the usual */
	GStrv domains; /* of other domains than these, what the scheduler says is enough; NULL: all */
};

/**
 * trace_live - traces, and hands every event to @a
 * SIGINT, SIGTERM and SIGHUP end it early; what there is until then counts. Instances of vmdoctors that were
 * killed are removed first. The top buffer, other instances and tracing_on are not touched.
 * Return: the signal that ended it, 0, or -1 with @error: no tracefs, not allowed, built without libtracefs
 */
int trace_live(const struct live_request *request, struct analysis *a, struct trace_info *info, GError **error);

/** live_names - notes of QEMU's threads, their schedstat now, the TSC offset of vCPUs; at the beginning of domains and devices, too */
void live_names(note_sink *sink, void *data, bool is_end);

#endif
