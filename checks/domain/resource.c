// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resource - what of the host a domain names: networks, bridges, pools
 *
 * Writes, below /facts/vm, one node for each thing named, @error ENOENT where it does not exist:
 *   uses-network @name @interface (MAC) @active @autostart
 *   uses-bridge @name @interface @is-bridge (yes, no)
 *   uses-pool @name @disk @active @autostart
 * A bridge of Open vSwitch is none to the kernel; it is left out.
 * Source: formatdomain.html#network-interfaces; Linux Documentation/ABI/testing/sysfs-class-net
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/netinfo/*",
	"/vmdoctor/libvirt/poolinfo/*",
	"/sys/class/net/*",
	NULL,
};

/* netinfo/NAME.json or poolinfo/NAME.json as a node about @name. */
static xmlNode *add_info(struct source *src, xmlNode *vm, const char *element, const char *kind,
			 const char *name)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/%s/%s.json", kind, file);
	xmlNode *node = facts_json(vm, element, src, path);

	facts_set(node, "name", name);
	return node;
}

static void add_bridge(struct source *src, xmlNode *vm, const char *name, const char *mac)
{
	g_autofree char *path = g_strdup_printf("/sys/class/net/%s", name);
	g_autofree char *inside = g_strdup_printf("%s/bridge", path);
	xmlNode *node = facts_add(vm, "uses-bridge");
	g_auto(GStrv) names = NULL, bridge = NULL;
	int r;

	facts_set(node, "name", name);
	facts_set(node, "interface", mac);
	facts_from(node, path, 0);
	if (strchr(name, '/') || facts_error(node, source_list(src, path, &names)))
		return;
	r = source_list(src, inside, &bridge);
	if (r == 0 || r == -ENOENT)
		facts_set(node, "is-bridge", r == 0 ? "yes" : "no");
	else
		facts_error(node, r);
}

static void add_interface(struct source *src, xmlNode *vm, const xmlNode *interface)
{
	const char *type = facts_get(interface, "type");
	const xmlNode *source = xml_child(interface, "source");
	const char *mac = facts_get(xml_child(interface, "mac"), "address");
	const char *network = facts_get(source, "network"), *bridge = facts_get(source, "bridge");
	const char *port = facts_get(xml_child(interface, "virtualport"), "type");

	if (g_strcmp0(type, "network") == 0 && network)
		facts_set(add_info(src, vm, "uses-network", "netinfo", network), "interface", mac);
	else if (g_strcmp0(type, "bridge") == 0 && bridge && g_strcmp0(port, "openvswitch") != 0)
		add_bridge(src, vm, bridge, mac);
}

static void add_pool(struct source *src, xmlNode *vm, const xmlNode *disk)
{
	const char *pool = facts_get(xml_child(disk, "source"), "pool");

	if (pool)
		facts_set(add_info(src, vm, "uses-pool", "poolinfo", pool), "disk",
			  facts_get(xml_child(disk, "target"), "dev"));
}

static void gather_resource(struct source *src, xmlNode *vm)
{
	const xmlNode *devices = facts_find(vm, "domain/devices");

	for (const xmlNode *n = xml_child(devices, "interface"); n; n = xml_next(n, "interface"))
		add_interface(src, vm, n);
	for (const xmlNode *n = xml_child(devices, "disk"); n; n = xml_next(n, "disk"))
		add_pool(src, vm, n);
}

const struct check check_resource = {
	.name = "resource",
	.summary = "networks, bridges and pools that a domain names",
	.reads = reads,
	.vm = gather_resource,
};
