// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * command - a rule's command, so that it can be pasted: quoted for the shell and for its program
 *
 * A shell's quotes keep a name together; what begins with a dash, or has a comma, its program would
 * still take for something else.
 */
#ifndef VMDOCTOR_COMMAND_H
#define VMDOCTOR_COMMAND_H

#include <glib.h>
#include <stdbool.h>

/** command_value - @value as it stands behind @before, the command up to here; g_free() it */
char *command_value(const char *before, const char *value);
/** command_finish - names that begin with a dash become what virsh, virt-xml and others take as names; g_free() it */
char *command_finish(const char *command);
/** command_fill_in - adds the placeholders among the words of @text, as DOMAIN, to @found, each once */
void command_fill_in(const char *text, GPtrArray *found);
/** command_acts - does a simple command in @text change anything? Of programs that are not known: no. */
bool command_acts(const char *text);
/** command_words_act - does the simple command that consists of @words? */
bool command_words_act(const GPtrArray *words);

#endif
