// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sampling - reading the same counters twice, with time between.
 *
 * SIGINT is blocked meanwhile and taken from a descriptor: no handler, no global. A second one ends the
 * program, as it always does.
 * Source: signalfd(2)
 */
#include "diagnose/sampling.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/i18n.h"
#include "source/source.h"

#define STEP_MS 250 /* of the progress */

static bool is_slow(const char *path)
{
	return g_str_has_prefix(path, "/vmdoctor/libvirt/");
}

static void read_round(struct source *record, GPtrArray *paths, unsigned int tick)
{
	for (int slow = 0; slow < 2; slow++)
		for (guint i = 0; i < paths->len; i++) {
			const struct query q = { SOURCE_READ, tick, paths->pdata[i] };
			struct answer a;

			if (is_slow(q.path) != slow)
				continue;
			source_ask(record, &q, &a);
			answer_done(&a);
		}
}

static void show_progress(bool on, int64_t left_us)
{
	g_autofree char *text =
		g_strdup_printf(_("measuring, %.0f s more (Ctrl-C: enough)"), (double)left_us / 1e6 + 0.5);

	if (on && left_us > 0)
		fprintf(stderr, "\r\033[Kvmdoctor: %s", text);
	else if (on)
		fputs("\r\033[K", stderr);
}

static bool wait_until(int64_t until_us, int signals, bool progress)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo info;
	bool enough = false;
	int64_t left_us;

	while (!enough && (left_us = until_us - g_get_monotonic_time()) > 0) {
		show_progress(progress, left_us);
		enough = poll(&p, 1, (int)MIN(left_us / 1000 + 1, STEP_MS)) > 0 && read(p.fd, &info, sizeof(info)) > 0;
	}
	show_progress(progress, 0);
	return enough;
}

static bool wait_or_signal(int64_t until_us)
{
	bool progress = isatty(STDERR_FILENO), interrupted;
	sigset_t sigint, before;
	int fd;

	sigemptyset(&sigint);
	sigaddset(&sigint, SIGINT);
	sigprocmask(SIG_BLOCK, &sigint, &before);
	fd = signalfd(-1, &sigint, SFD_CLOEXEC | SFD_NONBLOCK);
	interrupted = wait_until(until_us, fd, progress);
	if (fd >= 0)
		close(fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return interrupted;
}

void sampling_read(struct source *record, GPtrArray *paths, struct sampling *s)
{
	static const char clock[] = "/vmdoctor/monotonic";
	int64_t window_us = (int64_t)s->seconds * G_USEC_PER_SEC, left_us;

	g_ptr_array_insert(paths, 0, g_strdup(clock));
	read_round(record, paths, 1);
	left_us = record_left_us(record) - SAMPLING_RESERVE_US;
	window_us = CLAMP(left_us, 0, window_us);
	window_us += g_get_monotonic_time();
	s->was_interrupted = s->wait ? s->wait(s->data, window_us) : wait_or_signal(window_us);
	read_round(record, paths, 2);
	record_seal_ticks(record);
}
