// SPDX-License-Identifier: GPL-2.0-or-later
/* event - the table of events, their dialects, and the patterns of their text */
#include "trace/event.h"

#include <glib.h>
#include <string.h>

enum { TEXT_MAX = 1024, CAPTURES_MAX = 16 }; /* of a line; values of one pattern */

#define SWITCH_FIELDS { { 'd', SWITCH_PREV, { "prev_pid", "prev_tid" } }, { 'd', SWITCH_STATE, { "prev_state" } }, \
	{ 'd', SWITCH_NEXT, { "next_pid", "next_tid" } }, { 's', 0, { "prev_comm" } }, { 's', 1, { "next_comm" } } }
#define TASK_FIELDS { { 'd', 0, { "pid", "tid" } }, { 'd', 1, { "target_cpu", "orig_cpu" } }, { 'd', 2, { "dest_cpu" } }, \
	{ 's', 0, { "comm" } } }
#define BLOCK_FIELDS { { 'd', BLOCK_DEV, { "dev" } }, { 'd', BLOCK_SECTOR, { "sector" } }, \
	{ 'd', BLOCK_SECTORS, { "nr_sector" } }, { 's', 0, { "rwbs" } }, { 's', 1, { "comm" } } }
#define NET_FIELDS { { 'd', 0, { "len" } }, { 's', 0, { "name" } } }

const struct trace_row trace_rows[] = {
	{ TRACE_SWITCH, { "sched_switch" }, SWITCH_FIELDS,
	  { "prev_comm={s0} prev_pid={d0} prev_prio={-} prev_state={t1} ==> next_comm={s1} next_pid={d2} next_prio={-}",
	    "{s0}:{d0} [{-}] {t1} ==> {s1}:{d2} [{-}]" } },
	{ TRACE_WAKING, { "sched_waking", "sched_wakeup", "sched_wakeup_new" }, TASK_FIELDS,
	  { "comm={s0} pid={d0} prio={-} target_cpu={d1}", "{s0}:{d0} [{-}] CPU:{d1}" } },
	{ TRACE_MIGRATE, { "sched_migrate_task" }, TASK_FIELDS,
	  { "comm={s0} pid={d0} prio={-} orig_cpu={d1} dest_cpu={d2}" } },
	{ TRACE_ENTRY, { "kvm_entry", "kvm_x86_entry" }, { { 'd', 0, { "vcpu_id" } } }, { "vcpu {d0}, {-}", "vcpu {d0} {-}" } },
	{ TRACE_EXIT, { "kvm_exit", "kvm_x86_exit" },
	  { { 'd', EXIT_VCPU, { "vcpu_id" } }, { 'd', EXIT_REASON, { "exit_reason" } }, { 'd', EXIT_ISA, { "isa" } },
	    { 'd', EXIT_RIP, { "guest_rip" } } },
	  { "vcpu {d0} reason {s0} rip {x3} {-}", "reason {s0} rip {x3} {-}" } },
	{ TRACE_USER, { "kvm_userspace_exit" }, { { 'd', 0, { "reason" } }, { 'd', 1, { "errno" } } },
	  { "reason restart ({d1})", "reason {s0} ({d0})", "reason {s0}" } },
	{ TRACE_FPU, { "kvm_fpu", "kvm_x86_fpu" }, { { 'd', 0, { "load" } } }, { "{s0}" } },
	{ TRACE_WAKEUP, { "kvm_vcpu_wakeup" }, { { 'd', 0, { "ns" } }, { 'd', 1, { "waited" } } },
	  { "{s0} time {d0} ns, {-}", "{s0} time {d0} ns" } },
	{ TRACE_INJECT, { "kvm_inj_virq", "kvm_x86_inj_virq" },
	  { { 'd', 0, { "vector", "irq" } }, { 'd', 1, { "reinjected" } } }, { "irq {d0}", "{-} {x0} [{s0}]", "{-} {x0}" } },
	{ TRACE_PIO, { "kvm_pio", "kvm_x86_pio" }, { { 'd', 0, { "port" } } }, { "pio_{-} at {x0} {-}" } },
	{ TRACE_MMIO, { "kvm_mmio", "kvm_fast_mmio" }, { { 'd', 0, { "gpa" } } }, { "mmio {-} gpa {x0} {-}", "fast mmio at gpa {x0}" } },
	{ TRACE_RAISE, { "kvm_set_irq" }, { { 'd', 0, { "gsi" } }, { 'd', 1, { "level" } } }, { "gsi {d0} level {d1} {-}" } },
	{ TRACE_MSI, { "kvm_msi_set_irq" }, { { 'd', 0, { "data" } } }, { "dst {-} vec {d0} {-}" } },
	{ TRACE_ISSUE, { "block_rq_issue" }, BLOCK_FIELDS,
	  { "{v0} {s0} {-} ({-}) {d1} + {d2} [{s1}]", "{v0} {s0} {-} ({-}) {d1} + {d2} {-}[{s1}]" } },
	{ TRACE_COMPLETE, { "block_rq_complete" }, BLOCK_FIELDS,
	  { "{v0} {s0} ({-}) {d1} + {d2} {-}" } },
	{ TRACE_INSERT, { "block_rq_insert" }, BLOCK_FIELDS,
	  { "{v0} {s0} {-} ({-}) {d1} + {d2} [{s1}]", "{v0} {s0} {-} ({-}) {d1} + {d2} {-}[{s1}]" } },
	{ TRACE_SENT, { "net_dev_queue" }, NET_FIELDS, { "dev={s0} skbaddr={-} len={d0}" } },
	{ TRACE_RECEIVED, { "netif_receive_skb" }, NET_FIELDS, { "dev={s0} skbaddr={-} len={d0}" } },
	{ TRACE_CR, { "kvm_cr", "kvm_x86_cr" }, { { 'd', 0, { "cr" } }, { 'd', 1, { "rw" } } }, { "cr_{s0} {d0} = {-}" } },
	{ TRACE_IRQ, { "irq_handler_entry" }, { { 'd', 0, { "irq" } }, { 's', 0, { "name" } } }, { "irq={d0} name={s0}" } },
	{ TRACE_SOFTIRQ, { "softirq_entry", "irq_softirq_entry" }, { { 'd', 0, { "vec" } } }, { "vec={d0} [action={s0}]" } },
	{ TRACE_TIMER, { "hrtimer_expire_entry", "timer_hrtimer_expire_entry" }, { { 'd', 0, { "function" } } },
	  { "hrtimer={-} function={s0} now={-}" } },
	{ TRACE_VECTOR, { "local_timer_entry", "reschedule_entry", "call_function_entry", "call_function_single_entry",
			  "x86_irq_vectors_local_timer_entry", "x86_irq_vectors_reschedule_entry" },
	  { { 'd', 0, { "vector" } } }, { "vector={d0}" } },
	{ TRACE_OFFSET, { "kvm_write_tsc_offset", "kvm_x86_write_tsc_offset" },
	  { { 'd', 0, { "vcpu_id" } }, { 'd', 1, { "previous_tsc_offset" } }, { 'd', 2, { "next_tsc_offset" } } },
	  { "vcpu={d0} prev={d1} next={d2}" } },
	{ TRACE_NOTE, { "tracing_mark_write", "print" }, { { 's', 0, { "buf" } } }, { "{s0}" } },
	{ .names = { NULL } },
};

const struct trace_row *trace_row_find(const char *name)
{
	const char *colon = strrchr(name, ':');

	if (colon)
		name = colon + 1;
	for (const struct trace_row *r = trace_rows; r->names[0]; r++)
		for (size_t i = 0; i < G_N_ELEMENTS(r->names) && r->names[i]; i++)
			if (strcmp(r->names[i], name) == 0)
				return r;
	return NULL;
}

void trace_read_text(char *to, size_t size, const char *text, size_t length)
{
	size_t n = MIN(length, size - 1);

	memcpy(to, text, n);
	to[n] = 0;
}

/* Letters of what a task waits for, as the kernel prints them; "R+" was preempted. 'W' is how perf's and
 * trace-cmd's own printers word bits that they do not know, of a task that sleeps. */
static bool state_of(const char *text, size_t length, int64_t *ret)
{
	static const char letters[] = "SDTtXZPI";
	static const int64_t bits[] = { 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80 };
	const char *at;

	if (length == 0 || length > 8 || memchr(text, ' ', length))
		return false;
	at = strchr(letters, *text);
	*ret = *text == 'R' ? (length > 1 && text[1] == '+' ? STATE_PREEMPTED : STATE_RUNNABLE) :
	       at	    ? bits[at - letters] :
			      0x80;
	return true;
}

static bool number_of(const char *text, size_t length, guint base, int64_t *ret)
{
	char digits[24];
	char *end;

	if (length == 0 || length >= sizeof(digits))
		return false;
	trace_read_text(digits, sizeof(digits), text, length);
	*ret = *digits == '-' ? g_ascii_strtoll(digits, &end, base) : (int64_t)g_ascii_strtoull(digits, &end, base);
	return *end == 0 && end != digits && *digits != ' ';
}

static bool device_of(const char *text, size_t length, int64_t *ret)
{
	const char *comma = memchr(text, ',', length);
	int64_t major, minor;

	if (!comma || !number_of(text, (size_t)(comma - text), 10, &major) ||
	    !number_of(comma + 1, length - (size_t)(comma + 1 - text), 10, &minor))
		return false;
	*ret = (major << 20) | (minor & 0xfffff);
	return true;
}

static bool capture(const char *what, const char *text, size_t length, struct trace_event *e)
{
	size_t slot = (size_t)(what[1] - '0');

	if (what[0] == '-')
		return true;
	if (what[0] == 's') {
		trace_read_text(e->s[slot], TRACE_TEXT, text, length);
		return true;
	}
	if (what[0] == 't')
		return state_of(text, length, &e->n[slot]);
	if (what[0] == 'v')
		return device_of(text, length, &e->n[slot]);
	return number_of(text, length, what[0] == 'x' ? 16 : 10, &e->n[slot]);
}

/* @budget bounds how often it may try: a pattern with many values on a long line would take for ever. */
static bool match(const char *pattern, const char *text, struct trace_event *e, unsigned int *budget)
{
	const char *rest;

	while (*pattern && *pattern != '{')
		if (*pattern++ != *text++)
			return false;
	if (!*pattern)
		return *text == 0;
	rest = strchr(pattern, '}') + 1;
	if (!*rest)
		return capture(pattern + 1, text, strlen(text), e);
	for (const char *end = text; *end && *budget > 0; end++) {
		if (*rest != '{' && *end != *rest)
			continue;
		(*budget)--;
		if (capture(pattern + 1, text, (size_t)(end - text), e) && match(rest, end, e, budget))
			return true;
	}
	return false;
}

bool trace_match(const char *pattern, const char *text, struct trace_event *e)
{
	unsigned int budget = 4096;

	return strlen(text) <= TEXT_MAX && match(pattern, text, e, &budget);
}
