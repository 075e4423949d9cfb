// SPDX-License-Identifier: GPL-2.0-or-later
/* What a task waited for: across interrupts, threads, vCPUs and a guest's own trace. */
#include "test.h"

#include <unistd.h>

#include "report/trace/trace.h"
#include "trace/flow.h"
#include "trace/join.h"
#include "trace/story.h"
#include "trace/vcpu.h"

#define LINE(task, ns, event) "  " task " [000] d..2. 0.000000" ns ": " event "\n"
#define SWITCH(ns, prev, pid, state, next, next_pid) LINE(prev "-" pid, ns, "sched_switch: prev_comm=" prev " prev_pid=" pid \
	" prev_prio=120 prev_state=" state " ==> next_comm=" next " next_pid=" next_pid " next_prio=120")
#define ENTRY(ns) LINE("CPU 0/KVM-31", ns, "kvm_entry: vcpu 0, rip 0x1")
#define EXIT(ns) LINE("CPU 0/KVM-31", ns, "kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0")

/* The scenario "OneQemuKvm" of Trace Compass, in words of ftrace: vCPU 31, preempted twice by 30; in the guest 130 and 131. */
static const char host[] = "  x-1 [000] .... 0.000000001: tracing_mark_write: vmdoctor/1 domain 29 web\n"
			   "  x-1 [000] .... 0.000000001: tracing_mark_write: vmdoctor/1 thread 31 29 begin 0 0 0\n"
			   "  x-1 [000] .... 0.000000001: tracing_mark_write: vmdoctor/1 offset 31 -1000\n"
			   "  x-1 [000] .... 0.000000001: tracing_mark_write: vmdoctor/1 tsc 2000 0\n"
	ENTRY("010") EXIT("045") ENTRY("060") EXIT("095") SWITCH("100", "CPU 0/KVM", "31", "R", "hog", "30")
	SWITCH("150", "hog", "30", "S", "CPU 0/KVM", "31") ENTRY("155") EXIT("195") ENTRY("210") EXIT("245") ENTRY("260") EXIT("295")
	SWITCH("300", "CPU 0/KVM", "31", "R", "hog", "30") SWITCH("350", "hog", "30", "S", "CPU 0/KVM", "31") ENTRY("355") EXIT("376")
			   "  x-1 [000] .... 0.000000376: tracing_mark_write: vmdoctor/1 tsc 2376 376\n";
/* Its TSC is 1000 behind: at 35 ns it counts 1035. */
static const char guest[] = SWITCH("1035", "b", "131", "R", "a", "130") SWITCH("1075", "a", "130", "R", "b", "131")
	SWITCH("1175", "b", "131", "R", "a", "130") SWITCH("1225", "a", "130", "R", "b", "131") SWITCH("1275", "b", "131", "R", "a", "130")
	SWITCH("1375", "a", "130", "R", "b", "131");

static char *write_file(const char *text)
{
	char *path = g_strdup("/tmp/test-trace-flow-XXXXXX");
	int fd = g_mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

/* Cycles have no point. */
static char *guest_file(void)
{
	g_autofree char *text = g_strdup(guest);
	g_auto(GStrv) parts = g_strsplit(text, " 0.000000", -1);
	g_autofree char *cycles = g_strjoinv(" ", parts);

	return write_file(cycles);
}

static struct analysis *story(const char *offset, const char *task, GError **error)
{
	g_autofree char *path = write_file(host), *file = guest_file(), *join = g_strdup_printf("web=%s%s", file, offset);
	char *guests[] = { join, NULL };
	const struct story_request r = { .path = path, .guests = guests, .task = task };
	struct analysis *a = analysis_new();
	struct trace_info info;
	bool ok = story_read(&r, a, &info, error);

	unlink(path);
	unlink(file);
	if (ok)
		return a;
	analysis_free(a);
	return NULL;
}

struct expected {
	guint64 from, to;
	const char *actor, *what;
};

static void check_segments(const struct flow *f, const struct expected *expected, guint n)
{
	assert_true(f->is_covered);
	assert_int_equal(f->segments->len, n);
	for (guint i = 0; i < n; i++) {
		const struct segment *s = &g_array_index(f->segments, struct segment, i);

		assert_int_equal(s->from, expected[i].from);
		assert_int_equal(s->to, expected[i].to);
		assert_string_equal(s->actor, expected[i].actor);
		assert_string_equal(s->what, expected[i].what);
	}
}

static void a_guests_task_is_followed_through_its_vcpu_and_the_host(void **state G_GNUC_UNUSED)
{
	static const char a130[] = "a (130) in web", b131[] = "b (131) in web", vcpu[] = "web/vCPU 0 (tid 31)", hog[] = "hog (tid 30)";
	static const struct expected expected[] = {
		{ 35, 45, a130, "guest" },	   { 45, 60, vcpu, "hypervisor" },   { 60, 75, a130, "guest" },	  { 75, 95, b131, "guest" },
		{ 95, 100, vcpu, "hypervisor" },   { 100, 150, hog, "has the CPU" }, { 150, 155, vcpu, "hypervisor" }, { 155, 175, b131, "guest" },
		{ 175, 195, a130, "guest" },	   { 195, 210, vcpu, "hypervisor" }, { 210, 225, a130, "guest" }, { 225, 245, b131, "guest" },
		{ 245, 260, vcpu, "hypervisor" },  { 260, 275, b131, "guest" },	     { 275, 295, a130, "guest" }, { 295, 300, vcpu, "hypervisor" },
		{ 300, 350, hog, "has the CPU" },  { 350, 355, vcpu, "hypervisor" }, { 355, 375, a130, "guest" },
	};
	g_autoptr(GError) error = NULL;
	auto_free(analysis) struct analysis *a = story("", "a", &error);

	assert_null(error);
	check_segments(a->flow, expected, G_N_ELEMENTS(expected));
}

static void what_a_task_believes_to_have_run_is_less_in_truth(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = story("", "130", NULL);
	const struct joined *j = a->guests->pdata[0];
	const struct believed *b = j->tasks->pdata[0];

	assert_int_equal(j->events, 6);
	assert_int_equal(j->inside, 6);
	assert_int_equal(j->least, -15); /* 225 is 15 after the entry at 210, and so on */
	assert_int_equal(j->most, 1);	 /* 375 is one before the exit */
	assert_int_equal(b->tid, 130);
	assert_int_equal(b->believed, 40 + 50 + 100);
	assert_int_equal(b->real, 25 + 35 + 40);
}

static void a_join_against_causality_is_refused_with_its_bounds(void **state G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	assert_null(story(",tsc-offset=-1025", "a", &error));
	assert_non_null(strstr(error->message, "refused: 1 of 5 events (20.0 %) are in guest mode"));
	assert_non_null(strstr(error->message, "a shift would have to be at least"));
}

static void without_an_offset_nothing_is_joined(void **state G_GNUC_UNUSED)
{
	static const char *const bad[] = { "web", "=x", "web=", "web=x,tsc-offset=", "web=x,tsc-offset=1x" };
	struct join_request r = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_false(join_parse(bad[i], &r, &error));
		assert_non_null(error);
	}
	assert_true(join_parse("my=db,tsc-offset=-7", &r, NULL));
	assert_string_equal(r.domain, "my");
	assert_string_equal(r.file, "db");
	assert_int_equal(r.offset, -7);
	join_request_clear(&r);
}

/* A disk's interrupt wakes the iothread, which wakes the vCPU. */
static const char disk[] = SWITCH("010", "swapper/0", "0", "R", "CPU 0/KVM", "31") SWITCH("100", "CPU 0/KVM", "31", "S", "IO iothread1", "40")
	SWITCH("130", "IO iothread1", "40", "S", "swapper/0", "0")
	"  <idle>-0 [000] d.h2. 0.000000200: irq_handler_entry: irq=24 name=nvme0q1\n"
	"  <idle>-0 [000] d.h2. 0.000000201: sched_waking: comm=IO iothread1 pid=40 prio=120 target_cpu=000\n"
	SWITCH("210", "swapper/0", "0", "R", "IO iothread1", "40")
	LINE("IO iothread1-40", "240", "sched_waking: comm=CPU 0/KVM pid=31 prio=120 target_cpu=000")
	SWITCH("250", "IO iothread1", "40", "S", "CPU 0/KVM", "31") SWITCH("290", "CPU 0/KVM", "31", "S", "swapper/0", "0");

static void a_vcpu_that_sleeps_waits_for_a_thread_that_waits_for_a_device(void **state G_GNUC_UNUSED)
{
	static const struct expected expected[] = {
		{ 10, 100, "vm-of-tid-31/vCPU 0 (tid 31)", "runs" }, { 100, 130, "IO iothread1 (tid 40)", "runs" },
		{ 130, 201, "irq 24 nvme0q1", "device or timer" },   { 201, 210, "nobody: the CPU is idle", "waits all the same" },
		{ 210, 240, "IO iothread1 (tid 40)", "runs" },	     { 240, 250, "IO iothread1 (tid 40)", "has the CPU" },
		{ 250, 290, "vm-of-tid-31/vCPU 0 (tid 31)", "runs" },
	};
	g_autofree char *path = write_file(disk);
	const struct story_request r = { .path = path, .task = "vm-of-tid-31/0" };
	auto_free(analysis) struct analysis *a = analysis_new();
	struct trace_info info;

	assert_true(story_read(&r, a, &info, NULL));
	unlink(path);
	check_segments(a->flow, expected, G_N_ELEMENTS(expected));
}

static void a_cycle_of_wakers_ends(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = write_file(SWITCH("010", "b", "2", "S", "a", "1") SWITCH("020", "a", "1", "S", "x", "3")
					   LINE("b-2", "030", "sched_waking: comm=a pid=1 prio=120 target_cpu=000")
					   LINE("a-1", "040", "sched_waking: comm=b pid=2 prio=120 target_cpu=000")
					   SWITCH("050", "x", "3", "S", "a", "1"));
	const struct story_request r = { .path = path, .task = "a" };
	auto_free(analysis) struct analysis *a = analysis_new();
	struct trace_info info;

	assert_true(story_read(&r, a, &info, NULL));
	unlink(path);
	assert_true(a->flow->is_covered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guests_task_is_followed_through_its_vcpu_and_the_host),
		cmocka_unit_test(what_a_task_believes_to_have_run_is_less_in_truth),
		cmocka_unit_test(a_join_against_causality_is_refused_with_its_bounds),
		cmocka_unit_test(without_an_offset_nothing_is_joined),
		cmocka_unit_test(a_vcpu_that_sleeps_waits_for_a_thread_that_waits_for_a_device),
		cmocka_unit_test(a_cycle_of_wakers_ends),
	};

	return cmocka_run_group_tests_name("trace_flow", tests, NULL, NULL);
}
