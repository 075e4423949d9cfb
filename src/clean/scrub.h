// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scrub - looks for secrets in files that are said to hold none
 */
#ifndef VMDOCTOR_SCRUB_H
#define VMDOCTOR_SCRUB_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct known_values;

/** Where a secret is; never the secret itself. */
struct scrub_hit {
	char *path;	   /* in the archive or directory */
	unsigned int line; /* 0: the file as such */
	const char *kind;  /* "password", static */
};

/** What was not looked at, and so may hold any. */
struct scrub_skip {
	char *path;
	const char *why; /* static */
};

/**
 * scrub_look - through an archive, a directory, or one file, as a stream
 * @known: values that must not be there, or NULL
 * @ret_skipped: of struct scrub_skip, what was not looked at: compressed files and archives inside
 *               of it, special files, what cannot be read; or NULL
 * Return: of struct scrub_hit, in the order of the files; NULL with @error: cannot be read.
 */
GPtrArray *scrub_look(const char *path, const struct known_values *known, GPtrArray **ret_skipped, GError **error);

#endif
