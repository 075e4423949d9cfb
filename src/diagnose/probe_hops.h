// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_hops - what a network probe saw, hop by hop
 */
#ifndef VMDOCTOR_PROBE_HOPS_H
#define VMDOCTOR_PROBE_HOPS_H

#include <glib.h>
#include <libxml/tree.h>

/**
 * probe_hops - the way of one interface
 * @nic: /facts/vm/nic
 * Return: of struct hop (see finding.h), or NULL where nothing was probed.
 */
GPtrArray *probe_hops(const xmlNode *nic);

#endif
