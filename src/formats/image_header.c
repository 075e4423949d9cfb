// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image_header - reading a qcow2 header, with a cursor that cannot leave its bytes.
 */
#include "formats/image_header.h"

#include <glib.h>
#include <string.h>

#define BACKING_NAME_MAX 1023
#define V2_HEADER_BYTES 72
#define EXTENSION_BACKING_FORMAT 0xe2792acaU
#define EXTENSION_DATA_FILE 0x44415441U
#define INCOMPATIBLE_DIRTY 1U
#define INCOMPATIBLE_CORRUPT 2U

struct cursor {
	const unsigned char *bytes;
	size_t size;
	bool is_bad; /* something was asked for beyond the end */
};

static uint64_t get_be(struct cursor *c, uint64_t at, unsigned int n)
{
	uint64_t v = 0;

	if (at > c->size || n > c->size - at) {
		c->is_bad = true;
		return 0;
	}
	for (unsigned int i = 0; i < n; i++)
		v = v << 8 | c->bytes[at + i];
	return v;
}

static char *get_text(struct cursor *c, uint64_t at, uint64_t n)
{
	if (at > c->size || n > c->size - at) {
		c->is_bad = true;
		return NULL;
	}
	return g_strndup((const char *)c->bytes + at, n);
}

static void parse_extensions(struct cursor *c, uint64_t at, uint64_t end, struct image_header *ret)
{
	while (at + 8 <= end && !c->is_bad) {
		uint32_t type = (uint32_t)get_be(c, at, 4);
		uint32_t length = (uint32_t)get_be(c, at + 4, 4);

		if (type == 0)
			return;
		if (type == EXTENSION_BACKING_FORMAT && !ret->backing_format)
			ret->backing_format = get_text(c, at + 8, length);
		else if (type == EXTENSION_DATA_FILE && !ret->data_file)
			ret->data_file = get_text(c, at + 8, length);
		at += 8 + (((uint64_t)length + 7) & ~UINT64_C(7));
	}
}

static void parse_qcow2(struct cursor *c, struct image_header *ret)
{
	uint64_t version = get_be(c, 4, 4);
	uint64_t backing_at = get_be(c, 8, 8), backing_length = get_be(c, 16, 4);
	uint64_t incompatible = version >= 3 ? get_be(c, 72, 8) : 0;
	uint64_t header = version >= 3 ? get_be(c, 100, 4) : V2_HEADER_BYTES;

	ret->virtual_bytes = get_be(c, 24, 8);
	ret->is_dirty = incompatible & INCOMPATIBLE_DIRTY;
	ret->is_corrupt = incompatible & INCOMPATIBLE_CORRUPT;
	parse_extensions(c, header, backing_at ? backing_at : c->size, ret);
	if (backing_at && backing_length <= BACKING_NAME_MAX)
		ret->backing = get_text(c, backing_at, backing_length);
	ret->is_broken = c->is_bad || version < 2 || version > 3 || backing_length > BACKING_NAME_MAX;
}

void image_header_parse(const void *bytes, size_t size, struct image_header *ret)
{
	static const struct {
		const char *magic, *format;
	} known[] = { { "QFI\xfb", "qcow2" }, { "KDMV", "vmdk" },     { "conectix", "vpc" },
		      { "vhdxfile", "vhdx" }, { "QED", "qed" } };
	struct cursor c = { .bytes = bytes, .size = size };

	*ret = (struct image_header){ .format = "raw" };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (size >= strlen(known[i].magic) &&
		    memcmp(bytes, known[i].magic, strlen(known[i].magic)) == 0)
			ret->format = known[i].format;
	if (strcmp(ret->format, "qcow2") == 0)
		parse_qcow2(&c, ret);
}

void image_header_done(struct image_header *h)
{
	g_clear_pointer(&h->backing, g_free);
	g_clear_pointer(&h->backing_format, g_free);
	g_clear_pointer(&h->data_file, g_free);
}
