// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_check - do the rules hold? what they name, and what their case trees say
 *
 * The cases of the rules in DIR are DIR/cases/ID/{fires,clean,undecided}[-ANYTHING][.xml]: case
 * trees or domain XML files. Each is laid over DIR/cases/base, a healthy host, where there is one.
 */
#ifndef VMDOCTOR_RULES_CHECK_H
#define VMDOCTOR_RULES_CHECK_H

#include <glib.h>

/** rules_lint - problems of the rules in @dir, a line each, added to @out. Return: their number */
unsigned int rules_lint(GPtrArray *rules, const char *dir, GString *out);
/** rules_test - runs the cases in @dir of @rules; failures are added to @out; @ret_cases: how many */
unsigned int rules_test(GPtrArray *rules, const char *dir, GString *out, unsigned int *ret_cases);

/** rules_pot - the texts of @rules as a gettext template, in the order of the files; g_free() it */
char *rules_pot(const GPtrArray *rules);

#endif
