// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report - all that the rules concluded of a host: the only thing that report writers see
 *
 * Names and meanings are those of the JSON report (rules/report.schema.json).
 */
#ifndef VMDOCTOR_REPORT_H
#define VMDOCTOR_REPORT_H

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "findings/finding.h"
#include "findings/sample.h"

/** One hop on a guest's way outside, as a network probe saw it. */
enum hop_state { HOP_UNKNOWN, HOP_SOUND, HOP_BROKEN, HOP_MAX_ };
extern const char *const hop_state_names[HOP_MAX_];
struct hop {
	char *name;  /* guest, tap, bridge, host, forward, uplink, outside */
	char *place; /* vnet0, virbr0, 192.0.2.1; or NULL */
	enum hop_state state;
	char *counts; /* "arp 1/1, ping 0/2": answered of asked; or NULL */
};

/** The way of one interface. */
struct report_path {
	char *interface; /* its MAC address */
	GPtrArray *hops; /* of struct hop, from the guest on */
};

/** A domain that was looked at. */
struct report_domain {
	char *name, *uuid, *state, *reason, *machine, *os; /* each may be NULL but name */
	char *xml, *command; /* its definition, and what QEMU was started with; NULL: not known, or too many */
	int id;		  /* running id, or -1 */
	GPtrArray *paths; /* of struct report_path: of the interfaces that were probed */
	GPtrArray *sample; /* of struct sample_row; empty: nothing was measured */
};

/** A rule's threshold, for pictures that draw a line there. */
struct limit {
	char *measure; /* "ROW/ATTRIBUTE", of a sample's rows */
	double value;
};

/** What was understood of a text that was pasted. */
struct report_paste {
	GPtrArray *kinds;    /* of char *: of outputs and XML, each once, in order: "ip addr" */
	GPtrArray *unknown;  /* of char *: commands whose output nobody knows */
	unsigned int messages; /* lines that are neither */
};

/** Everything a writer gets. Findings are ranked; strings are owned. */
struct report {
	char *version;
	char *taken; /* ISO 8601 UTC, or NULL when the recording does not say */
	struct {
		char *name, *libvirt, *qemu, *kernel, *os; /* each NULL when not known */
		char *connection;			   /* libvirt's URI, or NULL */
		bool unprivileged;			   /* known not to have been read by root */
	} host;
	GPtrArray *options; /* "name=value" of those that change a judgement */
	char *target; /* what an audit is about: "Debian 13"; NULL: this is none */
	struct report_paste *pasted; /* NULL: nothing, or messages only */
	GPtrArray *sample;    /* of struct sample_row: what was measured of the host */
	GPtrArray *limits;    /* of struct limit: of the rules that judge what was measured */
	GPtrArray *domains;   /* of struct report_domain */
	GPtrArray *findings;  /* of struct finding, by rank */
	GPtrArray *undecided; /* of struct undecided, sorted */
	unsigned int fired, passed, muted; /* undecided: its array's length */
	GPtrArray *known; /* keys of the baseline that hold, or could not be looked at; NULL: there is no baseline */
	unsigned int kept, late; /* of known: not looked at now; of findings: not looked at for the baseline */
};

/** report_worst - of the findings of the worst severity the first that nothing explains; NULL: there is none */
const struct finding *report_worst(const struct report *r);
struct report *report_new(void);
void report_free(struct report *r);
AUTO_FREE(struct report, report)
void report_add_limit(struct report *r, const char *measure, double value);
/** report_limit - where a rule begins to find fault, in the unit of @attr; NaN: none does */
double report_limit(const struct report *r, const char *row, const char *attr);

struct report_paste *report_paste_new(void);
void report_paste_free(struct report_paste *p);
void hop_free(struct hop *h);
void report_path_free(struct report_path *p);
struct report_domain *report_domain_new(void);
void report_domain_free(struct report_domain *d);

#endif
