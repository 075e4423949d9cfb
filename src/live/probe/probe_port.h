// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_port - a temporary port of our own in a bridge
 */
#ifndef VMDOCTOR_PROBE_PORT_H
#define VMDOCTOR_PROBE_PORT_H

#include <net/if.h>
#include <stdint.h>

struct probe_where;

/** It lives as long as its descriptor: however the process ends, the port is gone with it. */
struct probe_port {
	int fd; /* frames go in and come out here; -1: none */
	char name[IF_NAMESIZE];
};

/**
 * probe_port_open - a tap device in where->bridge, up
 * Its own MAC address is higher than any other, since a bridge takes the lowest of its ports'; its
 * MTU is the bridge's, since a bridge takes the smallest; no IPv6, since the host would announce
 * itself there. Needs CAP_NET_ADMIN.
 * Return: 0 or -errno. Source: Linux Documentation/networking/tuntap.rst, bridge(8) of iproute2
 */
int probe_port_open(const struct probe_where *where, struct probe_port *ret);
void probe_port_close(struct probe_port *port);
/** probe_port_state - 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking; or -errno */
int probe_port_state(const struct probe_port *port);

#endif
