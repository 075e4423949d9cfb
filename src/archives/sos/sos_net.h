// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos_net - what ip(8) and bridge(8) print, as source_net.c has it from the kernel
 *
 * Each takes a whole output and returns JSON to be freed, or NULL: it is none, or has more entries
 * than a live host's answer would. What a line does not say, is left out, never guessed.
 * Source: ip-link(8), ip-address(8), ip-route(8), ip-rule(8), ip-neighbour(8), bridge(8)
 */
#ifndef VMDOCTOR_SOS_NET_H
#define VMDOCTOR_SOS_NET_H

char *sos_net_links(const char *text);	    /* ip -s -d link */
char *sos_net_addresses(const char *text);  /* ip -o addr */
char *sos_net_routes(const char *text);	    /* ip route show table all */
char *sos_net_rules(const char *text);	    /* ip -4 rule, of IPv4 only */
char *sos_net_neighbours(const char *text); /* ip -s -s neigh show */
char *sos_net_fdb(const char *text);	    /* bridge -s -s -d -t fdb show */

#endif
