// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet - what a frame is.
 *
 * Every field is fetched by get_8(), get_16(), get_32() or get_bytes(), which check the bounds:
 * past the end they give zeros and make the cursor bad, once and for all.
 */
#include "live/probe/packet.h"

#include <string.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_VLAN 0x8100
#define PROTOCOL_ICMP 1
#define PROTOCOL_UDP 17
#define DHCP_MAGIC 0x63825363
#define DHCP_OPTIONS_AT 236 /* after the fixed part, before the magic */

struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

static const uint8_t *take(struct cursor *c, size_t size)
{
	const uint8_t *p = c->at;

	if (c->bad || size > (size_t)(c->end - c->at)) {
		c->bad = true;
		return NULL;
	}
	c->at += size;
	return p;
}

static uint8_t get_8(struct cursor *c)
{
	const uint8_t *p = take(c, 1);

	return p ? *p : 0;
}

static uint16_t get_16(struct cursor *c)
{
	const uint8_t *p = take(c, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static uint32_t get_32(struct cursor *c)
{
	const uint8_t *p = take(c, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static void get_bytes(struct cursor *c, void *to, size_t size)
{
	const uint8_t *p = take(c, size);

	if (p)
		memcpy(to, p, size);
}

static void parse_arp(struct cursor *c, struct packet *ret)
{
	uint16_t hardware = get_16(c), protocol = get_16(c), sizes = get_16(c), operation = get_16(c);
	uint8_t target_mac[PACKET_MAC_BYTES];

	get_bytes(c, ret->arp_mac, PACKET_MAC_BYTES);
	ret->source = get_32(c);
	get_bytes(c, target_mac, PACKET_MAC_BYTES);
	ret->destination = get_32(c);
	if (c->bad || hardware != 1 || protocol != ETHERTYPE_IPV4 || sizes != 0x0604)
		return;
	if (operation == 1 || operation == 2)
		ret->kind = operation == 1 ? PACKET_ARP_REQUEST : PACKET_ARP_REPLY;
}

/* Options 53 and 54. */
static void parse_dhcp_options(struct cursor *c, struct packet *ret)
{
	while (!c->bad && c->at < c->end) {
		uint8_t option = get_8(c), size;
		struct cursor value;

		if (option == 0)
			continue;
		if (option == 255)
			return;
		size = get_8(c);
		value = *c;
		if (!take(c, size))
			return;
		value.end = c->at;
		if (option == 53)
			ret->dhcp_type = get_8(&value);
		else if (option == 54)
			ret->dhcp_server = get_32(&value);
	}
}

static void parse_dhcp(struct cursor *c, struct packet *ret)
{
	uint8_t operation = get_8(c);
	struct cursor options = *c;

	take(c, 3); /* hardware, its address's size, hops */
	ret->dhcp_transaction = get_32(c);
	take(c, 8); /* seconds, flags, the client's address */
	ret->dhcp_address = get_32(c);
	take(c, 8); /* next server, relay */
	get_bytes(c, ret->dhcp_client_mac, PACKET_MAC_BYTES);
	if (c->bad || (operation != 1 && operation != 2))
		return;
	ret->kind = operation == 1 ? PACKET_DHCP_REQUEST : PACKET_DHCP_REPLY;
	take(&options, DHCP_OPTIONS_AT - 1);
	if (get_32(&options) == DHCP_MAGIC)
		parse_dhcp_options(&options, ret);
}

static void parse_dns(struct cursor *c, struct packet *ret)
{
	uint16_t id = get_16(c), flags = get_16(c);

	if (c->bad)
		return;
	ret->id = id;
	ret->rcode = flags & 0xf;
	ret->kind = flags & 0x8000 ? PACKET_DNS_REPLY : PACKET_DNS_QUERY;
}

static void parse_udp(struct cursor *c, struct packet *ret)
{
	ret->source_port = get_16(c);
	ret->destination_port = get_16(c);
	take(c, 4); /* length, checksum */
	if (c->bad)
		return;
	if (ret->destination_port == 67 || ret->destination_port == 68)
		parse_dhcp(c, ret);
	else if (ret->destination_port == 53 || ret->source_port == 53)
		parse_dns(c, ret);
}

/* The IPv4 header and 8 bytes of what an ICMP error is about. */
static void parse_quote(struct cursor *c, struct packet *ret)
{
	size_t size = (get_8(c) & 0xf) * 4u;

	take(c, 8);
	ret->quoted_protocol = get_8(c);
	take(c, 2);
	ret->quoted_source = get_32(c);
	ret->quoted_destination = get_32(c);
	if (size < 20 || !take(c, size - 20))
		return;
	ret->quoted_source_port = get_16(c);
	ret->quoted_destination_port = get_16(c);
	ret->quoted_id = get_16(c);
	ret->quoted_sequence = get_16(c);
	ret->has_quote = !c->bad;
}

static void parse_icmp(struct cursor *c, struct packet *ret)
{
	uint8_t type = get_8(c), code = get_8(c);
	uint16_t high, low;

	take(c, 2); /* checksum */
	high = get_16(c);
	low = get_16(c);
	if (c->bad)
		return;
	ret->code = code;
	if (type == 8 || type == 0) {
		ret->kind = type == 8 ? PACKET_ECHO_REQUEST : PACKET_ECHO_REPLY;
		ret->id = high;
		ret->sequence = low;
	} else if (type == 3 || type == 11) {
		ret->kind = type == 3 ? PACKET_UNREACHABLE : PACKET_TIME_EXCEEDED;
		ret->mtu = type == 3 && code == 4 ? low : 0;
		parse_quote(c, ret);
	}
}

static void parse_ipv4(struct cursor *c, struct packet *ret)
{
	uint8_t first = get_8(c), protocol;
	size_t size = (first & 0xf) * 4u, total;
	const uint8_t *begin = c->at;
	uint16_t fragment;

	take(c, 1);
	total = get_16(c);
	take(c, 2);
	fragment = get_16(c);
	ret->ttl = get_8(c);
	protocol = get_8(c);
	take(c, 2);
	ret->source = get_32(c);
	ret->destination = get_32(c);
	if (c->bad || first >> 4 != 4 || size < 20 || total < size || !take(c, size - 20))
		return;
	/* Frames are padded to 60 bytes: what is behind the packet is none of it. */
	if (total - 1 < (size_t)(c->end - begin))
		c->end = begin + total - 1;
	if (fragment & 0x1fff)
		return;
	if (protocol == PROTOCOL_ICMP)
		parse_icmp(c, ret);
	else if (protocol == PROTOCOL_UDP)
		parse_udp(c, ret);
}

bool packet_parse(const uint8_t *bytes, size_t size, struct packet *ret)
{
	struct cursor c = { .at = bytes, .end = bytes + size };
	uint16_t type;

	memset(ret, 0, sizeof(*ret));
	get_bytes(&c, ret->destination_mac, PACKET_MAC_BYTES);
	get_bytes(&c, ret->source_mac, PACKET_MAC_BYTES);
	type = get_16(&c);
	if (c.bad)
		return false;
	if (type == ETHERTYPE_VLAN) {
		take(&c, 2);
		type = get_16(&c);
	}
	if (type == ETHERTYPE_ARP)
		parse_arp(&c, ret);
	else if (type == ETHERTYPE_IPV4)
		parse_ipv4(&c, ret);
	ret->header_bytes = (size_t)(c.at - bytes);
	return true;
}
