// SPDX-License-Identifier: GPL-2.0-or-later
/* vcpu - threads and CPUs of a trace, and what happens to them with each event */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/state.h"

enum { THREADS_MAX = 200000, PAGES_MAX = 4096, REASONS_MAX = 256, STRETCHES_MAX = 400000 };

const char *const vcpu_state_names[] = { "unknown", "guest",  "hypervisor", "qemu",    "running",
					 "preempted", "waking", "halted",	"blocked", "stuck" };
G_STATIC_ASSERT(G_N_ELEMENTS(vcpu_state_names) == VCPU_STATE_MAX_);

struct thread *thread_get(struct analysis *a, int tid, const char *comm)
{
	GHashTable *threads = a->state->threads;
	struct thread *t = g_hash_table_lookup(threads, GINT_TO_POINTER(tid));

	if (!t && (tid < 0 || g_hash_table_size(threads) >= THREADS_MAX))
		return NULL;
	if (!t) {
		t = g_new0(struct thread, 1);
		t->tid = tid;
		t->cpu = -1;
		t->since = a->first;
		g_hash_table_insert(threads, GINT_TO_POINTER(tid), t);
	}
	if (comm && *comm && !t->vcpu)
		g_strlcpy(t->comm, comm, sizeof(t->comm));
	return t;
}

static enum vcpu_state running_state(enum context in)
{
	return in == IN_GUEST ? VCPU_GUEST : in == IN_KVM ? VCPU_HYPERVISOR : in == IN_QEMU ? VCPU_QEMU : VCPU_RUNNING;
}

static enum vcpu_state state_of(const struct thread *t)
{
	if (t->sched == RUNNING)
		return running_state(t->in);
	if (t->sched == PREEMPTED)
		return VCPU_PREEMPTED;
	if (t->sched == WAKING)
		return VCPU_WAKING;
	if (t->sched == SLEEPING)
		return t->is_stuck ? VCPU_STUCK : t->in == IN_QEMU ? VCPU_BLOCKED : VCPU_HALTED;
	return VCPU_UNKNOWN;
}

static void note_stretch(struct vcpu *v, guint64 from, enum vcpu_state state)
{
	const struct stretch s = { from, (guint8)state };
	struct stretch *last = v->stretches->len ? &g_array_index(v->stretches, struct stretch, v->stretches->len - 1) : NULL;

	if (v->stretches->len < STRETCHES_MAX && (!last || last->state != state))
		g_array_append_val(v->stretches, s);
}

/* The time until @now goes to the state that it was in. */
void thread_account(const struct analysis *a, struct thread *t, guint64 now)
{
	enum vcpu_state state = state_of(t);

	t->since = MAX(t->since, a->first);
	if (t->vcpu && now > t->since) {
		t->vcpu->ns[state] += now - t->since;
		note_stretch(t->vcpu, t->since, state);
		if (t->exit && t->sched == RUNNING)
			t->exit_on_cpu += now - t->since;
	}
	if (now > t->since)
		t->since = now;
}

static struct vcpu *vcpu_new(struct analysis *a, struct thread *t, int id)
{
	struct vcpu *v = g_new0(struct vcpu, 1);

	v->tid = t->tid;
	v->id = id;
	v->pid = t->pid;
	v->domain = g_strdup_printf("vm-of-tid-%d", t->tid);
	v->exits = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	v->owners = owners_new();
	v->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	v->pages = g_hash_table_new(g_direct_hash, g_direct_equal);
	v->stretches = g_array_new(FALSE, FALSE, sizeof(struct stretch));
	v->ns[VCPU_UNKNOWN] = t->since > a->first ? t->since - a->first : 0;
	note_stretch(v, a->first, VCPU_UNKNOWN);
	g_ptr_array_add(a->vcpus, v);
	return v;
}

/* "CPU 0/KVM": as QEMU names the threads. Source: QEMU accel/kvm/kvm-accel-ops.c */
static bool is_vcpu_comm(const char *comm, int *ret_id)
{
	char rest[8] = "";

	return sscanf(comm, "CPU %d/%7s", ret_id, rest) == 2 && (strcmp(rest, "KVM") == 0 || strcmp(rest, "TCG") == 0) &&
	       *ret_id >= 0;
}

/* A thread is a vCPU by its name, or by what only a vCPU does. */
void thread_recognise(struct analysis *a, struct thread *t, bool does_kvm)
{
	int id = -1;

	if (t && !t->vcpu && (is_vcpu_comm(t->comm, &id) || does_kvm)) {
		/* that it ran before is not known of the time before now */
		t->vcpu = vcpu_new(a, t, id);
	}
}

/* Of a reason that the trace gives in words or as a number. */
static struct exit_stat *exit_of(struct vcpu *v, const struct trace_event *e)
{
	bool is_full = g_hash_table_size(v->exits) >= REASONS_MAX;
	char words[48];
	const char *reason;
	struct exit_stat *s;

	trace_read_text(words, sizeof(words), e->s[0], strlen(e->s[0]));
	reason = is_full ? g_intern_static_string("other") :
		 *words	 ? g_intern_string(words) :
			   exit_reason(e->n[EXIT_ISA], e->n[EXIT_REASON]);
	s = g_hash_table_lookup(v->exits, reason);
	if (!s) {
		s = g_new0(struct exit_stat, 1);
		s->reason = reason;
		g_hash_table_insert(v->exits, (gpointer)(guintptr)reason, s);
	}
	return s;
}

static void enter(const struct analysis *a, struct thread *t, enum context in, guint64 now)
{
	thread_account(a, t, now);
	t->in = in;
	/* Who does something has a CPU, whatever was missed before. */
	if (t->sched != RUNNING)
		t->sched = RUNNING;
}

static void close_exit(struct thread *t)
{
	if (t->exit)
		t->exit->handled_ns += t->exit_on_cpu;
	if (t->exit && t->place)
		t->place->handled_ns += t->exit_on_cpu;
	t->exit = NULL;
	t->place = NULL;
	t->exit_on_cpu = 0;
}

static void take_entry(struct analysis *a, struct thread *t, const struct trace_event *e)
{
	enter(a, t, IN_GUEST, e->ns);
	close_exit(t);
	a->has_entries = true;
	if (t->vcpu->id < 0)
		t->vcpu->id = (int)e->n[0];
}

/* The host's timer is the most frequent of its interrupts, and does not care what the guest does. An address with
 * the highest bit is the kernel's. Source: Linux Documentation/arch/x86/x86_64/mm.rst */
static void sample_guest(struct vcpu *v, const char *reason, guint64 rip)
{
	gpointer page = GSIZE_TO_POINTER((gsize)(rip >> 12));
	bool is_known = g_hash_table_contains(v->pages, page);

	if (strcmp(reason, "EXTERNAL_INTERRUPT") != 0 && strcmp(reason, "interrupt") != 0)
		return;
	v->in_kernel += rip >> 63;
	v->in_user += !(rip >> 63);
	if (is_known || g_hash_table_size(v->pages) < PAGES_MAX)
		g_hash_table_insert(v->pages, page, GUINT_TO_POINTER(GPOINTER_TO_UINT(g_hash_table_lookup(v->pages, page)) + 1));
}

static void take_exit(const struct analysis *a, struct thread *t, const struct trace_event *e)
{
	enter(a, t, IN_KVM, e->ns);
	close_exit(t);
	t->exit = exit_of(t->vcpu, e);
	t->exit->n++;
	if (t->vcpu->id < 0)
		t->vcpu->id = (int)e->n[EXIT_VCPU];
	sample_guest(t->vcpu, t->exit->reason, (guint64)e->n[EXIT_RIP]);
}

static void take_user(const struct analysis *a, struct thread *t, const struct trace_event *e)
{
	enter(a, t, IN_QEMU, e->ns);
	t->vcpu->user_exits++;
}

static void take_wakeup(struct vcpu *v, const struct trace_event *e)
{
	if (e->n[1])
		return;
	v->poll_hits++;
	v->poll_ns += (guint64)MAX(e->n[0], 0);
}

static void take_place(struct thread *t, bool is_port, guint64 at)
{
	struct place *p = place_of(t->vcpu, is_port, at);

	if (p)
		p->n++;
	t->place = p;
}

/* What only the thread of a vCPU does. Return: false: another event */
bool vcpu_take(struct analysis *a, struct thread *t, const struct trace_event *e)
{
	if (!t || !t->vcpu)
		return false;
	if (e->kind == TRACE_ENTRY)
		take_entry(a, t, e);
	else if (e->kind == TRACE_EXIT)
		take_exit(a, t, e);
	else if (e->kind == TRACE_USER)
		take_user(a, t, e);
	else if (e->kind == TRACE_FPU && e->n[0] && t->in == IN_QEMU)
		enter(a, t, a->has_entries ? IN_KVM : IN_UNKNOWN, e->ns);
	else if (e->kind == TRACE_WAKEUP)
		take_wakeup(t->vcpu, e);
	else if (e->kind == TRACE_INJECT && !e->n[1])
		t->vcpu->injected[(guint64)e->n[0] % VECTORS]++;
	else if (e->kind == TRACE_CR)
		t->vcpu->cr0_writes += e->n[0] == 0 && e->n[1];
	else if (e->kind == TRACE_OFFSET)
		t->offset_changes |= e->n[1] != e->n[2];
	else if (e->kind == TRACE_PIO)
		take_place(t, true, (guint64)e->n[0]);
	else if (e->kind == TRACE_MMIO)
		take_place(t, false, (guint64)e->n[0]);
	return true;
}
