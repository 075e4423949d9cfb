// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_hops - what a network probe saw, hop by hop.
 *
 * A hop is sound when something came through it, broken when something was sent into it, and
 * nothing came, and unknown when nothing was sent. Why, and whether it should, is for the rules.
 */
#include "diagnose/probe_hops.h"

#include <string.h>

#include "facts/facts.h"
#include "findings/report.h"
#include "base/xml.h"

static const xmlNode *step(const xmlNode *probe, const char *name)
{
	return facts_child(probe, "step", "name", name);
}

static const xmlNode *answer_of(const xmlNode *step, const char *kind)
{
	return facts_child(step, "answer", "kind", kind);
}

/* "label 1/2" for each step that was sent. */
static char *count_steps(const xmlNode *probe, const char *const (*steps)[2], size_t n)
{
	GString *s = g_string_new(NULL);

	for (size_t i = 0; i < n; i++) {
		const xmlNode *one = step(probe, steps[i][0]);

		if (one)
			g_string_append_printf(s, "%s%s %u/%u", s->len ? ", " : "", steps[i][1],
					       MIN(facts_number(one, "answers"), facts_number(one, "sent")),
					       facts_number(one, "sent"));
	}
	return g_string_free(s, s->len == 0);
}

static enum hop_state state_of(bool came_through, bool was_tried)
{
	return came_through ? HOP_SOUND : was_tried ? HOP_BROKEN : HOP_UNKNOWN;
}

static void add(GPtrArray *hops, const char *name, const char *place, enum hop_state state,
		char *counts)
{
	struct hop *h = g_new0(struct hop, 1);

	*h = (struct hop){ g_strdup(name), g_strdup(place), state, counts };
	g_ptr_array_add(hops, h);
}

static void add_guest(GPtrArray *hops, const xmlNode *probe)
{
	static const char *const steps[][2] = { { "guest-arp", "arp" }, { "guest-ping", "ping" } };
	const xmlNode *arp = step(probe, "guest-arp"), *guest = xml_child(probe, "guest");
	const char *address = facts_get(guest, "address");

	add(hops, "guest", address ? address : facts_get(probe, "guest-address"),
	    state_of(facts_number(arp, "answers") > 0 || facts_number(guest, "frames-in") > 0, arp != NULL),
	    count_steps(probe, steps, G_N_ELEMENTS(steps)));
}

static void add_tap(GPtrArray *hops, const xmlNode *nic, const xmlNode *probe)
{
	const xmlNode *device = xml_child(nic, "device"), *guest = xml_child(probe, "guest");
	bool in_place = facts_is(device, "up", "yes") &&
			(!facts_get(nic, "bridge") || facts_is(device, "master", facts_get(nic, "bridge")));
	bool forwards = !facts_get(device, "port-state") || facts_is(device, "port-state", "3");

	add(hops, "tap", facts_get(nic, "device"), state_of(in_place && forwards, true),
	    g_strdup_printf("%u from the guest, %u to it", facts_number(guest, "frames-in"),
			    facts_number(guest, "frames-out")));
}

static unsigned int sum(const xmlNode *probe, const char *attribute)
{
	unsigned int all = 0;

	for (const xmlNode *n = xml_child(probe, "step"); n; n = xml_next(n, "step"))
		all += facts_number(n, attribute);
	return all;
}

static void add_bridge(GPtrArray *hops, const xmlNode *probe)
{
	bool tried = facts_get(probe, "port-state") != NULL || facts_is(probe, "refused", "bridge-down");
	unsigned int in = sum(probe, "bridge-in");
	/* To a router beyond the host nothing needs to come out on the host's side. */
	bool through = in > 0 || facts_number(step(probe, "gateway-arp"), "answers") > 0;

	add(hops, "bridge", facts_get(probe, "bridge"), state_of(through, tried),
	    tried ? g_strdup_printf("%u to the host, %u from it", in, sum(probe, "bridge-out")) : NULL);
}

static void add_gateway(GPtrArray *hops, const xmlNode *probe)
{
	static const char *const steps[][2] = { { "gateway-arp", "arp" }, { "dhcp", "dhcp" },
						{ "gateway-ping", "ping" }, { "dns", "dns" },
						{ "dns-name", "name" } };
	bool host = facts_is(probe, "gateway", facts_get(probe, "bridge-address"));
	const xmlNode *arp = step(probe, "gateway-arp");

	add(hops, host ? "host" : "router", facts_get(probe, "gateway"),
	    state_of(facts_number(arp, "answers") > 0, arp != NULL),
	    count_steps(probe, steps, G_N_ELEMENTS(steps)));
}

static void add_way_out(GPtrArray *hops, const xmlNode *probe)
{
	static const char *const first[][2] = { { "hop-1", "ttl 1" } };
	static const char *const far[][2] = { { "hop-2", "ttl 2" }, { "path", "target" },
					      { "path-full", "1500 bytes" } };
	const xmlNode *one = step(probe, "hop-1"), *two = step(probe, "hop-2");
	const char *as = facts_get(two, "uplink-source");
	unsigned int out = facts_number(two, "uplink-out"), in = facts_number(two, "uplink-in");
	bool routed = answer_of(one, "time-exceeded") != NULL;
	bool back = answer_of(two, "echo-reply") || answer_of(two, "time-exceeded");

	add(hops, "routing", NULL, state_of(routed, one != NULL),
	    count_steps(probe, first, 1));
	add(hops, "firewall", NULL, state_of(out > 0, two && routed),
	    as ? g_strdup_printf("%s leaves as %s", facts_get(probe, "own-address"), as) : NULL);
	add(hops, "uplink", facts_get(probe, "uplink"), state_of(in > 0, out > 0),
	    two ? g_strdup_printf("%u out, %u back", out, in) : NULL);
	add(hops, "back", NULL, state_of(back, two != NULL), count_steps(probe, far, 3));
}

GPtrArray *probe_hops(const xmlNode *nic)
{
	const xmlNode *probe = xml_child(nic, "probe");
	const char *mode = facts_get(nic, "mode");
	GPtrArray *hops;

	if (!probe || facts_get(probe, "error"))
		return NULL;
	hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
	add_guest(hops, probe);
	add_tap(hops, nic, probe);
	add_bridge(hops, probe);
	add_gateway(hops, probe);
	if (mode && strstr(" nat route open ", mode))
		add_way_out(hops, probe);
	return hops;
}
