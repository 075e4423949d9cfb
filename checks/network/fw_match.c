// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fw_match - what a rule asks of a packet.
 */
#include "checks/network/fw_private.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "formats/ipv4.h"

static JsonNode *member(JsonObject *o, const char *name)
{
	return o ? json_object_get_member(o, name) : NULL;
}

/* A scalar as text; "yes" and "no" for what is true or false. NULL: none. */
static char *scalar(JsonNode *n)
{
	if (!n || !JSON_NODE_HOLDS_VALUE(n))
		return NULL;
	switch (json_node_get_value_type(n)) {
	case G_TYPE_INT64:
		return g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(n));
	case G_TYPE_STRING:
		return g_strdup(json_node_get_string(n));
	case G_TYPE_BOOLEAN:
		return g_strdup(json_node_get_boolean(n) ? "yes" : "no");
	default:
		return NULL;
	}
}

static char *address_text(uint32_t address)
{
	struct in_addr a = { htonl(address) };
	char text[INET_ADDRSTRLEN];

	return g_strdup(inet_ntop(AF_INET, &a, text, sizeof(text)));
}

static char *meta_value(const char *key, const struct fw_packet *p)
{
	if (g_strcmp0(key, "iifname") == 0)
		return g_strdup(p->iif ? p->iif : "");
	if (g_strcmp0(key, "oifname") == 0)
		return g_strdup(p->oif ? p->oif : "");
	if (g_strcmp0(key, "iif") == 0)
		return g_strdup(p->iif ? p->iif : "");
	if (g_strcmp0(key, "oif") == 0)
		return g_strdup(p->oif ? p->oif : "");
	if (g_strcmp0(key, "l4proto") == 0)
		return g_strdup_printf("%u", p->protocol);
	if (g_strcmp0(key, "nfproto") == 0)
		return g_strdup(p->protocol ? "ipv4" : "");
	if (g_strcmp0(key, "protocol") == 0)
		return g_strdup(p->protocol ? "ip" : "arp");
	return NULL;
}

/* An ICMP field of a TCP packet: nft asks for the protocol first, so the value does not matter. */
static char *payload_value(const char *protocol, const char *field, const struct fw_packet *p)
{
	bool udp = p->protocol == 17, tcp = p->protocol == 6;

	if (g_strcmp0(protocol, "ip") == 0 && p->protocol) {
		if (g_strcmp0(field, "saddr") == 0)
			return address_text(p->source);
		if (g_strcmp0(field, "daddr") == 0)
			return address_text(p->destination);
		if (g_strcmp0(field, "protocol") == 0)
			return g_strdup_printf("%u", p->protocol);
		return NULL;
	}
	if (g_strcmp0(protocol, "ether") == 0) {
		if (g_strcmp0(field, "saddr") == 0)
			return g_strdup(p->source_mac);
		return g_strcmp0(field, "type") == 0 ? g_strdup(p->protocol ? "ip" : "arp") : NULL;
	}
	if (g_strcmp0(protocol, "th") == 0 || (udp && g_strcmp0(protocol, "udp") == 0) ||
	    (tcp && g_strcmp0(protocol, "tcp") == 0)) {
		if (g_strcmp0(field, "dport") == 0)
			return g_strdup_printf("%u", p->destination_port);
		if (g_strcmp0(field, "sport") == 0)
			return g_strdup_printf("%u", p->source_port);
		return NULL;
	}
	return g_strdup(""); /* a header that this packet does not have */
}

char *fw_value_of(JsonObject *left, const struct fw_packet *p)
{
	JsonObject *o;

	if ((o = json_as_object(member(left, "meta")))) {
		g_autofree char *key = scalar(member(o, "key"));

		return meta_value(key, p);
	}
	if ((o = json_as_object(member(left, "payload")))) {
		g_autofree char *protocol = scalar(member(o, "protocol"));
		g_autofree char *field = scalar(member(o, "field"));

		return payload_value(protocol, field, p);
	}
	if ((o = json_as_object(member(left, "ct")))) {
		g_autofree char *key = scalar(member(o, "key"));

		if (g_strcmp0(key, "state") == 0)
			return g_strdup(p->established ? "established" : "new");
	}
	return NULL;
}

/* {"prefix": {"addr": "192.168.122.0", "len": 24}} */
static enum fw_match in_prefix(JsonObject *prefix, const char *value)
{
	g_autofree char *network = scalar(member(prefix, "addr")), *length = scalar(member(prefix, "len"));
	unsigned int bits = length ? (unsigned int)strtoul(length, NULL, 10) : 33;
	uint32_t a, b, mask;

	if (!ipv4_parse(value, &a) || !ipv4_parse(network, &b) || bits > 32)
		return FW_NO;
	mask = bits ? ~0u << (32 - bits) : 0;
	return ((a ^ b) & mask) == 0 ? FW_YES : FW_NO;
}

/* {"range": [1024, 65535]}, of numbers or addresses */
static enum fw_match in_range(JsonArray *range, const char *value)
{
	uint32_t v, from, to;
	g_autofree char *low = NULL, *high = NULL;

	if (!range || json_array_get_length(range) != 2)
		return FW_MAYBE;
	low = scalar(json_array_get_element(range, 0));
	high = scalar(json_array_get_element(range, 1));
	if (!low || !high)
		return FW_MAYBE;
	if (!ipv4_parse(low, &from) || !ipv4_parse(high, &to) || !ipv4_parse(value, &v)) {
		from = (uint32_t)strtoul(low, NULL, 10);
		to = (uint32_t)strtoul(high, NULL, 10);
		v = (uint32_t)strtoul(value, NULL, 10);
	}
	return v >= from && v <= to ? FW_YES : FW_NO;
}

static enum fw_match in_elements(const struct firewall *fw, const struct fw_chain *chain,
				 JsonArray *elements, const char *value)
{
	enum fw_match best = FW_NO;

	for (guint i = 0; elements && i < json_array_get_length(elements); i++) {
		JsonNode *n = json_array_get_element(elements, i);
		JsonObject *o = json_as_object(n);

		if (json_as_object(member(o, "elem")))
			n = member(json_as_object(member(o, "elem")), "val");
		best = MAX(best, fw_holds(fw, chain, n, value));
	}
	return best;
}

/* "@name": a set of the same table. */
static enum fw_match in_named(const struct firewall *fw, const struct fw_chain *chain,
			      const char *name, const char *value)
{
	g_autofree char *key = g_strdup_printf("%s %s %s", chain->family, chain->table, name);
	JsonObject *set = g_hash_table_lookup(fw->sets, key);

	return set ? in_elements(fw, chain, json_as_array(member(set, "elem")), value) : FW_MAYBE;
}

/* Names of devices may end in a '*'. */
static enum fw_match equals(const char *pattern, const char *value)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, value, n - 1) == 0 ? FW_YES : FW_NO;
	/* Protocols are numbers here, and names where somebody wrote them so. */
	if ((strcmp(pattern, "tcp") == 0 && strcmp(value, "6") == 0) ||
	    (strcmp(pattern, "udp") == 0 && strcmp(value, "17") == 0))
		return FW_YES;
	return g_ascii_strcasecmp(pattern, value) == 0 ? FW_YES : FW_NO;
}

enum fw_match fw_holds(const struct firewall *fw, const struct fw_chain *chain, JsonNode *right,
		       const char *value)
{
	g_autofree char *text = scalar(right);
	JsonObject *o = json_as_object(right);

	if (json_as_array(right))
		return in_elements(fw, chain, json_as_array(right), value);
	if (text)
		return text[0] == '@' ? in_named(fw, chain, text + 1, value) : equals(text, value);
	if (json_as_object(member(o, "prefix")))
		return in_prefix(json_as_object(member(o, "prefix")), value);
	if (json_as_array(member(o, "range")))
		return in_range(json_as_array(member(o, "range")), value);
	if (json_as_array(member(o, "set")))
		return in_elements(fw, chain, json_as_array(member(o, "set")), value);
	return FW_MAYBE; /* a concatenation, a flag mask */
}

static enum fw_match match(const struct firewall *fw, const struct fw_chain *chain, JsonObject *m,
			   const struct fw_packet *p)
{
	g_autofree char *op = scalar(member(m, "op"));
	g_autofree char *value = fw_value_of(json_as_object(member(m, "left")), p);
	enum fw_match got;

	if (!value)
		return FW_MAYBE;
	got = fw_holds(fw, chain, member(m, "right"), value);
	if (g_strcmp0(op, "!=") == 0)
		return FW_YES - got;
	return g_strcmp0(op, "==") == 0 || g_strcmp0(op, "in") == 0 ? got : FW_MAYBE;
}

/* What iptables-nft keeps as an extension, nft's text has in words: "ct state related,established". */
static enum fw_match extension(const struct fw_rule *rule, JsonObject *xt, const struct fw_packet *p)
{
	g_autofree char *type = scalar(member(xt, "type")), *name = scalar(member(xt, "name"));
	const char *states = rule->text ? strstr(rule->text, "ct state ") : NULL;

	if (g_strcmp0(type, "match") != 0 || g_strcmp0(name, "comment") == 0)
		return FW_YES;
	if (states && (g_strcmp0(name, "conntrack") == 0 || g_strcmp0(name, "state") == 0) &&
	    !g_str_has_prefix(states, "ct state ! ")) {
		g_auto(GStrv) words = g_strsplit(states + strlen("ct state "), " ", 2);

		return strstr(words[0], p->established ? "established" : "new") ? FW_YES : FW_NO;
	}
	return FW_MAYBE;
}

enum fw_match fw_match_statement(const struct firewall *fw, const struct fw_chain *chain,
				 const struct fw_rule *rule, JsonObject *statement,
				 const struct fw_packet *p)
{
	JsonObject *o;

	if ((o = json_as_object(member(statement, "match"))))
		return match(fw, chain, o, p);
	if ((o = json_as_object(member(statement, "xt"))))
		return extension(rule, o, p);
	/* How fast packets come, how many connections there are. */
	if (member(statement, "limit") || member(statement, "ct count"))
		return FW_MAYBE;
	return FW_YES;
}
