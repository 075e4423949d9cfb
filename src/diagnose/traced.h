// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * traced - what the rules say of a kernel trace, and of nothing else
 */
#ifndef VMDOCTOR_TRACED_H
#define VMDOCTOR_TRACED_H

#include <glib.h>

struct report;
struct request;

/** diagnose_traced - @json: as vmdoctor trace -F json writes it; @domains: in it. NULL with @error: bad rules */
struct report *diagnose_traced(const struct request *rq, const char *json, const GStrv domains, GError **error);

#endif
