// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notes - what the events of a trace cannot say, written into it as lines of text
 *
 *     vmdoctor/1 thread TID PID begin|end RUN DELAY AT     schedstat of a thread; ns
 *     vmdoctor/1 domain PID NAME                           NAME as in a URI
 *     vmdoctor/1 device PID COM1 TEXT                      which line of its XML that is; as in a URI
 *     vmdoctor/1 offset TID OFFSET                         guest's TSC less the host's
 *     vmdoctor/1 tsc TSC NS                                the host's, at that time of CLOCK_MONOTONIC
 *
 * A text may be cut. So a trace says by itself which domain a thread belonged to, whatever reads it.
 */
#ifndef VMDOCTOR_TRACE_NOTES_H
#define VMDOCTOR_TRACE_NOTES_H

#include <glib.h>
#include <stdbool.h>

struct analysis;
struct schedstat;

/* g_free() what they return. */
char *note_thread(int tid, int pid, const struct schedstat *s, int is_end);
char *note_domain(int pid, const char *domain);
char *note_device(int pid, const char *device, const char *text);
char *note_offset(int tid, long long offset);
char *note_tsc(unsigned long long tsc, unsigned long long ns);
/** note_tsc_read - false: it is another note, or none */
bool note_tsc_read(const char *text, guint64 *ret_tsc, guint64 *ret_ns);
/** note_sink - takes a note that is not its own */
typedef void note_sink(void *data, const char *note);
/** note_take - any text that a program wrote into a trace; what is no note of ours is left alone */
void note_take(struct analysis *a, const char *text);

#endif
