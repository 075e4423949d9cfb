// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reader - recorded traces of all formats as one stream of events
 */
#ifndef VMDOCTOR_TRACE_READER_H
#define VMDOCTOR_TRACE_READER_H

#include <glib.h>

#include "trace/event.h"

/** Takes one event, in the order of the trace. @e is the reader's. */
typedef void trace_sink(void *data, const struct trace_event *e);

/** What a reader knows of a trace as a whole. */
struct trace_info {
	const char *format; /* "trace.dat"; a literal */
	char clock[32];	    /* "mono"; empty: the trace does not say */
	bool is_cycles;	    /* its times are cycles of a CPU, not nanoseconds */
	bool is_full, is_shed; /* live: it ended early, the file is as large as it may be; details were too much */
	guint64 kernel_lost; /* live: what the kernel itself counts as lost */
	guint64 events, skipped; /* read; of kinds that nothing is concluded from, or unreadable */
};

/**
 * trace_read - the trace at @path, whatever it is
 * What it is: trace.dat (libtracecmd), a directory with CTF or an lttng-live URL (libbabeltrace2),
 * perf.data (the program perf), else text of ftrace, perf script or trace-cmd report. All are read by a child
 * without rights (apart.c); a URL is followed for @seconds, or until its session ends.
 * Return: false with @error: unreadable, of no known format, or of one that this build cannot read
 */
bool trace_read(const char *path, unsigned int seconds, struct trace_info *info, trace_sink *sink, void *data, GError **error);

/** trace_text_line - one line of text (without its end); false: no event. Lines are at most 4 KiB. */
bool trace_text_line(const char *line, struct trace_event *e);
/** trace_text_read - all lines of @text, @length bytes */
void trace_text_read(const char *text, size_t length, struct trace_info *info, trace_sink *sink, void *data);

/* One each format; as trace_read(). */
bool trace_read_dat(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error);
bool trace_read_ctf(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error);
bool trace_read_text_file(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error);
bool trace_read_perf(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error);


#endif
