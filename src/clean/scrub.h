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

/**
 * scrub_look - through an archive, a directory, or one file, as a stream
 * @known: values that must not be there, or NULL
 * Files in archives inside of it, and compressed ones, are not unpacked.
 * Return: of struct scrub_hit, in the order of the files; NULL with @error: cannot be read.
 */
GPtrArray *scrub_look(const char *path, const struct known_values *known, GError **error);

#endif
