// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste - what people paste into a mail, a ticket or -e: outputs of commands, XML and files, in any order,
 * among prose
 *
 * Each part is known by the command in front of it or by its shape, and becomes the answer that the
 * source would have given. A listing that shows a part only says nothing of the rest.
 */
#ifndef VMDOCTOR_PASTE_H
#define VMDOCTOR_PASTE_H

#include <stddef.h>

struct source;

#define PASTE_FRAGMENT "part of a domain's XML" /* the kind of it; parts without a whole are the domain PASTE_UNNAMED */
#define PASTE_UNNAMED "unnamed"

/** Where it says what was recognised: "first last kind path" a part, separated by tabs, lines from 1;
 *  after "#", "lines N messages N unknown N", and "#? first last command" of an output that
 *  nobody knows, and "#= path" of each answer that was put, also of several parts together. */
#define PASTE_INDEX "/vmdoctor/pasted.tsv"

/**
 * paste_file - puts the parts of @text into @record, at the places where checks look
 * What @record has an answer for already stays as it is. PASTE_INDEX is put even where nothing was recognised.
 * @text: may hold any bytes but NUL; takes time and memory in proportion to @size
 */
void paste_file(struct source *record, const char *text, size_t size);

#endif
