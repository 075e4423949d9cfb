// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_fields - attributes of rtnetlink messages as members of a JSON object.
 */
#include "live/net_fields.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>

static const struct field bridge_fields[] = {
	{ IFLA_BR_STP_STATE, FORM_U32, "bridge-stp" },
	{ IFLA_BR_FORWARD_DELAY, FORM_U32, "bridge-forward-delay-cs" },
	{ IFLA_BR_VLAN_FILTERING, FORM_YES, "bridge-vlan-filtering" },
	{ IFLA_BR_VLAN_DEFAULT_PVID, FORM_U16, "bridge-default-pvid" },
	{ IFLA_BR_TOPOLOGY_CHANGE, FORM_YES, "bridge-topology-change" },
	{ IFLA_BR_NF_CALL_IPTABLES, FORM_YES, "bridge-nf-call-iptables" },
	{ IFLA_BR_NF_CALL_IP6TABLES, FORM_YES, "bridge-nf-call-ip6tables" },
	{ IFLA_BR_NF_CALL_ARPTABLES, FORM_YES, "bridge-nf-call-arptables" },
	{ 0 },
};
static const struct field port_fields[] = {
	{ IFLA_BRPORT_STATE, FORM_U8, "port-state" },
	{ IFLA_BRPORT_LEARNING, FORM_YES, "port-learning" },
	{ IFLA_BRPORT_UNICAST_FLOOD, FORM_YES, "port-flood" },
	{ IFLA_BRPORT_BCAST_FLOOD, FORM_YES, "port-broadcast-flood" },
	{ IFLA_BRPORT_MODE, FORM_YES, "port-hairpin" },
	{ IFLA_BRPORT_ISOLATED, FORM_YES, "port-isolated" },
	{ IFLA_BRPORT_LOCKED, FORM_YES, "port-locked" },
	{ 0 },
};
static const struct field vlan_fields[] = { { IFLA_VLAN_ID, FORM_U16, "vlan" }, { 0 } };
static const struct field macvlan_fields[] = { { IFLA_MACVLAN_MODE, FORM_U32, "macvlan-mode" },
					       { 0 } };

void net_put_link(JsonBuilder *b, const char *key, unsigned int index)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(index, name))
		json_make_text(b, key, name);
}

static void put_mac(JsonBuilder *b, const char *key, const struct nlattr *a)
{
	const uint8_t *m = mnl_attr_get_payload(a);
	g_autofree char *text = NULL;

	if (mnl_attr_get_payload_len(a) != 6)
		return;
	text = g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	json_make_text(b, key, text);
}

static char *address_text(const struct nlattr *a)
{
	char text[INET6_ADDRSTRLEN];
	size_t size = mnl_attr_get_payload_len(a);

	if ((size != 4 && size != 16) ||
	    !inet_ntop(size == 4 ? AF_INET : AF_INET6, mnl_attr_get_payload(a), text, sizeof(text)))
		return NULL;
	return g_strdup(text);
}

void net_put_address(JsonBuilder *b, const char *key, const struct nlattr *a)
{
	g_autofree char *text = address_text(a);

	if (text)
		json_make_text(b, key, text);
}

static void put_stats(JsonBuilder *b, const struct nlattr *a)
{
	struct rtnl_link_stats64 s = { 0 };

	memcpy(&s, mnl_attr_get_payload(a), MIN(sizeof(s), mnl_attr_get_payload_len(a)));
	json_make_u64(b, "rx-packets", s.rx_packets);
	json_make_u64(b, "tx-packets", s.tx_packets);
	json_make_u64(b, "rx-bytes", s.rx_bytes);
	json_make_u64(b, "tx-bytes", s.tx_bytes);
	json_make_u64(b, "rx-errors", s.rx_errors);
	json_make_u64(b, "tx-errors", s.tx_errors);
	json_make_u64(b, "rx-dropped", s.rx_dropped);
	json_make_u64(b, "tx-dropped", s.tx_dropped);
}

static void put_info(JsonBuilder *b, const struct nlattr *info);

static size_t size_of(enum form form)
{
	switch (form) {
	case FORM_U8:
	case FORM_YES:
		return 1;
	case FORM_U16:
		return 2;
	case FORM_U32:
	case FORM_LINK:
		return 4;
	default:
		return 0;
	}
}

static void put_field(JsonBuilder *b, const struct field *f, const struct nlattr *a)
{
	if (mnl_attr_get_payload_len(a) < size_of(f->form))
		return;
	switch (f->form) {
	case FORM_U8:
		json_make_int(b, f->name, mnl_attr_get_u8(a));
		break;
	case FORM_YES:
		json_make_bool(b, f->name, mnl_attr_get_u8(a) != 0);
		break;
	case FORM_U16:
		json_make_int(b, f->name, mnl_attr_get_u16(a));
		break;
	case FORM_U32:
		json_make_int(b, f->name, mnl_attr_get_u32(a));
		break;
	case FORM_LINK:
		net_put_link(b, f->name, mnl_attr_get_u32(a));
		break;
	case FORM_TEXT:
		if (mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0)
			json_make_text(b, f->name, mnl_attr_get_str(a));
		break;
	case FORM_MAC:
		put_mac(b, f->name, a);
		break;
	case FORM_ADDRESS:
		net_put_address(b, f->name, a);
		break;
	case FORM_STATS:
		put_stats(b, a);
		break;
	case FORM_INFO:
		put_info(b, a);
		break;
	}
}

static void put_fields(JsonBuilder *b, const struct field *fields, const struct nlattr *a)
{
	for (const struct field *f = fields; f->attribute; f++)
		if (f->attribute == mnl_attr_get_type(a))
			put_field(b, f, a);
}

static void put_nested(JsonBuilder *b, const struct field *fields, const struct nlattr *nest)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest)
		put_fields(b, fields, a);
}

static const struct field *fields_of_kind(const char *kind)
{
	static const struct {
		const char *kind;
		const struct field *fields;
	} kinds[] = {
		{ "bridge", bridge_fields },
		{ "vlan", vlan_fields },
		{ "macvlan", macvlan_fields },
		{ "macvtap", macvlan_fields },
	};

	for (size_t i = 0; kind && i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kind, kinds[i].kind) == 0)
			return kinds[i].fields;
	return NULL;
}

static void put_info(JsonBuilder *b, const struct nlattr *info)
{
	const struct nlattr *parts[IFLA_INFO_MAX + 1] = { NULL }, *a;
	const struct field *fields;

	mnl_attr_for_each_nested(a, info)
		if (mnl_attr_get_type(a) <= IFLA_INFO_MAX)
			parts[mnl_attr_get_type(a)] = a;
	if (parts[IFLA_INFO_KIND])
		json_make_text(b, "kind", mnl_attr_get_str(parts[IFLA_INFO_KIND]));
	fields = fields_of_kind(parts[IFLA_INFO_KIND] ? mnl_attr_get_str(parts[IFLA_INFO_KIND]) : NULL);
	if (fields && parts[IFLA_INFO_DATA])
		put_nested(b, fields, parts[IFLA_INFO_DATA]);
	if (parts[IFLA_INFO_SLAVE_KIND] && parts[IFLA_INFO_SLAVE_DATA] &&
	    strcmp(mnl_attr_get_str(parts[IFLA_INFO_SLAVE_KIND]), "bridge") == 0)
		put_nested(b, port_fields, parts[IFLA_INFO_SLAVE_DATA]);
}

void net_put_fields(JsonBuilder *b, const struct nlmsghdr *h, size_t header,
			   const struct field *fields)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, h, header)
		put_fields(b, fields, a);
}

const struct nlattr *net_attribute(const struct nlmsghdr *h, size_t header, uint16_t type)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, h, header)
		if (mnl_attr_get_type(a) == type)
			return a;
	return NULL;
}

/* "default" or "192.0.2.0/24". */
void net_put_prefix(JsonBuilder *b, const char *key, const struct nlattr *a, unsigned int bits)
{
	g_autofree char *address = a ? address_text(a) : NULL;
	g_autofree char *text = address ? g_strdup_printf("%s/%u", address, bits) : NULL;

	json_make_text(b, key, text ? text : "default");
}

