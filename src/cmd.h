// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd - the commands; each gets the arguments after its name and returns the exit status
 */
#ifndef VMDOCTOR_CMD_H
#define VMDOCTOR_CMD_H

int cmd_check(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_sample(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_explain(int argc, char **argv);

/** cmd_fail - prints "vmdoctor: …" on stderr. Return: EXIT_CANNOT */
int cmd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
