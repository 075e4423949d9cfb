// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd - the commands; each gets the arguments after its name and returns the exit status
 */
#ifndef VMDOCTOR_CMD_H
#define VMDOCTOR_CMD_H

#include <glib.h>

struct options;

int cmd_check(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_bundle(int argc, char **argv);
int cmd_scrub_check(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_explain(int argc, char **argv);

/** The symptoms that a measurement is about; NULL-ended. */
extern const char *const cmd_slowness[];

/** cmd_fail - prints "vmdoctor: …" on stderr. Return: EXIT_CANNOT */
int cmd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** cmd_names - "check, audit": of the commands in @commands, bits of enum command_bit; g_free() it */
char *cmd_names(unsigned int commands);
/** cmd_usage - a line that options_parse() does not take. Return: EXIT_CANNOT */
int cmd_usage(const struct options *o, const GError *error);

#endif
