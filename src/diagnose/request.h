// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request - what is asked of a diagnosis: the engine knows no command line
 *
 * Commands fill one out of their options, tests and completion out of what they have.  Zeroed it
 * asks for all domains of the default live host.  All members are borrowed for the run.
 */
#ifndef VMDOCTOR_REQUEST_H
#define VMDOCTOR_REQUEST_H

#include <glib.h>
#include <stdbool.h>

#include "source/source.h"

struct request {
	/* Where to look: a recording, or the live host that libvirt's URI leads to; NULL: its default */
	const char *from, *connect;
	/* At which domains: names, UUIDs, running ids, and globs over names; both NULL: all */
	GStrv domains, globs;

	/* What is complained about: one of symptom_names; texts, and files of them ("-": standard input) */
	const char *symptom;
	GStrv error_texts, error_files;
	/* Which lines of logs count; as when_parse() reads times */
	const char *since, *until, *at;
	const char *store; /* of the last hours, for at; NULL: the system's, where there is one */
	/* What the host is to be upgraded to: release, versions or capabilities file; or an emulator here */
	const char *to, *to_emulator;

	/* By which rules: further files, "ID.PARAM=VALUE", only those about such symptoms (NULL-ended) */
	GStrv rules, set;
	const char *const *about;
	/* Findings that are counted, not listed: "ID[:GLOB]", or those of an earlier JSON report */
	GStrv ignore;
	const char *baseline;
	const char *facts; /* a file that gets the facts as XML */

	int timeout_s; /* the whole run's deadline */
	gboolean no_guest, guest_files; /* ask no agent; let it read files in the guest, too */
	gboolean probe; /* send frames, as probing says */
	struct source_probe_options probing;
};

#endif
