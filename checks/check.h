// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check - reads the world into facts, without a judgement
 *
 * A check is one file checks/NAME.c with `const struct check check_NAME` and one line CHECK(NAME)
 * in checks.def. Its head comment says which facts it writes; rules/facts.rng has them, too. What
 * cannot be read becomes a node with @error, never a missing node: see facts_error().
 */
#ifndef VMDOCTOR_CHECK_H
#define VMDOCTOR_CHECK_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "parse.h"
#include "source.h"
#include "xml.h"

struct check {
	const char *name;
	const char *summary;
	/* Globs of every path that it may ask about, NULL-ended; anything else is a bug of ours.
	   '*' crosses '/'. "image:" stands for the files that a domain's XML names. */
	const char *const *reads;
	/* Once a run; @host is /facts/host. NULL: nothing to do. */
	void (*host)(struct source *src, xmlNode *host);
	/* Once a domain; @vm is /facts/vm, and earlier checks' facts are there. NULL: nothing. */
	void (*vm)(struct source *src, xmlNode *vm);
};

#endif
