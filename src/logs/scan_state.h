// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scan_state - what the parts of a scan share: going through logs (scan.c), and what a line that
 * matched is about, when it was written, and whether it still matters (scan_match.c)
 */
#ifndef VMDOCTOR_SCAN_STATE_H
#define VMDOCTOR_SCAN_STATE_H

#include <libxml/tree.h>

#include "rules/signature.h"

struct rule;
struct source;

#define LINE_CAP_BYTES 4096  /* a search may take the square of it */
#define TEXT_CAP_BYTES 16384 /* of a pasted text as a whole */

/* A signature of a rule, ready to be looked for. */
struct wanted {
	const struct rule *rule;
	struct signature *s;
	char *literal; /* folded */
	size_t length;
	unsigned int next; /* of the same head; 0: none, else index + 1 */
	unsigned int seen; /* number of the line that last held its literal */
};

/* One match fact while it grows. */
struct hit {
	xmlNode *node;
	unsigned int count;
	unsigned int distinct; /* in the first of a rule and scope only */
	int64_t last_s;	       /* when the last was written; 0: not known */
	int64_t last_ms;       /* the same as exactly as the line itself says; 0: it does not */
};

struct scan {
	GArray *wanted;	      /* of struct wanted */
	unsigned int *heads;  /* hash of a head -> index + 1 */
	GArray *candidates;   /* indices into wanted whose literal the line holds */
	GHashTable *hits;     /* "rule scope group" -> struct hit */
	GHashTable *vms;      /* name and UUID -> vm */
	GArray *failures;     /* ends of starts that failed, of all vms, by time; scan_attempt.c */
	GHashTable *paths;    /* of the images and kernels of vms -> vm */
	xmlNode *host, *only; /* only: the vm, when there is one */
	GRegex *time, *name, *uuid;
	int64_t clock_s;   /* 0: not known */
	int64_t since_s, until_s; /* what the user asked for; 0: nothing */
	int64_t above_s; /* of a QEMU log, when that is asked for: the last time above the line */
	struct source *src;
	bool is_partial; /* there are more domains than those looked at */
	unsigned int line; /* ever growing number of the text being looked at */
	char fold[256];
	char folded[TEXT_CAP_BYTES];
};

/* What is being read. */
struct log {
	const char *path, *name;
	unsigned int logs;
	xmlNode *vm;	    /* whose log it is, or NULL */
	unsigned int first; /* line to begin with */
	bool whole;	    /* a text that is tried as a whole: only what no line had */
};

struct line {
	const struct log *log;
	const char *begin; /* of the whole text; NULL: there is nothing above */
	const char *text;
	size_t size;
	unsigned int number;
	char *readable; /* made when first wanted */
};

/** scan_failures_new - none yet; scan_know_failures() adds those of each vm, then scan_failures_sort() */
GArray *scan_failures_new(void);
void scan_know_failures(struct scan *scan, xmlNode *vm);
void scan_failures_sort(struct scan *scan);
/** scan_vm_named - the domain that @text names first, or NULL */
xmlNode *scan_vm_named(const struct scan *scan, const char *text);
/** scan_vm_of_kernel - the domain in whose control group, or under whose process id (group "pid" of @m, or
 *  NULL), something happened; NULL: none, or more than one */
xmlNode *scan_vm_of_kernel(const struct scan *scan, const char *text, const GMatchInfo *m);
/** scan_found - @line matches @w: a fact, unless it is past, foreign or outside of the window */
void scan_found(struct scan *scan, const struct wanted *w, const struct line *line,
		const GMatchInfo *m);
/** scan_note_time - the time of @line is that of lines without one below it; only with --since */
void scan_note_time(struct scan *scan, const struct line *line);
/** scan_line - looks for all signatures in one line, of which only the end counts if it is long */
void scan_line(struct scan *scan, struct line *line);
/** scan_unwrapped - all @lines (of struct text_line) as one, with blanks between them and without */
void scan_unwrapped(struct scan *scan, const struct log *log, const GPtrArray *lines);
/** scan_is_wrapped - did the log pass through a window or a mail that broke its long lines? Of small ones only. */
bool scan_is_wrapped(const struct log *log, const char *text, size_t size);
/** scan_ms - the time at the head of @text (or NULL) in milliseconds since the epoch; 0: none with a date */
int64_t scan_ms(const struct scan *scan, const char *text);
/** scan_vm_failed - the only domain an attempt to start which failed at the time of @text, a daemon's error, or NULL */
xmlNode *scan_vm_failed(const struct scan *scan, const char *text);
/** scan_is_older_attempt - of a domain that is off, the last attempt counts: what failed before it may be mended */
bool scan_is_older_attempt(const struct scan *scan, const struct hit *hit);
/** scan_finish - counts; drops what older attempts to start a domain left */
void scan_finish(struct scan *scan);
/** scan_match_init - patterns of times, names and UUIDs; scan_match_done() them */
void scan_match_init(struct scan *scan);
void scan_match_done(struct scan *scan);

#endif
