// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff - what changed between two recordings, or a recording and now
 *
 * Each side is reduced to findings and properties, both by name; comparing is then a matter of
 * names and values. What has no order has a name that does not depend on it, and what libvirt or
 * the kernel makes anew each time (runtime ids, addresses, time stamps) has no part in either.
 */
#ifndef VMDOCTOR_DIFF_H
#define VMDOCTOR_DIFF_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"

struct report;
struct source;

/** Where a property belongs, in the order in which it is shown. */
enum diff_area {
	DIFF_HOST,	/* versions, CPU, memory, settings */
	DIFF_DOMAIN,	/* state, machine type, XML but devices */
	DIFF_DEVICE,
	DIFF_GUEST,	/* what the agent says */
	DIFF_FIGURE,	/* what was measured */
	DIFF_LOG,	/* lines of the kernel's log; they have no value */
	DIFF_AREA_MAX_
};
extern const char *const diff_area_names[DIFF_AREA_MAX_];

struct diff_side {
	char *name;		/* as the user gave it */
	char *taken;		/* ISO 8601, or NULL */
	GHashTable *findings;	/* key → struct diff_finding */
	GHashTable *properties; /* id → struct diff_property */
	bool is_summary; /* a JSON report: what it does not say may be there all the same */
};

struct diff_finding {
	char *key, *rule, *severity, *domain, *subject, *title, *message;
	char *title_local, *message_local; /* for people; NULL: as in English */
};

struct diff_property {
	enum diff_area area;
	char *domain; /* NULL: the host */
	char *name, *value;
};

/** diff_side_new - empty; diff_side_free() it */
struct diff_side *diff_side_new(const char *name);
void diff_side_free(struct diff_side *s);
AUTO_FREE(struct diff_side, diff_side)
/** diff_side_add - a property; the first of a name counts */
void diff_side_add(struct diff_side *s, enum diff_area area, const char *domain, const char *name,
		   const char *value);
/** diff_side_add_finding - takes @f; two may share a key: the first, ranked higher, counts */
void diff_side_add_finding(struct diff_side *s, struct diff_finding *f);
/** diff_side_of_facts - of a diagnosis: its facts, its report, and the logs that it read */
struct diff_side *diff_side_of_facts(const char *name, xmlDoc *facts, const struct report *r,
				     struct source *record);
/** diff_side_of_json - of a JSON report; NULL with @error when it is none */
struct diff_side *diff_side_of_json(const char *name, const char *text, gsize size, GError **error);
/** diff_add_domain - the properties of libvirt's domain XML, whatever its order */
void diff_add_domain(struct diff_side *s, const char *domain, const xmlNode *xml);
/** diff_log_line - a line of a log without its time, ids and addresses; NULL: not the kernel's */
char *diff_log_line(const char *line);

enum diff_state { DIFF_NEW, DIFF_GONE, DIFF_CHANGED, DIFF_STATE_MAX_ };
extern const char *const diff_state_names[DIFF_STATE_MAX_];

struct diff_entry {
	enum diff_state state;
	const struct diff_finding *finding_a, *finding_b;    /* either both of these pairs, */
	const struct diff_property *property_a, *property_b; /* or these */
};

struct diff {
	const struct diff_side *a, *b; /* borrowed */
	GPtrArray *findings;	       /* of struct diff_entry, the worst first */
	GPtrArray *properties;	       /* by area, domain, name */
};

struct diff *diff_new(const struct diff_side *a, const struct diff_side *b);
void diff_free(struct diff *d);
AUTO_FREE(struct diff, diff)

/** diff_entry_property - of the later side, where it is there; borrowed */
const struct diff_property *diff_entry_property(const struct diff_entry *e);
/** diff_finding_title, diff_finding_message - for people: in the user's language; borrowed */
const char *diff_finding_title(const struct diff_finding *f);
const char *diff_finding_message(const struct diff_finding *f);
/** diff_heading - under which a property stands for people: "web: devices"; g_free() it */
char *diff_heading(const struct diff_property *p);
/** diff_is_whole - is it a device or an element that came or went with all its parts? */
bool diff_is_whole(const struct diff_entry *e);
/** diff_is_part - @e is one of the parts of @whole (or NULL), and says nothing more */
bool diff_is_part(const struct diff_entry *whole, const struct diff_entry *e);

struct style;
void diff_write_text(const struct diff *d, const struct style *style, GString *out);
/** diff_write_json - schema vmdoctor.diff/1, described by rules/diff.schema.json */
void diff_write_json(const struct diff *d, GString *out);
/** diff_write_html - one page that needs nothing else, as the report's */
void diff_write_html(const struct diff *d, GString *out);

#endif
