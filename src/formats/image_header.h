// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image_header - what the first bytes of a disk image say
 */
#ifndef VMDOCTOR_IMAGE_HEADER_H
#define VMDOCTOR_IMAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Strings are owned. */
struct image_header {
	const char *format;	 /* "qcow2", "vmdk", "vpc", "vhdx", "qed"; "raw": none of these */
	uint64_t virtual_bytes;	 /* qcow2 only; 0: not known */
	char *backing;		 /* name as it stands there, or NULL */
	char *backing_format;	 /* NULL: not recorded, so libvirt refuses or probes it */
	char *data_file;	 /* external data file, or NULL */
	bool is_dirty, is_corrupt;
	bool is_broken;		 /* the header contradicts itself or is cut off */
};

/**
 * image_header_parse - of at most the first 4 KiB of an image; hostile input
 * Source: QEMU docs/interop/qcow2.txt
 */
void image_header_parse(const void *bytes, size_t size, struct image_header *ret);
void image_header_done(struct image_header *h);

#endif
