// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_net - the guest's own view of its interface, as its agent tells
 *
 * Writes, below /facts/vm/nic, where the agent lists the guest's interfaces:
 *   agent-view @interfaces (how many with a MAC address) @name (of this one; not there: none of them
 *         has this MAC)
 *     guest-address @address @prefix @family (4, 6) @link-local (yes, no) @in-network (yes, no: is it
 *         in an IPv4 subnet of the network? not there where the network has none)
 * Source: virDomainGetGuestInfo() if.<num>.…; RFC 3927 (169.254.0.0/16), RFC 4291 (fe80::/10)
 */
#include "checks/check.h"
#include "formats/ipv4.h"

static const char *const reads[] = { NULL };

#define INTERFACES_MAX 64
#define ADDRESSES_MAX 16
#define LINK_LOCAL_NET UINT32_C(0xa9fe0000)

static const char *of_interface(const xmlNode *guest, unsigned int i, const char *what)
{
	g_autofree char *name = g_strdup_printf("if-%u-%s", i, what);

	return facts_get(guest, name);
}

static const char *of_address(const xmlNode *guest, unsigned int i, unsigned int a, const char *what)
{
	g_autofree char *name = g_strdup_printf("if-%u-addr-%u-%s", i, a, what);

	return facts_get(guest, name);
}

static const char *mac_of(const xmlNode *guest, unsigned int i)
{
	const char *mac = of_interface(guest, i, "hwaddr");

	return mac && strcmp(mac, "00:00:00:00:00:00") != 0 ? mac : NULL;
}

static bool subnet_of(const xmlNode *ip, struct ipv4_subnet *ret)
{
	return ipv4_subnet_of(facts_get(ip, "address"), facts_get(ip, "prefix"),
			      facts_get(ip, "netmask"), ret);
}

/* NULL: the network has no IPv4 subnet. */
static const char *in_network(const xmlNode *nic, uint32_t address)
{
	const xmlNode *network = facts_child(facts_host(nic->doc), "network", "name",
					    facts_get(nic, "network"));
	const xmlNode *ip = network ? facts_find(network, "network/ip") : NULL;
	const char *answer = NULL;

	for (; ip; ip = xml_next(ip, "ip")) {
		struct ipv4_subnet s;

		if (!subnet_of(ip, &s))
			continue;
		if (ipv4_is_in(address, &s))
			return "yes";
		answer = "no";
	}
	return answer;
}

static void add_address(xmlNode *nic, xmlNode *view, const char *address, const char *prefix)
{
	static const struct ipv4_subnet link_local = { LINK_LOCAL_NET, 16 };
	xmlNode *node = facts_add(view, "guest-address");
	uint32_t a;
	bool four = ipv4_parse(address, &a);

	facts_set(node, "address", address);
	facts_set(node, "prefix", prefix);
	facts_set(node, "family", four ? "4" : "6");
	if (four) {
		facts_set(node, "link-local", ipv4_is_in(a, &link_local) ? "yes" : "no");
		facts_set(node, "in-network", in_network(nic, a));
	} else {
		facts_set(node, "link-local", g_ascii_strncasecmp(address, "fe80:", 5) == 0 ? "yes" : "no");
	}
}

static void add_view(xmlNode *nic, const xmlNode *guest)
{
	xmlNode *view = NULL;
	unsigned int count = 0;

	for (unsigned int i = 0; i < INTERFACES_MAX; i++)
		count += mac_of(guest, i) != NULL;
	if (!count)
		return;
	view = facts_add(nic, "agent-view");
	facts_setf(view, "interfaces", "%u", count);
	facts_from(view, facts_get(guest, "from"), 0);
	for (unsigned int i = 0; i < INTERFACES_MAX; i++) {
		if (!mac_of(guest, i) || g_ascii_strcasecmp(mac_of(guest, i), facts_get(nic, "mac")) != 0)
			continue;
		/* A bridge or bond in the guest has its port's MAC, and the port's addresses. */
		if (!facts_get(view, "name"))
			facts_set(view, "name", of_interface(guest, i, "name"));
		for (unsigned int a = 0; a < ADDRESSES_MAX; a++) {
			const char *address = of_address(guest, i, a, "addr");

			if (address)
				add_address(nic, view, address, of_address(guest, i, a, "prefix"));
		}
	}
}

static void gather_guest_net(struct source *src G_GNUC_UNUSED, xmlNode *vm)
{
	const xmlNode *guest = xml_child(vm, "guest");

	for (xmlNode *n = guest ? xml_child(vm, "nic") : NULL; n; n = xml_next(n, "nic"))
		if (facts_get(n, "mac"))
			add_view(n, guest);
}

const struct check check_guest_net = {
	.name = "guest_net",
	.summary = "the guest's interfaces and addresses, by its agent",
	.reads = reads,
	.vm = gather_guest_net,
};
