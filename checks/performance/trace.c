// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace - what a kernel trace says of a domain's vCPUs, where one was taken (vmdoctor trace -F json)
 *
 * Writes, below /facts/vm, only where there is one that shows the domain:
 *   trace @window-ms @lost (events), and below it
 *     vcpu @id @tid @run-percent @guest-percent @qemu-percent @unknown-percent @wait-ms-per-s (ready, without a CPU)
 *          @idle-wait-percent (of that, while its CPU was idle) @wakeups @wake-p99-us (at most) @wake-longest-us
 *          and where the trace has exits @exits-per-s @user-exits-per-s @interrupt-exits-per-s @pause-exits-per-s
 *          @timer-exits-per-s (that of preemption, writes of MSRs, halts) @memory-exits-per-s @cr-exits-per-s
 *          @cr0-per-s, and below it the largest of
 *       owner @name @ms-per-s @percent (of the waiting) @longest-ms: who had the CPU
 *       exit @reason @per-s @percent (of the time): CPU time that it costs
 *       place @kind (port, memory) @at @device @xml (where in the XML that is) @per-s @percent
 * Source: the names of exit reasons: Linux arch/x86/include/uapi/asm/{vmx,svm}.h
 */
#include "checks/check.h"

#include "base/json_read.h"

#define TRACE "/vmdoctor/trace.json"

enum { SHOWN_MAX = 5, BUCKETS = 64 };

static const char *const reads[] = { TRACE, NULL };

static void free_parser(gpointer parser)
{
	g_object_unref(parser);
}

/* Parsed once for all domains; without a root where there is none. */
static JsonParser *parse(struct source *src, xmlDoc *facts)
{
	JsonParser *parser = facts_kept(facts, "trace");
	g_autofree char *text = NULL;

	if (parser)
		return parser;
	parser = json_parser_new();
	if (source_read(src, TRACE, &text, NULL) == 0)
		(void)json_read_load(parser, text, -1, NULL);
	facts_keep(facts, "trace", parser, free_parser);
	return parser;
}

static double number(JsonObject *o, const char *name)
{
	return (double)MAX(json_read_int(o, name, 0), 0);
}

static void set_share(xmlNode *node, const char *name, double part, double whole)
{
	facts_setf(node, name, "%.1f", whole > 0 ? MIN(part * 100 / whole, 100) : 0);
}

static void set_rate(xmlNode *node, const char *name, double count, double window_ns)
{
	facts_setf(node, name, "%.1f", count * 1e9 / window_ns);
}

static void add_owners(xmlNode *vcpu, JsonArray *owners, double waited, double window_ns)
{
	double idle = 0;

	for (guint i = 0; i < json_read_length(owners); i++) {
		JsonObject *o = json_read_item(owners, i);
		const char *name = json_read_text(o, "name");
		xmlNode *node;

		if (g_strcmp0(name, "idle") == 0)
			idle += number(o, "ns");
		if (i >= SHOWN_MAX)
			continue;
		node = facts_add(vcpu, "owner");
		facts_set(node, "name", name);
		facts_setf(node, "ms-per-s", "%.1f", number(o, "ns") * 1e3 / window_ns);
		set_share(node, "percent", number(o, "ns"), waited);
		facts_setf(node, "longest-ms", "%.1f", number(o, "longest-ns") / 1e6);
	}
	set_share(vcpu, "idle-wait-percent", idle, waited);
}

/* The end of the bucket that holds the 99th of 100, at most the longest. */
static double p99(JsonObject *latency)
{
	JsonArray *buckets = json_read_array(latency, "log2-ns");
	double seen = 0, count = number(latency, "count"), longest = number(latency, "longest-ns");

	for (guint i = 0; i < MIN(json_read_length(buckets), BUCKETS - 2); i++) {
		seen += (double)json_array_get_int_element(buckets, i);
		if (count > 0 && seen >= count * 0.99)
			return MIN((double)(G_GUINT64_CONSTANT(2) << i), longest);
	}
	return longest;
}

/* Both makers' names of what a rule asks for. */
static const struct {
	const char *attribute;
	const char *reasons[6];
} classes[] = {
	{ "interrupt-exits-per-s", { "EXTERNAL_INTERRUPT", "interrupt" } },
	{ "pause-exits-per-s", { "PAUSE_INSTRUCTION", "pause" } },
	{ "timer-exits-per-s", { "PREEMPTION_TIMER", "MSR_WRITE", "msr", "HLT", "hlt" } },
	{ "memory-exits-per-s", { "EPT_VIOLATION", "npf" } },
	{ "cr-exits-per-s", { "CR_ACCESS", "write_cr0", "read_cr0", "write_cr4", "cr0_sel_write" } },
};

static bool is_of(size_t class, const char *reason)
{
	for (size_t i = 0; i < G_N_ELEMENTS(classes[class].reasons) && classes[class].reasons[i]; i++)
		if (g_strcmp0(classes[class].reasons[i], reason) == 0)
			return true;
	return false;
}

static void add_exits(xmlNode *vcpu, JsonArray *exits, double window_ns)
{
	double all = 0, of[G_N_ELEMENTS(classes)] = { 0 };

	for (guint i = 0; i < json_read_length(exits); i++) {
		JsonObject *o = json_read_item(exits, i);
		xmlNode *node = i < SHOWN_MAX ? facts_add(vcpu, "exit") : NULL;

		all += number(o, "count");
		for (size_t c = 0; c < G_N_ELEMENTS(classes); c++)
			of[c] += is_of(c, json_read_text(o, "reason")) ? number(o, "count") : 0;
		if (!node)
			continue;
		facts_set(node, "reason", json_read_text(o, "reason"));
		set_rate(node, "per-s", number(o, "count"), window_ns);
		set_share(node, "percent", number(o, "on-cpu-ns"), window_ns);
	}
	if (all <= 0)
		return;
	set_rate(vcpu, "exits-per-s", all, window_ns);
	for (size_t c = 0; c < G_N_ELEMENTS(classes); c++)
		set_rate(vcpu, classes[c].attribute, of[c], window_ns);
}

static void add_places(xmlNode *vcpu, JsonArray *places, double window_ns)
{
	for (guint i = 0; i < MIN(json_read_length(places), SHOWN_MAX); i++) {
		JsonObject *o = json_read_item(places, i);
		xmlNode *node = facts_add(vcpu, "place");

		facts_set(node, "kind", json_read_text(o, "kind"));
		facts_set(node, "at", json_read_text(o, "at"));
		facts_set(node, "device", json_read_text(o, "device"));
		facts_set(node, "xml", json_read_text(o, "xml"));
		set_rate(node, "per-s", number(o, "count"), window_ns);
		set_share(node, "percent", number(o, "on-cpu-ns"), window_ns);
	}
}

static void add_times(xmlNode *vcpu, JsonObject *o, double window_ns)
{
	JsonObject *states = json_read_object(o, "states-ns"), *wake = json_read_object(o, "wake-up");
	double ran = number(states, "guest") + number(states, "hypervisor") + number(states, "qemu") + number(states, "running"),
	       waited = number(states, "preempted") + number(states, "waking");

	set_share(vcpu, "run-percent", ran, window_ns);
	set_share(vcpu, "guest-percent", number(states, "guest"), window_ns);
	set_share(vcpu, "qemu-percent", number(states, "qemu"), window_ns);
	set_share(vcpu, "unknown-percent", number(states, "unknown"), window_ns);
	facts_setf(vcpu, "wait-ms-per-s", "%.1f", waited * 1e3 / window_ns);
	facts_setf(vcpu, "wakeups", "%.0f", number(wake, "count"));
	facts_setf(vcpu, "wake-p99-us", "%.0f", p99(wake) / 1e3);
	facts_setf(vcpu, "wake-longest-us", "%.0f", number(wake, "longest-ns") / 1e3);
	set_rate(vcpu, "user-exits-per-s", number(o, "user-exits"), window_ns);
	set_rate(vcpu, "cr0-per-s", number(o, "cr0-writes"), window_ns);
	add_owners(vcpu, json_read_array(o, "waited-for"), waited, window_ns);
}

static void add_vcpu(xmlNode *trace, JsonObject *o, double window_ns)
{
	xmlNode *vcpu = facts_add(trace, "vcpu");

	facts_setf(vcpu, "id", "%" G_GINT64_FORMAT, json_read_int(o, "vcpu", -1));
	facts_setf(vcpu, "tid", "%" G_GINT64_FORMAT, json_read_int(o, "tid", 0));
	add_times(vcpu, o, window_ns);
	add_exits(vcpu, json_read_array(o, "exits"), window_ns);
	add_places(vcpu, json_read_array(o, "places"), window_ns);
}

static void vm(struct source *src, xmlNode *vm)
{
	JsonObject *root = json_read_root(parse(src, vm->doc));
	JsonArray *vcpus = json_read_array(root, "vcpus");
	double window_ns = number(root, "window-ns");
	xmlNode *trace = NULL;

	for (guint i = 0; window_ns > 0 && i < json_read_length(vcpus); i++) {
		JsonObject *o = json_read_item(vcpus, i);

		if (g_strcmp0(json_read_text(o, "domain"), facts_get(vm, "name")) != 0)
			continue;
		if (!trace) {
			trace = facts_add(vm, "trace");
			facts_from(trace, TRACE, 0);
			facts_setf(trace, "window-ms", "%.0f", window_ns / 1e6);
			facts_setf(trace, "lost", "%.0f", number(root, "lost"));
		}
		add_vcpu(trace, o, window_ns);
	}
}

const struct check check_trace = {
	.name = "trace",
	.summary = "what a kernel trace says of a domain's vCPUs",
	.reads = reads,
	.vm = vm,
};
