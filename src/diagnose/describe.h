// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe - what a report says before its findings: host, domains, what was measured and asked
 */
#ifndef VMDOCTOR_DESCRIBE_H
#define VMDOCTOR_DESCRIBE_H

#include <glib.h>
#include <libxml/tree.h>

struct report;
struct request;

/** describe - fills all of @r but findings and counts */
void describe(struct report *r, const struct request *rq, xmlDoc *facts, GPtrArray *rules);

#endif
