// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_address - other addresses with the same structure
 *
 * Two addresses that share their first n bits share n bits afterwards (as Crypto-PAn does: each bit
 * is flipped or not by a keyed hash of the bits before it). Private stays private, public stays
 * public; loopback, link-local, multicast, netmasks and what is for documentation stay as they are
 * (RFC 6890, RFC 5737, RFC 3849). The last octet of IPv4, and ::1 and the like behind a prefix of 64
 * bits, stay, too, so that networks, gateways and ranges of leases remain such.
 */
#ifndef VMDOCTOR_REDACT_ADDRESS_H
#define VMDOCTOR_REDACT_ADDRESS_H

#include <glib.h>
#include <stdint.h>

#define REDACT_KEY_BYTES 32

/** redact_ipv4 - of @address in host byte order */
uint32_t redact_ipv4(const guint8 *key, uint32_t address);
/** redact_ipv6 - @address is overwritten, 16 bytes in network byte order; where its lower half is made of
 *  a MAC address (RFC 4291, appendix A), that stays as it is */
void redact_ipv6(const guint8 *key, guint8 *address);

#endif
