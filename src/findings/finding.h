// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * finding - one thing that the rules concluded, or could not
 *
 * Names and meanings are those of the JSON report (rules/report.schema.json).
 */
#ifndef VMDOCTOR_FINDING_H
#define VMDOCTOR_FINDING_H

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "findings/fix.h"

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
	bool is_told;	       /* fits what somebody tells of, in words */
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

/**
 * finding_title, finding_message, undecided_reason, undecided_remedy - for people: in the user's language
 *
 * Formats that programs read take the members: those are English.
 */
const char *finding_title(const struct finding *f);
const char *finding_message(const struct finding *f);
const char *undecided_reason(const struct undecided *u);
const char *undecided_remedy(const struct undecided *u);

/** finding_new - zeroed, with empty arrays that free what they hold */
struct finding *finding_new(void);
void finding_free(struct finding *f);
AUTO_FREE(struct finding, finding)
void evidence_free(struct evidence *e);
void reference_free(struct reference *r);
void undecided_free(struct undecided *u);

#endif
