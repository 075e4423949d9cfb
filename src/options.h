// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options - the command line of the commands that diagnose
 */
#ifndef VMDOCTOR_OPTIONS_H
#define VMDOCTOR_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "finding.h"
#include "source.h"

enum exit_status {
	EXIT_CLEAN = 0,	    /* nothing at or above --fail-on */
	EXIT_FOUND = 1,	    /* findings */
	EXIT_CANNOT = 2,    /* usage, bad rules, no such domain, unreadable input, no libvirt */
	EXIT_UNDECIDED = 3, /* --strict, and something could not be checked */
	EXIT_INTERRUPTED = 130, /* SIGINT, as shells say it */
};

/** What was typed; all strings are owned, NULL where not given. */
struct options {
	char *connect, *from, *symptom, *fail_on_name, *colour, *baseline, *record, *facts, *since, *until, *at;
	char *error_text, *error_file;
	GStrv formats, outputs, rules, ignore, set, globs, domains;
	/* Of a network probe; probing borrows the strings. */
	char *target, *dns_name, *pcap;
	const char *const *about; /* only rules that explain one of these symptoms; NULL: all */
	char *to, *to_emulator; /* what the host is to be upgraded to */
	bool needs_domain, needs_target, is_top;
	gboolean probe, force;
	struct source_probe_options probing;
	int timeout_s, sample_s; /* sample_s 0: no sample */
	gboolean guest_files; /* read files in guests by their agents */
	gboolean batch; /* of top: one table after the other */
	int rounds;	/* of top: 0: until it is ended */
	gboolean no_guest, no_probe, no_pager, quiet, verbose, strict;
	enum severity fail_on;
	bool is_bundle;
	gboolean dry_run, redact; /* of a bundle */
	GHashTable *secrets; /* if set, gets what was hidden in what was read; borrowed */
};

/**
 * options_parse - of `vmdoctor check`
 * @argv: from the first argument on, without the command's name; emptied of options
 * Return: false with @error
 */
bool options_parse(struct options *o, int argc, char **argv, GError **error);
void options_done(struct options *o);
/** options_help - the option list, for `vmdoctor help check` */
char *options_help(void);

#endif
