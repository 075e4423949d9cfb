// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * archive_read - the members of a tar archive, one after the other, without unpacking anything
 */
#ifndef VMDOCTOR_ARCHIVE_READ_H
#define VMDOCTOR_ARCHIVE_READ_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum member_type {
	MEMBER_FILE,
	MEMBER_DIRECTORY,
	MEMBER_LINK,	/* symbolic; the data is the target as it was written */
	MEMBER_SAME_AS, /* a hard link; the data is the path of the other name, from the top on */
	MEMBER_OTHER,	/* a device, FIFO or socket; without data */
};

/** What to do with a member. */
enum member_want {
	MEMBER_SKIP,
	MEMBER_NAME,	/* it is there: no content */
	MEMBER_CONTENT, /* at most source_cap_bytes() of it; of a log its end */
	MEMBER_STREAM,	/* all of it, in pieces; all but the last are "truncated" */
};

/** One member. Strings are borrowed for the length of the call. */
struct member {
	enum member_type type;
	const char *path; /* absolute, below the archive's one top directory, if it has one */
	const char *data; /* NUL-ended */
	size_t size;
	GBytes *content; /* the same, for who wants to keep it */
	bool truncated;
};

/** Who looks. */
struct member_visitor {
	/* Called in the child that parses; what it changes stays there. */
	enum member_want (*want)(void *data, const char *path, enum member_type type);
	/* Called in the parent, for each member that is wanted. False: stop, with @error set. */
	bool (*visit)(void *data, const struct member *m, GError **error);
	void *data;
};

/** archive_is_one - do the first bytes of the file @path say tar, gzip, bzip2, xz or zstd? */
bool archive_is_one(const char *path);
/**
 * archive_read - shows @v the members of the tar archive @path (plain, gz, bz2, xz, zst)
 * The archive is parsed by a child without privilege, within bounds of memory and time. Refused
 * as hostile or broken: names that leave the tree ("..", absolute), links out of it, devices
 * outside dev/, names longer than 4096 bytes or deeper than 64, over 2 million members, a member
 * over 64 GiB, over 500 times the archive's own size once that is over 256 MiB.
 * Return: false with @error, which names the archive. Source: tar(5), archive_read(3)
 */
bool archive_read(const char *path, const struct member_visitor *v, GError **error);

#endif
