// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_address - a walk down the bits; on the way to a block with a meaning nothing is flipped.
 */
#include "redact/redact_address.h"

#include <stdbool.h>
#include <string.h>

#define IPV4_KEPT_FROM 24 /* the last octet */
#define IPV6_HOST_FROM 64
#define IPV6_KEPT_FROM 112

struct block {
	guint8 bytes[4];
	unsigned int bits;
	bool is_kept; /* with all that is in it; else only as a block */
};

/* Source: RFC 6890, RFC 5737, RFC 6598; 224/3 is multicast, reserved, and netmasks */
static const struct block ipv4_blocks[] = {
	{ { 0 }, 8, true },		 { { 10 }, 8, false },		  { { 100, 64 }, 10, false },
	{ { 127 }, 8, true },		 { { 169, 254 }, 16, true },	  { { 172, 16 }, 12, false },
	{ { 192, 0, 2 }, 24, true },	 { { 192, 168 }, 16, false },	  { { 198, 18 }, 15, false },
	{ { 198, 51, 100 }, 24, true }, { { 203, 0, 113 }, 24, true }, { { 224 }, 3, true },
};

/* Source: RFC 4291, RFC 4193, RFC 3849. What is neither global nor unique local stays as it is. */
static const struct block ipv6_blocks[] = {
	{ { 0x00 }, 3, true }, { { 0x40 }, 2, true }, { { 0x80 }, 2, true },
	{ { 0xc0 }, 3, true }, { { 0xe0 }, 4, true }, { { 0xf0 }, 5, true },
	{ { 0xf8 }, 6, true }, { { 0xfe }, 7, true }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32, true },
	{ { 0xfd }, 8, false }, { { 0xfc }, 8, false },
};

static unsigned int bit(const guint8 *bytes, unsigned int i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

static bool is_same(const guint8 *a, const guint8 *b, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		if (bit(a, i) != bit(b, i))
			return false;
	return true;
}

/* Are the first @depth bits of @a the beginning of a block that is not reached yet? */
static bool leads_to_block(const struct block *blocks, size_t n, const guint8 *a, unsigned int depth)
{
	for (size_t i = 0; i < n; i++)
		if (blocks[i].bits > depth && is_same(a, blocks[i].bytes, depth))
			return true;
	return false;
}

static const struct block *block_of(const struct block *blocks, size_t n, const guint8 *a)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(a, blocks[i].bytes, blocks[i].bits))
			return &blocks[i];
	return NULL;
}

/* The first bit that may be flipped, is: no address stays what it is. */
static unsigned int first_free(const struct block *blocks, size_t n, const guint8 *a, unsigned int max)
{
	unsigned int depth = 0;

	while (depth < max && leads_to_block(blocks, n, a, depth))
		depth++;
	return depth;
}

static bool is_flipped(const guint8 *key, const guint8 *a, unsigned int depth, unsigned int family)
{
	guint8 input[18] = { 0 }, digest[32];
	gsize size = sizeof(digest);
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key, REDACT_KEY_BYTES);

	memcpy(input, a, depth / 8);
	if (depth % 8)
		input[depth / 8] = a[depth / 8] & (guint8)(0xff << (8 - depth % 8));
	input[16] = (guint8)depth;
	input[17] = (guint8)family;
	g_hmac_update(hmac, input, sizeof(input));
	g_hmac_get_digest(hmac, digest, &size);
	g_hmac_unref(hmac);
	return digest[0] & 1;
}

static bool is_zero(const guint8 *a, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		if (bit(a, i))
			return false;
	return true;
}

uint32_t redact_ipv4(const guint8 *key, uint32_t address)
{
	guint8 a[4] = { (guint8)(address >> 24), (guint8)(address >> 16), (guint8)(address >> 8),
			(guint8)address };
	const struct block *block = block_of(ipv4_blocks, G_N_ELEMENTS(ipv4_blocks), a);
	unsigned int first = first_free(ipv4_blocks, G_N_ELEMENTS(ipv4_blocks), a, 32);
	uint32_t flips = 0;

	if (block && block->is_kept)
		return address;
	if (first >= 32)
		return address;
	flips = UINT32_C(1) << (31 - first);
	for (unsigned int i = first + 1; i < IPV4_KEPT_FROM; i++) {
		/* x.y.0.0/16 keeps its zeros */
		bool stays = i >= 16 && first < 16 && is_zero(a, 16, i);

		if (!stays && is_flipped(key, a, i, 4))
			flips |= UINT32_C(1) << (31 - i);
	}
	return address ^ flips;
}

void redact_ipv6(const guint8 *key, guint8 *address)
{
	const struct block *block = block_of(ipv6_blocks, G_N_ELEMENTS(ipv6_blocks), address);
	unsigned int first = first_free(ipv6_blocks, G_N_ELEMENTS(ipv6_blocks), address, 128);
	bool is_eui64 = address[11] == 0xff && address[12] == 0xfe;
	unsigned int end = is_eui64 ? IPV6_HOST_FROM : IPV6_KEPT_FROM;
	guint8 flips[16] = { 0 };

	if ((block && block->is_kept) || first >= 128)
		return;
	for (unsigned int i = first; i < end; i++) {
		bool stays = (i >= 48 && i < IPV6_HOST_FROM && is_zero(address, 48, i)) ||
			     (i >= IPV6_HOST_FROM && is_zero(address, IPV6_HOST_FROM, i));

		if (i == first || (!stays && is_flipped(key, address, i, 6)))
			flips[i / 8] |= (guint8)(1 << (7 - i % 8));
	}
	for (unsigned int i = 0; i < 16; i++)
		address[i] ^= flips[i];
}
