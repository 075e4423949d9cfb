// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_site - where a network probe takes place.
 */
#include "live/probe/probe_site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"
#include "formats/ipv4.h"
#include "source/source.h"
#include "base/xml.h"

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

struct world {
	xmlDoc *scratch;
	xmlNode *links, *addresses, *routes;
};

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

	while (n && !(facts_is(n, "master", bridge) && is_outer(n)))
		n = xml_next(n, "link");
	return n;
}

static void find_bridge(const struct world *w, const xmlNode *tap, struct probe_where *where,
			struct probe_site *site)
{
	const xmlNode *bridge = facts_child(w->links, "link", "name", facts_get(tap, "master"));
	const char *mac = facts_get(bridge, "mac");

	if (!bridge || !facts_is(bridge, "kind", "bridge"))
		return;
	set_name(where->bridge, facts_get(bridge, "name"));
	where->bridge_up = facts_is(bridge, "up", "yes");
	where->stp = facts_number(bridge, "bridge-stp") != 0;
	where->forward_delay_ms = facts_number(bridge, "bridge-forward-delay-cs") * 10;
	where->vlan_filtering = facts_is(bridge, "bridge-vlan-filtering", "yes");
	where->default_pvid = facts_number(bridge, "bridge-default-pvid");
	where->mtu = facts_number(bridge, "mtu");
	where->has_outer_port = outer_port(w, where->bridge) != NULL;
	if (mac)
		probe_mac_parse(mac, site->bridge_mac);
}

static const xmlNode *ipv4_of(const struct world *w, const char *link)
{
	const xmlNode *n = xml_child(w->addresses, "address");

	while (n && !(facts_is(n, "link", link) && facts_is(n, "family", "4")))
		n = xml_next(n, "address");
	return n;
}

static const xmlNode *route_to(const struct world *w, uint32_t address)
{
	const xmlNode *best = NULL;
	int best_bits = -1;

	for (const xmlNode *n = xml_child(w->routes, "route"); n; n = xml_next(n, "route")) {
		struct ipv4_subnet to;

		if (!facts_is(n, "family", "4") || facts_number(n, "table") != MAIN_TABLE ||
		    !facts_is(n, "type", "unicast") || !ipv4_subnet_parse(facts_get(n, "to"), &to) ||
		    !ipv4_is_in(address, &to))
			continue;
		if ((int)to.bits > best_bits ||
		    ((int)to.bits == best_bits && facts_number(n, "metric") < facts_number(best, "metric"))) {
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
		site->bridge_address = ipv4_or_none(facts_get(own, "address"));
		site->prefix = facts_number(own, "prefix");
		site->gateway = site->bridge_address;
	}
	/* The host is a neighbour of the guests there, not their router. */
	if (via && *where->bridge && g_strcmp0(out, where->bridge) == 0)
		site->gateway = ipv4_or_none(via);
	if (outer)
		set_name(where->uplink, facts_get(outer, "name"));
	else if (g_strcmp0(out, where->bridge) != 0)
		set_name(where->uplink, out);
}

static int read_world(struct world *w)
{
	auto_free(source) struct source *net = source_net_new(NULL);
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
	tap = r == 0 ? facts_child(w.links, "link", "name", rq->tap) : NULL;
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
