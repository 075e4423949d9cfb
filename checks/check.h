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

#include "facts/facts.h"
#include "formats/parse.h"
#include "source/source.h"
#include "base/xml.h"

/**
 * Counters that are read twice, with time between. @node: /facts/host, or /facts/vm with all that the
 * checks wrote. Of a recording only measure() is called, and finds what the recording has.
 */
struct check_sample {
	/* Adds to @paths (owned) what is to be read at ticks 1 and 2; asks itself for tick 0 only. */
	void (*plan)(struct source *src, xmlNode *node, GPtrArray *paths);
	/* What lies between, as facts. A path that was not planned answers -ENODATA for these ticks. */
	void (*measure)(struct source *src, xmlNode *node);
};

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
	struct check_sample host_sample, vm_sample; /* NULLs: takes no sample */
};

#endif
