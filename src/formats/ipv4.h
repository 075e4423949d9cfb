// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipv4 - addresses and subnets as numbers
 */
#ifndef VMDOCTOR_IPV4_H
#define VMDOCTOR_IPV4_H

#include <stdbool.h>
#include <stdint.h>

/** A subnet. @net: without host bits, in host byte order; @bits: 0 … 32 */
struct ipv4_subnet {
	uint32_t net;
	unsigned int bits;
};

/** ipv4_parse - "192.0.2.1" in host byte order; NULL or anything else: false */
bool ipv4_parse(const char *text, uint32_t *ret);
/** ipv4_or_none - the same; 0.0.0.0 where it is none */
uint32_t ipv4_or_none(const char *text);
/** ipv4_subnet_make - the subnet that @address with this prefix is in; false where it is none */
bool ipv4_subnet_make(const char *address, const char *prefix, struct ipv4_subnet *ret);
/** ipv4_subnet_parse - "192.0.2.0/24", or "default", which is 0.0.0.0/0 */
bool ipv4_subnet_parse(const char *text, struct ipv4_subnet *ret);
/** ipv4_subnet_of - as libvirt's <ip> has it: @prefix, or where that is NULL @netmask */
bool ipv4_subnet_of(const char *address, const char *prefix, const char *netmask,
		    struct ipv4_subnet *ret);
/** ipv4_mask_bits - 24 of "255.255.255.0"; false when its bits are not in one run */
bool ipv4_mask_bits(const char *mask, unsigned int *ret);
bool ipv4_is_in(uint32_t address, const struct ipv4_subnet *s);

#endif
