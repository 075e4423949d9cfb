// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_plan - which frames a network probe sends, and when.
 *
 * A frame carries its step's number, so that it is known again wherever it is seen.
 */
#include "live/probe/probe_plan.h"

#include <string.h>

#define LISTEN_US 1000000
#define LISTEN_SILENT_US 5000000
#define OWN_TRIES_MAX 3
#define OWN_WAIT_US 400000
#define MORE_OFFERS_US 150000 /* a second server is as quick as the first, or quicker */
#define ECHO_PAYLOAD 56
#define ECHO_FULL_PAYLOAD (1500 - 28)

static const uint8_t everybody[PACKET_MAC_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

enum needs {
	NEEDS_GUEST = 1,   /* the guest's address */
	NEEDS_BRIDGE = 2,  /* the host's own address in the bridge */
	NEEDS_PORT = 4,	   /* our port forwards */
	NEEDS_NETWORK = 8, /* addresses to choose from, a gateway */
	NEEDS_SENDER = 16, /* our address is known to be free, and the gateway's MAC */
	NEEDS_TARGET = 32, /* the user named one */
	NEEDS_NAME = 64,
};

/* How long an answer may take, and when to ask again. DHCP: dnsmasq pings an address for 3 s
   before it offers it, answers a repeated question no sooner, and one client after the other. */
static const struct step {
	const char *name;
	unsigned int needs;
	int64_t wait_us, again_us;
} steps[PROBE_STEP_MAX_] = {
	[PROBE_GUEST_ARP] = { "guest-arp", NEEDS_GUEST, 1000000, 500000 },
	[PROBE_GUEST_PING] = { "guest-ping", NEEDS_GUEST | NEEDS_BRIDGE, 1000000, 500000 },
	[PROBE_DHCP] = { "dhcp", NEEDS_PORT, 7000000, 0 },
	[PROBE_GATEWAY_ARP] = { "gateway-arp", NEEDS_PORT | NEEDS_NETWORK, 1000000, 500000 },
	[PROBE_OWN_ARP] = { "own-arp", NEEDS_PORT | NEEDS_NETWORK, OWN_WAIT_US, OWN_WAIT_US / 2 },
	[PROBE_GATEWAY_PING] = { "gateway-ping", NEEDS_PORT | NEEDS_SENDER, 1000000, 500000 },
	[PROBE_DNS] = { "dns", NEEDS_PORT | NEEDS_SENDER, 1500000, 700000 },
	[PROBE_DNS_NAME] = { "dns-name", NEEDS_PORT | NEEDS_SENDER | NEEDS_NAME, 2500000, 0 },
	[PROBE_HOP_1] = { "hop-1", NEEDS_PORT | NEEDS_SENDER, 1000000, 500000 },
	[PROBE_HOP_2] = { "hop-2", NEEDS_PORT | NEEDS_SENDER, 1500000, 700000 },
	[PROBE_PATH] = { "path", NEEDS_PORT | NEEDS_SENDER | NEEDS_TARGET, 1500000, 700000 },
	[PROBE_PATH_FULL] = { "path-full", NEEDS_PORT | NEEDS_SENDER | NEEDS_TARGET, 1500000, 700000 },
};

const char *probe_step_name(enum probe_step step)
{
	return steps[step].name;
}

/* An address of the network that is neither its first, its last, nor known to be taken: from the
   top, where people put fixed addresses least. */
static uint32_t choose_address(const struct probe_site *site, unsigned int attempt)
{
	uint32_t hosts = site->prefix < 31 ? (1u << (32 - site->prefix)) - 2 : 0;
	uint32_t network = site->gateway & ~(hosts + 1), skip;

	if (site->prefix < 8 || hosts < 4)
		return 0;
	skip = (site->random % (hosts < 64 ? hosts / 2 : 32)) + attempt * 7;
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t a = network + hosts - (skip + i) % hosts;

		if (a != site->gateway && a != site->bridge_address && a != site->guest_address)
			return a;
	}
	return 0;
}

void probe_plan_other_address(struct probe_plan *plan)
{
	if (++plan->own_tries >= OWN_TRIES_MAX) {
		plan->own_address = 0;
		return;
	}
	plan->own_address = choose_address(&plan->site, plan->own_tries);
	memset(&plan->results[PROBE_OWN_ARP], 0, sizeof(plan->results[PROBE_OWN_ARP]));
}

void probe_plan_begin(struct probe_plan *plan, const struct probe_site *site, int64_t now_us)
{
	memset(plan, 0, sizeof(*plan));
	plan->site = *site;
	plan->begin_us = now_us;
	plan->gave_up_port = !site->can_send;
	if (site->gateway)
		plan->own_address = choose_address(site, 0);
}

void probe_plan_ready(struct probe_plan *plan, int64_t now_us)
{
	plan->ready_us = now_us;
}

void probe_plan_no_port(struct probe_plan *plan)
{
	plan->gave_up_port = true;
}

/* Silence means that the address is free. */
static bool own_is_free(const struct probe_plan *plan, int64_t now_us)
{
	const struct probe_result *r = &plan->results[PROBE_OWN_ARP];

	return plan->own_address && r->answers == 0 && r->sent > 0 &&
	       now_us - r->first_us >= OWN_WAIT_US;
}

static bool is_over(const struct probe_plan *plan, enum probe_step s, int64_t now_us)
{
	const struct probe_result *r = &plan->results[s];

	if (r->sent == 0)
		return false;
	/* All offers count, and all who claim to be the gateway. */
	if (r->answers > 0 && s == PROBE_DHCP)
		return now_us - (r->last_us + r->answer[0].after_us) >= MORE_OFFERS_US;
	if (r->answers > 0 && s != PROBE_GATEWAY_ARP)
		return true;
	return now_us - r->last_us >= steps[s].wait_us;
}

/* What this step needs that will never be. */
static bool is_impossible(const struct probe_plan *plan, enum probe_step s, int64_t now_us)
{
	const struct probe_site *site = &plan->site;
	unsigned int needs = steps[s].needs;

	return ((needs & NEEDS_GUEST) && (!site->guest_address || !site->can_reach_guest)) ||
	       ((needs & NEEDS_BRIDGE) && !site->bridge_address) ||
	       ((needs & NEEDS_PORT) && plan->gave_up_port) ||
	       ((needs & NEEDS_NETWORK) && !plan->own_address) ||
	       ((needs & NEEDS_TARGET) && !site->with_path) ||
	       ((needs & NEEDS_NAME) && !site->dns_name) ||
	       ((needs & NEEDS_SENDER) &&
		(!plan->own_address ||
		 (packet_no_mac(plan->gateway_mac) && is_over(plan, PROBE_GATEWAY_ARP, now_us))));
}

static bool may_begin(const struct probe_plan *plan, enum probe_step s, int64_t now_us)
{
	unsigned int needs = steps[s].needs;

	return !is_impossible(plan, s, now_us) && (!(needs & NEEDS_PORT) || plan->ready_us) &&
	       (!(needs & NEEDS_SENDER) ||
		(own_is_free(plan, now_us) && !packet_no_mac(plan->gateway_mac)));
}

static bool is_due(const struct probe_plan *plan, enum probe_step s, int64_t now_us)
{
	const struct probe_result *r = &plan->results[s];

	if (!may_begin(plan, s, now_us) || r->answers > 0)
		return false;
	if (r->sent == 0)
		return true;
	return r->sent < PROBE_SEND_MAX && steps[s].again_us &&
	       now_us - r->last_us >= steps[s].again_us;
}

static struct packet_ends ends_to_gateway(const struct probe_plan *plan, uint32_t destination)
{
	struct packet_ends ends = { .source = plan->own_address, .destination = destination };

	memcpy(ends.source_mac, plan->site.own_mac, PACKET_MAC_BYTES);
	memcpy(ends.destination_mac, plan->gateway_mac, PACKET_MAC_BYTES);
	return ends;
}

static struct packet_ends ends_to_guest(const struct probe_plan *plan)
{
	const struct probe_site *site = &plan->site;
	struct packet_ends ends = { .source = site->bridge_address,
				    .destination = site->guest_address };

	memcpy(ends.source_mac, site->bridge_address ? site->bridge_mac : site->own_mac,
	       PACKET_MAC_BYTES);
	memcpy(ends.destination_mac, site->guest_mac, PACKET_MAC_BYTES);
	return ends;
}

static size_t build_arp_probe(const struct probe_plan *plan, uint8_t *frame, uint32_t address)
{
	struct packet_ends ends = { .destination = address };

	memcpy(ends.source_mac, plan->site.own_mac, PACKET_MAC_BYTES);
	memcpy(ends.destination_mac, everybody, PACKET_MAC_BYTES);
	return packet_arp_request(frame, &ends);
}

static size_t build_echo(const struct probe_plan *plan, uint8_t *frame, enum probe_step s,
			 uint32_t to, uint8_t ttl)
{
	struct packet_ends ends = ends_to_gateway(plan, to);
	bool full = s == PROBE_PATH_FULL;

	return packet_echo(frame, &ends, ttl, (uint16_t)plan->site.random, (uint16_t)s,
			   full ? ECHO_FULL_PAYLOAD : ECHO_PAYLOAD, full);
}

static size_t build_dns(const struct probe_plan *plan, uint8_t *frame, enum probe_step s)
{
	struct packet_ends ends = ends_to_gateway(plan, plan->site.gateway);
	bool name = s == PROBE_DNS_NAME;

	/* version.bind, TXT, of class CHAOS: any name server answers it itself. */
	return packet_dns(frame, &ends, (uint16_t)(PROBE_PORT_BASE + s), (uint16_t)(plan->site.random + s),
			  name ? plan->site.dns_name : "version.bind", name ? 1 : 16, name ? 1 : 3);
}

static size_t build(const struct probe_plan *plan, enum probe_step s, uint8_t *frame)
{
	const struct probe_site *site = &plan->site;
	struct packet_ends ends = ends_to_guest(plan);

	switch (s) {
	case PROBE_GUEST_ARP:
		memcpy(ends.destination_mac, everybody, PACKET_MAC_BYTES);
		return packet_arp_request(frame, &ends);
	case PROBE_GUEST_PING:
		return packet_echo(frame, &ends, 64, (uint16_t)site->random, (uint16_t)s, ECHO_PAYLOAD,
				   false);
	case PROBE_DHCP:
		return packet_dhcp_discover(frame, site->own_mac, site->random);
	case PROBE_GATEWAY_ARP:
		return build_arp_probe(plan, frame, site->gateway);
	case PROBE_OWN_ARP:
		return build_arp_probe(plan, frame, plan->own_address);
	case PROBE_GATEWAY_PING:
		return build_echo(plan, frame, s, site->gateway, 64);
	case PROBE_HOP_1:
	case PROBE_HOP_2:
		return build_echo(plan, frame, s, site->target, s == PROBE_HOP_1 ? 1 : 2);
	case PROBE_PATH:
	case PROBE_PATH_FULL:
		return build_echo(plan, frame, s, site->target, 64);
	case PROBE_DNS:
	case PROBE_DNS_NAME:
		return build_dns(plan, frame, s);
	default:
		return 0;
	}
}

static size_t take_debt(struct probe_plan *plan, uint8_t *frame)
{
	struct packet_ends ends = { .source = plan->own_address, .destination = plan->owes_address };

	memcpy(ends.source_mac, plan->site.own_mac, PACKET_MAC_BYTES);
	memcpy(ends.destination_mac, plan->owes_mac, PACKET_MAC_BYTES);
	plan->owes = false;
	return packet_arp_reply(frame, &ends);
}

static size_t take_step(struct probe_plan *plan, enum probe_step s, int64_t now_us, uint8_t *frame)
{
	struct probe_result *r = &plan->results[s];

	if (r->sent++ == 0)
		r->first_us = now_us;
	r->last_us = now_us;
	return build(plan, s, frame);
}

size_t probe_plan_take(struct probe_plan *plan, int64_t now_us, uint8_t *frame,
		       enum probe_place *ret_place)
{
	size_t size = 0;

	if (plan->frames >= PROBE_FRAMES_MAX ||
	    (plan->frames && now_us - plan->last_frame_us < PROBE_GAP_US))
		return 0;
	*ret_place = PROBE_PORT;
	if (plan->owes)
		size = take_debt(plan, frame);
	for (int s = 0; size == 0 && s < PROBE_STEP_MAX_; s++)
		if (is_due(plan, (enum probe_step)s, now_us)) {
			size = take_step(plan, (enum probe_step)s, now_us, frame);
			*ret_place = s <= PROBE_GUEST_PING ? PROBE_TAP : PROBE_PORT;
		}
	if (size > 0) {
		plan->frames++;
		plan->last_frame_us = now_us;
	}
	return size;
}

static bool is_awaited(const struct probe_plan *plan, enum probe_step s, int64_t now_us)
{
	bool will_be_sent = plan->results[s].sent > 0 || plan->frames < PROBE_FRAMES_MAX;

	return will_be_sent && !is_over(plan, s, now_us) && !is_impossible(plan, s, now_us);
}

bool probe_plan_done(const struct probe_plan *plan, int64_t now_us)
{
	int64_t listened_us = now_us - plan->begin_us;

	if (!plan->ready_us && !plan->gave_up_port)
		return false;
	for (int s = 0; s < PROBE_STEP_MAX_; s++)
		if (is_awaited(plan, (enum probe_step)s, now_us))
			return false;
	return listened_us >= (plan->guest.frames_in ? LISTEN_US : LISTEN_SILENT_US);
}
