// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_check - do the rules hold? what they name, and what their cases say
 *
 * The cases of the rules in DIR are DIR/cases/ID/{fires,clean,undecided}[-ANYTHING][.case|.xml]:
 * files with members (txtar.h), case trees or domain XML files. case_head.h says what they lie over,
 * and how they say what the rule must find.
 */
#ifndef VMDOCTOR_RULES_CHECK_H
#define VMDOCTOR_RULES_CHECK_H

#include <glib.h>
#include <stdbool.h>

/** rules_lint - problems of the rules in @dir, a line each, added to @out. Return: their number */
unsigned int rules_lint(GPtrArray *rules, const char *dir, GString *out);
/** What becomes of the findings of a case: compared with what it expects, written as that, or what to do about them
 *  is listed, each fix a JSON object in a line. */
struct likeness_index;

enum test_mode { TEST_COMPARE, TEST_WRITE, TEST_FIXES };

/** rules_test - runs the cases in @dir of @rules; failures, or fixes, are added to @out
 *  @ret_cases: their number is added. Return: how many failed */
unsigned int rules_test(GPtrArray *rules, struct likeness_index *index, const char *dir, enum test_mode mode, GString *out,
			unsigned int *ret_cases);

struct finding;
/** rules_append_fixes - those of @f, which the case @path came to */
void rules_append_fixes(const char *path, const struct finding *f, GString *out);

/** rules_pot - the texts of @rules as a gettext template, in the order of the files; g_free() it */
char *rules_pot(const GPtrArray *rules);

#endif
