// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_site - where a network probe takes place.
 */
#include "probe_site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "ipv4.h"
#include "source.h"
#include "xml.h"

/* A documentation address (RFC 5737): a route leads there as to anywhere outside, and it is
   nobody's. With a time to live of 1 and 2 nothing comes that far anyway. */
#define NOBODY 0xc6336401u /* 198.51.100.1 */
#define MAIN_TABLE 254

bool probe_mac_parse(const char *text, uint8_t *ret_mac)
{
	unsigned int m[PACKET_MAC_BYTES];
	int end = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5],
		   &end) != 6 ||
	    text[end])
		return false;
	for (size_t i = 0; i < PACKET_MAC_BYTES; i++)
		ret_mac[i] = (uint8_t)m[i];
	return true;
}

/* 0: none. */
static uint32_t ipv4(const char *text)
{
	uint32_t address = 0;

	return ipv4_parse(text, &address) ? address : 0;
}

struct world {
	xmlDoc *scratch;
	xmlNode *links, *addresses, *routes;
};

static unsigned int number(const xmlNode *node, const char *name)
{
	const char *value = facts_get(node, name);

	return value ? (unsigned int)strtoul(value, NULL, 10) : 0;
}

static bool is(const xmlNode *node, const char *name, const char *value)
{
	return g_strcmp0(facts_get(node, name), value) == 0;
}

static const xmlNode *find_link(const struct world *w, const char *name)
{
	const xmlNode *n = xml_child(w->links, "link");

	while (n && !is(n, "name", name))
		n = xml_next(n, "link");
	return n;
}

static void set_name(char *to, const char *name)
{
	g_strlcpy(to, name ? name : "", IF_NAMESIZE);
}

static bool is_outer(const xmlNode *link)
{
	const char *kind = facts_get(link, "kind");

	return !kind || (strcmp(kind, "tun") != 0 && strcmp(kind, "veth") != 0 &&
			 strcmp(kind, "dummy") != 0);
}

/* The first port of the bridge that leads out of this machine, or NULL. */
static const xmlNode *outer_port(const struct world *w, const char *bridge)
{
	const xmlNode *n = xml_child(w->links, "link");

	while (n && !(is(n, "master", bridge) && is_outer(n)))
		n = xml_next(n, "link");
	return n;
}

static void find_bridge(const struct world *w, const xmlNode *tap, struct probe_where *where,
			struct probe_site *site)
{
	const xmlNode *bridge = find_link(w, facts_get(tap, "master"));
	const char *mac = facts_get(bridge, "mac");

	if (!bridge || !is(bridge, "kind", "bridge"))
		return;
	set_name(where->bridge, facts_get(bridge, "name"));
	where->bridge_up = is(bridge, "up", "yes");
	where->stp = number(bridge, "bridge-stp") != 0;
	where->forward_delay_ms = number(bridge, "bridge-forward-delay-cs") * 10;
	where->vlan_filtering = is(bridge, "bridge-vlan-filtering", "yes");
	where->default_pvid = number(bridge, "bridge-default-pvid");
	where->mtu = number(bridge, "mtu");
	where->has_outer_port = outer_port(w, where->bridge) != NULL;
	if (mac)
		probe_mac_parse(mac, site->bridge_mac);
}

static const xmlNode *ipv4_of(const struct world *w, const char *link)
{
	const xmlNode *n = xml_child(w->addresses, "address");

	while (n && !(is(n, "link", link) && is(n, "family", "4")))
		n = xml_next(n, "address");
	return n;
}

static const xmlNode *route_to(const struct world *w, uint32_t address)
{
	const xmlNode *best = NULL;
	int best_bits = -1;

	for (const xmlNode *n = xml_child(w->routes, "route"); n; n = xml_next(n, "route")) {
		struct ipv4_subnet to;

		if (!is(n, "family", "4") || number(n, "table") != MAIN_TABLE ||
		    !is(n, "type", "unicast") || !ipv4_subnet_parse(facts_get(n, "to"), &to) ||
		    !ipv4_is_in(address, &to))
			continue;
		if ((int)to.bits > best_bits ||
		    ((int)to.bits == best_bits && number(n, "metric") < number(best, "metric"))) {
			best = n;
			best_bits = (int)to.bits;
		}
	}
	return best;
}

static void find_addresses(const struct world *w, struct probe_where *where, struct probe_site *site)
{
	const xmlNode *own = ipv4_of(w, where->bridge), *route = route_to(w, site->target);
	const char *out = facts_get(route, "link"), *via = facts_get(route, "gateway");
	const xmlNode *outer = outer_port(w, where->bridge);

	if (own) {
		site->bridge_address = ipv4(facts_get(own, "address"));
		site->prefix = number(own, "prefix");
		site->gateway = site->bridge_address;
	}
	/* The host is a neighbour of the guests there, not their router. */
	if (via && *where->bridge && g_strcmp0(out, where->bridge) == 0)
		site->gateway = ipv4(via);
	if (outer)
		set_name(where->uplink, facts_get(outer, "name"));
	else if (g_strcmp0(out, where->bridge) != 0)
		set_name(where->uplink, out);
}

static int read_world(struct world *w)
{
	struct source *net = source_net_new();
	xmlNode *host;
	int r = 0;

	w->scratch = facts_new();
	host = facts_host(w->scratch);
	w->links = facts_json(host, "links", net, "/vmdoctor/net/link.json");
	w->addresses = facts_json(host, "addresses", net, "/vmdoctor/net/address.json");
	w->routes = facts_json(host, "routes", net, "/vmdoctor/net/route.json");
	if (facts_get(w->links, "error") || facts_get(w->addresses, "error") ||
	    facts_get(w->routes, "error"))
		r = -EIO;
	source_free(net);
	return r;
}

int probe_site_find(const struct probe_request *rq, struct probe_where *ret_where,
		    struct probe_site *ret_site)
{
	struct probe_site site = { .guest_address = rq->guest_address };
	struct probe_where where = { 0 };
	struct world w = { 0 };
	const xmlNode *tap;
	int r = read_world(&w);

	site.target = rq->target ? rq->target : NOBODY;
	site.with_path = rq->target != 0;
	site.dns_name = rq->dns_name;
	memcpy(site.guest_mac, rq->guest_mac, PACKET_MAC_BYTES);
	tap = r == 0 ? find_link(&w, rq->tap) : NULL;
	if (tap) {
		set_name(where.tap, rq->tap);
		find_bridge(&w, tap, &where, &site);
		find_addresses(&w, &where, &site);
		*ret_where = where;
		*ret_site = site;
	}
	facts_free(w.scratch);
	return r < 0 ? r : tap ? 0 : -ENODEV;
}
