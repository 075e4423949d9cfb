// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample_stats - rates out of libvirt's counters of one domain
 *
 * Writes, below /facts/vm/sample, for each disk and interface of the counters (units in the names):
 *   disk @target @path @bus @cache @requests (in the window) @reads-per-s @writes-per-s @flushes-per-s
 *        @read-kib-per-s @write-kib-per-s @read-latency-ms @write-latency-ms @latency-ms (of both)
 *        @flush-latency-ms @queue-depth (mean): the time that requests took, divided by how many they
 *        were, or by the window
 *   nic @target @mac @rx-kib-per-s @tx-kib-per-s @rx-packets-per-s @tx-packets-per-s @rx-drops
 *       @tx-drops @rx-drop-percent @tx-drop-percent @rx-errors @tx-errors: as the host's device sees it
 *   memory @rss-kib @swap-kib @swap-in-kib (VmSwap that came back) @swap-out-kib (that went) @locked-kib
 *          @hugetlb-kib: of QEMU; @qemu-major-faults-per-s
 *          @balloon-kib @unused-kib @usable-kib @available-kib @stats-age-s
 *          @guest-swap-in-kib-per-s @guest-swap-out-kib-per-s @guest-major-faults-per-s: only where the guest
 *          renewed its statistics in the window; over the time between its own two reports
 *   on sample itself @running, and where threads are not known @window-ms
 * Source: libvirt virConnectGetAllDomainStats(): block times in ns, balloon in KiB, last-update in s
 */
#include "checks/performance/sample_stats.h"

#include <errno.h>
#include <math.h>

#include "checks/check.h"
#include "base/json_read.h"
#include "checks/performance/reading.h"

#define DEVICES_MAX 1024
#define STATE_RUNNING 1 /* VIR_DOMAIN_RUNNING */

/** One counter of a numbered group: "block.0.rd.reqs". */
struct group {
	const struct reading_json *r;
	const char *name;
	unsigned int index;
	int64_t window_ns;
};

static bool rise(const struct group *g, const char *counter, double *ret)
{
	g_autofree char *name = g_strdup_printf("%s.%u.%s", g->name, g->index, counter);
	uint64_t n;

	if (!reading_json_rise(g->r, name, &n))
		return false;
	*ret = (double)n;
	return true;
}

static void set_rate(xmlNode *node, const char *attr, const struct group *g, const char *counter,
		     double unit)
{
	double n;

	if (rise(g, counter, &n))
		reading_set_rate(node, attr, n / unit, g->window_ns);
}

static const char *text_of(const struct group *g, const char *member)
{
	g_autofree char *name = g_strdup_printf("%s.%u.%s", g->name, g->index, member);

	return json_read_text(g->r->after, name);
}

/* The device of the domain's XML with that target, as an index may mean another after a hotplug. */
static const xmlNode *device_of(const xmlNode *vm, const char *element, const char *target)
{
	const xmlNode *devices = facts_find(vm, "domain/devices");

	for (const xmlNode *n = xml_child(devices, element); n; n = xml_next(n, element))
		if (g_strcmp0(facts_get(xml_child(n, "target"), "dev"), target) == 0)
			return n;
	return NULL;
}

static bool is_same_at_both(const struct group *g)
{
	g_autofree char *name = g_strdup_printf("%s.%u.name", g->name, g->index);
	const char *before = json_object_get_string_member_with_default(g->r->before, name, NULL);

	return before && g_strcmp0(before, text_of(g, "name")) == 0;
}

static void set_latency(xmlNode *disk, const char *attr, double ns, double requests)
{
	if (requests > 0)
		reading_set_ms(disk, attr, ns / requests / 1e6);
}

static void set_times(xmlNode *disk, const struct group *g)
{
	double reads, writes, flushes, read_ns, write_ns, flush_ns = 0;

	if (!rise(g, "rd.reqs", &reads) || !rise(g, "wr.reqs", &writes))
		return;
	facts_setf(disk, "requests", "%.0f", reads + writes);
	if (rise(g, "fl.reqs", &flushes) && rise(g, "fl.times", &flush_ns))
		set_latency(disk, "flush-latency-ms", flush_ns, flushes);
	if (!rise(g, "rd.times", &read_ns) || !rise(g, "wr.times", &write_ns))
		return;
	set_latency(disk, "read-latency-ms", read_ns, reads);
	set_latency(disk, "write-latency-ms", write_ns, writes);
	set_latency(disk, "latency-ms", read_ns + write_ns, reads + writes);
	reading_set(disk, "queue-depth", (read_ns + write_ns + flush_ns) / (double)g->window_ns);
}

static void add_disk(const xmlNode *vm, xmlNode *sample, const struct group *g)
{
	xmlNode *disk = facts_add(sample, "disk");
	const xmlNode *device = device_of(vm, "disk", text_of(g, "name"));

	facts_set(disk, "target", text_of(g, "name"));
	facts_set(disk, "path", text_of(g, "path"));
	facts_set(disk, "bus", facts_get(xml_child(device, "target"), "bus"));
	facts_set(disk, "cache", facts_get(xml_child(device, "driver"), "cache"));
	set_rate(disk, "reads-per-s", g, "rd.reqs", 1);
	set_rate(disk, "writes-per-s", g, "wr.reqs", 1);
	set_rate(disk, "flushes-per-s", g, "fl.reqs", 1);
	set_rate(disk, "read-kib-per-s", g, "rd.bytes", 1024);
	set_rate(disk, "write-kib-per-s", g, "wr.bytes", 1024);
	set_times(disk, g);
	sample_latency(sample, text_of(g, "name"), g->r, g->index);
}

static void set_drops(xmlNode *nic, const struct group *g, const char *way)
{
	g_autofree char *drop = g_strconcat(way, ".drop", NULL), *pkts = g_strconcat(way, ".pkts", NULL);
	g_autofree char *errs = g_strconcat(way, ".errs", NULL);
	double dropped, packets, errors;
	char attr[32];

	if (rise(g, errs, &errors)) {
		g_snprintf(attr, sizeof(attr), "%s-errors", way);
		facts_setf(nic, attr, "%.0f", errors);
	}
	if (!rise(g, drop, &dropped) || !rise(g, pkts, &packets))
		return;
	g_snprintf(attr, sizeof(attr), "%s-drops", way);
	facts_setf(nic, attr, "%.0f", dropped);
	g_snprintf(attr, sizeof(attr), "%s-drop-percent", way);
	reading_set(nic, attr, dropped + packets > 0 ? dropped * 100 / (dropped + packets) : 0);
}

static void add_nic(const xmlNode *vm, xmlNode *sample, const struct group *g)
{
	xmlNode *nic = facts_add(sample, "nic");
	const xmlNode *device = device_of(vm, "interface", text_of(g, "name"));

	facts_set(nic, "target", text_of(g, "name"));
	facts_set(nic, "mac", facts_get(xml_child(device, "mac"), "address"));
	set_rate(nic, "rx-kib-per-s", g, "rx.bytes", 1024);
	set_rate(nic, "tx-kib-per-s", g, "tx.bytes", 1024);
	set_rate(nic, "rx-packets-per-s", g, "rx.pkts", 1);
	set_rate(nic, "tx-packets-per-s", g, "tx.pkts", 1);
	set_drops(nic, g, "rx");
	set_drops(nic, g, "tx");
}

static void add_devices(const xmlNode *vm, xmlNode *sample, const struct reading_json *r, int64_t window_ns)
{
	struct group g = { .r = r, .window_ns = window_ns };

	g.name = "block";
	for (g.index = 0; g.index < DEVICES_MAX && text_of(&g, "name"); g.index++)
		if (is_same_at_both(&g))
			add_disk(vm, sample, &g);
	g.name = "net";
	for (g.index = 0; g.index < DEVICES_MAX && text_of(&g, "name"); g.index++)
		if (is_same_at_both(&g))
			add_nic(vm, sample, &g);
}

/* Memory */

static xmlNode *memory_of(xmlNode *sample)
{
	xmlNode *memory = xml_child(sample, "memory");

	return memory ? memory : facts_add(sample, "memory");
}

static void set_status(xmlNode *memory, const char *attr, const char *text, const char *key)
{
	g_autofree char *value = reading_line(text, key);
	uint64_t kib;

	if (value && parse_u64(value, &kib))
		facts_set(memory, attr, value);
}

xmlNode *sample_memory(struct source *src, xmlNode *sample, const char *pid, int64_t window_ns)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/status", pid);
	xmlNode *memory = memory_of(sample);
	struct reading r;
	uint64_t kib;

	if (reading_get(src, path, &r)) {
		struct reading back = { .first = r.last, .last = r.first };

		set_status(memory, "rss-kib", r.last, "VmRSS");
		set_status(memory, "swap-kib", r.last, "VmSwap");
		set_status(memory, "locked-kib", r.last, "VmLck");
		set_status(memory, "hugetlb-kib", r.last, "HugetlbPages");
		if (reading_line_rise(&r, "VmSwap", &kib))
			reading_set_rate(memory, "swap-out-kib-per-s", (double)kib, window_ns);
		if (reading_line_rise(&back, "VmSwap", &kib))
			reading_set_rate(memory, "swap-in-kib-per-s", (double)kib, window_ns);
	}
	reading_done(&r);
	return memory;
}

static void set_balloon(xmlNode *memory, const char *attr, const struct reading_json *r, const char *name)
{
	uint64_t kib;

	if (reading_json_u64(r->after, name, &kib))
		facts_setf(memory, attr, "%" G_GUINT64_FORMAT, kib);
}

static void set_guest_rate(xmlNode *memory, const char *attr, const struct reading_json *r,
			   const char *name, uint64_t seconds)
{
	uint64_t n;

	if (reading_json_rise(r, name, &n))
		reading_set(memory, attr, (double)n / (double)seconds);
}

static void add_balloon(struct source *src, xmlNode *sample, const struct reading_json *r)
{
	g_autofree char *clock = NULL;
	uint64_t updated = 0, seconds = 0;
	xmlNode *memory;

	if (!json_object_has_member(r->after, "balloon.current") &&
	    !json_object_has_member(r->after, "balloon.last-update"))
		return;
	memory = memory_of(sample);

	set_balloon(memory, "balloon-kib", r, "balloon.current");
	set_balloon(memory, "unused-kib", r, "balloon.unused");
	set_balloon(memory, "usable-kib", r, "balloon.usable");
	set_balloon(memory, "available-kib", r, "balloon.available");
	if (!reading_json_u64(r->after, "balloon.last-update", &updated) || updated == 0)
		return;
	if (source_read(src, "/vmdoctor/clock", &clock, NULL) == 0)
		facts_setf(memory, "stats-age-s", "%" G_GINT64_FORMAT,
			   MAX(g_ascii_strtoll(clock, NULL, 10) - (int64_t)updated, 0));
	if (!reading_json_rise(r, "balloon.last-update", &seconds) || seconds == 0)
		return;
	set_guest_rate(memory, "guest-swap-in-kib-per-s", r, "balloon.swap_in", seconds);
	set_guest_rate(memory, "guest-swap-out-kib-per-s", r, "balloon.swap_out", seconds);
	set_guest_rate(memory, "guest-major-faults-per-s", r, "balloon.major_fault", seconds);
}

/* Pressure */

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234" */
static bool total_of(const char *text, const char *key, uint64_t *ret)
{
	const char *line = text ? strstr(text, key) : NULL;
	const char *total = line ? strstr(line, "total=") : NULL;

	if (!total || memchr(line, '\n', (size_t)(total - line)))
		return false;
	*ret = g_ascii_strtoull(total + strlen("total="), NULL, 10);
	return true;
}

void sample_pressure(struct source *src, xmlNode *parent, const char *path, const char *resource,
		     int64_t window_ns)
{
	static const char *const kinds[] = { "some", "full" };
	struct reading r;
	xmlNode *node;

	if (reading_get(src, path, &r)) {
		node = facts_add(parent, "pressure");
		facts_set(node, "resource", resource);
		facts_from(node, path, 0);
		for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
			g_autofree char *attr = g_strconcat(kinds[i], "-percent", NULL);
			uint64_t a, b;

			if (total_of(r.first, kinds[i], &a) && total_of(r.last, kinds[i], &b) && b >= a)
				reading_set(node, attr, (double)(b - a) * 1e5 / (double)window_ns);
		}
	}
	reading_done(&r);
}

/* All of it */

static char *stats_path(const xmlNode *vm)
{
	g_autofree char *file = source_path_escape(facts_get(vm, "name"));

	return g_strdup_printf("/vmdoctor/libvirt/sample/%s.json", file);
}

void sample_stats_plan(struct source *src, xmlNode *vm, GPtrArray *paths)
{
	g_ptr_array_add(paths, stats_path(vm));
	sample_kvm_plan(src, vm, paths);
}

static void set_running(xmlNode *sample, const struct reading_json *r)
{
	uint64_t before, after;

	if (reading_json_u64(r->before, "state.state", &before) &&
	    reading_json_u64(r->after, "state.state", &after))
		facts_set(sample, "running",
			  before == STATE_RUNNING && after == STATE_RUNNING ? "yes" : "no");
}

int sample_stats(struct source *src, const xmlNode *vm, xmlNode *sample)
{
	g_autofree char *path = stats_path(vm);
	struct reading_json r;
	uint64_t window_ns;
	int error;

	facts_from(sample, path, 0);
	if (reading_json_get(src, path, &r, &error)) {
		set_running(sample, &r);
		if (!reading_json_rise(&r, "taken-ns", &window_ns) || window_ns > INT64_MAX ||
		    (int64_t)window_ns < READING_WINDOW_MIN_NS) {
			error = -ERANGE;
		} else {
			if (!facts_get(sample, "window-ms"))
				facts_setf(sample, "window-ms", "%" G_GUINT64_FORMAT, window_ns / 1000000);
			add_devices(vm, sample, &r, (int64_t)window_ns);
			add_balloon(src, sample, &r);
			sample_kvm(src, vm, sample, &r, (int64_t)window_ns);
		}
	}
	reading_json_done(&r);
	return error;
}
