// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * case_head - what a rule's case says of itself, before its first file
 *
 *	# What is special here, for the reader.
 *	base: running
 *	title: Disk vda of web is missing
 *	severity: error
 *	confidence: certain
 *	domain: web
 *	subject: vda
 *	message: /srv/web.qcow2 is not there
 *
 * It stands in the comment of a .case file, or in the file EXPECT of a case tree. "base" names the
 * directories that the case lies over, cases/base-WORD, each over the one before; all lie over
 * cases/base, the healthy host, but for "base: none": files that somebody copied. Each "title" begins a finding: those, and no other, are what the
 * rule must say there; "message" is a part of the finding's message, and may be repeated.
 */
#ifndef VMDOCTOR_CASE_HEAD_H
#define VMDOCTOR_CASE_HEAD_H

#include <glib.h>
#include <stdbool.h>

#include "findings/finding.h"

/** One finding that is expected; what is NULL may be anything. */
struct case_expect {
	unsigned int line;
	char *title, *severity, *confidence, *domain, *subject;
	GPtrArray *messages; /* of strings */
};

struct case_head {
	char *base;	    /* the words behind "base:", separated by one blank; "" for none */
	GPtrArray *remarks; /* the lines of comments, as they stand there */
	GPtrArray *expects; /* of struct case_expect */
};

/** case_head_parse - NULL with @error, "NAME:LINE: what" */
struct case_head *case_head_parse(const char *text, gsize size, const char *name, GError **error);
void case_head_free(struct case_head *head); /* NULL is fine */
/** case_head_compare - adds to @out how @findings differ from what is expected. Return: do they not? */
bool case_head_compare(const struct case_head *head, const GPtrArray *findings, GString *out);
/** case_head_text - @head with @findings instead of those that it expects; remarks, base and messages stay
 *  @messages: the first sentence of each finding's message, where @head has none; g_free() it */
char *case_head_text(const struct case_head *head, const GPtrArray *findings, bool messages);

#endif
