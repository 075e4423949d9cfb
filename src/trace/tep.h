// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tep - binary events of the kernel, by libtraceevent
 */
#ifndef VMDOCTOR_TRACE_TEP_H
#define VMDOCTOR_TRACE_TEP_H

#include "trace/event.h"

struct tep_handle;
struct tep_record;
struct trace_tep;

/** trace_tep_new - decoders for the formats that @tep knows; @tep is borrowed */
struct trace_tep *trace_tep_new(struct tep_handle *tep);
void trace_tep_free(struct trace_tep *t);
/** trace_tep_decode - false: an event of no use here */
bool trace_tep_decode(struct trace_tep *t, struct tep_record *record, int cpu, struct trace_event *e);

#endif
