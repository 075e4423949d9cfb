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

typedef void gauge_taker(void *data, const struct gauge *g);
/** Hands what there is of @of to @take. */
typedef void gauge_feeder(const void *of, gauge_taker *take, void *data);

/** gauges_prometheus - for node exporter's textfile collector */
void gauges_prometheus(gauge_feeder *feed, const void *of, GString *out);
/** gauges_graphite - lines of its plaintext protocol; @seconds: of the Unix clock, -1: now */
void gauges_graphite(gauge_feeder *feed, const void *of, const char *host, gint64 seconds, GString *out);

/** gauges_each - findings by severity (zeros, too: an alert must see that a problem is gone), each finding,
 *  the checks, when it was taken, and all that was measured */
void gauges_each(const void *report, gauge_taker *each, void *data);

#endif
