// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packet - the frames that a network probe sends, and what it needs to know of those it sees
 *
 * Headers only: of ARP, IPv4, ICMP, UDP, DHCP and DNS. Addresses are in host byte order.
 * Source: RFC 826 and 5227 (ARP), 791 (IPv4), 792 (ICMP), 1191 (next-hop MTU), 768 (UDP),
 * 2131 and 2132 (DHCP), 1035 (DNS)
 */
#ifndef VMDOCTOR_PACKET_H
#define VMDOCTOR_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PACKET_MAC_BYTES 6
#define PACKET_BYTES_MAX 1600 /* no frame that is built here is longer */

enum packet_kind {
	PACKET_OTHER,
	PACKET_ARP_REQUEST,
	PACKET_ARP_REPLY,
	PACKET_ECHO_REQUEST,
	PACKET_ECHO_REPLY,
	PACKET_UNREACHABLE,
	PACKET_TIME_EXCEEDED,
	PACKET_DHCP_REQUEST, /* client to server */
	PACKET_DHCP_REPLY,
	PACKET_DNS_QUERY,
	PACKET_DNS_REPLY,
};

/* RFC 2132, option 53. */
enum { DHCP_DISCOVER = 1, DHCP_OFFER = 2, DHCP_REQUEST = 3, DHCP_ACK = 5, DHCP_NAK = 6 };

/** What was understood of one frame; what does not apply to its kind is 0. */
struct packet {
	enum packet_kind kind;
	uint8_t source_mac[PACKET_MAC_BYTES], destination_mac[PACKET_MAC_BYTES];
	uint32_t source, destination; /* IPv4, or ARP's protocol addresses */
	uint8_t arp_mac[PACKET_MAC_BYTES]; /* the sender that an ARP packet names */
	uint8_t ttl;
	uint8_t code;	   /* of ICMP unreachable and time exceeded */
	uint16_t id, sequence; /* ICMP echo; id: DNS, too */
	uint16_t source_port, destination_port;
	uint16_t mtu;	/* of "fragmentation needed", bytes */
	uint8_t rcode;	/* DNS */
	/* DHCP */
	uint8_t dhcp_type;
	uint32_t dhcp_transaction, dhcp_address /* yours */, dhcp_server /* option 54 */;
	uint8_t dhcp_client_mac[PACKET_MAC_BYTES];
	/* What an ICMP error quotes: the packet that it is about. */
	bool has_quote;
	uint32_t quoted_source, quoted_destination;
	uint8_t quoted_protocol;
	uint16_t quoted_id, quoted_sequence, quoted_source_port, quoted_destination_port;
	size_t header_bytes; /* of the frame: up to where somebody's payload would begin */
};

/**
 * packet_parse - what @size bytes of an Ethernet frame are
 * One 802.1Q tag is skipped. A frame that is cut, or lies about a length, is what its whole
 * headers say it is, else PACKET_OTHER. Return: false when there is not even an Ethernet header.
 */
bool packet_parse(const uint8_t *bytes, size_t size, struct packet *ret);

static inline bool packet_same_mac(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, PACKET_MAC_BYTES) == 0;
}

static inline bool packet_no_mac(const uint8_t *mac)
{
	static const uint8_t none[PACKET_MAC_BYTES];

	return packet_same_mac(mac, none);
}

/** Who sends; who is meant. */
struct packet_ends {
	uint8_t source_mac[PACKET_MAC_BYTES], destination_mac[PACKET_MAC_BYTES];
	uint32_t source, destination;
};

/* Builders: into @frame, of PACKET_BYTES_MAX bytes. Return: the frame's size in bytes. */

/** packet_arp_request - who has ends->destination; source 0: a probe that fills no cache */
size_t packet_arp_request(uint8_t *frame, const struct packet_ends *ends);
/** packet_arp_reply - ends->source is at ends->source_mac */
size_t packet_arp_reply(uint8_t *frame, const struct packet_ends *ends);
/** packet_echo - ICMP echo request; @payload bytes of zeros (at most 1500 - 28);
 *  @whole: do not fragment */
size_t packet_echo(uint8_t *frame, const struct packet_ends *ends, uint8_t ttl, uint16_t id,
		   uint16_t sequence, size_t payload, bool whole);
/** packet_dhcp_discover - a broadcast, answer wanted as broadcast */
size_t packet_dhcp_discover(uint8_t *frame, const uint8_t *mac, uint32_t transaction);
/** packet_dns - one question; @name: "example.org"; 0 when it is no name (label over 63 bytes) */
size_t packet_dns(uint8_t *frame, const struct packet_ends *ends, uint16_t source_port, uint16_t id,
		  const char *name, uint16_t type, uint16_t class);

#endif
