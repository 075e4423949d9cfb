// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * story - a host's recorded trace with those of its guests, and what one task waited for
 */
#ifndef VMDOCTOR_TRACE_STORY_H
#define VMDOCTOR_TRACE_STORY_H

#include "trace/reader.h"

struct analysis;
struct live_request;

struct story_request {
	const char *path; /* the host's trace */
	unsigned int seconds; /* of one that has no end */
	char **guests;	  /* as join_parse() wants them; NULL: none */
	const char *task; /* whose flow is wanted; NULL: nobody's */
};

/** story_read - ends the analysis @a, too. False with @error: unreadable, not to be joined, no such task */
bool story_read(const struct story_request *r, struct analysis *a, struct trace_info *info, GError **error);

/** story_live - the same of a live trace; @task as above. Return: as trace_live() */
int story_live(const struct live_request *live, const char *task, struct analysis *a, struct trace_info *info, GError **error);

#endif
