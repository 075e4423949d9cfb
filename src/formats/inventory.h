// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inventory - what a domain claims for itself alone, so that two domains cannot both have it
 */
#ifndef VMDOCTOR_INVENTORY_H
#define VMDOCTOR_INVENTORY_H

#include <libxml/tree.h>

/** A claim: @what is uuid, mac, disk, nvram, port, pci, mdev or vsock. Texts are borrowed. */
struct claim {
	const char *what;
	const char *value; /* the address, path, port number … */
	const char *where; /* network or bridge of a mac; address of a port; else NULL */
	const char *device; /* target of a disk, vnc or spice, …; or NULL */
};

/**
 * inventory_claims - calls @put for each claim of @domain, a <domain> of libvirt
 * Not claimed: what is read-only or shareable, and ports that libvirt chooses at the next start.
 * Source: libvirt formatdomain.html
 */
void inventory_claims(const xmlNode *domain, void (*put)(void *data, const struct claim *c), void *data);

#endif
