// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nic - each interface of a domain, from the guest's side to the way out
 *
 * Writes, below /facts/vm, for each interface:
 *   nic @mac @type @model @link (up, down: as the XML has it) @device @network @bridge
 *       @mode (of its network: nat, route, open, isolated, bridge, …; lan: a bridge of the host's)
 *       @address @address-from (agent, lease, neighbour): the guest's IPv4 address
 *     device …   the kernel's word of @device as in /facts/host/net/link; @error ENODEV
 *     bridge …   of the bridge; @address @prefix; @error ENODEV
 *     lease …    its DHCP lease, where libvirt knows one
 * Source: formatdomain.html#network-interfaces, formatnetwork.html#connectivity
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/leases/*",
	NULL,
};

static void copy_attributes(xmlNode *to, const xmlNode *from)
{
	for (const xmlAttr *a = from->properties; a; a = a->next)
		facts_set(to, (const char *)a->name, facts_get(from, (const char *)a->name));
}

/* Where the kernel was never asked, nothing is missing either. */
static xmlNode *add_link(xmlNode *nic, const char *element, const xmlNode *net, const char *name)
{
	xmlNode *node;

	if (!name)
		return NULL;
	node = facts_add(nic, element);
	facts_set(node, "name", name);
	if (facts_get(net, "error"))
		facts_set(node, "error", facts_get(net, "error"));
	else if (facts_child(net, "link", "name", name))
		copy_attributes(node, facts_child(net, "link", "name", name));
	else
		facts_error(node, -ENODEV);
	return node;
}

static void add_bridge(xmlNode *nic, const xmlNode *net)
{
	const char *name = facts_get(nic, "bridge");
	xmlNode *bridge = add_link(nic, "bridge", net, name);
	const xmlNode *a = bridge ? xml_child(net, "address") : NULL;

	while (a && (g_strcmp0(facts_get(a, "link"), name) != 0 ||
		     g_strcmp0(facts_get(a, "family"), "4") != 0))
		a = xml_next(a, "address");
	if (!a)
		return;
	facts_set(bridge, "address", facts_get(a, "address"));
	facts_set(bridge, "prefix", facts_get(a, "prefix"));
}

static const char *mode_of(const xmlNode *network)
{
	const xmlNode *forward = xml_child(network, "forward");
	const char *mode = facts_get(forward, "mode");

	if (!network || facts_get(network, "error"))
		return NULL;
	return !forward ? "isolated" : mode ? mode : "nat";
}

static void add_network(xmlNode *nic, const xmlNode *host, const xmlNode *source)
{
	const char *name = facts_get(source, "network"), *bridge = facts_get(source, "bridge");
	const xmlNode *network = facts_child(host, "network", "name", name);
	const xmlNode *xml = xml_child(network, "network");

	if (!bridge)
		bridge = facts_get(network, "bridge");
	if (!bridge)
		bridge = facts_get(xml_child(xml, "bridge"), "name");
	facts_set(nic, "network", name);
	facts_set(nic, "bridge", bridge);
	facts_set(nic, "mode", mode_of(xml));
}

/* What the agent says: if-N-hwaddr, and its first IPv4 address. One of 169.254.0.0/16 (RFC 3927) leads
   nowhere; guest_net.c has it. */
static const char *agent_address(const xmlNode *guest, const char *mac)
{
	for (unsigned int i = 0; i < 64; i++) {
		g_autofree char *hwaddr = g_strdup_printf("if-%u-hwaddr", i);
		const char *got = facts_get(guest, hwaddr);

		for (unsigned int a = 0; got && g_ascii_strcasecmp(got, mac) == 0 && a < 16; a++) {
			g_autofree char *type = g_strdup_printf("if-%u-addr-%u-type", i, a);
			g_autofree char *addr = g_strdup_printf("if-%u-addr-%u-addr", i, a);

			if (g_strcmp0(facts_get(guest, type), "ipv4") == 0 && facts_get(guest, addr) &&
			    !g_str_has_prefix(facts_get(guest, addr), "169.254."))
				return facts_get(guest, addr);
		}
	}
	return NULL;
}

static const char *neighbour_address(const xmlNode *net, const char *mac)
{
	const xmlNode *n = xml_child(net, "neighbour");

	while (n && (g_strcmp0(facts_get(n, "family"), "4") != 0 ||
		     g_ascii_strcasecmp(facts_get(n, "mac") ? facts_get(n, "mac") : "", mac) != 0))
		n = xml_next(n, "neighbour");
	return n ? facts_get(n, "address") : NULL;
}

static void set_address(xmlNode *nic, const char *address, const char *from)
{
	if (!address || facts_get(nic, "address"))
		return;
	facts_set(nic, "address", address);
	facts_set(nic, "address-from", from);
}

/* The network's leases are only asked for where its dnsmasq gives them. */
static void add_lease(struct source *src, xmlNode *nic, const char *mac)
{
	const char *network = facts_get(nic, "network");
	g_autofree char *file = network ? source_path_escape(network) : NULL;
	g_autofree char *path = file ? g_strdup_printf("/vmdoctor/libvirt/leases/%s.json", file) : NULL;
	xmlNode *leases = path ? facts_json(nic, "leases", src, path) : NULL, *lease;
	const xmlNode *mine = facts_child(leases, "leases", "mac", mac);

	if (mine) {
		lease = facts_add(nic, "lease");
		copy_attributes(lease, mine);
		facts_from(lease, path, 0);
		if (g_strcmp0(facts_get(lease, "type"), "ipv4") == 0)
			set_address(nic, facts_get(lease, "address"), "lease");
	}
	if (leases) {
		xmlUnlinkNode(leases);
		xmlFreeNode(leases);
	}
}

static void add_nic(struct source *src, xmlNode *vm, const xmlNode *host, const xmlNode *interface)
{
	const xmlNode *net = xml_child(host, "net"), *source = xml_child(interface, "source");
	const char *mac = facts_get(xml_child(interface, "mac"), "address");
	const char *type = facts_get(interface, "type");
	const char *state = facts_get(xml_child(interface, "link"), "state");
	xmlNode *nic = facts_add(vm, "nic");

	facts_set(nic, "mac", mac);
	facts_set(nic, "type", type);
	facts_set(nic, "model", facts_get(xml_child(interface, "model"), "type"));
	facts_set(nic, "link", state ? state : "up");
	if (g_strcmp0(type, "network") == 0)
		add_network(nic, host, source);
	else if (g_strcmp0(type, "bridge") == 0) {
		facts_set(nic, "bridge", facts_get(source, "bridge"));
		facts_set(nic, "mode", "lan");
	}
	add_bridge(nic, net);
	if (g_strcmp0(facts_get(vm, "active"), "yes") != 0 || !mac)
		return;
	facts_set(nic, "device", facts_get(xml_child(interface, "target"), "dev"));
	add_link(nic, "device", net, facts_get(nic, "device"));
	set_address(nic, agent_address(xml_child(vm, "guest"), mac), "agent");
	add_lease(src, nic, mac);
	set_address(nic, neighbour_address(net, mac), "neighbour");
}

static void gather_nic(struct source *src, xmlNode *vm)
{
	const xmlNode *host = facts_host(vm->doc), *devices = facts_find(vm, "domain/devices");

	for (const xmlNode *n = xml_child(devices, "interface"); n; n = xml_next(n, "interface"))
		add_nic(src, vm, host, n);
}

const struct check check_nic = {
	.name = "nic",
	.summary = "a domain's interfaces: device, bridge, network, address",
	.reads = reads,
	.vm = gather_nic,
};
