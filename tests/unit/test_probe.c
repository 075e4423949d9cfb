// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan of a network probe, against a made-up host that answers, or does not. */
#include "test.h"

#include <stdlib.h>

#include "live/probe/packet.h"
#include "live/probe/probe_plan.h"

#define MS 1000
#define GATEWAY 0xc0a87a01u
#define GUEST 0xc0a87a64u
#define TARGET 0xc6336401u

/* What the made-up host does, and how often it was asked. */
struct host {
	bool stp, arp, dhcp, ping, dns, dns_dead, forward, reply, guest_silent, address_taken, impostor;
	unsigned int frames, arp_asked;
	int64_t last_us, smallest_gap_us, done_us;
	int64_t offer_us;
	uint32_t transaction;
};

static const struct probe_site site = {
	.guest_mac = { 0x52, 0x54, 0, 0xaa, 0, 1 },
	.bridge_mac = { 0x52, 0x54, 0, 0xbb, 0, 1 },
	.own_mac = { 0x52, 0x54, 0, 0xcc, 0, 1 },
	.guest_address = GUEST,
	.bridge_address = GATEWAY,
	.gateway = GATEWAY,
	.prefix = 24,
	.target = TARGET,
	.can_send = true,
	.can_reach_guest = true,
	.random = 0x12345678,
};

static void answer(struct probe_plan *plan, enum probe_place place, struct packet a, int64_t now)
{
	if (packet_no_mac(a.source_mac))
		memcpy(a.source_mac, site.bridge_mac, PACKET_MAC_BYTES);
	if (packet_no_mac(a.arp_mac))
		memcpy(a.arp_mac, a.source_mac, PACKET_MAC_BYTES);
	memcpy(a.destination_mac, site.own_mac, PACKET_MAC_BYTES);
	probe_plan_see(plan, place, PROBE_IN, &a, now);
}

static void on_arp(struct host *h, struct probe_plan *plan, enum probe_place place,
		   const struct packet *p, int64_t now)
{
	struct packet a = { .kind = PACKET_ARP_REPLY, .source = p->destination };

	h->arp_asked++;
	if (place == PROBE_TAP) {
		memcpy(a.source_mac, site.guest_mac, PACKET_MAC_BYTES);
		memcpy(a.destination_mac, site.bridge_mac, PACKET_MAC_BYTES);
		memcpy(a.arp_mac, site.guest_mac, PACKET_MAC_BYTES);
		if (!h->guest_silent)
			probe_plan_see(plan, PROBE_TAP, PROBE_IN, &a, now);
	} else if (p->destination == GATEWAY && h->arp) {
		answer(plan, PROBE_PORT, a, now);
		a.source_mac[5] = 0x99;
		if (h->impostor)
			answer(plan, PROBE_PORT, a, now);
	} else if (p->destination == plan->own_address && h->address_taken) {
		answer(plan, PROBE_PORT, a, now);
	}
}

static void on_echo(struct host *h, struct probe_plan *plan, enum probe_place place,
		    const struct packet *p, int64_t now)
{
	struct packet a = { .kind = PACKET_ECHO_REPLY, .source = p->destination, .id = p->id,
			    .sequence = p->sequence };

	if (place == PROBE_TAP) {
		if (!h->guest_silent)
			probe_plan_see(plan, PROBE_TAP, PROBE_IN, &a, now);
	} else if (p->destination == GATEWAY) {
		if (h->ping)
			answer(plan, PROBE_PORT, a, now);
	} else if (p->ttl == 1) {
		a = (struct packet){ .kind = PACKET_TIME_EXCEEDED, .source = GATEWAY, .has_quote = true,
				     .quoted_protocol = 1, .quoted_destination = TARGET,
				     .quoted_id = p->id, .quoted_sequence = p->sequence };
		answer(plan, PROBE_PORT, a, now);
	} else if (h->forward) {
		struct packet out = *p;

		out.source = 0xc0000202; /* translated */
		out.id = 1;
		probe_plan_see(plan, PROBE_UPLINK, PROBE_OUT, &out, now);
		a.id = 1;
		probe_plan_see(plan, PROBE_UPLINK, PROBE_IN, &a, now);
		a.id = p->id;
		if (h->reply)
			answer(plan, PROBE_PORT, a, now);
	}
}

static void on_dns(struct host *h, struct probe_plan *plan, const struct packet *p, int64_t now)
{
	struct packet a = { .kind = PACKET_DNS_REPLY, .source = GATEWAY, .id = p->id,
			    .destination_port = p->source_port };

	if (h->dns_dead)
		a = (struct packet){ .kind = PACKET_UNREACHABLE, .code = 3, .source = GATEWAY,
				     .has_quote = true, .quoted_protocol = 17,
				     .quoted_source_port = p->source_port,
				     .quoted_destination_port = 53 };
	if (h->dns || h->dns_dead)
		answer(plan, PROBE_PORT, a, now);
}

static void on_frame(struct host *h, struct probe_plan *plan, enum probe_place place,
		     const uint8_t *frame, size_t size, int64_t now)
{
	struct packet p;

	assert_true(packet_parse(frame, size, &p));
	if (h->frames++ > 0)
		h->smallest_gap_us = MIN(h->smallest_gap_us, now - h->last_us);
	h->last_us = now;
	if (place == PROBE_PORT)
		probe_plan_see(plan, PROBE_BRIDGE, PROBE_IN, &p, now);
	if (p.kind == PACKET_ARP_REQUEST)
		on_arp(h, plan, place, &p, now);
	else if (p.kind == PACKET_ECHO_REQUEST)
		on_echo(h, plan, place, &p, now);
	else if (p.kind == PACKET_DNS_QUERY)
		on_dns(h, plan, &p, now);
	else if (p.kind == PACKET_DHCP_REQUEST && h->dhcp)
		h->offer_us = now + 3000 * MS;
}

static void offer(struct host *h, struct probe_plan *plan, int64_t now)
{
	struct packet p = { .kind = PACKET_DHCP_REPLY, .dhcp_type = DHCP_OFFER, .source = GATEWAY,
			    .dhcp_transaction = site.random, .dhcp_address = GUEST + 1,
			    .dhcp_server = GATEWAY };

	memcpy(p.dhcp_client_mac, site.own_mac, PACKET_MAC_BYTES);
	answer(plan, PROBE_PORT, p, now);
	h->offer_us = 0;
}

/* Runs the plan with a clock of its own, in steps of 10 ms. */
static void run(struct host *h, const struct probe_site *where, struct probe_plan *plan)
{
	uint8_t frame[PACKET_BYTES_MAX];
	enum probe_place place;
	int64_t now = 1000 * MS;

	h->smallest_gap_us = INT64_MAX;
	probe_plan_begin(plan, where, now);
	for (; !probe_plan_done(plan, now) && now < 60000 * MS; now += 10 * MS) {
		size_t size;

		if (!plan->ready_us && where->can_send && now >= (h->stp ? 5000 : 1000) * MS)
			probe_plan_ready(plan, now);
		size = probe_plan_take(plan, now, frame, &place);
		if (size > 0)
			on_frame(h, plan, place, frame, size, now);
		if (h->offer_us && now >= h->offer_us)
			offer(h, plan, now);
	}
	h->done_us = now - 1000 * MS;
}

static const struct host healthy = { .arp = true, .dhcp = true, .ping = true, .dns = true,
				     .forward = true, .reply = true };

#define answers(step) (plan.results[step].answers)

static void a_healthy_host_answers_everything(void **state G_GNUC_UNUSED)
{
	struct host h = healthy;
	struct probe_plan plan;

	run(&h, &site, &plan);
	for (int s = 0; s < PROBE_DNS_NAME; s++)
		if (s != PROBE_OWN_ARP && answers(s) != 1)
			fail_msg("%s: %u answers", probe_step_name((enum probe_step)s), answers(s));
	assert_int_equal(answers(PROBE_HOP_1), 1);
	assert_int_equal(answers(PROBE_HOP_2), 1);
	assert_int_equal(plan.results[PROBE_HOP_2].uplink_out, 1);
	assert_int_equal(plan.results[PROBE_HOP_2].uplink_source, 0xc0000202);
	assert_true(h.frames <= 12);
	assert_true(h.smallest_gap_us >= PROBE_GAP_US);
	assert_true(h.done_us < 3600 * MS);
}

static void time_and_frames_have_their_limits(void **state G_GNUC_UNUSED)
{
	static const struct {
		struct host host;
		int64_t most_us;
	} table[] = {
		{ { .stp = true, .arp = true, .dhcp = true, .ping = true, .dns = true, .forward = true,
		    .reply = true }, 8000 * MS },
		{ { .guest_silent = true }, 12000 * MS },
		{ { .stp = true, .guest_silent = true }, 12000 * MS },
		{ { .stp = true, .arp = true, .guest_silent = true }, 12000 * MS },
		{ { .arp = true, .address_taken = true }, 12000 * MS },
	};
	struct probe_site all = site;

	all.with_path = true;
	all.dns_name = "example.org";
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		struct host h = table[i].host;
		struct probe_plan plan;

		run(&h, &all, &plan);
		if (h.frames > PROBE_FRAMES_MAX || h.done_us > table[i].most_us ||
		    h.smallest_gap_us < PROBE_GAP_US)
			fail_msg("%zu: %u frames in %d ms", i, h.frames, (int)(h.done_us / MS));
	}
}

static void what_is_broken_is_not_answered(void **state G_GNUC_UNUSED)
{
	struct host h = healthy;
	struct probe_plan plan;

	h.dhcp = h.dns = false;
	h.dns_dead = true;
	run(&h, &site, &plan);
	assert_int_equal(answers(PROBE_DHCP), 0);
	assert_int_equal(plan.results[PROBE_DNS].answer[0].kind, PACKET_UNREACHABLE);
	assert_int_equal(plan.results[PROBE_DNS].answer[0].code, 3);

	h = healthy;
	h.forward = false;
	run(&h, &site, &plan);
	assert_int_equal(answers(PROBE_HOP_1), 1);
	assert_int_equal(answers(PROBE_HOP_2), 0);
	assert_int_equal(plan.results[PROBE_HOP_2].uplink_out, 0);

	h = healthy;
	h.reply = false;
	run(&h, &site, &plan);
	assert_int_equal(answers(PROBE_HOP_2), 0);
	assert_int_equal(plan.results[PROBE_HOP_2].uplink_in, 2); /* asked twice */
}

/* Without the gateway's MAC there is nobody to send the rest to. */
static void without_the_gateway_the_rest_is_not_sent(void **state G_GNUC_UNUSED)
{
	struct host h = healthy;
	struct probe_plan plan;

	h.arp = false;
	run(&h, &site, &plan);
	assert_int_equal(answers(PROBE_DHCP), 1);
	for (int s = PROBE_GATEWAY_PING; s < PROBE_STEP_MAX_; s++)
		assert_int_equal(plan.results[s].sent, 0);
}

static void an_address_in_use_is_not_used(void **state G_GNUC_UNUSED)
{
	struct host h = healthy;
	struct probe_plan plan;

	h.address_taken = true;
	run(&h, &site, &plan);
	assert_int_equal(plan.own_address, 0);
	assert_int_equal(plan.results[PROBE_GATEWAY_PING].sent, 0);
}

static void a_second_gateway_is_seen(void **state G_GNUC_UNUSED)
{
	struct host h = healthy;
	struct probe_plan plan;

	h.impostor = true;
	run(&h, &site, &plan);
	assert_int_equal(answers(PROBE_GATEWAY_ARP), 2);
	assert_true(packet_same_mac(plan.gateway_mac, site.bridge_mac));
}

static void without_a_port_only_the_guest_is_asked(void **state G_GNUC_UNUSED)
{
	struct probe_site bare = site;
	struct host h = healthy;
	struct probe_plan plan;

	bare.can_send = false;
	run(&h, &bare, &plan);
	assert_int_equal(answers(PROBE_GUEST_ARP), 1);
	assert_int_equal(h.frames, 2);
}

/* Somebody who wants to answer us asks for our address first; for others' we never answer. */
static void arp_for_our_address_is_answered(void **state G_GNUC_UNUSED)
{
	struct packet p = { .kind = PACKET_ARP_REQUEST, .source = GATEWAY };
	uint8_t frame[PACKET_BYTES_MAX];
	struct probe_plan plan;
	enum probe_place place;

	memcpy(p.arp_mac, site.bridge_mac, PACKET_MAC_BYTES);
	probe_plan_begin(&plan, &site, 1);
	p.destination = GUEST;
	probe_plan_see(&plan, PROBE_PORT, PROBE_IN, &p, 1);
	assert_false(plan.owes);
	p.destination = plan.own_address;
	probe_plan_see(&plan, PROBE_PORT, PROBE_IN, &p, 1);
	assert_true(plan.owes);
	assert_true(probe_plan_take(&plan, 1, frame, &place) > 0);
	assert_true(packet_parse(frame, 60, &p));
	assert_int_equal(p.kind, PACKET_ARP_REPLY);
	assert_int_equal(p.source, plan.own_address);
	assert_false(plan.owes);
}

static void what_the_guest_does_is_counted(void **state G_GNUC_UNUSED)
{
	struct packet p = { .kind = PACKET_DHCP_REQUEST, .dhcp_type = DHCP_DISCOVER };
	struct probe_plan plan;

	probe_plan_begin(&plan, &site, 1);
	memcpy(p.source_mac, site.guest_mac, PACKET_MAC_BYTES);
	memcpy(p.dhcp_client_mac, site.guest_mac, PACKET_MAC_BYTES);
	probe_plan_see(&plan, PROBE_TAP, PROBE_IN, &p, 1);
	p.kind = PACKET_DHCP_REPLY;
	probe_plan_see(&plan, PROBE_TAP, PROBE_OUT, &p, 1);
	p.dhcp_client_mac[5] = 7;
	probe_plan_see(&plan, PROBE_TAP, PROBE_OUT, &p, 1);
	assert_int_equal(plan.guest.dhcp_requests, 1);
	assert_int_equal(plan.guest.dhcp_replies_to_it, 1);
	assert_int_equal(plan.guest.frames_out, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_host_answers_everything),
		cmocka_unit_test(time_and_frames_have_their_limits),
		cmocka_unit_test(what_is_broken_is_not_answered),
		cmocka_unit_test(without_the_gateway_the_rest_is_not_sent),
		cmocka_unit_test(an_address_in_use_is_not_used),
		cmocka_unit_test(a_second_gateway_is_seen),
		cmocka_unit_test(without_a_port_only_the_guest_is_asked),
		cmocka_unit_test(arp_for_our_address_is_answered),
		cmocka_unit_test(what_the_guest_does_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
