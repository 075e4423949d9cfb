// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe - what a network probe of each interface saw, and which counters it moved
 *
 * Only where one was asked for, or is in the recording. Writes, below /facts/vm/nic, probe with all
 * that source_probe.c says, and below it
 *   counter @name @before @after @grew   of /proc/net/snmp and netstat: why the host's IP dropped
 * Source: Linux Documentation/networking/snmp_counter.rst
 */
#include <errno.h>

#include "check.h"

static const char *const reads[] = {
	"/vmdoctor/probe/*",
	"/proc/net/snmp",
	"/proc/net/netstat",
	NULL,
};

static const struct counter {
	const char *file, *group, *name;
} counters[] = {
	{ "/proc/net/snmp", "Ip:", "InAddrErrors" },
	{ "/proc/net/snmp", "Ip:", "ForwDatagrams" },
	{ "/proc/net/snmp", "Ip:", "OutNoRoutes" },
	{ "/proc/net/netstat", "IpExt:", "InNoRoutes" },
	{ "/proc/net/netstat", "TcpExt:", "IPReversePathFilter" },
};

static char *read_tick(struct source *src, const char *path, unsigned int tick)
{
	struct answer a;
	char *text = NULL;
	gsize size;

	source_ask(src, &(struct query){ .verb = SOURCE_READ, .tick = tick, .path = path }, &a);
	if (a.data) {
		const char *bytes = g_bytes_get_data(a.data, &size);

		text = g_strndup(bytes, size);
	}
	answer_done(&a);
	return text;
}

/* Names stand in one line, values in the next, both after the group's name. */
static bool find_counter(const char *text, const struct counter *c, uint64_t *ret)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", 0);

	for (size_t i = 0; lines[i] && lines[i + 1]; i++) {
		g_auto(GStrv) names = g_strsplit(lines[i], " ", 0);
		g_auto(GStrv) values = g_strsplit(lines[i + 1], " ", 0);

		if (g_strcmp0(names[0], c->group) != 0)
			continue;
		for (size_t n = 1; names[n] && n < g_strv_length(values); n++)
			if (strcmp(names[n], c->name) == 0)
				return parse_u64(values[n], ret);
	}
	return false;
}

static void add_counter(struct source *src, xmlNode *probe, const struct counter *c)
{
	g_autofree char *first = read_tick(src, c->file, 0), *second = read_tick(src, c->file, 1);
	uint64_t before, after;
	xmlNode *node;

	if (!find_counter(first, c, &before) || !find_counter(second, c, &after))
		return;
	node = facts_add(probe, "counter");
	facts_set(node, "name", c->name);
	facts_setf(node, "before", "%" G_GUINT64_FORMAT, before);
	facts_setf(node, "after", "%" G_GUINT64_FORMAT, after);
	facts_setf(node, "grew", "%" G_GUINT64_FORMAT, after > before ? after - before : 0);
	facts_from(node, c->file, 0);
}

/* The counters' first reading is taken before the probe, whose question blocks until it ends. */
static void add_probe(struct source *src, xmlNode *nic)
{
	const char *address = facts_get(nic, "address");
	g_autofree char *path =
		g_strdup_printf("/vmdoctor/probe/%s/%s/%s.json", facts_get(nic, "device"),
				facts_get(nic, "mac"), address ? address : "-");
	xmlNode *probe;

	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		g_free(read_tick(src, counters[i].file, 0));
	probe = facts_json(nic, "probe", src, path);
	if (g_strcmp0(facts_get(probe, "error"), "ENODATA") == 0) {
		xmlUnlinkNode(probe);
		xmlFreeNode(probe);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		add_counter(src, probe, &counters[i]);
}

static void gather_probe(struct source *src, xmlNode *vm)
{
	for (xmlNode *n = xml_child(vm, "nic"); n; n = xml_next(n, "nic"))
		if (facts_get(n, "device") && facts_get(n, "mac") && !strchr(facts_get(n, "device"), '/'))
			add_probe(src, n);
}

const struct check check_probe = {
	.name = "probe",
	.summary = "a network probe of each interface, where one was asked for",
	.reads = reads,
	.vm = gather_probe,
};
