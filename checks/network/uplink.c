// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uplink - the host's way to the outside, and whether it and a virtual network get in each other's way
 *
 * Writes, below /facts/host/net:
 *   uplink @name @gateway @metric @table @up @carrier @kind @mtu  of each default route (IPv4)
 *   resolver, @error; below it name-server @address @loopback (yes, no) @listening (yes, no: on
 *       port 53 of UDP, known of IPv4 loopback only)
 *   wireless @name   a device of Wi-Fi
 * below /facts/host/network, for each other device with an overlapping subnet (IPv4):
 *   overlap @link @with (subnet) @relation (same, inside, around) @what (route, address)
 * and below /facts/vm/nic:
 *   route @link @to   how the host's main table sends to the guest's address
 *   outer @name @up @carrier @kind @mtu @address   a port of its bridge that leads outside: no tap,
 *       no veth; of macvtap, the device below it, @error ENODEV where that is missing
 * Source: rtnetlink(7), resolv.conf(5), proc(5) net/udp; sysfs-class-net (phy80211)
 */
#include <errno.h>

#include "checks/check.h"
#include "formats/ipv4.h"

static const char *const reads[] = {
	"/etc/resolv.conf", "/proc/net/udp", "/sys/class/net/*/phy80211", NULL,
};

#define MAIN_TABLE "254"
#define NAME_SERVERS_MAX 8
#define OVERLAPS_MAX 8

static void copy(xmlNode *to, const xmlNode *from, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		facts_set(to, names[i], facts_get(from, names[i]));
}

static const char *const link_names[] = { "name", "up", "carrier", "kind", "mtu", NULL };

/* A default in two halves is what VPN clients set. */
static bool is_default(const xmlNode *route)
{
	const char *to = facts_get(route, "to");

	return facts_is(route, "family", "4") && facts_is(route, "type", "unicast") && to &&
	       (strcmp(to, "default") == 0 || strcmp(to, "0.0.0.0/0") == 0 ||
		strcmp(to, "0.0.0.0/1") == 0);
}

static void add_uplinks(xmlNode *net)
{
	static const char *const names[] = { "gateway", "metric", "table", NULL };

	for (const xmlNode *r = xml_child(net, "route"); r; r = xml_next(r, "route")) {
		xmlNode *up;

		if (!is_default(r) || !facts_get(r, "link"))
			continue;
		up = facts_add(net, "uplink");
		facts_set(up, "name", facts_get(r, "link"));
		copy(up, r, names);
		copy(up, facts_child(net, "link", "name", facts_get(r, "link")), link_names + 1);
		facts_from(up, facts_get(r, "from"), 0);
	}
}

/* Name servers of the host. */

/* "  12: 3500007F:0035 00000000:0000 07 …": four bytes as they lie in memory, and a port. */
static bool is_listening(const char *udp, uint32_t address)
{
	g_autofree char *own = g_strdup_printf(": %08X:0035 ", GUINT32_SWAP_LE_BE(address));

	return strstr(udp, own) || strstr(udp, ": 00000000:0035 ");
}

static void add_name_server(xmlNode *resolver, const char *address, const char *udp)
{
	static const struct ipv4_subnet loopback = { UINT32_C(0x7f000000), 8 };
	xmlNode *node = facts_add(resolver, "name-server");
	uint32_t a;
	bool four = ipv4_parse(address, &a);

	facts_set(node, "address", address);
	facts_set(node, "loopback", four ? (ipv4_is_in(a, &loopback) ? "yes" : "no") :
				   strcmp(address, "::1") == 0 ? "yes" : "no");
	if (four && ipv4_is_in(a, &loopback) && udp)
		facts_set(node, "listening", is_listening(udp, a) ? "yes" : "no");
}

static void add_resolver(struct source *src, xmlNode *net)
{
	g_autofree char *text = NULL, *udp = NULL;
	g_auto(GStrv) lines = NULL;
	xmlNode *resolver = facts_add(net, "resolver");
	unsigned int n = 0;

	facts_from(resolver, "/etc/resolv.conf", 0);
	if (facts_error(resolver, MIN(source_read(src, "/etc/resolv.conf", &text, NULL), 0)))
		return;
	(void)source_read(src, "/proc/net/udp", &udp, NULL);
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i] && n < NAME_SERVERS_MAX; i++) {
		g_auto(GStrv) words = g_strsplit_set(g_strstrip(lines[i]), " \t", 0);

		if (g_strv_length(words) < 2 || strcmp(words[0], "nameserver") != 0)
			continue;
		for (size_t w = 1; words[w]; w++)
			if (*words[w]) {
				add_name_server(resolver, words[w], udp);
				n++;
				break;
			}
	}
}

/* Subnets that meet. */

static bool subnet_of(const xmlNode *ip, struct ipv4_subnet *ret)
{
	return ipv4_subnet_of(facts_get(ip, "address"), facts_get(ip, "prefix"),
			      facts_get(ip, "netmask"), ret);
}

static const char *relation(const struct ipv4_subnet *own, const struct ipv4_subnet *other)
{
	if (other->bits >= own->bits)
		return !ipv4_is_in(other->net, own) ? NULL : other->bits == own->bits ? "same" : "inside";
	return ipv4_is_in(own->net, other) ? "around" : NULL;
}

static bool is_noted(const xmlNode *network, const char *link, const char *with)
{
	const xmlNode *n = xml_child(network, "overlap");
	unsigned int count = 0;

	for (; n; n = xml_next(n, "overlap"), count++)
		if (facts_is(n, "link", link) && facts_is(n, "with", with))
			return true;
	return count >= OVERLAPS_MAX;
}

static void add_overlap(xmlNode *network, const struct ipv4_subnet *own, const xmlNode *other,
			const char *with)
{
	const char *link = facts_get(other, "link"), *how;
	struct ipv4_subnet s;
	xmlNode *node;

	if (!link || facts_is(network, "bridge", link) || !ipv4_subnet_parse(with, &s) || s.bits == 0 ||
	    s.bits == 1)
		return;
	how = relation(own, &s);
	if (!how || is_noted(network, link, with))
		return;
	node = facts_add(network, "overlap");
	facts_set(node, "link", link);
	facts_set(node, "with", with);
	facts_set(node, "relation", how);
	facts_set(node, "what", (const char *)other->name);
	facts_from(node, facts_get(other, "from"), 0);
}

static void add_overlaps(xmlNode *network, const xmlNode *net)
{
	for (const xmlNode *ip = facts_find(network, "network/ip"); ip; ip = xml_next(ip, "ip")) {
		struct ipv4_subnet own;

		if (!subnet_of(ip, &own))
			continue;
		for (const xmlNode *r = xml_child(net, "route"); r; r = xml_next(r, "route"))
			if (facts_is(r, "family", "4") && facts_is(r, "type", "unicast") &&
			    facts_is(r, "table", MAIN_TABLE))
				add_overlap(network, &own, r, facts_get(r, "to"));
		for (const xmlNode *a = xml_child(net, "address"); a; a = xml_next(a, "address"))
			if (facts_is(a, "family", "4")) {
				g_autofree char *with = g_strdup_printf(
					"%s/%s", facts_get(a, "address"), facts_get(a, "prefix"));

				add_overlap(network, &own, a, with);
			}
	}
}

static void add_wireless(struct source *src, xmlNode *net)
{
	for (const xmlNode *l = xml_child(net, "link"), *next; l; l = next) {
		const char *name = facts_get(l, "name");
		g_autofree char *path = g_strdup_printf("/sys/class/net/%s/phy80211", name);
		g_autofree char *phy = NULL;
		xmlNode *node;

		next = xml_next(l, "link");
		/* Wi-Fi is a kind of its own to nobody: like any card it has none. */
		if (!name || strchr(name, '/') || facts_get(l, "kind") || facts_is(l, "loopback", "yes") ||
		    source_link(src, path, &phy) != 0)
			continue;
		node = facts_add(net, "wireless");
		facts_set(node, "name", name);
		facts_from(node, path, 0);
	}
}

static void gather_host(struct source *src, xmlNode *host)
{
	xmlNode *net = xml_child(host, "net");

	if (!net || facts_get(net, "error"))
		return;
	add_uplinks(net);
	add_resolver(src, net);
	add_wireless(src, net);
	for (xmlNode *n = xml_child(host, "network"); n; n = xml_next(n, "network"))
		add_overlaps(n, net);
}

/* Of one interface. */

/* The most specific route wins, then the least metric. */
static void add_route(xmlNode *nic, const xmlNode *net)
{
	const xmlNode *best = NULL;
	struct ipv4_subnet s, most = { 0, 0 };
	uint64_t metric, least = 0;
	uint32_t address;
	xmlNode *node;

	if (!ipv4_parse(facts_get(nic, "address"), &address))
		return;
	for (const xmlNode *r = xml_child(net, "route"); r; r = xml_next(r, "route")) {
		const char *text = facts_get(r, "metric");

		if (!facts_is(r, "family", "4") || !facts_is(r, "table", MAIN_TABLE) ||
		    !facts_is(r, "type", "unicast") || !ipv4_subnet_parse(facts_get(r, "to"), &s) ||
		    !ipv4_is_in(address, &s))
			continue;
		metric = text && parse_u64(text, &metric) ? metric : 0;
		if (best && (s.bits < most.bits || (s.bits == most.bits && metric >= least)))
			continue;
		best = r;
		most = s;
		least = metric;
	}
	if (!best)
		return;
	node = facts_add(nic, "route");
	facts_set(node, "link", facts_get(best, "link"));
	facts_set(node, "to", facts_get(best, "to"));
	facts_from(node, facts_get(best, "from"), 0);
}

static bool leads_outside(const xmlNode *link)
{
	static const char *const inner[] = { "tun", "veth", "dummy", "macvtap", "ipvlan", NULL };
	const char *kind = facts_get(link, "kind");

	return !kind || !g_strv_contains(inner, kind);
}

static void add_outer(xmlNode *nic, const xmlNode *net, const xmlNode *link)
{
	xmlNode *node = facts_add(nic, "outer");
	const xmlNode *a = xml_child(net, "address");

	copy(node, link, link_names);
	while (a && !(facts_is(a, "family", "4") && facts_is(a, "link", facts_get(link, "name"))))
		a = xml_next(a, "address");
	facts_set(node, "address", facts_get(a, "address"));
	facts_from(node, facts_get(link, "from"), 0);
}

static void add_lower(xmlNode *nic, const xmlNode *net, const char *name)
{
	const xmlNode *link = facts_child(net, "link", "name", name);
	xmlNode *node;

	if (link) {
		add_outer(nic, net, link);
		return;
	}
	node = facts_add(nic, "outer");
	facts_set(node, "name", name);
	facts_error(node, -ENODEV);
}

/* The interface's element in libvirt's XML: the nic facts are in its order. */
static const xmlNode *interface_of(const xmlNode *vm, const xmlNode *nic)
{
	const xmlNode *i = facts_find(vm, "domain/devices/interface");

	for (const xmlNode *n = xml_child(vm, "nic"); n && n != nic && i; n = xml_next(n, "nic"))
		i = xml_next(i, "interface");
	return i;
}

static void add_outers(const xmlNode *vm, xmlNode *nic, const xmlNode *net)
{
	const char *bridge = facts_get(nic, "bridge");
	const char *lower = facts_get(xml_child(interface_of(vm, nic), "source"), "dev");

	if (facts_is(nic, "type", "direct") && lower)
		add_lower(nic, net, lower);
	for (const xmlNode *l = bridge ? xml_child(net, "link") : NULL; l; l = xml_next(l, "link"))
		if (facts_is(l, "master", bridge) && leads_outside(l))
			add_outer(nic, net, l);
}

static void gather_vm(struct source *src G_GNUC_UNUSED, xmlNode *vm)
{
	const xmlNode *net = xml_child(facts_host(vm->doc), "net");

	if (!net || facts_get(net, "error"))
		return;
	for (xmlNode *n = xml_child(vm, "nic"); n; n = xml_next(n, "nic")) {
		if (facts_get(n, "bridge"))
			add_route(n, net);
		add_outers(vm, n, net);
	}
}

const struct check check_uplink = {
	.name = "uplink",
	.summary = "default routes, name servers, devices that lead outside, subnets that overlap",
	.reads = reads,
	.host = gather_host,
	.vm = gather_vm,
};
