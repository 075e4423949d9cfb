// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xpath - evaluating XPath 1.0 with a budget, and the vd: functions
 *
 * An expression that fails is an error, never "false" and never "no match".
 */
#ifndef VMDOCTOR_XPATH_H
#define VMDOCTOR_XPATH_H

#include <glib.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <stdbool.h>

#include "base/cleanup.h"

#define VD_NAMESPACE "https://vmdoctor.org/ns/rules/1"

/** A compiled expression and where it stands. */
struct expr {
	char *text;
	xmlXPathCompExpr *compiled;
	const char *file; /* borrowed from the rule */
	unsigned int line;
};

/** expr_new - Return: NULL with @error "FILE:LINE: message, at 'rest'" */
struct expr *expr_new(const char *text, const char *file, unsigned int line, GError **error);
void expr_free(struct expr *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlXPathObject, xmlXPathFreeObject)

/** An XPath context over one document of facts. */
struct xpath;
struct xpath *xpath_new(xmlDoc *doc);
void xpath_free(struct xpath *x);
AUTO_FREE(struct xpath, xpath)
/** xpath_variable - defines $name for what follows; takes @value */
void xpath_variable(struct xpath *x, const char *name, xmlXPathObject *value);
void xpath_variable_string(struct xpath *x, const char *name, const char *text);
/** xpath_variable_text - as a number if @text is one, else as a string */
void xpath_variable_text(struct xpath *x, const char *name, const char *text);
void xpath_forget_variables(struct xpath *x);
/**
 * xpath_on_unknown - who defines a variable when an expression first asks for it
 * @define: calls xpath_variable() and returns true; false with @error; false without: there is none of that name. It may
 * evaluate other expressions meanwhile. NULL: nobody
 */
typedef bool xpath_define(void *data, const char *name, GError **error);
void xpath_on_unknown(struct xpath *x, xpath_define *define, void *data);

/** xpath_eval - NULL with @error: bad expression, or over 1,000,000 steps (a join: write it in C) */
xmlXPathObject *xpath_eval(struct xpath *x, const struct expr *e, xmlNode *node, GError **error);
/** xpath_boolean - 1, 0, or -1 with @error */
int xpath_boolean(struct xpath *x, const struct expr *e, xmlNode *node, GError **error);
/** xpath_string - NULL with @error */
char *xpath_string(struct xpath *x, const struct expr *e, xmlNode *node, GError **error);

/** xpath_function - the name of the @i-th vd: function, without the prefix; NULL behind the last */
const char *xpath_function(size_t i);
/** xpath_register_functions - the vd: functions of xpath_functions.c */
void xpath_register_functions(xmlXPathContext *ctxt);

#endif
