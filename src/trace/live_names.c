// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live_names - which threads are those of a domain, out of the command lines of QEMU.
 *
 * Source: proc(5); QEMU's manual, "-name guest=NAME" (a comma in it is doubled); Linux
 * Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat"
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "trace/live.h"
#include "trace/vcpu.h"

enum { TASKS_MAX = 4096 };

/* After "-name": "guest=web,debug-threads=on", or "web". g_free() it */
static char *domain_of(const char *value)
{
	GString *name = g_string_new(NULL);

	if (g_str_has_prefix(value, "guest="))
		value += strlen("guest=");
	for (; *value && (*value != ',' || value[1] == ','); value++) {
		value += *value == ',';
		g_string_append_c(name, *value);
	}
	return g_string_free(name, FALSE);
}

/* NULL: no QEMU, or one without a name. */
static char *name_of(const char *pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid), *text = NULL;
	gsize length = 0;

	if (!g_file_get_contents(path, &text, &length, NULL) || !memmem(text, length, "qemu", 4))
		return NULL;
	for (gsize at = 0; at < length; at += strlen(text + at) + 1)
		if (strcmp(text + at, "-name") == 0 && at + sizeof("-name") < length)
			return domain_of(text + at + sizeof("-name"));
	return NULL;
}

static guint64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (guint64)t.tv_sec * 1000000000U + (guint64)t.tv_nsec;
}

static void read_task(struct analysis *a, const char *pid, const char *tid, const char *domain, bool is_end)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/task/%s/schedstat", pid, tid), *text = NULL;
	struct schedstat s = { 0 };

	if (g_file_get_contents(path, &text, NULL, NULL) &&
	    sscanf(text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &s.run, &s.delay) == 2)
		s.at = now_ns();
	analysis_know(a, (int)g_ascii_strtoll(tid, NULL, 10), (int)g_ascii_strtoll(pid, NULL, 10), domain, &s, is_end);
}

static void read_process(struct analysis *a, const char *pid, bool is_end)
{
	g_autofree char *domain = name_of(pid), *dir = g_strdup_printf("/proc/%s/task", pid);
	g_autoptr(GDir) d = domain ? g_dir_open(dir, 0, NULL) : NULL;
	const char *tid;

	for (int n = 0; d && n < TASKS_MAX && (tid = g_dir_read_name(d)); n++)
		read_task(a, pid, tid, domain, is_end);
}

void live_names(struct analysis *a, bool is_end)
{
	g_autoptr(GDir) d = g_dir_open("/proc", 0, NULL);
	const char *pid;

	while (d && (pid = g_dir_read_name(d)))
		if (g_ascii_isdigit(*pid))
			read_process(a, pid, is_end);
}
