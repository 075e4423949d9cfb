// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pack - see pack.h
 *
 * Numbers are base 128 with the lowest bits first, the high bit says that there is more; those with a sign
 * have it in bit 0. Digits that are no plain number (leading zeros, more than fit) must be equal.
 * Source: zlib.h, compress2()
 */
#include "store/pack.h"

#include <string.h>

#ifdef HAVE_SQLITE
#include <zlib.h>
#endif

enum { DIGITS_MAX = 18, MORE = 0x80, LEVEL = 6 };

void pack_number(GByteArray *out, uint64_t n)
{
	do {
		guint8 byte = (guint8)((n & (MORE - 1)) | (n >= MORE ? MORE : 0));

		g_byte_array_append(out, &byte, 1);
		n >>= 7;
	} while (n > 0);
}

bool unpack_number(const guint8 **at, const guint8 *end, uint64_t *ret)
{
	uint64_t n = 0;

	for (unsigned int shift = 0; *at < end && shift < 64; shift += 7) {
		guint8 byte = *(*at)++;

		n |= (uint64_t)(byte & (MORE - 1)) << shift;
		if (!(byte & MORE)) {
			*ret = n;
			return true;
		}
	}
	return false;
}

/** A run of digits, or one other byte. */
struct piece {
	const char *at;
	size_t size;
	bool is_number; /* and can be counted with */
	int64_t value;
};

static bool next_piece(const char **at, const char *end, struct piece *ret)
{
	const char *p = *at;

	if (p >= end)
		return false;
	while (p < end && g_ascii_isdigit(*p))
		p++;
	*ret = (struct piece){ .at = *at, .size = p > *at ? (size_t)(p - *at) : 1 };
	ret->is_number = p > *at && ret->size <= DIGITS_MAX && (**at != '0' || ret->size == 1);
	for (size_t i = 0; ret->is_number && i < ret->size; i++)
		ret->value = ret->value * 10 + (ret->at[i] - '0');
	*at += ret->size;
	return true;
}

bool pack_rise(const char *before, size_t before_size, const char *after, size_t after_size, GByteArray *out)
{
	const char *before_end = before + before_size, *after_end = after + after_size;
	guint begin = out->len;
	struct piece a, b;

	for (;;) {
		bool more = next_piece(&before, before_end, &a);

		if (more != next_piece(&after, after_end, &b))
			break;
		if (!more)
			return true;
		if (a.is_number && b.is_number) {
			int64_t rise = b.value - a.value;

			pack_number(out, rise < 0 ? ~((uint64_t)rise << 1) : (uint64_t)rise << 1);
		} else if (a.size != b.size || memcmp(a.at, b.at, a.size) != 0) {
			break;
		}
	}
	g_byte_array_set_size(out, begin);
	return false;
}

GString *unpack_rise(const char *before, size_t before_size, const guint8 *packed, size_t size)
{
	const guint8 *packed_end = packed + size;
	const char *end = before + before_size;
	g_autoptr(GString) out = g_string_new(NULL);
	struct piece a;
	uint64_t n;

	while (next_piece(&before, end, &a)) {
		if (!a.is_number) {
			g_string_append_len(out, a.at, (gssize)a.size);
			continue;
		}
		if (!unpack_number(&packed, packed_end, &n))
			return NULL;
		g_string_append_printf(out, "%" G_GINT64_FORMAT,
				       (gint64)((guint64)a.value + ((n >> 1) ^ (~(n & 1) + 1))));
	}
	return packed == packed_end ? g_steal_pointer(&out) : NULL;
}

#ifdef HAVE_SQLITE
GBytes *pack_squeeze(const void *bytes, size_t size)
{
	GByteArray *out = g_byte_array_new();
	uLongf room = compressBound(size);
	guint head;

	pack_number(out, size);
	head = out->len;
	g_byte_array_set_size(out, head + (guint)room);
	if (compress2(out->data + head, &room, bytes, size, LEVEL) != Z_OK)
		room = 0; /* cannot be: there is room; reads as damaged */
	g_byte_array_set_size(out, head + (guint)room);
	return g_byte_array_free_to_bytes(out);
}

GBytes *unpack_squeezed(const void *bytes, size_t size, size_t most)
{
	const guint8 *at = bytes, *end = at + size;
	uint64_t length;
	guint8 *out;
	uLongf room;

	if (!unpack_number(&at, end, &length) || length > most)
		return NULL;
	room = length;
	out = g_malloc(length + 1);
	if (uncompress(out, &room, at, (uLong)(end - at)) == Z_OK && room == length)
		return g_bytes_new_take(out, length);
	g_free(out);
	return NULL;
}
#endif
