// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pack - texts full of counters in few bytes: only by how much each number rose since the text before
 */
#ifndef VMDOCTOR_STORE_PACK_H
#define VMDOCTOR_STORE_PACK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

void pack_number(GByteArray *out, uint64_t n);
/** unpack_number - false: it does not end before @end; *at is then anywhere */
bool unpack_number(const guint8 **at, const guint8 *end, uint64_t *ret);

/**
 * pack_rise - what makes @after of @before, a number for each run of digits
 * Return: false, and @out as it was: they differ in more than numbers, and @after must be kept as it is
 */
bool pack_rise(const char *before, size_t before_size, const char *after, size_t after_size, GByteArray *out);
/** unpack_rise - NULL: @packed is not what was made for @before */
GString *unpack_rise(const char *before, size_t before_size, const guint8 *packed, size_t size);

/** pack_squeeze - deflated, its size before it. unpack_squeezed: NULL: damaged, or larger than @most */
GBytes *pack_squeeze(const void *bytes, size_t size);
GBytes *unpack_squeezed(const void *bytes, size_t size, size_t most);

#endif
