// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_see - what the frames that a network probe sees mean.
 *
 * Ours are known by their step's number, also when translated, or quoted by an error: it is the
 * sequence of an echo, and in the source port and id of a DNS query.
 */
#include "live/probe/probe_plan.h"

#include <string.h>

static enum probe_step numbered(unsigned int n)
{
	return n < PROBE_STEP_MAX_ ? (enum probe_step)n : PROBE_STEP_MAX_;
}

static enum probe_step arp_step(const struct probe_plan *plan, const struct packet *p)
{
	const struct probe_site *site = &plan->site;
	bool request = p->kind == PACKET_ARP_REQUEST;
	uint32_t asked = request ? p->destination : p->source;
	const uint8_t *asker = request ? p->arp_mac : p->destination_mac;

	if (!packet_same_mac(asker, site->own_mac))
		return asked && asked == site->guest_address && packet_same_mac(asker, site->bridge_mac) &&
				       site->bridge_address ?
			       PROBE_GUEST_ARP :
			       PROBE_STEP_MAX_;
	if (asked && asked == site->gateway)
		return PROBE_GATEWAY_ARP;
	if (asked && asked == plan->own_address)
		return PROBE_OWN_ARP;
	return asked && asked == site->guest_address ? PROBE_GUEST_ARP : PROBE_STEP_MAX_;
}

/* Translated, an echo may have another id, but keeps target and sequence. */
static enum probe_step echo_step(const struct probe_plan *plan, const struct packet *p)
{
	bool request = p->kind == PACKET_ECHO_REQUEST;
	uint32_t far = request ? p->destination : p->source;

	if (far != plan->site.target && p->id != (uint16_t)plan->site.random)
		return PROBE_STEP_MAX_;
	if (far != plan->site.target && far != plan->site.gateway && far != plan->site.guest_address)
		return PROBE_STEP_MAX_;
	return numbered(p->sequence);
}

static enum probe_step quoted_step(const struct probe_plan *plan, const struct packet *p)
{
	if (!p->has_quote)
		return PROBE_STEP_MAX_;
	if (p->quoted_protocol == 17 && p->quoted_source_port >= PROBE_PORT_BASE &&
	    p->quoted_destination_port == 53)
		return numbered(p->quoted_source_port - PROBE_PORT_BASE);
	if (p->quoted_protocol == 1 && (p->quoted_destination == plan->site.target ||
					p->quoted_id == (uint16_t)plan->site.random))
		return numbered(p->quoted_sequence);
	return PROBE_STEP_MAX_;
}

static enum probe_step dns_step(const struct probe_plan *plan, const struct packet *p)
{
	unsigned int port = p->kind == PACKET_DNS_QUERY ? p->source_port : p->destination_port;
	enum probe_step s = port >= PROBE_PORT_BASE ? numbered(port - PROBE_PORT_BASE) : PROBE_STEP_MAX_;

	return s != PROBE_STEP_MAX_ && p->id == (uint16_t)(plan->site.random + s) ? s :
										    PROBE_STEP_MAX_;
}

/* Which of our steps a frame belongs to. */
static enum probe_step step_of(const struct probe_plan *plan, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_ARP_REQUEST:
	case PACKET_ARP_REPLY:
		return arp_step(plan, p);
	case PACKET_ECHO_REQUEST:
	case PACKET_ECHO_REPLY:
		return echo_step(plan, p);
	case PACKET_UNREACHABLE:
	case PACKET_TIME_EXCEEDED:
		return quoted_step(plan, p);
	case PACKET_DHCP_REQUEST:
	case PACKET_DHCP_REPLY:
		return p->dhcp_transaction == plan->site.random &&
				       packet_same_mac(p->dhcp_client_mac, plan->site.own_mac) ?
			       PROBE_DHCP :
			       PROBE_STEP_MAX_;
	case PACKET_DNS_QUERY:
	case PACKET_DNS_REPLY:
		return dns_step(plan, p);
	default:
		return PROBE_STEP_MAX_;
	}
}

static bool is_question(enum packet_kind kind)
{
	return kind == PACKET_ARP_REQUEST || kind == PACKET_ECHO_REQUEST ||
	       kind == PACKET_DHCP_REQUEST || kind == PACKET_DNS_QUERY;
}

static bool is_known_answer(const struct probe_result *r, const struct packet *p)
{
	const uint8_t *mac = p->kind == PACKET_ARP_REPLY ? p->arp_mac : p->source_mac;

	for (unsigned int i = 0; i < r->answers && i < PROBE_ANSWERS_MAX; i++)
		if (r->answer[i].kind == p->kind && packet_same_mac(r->answer[i].mac, mac) &&
		    r->answer[i].source == p->source)
			return true;
	return false;
}

static void add_answer(struct probe_result *r, const struct packet *p, int64_t now_us)
{
	struct probe_answer *a;

	if (is_known_answer(r, p) || r->answers++ >= PROBE_ANSWERS_MAX)
		return;
	a = &r->answer[r->answers - 1];
	*a = (struct probe_answer){
		.kind = p->kind,
		.code = p->code,
		.rcode = p->rcode,
		.dhcp_type = p->dhcp_type,
		.source = p->source,
		.offered = p->dhcp_address,
		.server = p->dhcp_server,
		.mtu = p->mtu,
		.after_us = now_us - r->last_us,
	};
	memcpy(a->mac, p->kind == PACKET_ARP_REPLY ? p->arp_mac : p->source_mac, PACKET_MAC_BYTES);
}

static void see_answer(struct probe_plan *plan, enum probe_step s, const struct packet *p,
		       int64_t now_us)
{
	struct probe_result *r = &plan->results[s];

	if (r->sent == 0)
		return;
	if (s == PROBE_OWN_ARP) {
		probe_plan_other_address(plan);
		return;
	}
	add_answer(r, p, now_us);
	/* The host itself before an impostor, so that the rest is about the host. */
	if (s == PROBE_GATEWAY_ARP && (packet_no_mac(plan->gateway_mac) ||
				       packet_same_mac(p->arp_mac, plan->site.bridge_mac)))
		memcpy(plan->gateway_mac, p->arp_mac, PACKET_MAC_BYTES);
}

static void see_on_the_way(struct probe_result *r, enum probe_place place, enum probe_way way,
			   const struct packet *p)
{
	bool question = is_question(p->kind);

	if (place == PROBE_BRIDGE && way == PROBE_IN && question)
		r->bridge_in++;
	else if (place == PROBE_BRIDGE && way == PROBE_OUT && !question)
		r->bridge_out++;
	else if (place == PROBE_UPLINK && way == PROBE_OUT && question) {
		r->uplink_out++;
		r->uplink_source = p->source;
	} else if (place == PROBE_UPLINK && way == PROBE_IN && !question)
		r->uplink_in++;
}

static void see_from_guest(struct probe_plan *plan, const struct packet *p)
{
	struct probe_guest *g = &plan->guest;

	g->frames_in++;
	g->arp_requests += p->kind == PACKET_ARP_REQUEST;
	g->gateway_requests += p->kind == PACKET_ARP_REQUEST && plan->site.gateway &&
			       p->destination == plan->site.gateway;
	g->dhcp_requests += p->kind == PACKET_DHCP_REQUEST;
	g->dns_queries += p->kind == PACKET_DNS_QUERY;
	if (!p->source || !packet_same_mac(p->source_mac, plan->site.guest_mac))
		return;
	g->address = p->source;
	if (!plan->site.guest_address)
		plan->site.guest_address = p->source;
}

static void see_to_guest(struct probe_plan *plan, const struct packet *p)
{
	struct probe_guest *g = &plan->guest;
	bool for_it = packet_same_mac(p->destination_mac, plan->site.guest_mac);

	g->frames_out++;
	g->arp_replies_to_it += p->kind == PACKET_ARP_REPLY && for_it;
	g->dhcp_replies_to_it += p->kind == PACKET_DHCP_REPLY &&
				 packet_same_mac(p->dhcp_client_mac, plan->site.guest_mac);
	g->dns_replies_to_it += p->kind == PACKET_DNS_REPLY && for_it;
}

static void see_request_for_us(struct probe_plan *plan, const struct packet *p)
{
	if (p->kind != PACKET_ARP_REQUEST || !p->source || p->destination != plan->own_address ||
	    !plan->own_address || packet_same_mac(p->arp_mac, plan->site.own_mac))
		return;
	plan->owes = true;
	plan->owes_address = p->source;
	memcpy(plan->owes_mac, p->arp_mac, PACKET_MAC_BYTES);
}

void probe_plan_see(struct probe_plan *plan, enum probe_place place, enum probe_way way,
		    const struct packet *p, int64_t now_us)
{
	enum probe_step s = step_of(plan, p);
	bool from_guest = place == PROBE_TAP && way == PROBE_IN;

	if (from_guest)
		see_from_guest(plan, p);
	else if (place == PROBE_TAP)
		see_to_guest(plan, p);
	if (place == PROBE_UPLINK && way == PROBE_OUT)
		plan->uplink_arp_requests += p->kind == PACKET_ARP_REQUEST;
	if (place == PROBE_UPLINK && way == PROBE_IN)
		plan->uplink_arp_replies += p->kind == PACKET_ARP_REPLY;
	if (place == PROBE_PORT)
		see_request_for_us(plan, p);
	if (s == PROBE_STEP_MAX_)
		return;
	see_on_the_way(&plan->results[s], place, way, p);
	/* An answer counts where the asker would get it. */
	if (!is_question(p->kind) &&
	    (s <= PROBE_GUEST_PING ? from_guest : place == PROBE_PORT))
		see_answer(plan, s, p, now_us);
}
