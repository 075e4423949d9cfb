// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_memory - memory, huge pages, CPUs and NUMA nodes of the host
 *
 * Writes, below /facts/host:
 *   memory @total-kib @available-kib @swap-total-kib @swap-free-kib @default-hugepage-kib
 *   hugepages @size-kib @total @free @reserved     one for each size the kernel knows
 *             @overcommit @surplus                 pages that it may add on demand, and has added
 *   mounts                                         what could be read of /proc/mounts, below it
 *     hugetlbfs @mount @size-kib                   of each page size that can be used
 *   cpus @online (list) @count @possible (list)
 *   numa-node @id @cpus (list)                     and its own hugepages @size-kib @total @free
 * Source: proc(5) meminfo; Linux Documentation/admin-guide/mm/hugetlbpage.rst;
 *         Documentation/admin-guide/cputopology.rst
 */
#include "checks/check.h"

static const char *const reads[] = {
	"/proc/meminfo",
	"/proc/mounts",
	"/sys/kernel/mm/hugepages",
	"/sys/kernel/mm/hugepages/hugepages-*",
	"/sys/devices/system/cpu/online",
	"/sys/devices/system/cpu/possible",
	"/sys/devices/system/node",
	"/sys/devices/system/node/node*",
	NULL,
};

#define MEMINFO "/proc/meminfo"
#define HUGEPAGES "/sys/kernel/mm/hugepages"
#define NODES "/sys/devices/system/node"

static void add_memory(struct source *src, xmlNode *host)
{
	static const struct {
		const char *key, *attr;
	} wanted[] = { { "MemTotal:", "total-kib" },
		       { "MemAvailable:", "available-kib" },
		       { "SwapTotal:", "swap-total-kib" },
		       { "SwapFree:", "swap-free-kib" },
		       { "Hugepagesize:", "default-hugepage-kib" } };
	xmlNode *memory = facts_add(host, "memory");
	g_autofree char *text = NULL;

	facts_from(memory, MEMINFO, 0);
	if (facts_error(memory, source_read(src, MEMINFO, &text, NULL)))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		const char *at = strstr(text, wanted[i].key);
		char *end;

		if (at)
			facts_setf(memory, wanted[i].attr, "%" G_GUINT64_FORMAT,
				   g_ascii_strtoull(at + strlen(wanted[i].key), &end, 10));
	}
}

static void set_file(struct source *src, xmlNode *node, const char *attr, const char *dir,
		     const char *file)
{
	g_autofree char *text = NULL;

	if (source_readf(src, &text, "%s/%s", dir, file) == 0)
		facts_set(node, attr, g_strstrip(text));
}

/* Below @dir lie hugepages-2048kB and the like, each with its counters. */
static void add_hugepages(struct source *src, xmlNode *parent, const char *dir)
{
	g_auto(GStrv) names = NULL;

	if (source_list(src, dir, &names) < 0)
		return;
	for (size_t i = 0; names[i]; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", dir, names[i]);
		uint64_t kib = g_ascii_strtoull(names[i] + strcspn(names[i], "0123456789"), NULL, 10);
		xmlNode *pages;

		if (!g_str_has_prefix(names[i], "hugepages-"))
			continue;
		pages = facts_add(parent, "hugepages");
		facts_setf(pages, "size-kib", "%" G_GUINT64_FORMAT, kib);
		facts_from(pages, path, 0);
		set_file(src, pages, "total", path, "nr_hugepages");
		set_file(src, pages, "free", path, "free_hugepages");
		set_file(src, pages, "reserved", path, "resv_hugepages");
		set_file(src, pages, "overcommit", path, "nr_overcommit_hugepages");
		set_file(src, pages, "surplus", path, "surplus_hugepages");
	}
}

/* "hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0" */
static void add_mount(xmlNode *mounts, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, " ", 5);
	const char *size;
	xmlNode *node;

	if (g_strv_length(fields) < 4 || strcmp(fields[2], "hugetlbfs") != 0)
		return;
	node = facts_add(mounts, "hugetlbfs");
	facts_set(node, "mount", fields[1]);
	size = strstr(fields[3], "pagesize=");
	if (size) {
		char *unit;
		guint64 n = g_ascii_strtoull(size + strlen("pagesize="), &unit, 10);

		facts_setf(node, "size-kib", "%" G_GUINT64_FORMAT,
			   n * (*unit == 'G' ? 1048576 : *unit == 'M' ? 1024 : 1));
	}
}

static void add_mounts(struct source *src, xmlNode *host)
{
	xmlNode *mounts = facts_add(host, "mounts");
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	facts_from(mounts, "/proc/mounts", 0);
	if (facts_error(mounts, source_read(src, "/proc/mounts", &text, NULL)))
		return;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++)
		add_mount(mounts, lines[i]);
}

static void add_cpus(struct source *src, xmlNode *host)
{
	static const char path[] = "/sys/devices/system/cpu/online";
	xmlNode *cpus = facts_add(host, "cpus");
	g_autofree char *text = NULL;
	g_autoptr(GArray) list = NULL;

	facts_from(cpus, path, 0);
	if (facts_error(cpus, source_read(src, path, &text, NULL)))
		return;
	facts_set(cpus, "online", g_strstrip(text));
	list = parse_cpulist(text);
	if (list && list->len > 0)
		facts_setf(cpus, "count", "%u", list->len);
	set_file(src, cpus, "possible", "/sys/devices/system/cpu", "possible");
}

static void add_nodes(struct source *src, xmlNode *host)
{
	g_auto(GStrv) names = NULL;

	if (source_list(src, NODES, &names) < 0)
		return;
	for (size_t i = 0; names[i]; i++) {
		g_autofree char *path = g_strdup_printf(NODES "/%s", names[i]);
		g_autofree char *pages = g_strdup_printf("%s/hugepages", path);
		xmlNode *node;
		uint64_t id;

		if (!g_str_has_prefix(names[i], "node") || !parse_u64(names[i] + 4, &id))
			continue;
		node = facts_add(host, "numa-node");
		facts_setf(node, "id", "%" G_GUINT64_FORMAT, id);
		facts_from(node, path, 0);
		set_file(src, node, "cpus", path, "cpulist");
		add_hugepages(src, node, pages);
	}
}

static void gather_host(struct source *src, xmlNode *host)
{
	add_memory(src, host);
	add_hugepages(src, host, HUGEPAGES);
	add_mounts(src, host);
	add_cpus(src, host);
	add_nodes(src, host);
}

const struct check check_host_memory = {
	.name = "host_memory",
	.summary = "memory, huge pages, CPUs and NUMA nodes of the host",
	.reads = reads,
	.host = gather_host,
};
