// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_json - what a network probe saw, as a JSON object.
 */
#include "live/probe/probe.h"

#include <arpa/inet.h>

#include "base/errname.h"
#include "base/json_make.h"

static void put_ipv4(JsonBuilder *b, const char *key, uint32_t address)
{
	struct in_addr a = { htonl(address) };
	char text[INET_ADDRSTRLEN];

	if (address)
		json_make_text(b, key, inet_ntop(AF_INET, &a, text, sizeof(text)));
}

static void put_mac(JsonBuilder *b, const char *key, const uint8_t *m)
{
	g_autofree char *text = g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
						m[3], m[4], m[5]);

	if (!packet_no_mac(m))
		json_make_text(b, key, text);
}

static const char *kind_name(enum packet_kind kind)
{
	static const char *const names[] = {
		[PACKET_ARP_REPLY] = "arp-reply",	[PACKET_ECHO_REPLY] = "echo-reply",
		[PACKET_UNREACHABLE] = "unreachable", [PACKET_TIME_EXCEEDED] = "time-exceeded",
		[PACKET_DHCP_REPLY] = "dhcp-reply",	[PACKET_DNS_REPLY] = "dns-reply",
	};

	return kind < G_N_ELEMENTS(names) && names[kind] ? names[kind] : "other";
}

static void put_answer(JsonBuilder *b, const struct probe_answer *a)
{
	json_builder_begin_object(b);
	json_make_text(b, "kind", kind_name(a->kind));
	put_mac(b, "mac", a->mac);
	put_ipv4(b, "source", a->source);
	json_make_int(b, "after-us", a->after_us);
	if (a->kind == PACKET_UNREACHABLE || a->kind == PACKET_TIME_EXCEEDED)
		json_make_int(b, "code", a->code);
	if (a->mtu)
		json_make_int(b, "mtu", a->mtu);
	if (a->kind == PACKET_DNS_REPLY)
		json_make_int(b, "rcode", a->rcode);
	if (a->kind == PACKET_DHCP_REPLY)
		json_make_int(b, "dhcp-type", a->dhcp_type);
	put_ipv4(b, "offered", a->offered);
	put_ipv4(b, "server", a->server);
	json_builder_end_object(b);
}

static void put_step(JsonBuilder *b, enum probe_step s, const struct probe_result *r)
{
	json_builder_begin_object(b);
	json_make_text(b, "name", probe_step_name(s));
	json_make_int(b, "sent", r->sent);
	json_make_int(b, "answers", r->answers);
	json_make_int(b, "bridge-in", r->bridge_in);
	json_make_int(b, "bridge-out", r->bridge_out);
	json_make_int(b, "uplink-out", r->uplink_out);
	json_make_int(b, "uplink-in", r->uplink_in);
	put_ipv4(b, "uplink-source", r->uplink_source);
	json_make_open_array(b, "answer");
	for (unsigned int i = 0; i < r->answers && i < PROBE_ANSWERS_MAX; i++)
		put_answer(b, &r->answer[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void put_steps(JsonBuilder *b, const struct probe_plan *plan)
{
	json_make_open_array(b, "step");
	for (int s = 0; s < PROBE_STEP_MAX_; s++)
		if (plan->results[s].sent > 0)
			put_step(b, (enum probe_step)s, &plan->results[s]);
	json_builder_end_array(b);
}

static void put_guest(JsonBuilder *b, const struct probe_guest *g)
{
	json_make_open_object(b, "guest");
	json_make_int(b, "frames-in", g->frames_in);
	json_make_int(b, "frames-out", g->frames_out);
	json_make_int(b, "arp-requests", g->arp_requests);
	json_make_int(b, "gateway-requests", g->gateway_requests);
	json_make_int(b, "arp-replies-to-it", g->arp_replies_to_it);
	json_make_int(b, "dhcp-requests", g->dhcp_requests);
	json_make_int(b, "dhcp-replies-to-it", g->dhcp_replies_to_it);
	json_make_int(b, "dns-queries", g->dns_queries);
	json_make_int(b, "dns-replies-to-it", g->dns_replies_to_it);
	put_ipv4(b, "address", g->address);
	json_builder_end_object(b);
}

static void put_captures(JsonBuilder *b, const struct probe *p)
{
	static const char *const places[PROBE_PLACE_MAX_] = { "port", "tap", "bridge", "uplink" };

	json_make_open_array(b, "capture");
	for (int i = 0; i < PROBE_PLACE_MAX_; i++)
		if (p->capture_errors[i] < 0) {
			json_builder_begin_object(b);
			json_make_text(b, "place", places[i]);
			json_make_text(b, "error", errname(p->capture_errors[i]));
			json_builder_end_object(b);
		}
	json_builder_end_array(b);
}

static void put_where(JsonBuilder *b, const struct probe *p)
{
	const struct probe_where *w = &p->where;
	const struct probe_site *site = &p->plan.site;

	json_make_text(b, "tap", w->tap);
	json_make_text(b, "bridge", *w->bridge ? w->bridge : NULL);
	json_make_text(b, "uplink", *w->uplink ? w->uplink : NULL);
	put_mac(b, "bridge-mac", site->bridge_mac);
	put_ipv4(b, "bridge-address", site->bridge_address);
	put_ipv4(b, "gateway", site->gateway);
	put_mac(b, "gateway-mac", p->plan.gateway_mac);
	put_ipv4(b, "guest-address", site->guest_address);
	put_mac(b, "own-mac", site->own_mac);
	put_ipv4(b, "own-address", p->plan.own_address);
	put_ipv4(b, "target", site->target);
	json_make_bool(b, "outer-port", w->has_outer_port);
	json_make_bool(b, "vlan-filtering", w->vlan_filtering);
}

char *probe_json(struct probe *p)
{
	JsonBuilder *b = json_make_object();

	put_where(b, p);
	if (p->refused)
		json_make_text(b, "refused", p->refused);
	if (p->port_error < 0)
		json_make_text(b, "port-error", errname(p->port_error));
	if (p->guest_error < 0)
		json_make_text(b, "guest-error", errname(p->guest_error));
	if (!p->refused && !p->port_error)
		json_make_int(b, "port-state", p->port_state);
	if (p->plan.ready_us)
		json_make_int(b, "ready-ms", (p->plan.ready_us - p->begin_us) / 1000);
	json_make_int(b, "duration-ms", (p->end_us - p->begin_us) / 1000);
	json_make_int(b, "frames", p->plan.frames);
	json_make_int(b, "dropped", probe_capture_dropped(p->capture));
	json_make_int(b, "uplink-arp-requests", p->plan.uplink_arp_requests);
	json_make_int(b, "uplink-arp-replies", p->plan.uplink_arp_replies);
	put_captures(b, p);
	put_steps(b, &p->plan);
	put_guest(b, &p->plan.guest);
	return json_make_end(b);
}
