// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge - one report over many hosts
 *
 * Reports are read one after the other; what is kept is one entry for each kind of finding and one
 * line for each host, so that memory grows with hosts and kinds, not with reports.
 */
#ifndef VMDOCTOR_MERGE_H
#define VMDOCTOR_MERGE_H

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "findings/finding.h"

/** One rule's findings, on all hosts. */
struct merge_kind {
	char *rule, *title; /* the title of the first that was seen, worst first */
	enum severity severity;
	GPtrArray *places; /* "host/domain", or "host"; each once */
	GHashTable *known; /* of places; borrowed */
	GHashTable *hosts; /* names */
};

/** What most hosts have, and who has something else. */
struct merge_outlier {
	const char *what; /* "libvirt" */
	char *usual;
	unsigned int usual_hosts;
	char *value; /* what these have instead */
	GPtrArray *hosts;
};

/** One report: how it looks from afar. */
struct merge_look {
	const char *host; /* borrowed */
	char *taken;	  /* ISO 8601, or NULL */
	gint64 seconds;	  /* the same, since 1970; 0: not known */
	unsigned int number, domains, undecided;
	unsigned int n[SEVERITY_MAX_]; /* findings */
};

struct merge {
	GPtrArray *hosts; /* names, as read */
	GPtrArray *looks;  /* of struct merge_look, one for each of hosts */
	GPtrArray *unread; /* why not: "FILE: reason" */
	gint64 newest;	   /* of looks: when, since 1970 */
	unsigned int domains, findings;
	GHashTable *kinds; /* rule → struct merge_kind */
	GPtrArray *values; /* of GPtrArray of strings, by attribute: one for each host */
};

struct merge *merge_new(void);
void merge_free(struct merge *m);
AUTO_FREE(struct merge, merge)
/** merge_add - one JSON report; false with @error when it is none, and nothing was added */
bool merge_add(struct merge *m, const char *name, const char *text, gsize size, GError **error);
/** merge_kinds - by what hurts most: severity, then hosts, then rule; g_ptr_array_unref() it */
GPtrArray *merge_kinds(const struct merge *m);
/** merge_outliers - of each attribute that more than half of the hosts agree on */
GPtrArray *merge_outliers(const struct merge *m);
/** merge_attribute - what the rows of values are about: "libvirt" */
const char *merge_attribute(guint i);
/** merge_is_stale - was @l taken more than a day before the newest? */
bool merge_is_stale(const struct merge *m, const struct merge_look *l);

struct style;
void merge_write_text(const struct merge *m, const struct style *style, GString *out);
/** merge_write_json - schema vmdoctor.merge/1, described by rules/merge.schema.json */
void merge_write_json(const struct merge *m, GString *out);
/** merge_write_html - a page for a wall or a phone */
void merge_write_html(const struct merge *m, GString *out);

#endif
