// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_net - ip, bridge, brctl. The words are read by sos_net.c, and by this what people print otherwise.
 *
 * Source: ip-link(8), ip-address(8), ip-route(8), ip-neighbour(8), bridge(8), brctl(8), route(8)
 */
#include <string.h>

#include "archives/paste/paste_private.h"
#include "archives/sos/sos_net.h"
#include "base/json_make.h"
#include "base/json_read.h"
#include "source/source.h"

#define LINK "^\\d+: [^ :]+: <[A-Z0-9_,-]*> mtu \\d+"

/* One device, or those of a kind: no table of all. */
static bool is_all(struct paste *p, const struct paste_part *part)
{
	return part->whole && !(part->command && paste_is(p, "\\b(?:dev|type|master|up|vrf|via|to|get|table (?!all)\\w+)\\b|"
							  "\\b(?:show|sh|list|ls) +(?!up\\b|table\\b)[A-Za-z0-9]", part->command));
}

/* Without -d the kind is not printed. What a device is then, its name or its ports say; what is no
 * bridge, tap and the like for certain, would be taken for a card. Source: systemd.net-naming-scheme(7) */
static const char *kind_by_name(struct paste *p, const char *name, bool is_master)
{
	static const char *const kinds[][2] = {
		{ "^(?:virbr\\d+|br\\d*|br[-_.].*|docker\\d+|lxcbr\\d+|lxdbr\\d+|vmbr\\d+|bridge\\d+|cni\\d+|podman\\d+|ovsbr.*)$", "bridge" },
		{ "^(?:vnet\\d+|tap.*|tun\\d+|virbr\\d+-nic|fwtap.*)$", "tun" },
		{ "^(?:veth.*|fwpr.*|fwln.*)$", "veth" },
		{ "^macvtap\\d+$", "macvtap" },
		{ "^bond\\d+$", "bond" },
		{ "^team\\d+$", "team" },
		{ "^ovs-system$", "openvswitch" },
		{ "^wg\\d*$", "wireguard" },
		{ "^dummy\\d*$", "dummy" },
		{ "^[^.]+\\.\\d+$|^vlan\\d+$", "vlan" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (paste_is(p, kinds[i][0], name))
			return kinds[i][1];
	return is_master ? "bridge" : NULL;
}

/* "2: eth0: <…> … master br0 …" of each device: its name and its master's. */
static GHashTable *masters_of(struct paste *p, const GStrv lines)
{
	GHashTable *masters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^\\d+: \\S+ <.* master (\\S+)", lines[i]);

		if (f)
			g_hash_table_add(masters, g_strdup(f[1]));
	}
	return masters;
}

static void add_kind(struct paste *p, GString *links, const char *line, const char *next, GHashTable *masters)
{
	g_auto(GStrv) f = paste_is(p, LINK, line) ? paste_match(p, "^\\d+: ([^ :@]+)(@?)", line) : NULL;
	const char *kind = f ? kind_by_name(p, f[1], g_hash_table_contains(masters, f[1])) : NULL;
	bool detailed = next && strstr(next, " promiscuity ");

	if (!f)
		return;
	if (!detailed && kind)
		g_string_append_printf(links, "    %s\n", kind);
	g_hash_table_insert(p->links, g_strdup(f[1]), g_strcmp0(kind, "bridge") == 0 ? (gpointer)"bridge" : (gpointer)"");
}

/* The addresses of `ip addr` stand below their device, with -o in its line. */
static void split_addresses(struct paste *p, const char *text, GString *links, GString *addresses)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GHashTable) masters = masters_of(p, lines);
	g_autofree char *device = NULL;

	for (size_t i = 0; lines[i]; i++) {
		const char *bare = lines[i] + strspn(lines[i], " \t");

		if (paste_is(p, LINK, lines[i])) {
			g_auto(GStrv) f = paste_match(p, "^(\\d+: [^ :@]+)", lines[i]);

			g_free(device);
			device = g_strdup(f[1]);
		}
		if (g_str_has_prefix(bare, "inet"))
			g_string_append_printf(addresses, "%s    %s\n", device, bare);
		else if (!g_str_has_prefix(bare, "valid_lft"))
			g_string_append_printf(links, "%s\n", lines[i]);
		add_kind(p, links, lines[i], lines[i + 1], masters);
	}
}

static char *file_addr(struct paste *p, const struct paste_part *part)
{
	g_autoptr(GString) links = g_string_new(NULL);
	GString *addresses = g_string_new(NULL);
	bool all = is_all(p, part) && strstr(part->text, "LOOPBACK"), has_addresses;
	g_autofree char *path = NULL;

	split_addresses(p, part->text, links, addresses);
	/* `ip link` prints none, and says nothing of them. */
	has_addresses = addresses->len > 0;
	if (all) {
		p->all_links = true;
		path = paste_put_json(p, "/vmdoctor/net/link.json", sos_net_links(links->str));
		if (has_addresses)
			g_free(paste_put_json(p, "/vmdoctor/net/address.json", sos_net_addresses(addresses->str)));
	} else {
		path = paste_keep(p, "ip-link", part);
	}
	g_string_free(addresses, TRUE);
	return g_steal_pointer(&path);
}

/* Tables that are wanted whole; of a part nothing is known but that it was there. */
static char *file_whole(struct paste *p, const struct paste_part *part, const char *name, char *(*make)(const char *text))
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/net/%s.json", name);

	return is_all(p, part) ? paste_put_json(p, path, make(part->text)) : paste_keep(p, name, part);
}

static char *file_oneline(struct paste *p, const struct paste_part *part)
{
	return strstr(part->text, ": lo ") ? file_whole(p, part, "address", sos_net_addresses) : paste_keep(p, "address", part);
}

static char *file_route(struct paste *p, const struct paste_part *part)
{
	return file_whole(p, part, "route", sos_net_routes);
}

static char *file_policy(struct paste *p, const struct paste_part *part)
{
	return file_whole(p, part, "policy", sos_net_rules);
}

static char *file_neighbour(struct paste *p, const struct paste_part *part)
{
	return file_whole(p, part, "neighbour", sos_net_neighbours);
}

static char *file_fdb(struct paste *p, const struct paste_part *part)
{
	return file_whole(p, part, "fdb", sos_net_fdb);
}

/* "0.0.0.0  192.0.2.1  0.0.0.0  UG  100  0  0 eth0" as ip(8) would have it. */
static char *file_route_n(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autoptr(GString) routes = g_string_new(NULL);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^([\\d.]+|default) +([\\d.]+|\\*) +([\\d.]+) +[A-Z!]+ +(\\d+) +\\d+ +\\d+ +(\\S+)$", lines[i]);
		unsigned int bits = 0;

		if (!f)
			continue;
		g_auto(GStrv) mask = g_strsplit(f[3], ".", 4);

		for (size_t m = 0; mask[m]; m++)
			for (guint64 b = g_ascii_strtoull(mask[m], NULL, 10); b; b &= b - 1)
				bits++;
		if (bits == 0)
			g_string_append(routes, "default");
		else
			g_string_append_printf(routes, "%s/%u", f[1], bits);
		if (strcmp(f[2], "0.0.0.0") != 0 && strcmp(f[2], "*") != 0)
			g_string_append_printf(routes, " via %s", f[2]);
		g_string_append_printf(routes, " dev %s metric %s\n", f[5], f[4]);
	}
	return part->whole ? paste_put_json(p, "/vmdoctor/net/route.json", sos_net_routes(routes->str)) : paste_keep(p, "route", part);
}

static void add_port(struct paste *p, const char *bridge, const char *port)
{
	JsonBuilder *b = paste_item(p, "bridge-port");

	json_make_text(b, "bridge", bridge);
	if (*port)
		json_make_text(b, "port", port);
	json_builder_end_object(b);
}

/* Bridges that it shows are there; others may be of another kind. A bridge's further ports stand alone in their lines. */
static char *file_brctl(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *bridge = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^(\\S+)\\s+[0-9a-f]{4}\\.[0-9a-f]{12}\\s+(?:yes|no)\\s*(\\S*)", lines[i]);
		g_auto(GStrv) port = f || !bridge ? NULL : paste_match(p, "^\\s+(\\S+)$", lines[i]);

		if (f) {
			g_hash_table_insert(p->links, g_strdup(f[1]), (gpointer)"bridge");
			g_free(bridge);
			bridge = g_strdup(f[1]);
		}
		if (part->whole && (f || port))
			add_port(p, bridge, f ? f[2] : port[1]);
	}
	return paste_keep(p, "brctl", part);
}

/* "virbr0  UP  192.168.122.1/24": shown devices are there, and no list of it has what they are. */
static char *file_brief(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^([^ @]+)\\S* +[A-Z]+\\b", lines[i]);

		if (f)
			g_hash_table_insert(p->links, g_strdup(f[1]), (gpointer)(g_strcmp0(kind_by_name(p, f[1], false), "bridge") == 0 ? "bridge" : ""));
	}
	p->all_links |= is_all(p, part) && paste_is(p, "(?m)^lo ", part->text);
	return paste_keep(p, "ip-br", part);
}

static char *file_bridge_link(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^\\d+: \\S+ .* master (\\S+) ", lines[i]);

		if (f)
			g_hash_table_insert(p->links, g_strdup(f[1]), (gpointer)"bridge");
	}
	return paste_keep(p, "bridge-link", part);
}

static char *file_ifconfig(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "ifconfig", part);
}

static char *file_tcpdump(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "tcpdump", part);
}

static char *file_ping(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "ping", part);
}

/* What says "log" in its name holds messages of its own, "need to frag": checks/host/message.c reads it, too. */
#define ADDRESS "(?:\\d+\\.\\d+\\.\\d+\\.\\d+|[0-9a-f]*:[0-9a-f:]+)"

const struct paste_row paste_net_rows[] = {
	{ "bridge link", "^bridge (?:-\\w+ )*l", "^\\d+: \\S+ <[^>]*> mtu \\d+ .*state (?:forwarding|disabled|blocking|learning|listening)", "^\\d+: |^ +\\S", false, file_bridge_link },
	{ "bridge fdb", "^bridge (?:-\\w+ )*f", "^[0-9a-f]{2}(?::[0-9a-f]{2}){5} dev \\S+", "^[0-9a-f]{2}(?::[0-9a-f]{2}){5} dev ", false, file_fdb },
	{ "ip addr", "^ip (?:-\\w+ )*(?:a|l)", LINK, "^\\s+\\S|" LINK, false, file_addr },
	{ "ip -o addr", "^ip (?:-\\w+ )*a", "^\\d+: \\S+ +inet6? \\S+/\\d+", "^\\d+: \\S+ +inet6? ", false, file_oneline },
	{ "ip -br addr", "^ip (?:-\\w+ )*-br", "^[\\w.@-]+ +(?:UNKNOWN|UP|DOWN|LOWERLAYERDOWN)\\b(?: +[0-9a-f.:/]+)*(?: +<[A-Z,_]+>)?$", "^[\\w.@-]+ +(?:UNKNOWN|UP|DOWN|LOWERLAYERDOWN)\\b", false, file_brief },
	{ "ip neigh", "^ip (?:-\\w+ )*n", "^" ADDRESS " dev \\S+ .*(?:REACHABLE|STALE|FAILED|INCOMPLETE|PERMANENT|DELAY|PROBE|NOARP)$", "^" ADDRESS " dev ", false, file_neighbour },
	{ "ip route", "^ip (?:-\\w+ )*ro?", "^(?:(?:unicast|broadcast|local|blackhole|unreachable) )?(?:default|[\\d.]+(?:/\\d+)?|[0-9a-f:]+::?[0-9a-f:]*(?:/\\d+)?) (?:via|dev|proto) ", "^(?:\\w+ )?(?:default|[\\d.]+(?:/\\d+)?|[0-9a-f:]+(?:/\\d+)?) (?:via|dev|proto|table) |^\\s+nexthop |^(?:blackhole|unreachable|prohibit) ", false, file_route },
	{ "ip rule", "^ip (?:-\\w+ )*ru", "^\\d+:\\s+(?:not )?from \\S+ .*lookup ", "^\\d+:\\s+(?:not )?from ", false, file_policy },
	{ "brctl show", "^brctl show", "^bridge name\\s+bridge id", "^\\S+\\s+[0-9a-f]{4}\\.[0-9a-f]{12}|^\\s+\\S+$", false, file_brctl },
	{ "route", "^route\\b|^netstat -\\w*r", "^Kernel IP routing table", "^Destination|^[\\d.]+ |^default ", false, file_route_n },
	{ "ifconfig", "^ifconfig\\b", "^[\\w.-]+: flags=\\d+<[A-Z,]*> +mtu \\d+", "^\\s+\\S|^[\\w.-]+: flags=", true, file_ifconfig },
	{ "log of ping", "^ping\\b", "^PING \\S+ \\(", "^\\d+ bytes from |^From \\S+ icmp_seq|^--- .* ping statistics|packets transmitted|^rtt |^ping: ", true, file_ping },
	{ "log of tcpdump", "^tcpdump\\b", "^\\d\\d:\\d\\d:\\d\\d\\.\\d{6} (?:\\S+ +(?:In|Out|B|M|P) +)?(?:IP6?|ARP|STP|[0-9a-f:]{17} >)", "^\\d\\d:\\d\\d:\\d\\d\\.\\d{6} |^\\s+\\S|^\\d+ packets ", false, file_tcpdump },
	{ 0 },
};
