// SPDX-License-Identifier: GPL-2.0-or-later
/* A live trace: what it loses is counted, what is too much is left out, and nothing of the host's own is touched. */
#include "test.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/top/top.h"
#include "findings/report.h"
#include "report/trace/trace.h"
#include "trace/live.h"
#include "trace/vcpu.h"

#define TRACING "/sys/kernel/tracing"

static const char *why_not; /* NULL: it can be tried */

/* Two that wake each other, so that the scheduler has something to tell. */
static void play(int from, int to)
{
	char ball = 'x';

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(from, &ball, 1) == 1 && write(to, &ball, 1) == 1)
		;
	_exit(0);
}

static void start_players(pid_t players[2])
{
	int there[2], back[2];

	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(back), 0);
	for (int i = 0; i < 2; i++) {
		players[i] = fork();
		if (players[i] == 0)
			play(i ? back[0] : there[0], i ? there[1] : back[1]);
	}
	assert_int_equal(write(there[1], "x", 1), 1);
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
}

static void stop_players(const pid_t players[2])
{
	for (int i = 0; i < 2; i++) {
		kill(players[i], SIGKILL);
		waitpid(players[i], NULL, 0);
	}
}

static struct analysis *trace_players(const struct live_request *r, struct trace_info *info)
{
	struct analysis *a = analysis_new();
	pid_t players[2];

	start_players(players);
	assert_int_equal(trace_live(r, a, info, NULL), 0);
	stop_players(players);
	analysis_end(a);
	return a;
}

static void what_is_lost_is_what_the_kernel_counts(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) doubts = NULL;
	g_autofree char *number = NULL;
	const struct live_request r = { .seconds = 2, .buffer_kib = 64, .poll_ms = 400 };
	struct trace_info info;
	struct analysis *a;

	if (why_not)
		skip();
	a = trace_players(&r, &info);
	assert_true(info.kernel_lost > 0);
	assert_true(a->has_lost);
	/* Of what is lost at the very end no event tells any more: the report has the kernel's number. */
	assert_true(a->lost <= info.kernel_lost && a->lost >= info.kernel_lost / 10 * 9);
	doubts = trace_doubts(a, &info);
	number = g_strdup_printf("(%" G_GUINT64_FORMAT " or more)", info.kernel_lost);
	assert_non_null(strstr(doubts->pdata[0], number));
	analysis_free(a);
}

static void too_many_events_make_it_leave_out_details(void **state G_GNUC_UNUSED)
{
	const struct live_request r = { .seconds = 3, .events_most = 10 };
	struct trace_info info;
	struct analysis *a;
	g_autoptr(GPtrArray) doubts = NULL;

	if (why_not)
		skip();
	a = trace_players(&r, &info);
	doubts = trace_doubts(a, &info);
	assert_true(info.is_shed);
	assert_non_null(strstr(doubts->pdata[doubts->len - 2], "too many events"));
	analysis_free(a);
}

/* All that says how the host traces, of its own and of another instance. */
static char *settings(void)
{
	static const char *const files[] = { "tracing_on", "trace_clock", "buffer_size_kb", "set_event", "current_tracer", "set_event_pid",
					     "events/sched/sched_switch/enable", "events/sched/sched_switch/filter", "trace" };
	static const char *const dirs[] = { TRACING, TRACING "/instances/theirs" };
	GString *all = g_string_new(NULL);

	for (size_t d = 0; d < G_N_ELEMENTS(dirs); d++)
		for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
			g_autofree char *path = g_build_filename(dirs[d], files[i], NULL), *text = NULL;

			if (g_file_get_contents(path, &text, NULL, NULL))
				g_string_append_printf(all, "%s: %s\n", path, text);
		}
	return g_string_free(all, FALSE);
}

static void write_setting(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void what_others_trace_is_left_alone_and_what_the_dead_left_is_removed(void **state G_GNUC_UNUSED)
{
	const struct live_request r = { .seconds = 1 };
	g_autofree char *before = NULL, *after = NULL;
	struct trace_info info;

	if (why_not)
		skip();
	assert_int_equal(mkdir(TRACING "/instances/theirs", 0700), 0);
	assert_int_equal(mkdir(TRACING "/instances/vmdoctor-mine", 0700), 0);
	assert_int_equal(mkdir(TRACING "/instances/vmdoctor-999999999", 0700), 0);
	write_setting(TRACING "/instances/theirs/tracing_on", "0");
	write_setting(TRACING "/instances/theirs/trace_clock", "global");
	write_setting(TRACING "/instances/theirs/events/sched/sched_switch/filter", "prev_pid == 1");
	before = settings();
	analysis_free(trace_players(&r, &info));
	after = settings();
	assert_string_equal(before, after);
	assert_non_null(strstr(after, "prev_pid == 1"));
	assert_int_not_equal(access(TRACING "/instances/vmdoctor-999999999", F_OK), 0);
	assert_int_equal(access(TRACING "/instances/vmdoctor-mine", F_OK), 0);
	rmdir(TRACING "/instances/theirs");
	rmdir(TRACING "/instances/vmdoctor-mine");
}

/* Two that want the same CPU; one is called like a vCPU. */
static void start_rivals(pid_t rivals[2])
{
	static const char *const names[] = { "CPU 0/KVM", "hog" };
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	for (int i = 0; i < 2; i++) {
		rivals[i] = fork();
		if (rivals[i] != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, names[i]);
		sched_setaffinity(0, sizeof(first), &first);
		for (volatile unsigned int n = 0;; n++)
			;
	}
}

static void top_knows_who_had_the_cpu(void **state G_GNUC_UNUSED)
{
	struct top_view view = { .width = 150, .height = 20 };
	struct top_who who = { 0 };
	auto_free(report) struct report *r = report_new();
	struct report_domain *d;
	g_autofree char *domain = NULL, *name = NULL;
	g_autoptr(GString) screen = g_string_new(NULL);
	pid_t rivals[2];

	if (why_not)
		skip();
	start_rivals(rivals);
	domain = g_strdup_printf("vm-of-tid-%d", (int)rivals[0]);
	/* On a busy machine a trace may come too late for its round. */
	for (int round = 0; round < 5 && !view.who; round++) {
		top_who_begin(&who, 10);
		g_usleep(2500000);
		view.who = top_who_end(&who);
	}
	stop_players(rivals);
	assert_non_null(view.who);
	assert_non_null(g_hash_table_lookup(view.who, domain));
	/* On a busy machine it need not be the rival. */
	name = g_strdup(g_hash_table_lookup(view.who, domain));
	assert_true(g_str_has_suffix(name, " %") && !g_str_has_prefix(name, "idle") && !g_str_has_prefix(name, "vm-of-"));
	d = report_domain_new();
	d->name = g_strdup(domain);
	g_ptr_array_add(r->domains, d);
	/* It costs: so only who asks for it gets it. */
	assert_false(view.wants_who);
	assert_true(top_key(&view, r, "w") && view.wants_who);
	assert_true(top_key(&view, r, "w") && !view.wants_who);
	top_draw(&view, r, screen);
	assert_non_null(strstr(screen->str, "WHO HAD IT"));
	assert_non_null(strstr(screen->str, name));
	g_hash_table_unref(view.who);
}

/* tracefs of our own; it is the same one for the whole host, whoever mounts it. */
static const char *prepare(void)
{
#ifndef HAVE_TRACEFS
	return "built without libtracefs";
#endif
	if (geteuid() != 0)
		return "needs root";
	if (access(TRACING "/instances", F_OK) == 0)
		return NULL;
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("nodev", TRACING, "tracefs", 0, NULL) < 0)
		return "tracefs cannot be mounted here";
	return access(TRACING "/instances", W_OK) == 0 ? NULL : "tracefs cannot be written";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_lost_is_what_the_kernel_counts),
		cmocka_unit_test(too_many_events_make_it_leave_out_details),
		cmocka_unit_test(top_knows_who_had_the_cpu),
		cmocka_unit_test(what_others_trace_is_left_alone_and_what_the_dead_left_is_removed),
	};

	prctl(PR_SET_NAME, "vmdoctor-test"); /* so that another one does not take its instance for a dead one's */
	why_not = prepare();
	if (why_not)
		fprintf(stderr, "n/a live traces: %s\n", why_not);
	return cmocka_run_group_tests_name("trace_live", tests, NULL, NULL);
}
