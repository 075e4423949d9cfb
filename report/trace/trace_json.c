// SPDX-License-Identifier: GPL-2.0-or-later
/* trace_json - all figures of a trace; times are nanoseconds */
#include <inttypes.h>
#include <string.h>

#include "base/json_make.h"
#include "base/json_read.h"
#include "report/json_out.h"
#include "report/trace/trace.h"
#include "report/writer.h"
#include "trace/reader.h"
#include "trace/vcpu.h"

enum { PAGES_MOST = 64 };

static void write_states(JsonBuilder *b, const struct vcpu *v)
{
	json_make_open_object(b, "states-ns");
	for (int s = 0; s < VCPU_STATE_MAX_; s++)
		json_make_u64(b, vcpu_state_names[s], v->ns[s]);
	json_builder_end_object(b);
}

static void write_owner(JsonBuilder *b, const void *data)
{
	const struct owner *o = data;

	json_builder_begin_object(b);
	json_make_text(b, "name", o->name);
	json_make_bool(b, "vcpu", o->is_vcpu);
	json_make_u64(b, "ns", o->ns);
	json_make_u64(b, "longest-ns", o->longest_ns);
	json_make_u64(b, "longest-at-ns", o->longest_at);
	json_builder_end_object(b);
}

static void write_exit(JsonBuilder *b, const void *data)
{
	const struct exit_stat *s = data;

	json_builder_begin_object(b);
	json_make_text(b, "reason", s->reason);
	json_make_u64(b, "count", s->n);
	json_make_u64(b, "on-cpu-ns", s->handled_ns);
	json_builder_end_object(b);
}

static void write_samples(JsonBuilder *b, const struct vcpu *v)
{
	g_autoptr(GArray) pages = trace_pages(v);

	json_make_open_object(b, "samples");
	json_make_u64(b, "kernel", v->in_kernel);
	json_make_u64(b, "user", v->in_user);
	json_make_open_array(b, "pages");
	for (guint i = 0; i < MIN(pages->len, PAGES_MOST); i++) {
		const struct trace_page *p = &g_array_index(pages, struct trace_page, i);
		g_autofree char *at = g_strdup_printf("0x%" PRIx64, p->at);

		json_builder_begin_object(b);
		json_make_text(b, "at", at);
		json_make_int(b, "count", p->n);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void write_place(JsonBuilder *b, const struct analysis *a, const struct vcpu *v, const struct place *p)
{
	g_autofree char *at = g_strdup_printf("0x%" PRIx64, p->at);

	json_builder_begin_object(b);
	json_make_text(b, "kind", p->is_port ? "port" : "memory");
	json_make_text(b, "at", at);
	json_make_text(b, "device", place_name(p));
	json_make_text(b, "xml", place_xml(a, v, p));
	json_make_u64(b, "count", p->n);
	json_make_u64(b, "on-cpu-ns", p->handled_ns);
	json_builder_end_object(b);
}

static void write_places(JsonBuilder *b, const struct analysis *a, const struct vcpu *v)
{
	g_autoptr(GPtrArray) places = trace_places(v);

	json_make_open_array(b, "places");
	for (guint i = 0; i < places->len; i++)
		write_place(b, a, v, places->pdata[i]);
	json_builder_end_array(b);
}

static void write_latency(JsonBuilder *b, const char *name, const struct latency *l)
{
	json_make_open_object(b, name);
	json_make_u64(b, "count", l->n);
	json_make_u64(b, "sum-ns", l->sum);
	json_make_u64(b, "longest-ns", l->most);
	json_make_open_array(b, "log2-ns");
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		json_builder_add_int_value(b, (gint64)l->buckets[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void write_injected(JsonBuilder *b, const struct vcpu *v)
{
	json_make_open_object(b, "injected");
	for (int i = 0; i < VECTORS; i++) {
		g_autofree char *name = g_strdup_printf("0x%02x", (guint)i);

		if (v->injected[i] > 0)
			json_make_u64(b, name, v->injected[i]);
	}
	json_builder_end_object(b);
}

/* Both reads of a live trace; null where there is none. */
static void write_check(JsonBuilder *b, const struct vcpu *v)
{
	if (!v->before.at || !v->after.at) {
		json_make_text(b, "schedstat", NULL);
		return;
	}
	json_make_open_object(b, "schedstat");
	json_make_u64(b, "window-ns", v->after.at - v->before.at);
	json_make_u64(b, "run-ns", v->after.run - v->before.run);
	json_make_u64(b, "delay-ns", v->after.delay - v->before.delay);
	json_builder_end_object(b);
}

static void write_vcpu(JsonBuilder *b, const struct analysis *a, const struct vcpu *v)
{
	g_autoptr(GPtrArray) owners = trace_owners(v), exits = trace_exits(v);

	json_builder_begin_object(b);
	json_make_text(b, "domain", v->domain);
	json_make_int(b, "vcpu", v->id);
	json_make_int(b, "tid", v->tid);
	write_states(b, v);
	write_check(b, v);
	json_make_u64(b, "preemptions", v->preemptions);
	json_make_u64(b, "migrations", v->migrations);
	json_make_u64(b, "user-exits", v->user_exits);
	json_make_u64(b, "cr0-writes", v->cr0_writes);
	json_make_u64(b, "halt-poll-hits", v->poll_hits);
	json_make_u64(b, "halt-poll-ns", v->poll_ns);
	json_make_array(b, "waited-for", owners, write_owner);
	json_make_array(b, "exits", exits, write_exit);
	write_places(b, a, v);
	write_samples(b, v);
	write_latency(b, "wake-up", &v->wake);
	write_latency(b, "preempted", &v->preempted);
	write_injected(b, v);
	json_builder_end_object(b);
}

static void write_disk(JsonBuilder *b, const void *data)
{
	const struct disk *d = data;

	json_builder_begin_object(b);
	json_make_int(b, "major", (int64_t)(d->device >> 20));
	json_make_int(b, "minor", (int64_t)(d->device & 0xfffff));
	json_make_u64(b, "least-ns", numbers_quantile(d->times, 0));
	json_make_u64(b, "p50-ns", numbers_quantile(d->times, 0.5));
	json_make_u64(b, "p90-ns", numbers_quantile(d->times, 0.9));
	json_make_u64(b, "sectors", d->sectors);
	json_make_u64(b, "unmatched", d->unmatched);
	write_latency(b, "latency", &d->latency);
	write_latency(b, "queued", &d->queued);
	json_builder_end_object(b);
}

static void write_line(JsonBuilder *b, const void *data)
{
	const struct source_line *l = data;

	json_builder_begin_object(b);
	json_make_text(b, "name", l->name);
	json_make_u64(b, "count", l->n);
	json_make_u64(b, "period-ns", source_line_period(l));
	json_builder_end_object(b);
}

static void write_doubt(JsonBuilder *b, const void *data)
{
	json_builder_add_string_value(b, data);
}

/* As vmdoctor check has it. */
static void write_report(JsonBuilder *b, const struct report *r, const struct style *style)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(JsonParser) parser = json_parser_new();

	if (!r)
		return;
	writer_json.write(r, style, text);
	if (!json_read_load(parser, text->str, (gssize)text->len, NULL))
		return;
	json_builder_set_member_name(b, "report");
	json_builder_add_value(b, json_node_copy(json_parser_get_root(parser)));
}

static void write_all(JsonBuilder *b, const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style)
{
	g_autoptr(GPtrArray) disks = trace_disks(a), lines = trace_lines(a), doubts = trace_doubts(a, info);

	json_builder_begin_object(b);
	json_make_text(b, "schema", "vmdoctor.trace/1");
	json_make_text(b, "format", info->format);
	json_make_text(b, "clock", *info->clock ? info->clock : NULL);
	json_make_u64(b, "window-ns", a->last - a->first);
	json_make_u64(b, "events", info->events);
	json_make_u64(b, "lost", MAX(a->lost, info->kernel_lost));
	json_make_bool(b, "has-lost", a->has_lost || info->kernel_lost > 0);
	json_make_bool(b, "details-left-out", info->is_shed);
	json_make_array(b, "doubts", doubts, write_doubt);
	json_make_open_array(b, "vcpus");
	for (guint i = 0; i < a->vcpus->len; i++)
		write_vcpu(b, a, a->vcpus->pdata[i]);
	json_builder_end_array(b);
	trace_flow_json(a, b);
	json_make_array(b, "disks", disks, write_disk);
	json_make_array(b, "interrupts", lines, write_line);
	write_report(b, r, style);
	json_builder_end_object(b);
}

void trace_write_json(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	JsonNode *root;

	write_all(b, a, info, r, style);
	root = json_builder_get_root(b);
	json_out(root, out);
	json_node_unref(root);
}
