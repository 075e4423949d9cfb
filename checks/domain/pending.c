// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pending - what was changed in the persistent definition of a domain that runs with the old one
 *
 * Writes, below /facts/vm of a running domain, one node for each difference:
 *   pending @what (cache, io, discard, iothread, bus, model, cpu, type) @now @next ("": not given)
 *           @subject (a disk's target, an interface's device, "cpu", "domain type")
 * Of what libvirt itself fills in at the start (a host-model, addresses, aliases) nothing is compared.
 * Source: virDomainGetXMLDesc() with and without VIR_DOMAIN_XML_INACTIVE
 */
#include "checks/check.h"

static const char *const reads[] = { NULL };

struct change {
	const char *what, *now, *next;
};

static void add_change(xmlNode *vm, const char *subject, struct change c)
{
	const char *now = c.now ? c.now : "", *next = c.next ? c.next : "";
	xmlNode *fact;

	if (!subject || strcmp(now, next) == 0)
		return;
	fact = facts_add(vm, "pending");
	facts_set(fact, "what", c.what);
	facts_set(fact, "subject", subject);
	facts_set(fact, "now", now);
	facts_set(fact, "next", next);
}

/* The device of the same kind whose @element has the same @attr. */
static const xmlNode *same(const xmlNode *domain, const char *path, const xmlNode *device, const char *element,
			   const char *attr)
{
	const char *value = facts_get(xml_child(device, element), attr);
	const xmlNode *other = facts_find(domain, path);

	for (; value && other; other = xml_next(other, (const char *)device->name))
		if (g_strcmp0(facts_get(xml_child(other, element), attr), value) == 0)
			return other;
	return NULL;
}

static void compare_disk(xmlNode *vm, const xmlNode *now, const xmlNode *next)
{
	static const char *const attributes[] = { "cache", "io", "discard", "iothread" };
	const char *dev = facts_get(xml_child(now, "target"), "dev");

	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		add_change(vm, dev,
			   (struct change){ attributes[i], facts_get(xml_child(now, "driver"), attributes[i]),
					    facts_get(xml_child(next, "driver"), attributes[i]) });
	add_change(vm, dev, (struct change){ "bus", facts_get(xml_child(now, "target"), "bus"),
					     facts_get(xml_child(next, "target"), "bus") });
}

static void compare_devices(xmlNode *vm, const xmlNode *now, const xmlNode *next)
{
	for (const xmlNode *d = facts_find(now, "devices/disk"); d; d = xml_next(d, "disk")) {
		const xmlNode *other = same(next, "devices/disk", d, "target", "dev");

		if (other)
			compare_disk(vm, d, other);
	}
	for (const xmlNode *i = facts_find(now, "devices/interface"); i; i = xml_next(i, "interface")) {
		const xmlNode *other = same(next, "devices/interface", i, "mac", "address");

		if (other)
			add_change(vm, facts_get(xml_child(i, "target"), "dev"),
				   (struct change){ "model", facts_get(xml_child(i, "model"), "type"),
						    facts_get(xml_child(other, "model"), "type") });
	}
}

static void gather_pending(struct source *src, xmlNode *vm)
{
	const xmlNode *now = xml_child(vm, "domain"), *next = xml_child(xml_child(vm, "inactive"), "domain");
	const char *mode = facts_get(xml_child(next, "cpu"), "mode");

	(void)src;
	if (!now || !next || facts_get(now, "error") || facts_get(next, "error"))
		return;
	compare_devices(vm, now, next);
	add_change(vm, "domain type", (struct change){ "type", facts_get(now, "type"), facts_get(next, "type") });
	if (g_strcmp0(mode, "host-passthrough") == 0 || (mode && !xml_child(now, "cpu")))
		add_change(vm, "cpu", (struct change){ "cpu", facts_get(xml_child(now, "cpu"), "mode"), mode });
}

const struct check check_pending = {
	.name = "pending",
	.summary = "what of the persistent definition waits for the next start",
	.reads = reads,
	.vm = gather_pending,
};
