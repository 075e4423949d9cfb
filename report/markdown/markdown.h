// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * markdown - strings that cannot become markup
 *
 * CommonMark lets every ASCII punctuation mark be escaped by a backslash; only those are that could
 * mean something where they stand, for many read a ticket's mail, unrendered.  Forges turn @name and
 * #1 into mentions, escaped or not; an empty comment stops that.
 * Source: spec.commonmark.org 0.30, 2.4, 4.5, 6.2; github.github.com/gfm, tables
 */
#ifndef VMDOCTOR_MARKDOWN_H
#define VMDOCTOR_MARKDOWN_H

#include <glib.h>

/** markdown_words - running text on one line; NULL: nothing */
void markdown_words(GString *out, const char *text);
/** markdown_code - as it is, in a run of backquotes that it has not itself; not for tables */
void markdown_code(GString *out, const char *text);
/** markdown_block - a command as a block of its own, inside of a list's item */
void markdown_block(GString *out, const char *text);
/** markdown_fold - @text of many lines as it is, folded below @title */
void markdown_fold(GString *out, const char *title, const char *language, const char *text);
/** markdown_link - a link, or only its @title where @url is no plain https: or http: */
void markdown_link(GString *out, const char *title, const char *url);

#endif
