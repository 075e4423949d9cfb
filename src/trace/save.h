// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * save - a live trace as a trace.dat of version 6, which trace-cmd and KernelShark read, too
 */
#ifndef VMDOCTOR_TRACE_SAVE_H
#define VMDOCTOR_TRACE_SAVE_H

#include <glib.h>
#include <stdbool.h>

struct saving;
struct tracefs_instance;

/** save_begin - what the buffers of @instance hold goes to unnamed files beside @path; NULL with @error */
struct saving *save_begin(struct tracefs_instance *instance, const char *path, GError **error);
/** save_format - keeps how an event looks; @system "ftrace": one of the tracer itself */
void save_format(struct saving *s, const char *system, const char *text, int size);
/** save_drain - takes what is in the buffers now; false: they are as large as they may be */
bool save_drain(struct saving *s);
/** save_bytes - of pages, until now */
guint64 save_bytes(const struct saving *s);
/** save_end - writes @path, whole or not at all */
bool save_end(struct saving *s, GError **error);
void save_free(struct saving *s);

#endif
