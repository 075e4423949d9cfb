// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * identity - whom a process acts as, and what the permission bits of a file say to that
 *
 * All of it is worked out from recorded answers (SOURCE_STAT, /etc/passwd, /etc/group): nobody's
 * identity is taken on, so that a recording gives the same as the host.
 */
#ifndef VMDOCTOR_IDENTITY_H
#define VMDOCTOR_IDENTITY_H

#include <glib.h>
#include <stdbool.h>

#include "source/source.h"

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_UNKNOWN, VERDICT_MAX_ };
extern const char *const verdict_names[VERDICT_MAX_];

#define ACCESS_READ 4u
#define ACCESS_WRITE 2u
#define ACCESS_EXECUTE 1u /* of a directory: search */

/** Source: credentials(7). @groups: of guint, with @gid; more may exist unless @groups_known. */
struct identity {
	bool known;
	unsigned int uid, gid;
	char *user; /* its name, or its number; owned */
	GArray *groups;
	bool groups_known;
};

/** The user database; a text that could not be read is NULL. Borrowed. Source: passwd(5), group(5)
 */
struct userdb {
	const char *passwd, *group;
};

/** userdb_uid, userdb_gid - of "name", "+12" or "12"; false: not known */
bool userdb_uid(const struct userdb *db, const char *text, unsigned int *ret);
bool userdb_gid(const struct userdb *db, const char *text, unsigned int *ret);
/** userdb_primary - the group that a user has by passwd(5) */
bool userdb_primary(const struct userdb *db, unsigned int uid, unsigned int *ret);

/**
 * identity_set - who runs as @uid and @gid: with the groups that getgrouplist(3) would find, as
 * libvirt's virGetGroupList() sets them. @ret: overwritten; identity_done() it.
 */
void identity_set(struct identity *ret, const struct userdb *db, unsigned int uid,
		  unsigned int gid);
void identity_done(struct identity *id);

/**
 * identity_may - do mode and ACL grant all of @want (ACCESS_…)?
 * Root may all, but execute what nobody may; libvirt leaves QEMU as root what that takes.
 * Source: path_resolution(7), acl(5) "access check algorithm", capabilities(7) CAP_DAC_OVERRIDE
 */
enum verdict identity_may(const struct identity *id, const struct source_stat *st,
			  unsigned int want);

/** One component of a path, as it is met. */
struct path_step {
	char *path;
	int error; /* 0, or -errno of the look at it */
	struct source_stat st;
	enum verdict verdict; /* may it be searched? of the last step: not judged, unknown */
};

/**
 * path_walk - what opening @path meets: each directory, links resolved, then the file itself
 * @ret_steps: of struct path_step, owned by the array; the last one is the file where 0 is returned
 * Return: 0; -ENOENT, -ENOTDIR, -ELOOP as open(2) would fail; other -errno: could not look
 */
int path_walk(struct source *src, const struct identity *id, const char *path,
	      GPtrArray **ret_steps);

#endif
