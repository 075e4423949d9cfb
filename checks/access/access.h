// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * access - one walk for every path that a domain needs; access_need.c says which those are
 */
#ifndef VMDOCTOR_ACCESS_H
#define VMDOCTOR_ACCESS_H

#include <libxml/tree.h>

#include "checks/access/identity.h"

/** What stays the same for all paths of one domain. */
struct scene {
	struct source *src;
	xmlNode *vm;
	const xmlNode *domain;
	struct identity who;
	enum verdict relabel; /* does libvirt change the owners of this domain's files? */
};

/** One thing that is needed. Borrowed. */
struct need {
	const char *role, *path, *want, *disk;
	enum verdict owner_change; /* does libvirt give it to QEMU's user before the start? */
};

/** access_need - writes a node access of what QEMU itself opens, with each step on the way there */
void access_need(const struct scene *s, const struct need *need);
/** access_presence - of what libvirt opens as root: is it in one of @places (NULL-ended)? */
void access_presence(const struct scene *s, const char *role, const char *const *places);
/** access_needs - all that the domain needs */
void access_needs(const struct scene *s);
/** access_devices - its nodes below /dev and its sockets; access_device.c */
void access_devices(const struct scene *s);

#endif
