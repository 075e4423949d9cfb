// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf - perf.data through the program perf: no library reads that format.
 *
 * Only perf of the system's own directory is run, with arguments of ours, no shell, no input, for at
 * most a minute and 1 GiB of text.  Source: perf-script(1)
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "trace/reader.h"

static const char perf_program[] = "/usr/bin/perf";

enum { DEADLINE_S = 60, BLOCK_BYTES = 65536, LINE_LONGEST = 65536 };

static void run_perf(const char *path, int out)
{
	const char *const argv[] = { "perf", "script", "--ns", "--show-lost-events", "-F",
				     "comm,pid,tid,cpu,time,event,trace", "-f", "-i", path, NULL };
	const char *const env[] = { "LC_ALL=C", "HOME=/nonexistent", "PATH=/usr/bin:/bin", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execve(perf_program, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
	_exit(127);
}

/* Whole lines of @buffer are taken; what is left of the last one stays. */
static void take_lines(GString *buffer, struct trace_info *info, trace_sink *sink, void *data)
{
	const char *end = memrchr(buffer->str, '\n', buffer->len);

	if (!end && buffer->len > LINE_LONGEST)
		g_string_truncate(buffer, 0);
	if (!end)
		return;
	trace_text_read(buffer->str, (size_t)(end - buffer->str), info, sink, data);
	g_string_erase(buffer, 0, end + 1 - buffer->str);
}

/* Return: false when time is up. */
static bool read_output(int fd, struct trace_info *info, trace_sink *sink, void *data)
{
	gint64 deadline = g_get_monotonic_time() + DEADLINE_S * G_USEC_PER_SEC;
	g_autoptr(GString) buffer = g_string_new(NULL);
	g_autofree char *block = g_malloc(BLOCK_BYTES);

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		gint64 left = (deadline - g_get_monotonic_time()) / 1000;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) < 0)
			return false;
		n = read(fd, block, BLOCK_BYTES);
		if (n <= 0)
			return n == 0;
		g_string_append_len(buffer, block, n);
		take_lines(buffer, info, sink, data);
	}
}

static bool fail(const char *path, const char *why, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, why);
	return false;
}

bool trace_read_perf(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	int fds[2], status = 0;
	bool in_time;
	pid_t child;

	if (access(perf_program, X_OK) != 0)
		return fail(path, "perf.data is read by the program perf, which is not installed (package linux-perf)", error);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail(path, g_strerror(errno), error);
	child = fork();
	if (child == 0)
		run_perf(path, fds[1]);
	close(fds[1]);
	in_time = child > 0 && read_output(fds[0], info, sink, data);
	close(fds[0]);
	if (child > 0 && !in_time)
		kill(child, SIGKILL);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(path, in_time ? "perf script cannot read it" : "perf script did not end in time", error);
	return true;
}
