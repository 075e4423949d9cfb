// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample_rows - the facts of a sample as rows of a report
 */
#ifndef VMDOCTOR_SAMPLE_ROWS_H
#define VMDOCTOR_SAMPLE_ROWS_H

#include <glib.h>
#include <libxml/tree.h>

/** sample_rows_add - adds rows (struct sample_row) of @node, /facts/host or /facts/vm, to @rows */
void sample_rows_add(GPtrArray *rows, const xmlNode *node);

#endif
