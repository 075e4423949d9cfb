// SPDX-License-Identifier: GPL-2.0-or-later
/* test - cmocka and what it needs, in order; helpers that every test program shares */
#ifndef VMDOCTOR_TEST_H
#define VMDOCTOR_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "facts/facts.h"
#include "base/xml.h"
#include "rules/xpath.h"

/* The string value of @path, evaluated on the document's root. */
static inline char *test_xpath(xmlDoc *doc, const char *path)
{
	struct expr *e = expr_new(path, "test", 1, NULL);
	struct xpath *x = xpath_new(doc);
	char *value = xpath_string(x, e, xmlDocGetRootElement(doc), NULL);

	xpath_free(x);
	expr_free(e);
	return value;
}

#define assert_xpath(doc, path, expected)                                                          \
	do {                                                                                       \
		g_autofree char *got_ = test_xpath(doc, path);                                     \
		assert_non_null(got_);                                                             \
		assert_string_equal(got_, expected);                                               \
	} while (0)

#endif
