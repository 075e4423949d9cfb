// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_archive - the members of an archive as a source
 */
#ifndef VMDOCTOR_SOURCE_ARCHIVE_H
#define VMDOCTOR_SOURCE_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>

struct source;

/**
 * source_archive_new - what @is_wanted of a sosreport, all of a bundle, in memory
 * Answers read, list and link; links are followed inside the archive only. At most 1 GiB is kept.
 * Return: NULL with @error: damaged, hostile (see archive_read()), or nothing of it is wanted.
 */
struct source *source_archive_new(const char *path, bool (*is_wanted)(const char *path), GError **error);

#endif
