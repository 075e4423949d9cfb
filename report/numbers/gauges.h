// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gauges - a report as numbers with names, for systems that draw curves and raise alerts
 *
 * Names follow Prometheus' rules: base units, and the unit at the end.
 * Source: prometheus.io/docs/practices/naming
 */
#ifndef VMDOCTOR_GAUGES_H
#define VMDOCTOR_GAUGES_H

#include <glib.h>

struct report;

/** A label and its value; NULL is "". */
struct gauge_label {
	const char *name, *value;
};

/** One number. All strings are borrowed for the call. */
struct gauge {
	const char *family; /* vmdoctor_findings; those of a family come one after the other */
	const char *help;
	const struct gauge_label *labels;
	gsize n_labels;
	double value;
};

/** gauges_each - findings by severity (zeros, too: an alert must see that a problem is gone), each finding,
 *  the checks, when it was taken, and all that was measured */
void gauges_each(const struct report *r, void (*each)(void *data, const struct gauge *g), void *data);

#endif
