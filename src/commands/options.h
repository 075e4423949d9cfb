// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options - the command line of the commands that diagnose
 */
#ifndef VMDOCTOR_OPTIONS_H
#define VMDOCTOR_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "diagnose/request.h"
#include "findings/finding.h"

enum exit_status {
	EXIT_CLEAN = 0,	    /* nothing at or above --fail-on */
	EXIT_FOUND = 1,	    /* findings */
	EXIT_CANNOT = 2,    /* usage, bad rules, no such domain, unreadable input, no libvirt */
	EXIT_UNDECIDED = 3, /* --strict, and something could not be checked */
	EXIT_INTERRUPTED = 130, /* SIGINT, as shells say it */
};

/** The commands whose line is an options line; each a bit, so that an option can name several. */
enum command_bit {
	FOR_CHECK = 1,
	FOR_AUDIT = 2,
	FOR_PROBE = 4,
	FOR_SAMPLE = 8,
	FOR_TOP = 16,
	FOR_BUNDLE = 32,
	FOR_DIFF = 64,
	FOR_MERGE = 128,
	FOR_TRACE = 256,
	FOR_WATCH = 512,
	FOR_ALL = 1023,
};

/** What was typed; all strings are owned, NULL where not given. */
struct options {
	enum command_bit command;
	struct request request; /* its strings are those of this line */
	GStrv operands; /* domains, or of some commands files */
	char *fail_on_name, *colour, *record;
	GStrv formats, outputs;
	int sample_s; /* 0: no sample */
	gboolean batch; /* of top: one table after the other */
	int rounds;	/* of top: 0: until it is ended */
	gboolean no_probe, no_pager, quiet, verbose, strict;
	enum severity fail_on;
	gboolean dry_run, redact; /* of a bundle */
	gboolean help, version; /* which main() has answered before */
	char *trace; /* the recorded one; NULL: live */
	GStrv guests; /* traces of guests, DOMAIN=FILE */
	char *flow; /* the task whose flow is wanted */
	char *save; /* to this file */
	int seconds; /* of a live trace */
	int interval; /* one trace of so many seconds after the other, 0: one; of watch, between samples, 0: the usual */
	char *keep, *max; /* of the store: for how long, and how large */
	gboolean list;
	gboolean disk;
};

enum option_group { GROUP_WHAT, GROUP_REPORT, GROUP_RULES, GROUP_MEASURE, GROUP_PROBE, GROUP_COMMAND, GROUPS };

struct option_row {
	const char *name;
	char letter; /* 0: none */
	GOptionArg arg;
	size_t at; /* of its value in struct options */
	unsigned int commands; /* enum command_bit */
	enum option_group group;
	const char *text, *value; /* @value, "FILE": NULL for one that takes none */
};

/** option_rows - all options; the last row has no name */
extern const struct option_row option_rows[];
/** option_group_titles - by enum option_group */
extern const char *const option_group_titles[];

/**
 * options_parse - the line of the command o->command; what it does not take is an error
 * @argv: from the first argument on, without the command's name
 * Return: false with @error
 */
bool options_parse(struct options *o, int argc, char **argv, GError **error);
/** options_is_plugin - is it for monitoring, which has exit statuses of its own? */
bool options_is_plugin(const struct options *o);
void options_done(struct options *o);
/**
 * options_ask - is -h or --help, or -V or --version, among the words of @command?
 * @command: 0 for one that takes no options
 * Return: 'h', 'V', or 0; the value of another option is neither
 */
char options_ask(enum command_bit command, int argc, char **argv);
/** options_help - the options that @command takes, for `vmdoctor help COMMAND` */
char *options_help(enum command_bit command);

#endif
