// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * firewall - what the host's packet filter does with what a guest sends and gets
 *
 * Writes, below /facts/vm/nic of running domains in a libvirt network or a bridge of the host's,
 *   firewall @flow @verdict (accept, drop, reject, translate, unknown) @family @table @chain
 *            @handle (none: the chain's policy) @rule @packets @legacy (yes: iptables-legacy has
 *            rules, too, which are not seen) @docker @ufw @firewalld (yes: the table of that chain is its
 *            own, or has chains of it); or @error
 * flow is one of
 *   out      the guest opens a connection (TCP, port 443) to the outside
 *   back     its answer
 *   nat      is the guest's address translated on the way out?
 *   dhcp, dns           the guest asks the host; dhcp-reply: the host's answer leaves
 *   bridged, bridged-ip one guest to another in the bridge: in the family bridge; in ip, where
 *            br_netfilter hands bridged packets to it
 * Source: nft(8); libvirt.org/firewall.html; Linux Documentation/networking/bridge.rst (br_netfilter)
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/network/packet_filter.h"
#include "formats/ipv4.h"

static const char *const reads[] = {
	"/vmdoctor/net/nft.json",
	"/vmdoctor/net/nft.txt",
	"/proc/net/ip_tables_names",
	NULL,
};

#define OUTSIDE 0xc6336401u /* a documentation address: nobody's, so no rule is about it */
#define MAIN_TABLE "254"
#define EVERYBODY 0xffffffffu

static const char *const ip_families[] = { "ip", "inet", NULL };
static const char *const bridge_families[] = { "bridge", NULL };

/* What a flow's packet is; addresses by who they are. */
enum end { NOBODY, GUEST, HOST, FAR, ALL };
static const struct flow {
	const char *name;
	const char *const *families;
	const char *type, *hook;
	bool from_bridge, to_bridge; /* its devices: the bridge, else the uplink where there is one */
	bool has_uplink;
	enum end source, destination;
	uint8_t protocol;
	uint16_t source_port, destination_port;
	bool established;
} flows[] = {
	{ "out", ip_families, "filter", "forward", true, false, true, GUEST, FAR, 6, 50000, 443, false },
	{ "back", ip_families, "filter", "forward", false, true, true, FAR, GUEST, 6, 443, 50000, true },
	{ "nat", ip_families, "nat", "postrouting", false, false, true, GUEST, FAR, 6, 50000, 443, false },
	{ "dhcp", ip_families, "filter", "input", true, false, false, NOBODY, ALL, 17, 68, 67, false },
	{ "dns", ip_families, "filter", "input", true, false, false, GUEST, HOST, 17, 50000, 53, false },
	{ "dhcp-reply", ip_families, "filter", "output", false, true, false, HOST, ALL, 17, 67, 68, false },
	{ "bridged", bridge_families, "filter", "forward", true, true, false, GUEST, ALL, 17, 68, 67, false },
	{ "bridged-ip", ip_families, "filter", "forward", true, true, false, GUEST, FAR, 6, 50000, 443,
	  false },
};

struct place {
	uint32_t guest, host;
	const char *bridge, *uplink, *mac;
};

/* A guest with an address of another network has another fault. */
static uint32_t guest_address(const xmlNode *nic, const xmlNode *bridge)
{
	uint32_t address = ipv4_or_none(facts_get(nic, "address"));
	struct ipv4_subnet here;

	if (ipv4_subnet_make(facts_get(bridge, "address"), facts_get(bridge, "prefix"), &here) &&
	    !ipv4_is_in(address, &here))
		return 0;
	return address;
}

static uint32_t address_of(const struct place *p, enum end end)
{
	return end == GUEST ? p->guest : end == HOST ? p->host : end == FAR ? OUTSIDE :
	       end == ALL   ? EVERYBODY :
			      0;
}

/* Which flows a network of this mode is to let pass. */
static bool applies(const struct flow *f, const char *mode, bool filters_bridged)
{
	bool routed = strstr(" nat route ", mode) != NULL;

	if (f->has_uplink)
		return g_str_equal(f->name, "nat") ? g_str_equal(mode, "nat") : routed;
	if (g_str_equal(f->name, "bridged"))
		return true;
	if (g_str_equal(f->name, "bridged-ip"))
		return filters_bridged;
	return routed || g_str_equal(mode, "open") || g_str_equal(mode, "isolated");
}

/* Who looks after the rules of the table that decided. Another table's owner has no say in it. */
static void add_owner(xmlNode *node, const struct firewall *fw, const struct fw_decision *d)
{
	if (firewall_has_chain(fw, d->family, d->table, "DOCKER*"))
		facts_set(node, "docker", "yes");
	if (firewall_has_chain(fw, d->family, d->table, "ufw*"))
		facts_set(node, "ufw", "yes");
	if (d->table && g_str_has_prefix(d->table, "firewalld"))
		facts_set(node, "firewalld", "yes");
}

static void add_decision(xmlNode *node, const struct firewall *fw, const struct fw_decision *d)
{
	facts_set(node, "verdict", fw_verdict_names[d->verdict]);
	if (!d->chain)
		return;
	facts_set(node, "family", d->family);
	facts_set(node, "table", d->table);
	facts_set(node, "chain", d->chain);
	if (d->handle)
		facts_setf(node, "handle", "%u", d->handle);
	facts_set(node, "rule", d->rule);
	if (d->packets >= 0)
		facts_setf(node, "packets", "%" G_GINT64_FORMAT, d->packets);
	add_owner(node, fw, d);
	facts_from(node, "/vmdoctor/net/nft.json", 0);
}

static void add_flow(xmlNode *nic, const struct flow *f, const struct firewall *fw,
		     const struct place *p, bool legacy)
{
	const struct fw_packet packet = {
		.iif = f->from_bridge ? p->bridge : f->has_uplink && f->to_bridge ? p->uplink : NULL,
		.oif = f->to_bridge ? p->bridge : f->has_uplink ? p->uplink : NULL,
		.source = address_of(p, f->source),
		.destination = address_of(p, f->destination),
		.protocol = f->protocol,
		.source_port = f->source_port,
		.destination_port = f->destination_port,
		.established = f->established,
		.source_mac = p->mac,
	};
	struct fw_decision d = firewall_ask(fw, f->families, f->type, f->hook, &packet);
	xmlNode *node = facts_add(nic, "firewall");

	facts_set(node, "flow", f->name);
	add_decision(node, fw, &d);
	facts_set(node, "legacy", legacy ? "yes" : "no");
}

/* The rules of the host, read once for all domains. */
struct ruleset {
	struct firewall *fw; /* NULL: error */
	int error;
	bool legacy;
};

static void ruleset_free(void *data)
{
	struct ruleset *rules = data;

	firewall_free(rules->fw);
	g_free(rules);
}

static int load(struct source *src, struct firewall **ret, bool *ret_legacy)
{
	g_autofree char *json = NULL, *text = NULL, *legacy = NULL;
	g_autoptr(GError) error = NULL;
	int r = source_read(src, "/vmdoctor/net/nft.json", &json, NULL);

	if (r != 0)
		return r < 0 ? r : -EFBIG;
	(void)source_read(src, "/vmdoctor/net/nft.txt", &text, NULL);
	*ret_legacy = source_read(src, "/proc/net/ip_tables_names", &legacy, NULL) == 0 && *legacy;
	*ret = firewall_new(json, text, &error);
	return *ret ? 0 : -EBADMSG;
}

static const struct ruleset *ruleset_of(struct source *src, xmlDoc *facts)
{
	static const char key[] = "firewall-ruleset";
	struct ruleset *rules = facts_kept(facts, key);

	if (!rules) {
		rules = g_new0(struct ruleset, 1);
		rules->error = load(src, &rules->fw, &rules->legacy);
		facts_keep(facts, key, rules, ruleset_free);
	}
	return rules;
}

/* Set for this bridge, or for all of the network namespace. */
static bool hears_bridge(const xmlNode *bridge, const xmlNode *net)
{
	const xmlNode *n = xml_child(net, "sysctl");

	while (n && g_strcmp0(facts_get(n, "name"), "bridge/bridge-nf-call-iptables") != 0)
		n = xml_next(n, "sysctl");
	return g_strcmp0(facts_get(bridge, "bridge-nf-call-iptables"), "yes") == 0 ||
	       (n && g_strcmp0(facts_get(n, "value"), "1") == 0);
}

static void add_flows(xmlNode *nic, const struct firewall *fw, const xmlNode *net, bool legacy)
{
	const xmlNode *bridge = xml_child(nic, "bridge");
	const struct place place = {
		.guest = guest_address(nic, bridge),
		.host = ipv4_or_none(facts_get(bridge, "address")),
		.bridge = facts_get(nic, "bridge"),
		.uplink = facts_get(facts_child(net, "uplink", "table", MAIN_TABLE), "name"),
		.mac = facts_get(nic, "mac"),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(flows); i++) {
		const struct flow *f = &flows[i];
		bool known = (f->source != GUEST || place.guest) && (f->destination != GUEST || place.guest) &&
			     (!f->has_uplink || place.uplink) && (f->source != HOST || place.host);

		if (applies(f, facts_get(nic, "mode"), hears_bridge(bridge, net)) && known)
			add_flow(nic, f, fw, &place, legacy);
	}
}

static void gather_firewall(struct source *src, xmlNode *vm)
{
	const xmlNode *net = xml_child(facts_host(vm->doc), "net");
	const struct ruleset *rules;

	for (xmlNode *n = xml_child(vm, "nic"); n; n = xml_next(n, "nic")) {
		if (!facts_get(n, "device") || !facts_get(n, "bridge") || !facts_get(n, "mode"))
			continue;
		rules = ruleset_of(src, vm->doc);
		if (!rules->fw)
			facts_error(facts_add(n, "firewall"), rules->error);
		else
			add_flows(n, rules->fw, net, rules->legacy);
	}
}

const struct check check_firewall = {
	.name = "firewall",
	.summary = "what the host's packet filter does with a guest's packets",
	.reads = reads,
	.vm = gather_firewall,
};
