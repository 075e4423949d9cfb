// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * finding - what the rules concluded: the only thing that report writers see
 *
 * Names and meanings are those of the JSON report (rules/report.schema.json).
 */
#ifndef VMDOCTOR_FINDING_H
#define VMDOCTOR_FINDING_H

#include <glib.h>
#include <stdbool.h>

enum severity { SEVERITY_INFO, SEVERITY_ADVICE, SEVERITY_WARNING, SEVERITY_ERROR,
		SEVERITY_CRITICAL, SEVERITY_MAX_ };
enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN, CONFIDENCE_MAX_ };

extern const char *const severity_names[SEVERITY_MAX_];
extern const char *const confidence_names[CONFIDENCE_MAX_];
/** severity_parse - -1 when @name is none */
int severity_parse(const char *name);
int confidence_parse(const char *name);

/** Where something was seen. All strings are owned, valid UTF-8 and free of control bytes. */
struct evidence {
	char *source;  /* path or pseudo-path */
	char *locator; /* "line 12", an XPath, or NULL */
	char *text;    /* the value or log line, capped */
};

/** One thing to do: words, or words and a command ready to paste. */
struct fix {
	char *text;
	char *command; /* or NULL */
	char *text_local; /* as below */
};

struct reference {
	char *title;
	char *url;
};

struct finding {
	char *rule;
	char *cause;
	enum severity severity;
	enum confidence confidence;
	char *domain; /* NULL: the host */
	char *subject;
	char *title;
	char *message;
	char *title_local, *message_local; /* in the user's language; NULL: as in English */
	GStrv symptoms;
	GPtrArray *evidence;   /* of struct evidence, never empty */
	GPtrArray *fixes;      /* of struct fix */
	GPtrArray *references; /* of struct reference */
	char *explained_by;    /* key of the root finding, or NULL */
	char *key;	       /* rule/domain/subject */
	unsigned int rank;     /* 1 is the first to look at */
	double score;	       /* 0 … 1 */
};

/** What could not be checked, and what would settle it. */
struct undecided {
	char *rule;
	char *domain; /* or NULL */
	char *subject; /* or NULL */
	char *source;  /* what could not be read: @reason begins with it and ": "; or NULL */
	char *reason;
	char *remedy;
	char *reason_local, *remedy_local; /* as above */
};

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

/** One line of what was measured: a vCPU, a disk, the host's CPUs. Names are those of the facts. */
struct sample_row {
	char *kind;		   /* "vcpu" */
	GPtrArray *names, *values; /* of strings; as many of the one as of the other */
};

/** A domain that was looked at. */
struct report_domain {
	char *name, *uuid, *state, *reason, *machine, *os; /* each may be NULL but name */
	int id;		  /* running id, or -1 */
	GPtrArray *paths; /* of struct report_path: of the interfaces that were probed */
	GPtrArray *sample; /* of struct sample_row; empty: nothing was measured */
};

/** A rule's threshold, for pictures that draw a line there. */
struct limit {
	char *rule, *param;
	double value;
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
	GPtrArray *sample;    /* of struct sample_row: what was measured of the host */
	GPtrArray *limits;    /* of struct limit: of the rules that judge what was measured */
	GPtrArray *domains;   /* of struct report_domain */
	GPtrArray *findings;  /* of struct finding, by rank */
	GPtrArray *undecided; /* of struct undecided, sorted */
	unsigned int fired, passed, muted; /* undecided: its array's length */
};

struct report *report_new(void);
void report_free(struct report *r);
void report_add_limit(struct report *r, const char *rule, const char *param, double value);
/** report_limit - in the unit of the rule's parameter; NaN: not known */
double report_limit(const struct report *r, const char *rule, const char *param);

/**
 * finding_title, finding_message, fix_text, undecided_reason, undecided_remedy - for people: in the user's language
 *
 * Formats that programs read take the members: those are English.
 */
const char *finding_title(const struct finding *f);
const char *finding_message(const struct finding *f);
const char *fix_text(const struct fix *f);
const char *undecided_reason(const struct undecided *u);
const char *undecided_remedy(const struct undecided *u);

/** finding_new - zeroed, with empty arrays that free what they hold */
struct finding *finding_new(void);
void finding_free(struct finding *f);
void evidence_free(struct evidence *e);
void fix_free(struct fix *f);
void reference_free(struct reference *r);
void hop_free(struct hop *h);
void report_path_free(struct report_path *p);
struct sample_row *sample_row_new(const char *kind);
void sample_row_add(struct sample_row *row, const char *name, const char *value);
/** sample_row_get - NULL: it has none */
const char *sample_row_get(const struct sample_row *row, const char *name);
void sample_row_free(struct sample_row *row);
void undecided_free(struct undecided *u);
struct report_domain *report_domain_new(void);
void report_domain_free(struct report_domain *d);

#endif
