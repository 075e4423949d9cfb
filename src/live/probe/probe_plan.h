// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_plan - which frames a network probe sends when, and what the frames it sees mean
 *
 * No I/O and no clock: the caller says what time it is, sends what it is given and hands in what
 * it captured. Times are monotonic, in microseconds.
 *
 * The guest's side of the bridge is imitated by a port of our own in the same bridge; the guest
 * itself is asked through its tap. Harmless by construction: at most PROBE_FRAMES_MAX frames, at
 * least PROBE_GAP_US apart, no DHCP REQUEST (so no lease), an address that nobody answered for,
 * a MAC address of our own, and a time to live that ends at the first router, unless a target was
 * named.
 */
#ifndef VMDOCTOR_PROBE_PLAN_H
#define VMDOCTOR_PROBE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/probe/packet.h"

#define PROBE_FRAMES_MAX 20
#define PROBE_GAP_US 30000
#define PROBE_ANSWERS_MAX 4
#define PROBE_SEND_MAX 2 /* once, and once again */
#define PROBE_PORT_BASE 40000 /* + step: the UDP port that it asks from */

/** Where a frame is sent or seen. */
enum probe_place {
	PROBE_PORT,   /* our own port in the bridge */
	PROBE_TAP,    /* the guest's */
	PROBE_BRIDGE, /* the bridge itself: what the host gets from it, and puts into it */
	PROBE_UPLINK, /* where the host sends what is for the outside */
	PROBE_PLACE_MAX_
};

enum probe_way {
	PROBE_IN, /* towards the host; from the guest, from the outside */
	PROBE_OUT,
};

/** Who is there, before the first frame. Unknown addresses are 0, unknown MACs all zeros. */
struct probe_site {
	uint8_t guest_mac[PACKET_MAC_BYTES], bridge_mac[PACKET_MAC_BYTES], own_mac[PACKET_MAC_BYTES];
	uint32_t guest_address;
	uint32_t bridge_address; /* the host's, in the bridge */
	uint32_t gateway;	 /* what a guest there would use: bridge_address, or a router */
	unsigned int prefix;	 /* bits of the network, where bridge_address or gateway is in */
	uint32_t target;	 /* outside; never reached without with_path */
	bool with_path;		 /* the user named the target: go all the way */
	const char *dns_name;	 /* ask the name server for it; NULL: only whether it is there */
	bool can_send;		 /* there is a port of ours */
	bool can_reach_guest;	 /* its tap can be written to */
	uint32_t random;
};

enum probe_step {
	PROBE_GUEST_ARP,
	PROBE_GUEST_PING,
	PROBE_DHCP,
	PROBE_GATEWAY_ARP,
	PROBE_OWN_ARP, /* is the address that we want to use free? */
	PROBE_GATEWAY_PING,
	PROBE_DNS,
	PROBE_DNS_NAME,
	PROBE_HOP_1, /* time to live 1: the gateway forwards, and says that it must not */
	PROBE_HOP_2, /* 2: past the firewall and NAT to the first router outside */
	PROBE_PATH,
	PROBE_PATH_FULL, /* as large as the MTU, not to be fragmented */
	PROBE_STEP_MAX_
};

struct probe_answer {
	enum packet_kind kind;
	uint8_t code, rcode, dhcp_type;
	uint8_t mac[PACKET_MAC_BYTES];
	uint32_t source, offered, server;
	uint16_t mtu;
	int64_t after_us; /* of the last frame sent for it */
};

struct probe_result {
	unsigned int sent;
	int64_t first_us, last_us;
	unsigned int answers; /* all; the first PROBE_ANSWERS_MAX are kept */
	struct probe_answer answer[PROBE_ANSWERS_MAX];
	/* What we sent, and its answer, on the way. */
	unsigned int bridge_in, bridge_out, uplink_out, uplink_in;
	uint32_t uplink_source; /* the sender's address when it left: translated or not */
};

/** What the guest did by itself, seen on its tap. */
struct probe_guest {
	unsigned int frames_in, frames_out; /* of the kinds that are captured */
	unsigned int arp_requests, arp_replies_to_it;
	unsigned int gateway_requests; /* ARP for the gateway */
	unsigned int dhcp_requests, dhcp_replies_to_it;
	unsigned int dns_queries, dns_replies_to_it;
	uint32_t address; /* the last that it used */
};

struct probe_plan {
	struct probe_site site;
	struct probe_result results[PROBE_STEP_MAX_];
	struct probe_guest guest;
	/* The host's questions for its first router, and the answers. */
	unsigned int uplink_arp_requests, uplink_arp_replies;
	int64_t begin_us, ready_us; /* ready: our port forwards; 0: not yet */
	int64_t last_frame_us;
	unsigned int frames;
	uint32_t own_address; /* 0: none was found free, or no network is known */
	unsigned int own_tries;
	bool gave_up_port;
	/* An answer that we owe to somebody who asked for own_address. */
	bool owes;
	uint8_t owes_mac[PACKET_MAC_BYTES];
	uint32_t owes_address;
	uint8_t gateway_mac[PACKET_MAC_BYTES];
};

void probe_plan_begin(struct probe_plan *plan, const struct probe_site *site, int64_t now_us);
/** probe_plan_ready - our port forwards from now on; or never will: it gives those steps up */
void probe_plan_ready(struct probe_plan *plan, int64_t now_us);
void probe_plan_no_port(struct probe_plan *plan);
/** probe_plan_other_address - somebody answered for own_address: another one, or at last none */
void probe_plan_other_address(struct probe_plan *plan);
/**
 * probe_plan_take - a frame that is due at @now_us
 * @frame: PACKET_BYTES_MAX bytes
 * Return: its size, with *ret_place set; 0: nothing is due.
 */
size_t probe_plan_take(struct probe_plan *plan, int64_t now_us, uint8_t *frame,
		       enum probe_place *ret_place);
/** probe_plan_see - a frame that came by */
void probe_plan_see(struct probe_plan *plan, enum probe_place place, enum probe_way way,
		    const struct packet *p, int64_t now_us);
/** probe_plan_done - every step is answered or has waited long enough, and the guest was listened
 *  to: 1 s, or 5 s while nothing comes from it */
bool probe_plan_done(const struct probe_plan *plan, int64_t now_us);

/** probe_step_name - "gateway-arp" */
const char *probe_step_name(enum probe_step step);

#endif
