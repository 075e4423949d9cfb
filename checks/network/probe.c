// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe - what a network probe of each interface saw, and which counters it moved
 *
 * Only where one was asked for, or is in the recording. Writes, below /facts/vm/nic, probe with all
 * that source_probe.c says, and below it
 *   counter @name @before @after @grew   of /proc/net/snmp and netstat: why the host's IP dropped;
 *           tap-tx-dropped, of the guest's device: frames that the guest did not take
 * and sets @grew of each ../firewall whose rule counts: packets that it counted meanwhile
 * Source: Linux Documentation/networking/snmp_counter.rst
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/network/packet_filter.h"

static const char *const reads[] = {
	"/vmdoctor/probe/*",
	"/proc/net/snmp",
	"/proc/net/netstat",
	"/vmdoctor/net/link.json",
	"/vmdoctor/net/nft.json",
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

/* What is asked of it, is asked below at tick 1: after the probe. */
struct later {
	struct source source;
	struct source *below;
};

static void later_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct query again = *q;

	again.tick = 1;
	source_ask(((struct later *)src)->below, &again, ret);
}

static const struct source_ops later_ops = { .ask = later_ask };

/* Names stand in one line, values in the next, both after the group's name. */
static bool find_counter(const char *text, const struct counter *c, uint64_t *ret)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", 0);

	for (size_t i = 0; lines[i] && lines[i + 1]; i++) {
		g_auto(GStrv) names = g_strsplit(lines[i], " ", 0);
		g_auto(GStrv) values = g_strsplit(lines[i + 1], " ", 0);

		if (g_strcmp0(names[0], c->group) != 0)
			continue;
		for (size_t n = 1; n < MIN(g_strv_length(names), g_strv_length(values)); n++)
			if (strcmp(names[n], c->name) == 0)
				return parse_u64(values[n], ret);
	}
	return false;
}

static void put_counter(xmlNode *probe, const char *name, uint64_t before, uint64_t after,
			const char *from)
{
	xmlNode *node = facts_add(probe, "counter");

	facts_set(node, "name", name);
	facts_setf(node, "before", "%" G_GUINT64_FORMAT, before);
	facts_setf(node, "after", "%" G_GUINT64_FORMAT, after);
	facts_setf(node, "grew", "%" G_GUINT64_FORMAT, after > before ? after - before : 0);
	facts_from(node, from, 0);
}

static void add_counter(struct source *src, struct source *later, xmlNode *probe,
			const struct counter *c)
{
	g_autofree char *first = NULL, *second = NULL;
	uint64_t before, after;

	(void)source_read(src, c->file, &first, NULL);
	(void)source_read(later, c->file, &second, NULL);
	if (!find_counter(first, c, &before) || !find_counter(second, c, &after))
		return;
	put_counter(probe, c->name, before, after, c->file);
}

/* The first look at the device is in its fact. */
static void add_tap_counter(struct source *later, const xmlNode *nic, xmlNode *probe)
{
	const char *path = "/vmdoctor/net/link.json", *device = facts_get(nic, "device");
	const char *first = facts_get(xml_child(nic, "device"), "tx-dropped");
	auto_free(facts) xmlDoc *scratch = facts_new();
	const xmlNode *link = xml_child(facts_json(facts_host(scratch), "net", later, path), "link");
	uint64_t before, after;

	while (link && g_strcmp0(facts_get(link, "name"), device) != 0)
		link = xml_next(link, "link");
	if (link && first && parse_u64(first, &before) && facts_get(link, "tx-dropped") &&
	    parse_u64(facts_get(link, "tx-dropped"), &after))
		put_counter(probe, "tap-tx-dropped", before, after, path);
}

static void add_rule_counters(struct source *later, xmlNode *nic)
{
	g_autofree char *json = NULL;
	auto_free(firewall) struct firewall *fw = NULL;

	if (source_read(later, "/vmdoctor/net/nft.json", &json, NULL) != 0 ||
	    !(fw = firewall_new(json, NULL, NULL)))
		return;
	for (xmlNode *n = xml_child(nic, "firewall"); n; n = xml_next(n, "firewall")) {
		const char *before = facts_get(n, "packets"), *handle = facts_get(n, "handle");
		uint64_t number, was;
		int64_t now = -1;

		if (handle && before && parse_u64(handle, &number) && parse_u64(before, &was))
			now = firewall_packets(fw, facts_get(n, "family"), facts_get(n, "table"),
					       (unsigned int)number);
		if (now >= 0 && (uint64_t)now >= was)
			facts_setf(n, "grew", "%" G_GUINT64_FORMAT, (uint64_t)now - was);
	}
}

/* The counters' first reading is taken before the probe, whose question blocks until it ends. */
static void add_probe(struct source *src, xmlNode *nic)
{
	struct later later = { { &later_ops }, src };
	const char *address = facts_get(nic, "address");
	g_autofree char *path =
		g_strdup_printf("/vmdoctor/probe/%s/%s/%s.json", facts_get(nic, "device"),
				facts_get(nic, "mac"), address ? address : "-");
	xmlNode *probe;

	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
		g_autofree char *first = NULL;

		(void)source_read(src, counters[i].file, &first, NULL);
	}
	probe = facts_json(nic, "probe", src, path);
	if (g_strcmp0(facts_get(probe, "error"), "ENODATA") == 0) {
		xmlUnlinkNode(probe);
		xmlFreeNode(probe);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		add_counter(src, &later.source, probe, &counters[i]);
	add_tap_counter(&later.source, nic, probe);
	add_rule_counters(&later.source, nic);
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
