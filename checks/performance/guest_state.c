// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_state - how the guest is, by its agent: clock, file systems, swap, what its CPUs wait for
 *
 * Writes, below /facts/vm, where the agent answered before (element guest, checks/guest_os.c):
 *   guest-time @offset-ms (the guest's clock less the host's) @round-trip-ms (so exact is it at best)
 *   guest-fs @mountpoint @type @total-bytes @used-bytes @used-percent
 *   guest-system @clocksource @memory-total-kib @memory-available-kib @swap-total-kib @swap-free-kib
 *                @virtio (drivers that are modules, not those built in) @error (EPERM: not allowed)
 *   and in a sample, sample/guest @iowait-percent @steal-percent @busy-percent @swap-in-pages-per-s
 *   @swap-out-pages-per-s @io-full-percent @memory-full-percent
 * The last two only with --guest-files.
 * Source: virDomainGetTime(), virDomainGetGuestInfo(); proc(5); Linux Documentation/accounting/psi.rst
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/performance/reading.h"

static const char *const reads[] = { "/vmdoctor/libvirt/guest/*", "/vmdoctor/monotonic", NULL };

#define FS_MAX 256
#define MODULES_MAX 64
#define IOWAIT 4 /* of the ten numbers in /proc/stat's first line; idle is 3, steal 7 */

static char *guest_path(const xmlNode *vm, const char *what)
{
	g_autofree char *name = source_path_escape(facts_get(vm, "name"));

	return g_strdup_printf("/vmdoctor/libvirt/guest/%s/%s", name, what);
}

static bool has_answered(const xmlNode *vm)
{
	const xmlNode *guest = xml_child(vm, "guest");

	return guest && !facts_get(guest, "error");
}

static void add_time(struct source *src, xmlNode *vm)
{
	g_autofree char *path = guest_path(vm, "time.json");
	xmlNode *said = facts_json(vm, "guest-time", src, path);
	const char *s = facts_get(said, "guest-s"), *ns = facts_get(said, "guest-ns");
	const char *before = facts_get(said, "host-before-us"), *after = facts_get(said, "host-after-us");
	xmlNode *time;

	if (g_strcmp0(facts_get(said, "error"), "ENODATA") != 0 && s && ns && before && after) {
		double host_ms = (g_ascii_strtod(before, NULL) + g_ascii_strtod(after, NULL)) / 2000;

		time = facts_add(vm, "guest-time");
		facts_from(time, path, 0);
		facts_setf(time, "offset-ms", "%.0f",
			   g_ascii_strtod(s, NULL) * 1000 + g_ascii_strtod(ns, NULL) / 1e6 - host_ms);
		facts_setf(time, "round-trip-ms", "%.0f",
			   (g_ascii_strtod(after, NULL) - g_ascii_strtod(before, NULL)) / 1000);
	}
	xmlUnlinkNode(said);
	xmlFreeNode(said);
}

static const char *fs_get(const xmlNode *guest, unsigned int i, const char *what)
{
	char name[64];

	g_snprintf(name, sizeof(name), "fs-%u-%s", i, what);
	return facts_get(guest, name);
}

static void add_fs(xmlNode *vm, const xmlNode *guest, unsigned int i)
{
	const char *total = fs_get(guest, i, "total-bytes"), *used = fs_get(guest, i, "used-bytes");
	xmlNode *fs = facts_add(vm, "guest-fs");
	uint64_t t, u;

	facts_from(fs, facts_get(guest, "from"), 0);
	facts_set(fs, "mountpoint", fs_get(guest, i, "mountpoint"));
	facts_set(fs, "type", fs_get(guest, i, "fstype"));
	facts_set(fs, "total-bytes", total);
	facts_set(fs, "used-bytes", used);
	if (total && used && parse_u64(total, &t) && parse_u64(used, &u) && t > 0)
		reading_set(fs, "used-percent", (double)u * 100 / (double)t);
}

/* By --guest-files */

static int read_guest(struct source *src, const xmlNode *vm, const char *file, char **ret_text)
{
	g_autofree char *what = g_strconcat("files", file, NULL);
	g_autofree char *path = guest_path(vm, what);

	return source_read(src, path, ret_text, NULL);
}

static void set_kib(xmlNode *system, const char *attr, const char *meminfo, const char *key)
{
	g_autofree char *value = reading_line(meminfo, key);
	uint64_t kib;

	if (value && parse_u64(value, &kib))
		facts_set(system, attr, value);
}

/* "virtio_blk 20480 2 - Live 0x…" */
static void set_modules(xmlNode *system, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
	g_autoptr(GString) names = g_string_new(NULL);
	unsigned int n = 0;

	for (size_t i = 0; lines[i] && n < MODULES_MAX; i++)
		if (g_str_has_prefix(lines[i], "virtio")) {
			g_string_append_printf(names, "%s%.*s", n++ ? " " : "",
					       (int)strcspn(lines[i], " "), lines[i]);
		}
	facts_set(system, "virtio", names->str);
}

static void add_system(struct source *src, xmlNode *vm)
{
	g_autofree char *meminfo = NULL, *modules = NULL, *clocksource = NULL;
	int r = read_guest(src, vm, "/proc/meminfo", &meminfo);
	xmlNode *system;

	if (r == -ENODATA)
		return;
	system = facts_add(vm, "guest-system");
	if (facts_error(system, r))
		return;
	set_kib(system, "memory-total-kib", meminfo, "MemTotal");
	set_kib(system, "memory-available-kib", meminfo, "MemAvailable");
	set_kib(system, "swap-total-kib", meminfo, "SwapTotal");
	set_kib(system, "swap-free-kib", meminfo, "SwapFree");
	if (read_guest(src, vm, "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		       &clocksource) >= 0)
		facts_set(system, "clocksource", g_strstrip(clocksource));
	if (read_guest(src, vm, "/proc/modules", &modules) >= 0)
		set_modules(system, modules);
}

static void gather_state(struct source *src, xmlNode *vm)
{
	const xmlNode *guest = xml_child(vm, "guest");

	if (!has_answered(vm))
		return;
	for (unsigned int i = 0; i < FS_MAX && fs_get(guest, i, "mountpoint"); i++)
		add_fs(vm, guest, i);
	add_time(src, vm);
	add_system(src, vm);
}

static const char *const sampled[] = { "files/proc/stat", "files/proc/vmstat", "files/proc/pressure/io",
				       "files/proc/pressure/memory" };

static void plan(struct source *src G_GNUC_UNUSED, xmlNode *vm, GPtrArray *paths)
{
	const xmlNode *system = xml_child(vm, "guest-system");

	for (size_t i = 0; system && !facts_get(system, "error") && i < G_N_ELEMENTS(sampled); i++)
		g_ptr_array_add(paths, guest_path(vm, sampled[i]));
}

/* Percent of all CPUs' time of field @n in the first line of /proc/stat. */
static void set_cpu(xmlNode *node, const struct reading *r)
{
	double rise[8] = { 0 }, total = 0;
	const char *a = r->first, *b = r->last;

	if (!g_str_has_prefix(a, "cpu ") || !g_str_has_prefix(b, "cpu "))
		return;
	a += strlen("cpu ");
	b += strlen("cpu ");
	for (size_t i = 0; i < G_N_ELEMENTS(rise); i++) {
		double before = (double)g_ascii_strtoull(a, (char **)&a, 10);
		double after = (double)g_ascii_strtoull(b, (char **)&b, 10);

		rise[i] = MAX(after - before, 0);
		total += rise[i];
	}
	if (total <= 0)
		return;
	reading_set(node, "iowait-percent", rise[IOWAIT] * 100 / total);
	reading_set(node, "steal-percent", rise[7] * 100 / total);
	reading_set(node, "busy-percent", (total - rise[3] - rise[IOWAIT] - rise[7]) * 100 / total);
}

static void set_full(xmlNode *node, const char *attr, const struct reading *r, int64_t window_ns)
{
	const char *a = strstr(r->first, "full "), *b = strstr(r->last, "full ");
	uint64_t us;

	a = a ? strstr(a, "total=") : NULL;
	b = b ? strstr(b, "total=") : NULL;
	if (!a || !b)
		return;
	g_autofree char *before = g_strndup(a + 6, strspn(a + 6, "0123456789"));
	g_autofree char *after = g_strndup(b + 6, strspn(b + 6, "0123456789"));

	if (reading_rise(before, after, &us))
		reading_set(node, attr, (double)us * 1e5 / (double)window_ns);
}

static void measure_one(xmlNode *node, const char *file, const struct reading *r, int64_t window_ns)
{
	uint64_t n;

	if (g_str_has_suffix(file, "/proc/stat")) {
		set_cpu(node, r);
	} else if (g_str_has_suffix(file, "/vmstat")) {
		if (reading_line_rise(r, "pswpin", &n))
			reading_set_rate(node, "swap-in-pages-per-s", (double)n, window_ns);
		if (reading_line_rise(r, "pswpout", &n))
			reading_set_rate(node, "swap-out-pages-per-s", (double)n, window_ns);
	} else {
		set_full(node, g_str_has_suffix(file, "/io") ? "io-full-percent" : "memory-full-percent", r,
			 window_ns);
	}
}

static void measure(struct source *src, xmlNode *vm)
{
	xmlNode *sample = xml_child(vm, "sample"), *node = NULL;
	int64_t window_ns = sample ? reading_window(src) : 0;

	for (size_t i = 0; window_ns > 0 && xml_child(vm, "guest-system") && i < G_N_ELEMENTS(sampled); i++) {
		g_autofree char *path = guest_path(vm, sampled[i]);
		struct reading r;

		if (reading_get(src, path, &r)) {
			if (!node) {
				node = facts_add(sample, "guest");
				facts_from(node, path, 0);
			}
			measure_one(node, sampled[i], &r, window_ns);
		}
		reading_done(&r);
	}
}

const struct check check_guest_state = {
	.name = "guest_state",
	.summary = "the guest's clock, file systems, memory and waits, by its agent",
	.reads = reads,
	.vm = gather_state,
	.vm_sample = { plan, measure },
};
