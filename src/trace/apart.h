// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apart - a trace is read by a child that may do nothing else; what it finds comes through a pipe
 */
#ifndef VMDOCTOR_TRACE_APART_H
#define VMDOCTOR_TRACE_APART_H

#include "trace/reader.h"

/** Reads a trace of one format. */
typedef bool trace_reader(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error);

/**
 * trace_apart - @read in a confined child; its events come to @sink here, one after the other
 * @follow_s: 0, or the seconds after which what there is until then is enough: then @path is no file
 * Return: as @read; false, too, when it takes too much time or memory
 */
bool trace_apart(trace_reader *read, const char *path, unsigned int follow_s, struct trace_info *info, trace_sink *sink, void *data,
		 GError **error);

#endif
