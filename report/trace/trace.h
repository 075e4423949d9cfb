// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace - what was found in a kernel trace, for people and for programs
 *
 * Names in a trace are those of threads, which anybody can choose: all are escaped.
 */
#ifndef VMDOCTOR_REPORT_TRACE_H
#define VMDOCTOR_REPORT_TRACE_H

#include <glib.h>
#include <json-glib/json-glib.h>

struct analysis;
struct heat;
struct report;
struct style;
struct trace_info;
struct vcpu;

/* @r: what the rules say of it; JSON without them where it is NULL */
void trace_write_text(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out);
void trace_write_json(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out);
/** trace_write_html - one page: time lines, who took whose CPU, exits, heat maps; no script */
void trace_write_html(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out);
/* Gauges: of the window, not since the host started. */
void trace_write_prometheus(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out);
void trace_write_graphite(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out);
/** trace_heat - a heat map as SVG, one path per level; nothing where it is empty */
void trace_heat(const struct heat *h, const char *title, const char *about, GString *out);

/* The flow, and the guests that joined; nothing where there are none. */
void trace_flow_text(const struct analysis *a, GString *out);
void trace_flow_json(const struct analysis *a, JsonBuilder *b);
void trace_flow_html(const struct analysis *a, GString *out);

/** trace_time - "20 ms"; g_free() it */
char *trace_time(guint64 ns);
/** trace_owners - struct owner by time, largest first; borrowed elements; g_ptr_array_unref() it */
GPtrArray *trace_owners(const struct vcpu *v);
/** trace_exits - struct exit_stat by the time that they cost, then by name */
GPtrArray *trace_exits(const struct vcpu *v);
/** A page of a guest's code, and how often an interrupt found it there. */
struct trace_page {
	guint64 at;
	guint n;
};
/** trace_pages - struct trace_page, the most frequent first; g_array_unref() it */
GArray *trace_pages(const struct vcpu *v);
/** trace_places - struct place as trace_exits() */
GPtrArray *trace_places(const struct vcpu *v);
/** trace_disks - struct disk by device; trace_lines: struct source_line by name */
GPtrArray *trace_disks(const struct analysis *a);
GPtrArray *trace_lines(const struct analysis *a);
/** trace_doubts - what limits what can be said, as sentences; g_ptr_array_unref() it */
GPtrArray *trace_doubts(const struct analysis *a, const struct trace_info *info);

#endif
