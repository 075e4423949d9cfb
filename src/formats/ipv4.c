// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipv4 - addresses and subnets as numbers.
 *
 * Source: inet_pton(3); RFC 4632 (prefixes)
 */
#include "formats/ipv4.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "formats/parse.h"

bool ipv4_parse(const char *text, uint32_t *ret)
{
	struct in_addr a;

	if (!text || inet_pton(AF_INET, text, &a) != 1)
		return false;
	*ret = ntohl(a.s_addr);
	return true;
}

/* A shift by all 32 bits is undefined in C. */
static uint32_t mask_of(unsigned int bits)
{
	return bits ? UINT32_MAX << (32 - bits) : 0;
}

uint32_t ipv4_or_none(const char *text)
{
	uint32_t address = 0;

	return ipv4_parse(text, &address) ? address : 0;
}

bool ipv4_subnet_make(const char *address, const char *prefix, struct ipv4_subnet *ret)
{
	uint64_t bits;
	uint32_t a;

	if (!prefix || !parse_u64(prefix, &bits) || bits > 32 || !ipv4_parse(address, &a))
		return false;
	*ret = (struct ipv4_subnet){ a & mask_of((unsigned int)bits), (unsigned int)bits };
	return true;
}

bool ipv4_subnet_parse(const char *text, struct ipv4_subnet *ret)
{
	g_auto(GStrv) parts = g_strsplit(text ? text : "", "/", 2);

	if (text && strcmp(text, "default") == 0)
		return ipv4_subnet_make("0.0.0.0", "0", ret);
	return g_strv_length(parts) == 2 && ipv4_subnet_make(parts[0], parts[1], ret);
}

bool ipv4_mask_bits(const char *mask, unsigned int *ret)
{
	uint32_t m;
	unsigned int bits = 0;

	if (!ipv4_parse(mask, &m))
		return false;
	while (bits < 32 && m & (UINT32_C(1) << (31 - bits)))
		bits++;
	if (m != mask_of(bits))
		return false;
	*ret = bits;
	return true;
}

bool ipv4_subnet_of(const char *address, const char *prefix, const char *netmask,
		    struct ipv4_subnet *ret)
{
	char text[16];
	unsigned int bits;

	if (prefix)
		return ipv4_subnet_make(address, prefix, ret);
	if (!ipv4_mask_bits(netmask, &bits))
		return false;
	g_snprintf(text, sizeof(text), "%u", bits);
	return ipv4_subnet_make(address, text, ret);
}

bool ipv4_is_in(uint32_t address, const struct ipv4_subnet *s)
{
	return (address & mask_of(s->bits)) == s->net;
}
