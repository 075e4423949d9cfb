// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete - what a shell may offer for a command line that is not finished
 *
 * The completions of bash, zsh and fish (contrib/completion) only ask this and show the answer, so
 * that all of them know what this program knows: its own tables are the only ones.
 */
#ifndef VMDOCTOR_COMPLETE_H
#define VMDOCTOR_COMPLETE_H

#include <glib.h>

/** A row of the table of commands. */
struct complete_command {
	const char *name, *arguments, *summary;
	unsigned int options; /* enum command_bit; 0: it takes none */
};

/** What is known of the line; strings are borrowed. */
struct complete_line {
	const struct complete_command *commands; /* ends with a NULL name */
	const char *command; /* that of the line; "check" where there is none */
	unsigned int options; /* that this command takes: enum command_bit */
	const char *word;    /* to be completed; may be empty */
	const char *prefix;  /* stands before each candidate: "--format=" */
	GPtrArray *operands; /* words before, without options, their values and the command */
	const char *connect, *from; /* of the line, or NULL */
	GString *out;
};

/**
 * complete - candidates for the last of @words
 * @words: all words behind the program's name up to the cursor; the last one may be empty.  As bash
 *         cuts them, too: "--format", "=", "js" is "--format=js"
 * Return: lines "WORD<tab>DESCRIPTION", or one line ":file" or ":directory": the shell completes
 *         names of files by itself.  g_free() it.
 */
char *complete(const struct complete_command *commands, char **words);

/* The lists; for complete.c. */

/** complete_add - if the line's word begins so */
void complete_add(const struct complete_line *line, const char *word, const char *description);
/** complete_option_value - of --@option, which takes a @kind ("FILE", "NAME" …) */
void complete_option_value(const struct complete_line *line, const char *option, const char *kind);
/** complete_operand - an argument that is no option */
void complete_operand(const struct complete_line *line);

#endif
