// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact - other names and addresses for those in a record, the same for the same everywhere
 *
 * Names (domains, hosts, users, DNS) are collected from where they are known to be names, and
 * replaced wherever they stand as a word; UUIDs, MAC and IP addresses are known by their form.
 */
#ifndef VMDOCTOR_REDACT_H
#define VMDOCTOR_REDACT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "redact/redact_address.h"

enum redact_kind {
	REDACT_DOMAIN,
	REDACT_HOST,
	REDACT_USER,
	REDACT_DNS,
	REDACT_NETWORK,
	REDACT_POOL,
	REDACT_PATH, /* a part of a path: replaced in paths only */
	REDACT_KINDS_
};

struct redact;
struct source;

/** redact_new - @key: REDACT_KEY_BYTES, or NULL: of the kernel's random numbers */
struct redact *redact_new(const guint8 *key);
void redact_free(struct redact *r); /* NULL is fine */
AUTO_FREE(struct redact, redact)
/**
 * redact_add_name - @name is one; the first kind that it is said to be, counts
 * A name shorter than 3 bytes, or that means something to libvirt ("qemu", "default"), is replaced
 * only where a domain's name is expected. To be called before redact_text().
 */
void redact_add_name(struct redact *r, enum redact_kind kind, const char *name);
/** redact_text - @text, @size bytes, with other names and addresses; g_free() it */
char *redact_text(struct redact *r, const char *text, size_t size, size_t *ret_size);
/** redact_map - the lines "original TAB pseudonym" of all that was replaced, sorted; g_free() it */
char *redact_map(struct redact *r);
/** redact_left - an original that stands in @text yet, of those that were replaced; NULL: none */
const char *redact_left(struct redact *r, const char *text, size_t size);

/** redact_record - a sealed record of the same answers, rewritten; @record is sealed already
 *  Return: NULL with @error: an image header whose names cannot be changed */
struct source *redact_record(struct redact *r, struct source *record, GError **error);

#endif
