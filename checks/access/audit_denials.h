// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_denials - refusals of an audit log, grouped, each with the domain that it befell
 */
#ifndef VMDOCTOR_AUDIT_DENIALS_H
#define VMDOCTOR_AUDIT_DENIALS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "formats/audit_log.h"

/** One domain's way from libvirt's VIRT_MACHINE_ID to its end, as the log has it. */
struct audit_life {
	char *vm, *uuid;
	char *context, *image_context; /* SELinux's, or NULL */
	char *result, *reason;	       /* of VIRT_CONTROL op=start; NULL: not there */
	char *pid;
	int64_t begin_ms, start_ms, end_ms; /* 0: not there */
	const char *path;
	unsigned int line;
};

/** What was refused again and again counts once. */
struct audit_denial {
	const char *kind; /* selinux, apparmor, user, seccomp */
	char *comm, *pid, *class, *path, *name, *device, *inode, *profile, *operation;
	char *source, *target; /* SELinux contexts, or NULL */
	GString *perms;
	unsigned int count;
	int64_t first_ms, last_ms;
	bool permissive;
	const char *from;
	unsigned int line;
	char *text;
	/* The domain, and how it is known: context, uuid, pid, path, time; NULL: not known. */
	char *vm, *uuid;
	const char *joined;
	char *target_vm; /* whose label the target has, when it is another domain's */
};

struct audit_denials {
	GPtrArray *denials; /* of struct audit_denial, in the order of the first of each */
	GPtrArray *lives;   /* of struct audit_life, likewise */
	unsigned int records;
	unsigned int dropped; /* denials of further groups */
	int64_t since_ms, until_ms; /* others are not counted; 0: no limit */
	/* not for users of this header */
	GHashTable *groups, *latest, *disks;
};

/** audit_denials_init - the times are @d's to set after it; audit_denials_done() it */
void audit_denials_init(struct audit_denials *d);
void audit_denials_done(struct audit_denials *d);
/** audit_denials_add - an audit_found of audit_log.h; @data is the struct audit_denials */
void audit_denials_add(void *data, const struct audit_record *r);
/** audit_denials_join - when all is added: to domains */
void audit_denials_join(struct audit_denials *d);

/** audit_denial_matters - after the join: a label that the policy does not know is of no concern
 *  when it is no domain's */
bool audit_denial_matters(const struct audit_denial *d);

#endif
