// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * security - whom QEMU runs as, and what libvirt labels, out of facts that are there
 */
#ifndef VMDOCTOR_SECURITY_H
#define VMDOCTOR_SECURITY_H

#include <libxml/tree.h>
#include <stdbool.h>

#include "checks/access/identity.h"

/** security_label - the <seclabel> of @model ("dac", "selinux" …) below @parent, or NULL */
const xmlNode *security_label(const xmlNode *parent, const char *model);
/** security_model - the <secmodel> that the host's capabilities say is active, or NULL */
const xmlNode *security_model(const xmlNode *vm, const char *model);
/** security_forbids - does a <seclabel> (or NULL) tell libvirt to leave a file's label alone?
 *  Source: formatdomain.html#security-label */
bool security_forbids(const xmlNode *label);
/** security_setting - what qemu.conf says of @name, or NULL */
const char *security_setting(const xmlNode *vm, const char *name);
/** security_is_session - is it a user's own daemon? */
bool security_is_session(const xmlNode *vm);
/**
 * security_identity - whom QEMU runs as; @ret: identity_done() it, not known: ret->known is false
 * Reads /etc/passwd, /etc/group and those of /usr/lib. The domain's own label counts, then what
 * the running daemon says, then its configuration.
 * Source: libvirt src/security/security_dac.c virSecurityDACGetIds()
 */
void security_identity(struct source *src, const xmlNode *vm, struct identity *ret);
/** security_gives_owner - does libvirt give this domain's files to QEMU's user?
 *  Source: qemu.conf dynamic_ownership */
enum verdict security_gives_owner(const xmlNode *vm);
/** security_disk - the disk with this target; NULL: none. Looks from *@at on, where the last one was found: what is asked in
 *  the order of the disks takes one pass. Begin with NULL */
const xmlNode *security_disk(const xmlNode *domain, const char *dev, const xmlNode **at);

#endif
