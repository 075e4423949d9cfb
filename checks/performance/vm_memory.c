// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_memory - where the memory of a running domain lies, and what its limit did to it
 *
 * Writes, below /facts/vm, of a running domain whose process is known:
 *   memory-group @limit-kib (of its control group; none: no limit) @limit-hits (times that the limit was
 *                reached, and memory was taken back) @oom (times that this did not help) @oom-kills
 *                (processes of it that the kernel killed)
 *   memory-place @basis (cgroup, numa_maps) @total-kib, only on hosts of several NUMA nodes
 *     place @node @kib @percent
 * What the group's own file counts is what QEMU and the guest touched, without the page cache.  Huge
 * pages are in no such file: where the domain has them, numa_maps is read, which then is cheap; for a guest of
 * small pages the kernel would go through each of them.
 * Source: Linux Documentation/admin-guide/cgroup-v2.rst (memory.events, memory.numa_stat),
 * cgroup-v1/memory.rst, proc(5) numa_maps
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/performance/control_group.h"
#include "checks/performance/reading.h"

static const char *const reads[] = { CONTROL_GROUP_READS, "/proc/*/numa_maps", NULL };

#define NODES_MAX 1024
#define LIMIT_MAX_BYTES ((uint64_t)1 << 60) /* v1 says about 2^63 for no limit */

/** KiB of each node. */
struct places {
	uint64_t kib[NODES_MAX];
};

/* The control group */

static char *group_file(const char *dir, const char *file)
{
	return g_strconcat(dir, "/", file, NULL);
}

static void set_line(xmlNode *node, const char *attr, const char *text, const char *key)
{
	g_autofree char *value = reading_line(text, key);
	uint64_t n;

	if (value && parse_u64(value, &n))
		facts_set(node, attr, value);
}

static void set_limit(struct source *src, xmlNode *node, const char *dir, const char *file)
{
	g_autofree char *path = group_file(dir, file), *text = NULL;
	uint64_t bytes;

	if (source_read(src, path, &text, NULL) >= 0 && parse_u64(g_strstrip(text), &bytes) &&
	    bytes < LIMIT_MAX_BYTES)
		facts_setf(node, "limit-kib", "%" G_GUINT64_FORMAT, bytes / 1024);
}

static void add_unified(struct source *src, xmlNode *node, const char *dir)
{
	g_autofree char *path = group_file(dir, "memory.events"), *text = NULL;

	facts_from(node, path, 0);
	if (facts_error(node, source_read(src, path, &text, NULL)))
		return;
	set_line(node, "limit-hits", text, "max");
	set_line(node, "oom", text, "oom");
	set_line(node, "oom-kills", text, "oom_kill");
	set_limit(src, node, dir, "memory.max");
}

static void add_v1(struct source *src, xmlNode *node, const char *dir)
{
	g_autofree char *path = group_file(dir, "memory.oom_control"), *text = NULL;
	g_autofree char *hits = group_file(dir, "memory.failcnt"), *count = NULL;

	facts_from(node, path, 0);
	if (facts_error(node, source_read(src, path, &text, NULL)))
		return;
	set_line(node, "oom-kills", text, "oom_kill");
	if (source_read(src, hits, &count, NULL) >= 0)
		facts_set(node, "limit-hits", g_strstrip(count));
	set_limit(src, node, dir, "memory.limit_in_bytes");
}

/* Where its memory lies */

/* "N0=4096 N1=8192" from @text to the end of its line; each times @unit_kib. */
static void add_nodes(struct places *p, const char *text, double unit_kib)
{
	const char *end = text + strcspn(text, "\n");

	for (const char *at = text; (at = strchr(at, 'N')) && at < end; at++) {
		char *rest;
		uint64_t node = g_ascii_strtoull(at + 1, &rest, 10);

		if (at > text && at[-1] == ' ' && rest > at + 1 && *rest == '=' && node < NODES_MAX)
			p->kib[node] += (uint64_t)((double)g_ascii_strtoull(rest + 1, NULL, 10) * unit_kib);
	}
}

/* The line that begins with @key and is followed by @separator. */
static void add_line(struct places *p, const char *text, const char *key, double unit_kib)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && (line[length] == ' ' || line[length] == '='))
			add_nodes(p, line + length, unit_kib);
	}
}

/* v2 counts bytes, and shared memory with the page cache; v1 pages, and shared memory with anonymous. */
static int read_group(struct source *src, const char *dir, bool is_unified, double page_kib, struct places *p)
{
	g_autofree char *path = group_file(dir, "memory.numa_stat"), *text = NULL;
	int r = source_read(src, path, &text, NULL);

	if (r < 0)
		return r;
	add_line(p, text, is_unified ? "anon" : "hierarchical_anon", is_unified ? 1.0 / 1024 : page_kib);
	add_line(p, text, is_unified ? "shmem" : "hierarchical_unevictable",
		 is_unified ? 1.0 / 1024 : page_kib);
	return 0;
}

/* "7f..000 bind:0 file=/dev/hugepages/… huge anon=512 N0=512 kernelpagesize_kB=2048"; mapped files that are
   no huge pages are programs and libraries. */
static int read_maps(struct source *src, const char *pid, struct places *p)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/numa_maps", pid), *text = NULL;
	int r = source_read(src, path, &text, NULL);

	for (char *line = text, *next; r == 0 && line && *line; line = next) {
		char *end = line + strcspn(line, "\n"), *size;

		next = *end ? end + 1 : end;
		*end = '\0';
		size = strstr(line, " kernelpagesize_kB=");
		if (size && (strstr(line, " huge ") || !strstr(line, " file=")))
			add_nodes(p, line, g_ascii_strtod(size + strlen(" kernelpagesize_kB="), NULL));
	}
	return r == 1 ? -E2BIG : r; /* half of it would be a wrong share */
}

static void add_places(xmlNode *node, const struct places *p)
{
	double total = 0;

	for (size_t i = 0; i < NODES_MAX; i++)
		total += (double)p->kib[i];
	facts_setf(node, "total-kib", "%.0f", total);
	for (size_t i = 0; i < NODES_MAX; i++) {
		xmlNode *place = p->kib[i] > 0 ? facts_add(node, "place") : NULL;

		if (!place)
			continue;
		facts_setf(place, "node", "%zu", i);
		facts_setf(place, "kib", "%" G_GUINT64_FORMAT, p->kib[i]);
		reading_set(place, "percent", (double)p->kib[i] * 100 / total);
	}
}

static void gather_place(struct source *src, xmlNode *vm, const char *pid, const char *dir, bool is_unified)
{
	const xmlNode *host = xml_child(vm->parent, "host"), *first = xml_child(host, "numa-node");
	const char *page = facts_get(xml_child(host, "system"), "page-bytes");
	bool maps = facts_find(vm, "domain/memoryBacking/hugepages");
	g_autofree struct places *p = NULL;
	xmlNode *node;

	if (!first || !xml_next(first, "numa-node"))
		return;
	node = facts_add(vm, "memory-place");
	p = g_new0(struct places, 1);
	facts_set(node, "basis", maps ? "numa_maps" : "cgroup");
	if (!facts_error(node, maps ? read_maps(src, pid, p)
			       : dir ? read_group(src, dir, is_unified,
						  page ? g_ascii_strtod(page, NULL) / 1024 : 4, p)
				     : -ENODATA))
		add_places(node, p);
}

static void gather_vm(struct source *src, xmlNode *vm)
{
	const char *pid = facts_get(xml_child(vm, "process"), "pid");
	bool is_unified = false;
	g_autofree char *dir = NULL;
	xmlNode *node;

	if (!pid || g_strcmp0(facts_get(vm, "active"), "yes") != 0)
		return;
	dir = control_group_dir(src, pid, "memory", &is_unified);
	node = facts_add(vm, "memory-group");
	if (!dir)
		facts_error(node, -ENODATA);
	else if (is_unified)
		add_unified(src, node, dir);
	else
		add_v1(src, node, dir);
	gather_place(src, vm, pid, dir, is_unified);
}

const struct check check_vm_memory = {
	.name = "vm_memory",
	.summary = "where a running domain's memory lies, and what its limit did",
	.reads = reads,
	.vm = gather_vm,
};
