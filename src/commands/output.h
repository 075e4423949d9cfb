// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * output - where reports go: each --format to its --output, what is left over to standard output
 */
#ifndef VMDOCTOR_OUTPUT_H
#define VMDOCTOR_OUTPUT_H

#include <glib.h>

#include "report/writer.h"

struct options;

/** output_count - how many formats are to be written; at least one */
guint output_count(const struct options *o);
/** output_format - the name of format @i; "text" where none was asked for */
const char *output_format(const struct options *o, guint i);
/** output_style - for where format @i goes: colours and width of a terminal, or neither */
struct style output_style(const struct options *o, guint i);
/**
 * output_write - @text is format @i
 * A file is replaced as a whole or not at all (mode 0600); a device or FIFO is written to.
 * Return: 0, or EXIT_CANNOT once the reason is on stderr
 */
int output_write(const struct options *o, guint i, const GString *text);

#endif
