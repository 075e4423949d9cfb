// SPDX-License-Identifier: GPL-2.0-or-later
/* pager - see pager.h */
#include "commands/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

static FILE *pager; /* once a run: standard output is what it reads */

static bool is_sudo(void)
{
	return geteuid() == 0 && g_getenv("SUDO_UID");
}

/* Its first word is a program, or sets a variable for one: else the report would be lost. */
static bool can_run(const char *command)
{
	g_auto(GStrv) words = NULL;
	g_autofree char *program = NULL;

	if (!g_shell_parse_argv(command, NULL, &words, NULL))
		return false;
	program = g_find_program_in_path(words[0]);
	return program || strchr(words[0], '=');
}

static const char *pager_command(void)
{
	const char *wanted = is_sudo() ? NULL : g_getenv("VMDOCTOR_PAGER");

	if (!wanted && !is_sudo())
		wanted = g_getenv("PAGER");
	if (!wanted)
		wanted = "less";
	return wanted && !g_str_equal(wanted, "cat") && can_run(wanted) ? wanted : NULL;
}

/* What less and lv need to show colours; -F: end when all fits on the screen, -X: leave it there. */
static void set_environment(void)
{
	g_setenv("LESS", "FRX", FALSE);
	g_setenv("LV", "-c", FALSE);
	if (is_sudo())
		g_setenv("LESSSECURE", "1", TRUE);
}

/* The pager has read all when it sees the end, and the shell's prompt must not come before it is gone. */
static void pager_end(void)
{
	fflush(stdout);
	close(STDOUT_FILENO);
	pclose(pager);
}

void pager_start(void)
{
	const char *command = isatty(STDOUT_FILENO) && !pager ? pager_command() : NULL;

	if (!command)
		return;
	set_environment();
	fflush(stdout);
	pager = popen(command, "we"); // NOLINT(cert-env33-c): a command line of the user's own
	if (!pager)
		return;
	dup2(fileno(pager), STDOUT_FILENO);
	/* After popen(): the pager wants its own. Ctrl-C is for the pager, which stops a search with it. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	atexit(pager_end);
}

bool pager_was_left(int error)
{
	return pager && error == EPIPE;
}
