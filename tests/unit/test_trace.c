// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of a trace, and the states that they lead to. */
#include "test.h"

#include "findings/report.h"
#include "report/trace/trace.h"
#include "report/writer.h"
#include "trace/notes.h"
#include "trace/reader.h"
#include "trace/state.h"
#include "trace/vcpu.h"

#define HEAD "       CPU 0/KVM-31      [000] d..2.     "

static struct analysis *analyse(const char *text)
{
	struct analysis *a = analysis_new();
	struct trace_info info = { .format = "text" };

	trace_text_read(text, strlen(text), &info, analysis_take, a);
	analysis_end(a);
	return a;
}

static void add_place(void *out, const char *device, const char *text)
{
	g_string_append_printf(out, "%s=%s\n", device, text);
}

static void a_line_of_ftrace_and_one_of_perf_are_the_same_event(void **state G_GNUC_UNUSED)
{
	struct trace_event a, b;

	assert_true(trace_text_line("   CPU 0/KVM-228   [003] d..1.    74.634986: kvm_entry: vcpu 0, rip 0x55", &a));
	assert_true(trace_text_line("   CPU 0/KVM   228 [003]    74.634986000:      kvm:kvm_entry: vcpu 0, rip 0x55", &b));
	assert_int_equal(a.kind, TRACE_ENTRY);
	assert_int_equal(b.kind, TRACE_ENTRY);
	assert_int_equal(a.ns, 74634986000);
	assert_int_equal(b.ns, a.ns);
	assert_int_equal(a.tid, 228);
	assert_int_equal(b.tid, 228);
	assert_int_equal(a.cpu, 3);
	assert_string_equal(a.comm, "CPU 0/KVM");
	assert_string_equal(b.comm, "CPU 0/KVM");
}

static void a_comm_cannot_shift_the_fields_after_it(void **state G_GNUC_UNUSED)
{
	struct trace_event e;

	assert_true(trace_text_line(" x-7 [000] d..2. 1.000001: sched_switch: prev_comm=a prev_pid=1 p prev_pid=7 prev_prio=120 "
				    "prev_state=R+ ==> next_comm=CPU 0/KVM next_pid=9 next_prio=120", &e));
	assert_int_equal(e.n[SWITCH_PREV], 7);
	assert_int_equal(e.n[SWITCH_STATE], STATE_PREEMPTED);
	assert_int_equal(e.n[SWITCH_NEXT], 9);
	assert_string_equal(e.s[0], "a prev_pid=1 p");
}

static void what_is_no_event_is_none(void **state G_GNUC_UNUSED)
{
	static const char *const lines[] = { "", "# tracer: nop", "[", "[[[[[[", "-1 [0] 1.0: ", "x-1 [0] 1.0: kvm_entry: ",
					     "x-1 [99999999999999999999] 1.0:", "x-99999999999 [000] .... 1.0: kvm_entry: vcpu 0, rip 1",
					     "x-1 [000] .... 1.0: sched_switch: ==> ==> ==>", ")-1 [0]" };
	struct trace_event e;

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		assert_false(trace_text_line(lines[i], &e));
}

/* The host's side of a scenario that is known from other analyses: one vCPU, preempted twice. */
static const char one_guest[] =
	HEAD "0.000000010: kvm_entry: vcpu 0, rip 0x1\n"
	HEAD "0.000000045: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n"
	HEAD "0.000000060: kvm_entry: vcpu 0, rip 0x1\n"
	HEAD "0.000000095: kvm_exit: vcpu 0 reason hlt rip 0x1 info1 0x0\n"
	HEAD "0.000000100: sched_switch: prev_comm=CPU 0/KVM prev_pid=31 prev_prio=120 prev_state=R ==> next_comm=hog next_pid=30 next_prio=120\n"
	"             hog-30      [000] d..2.     0.000000150: sched_switch: prev_comm=hog prev_pid=30 prev_prio=120 prev_state=S ==> next_comm=CPU 0/KVM next_pid=31 next_prio=120\n"
	HEAD "0.000000155: kvm_entry: vcpu 0, rip 0x1\n"
	HEAD "0.000000195: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n"
	HEAD "0.000000210: kvm_entry: vcpu 0, rip 0x1\n"
	HEAD "0.000000245: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n"
	HEAD "0.000000260: kvm_entry: vcpu 0, rip 0x1\n"
	HEAD "0.000000295: kvm_exit: vcpu 0 reason hlt rip 0x1 info1 0x0\n"
	HEAD "0.000000300: sched_switch: prev_comm=CPU 0/KVM prev_pid=31 prev_prio=120 prev_state=R+ ==> next_comm=hog next_pid=30 next_prio=120\n"
	"             hog-30      [000] d..2.     0.000000350: sched_switch: prev_comm=hog prev_pid=30 prev_prio=120 prev_state=S ==> next_comm=CPU 0/KVM next_pid=31 next_prio=120\n"
	HEAD "0.000000355: kvm_entry: vcpu 0, rip 0x1\n"
	HEAD "0.000000375: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n";

static void each_moment_of_a_vcpu_has_its_state(void **state G_GNUC_UNUSED)
{
	static const struct { guint64 from; enum vcpu_state state; } expected[] = {
		{ 10, VCPU_GUEST },	  { 45, VCPU_HYPERVISOR },  { 60, VCPU_GUEST },	   { 95, VCPU_HYPERVISOR },
		{ 100, VCPU_PREEMPTED },  { 150, VCPU_HYPERVISOR }, { 155, VCPU_GUEST },   { 195, VCPU_HYPERVISOR },
		{ 210, VCPU_GUEST },	  { 245, VCPU_HYPERVISOR }, { 260, VCPU_GUEST },   { 295, VCPU_HYPERVISOR },
		{ 300, VCPU_PREEMPTED },  { 350, VCPU_HYPERVISOR }, { 355, VCPU_GUEST },
	};
	auto_free(analysis) struct analysis *a = analyse(one_guest);
	const struct vcpu *v = a->vcpus->pdata[0];
	guint at = 0;

	assert_int_equal(a->vcpus->len, 1);
	for (guint i = 0; i < v->stretches->len; i++) {
		const struct stretch *s = &g_array_index(v->stretches, struct stretch, i);

		if (s->state == VCPU_UNKNOWN)
			continue;
		assert_true(at < G_N_ELEMENTS(expected));
		assert_int_equal(s->from, expected[at].from);
		assert_int_equal(s->state, expected[at++].state);
	}
	assert_int_equal(at, G_N_ELEMENTS(expected));
	assert_int_equal(v->ns[VCPU_GUEST], 200);
	assert_int_equal(v->ns[VCPU_HYPERVISOR], 65);
	assert_int_equal(v->ns[VCPU_PREEMPTED], 100);
}

static void an_exit_costs_only_what_it_had_of_a_cpu(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(one_guest);
	g_autoptr(GPtrArray) exits = trace_exits(a->vcpus->pdata[0]), owners = trace_owners(a->vcpus->pdata[0]);
	const struct exit_stat *io = exits->pdata[0], *hlt = exits->pdata[1];
	const struct owner *hog = owners->pdata[0];

	assert_string_equal(io->reason, "io");
	assert_int_equal(io->handled_ns, 45);
	assert_string_equal(hlt->reason, "hlt");
	assert_int_equal(hlt->handled_ns, 20); /* not 120: it was preempted meanwhile */
	assert_string_equal(hog->name, "hog");
	assert_int_equal(hog->ns, 100);
	assert_int_equal(hog->longest_ns, 50);
	assert_int_equal(owners->len, 1);
}

static void lost_events_make_the_time_unknown(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(HEAD "0.000000010: kvm_entry: vcpu 0, rip 0x1\n"
		HEAD "0.000000020: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n"
		"CPU:0 [LOST 12 EVENTS]\n"
		HEAD "0.000000090: kvm_entry: vcpu 0, rip 0x1\n"
		HEAD "0.000000100: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n");
	const struct vcpu *v = a->vcpus->pdata[0];

	assert_int_equal(a->lost, 12);
	assert_true(a->has_lost);
	assert_int_equal(v->ns[VCPU_UNKNOWN], 70);
	assert_int_equal(v->ns[VCPU_GUEST], 20);
	assert_int_equal(v->ns[VCPU_HYPERVISOR], 0);
}

static void a_trace_says_itself_whose_its_threads_are(void **state G_GNUC_UNUSED)
{
	static const struct schedstat before = { 100, 200, 300 }, after = { 110, 220, 330 };
	g_autofree char *domain = note_domain(30, "my db\n/ü"), *thread = note_thread(31, 30, &before, false), *end = note_thread(31, 30, &after, true),
			*device = note_device(30, "COM1", "/etc/libvirt/qemu/a.xml:7: <serial type='pty'>"), *offset = note_offset(31, -5),
			*text = g_strdup_printf("  x-1 [000] .... 0.000000001: tracing_mark_write: %s\n  x-1 [000] .... 0.000000002: print: 0xfff: %s\n"
						"  x-1 [000] .... 0.000000003: tracing_mark_write: %s\n" HEAD "0.000000010: kvm_exit: vcpu 0 reason io rip 0x1 info1 0x0\n"
						HEAD "0.000000011: kvm_pio: pio_write at 0x3f8 size 1 count 1 val 0x1\n"
						HEAD "0.000000030: kvm_entry: vcpu 0, rip 0x1\n"
						"  x-1 [000] .... 0.000000040: tracing_mark_write: %s\n"
						"  x-1 [000] .... 0.000000050: tracing_mark_write: %s\n  x-1 [000] .... 0.000000060: tracing_mark_write: vmdoctor/1 thread x\n",
						domain, thread, device, end, offset);
	auto_free(analysis) struct analysis *a = analyse(text);
	g_autoptr(GPtrArray) places = trace_places(a->vcpus->pdata[0]);
	const struct vcpu *v = a->vcpus->pdata[0];
	const struct place *com = places->pdata[0];

	assert_string_equal(v->domain, "my db\n/ü");
	assert_int_equal(v->after.run - v->before.run, 10);
	assert_int_equal(v->after.at, 330);
	assert_int_equal(v->tsc_offset, -5);
	assert_int_equal(a->last - a->first, 20); /* notes are not of the window */
	assert_int_equal(com->handled_ns, 20);
	assert_string_equal(place_name(com), "COM1");
	assert_string_equal(place_xml(a, v, com), "/etc/libvirt/qemu/a.xml:7: <serial type='pty'>");
}

static void a_name_that_was_cut_is_still_text(void **state G_GNUC_UNUSED)
{
	static const char *const cut[] = { "vmdoctor/1 domain 30 abc%C3%", "vmdoctor/1 domain 30 abc%C3%B", "vmdoctor/1 domain 30 abc%C3" };

	for (size_t i = 0; i < G_N_ELEMENTS(cut); i++) {
		g_autofree char *text = g_strdup_printf("  x-1 [000] .... 0.000000001: tracing_mark_write: %s\n  CPU 0/KVM-31 (30) [000] .... 0.000000002: kvm_entry: vcpu 0, rip 0x1\n", cut[i]);
		auto_free(analysis) struct analysis *a = analyse(text);

		assert_string_equal(((const struct vcpu *)a->vcpus->pdata[0])->domain, "abc");
	}
}

static void who_is_woken_by_a_qemus_kernel_thread_belongs_to_it(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(HEAD "0.000000010: kvm_entry: vcpu 0, rip 0x1\n"
		"  kvm-pit/30-33 [001] d..2. 0.000000020: sched_waking: comm=CPU 0/KVM pid=31 prio=120 target_cpu=000\n"
		"  vhost-40x-41 [001] d..2. 0.000000020: sched_waking: comm=CPU 0/KVM pid=51 prio=120 target_cpu=000\n");

	assert_string_equal(((const struct vcpu *)a->vcpus->pdata[0])->domain, "vm-of-pid-30");
	assert_string_equal(((const struct vcpu *)a->vcpus->pdata[1])->domain, "vm-of-tid-51");
}

static void a_place_is_found_in_the_domains_xml(void **state G_GNUC_UNUSED)
{
	static const char xml[] = "<domain>\n<devices>\n<serial type='pty'>\n<target port='0'/></serial>\n<tpm model='tpm-crb'/></devices>\n</domain>";
	g_autoptr(GString) all = g_string_new(NULL);

	places_of_xml(xml, strlen(xml), "a.xml", add_place, all);
	assert_string_equal(all->str, "COM1=a.xml:3: <serial type='pty'>\nTPM=a.xml:5: <tpm model='tpm-crb'>\n");
}

static void only_the_domains_asked_for_are_reported(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse("  CPU 0/KVM-31 (30) [000] .... 0.000000002: kvm_entry: vcpu 0, rip 0x1\n"
							 "  CPU 0/KVM-41 (40) [001] .... 0.000000003: kvm_entry: vcpu 0, rip 0x1\n");
	char *one[] = { (char *)"vm-of-pid-40", NULL }, *other[] = { (char *)"vm-of-pid-40", (char *)"web", NULL };

	assert_string_equal(analysis_keep(a, other), "web");
	assert_int_equal(a->vcpus->len, 2);
	assert_null(analysis_keep(a, one));
	assert_int_equal(a->vcpus->len, 1);
	assert_int_equal(((const struct vcpu *)a->vcpus->pdata[0])->tid, 41);
}

/* 100 times a second, without jitter: as many rows are full, and no other has any. */
static void a_timer_is_a_row_of_lines_and_a_slow_one_a_stair(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *fast = analysis_new(), *slow = analysis_new();
	guint full = 0, any = 0;

	for (guint64 i = 0; i < 1000; i++) {
		const struct trace_event e = { .kind = TRACE_RAISE, .ns = i * 10000000, .n = { 0, 1 }, .comm = "x" };

		analysis_take(fast, &e);
	}
	for (guint row = 0; row < HEAT_ROWS; row++) {
		guint hit = 0;

		for (guint x = 0; x < 10; x++)
			hit += heat_at(&fast->heats[HEAT_RAISED], x, row) > 0;
		full += hit == 10;
		any += hit > 0;
	}
	assert_int_equal(full, 100);
	assert_int_equal(any, 100);
	for (guint64 i = 0; i < 20; i++) {
		const struct trace_event e = { .kind = TRACE_RAISE, .ns = i * (1000000000 + 1000000000 / HEAT_ROWS) + 1, .n = { 0, 1 }, .comm = "x" };

		analysis_take(slow, &e);
	}
	for (guint x = 0; x < 20; x++)
		assert_int_equal(heat_at(&slow->heats[HEAT_RAISED], x, x), 1);
}

static void rows_grow_with_the_disk(void **state G_GNUC_UNUSED)
{
	struct heat h;

	heat_new(&h);
	heat_add_scaled(&h, 0, 3);
	heat_add_scaled(&h, 0, 127);
	heat_add_scaled(&h, 1, 128);
	heat_add_scaled(&h, 1, 1024);
	assert_int_equal(h.unit, 16);
	assert_int_equal(heat_at(&h, 0, 0), 1);
	assert_int_equal(heat_at(&h, 0, 7), 1);
	assert_int_equal(heat_at(&h, 1, 8), 1);
	assert_int_equal(heat_at(&h, 1, 64), 1);
	heat_add_scaled(&h, 5, G_MAXUINT64);
	assert_int_equal(heat_at(&h, 0, 0), 2);
	g_array_unref(h.cells);
}

static void interfaces_have_a_throughput(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse("  x-5 [002] d..2. 1.000000: net_dev_queue: dev=vnet0 skbaddr=0x1 len=3000\n"
							 "  x-5 [002] d..2. 1.000001: netif_receive_skb: dev=vnet0 skbaddr=0x1 len=1096\n"
							 "  x-5 [002] d..2. 3.000000: net_dev_queue: dev=vnet0 skbaddr=0x1 len=60\n");

	assert_int_equal(heat_at(&a->heats[HEAT_NET], 0, 8), 1); /* 4096 bytes in one slice: 2^12 */
	assert_int_equal(heat_at(&a->heats[HEAT_NET], 2, 0), 1);
}

static void interrupts_of_the_host_are_samples_of_the_guest(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(HEAD "0.000000010: kvm_exit: vcpu 2 reason EXTERNAL_INTERRUPT rip 0xffffffff81001234 info1 0x0\n"
							 HEAD "0.000000020: kvm_exit: vcpu 2 reason EXTERNAL_INTERRUPT rip 0xffffffff81001fff info1 0x0\n"
							 HEAD "0.000000030: kvm_exit: vcpu 2 reason interrupt rip 0x401000 info1 0x0\n"
							 HEAD "0.000000040: kvm_exit: vcpu 2 reason HLT rip 0xffffffff81002000 info1 0x0\n");
	const struct vcpu *v = a->vcpus->pdata[0];
	g_autoptr(GArray) pages = trace_pages(v);

	assert_int_equal(v->in_kernel, 2);
	assert_int_equal(v->in_user, 1);
	assert_int_equal(pages->len, 2);
	assert_int_equal(g_array_index(pages, struct trace_page, 0).n, 2);
	assert_true(g_array_index(pages, struct trace_page, 0).at == 0xffffffff81001000);
}

#define SWITCH(cpu, ns, prev, pid, state, next, next_pid) "  x-" pid "  [00" cpu "] d..2.  0.000000" ns ": sched_switch: prev_comm=" prev \
	" prev_pid=" pid " prev_prio=120 prev_state=" state " ==> next_comm=" next " next_pid=" next_pid " next_prio=120\n"

/* It was preempted on CPU 0; that it got CPU 1 is missing. */
static void who_runs_on_a_cpu_that_it_left_is_not_to_blame(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(SWITCH("0", "100", "CPU 0/KVM", "31", "R", "innocent", "30")
		SWITCH("1", "200", "CPU 0/KVM", "31", "S", "hog", "40")
		"  x-5 [002] d..2. 0.000000300: sched_waking: comm=CPU 0/KVM pid=31 prio=120 target_cpu=001\n"
		SWITCH("0", "400", "innocent", "30", "S", "swapper/0", "0")
		SWITCH("1", "500", "hog", "40", "S", "CPU 0/KVM", "31"));
	g_autoptr(GPtrArray) owners = trace_owners(a->vcpus->pdata[0]);

	assert_int_equal(owners->len, 1);
	assert_string_equal(((const struct owner *)owners->pdata[0])->name, "hog");
	assert_int_equal(((const struct owner *)owners->pdata[0])->ns, 200);
}

static void a_cpu_that_no_host_has_is_not_known(void **state G_GNUC_UNUSED)
{
	static const int64_t numbers[] = { -1, -2147483648LL, CPUS_MAX, 2147483647, (1LL << 32) + 1 };
	auto_free(analysis) struct analysis *a = analysis_new();

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		struct trace_event e = { .kind = TRACE_SWITCH, .ns = 10 * i + 1, .cpu = (int)CLAMP(numbers[i], -1, G_MAXINT), .tid = 31, .comm = "CPU 0/KVM",
					 .n = { 31, 1, 30 }, .s = { "CPU 0/KVM", "hog" } };

		assert_int_equal(cpu_number(numbers[i]), -1);
		analysis_take(a, &e);
		e = (struct trace_event){ .kind = TRACE_WAKING, .ns = 10 * i + 2, .cpu = 0, .tid = 30, .n = { 31, numbers[i] } };
		analysis_take(a, &e);
		e = (struct trace_event){ .kind = TRACE_MIGRATE, .ns = 10 * i + 3, .cpu = 0, .tid = 30, .n = { 31, 0, numbers[i] } };
		analysis_take(a, &e);
		e = (struct trace_event){ .kind = TRACE_LOST, .ns = 10 * i + 4, .cpu = (int)CLAMP(numbers[i], -1, G_MAXINT), .n = { 1 } };
		analysis_take(a, &e);
	}
	analysis_end(a);
	assert_int_equal(g_hash_table_size(a->state->cpus), 1);
}

static void a_request_waits_in_a_queue_and_then_for_its_device(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(
		"  x-5 [002] d..2. 0.000001: block_rq_insert: 253,0 R 4096 () 8 + 8 [x]\n"
		"  x-5 [002] d..2. 0.000004: block_rq_issue: 253,0 R 4096 () 8 + 8 [x]\n"
		"  x-5 [002] d..2. 0.000005: block_rq_issue: 253,0 R 4096 () 16 + 8 [x]\n"
		"  x-5 [002] d..2. 0.000009: block_rq_complete: 253,0 R () 16 + 8 [0]\n"
		"  x-5 [002] d..2. 0.000024: block_rq_complete: 253,0 R () 8 + 8 [0]\n"
		"  x-5 [002] d..2. 0.000025: block_rq_complete: 253,0 R () 8 + 8 [0]\n");
	g_autoptr(GPtrArray) disks = trace_disks(a);
	const struct disk *d = disks->pdata[0];

	assert_int_equal(d->queued.n, 1);
	assert_int_equal(d->queued.sum, 3000);
	assert_int_equal(d->latency.n, 2);
	assert_int_equal(numbers_quantile(d->times, 0), 4000);
	assert_int_equal(d->latency.most, 20000);
	assert_int_equal(d->unmatched, 1);
}

static void an_unknown_reason_is_a_number(void **state G_GNUC_UNUSED)
{
	assert_string_equal(exit_reason(1, 12), "HLT");
	assert_string_equal(exit_reason(1, 0x80000021), "0x21");
	assert_string_equal(exit_reason(2, 0x60), "interrupt");
	assert_string_equal(exit_reason(1, 0x10000 * 7 + 30), "IO_INSTRUCTION");
	assert_string_equal(exit_reason(2, -1), "0xffffffffffffffff");
}

static void a_period_is_found_or_there_is_none(void **state G_GNUC_UNUSED)
{
	struct source_line l = { .gaps = g_array_new(FALSE, FALSE, sizeof(guint64)) };

	for (guint64 i = 0, gap = 10000000; i < 100; i++)
		g_array_append_val(l.gaps, gap);
	assert_int_equal(source_line_period(&l), 10000000);
	for (guint64 i = 0, gap = 1; i < 300; i++, gap *= 3)
		g_array_append_val(l.gaps, gap);
	numbers_sort(l.gaps);
	assert_int_equal(source_line_period(&l), 0);
	g_array_unref(l.gaps);
}

static void names_in_a_report_cannot_steer_a_terminal(void **state G_GNUC_UNUSED)
{
	auto_free(analysis) struct analysis *a = analyse(
		HEAD "0.000000010: kvm_entry: vcpu 0, rip 0x1\n"
		HEAD "0.000000020: sched_switch: prev_comm=CPU 0/KVM prev_pid=31 prev_prio=120 prev_state=R ==> next_comm=\033[2J</svg> next_pid=30 next_prio=120\n"
		"             hog-30      [000] d..2.     0.000000150: sched_switch: prev_comm=\033[2J</svg> prev_pid=30 prev_prio=120 prev_state=S ==> next_comm=CPU 0/KVM next_pid=31 next_prio=120\n");
	const struct trace_info info = { .format = "text" };
	const struct style style = { 0 };
	auto_free(report) struct report *r = report_new();
	g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL), html = g_string_new(NULL);

	trace_write_text(a, &info, r, &style, text);
	trace_write_json(a, &info, r, &style, json);
	trace_write_html(a, &info, r, &style, html);
	assert_null(strchr(html->str, '\033'));
	assert_null(strstr(html->str, "2J</svg>"));
	assert_null(strchr(text->str, '\033'));
	assert_null(strchr(json->str, '\033'));
	assert_non_null(strstr(text->str, "[2J</svg>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_ftrace_and_one_of_perf_are_the_same_event),
		cmocka_unit_test(a_comm_cannot_shift_the_fields_after_it),
		cmocka_unit_test(what_is_no_event_is_none),
		cmocka_unit_test(each_moment_of_a_vcpu_has_its_state),
		cmocka_unit_test(an_exit_costs_only_what_it_had_of_a_cpu),
		cmocka_unit_test(lost_events_make_the_time_unknown),
		cmocka_unit_test(who_runs_on_a_cpu_that_it_left_is_not_to_blame),
		cmocka_unit_test(a_cpu_that_no_host_has_is_not_known),
		cmocka_unit_test(a_request_waits_in_a_queue_and_then_for_its_device),
		cmocka_unit_test(a_trace_says_itself_whose_its_threads_are),
		cmocka_unit_test(a_name_that_was_cut_is_still_text),
		cmocka_unit_test(who_is_woken_by_a_qemus_kernel_thread_belongs_to_it),
		cmocka_unit_test(a_place_is_found_in_the_domains_xml),
		cmocka_unit_test(only_the_domains_asked_for_are_reported),
		cmocka_unit_test(a_timer_is_a_row_of_lines_and_a_slow_one_a_stair),
		cmocka_unit_test(rows_grow_with_the_disk),
		cmocka_unit_test(interfaces_have_a_throughput),
		cmocka_unit_test(interrupts_of_the_host_are_samples_of_the_guest),
		cmocka_unit_test(an_unknown_reason_is_a_number),
		cmocka_unit_test(a_period_is_found_or_there_is_none),
		cmocka_unit_test(names_in_a_report_cannot_steer_a_terminal),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
