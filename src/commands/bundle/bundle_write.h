// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bundle_write - one archive, whole or not at all
 */
#ifndef VMDOCTOR_BUNDLE_WRITE_H
#define VMDOCTOR_BUNDLE_WRITE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct bundle;

/** bundle_suffix - of what is written to @path: ".tar.zst", ".tar.xz", ".tar.gz", ".tar"; or NULL */
const char *bundle_suffix(const char *path);
/**
 * bundle_new - begins the archive @path, compressed as its suffix says
 * It has no name until bundle_publish(), where the file system allows that (O_TMPFILE), else a
 * hidden one; SIGINT and SIGTERM wait until it is gone again. Mode 0600.
 * @top: the one directory in it; @time_s: of every file
 * Return: NULL with @error: no such suffix, @path exists, cannot be written.
 */
struct bundle *bundle_new(const char *path, const char *top, int64_t time_s, GError **error);
/** bundle_add - the file @path ("/etc/passwd"). Return: false: disk full, interrupted; see bundle_close() */
bool bundle_add(struct bundle *b, const char *path, GBytes *content);
/** bundle_close - all is added. Return: false with @error for the first failure there was */
bool bundle_close(struct bundle *b, GError **error);
/** bundle_file - the path under which what was written can be read now */
const char *bundle_file(const struct bundle *b);
/** bundle_publish - gives it its name. Return: false with @error: somebody took it meanwhile */
bool bundle_publish(struct bundle *b, GError **error);
uint64_t bundle_size_bytes(const struct bundle *b);
/** bundle_free - what was not published is gone; NULL is fine */
void bundle_free(struct bundle *b);
AUTO_FREE(struct bundle, bundle)

#endif
