// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos_net - outputs of ip and bridge, line by line, word by word.
 */
#include "archives/sos/sos_net.h"

#include <string.h>

#include "base/json_make.h"
#include "formats/parse.h"

#define ENTRIES_MAX 8192 /* as source_net.c */
#define LINES_MAX (ENTRIES_MAX * 24)

/* The words of a line; runs of blanks part them. */
static GStrv words_of(const char *line)
{
	g_auto(GStrv) parts = g_strsplit_set(line, " \t\\", -1);
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	for (size_t i = 0; parts[i]; i++)
		if (*parts[i])
			g_ptr_array_add(words, g_strdup(parts[i]));
	g_ptr_array_add(words, NULL);
	return (GStrv)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

/* What stands behind the word @key; NULL: no such word. */
static const char *value_of(const GStrv words, const char *key)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(words[i], key) == 0)
			return words[i + 1];
	return NULL;
}

static bool has_word(const GStrv words, const char *word)
{
	return g_strv_contains((const char *const *)words, word);
}

static bool put_number(JsonBuilder *b, const char *key, const char *text)
{
	uint64_t n;

	if (!text || !parse_u64(text, &n))
		return false;
	json_make_u64(b, key, n);
	return true;
}

/* "on", "1": true; "off", "0": false. */
static void put_switch(JsonBuilder *b, const char *key, const char *text)
{
	if (g_strcmp0(text, "on") == 0 || g_strcmp0(text, "1") == 0)
		json_make_bool(b, key, true);
	else if (g_strcmp0(text, "off") == 0 || g_strcmp0(text, "0") == 0)
		json_make_bool(b, key, false);
}

static void put_word(JsonBuilder *b, const char *key, const char *text)
{
	if (text)
		json_make_text(b, key, text);
}

static bool is_mac(const char *text)
{
	return text && strlen(text) == 17 && strspn(text, "0123456789abcdefABCDEF:") == 17;
}

static bool is_address(const char *text)
{
	return text && (strchr(text, '.') || strchr(text, ':')) && strspn(text, "0123456789abcdefABCDEF:./") == strlen(text);
}

static int family_of(const char *address)
{
	return strchr(address, ':') ? 6 : 4;
}

/* A list of what @put makes of each line; a line of which it makes nothing is left out. */
struct listing {
	JsonBuilder *b;
	guint entries;
};

static struct listing listing_begin(const char *member)
{
	struct listing l = { json_make_object(), 0 };

	json_make_open_array(l.b, member);
	return l;
}

/* Nothing was understood of something: then it was no such output. */
static char *listing_end(struct listing *l, bool may_be_empty)
{
	g_autofree char *text = NULL;

	json_builder_end_array(l->b);
	text = json_make_end(l->b);
	return (l->entries > 0 || may_be_empty) && l->entries <= ENTRIES_MAX ? g_steal_pointer(&text) : NULL;
}

static bool put_neighbour(JsonBuilder *b, const GStrv words, const char *line);
static bool put_forward(JsonBuilder *b, const GStrv words, const char *line);

static char *list_lines(const char *member, const char *text,
			bool (*put)(JsonBuilder *b, const GStrv words, const char *line))
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);
	struct listing l = listing_begin(member);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) words = words_of(lines[i]);

		if (words[0] && put(l.b, words, lines[i]))
			l.entries++;
	}
	/* A host may have no neighbours and no bridge; devices, addresses and rules it always has. */
	return listing_end(&l, !text[strspn(text, " \n")] &&
				       (put == put_neighbour || put == put_forward));
}

/* Links: a line that begins with a number, and those below it */

static bool begins_link(const char *line)
{
	return g_regex_match_simple("^[0-9]+: \\S+: <\\S+> ", line, G_REGEX_RAW, 0);
}

/* "5: eth0.7@eth0: <BROADCAST,UP> mtu 1500 qdisc noqueue master br0 …" */
static void put_link_head(JsonBuilder *b, const GStrv words)
{
	g_autofree char *name = g_strndup(words[1], strlen(words[1]) - 1);
	char *at = strchr(name, '@');
	g_autofree char *inner = g_strndup(words[2] + 1, strcspn(words[2] + 1, ">"));
	g_auto(GStrv) flags = g_strsplit(inner, ",", -1);
	bool up = has_word(flags, "UP");

	words[0][strlen(words[0]) - 1] = '\0';
	put_number(b, "ifindex", words[0]);
	json_make_bool(b, "up", up);
	json_make_bool(b, "running", up && !has_word(flags, "NO-CARRIER"));
	json_make_bool(b, "loopback", has_word(flags, "LOOPBACK"));
	/* "@if5": in another network namespace, a number there */
	if (at && !(g_str_has_prefix(at, "@if") && strspn(at + 3, "0123456789") == strlen(at + 3)) &&
	    strcmp(at, "@NONE") != 0)
		json_make_text(b, "lower", at + 1);
	if (at)
		*at = '\0';
	json_make_text(b, "name", name);
	if (up)
		json_make_bool(b, "carrier", has_word(flags, "LOWER_UP"));
	put_number(b, "mtu", value_of(words, "mtu"));
	put_word(b, "qdisc", value_of(words, "qdisc"));
	put_word(b, "master", value_of(words, "master"));
}

static void put_bridge(JsonBuilder *b, const GStrv words)
{
	put_number(b, "bridge-stp", value_of(words, "stp_state"));
	put_number(b, "bridge-forward-delay-cs", value_of(words, "forward_delay"));
	put_switch(b, "bridge-vlan-filtering", value_of(words, "vlan_filtering"));
	put_number(b, "bridge-default-pvid", value_of(words, "vlan_default_pvid"));
	put_switch(b, "bridge-topology-change", value_of(words, "topology_change"));
	put_switch(b, "bridge-nf-call-iptables", value_of(words, "nf_call_iptables"));
	put_switch(b, "bridge-nf-call-ip6tables", value_of(words, "nf_call_ip6tables"));
	put_switch(b, "bridge-nf-call-arptables", value_of(words, "nf_call_arptables"));
}

/* Source: Linux include/uapi/linux/if_bridge.h, BR_STATE_… */
static void put_port(JsonBuilder *b, const GStrv words)
{
	static const char *const states[] = { "disabled", "listening", "learning", "forwarding", "blocking" };
	const char *state = value_of(words, "state");

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (g_strcmp0(state, states[i]) == 0)
			json_make_int(b, "port-state", (int64_t)i);
	put_switch(b, "port-learning", value_of(words, "learning"));
	put_switch(b, "port-flood", value_of(words, "flood"));
	put_switch(b, "port-broadcast-flood", value_of(words, "bcast_flood"));
	put_switch(b, "port-hairpin", value_of(words, "hairpin"));
	put_switch(b, "port-isolated", value_of(words, "isolated"));
	put_switch(b, "port-locked", value_of(words, "locked"));
}

/* Source: Linux include/uapi/linux/if_link.h, MACVLAN_MODE_… */
static void put_macvlan(JsonBuilder *b, const GStrv words)
{
	static const struct {
		const char *name;
		int mode;
	} modes[] = { { "private", 1 }, { "vepa", 2 }, { "bridge", 4 }, { "passthru", 8 }, { "source", 16 } };

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
		if (g_strcmp0(value_of(words, "mode"), modes[i].name) == 0)
			json_make_int(b, "macvlan-mode", modes[i].mode);
}

/* A line of its own begins with the kind; those that begin otherwise are known. */
static void put_kind(JsonBuilder *b, const GStrv words)
{
	static const char *const others[] = { "alias", "altname", "vf", "RX:", "TX:", "RX", "TX", "link-netns", NULL };

	if (g_strv_contains(others, words[0]) || g_ascii_isdigit(*words[0]) || strchr(words[0], '/') ||
	    g_str_has_suffix(words[0], "_slave"))
		return;
	json_make_text(b, "kind", words[0]);
	if (strcmp(words[0], "bridge") == 0)
		put_bridge(b, words);
	else if (strcmp(words[0], "vlan") == 0)
		put_number(b, "vlan", value_of(words, "id"));
	else if (strcmp(words[0], "macvlan") == 0 || strcmp(words[0], "macvtap") == 0)
		put_macvlan(b, words);
}

/* Below "RX: bytes packets errors dropped …" stand the numbers. */
static void put_counters(JsonBuilder *b, const char *way, const char *line)
{
	static const char *const names[] = { "bytes", "packets", "errors", "dropped" };
	g_auto(GStrv) words = words_of(line);

	for (size_t i = 0; i < G_N_ELEMENTS(names) && words[i]; i++) {
		g_autofree char *key = g_strdup_printf("%s-%s", way, names[i]);

		put_number(b, key, words[i]);
	}
}

static void put_link_line(JsonBuilder *b, const char *line, const char *next, bool *has_kind)
{
	g_auto(GStrv) words = words_of(line);

	if (!words[0] || strcmp(words[0], "alias") == 0)
		return;
	if (g_str_has_prefix(words[0], "link/")) {
		if (is_mac(words[1]))
			json_make_text(b, "mac", words[1]);
		put_number(b, "promiscuity", value_of(words, "promiscuity"));
	} else if (strcmp(words[0], "bridge_slave") == 0) {
		put_port(b, words);
	} else if (strcmp(words[0], "RX:") == 0 && g_strcmp0(words[1], "bytes") == 0 && next) {
		put_counters(b, "rx", next);
	} else if (strcmp(words[0], "TX:") == 0 && g_strcmp0(words[1], "bytes") == 0 && next) {
		put_counters(b, "tx", next);
	} else if (!*has_kind && g_str_has_prefix(line, "    ") && line[4] != ' ') {
		put_kind(b, words);
		*has_kind = g_ascii_islower(*words[0]) && !g_str_has_suffix(words[0], "_slave") &&
			    strcmp(words[0], "altname") != 0 && strcmp(words[0], "vf") != 0;
	}
}

char *sos_net_links(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);
	struct listing l = listing_begin("link");
	bool has_kind = false;

	for (size_t i = 0; lines[i]; i++) {
		if (begins_link(lines[i])) {
			g_auto(GStrv) words = words_of(lines[i]);

			if (l.entries++ > 0)
				json_builder_end_object(l.b);
			json_builder_begin_object(l.b);
			put_link_head(l.b, words);
			has_kind = false;
		} else if (l.entries > 0) {
			put_link_line(l.b, lines[i], lines[i + 1], &has_kind);
		}
	}
	if (l.entries > 0)
		json_builder_end_object(l.b);
	return listing_end(&l, false);
}

/* "2: virbr0    inet 192.168.122.1/24 brd …", "… inet 10.0.0.1 peer 10.0.0.2/32 …" */
static bool put_address(JsonBuilder *b, const GStrv words, const char *line G_GNUC_UNUSED)
{
	bool is_known = g_strv_length(words) >= 4 && (strcmp(words[2], "inet") == 0 || strcmp(words[2], "inet6") == 0);
	const char *peer = is_known ? value_of(words, "peer") : NULL, *with_prefix = peer ? peer : is_known ? words[3] : NULL;
	const char *slash = with_prefix ? strchr(with_prefix, '/') : NULL;
	g_autofree char *address = is_known ? g_strndup(words[3], strcspn(words[3], "/")) : NULL;
	g_autofree char *other = slash ? g_strndup(with_prefix, (size_t)(slash - with_prefix)) : NULL;

	if (!slash || !is_address(address) || !g_ascii_isdigit(*words[0]))
		return false;
	json_builder_begin_object(b);
	json_make_text(b, "link", words[1]);
	json_make_int(b, "family", strcmp(words[2], "inet") == 0 ? 4 : 6);
	put_number(b, "prefix", slash + 1);
	if (peer || strcmp(words[2], "inet") == 0)
		json_make_text(b, "peer", other);
	json_make_text(b, "address", address);
	json_builder_end_object(b);
	return true;
}

char *sos_net_addresses(const char *text)
{
	return list_lines("address", text, put_address);
}

/* Names of tables are those that every host has; what an own table is called, only rt_tables knows. */
static bool table_of(const char *name, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t table;
	} tables[] = { { "default", 253 }, { "main", 254 }, { "local", 255 } };

	*ret = 254;
	for (size_t i = 0; name && i < G_N_ELEMENTS(tables); i++)
		if (strcmp(name, tables[i].name) == 0) {
			*ret = tables[i].table;
			return true;
		}
	return !name || parse_u64(name, ret);
}

static void put_gateway(JsonBuilder *b, const GStrv words)
{
	const char *gateway = value_of(words, "via");

	if (gateway && (strcmp(gateway, "inet6") == 0 || strcmp(gateway, "inet") == 0))
		gateway = value_of(words, gateway);
	if (is_address(gateway))
		json_make_text(b, "gateway", gateway);
}

/* "default via 192.0.2.1 dev eth0", "blackhole 10.0.0.0/8", "local 127.0.0.1 dev lo table local …" */
static bool put_route(JsonBuilder *b, const GStrv words, const char *line)
{
	static const char *const types[] = { "unicast", "local", "broadcast", "blackhole", "unreachable", "prohibit" };
	static const char *const others[] = { "multicast", "anycast", "throw", "nat", "xresolve" };
	const char *type = NULL, *to = words[0], *source = value_of(words, "src"), *gateway = value_of(words, "via");
	bool is_v6 = has_word(words, "pref") || (gateway && strchr(gateway, ':'));
	g_autofree char *whole = NULL;
	uint64_t table;

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		type = strcmp(to, types[i]) == 0 ? types[i] : type;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		type = strcmp(to, others[i]) == 0 ? "other" : type;
	to = type ? words[1] : to;
	/* A next hop begins with a blank: it belongs to the route above. */
	if (*line == ' ' || *line == '\t' || !to || (strcmp(to, "default") != 0 && !is_address(to)) ||
	    !table_of(value_of(words, "table"), &table))
		return false;
	is_v6 = is_v6 || strchr(to, ':');
	whole = strchr(to, '/') || strcmp(to, "default") == 0 ? g_strdup(to) : g_strconcat(to, is_v6 ? "/128" : "/32", NULL);
	json_builder_begin_object(b);
	json_make_int(b, "family", is_v6 ? 6 : 4);
	json_make_text(b, "to", whole);
	json_make_text(b, "type", type ? type : "unicast");
	json_make_u64(b, "table", table);
	if (is_address(source))
		json_make_text(b, "source", source);
	put_gateway(b, words);
	put_number(b, "metric", value_of(words, "metric"));
	put_word(b, "link", value_of(words, "dev"));
	json_builder_end_object(b);
	return true;
}

/* Of a route of several hops the first is what source_net.c says: it joins the line above. */
static char *join_hops(const char *text)
{
	g_autoptr(GRegex) regex = g_regex_new(" *\n[ \t]+nexthop via \\S+( dev \\S+)[^\n]*(\n[ \t]+nexthop [^\n]*)*", G_REGEX_RAW, 0, NULL);
	char *joined = g_regex_replace(regex, text, -1, 0, "\\1", 0, NULL);

	return joined ? joined : g_strdup(text);
}

char *sos_net_routes(const char *text)
{
	g_autofree char *joined = join_hops(text);

	return list_lines("route", joined, put_route);
}

/* "500:	from 10.1.0.0/16 iif virbr0 lookup 100", "501: from all fwmark 0x10 blackhole" */
static bool put_rule(JsonBuilder *b, const GStrv words, const char *line G_GNUC_UNUSED)
{
	static const char *const actions[] = { "blackhole", "unreachable", "prohibit", "goto" };
	const char *from = value_of(words, "from"), *to = value_of(words, "to"), *mark = value_of(words, "fwmark");
	const char *lookup = value_of(words, "lookup"), *action = lookup ? "lookup" : "other";
	g_autofree char *priority = g_strndup(words[0], strcspn(words[0], ":"));
	uint64_t table;

	if (!from || !table_of(lookup, &table) || !g_str_has_suffix(words[0], ":"))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
		action = has_word(words, actions[i]) ? actions[i] : action;
	json_builder_begin_object(b);
	json_make_int(b, "family", 4);
	json_make_text(b, "source", strcmp(from, "all") == 0 ? "default" : from);
	json_make_text(b, "destination", to ? to : "default");
	json_make_text(b, "action", action);
	put_number(b, "priority", priority);
	put_word(b, "iif", value_of(words, "iif"));
	put_word(b, "oif", value_of(words, "oif"));
	if (lookup)
		json_make_u64(b, "table", table);
	if (mark)
		json_make_u64(b, "fwmark", g_ascii_strtoull(mark, NULL, 0));
	json_builder_end_object(b);
	return true;
}

char *sos_net_rules(const char *text)
{
	return list_lines("rule", text, put_rule);
}

/* Delay and probe are short moments of an entry that was heard of. As source_net.c. */
static const char *neighbour_state(const char *word)
{
	static const char *const names[][2] = {
		{ "PERMANENT", "permanent" }, { "NOARP", "noarp" },	      { "REACHABLE", "reachable" },
		{ "FAILED", "failed" },	      { "INCOMPLETE", "incomplete" }, { "STALE", "stale" },
		{ "DELAY", "stale" },	      { "PROBE", "stale" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(word, names[i][0]) == 0)
			return names[i][1];
	return NULL;
}

/* "192.168.122.7 dev virbr0 lladdr 52:54:00:11:22:33 ref 1 used 3/3/1 probes 4 REACHABLE" */
static bool put_neighbour(JsonBuilder *b, const GStrv words, const char *line G_GNUC_UNUSED)
{
	const char *device = value_of(words, "dev"), *mac = value_of(words, "lladdr"), *state = NULL;

	for (size_t i = 0; words[i]; i++)
		state = neighbour_state(words[i]) ? neighbour_state(words[i]) : state;
	if (!is_address(words[0]) || !device || !state)
		return false;
	json_builder_begin_object(b);
	json_make_text(b, "link", device);
	json_make_int(b, "family", family_of(words[0]));
	json_make_text(b, "state", state);
	json_make_text(b, "address", words[0]);
	if (is_mac(mac))
		json_make_text(b, "mac", mac);
	json_builder_end_object(b);
	return true;
}

char *sos_net_neighbours(const char *text)
{
	return list_lines("neighbour", text, put_neighbour);
}

/* "52:54:00:11:22:33 dev vnet0 vlan 1 used 1/1 master virbr0 permanent" */
static bool put_forward(JsonBuilder *b, const GStrv words, const char *line G_GNUC_UNUSED)
{
	const char *device = value_of(words, "dev");

	if (!is_mac(words[0]) || !device)
		return false;
	json_builder_begin_object(b);
	json_make_text(b, "link", device);
	json_make_text(b, "state", has_word(words, "permanent") ? "permanent" :
				   has_word(words, "static") ? "noarp" : has_word(words, "stale") ? "stale" : "reachable");
	json_make_text(b, "mac", words[0]);
	put_word(b, "master", value_of(words, "master"));
	put_number(b, "vlan", value_of(words, "vlan"));
	json_builder_end_object(b);
	return true;
}

char *sos_net_fdb(const char *text)
{
	return list_lines("fdb", text, put_forward);
}
