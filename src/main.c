// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main - the table of commands.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "commands/cmd.h"
#include "commands/complete.h"
#include "base/confine.h"
#include "base/i18n.h"
#include "commands/options.h"
#include "formats/near.h"
#include "base/xml.h"

#define COMPLETE_DEADLINE_S 4

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

static const struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	int (*run)(int argc, char **argv);
	enum command_bit options; /* those that it takes; 0: none */
} commands[] = {
	{ "check", "[OPTIONS] [DOMAIN...]", N_("diagnose; no DOMAIN: the host and every domain"),
	  cmd_check, FOR_CHECK },
	{ "probe", "[OPTIONS] DOMAIN...", N_("send a few harmless frames: at which hop do they die?"),
	  cmd_probe, FOR_PROBE },
	{ "sample", "[OPTIONS] [DOMAIN...]", N_("measure for some seconds: CPU, disks, interfaces"), cmd_sample, FOR_SAMPLE },
	{ "top", "[OPTIONS] [DOMAIN...]", N_("sample, again and again, in place; q ends it"), cmd_top, FOR_TOP },
	{ "trace", "[OPTIONS] [DOMAIN...]", N_("kernel trace: what each vCPU did, and who took its CPU"), cmd_trace, FOR_TRACE },
	{ "watch", "[OPTIONS] [DOMAIN...]", N_("keep the last hours for --at; --list: what happened"), cmd_watch, FOR_WATCH },
	{ "audit", "--to TARGET [OPTIONS] [DOMAIN...]", N_("will the domains still start after an upgrade?"),
	  cmd_audit, FOR_AUDIT },
	{ "bundle", "[OPTIONS] [DOMAIN...]", N_("collect all that a check reads, and the report, in an archive"),
	  cmd_bundle, FOR_BUNDLE },
	{ "diff", "A B", N_("what changed between two recordings, or from one to now ('live')"), cmd_diff, FOR_DIFF },
	{ "merge", "REPORT.json...", N_("one report over many hosts"), cmd_merge, FOR_MERGE },
	{ "scrub-check", "PATH...", N_("secrets left in an archive or directory, anybody's"), cmd_scrub_check, 0 },
	{ "rules", "list|show ID|lint|test|pot [PATH...]", N_("what it knows, and whether that holds"),
	  cmd_rules, 0 },
	{ "explain", "ID", N_("a rule's cause, evidence, fix and references"), cmd_explain, 0 },
	{ "help", "[COMMAND]", N_("this, or the options of a command"), cmd_help, 0 },
	{ "--version", "[--verbose]", N_("version and licence; how readers are confined"), cmd_version, 0 },
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int cmd_version(int argc, char **argv)
{
	bool verbose = argc > 0 && (strcmp(argv[0], "--verbose") == 0 || strcmp(argv[0], "-v") == 0);
	g_autofree char *abilities = verbose ? confine_abilities() : NULL;

	printf("vmdoctor %s\n%s\n", VERSION, _("Licence GPL-2.0-or-later. There is no warranty."));
	if (verbose)
		printf(_("Readers of archives and traces are confined by: %s, no privileges, limits of memory and time.\n"), abilities);
	return EXIT_CLEAN;
}

/* On one screen of 80 columns and 24 lines. */
static void help_all(void)
{
	puts(_("vmdoctor - what is wrong with a libvirt domain, why, and what to do\n\n"
	       "usage: vmdoctor [COMMAND] [OPTIONS] [DOMAIN...]\n"));
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		printf("  %-12s %s\n", commands[i].name, _(commands[i].summary));
	puts(_("\nWithout COMMAND: check. A DOMAIN is a name, a UUID or a running id.\n"
	       "'vmdoctor help COMMAND' has its options, vmdoctor(1) all.\n"
	       "Exit status: 0 nothing found, 1 findings, 2 cannot run, 3 undecided (--strict)"));
}

/* "; did you mean 'check'?", or "" */
static char *near_command(const char *typed)
{
	const char *names[G_N_ELEMENTS(commands) + 1] = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		names[i] = commands[i].name;
	return near_hint(names, typed, "");
}

static int help_one(const struct command *c)
{
	g_autofree char *options = c->options ? options_help(c->options) : NULL;

	printf("vmdoctor %s %s\n    %s\n", c->name, c->arguments, _(c->summary));
	/* Below GLib's own usage lines. */
	if (options)
		fputs(strstr(options, "\n\n") + 1, stdout);
	return EXIT_CLEAN;
}

static int cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 0 ? find(argv[0]) : NULL;
	g_autofree char *near = argc > 0 && !c ? near_command(argv[0]) : NULL;

	if (near)
		return cmd_fail("no command '%s'%s", argv[0], near);
	if (c)
		return help_one(c);
	help_all();
	return EXIT_CLEAN;
}

/* For shells (contrib/completion): candidates for the last word.  Whatever hangs, the shell does not. */
static int cmd_complete(char **words)
{
	struct complete_command table[G_N_ELEMENTS(commands) + 1] = { 0 };
	g_autofree char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		table[i] = (struct complete_command){ commands[i].name, commands[i].arguments,
						      _(commands[i].summary), commands[i].options };
	alarm(COMPLETE_DEADLINE_S);
	text = complete(table, words);
	fputs(text, stdout);
	return EXIT_CLEAN;
}

static int run(const struct command *c, int argc, char **argv)
{
	switch (options_ask(c->options, argc, argv)) {
	case 'h':
		return help_one(c);
	case 'V':
		return cmd_version(0, NULL);
	}
	return c->run(argc, argv);
}

/* No command: the words are domains and options of check; unless the first was to be a command. */
static int run_check(int argc, char **argv)
{
	int status = run(&commands[0], argc, argv);
	g_autofree char *near = status == EXIT_CANNOT && argc > 0 && argv[0][0] != '-' ? near_command(argv[0]) : NULL;

	if (near && *near)
		cmd_fail("'%s' is no command, either%s", argv[0], near);
	return status;
}

int main(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find(argv[1]) : NULL;

	i18n_init();
	xml_init();
	if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return cmd_help(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return cmd_complete(argv + 2);
	/* A domain may be called as a command is: 'vmdoctor check NAME' always means the domain. */
	return c ? run(c, argc - 2, argv + 2) : run_check(argc - 1, argv + 1);
}
