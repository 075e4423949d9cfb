// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet_build - the frames that a network probe sends.
 */
#include "live/probe/packet.h"

#include <string.h>

#define ECHO_PAYLOAD_MAX (1500 - 28)
#define DNS_LABEL_MAX 63
#define DNS_NAME_MAX 253
#define DHCP_FIXED_BYTES 236

/* Writes at the end; nothing that is built here comes near PACKET_BYTES_MAX. */
struct buffer {
	uint8_t *bytes;
	size_t size;
};

static void put_bytes(struct buffer *b, const void *from, size_t size)
{
	memcpy(b->bytes + b->size, from, size);
	b->size += size;
}

static void put_zeros(struct buffer *b, size_t size)
{
	memset(b->bytes + b->size, 0, size);
	b->size += size;
}

static void put_8(struct buffer *b, uint8_t value)
{
	b->bytes[b->size++] = value;
}

static void put_16(struct buffer *b, uint16_t value)
{
	put_8(b, (uint8_t)(value >> 8));
	put_8(b, (uint8_t)value);
}

static void put_32(struct buffer *b, uint32_t value)
{
	put_16(b, (uint16_t)(value >> 16));
	put_16(b, (uint16_t)value);
}

static void set_16(struct buffer *b, size_t at, uint16_t value)
{
	b->bytes[at] = (uint8_t)(value >> 8);
	b->bytes[at + 1] = (uint8_t)value;
}

/* RFC 1071, over @sum and the bytes from @from to the end. */
static uint16_t checksum(const struct buffer *b, size_t from, uint32_t sum)
{
	for (size_t i = from; i < b->size; i++)
		sum += (i - from) % 2 ? b->bytes[i] : (uint32_t)b->bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_ethernet(struct buffer *b, const uint8_t *to, const uint8_t *from, uint16_t type)
{
	put_bytes(b, to, PACKET_MAC_BYTES);
	put_bytes(b, from, PACKET_MAC_BYTES);
	put_16(b, type);
}

static size_t finish(struct buffer *b)
{
	if (b->size < 60)
		put_zeros(b, 60 - b->size);
	return b->size;
}

static size_t put_arp(uint8_t *frame, const struct packet_ends *ends, uint16_t operation)
{
	static const uint8_t nobody[PACKET_MAC_BYTES];
	struct buffer b = { .bytes = frame };

	put_ethernet(&b, ends->destination_mac, ends->source_mac, 0x0806);
	put_16(&b, 1);
	put_16(&b, 0x0800);
	put_16(&b, 0x0604);
	put_16(&b, operation);
	put_bytes(&b, ends->source_mac, PACKET_MAC_BYTES);
	put_32(&b, ends->source);
	put_bytes(&b, operation == 2 ? ends->destination_mac : nobody, PACKET_MAC_BYTES);
	put_32(&b, ends->destination);
	return finish(&b);
}

size_t packet_arp_request(uint8_t *frame, const struct packet_ends *ends)
{
	return put_arp(frame, ends, 1);
}

size_t packet_arp_reply(uint8_t *frame, const struct packet_ends *ends)
{
	return put_arp(frame, ends, 2);
}

/* The header with length and checksum open; close_ipv4() sets them. Return: where it begins. */
static size_t put_ipv4(struct buffer *b, const struct packet_ends *ends, uint8_t protocol,
		       uint8_t ttl, bool whole)
{
	size_t at;

	put_ethernet(b, ends->destination_mac, ends->source_mac, 0x0800);
	at = b->size;
	put_16(b, 0x4500);
	put_16(b, 0);
	put_16(b, 0); /* identification */
	put_16(b, whole ? 0x4000 : 0);
	put_8(b, ttl);
	put_8(b, protocol);
	put_16(b, 0);
	put_32(b, ends->source);
	put_32(b, ends->destination);
	return at;
}

static void close_ipv4(struct buffer *b, size_t at)
{
	struct buffer header = { b->bytes, at + 20 };

	set_16(b, at + 2, (uint16_t)(b->size - at));
	set_16(b, at + 10, checksum(&header, at, 0));
}

size_t packet_echo(uint8_t *frame, const struct packet_ends *ends, uint8_t ttl, uint16_t id,
		   uint16_t sequence, size_t payload, bool whole)
{
	struct buffer b = { .bytes = frame };
	size_t at = put_ipv4(&b, ends, 1, ttl, whole), icmp = b.size;

	put_16(&b, 0x0800);
	put_16(&b, 0);
	put_16(&b, id);
	put_16(&b, sequence);
	put_zeros(&b, payload < ECHO_PAYLOAD_MAX ? payload : ECHO_PAYLOAD_MAX);
	set_16(&b, icmp + 2, checksum(&b, icmp, 0));
	close_ipv4(&b, at);
	return finish(&b);
}

static size_t put_udp(struct buffer *b, uint16_t from, uint16_t to)
{
	size_t at = b->size;

	put_16(b, from);
	put_16(b, to);
	put_16(b, 0);
	put_16(b, 0);
	return at;
}

/* With the checksum over the pseudo-header; one of 0 would mean "none". */
static void close_udp(struct buffer *b, const struct packet_ends *ends, size_t at)
{
	uint16_t size = (uint16_t)(b->size - at), sum;
	uint32_t pseudo = (ends->source >> 16) + (ends->source & 0xffff) +
			  (ends->destination >> 16) + (ends->destination & 0xffff) + 17 + size;

	set_16(b, at + 4, size);
	sum = checksum(b, at, pseudo);
	set_16(b, at + 6, sum ? sum : 0xffff);
}

size_t packet_dhcp_discover(uint8_t *frame, const uint8_t *mac, uint32_t transaction)
{
	/* 53: DISCOVER; 55: mask, router, name servers; end */
	static const uint8_t options[] = { 53, 1, DHCP_DISCOVER, 55, 3, 1, 3, 6, 255 };
	struct packet_ends ends = { .destination = 0xffffffff };
	struct buffer b = { .bytes = frame };
	size_t ipv4, udp, begin;

	memset(ends.destination_mac, 0xff, PACKET_MAC_BYTES);
	memcpy(ends.source_mac, mac, PACKET_MAC_BYTES);
	ipv4 = put_ipv4(&b, &ends, 17, 64, false);
	udp = put_udp(&b, 68, 67);
	begin = b.size;
	put_32(&b, 0x01010600);
	put_32(&b, transaction);
	put_16(&b, 0);
	put_16(&b, 0x8000);
	put_zeros(&b, 16);
	put_bytes(&b, mac, PACKET_MAC_BYTES);
	put_zeros(&b, begin + DHCP_FIXED_BYTES - b.size);
	put_32(&b, 0x63825363);
	put_bytes(&b, options, sizeof(options));
	put_zeros(&b, begin + 300 - b.size); /* RFC 1542: BOOTP packets have 300 bytes */
	close_udp(&b, &ends, udp);
	close_ipv4(&b, ipv4);
	return finish(&b);
}

/* "example.org" as labels. False: a label is empty or too long. */
static bool put_name(struct buffer *b, const char *name)
{
	while (*name) {
		size_t label = strcspn(name, ".");

		if (label == 0 || label > DNS_LABEL_MAX)
			return false;
		put_8(b, (uint8_t)label);
		put_bytes(b, name, label);
		name += label + (name[label] == '.');
	}
	put_8(b, 0);
	return true;
}

size_t packet_dns(uint8_t *frame, const struct packet_ends *ends, uint16_t source_port, uint16_t id,
		  const char *name, uint16_t type, uint16_t class)
{
	struct buffer b = { .bytes = frame };
	size_t ipv4 = put_ipv4(&b, ends, 17, 64, false), udp = put_udp(&b, source_port, 53);

	put_16(&b, id);
	put_16(&b, 0x0100); /* recursion desired */
	put_16(&b, 1);
	put_zeros(&b, 6);
	if (strlen(name) > DNS_NAME_MAX || !put_name(&b, name))
		return 0;
	put_16(&b, type);
	put_16(&b, class);
	close_udp(&b, ends, udp);
	close_ipv4(&b, ipv4);
	return finish(&b);
}
