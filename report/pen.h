// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pen - writes words on lines: wraps, indents, colours, and shows what could steer a terminal
 *
 * A guest picks its own name, and a log line may hold anything.  Strings ought to arrive clean;
 * the pen trusts nobody: a control byte becomes \xNN, an invisible or bidi character <U+NNNN>.
 */
#ifndef VMDOCTOR_PEN_H
#define VMDOCTOR_PEN_H

#include <glib.h>
#include <stdbool.h>

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_YELLOW, INK_CYAN, INK_MAX_ };

struct pen {
	GString *out;	    /* borrowed */
	unsigned int width; /* columns; 0: do not wrap */
	bool colour;
	unsigned int indent; /* where continued lines begin */
	unsigned int column; /* 0: nothing stands on this line yet */
	bool spaced;	     /* what follows needs a space before it */
	enum ink ink;	     /* wanted for what follows */
	enum ink written;    /* in force on this line; a pager wants none across a line's end */
};

/** pen_line - ends the line, if anything stands on it; the next text begins at column @indent */
void pen_line(struct pen *p, unsigned int indent);
/** pen_blank - pen_line(), and an empty line unless this is the beginning of the output */
void pen_blank(struct pen *p);
/**
 * pen_words - running text, wrapped between words, never inside one
 *
 * A space stands between two calls on one line, or as many as @text begins with.  Line breaks and
 * tabs in @text count as one space; repeated spaces are kept, because names may have them.
 * NULL writes nothing.
 */
void pen_words(struct pen *p, const char *text);
void pen_printf(struct pen *p, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** pen_unit - as pen_words(), but goes to the next line as a whole */
void pen_unit(struct pen *p, const char *text);
/** pen_attach - punctuation: without a space before it */
void pen_attach(struct pen *p, const char *text);
/** pen_verbatim - never wrapped nor broken: a command to copy; line breaks show as \n */
void pen_verbatim(struct pen *p, const char *text);
/** pen_tab - fills up with spaces to @column, where the line's continuation will begin, too */
void pen_tab(struct pen *p, unsigned int column);
/** pen_ink - of what is written from now on */
void pen_ink(struct pen *p, enum ink ink);
/**
 * pen_safe - @len bytes of @s with all that is invisible made visible; g_free() it
 *
 * Line breaks and tabs, too.  The other formats that people read show the same.
 */
char *pen_safe(const char *s, size_t len);
/** pen_columns - how wide @text is when it is shown, escapes included */
unsigned int pen_columns(const char *text);

#endif
