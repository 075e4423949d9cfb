// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complaint - what the user saw, complains about, and pasted
 */
#ifndef VMDOCTOR_COMPLAINT_H
#define VMDOCTOR_COMPLAINT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct request;
struct source;

#define COMPLAINT_TEXT "/vmdoctor/error.txt"

/** complaint_put - into @record, known to the checks like anything that was read; without secrets, which go to
 *  @hidden. Return: false with @error: a file cannot be read */
bool complaint_put(struct source *record, const struct request *rq, GHashTable *hidden, GError **error);
/** complaint_open - a record with nothing but @text, which somebody pasted
 *  Return: NULL with @error: it is empty, or no text */
struct source *complaint_open(const char *path, const char *text, size_t size, GError **error);
/** complaint_is_recognised - was any output or XML found in the text of @record? */
bool complaint_is_recognised(struct source *record);
/** complaint_map - what a tree has as error.txt, and nobody looked through yet */
void complaint_map(struct source *tree);

#endif
