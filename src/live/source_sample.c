// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_sample - CPU counters of many threads or processes in one answer, with the time of reading
 *
 *	/vmdoctor/threads/PID.txt    every thread of one process
 *	/vmdoctor/processes.txt      every process that has used the CPU; kernel threads, too
 *
 * One question instead of hundreds, since each would cost a round trip, and the counters of one answer
 * are microseconds apart.  The first line is "at NS boot NS hz HZ": CLOCK_MONOTONIC in the middle of the
 * reading, CLOCK_BOOTTIME, clock ticks per second.  Then a line each, "-" where the kernel did not say:
 *
 *	ID START-TICKS CPU USED-TICKS MAJOR-FAULTS RUN-NS DELAY-NS CPUS COMM
 *
 * START-TICKS since boot tells a thread from a later one with its number; CPU is where it ran last,
 * CPUS where it may run, USED-TICKS user and system time, COMM is %-escaped.  Of processes RUN and
 * DELAY, which the kernel keeps for each thread alone, are "-".
 * Source: proc(5) /proc/PID/stat; Linux Documentation/scheduler/sched-stats.rst (schedstat);
 * sched_setaffinity(2)
 */
#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 4096
#define PROCESSES_MAX 32768
#define CPUS_MAX 8192
#define STAT_BYTES 1024 /* 52 numbers and a name of at most 64 bytes */

static int64_t now_ns(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A small file of /proc, relative to the directory @dir. Return: bytes, NUL-ended, or -errno. */
static int read_small(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	text[MAX(n, 0)] = '\0';
	close(fd);
	return n < 0 ? -EIO : (int)n;
}

#define WORD_BITS (8 * sizeof(long))

static bool has_cpu(const unsigned long *words, unsigned int cpu)
{
	return cpu < CPUS_MAX && (words[cpu / WORD_BITS] >> (cpu % WORD_BITS) & 1);
}

/* The first CPU from @cpu on, a multiple of WORD_BITS, whose word has any; CPUS_MAX: there is none. */
static unsigned int skip_empty(const unsigned long *words, unsigned int cpu)
{
	while (cpu < CPUS_MAX && words[cpu / WORD_BITS] == 0)
		cpu += WORD_BITS;
	return cpu;
}

/* "0-3,8"; "-" where the kernel does not say. */
static void append_affinity(GString *out, pid_t id)
{
	unsigned long words[CPUS_MAX / WORD_BITS] = { 0 };
	const char *separator = "";

	if (sched_getaffinity(id, sizeof(words), (cpu_set_t *)words) < 0)
		separator = "-";
	for (unsigned int cpu = 0; *separator != '-' && cpu < CPUS_MAX; cpu++) {
		unsigned int first;

		if (cpu % WORD_BITS == 0) /* mostly none */
			cpu = skip_empty(words, cpu);
		first = cpu;

		while (has_cpu(words, cpu))
			cpu++;
		if (cpu == first)
			continue;
		g_string_append_printf(out, "%s%u", separator, first);
		if (cpu - first > 1)
			g_string_append_printf(out, "-%u", cpu - 1);
		separator = ",";
	}
	if (*separator != ',')
		g_string_append_c(out, '-');
}

/** What /proc/…/stat says; the name is what stands between the first '(' and the last ')'. */
struct stat_line {
	char *comm; /* in the text that was parsed */
	uint64_t major_faults, used_ticks, start_ticks, cpu;
};

static bool parse_stat(char *text, struct stat_line *ret)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	uint64_t field[40] = { 0 };
	char *p;

	if (!open || !close || close < open)
		return false;
	*close = '\0';
	p = close + 1;
	p += strspn(p, " ");
	p += strcspn(p, " "); /* field 3, the state */
	for (int i = 4; i < 40; i++) {
		p += strspn(p, " ");
		if (!*p)
			return false;
		field[i] = strtoull(p, &p, 10);
	}
	*ret = (struct stat_line){ open + 1, field[12], field[14] + field[15], field[22], field[39] };
	return true;
}

static void append_one(GString *out, pid_t id, const struct stat_line *s, const char *schedstat)
{
	g_autofree char *comm = g_uri_escape_bytes((const guint8 *)s->comm, strlen(s->comm), "/:");
	uint64_t run, delay;

	g_string_append_printf(out, "%d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ", id,
			       s->start_ticks, s->cpu, s->used_ticks, s->major_faults);
	if (schedstat && sscanf(schedstat, "%" SCNu64 " %" SCNu64, &run, &delay) == 2)
		g_string_append_printf(out, "%" PRIu64 " %" PRIu64 " ", run, delay);
	else
		g_string_append(out, "- - ");
	append_affinity(out, id);
	g_string_append_printf(out, " %s\n", *comm ? comm : "-");
}

static void append_entry(GString *out, int dir, const char *name, bool is_thread)
{
	char stat[STAT_BYTES], schedstat[128];
	g_autofree char *stat_name = g_strconcat(name, "/stat", NULL);
	g_autofree char *sched_name = g_strconcat(name, "/schedstat", NULL);
	struct stat_line s;

	if (read_small(dir, stat_name, stat, sizeof(stat)) <= 0 || !parse_stat(stat, &s))
		return;
	if (is_thread)
		append_one(out, (pid_t)strtol(name, NULL, 10), &s,
			   read_small(dir, sched_name, schedstat, sizeof(schedstat)) > 0 ? schedstat
											  : NULL);
	else if (s.used_ticks > 0)
		append_one(out, (pid_t)strtol(name, NULL, 10), &s, NULL);
}

/* All numbers in the directory @path. Return: 0 or -errno */
static int append_all(GString *out, const char *path, bool are_threads, bool *ret_cut)
{
	unsigned int left = are_threads ? THREADS_MAX : PROCESSES_MAX;
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return -errno;
	while ((e = readdir(dir)) && left > 0) {
		if (!g_ascii_isdigit(e->d_name[0]))
			continue;
		append_entry(out, dirfd(dir), e->d_name, are_threads);
		left--;
	}
	*ret_cut = left == 0;
	closedir(dir);
	return 0;
}

static char *directory_of(const char *path)
{
	static const char threads[] = "/vmdoctor/threads/";
	size_t digits;

	if (strcmp(path, "/vmdoctor/processes.txt") == 0)
		return g_strdup("/proc");
	if (!g_str_has_prefix(path, threads))
		return NULL;
	path += strlen(threads);
	digits = strspn(path, "0123456789");
	return digits > 0 && strcmp(path + digits, ".txt") == 0
		       ? g_strdup_printf("/proc/%.*s/task", (int)digits, path)
		       : NULL;
}

static void sample_ask(struct source *src G_GNUC_UNUSED, const struct query *q, struct answer *ret)
{
	g_autofree char *dir = q->verb == SOURCE_READ ? directory_of(q->path) : NULL;
	g_autoptr(GString) lines = g_string_new(NULL);
	int64_t before_ns = now_ns(CLOCK_MONOTONIC), after_ns;
	GString *text;

	ret->error = dir ? append_all(lines, dir, g_str_has_suffix(dir, "/task"), &ret->truncated)
			 : -ENODATA;
	if (ret->error)
		return;
	after_ns = now_ns(CLOCK_MONOTONIC);
	text = g_string_new(NULL);
	g_string_printf(text, "at %" PRId64 " boot %" PRId64 " hz %ld\n%s",
			before_ns + (after_ns - before_ns) / 2, now_ns(CLOCK_BOOTTIME),
			sysconf(_SC_CLK_TCK), lines->str);
	ret->data = g_string_free_to_bytes(text);
}

static void sample_free(struct source *src)
{
	g_free(src);
}

struct source *source_sample_new(const void *unused G_GNUC_UNUSED)
{
	static const struct source_ops ops = { .ask = sample_ask, .free = sample_free };
	struct source *src = g_new0(struct source, 1);

	src->ops = &ops;
	return src;
}
