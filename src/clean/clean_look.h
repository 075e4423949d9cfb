// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * look - a closer look at one place of a text: what stands around a word that may tell of a secret
 */
#ifndef VMDOCTOR_CLEAN_LOOK_H
#define VMDOCTOR_CLEAN_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "clean/clean.h"

#define BLANKS_MAX 3
#define NAME_MAX_BYTES 64

/* What is looked at: [text, end), a word that was found at @at, and behind it @after. */
struct look {
	const char *text, *end, *at, *after;
	bool is_argv; /* NULs separate the words */
};

/* The quote that is open before a value: ", ', \", &quot; or none. */
struct quote {
	const char *text;
	size_t size;
};

/** look_is_hidden - does what was hidden already stand at @p? A report may have cut it short */
bool look_is_hidden(const char *p, const char *end);
/** look_set - [@begin, @end) is a secret of @kind; false: it is empty or hidden already */
bool look_set(const struct look *l, const char *begin, const char *end, const char *kind, struct clean_span *ret);
bool look_is_any(char c, const char *set);
bool look_is_word_byte(char c);
/** look_skip - behind those of @set, at most @most */
const char *look_skip(const struct look *l, const char *p, const char *set, size_t most);
/** look_line_end - of the line or argument that @p is in */
const char *look_line_end(const struct look *l, const char *p);
/** look_bare_end - of a value without quotes */
const char *look_bare_end(const struct look *l, const char *p);
struct quote look_quote(const struct look *l, const char *p);
const char *look_quoted_end(const struct look *l, const char *p, struct quote q);
/** look_context - where to begin, when what stands before on the line is looked at */
const char *look_context(const struct look *l);
/** look_stands_before - does @word, in any case, stand before on the same line? */
bool look_stands_before(const struct look *l, const char *word);
/** look_is_of_else - a name that holds such a word, and is of something else: "vnc_tls_x509_secret_uuid" */
bool look_is_of_else(const char *name, size_t size);
/** look_is_switch - "yes", "none", "****" */
bool look_is_switch(const char *value, size_t size);
/** look_assigned - password=X, "password": "X", vnc_password = "X". A colon counts after a quote, or @strongly */
bool look_assigned(const struct look *l, bool strongly, bool whole_line, const char *kind, struct clean_span *ret);

#endif
