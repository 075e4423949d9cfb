// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/deadline.h"

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GRACE_US (900 * 1000) /* for a report of what is known by then */

static struct {
	int64_t until_us; /* 0: none */
	int seconds, status;
	const char *line;
} deadline; /* a process has one */

static void say(int fd, const char *text)
{
	ssize_t ignored = write(fd, text, strlen(text));

	(void)ignored;
}

/* Nothing here may wait for a lock that the main thread holds. */
static void *end_it(void *data G_GNUC_UNUSED)
{
	char text[128];
	int64_t left;

	while ((left = deadline.until_us + GRACE_US - g_get_monotonic_time()) > 0)
		g_usleep((gulong)left);
	snprintf(text, sizeof(text), "vmdoctor: --timeout %d: it did not end in time; something that it reads hangs\n", deadline.seconds);
	say(STDERR_FILENO, text);
	if (deadline.line)
		say(STDOUT_FILENO, deadline.line);
	_exit(deadline.status);
}

/* Signals are the main thread's, which may wait for them. */
static void start_thread(void)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	g_thread_unref(g_thread_new("deadline", end_it, NULL));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void deadline_start(int seconds, int status, const char *line)
{
	if (deadline.until_us)
		return;
	deadline.until_us = g_get_monotonic_time() + (int64_t)seconds * G_USEC_PER_SEC;
	deadline.seconds = seconds;
	deadline.status = status;
	deadline.line = line;
	start_thread();
}

int64_t deadline_us(void)
{
	return deadline.until_us ? deadline.until_us : INT64_MAX;
}

bool deadline_is_over(void)
{
	return deadline.until_us && g_get_monotonic_time() > deadline.until_us;
}
