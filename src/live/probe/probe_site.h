// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_site - where a network probe takes place: the guest's tap, its bridge, the way out
 */
#ifndef VMDOCTOR_PROBE_SITE_H
#define VMDOCTOR_PROBE_SITE_H

#include <net/if.h>
#include <stdbool.h>

#include "live/probe/probe_plan.h"

/** What is asked for. */
struct probe_request {
	char tap[IF_NAMESIZE];
	uint8_t guest_mac[PACKET_MAC_BYTES];
	uint32_t guest_address; /* 0: not known */
	bool force;		/* join a bridge that runs STP and has a port to the outside, too */
	uint32_t target;	/* 0: none was named */
	const char *dns_name;	/* or NULL */
	int pcap_fd;		/* the headers go there, too; -1: nowhere */
};

/** The devices, by name; empty where there is none. */
struct probe_where {
	char tap[IF_NAMESIZE], bridge[IF_NAMESIZE], uplink[IF_NAMESIZE];
	bool stp, has_outer_port, vlan_filtering, bridge_up;
	unsigned int forward_delay_ms; /* of the bridge; twice that long a new port is deaf with STP */
	unsigned int mtu, default_pvid;
};

/**
 * probe_site_find - reads the kernel's devices, addresses and routes
 * The gateway is the host's own address in the bridge, else where the bridge's default route
 * leads; without a route to the target there is no uplink.
 * Return: 0; -ENODEV: no such tap; else -errno of a read that failed. Source: rtnetlink(7)
 */
int probe_site_find(const struct probe_request *rq, struct probe_where *ret_where,
		    struct probe_site *ret_site);

/** probe_mac_parse - "52:54:00:12:34:56" */
bool probe_mac_parse(const char *text, uint8_t *ret_mac);

#endif
