// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe - one network probe of one interface while it runs
 */
#ifndef VMDOCTOR_PROBE_H
#define VMDOCTOR_PROBE_H

#include "live/probe/probe_capture.h"
#include "live/probe/probe_plan.h"
#include "live/probe/probe_port.h"
#include "live/probe/probe_site.h"

struct probe {
	struct probe_request request;
	struct probe_where where;
	struct probe_plan plan;
	struct probe_port port;
	struct probe_capture *capture;
	int capture_errors[PROBE_PLACE_MAX_];
	const char *refused;
	int port_error, port_state, guest_error;
	int64_t begin_us, end_us;
};

/** probe_json - what it saw, as source_probe.c describes it; g_free() it */
char *probe_json(struct probe *p);

#endif
