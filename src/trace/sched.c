// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sched - who has a CPU, who waits for it, and who is to blame.
 *
 * A task that leaves its CPU while it could run was preempted; one that leaves otherwise sleeps.  Each
 * switch on a CPU charges what its waiters waited since the one before to whoever ran.
 * Source: Linux include/trace/events/sched.h
 */
#include <stdio.h>
#include <string.h>

#include "trace/state.h"

enum { OWNERS_MAX = 1024 };

static void owner_free(gpointer data)
{
	g_free(((struct owner *)data)->name);
	g_free(data);
}

GHashTable *owners_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, owner_free);
}

static void cpu_free(gpointer data)
{
	g_ptr_array_unref(((struct cpu *)data)->waiting);
	g_free(data);
}

int cpu_number(int64_t number)
{
	return number >= 0 && number < CPUS_MAX ? (int)number : -1;
}

struct cpu *cpu_get(struct analysis *a, int number)
{
	struct cpu *c;

	if (!a->state->cpus)
		a->state->cpus = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, cpu_free);
	c = g_hash_table_lookup(a->state->cpus, GINT_TO_POINTER(number));
	if (c)
		return c;
	c = g_new0(struct cpu, 1);
	c->running = -1;
	c->waiting = g_ptr_array_new();
	g_hash_table_insert(a->state->cpus, GINT_TO_POINTER(number), c);
	return c;
}

static char *name_of(const struct thread *t, int tid)
{
	if (tid == 0)
		return g_strdup("idle");
	if (t && t->vcpu)
		return g_strdup_printf("vCPU of tid %d", tid);
	return t && *t->comm ? g_strdup(t->comm) : g_strdup("unknown");
}

static struct owner *owner_of(struct analysis *a, struct vcpu *v, int tid)
{
	const struct thread *t = tid < 0 ? NULL : g_hash_table_lookup(a->state->threads, GINT_TO_POINTER(tid));
	g_autofree char *name = name_of(t, tid);
	struct owner *o = g_hash_table_lookup(v->owners, name);
	const char *key = g_hash_table_size(v->owners) < OWNERS_MAX ? name : "others";

	if (!o)
		o = g_hash_table_lookup(v->owners, key);
	if (o)
		return o;
	o = g_new0(struct owner, 1);
	o->name = g_strdup(key);
	o->is_vcpu = key == name && t && t->vcpu;
	o->tid = tid;
	g_hash_table_insert(v->owners, o->name, o);
	return o;
}

void sched_charge(struct analysis *a, struct thread *t, const struct cpu *c, guint64 now)
{
	struct owner *o;
	guint64 from = MAX(t->charged, t->waits_since);

	if (now <= from)
		return;
	o = owner_of(a, t->vcpu, c->running);
	o->ns += now - from;
	t->by_ns = t->by == o ? t->by_ns + (now - from) : now - from;
	t->by = o;
	if (t->by_ns > o->longest_ns) {
		o->longest_ns = t->by_ns;
		o->longest_at = now - t->by_ns;
	}
	t->charged = now;
}

static void charge_all(struct analysis *a, const struct cpu *c, guint64 now)
{
	for (guint i = 0; i < c->waiting->len; i++) {
		struct thread *t = c->waiting->pdata[i];

		/* Of one that does something already, its switch was missed. */
		if (t->sched == PREEMPTED || t->sched == WAKING)
			sched_charge(a, t, c, now);
	}
}

static void stop_waiting(struct analysis *a, struct thread *t)
{
	if (t->cpu >= 0)
		g_ptr_array_remove_fast(cpu_get(a, t->cpu)->waiting, t);
}

static void begin_waiting(struct analysis *a, struct thread *t, enum sched how, int cpu, guint64 now)
{
	stop_waiting(a, t);
	t->sched = how;
	t->cpu = cpu;
	t->waits_since = t->charged = now;
	t->by = NULL;
	t->by_ns = 0;
	if (t->vcpu && cpu >= 0)
		g_ptr_array_add(cpu_get(a, cpu)->waiting, t);
}

/* It got a CPU. */
static void begin_running(struct analysis *a, struct thread *t, int cpu, guint64 now)
{
	if (t->vcpu && (t->sched == PREEMPTED || t->sched == WAKING) && t->cpu >= 0)
		sched_charge(a, t, cpu_get(a, t->cpu), now);
	stop_waiting(a, t);
	if (t->vcpu && t->sched == WAKING)
		latency_add(&t->vcpu->wake, now - t->waits_since);
	if (t->vcpu && t->sched == PREEMPTED)
		latency_add(&t->vcpu->preempted, now - t->waits_since);
	thread_account(a, t, now);
	t->sched = RUNNING;
	t->cpu = cpu;
}

static void leave(struct analysis *a, struct thread *t, int cpu, int64_t state, guint64 now)
{
	bool can_run = state == STATE_RUNNABLE || state >= STATE_PREEMPTED;

	thread_account(a, t, now);
	if (can_run) {
		begin_waiting(a, t, PREEMPTED, cpu, now);
		if (t->vcpu)
			t->vcpu->preemptions++;
		return;
	}
	/* Where its switch to this CPU was missed, it stands in the list of another one still. */
	stop_waiting(a, t);
	t->sched = SLEEPING;
	t->cpu = cpu;
	t->is_stuck = state & STATE_UNINTERRUPTIBLE;
}

static void take_switch(struct analysis *a, const struct trace_event *e)
{
	struct cpu *c = cpu_get(a, e->cpu);
	struct thread *prev = thread_get(a, (int)e->n[SWITCH_PREV], e->s[0]);
	struct thread *next = thread_get(a, (int)e->n[SWITCH_NEXT], e->s[1]);

	thread_recognise(a, prev, false);
	thread_recognise(a, next, false);
	c->running = (int)e->n[SWITCH_PREV];
	charge_all(a, c, e->ns);
	if (next && next->tid != 0)
		begin_running(a, next, e->cpu, e->ns);
	if (prev && prev->tid != 0)
		leave(a, prev, e->cpu, e->n[SWITCH_STATE], e->ns);
	c->running = (int)e->n[SWITCH_NEXT];
}

/* Threads of the kernel that work for one QEMU have its number in their name. Whom they wake belongs to it.
 * Source: Linux arch/x86/kvm/i8254.c, drivers/vhost/vhost.c until 6.3 */
static int qemu_of(const char *comm)
{
	int pid = 0, end = 0;

	return (sscanf(comm, "kvm-pit/%d%n", &pid, &end) == 1 || sscanf(comm, "vhost-%d%n", &pid, &end) == 1) && !comm[end] ? pid : 0;
}

static void learn_process(struct thread *t, const struct trace_event *e)
{
	if (t && t->vcpu && t->pid == 0)
		t->pid = qemu_of(e->comm);
}

/* Only the first one that ends a sleep counts. */
static void take_waking(struct analysis *a, const struct trace_event *e)
{
	struct thread *t = thread_get(a, (int)e->n[0], e->s[0]);

	thread_recognise(a, t, false);
	learn_process(t, e);
	/* Live, an event of another CPU may come late: then it is about an earlier sleep. */
	if (!t || t->sched != SLEEPING || e->ns < t->since)
		return;
	thread_account(a, t, e->ns);
	begin_waiting(a, t, WAKING, cpu_number(e->n[1]), e->ns);
}

static void take_migration(struct analysis *a, const struct trace_event *e)
{
	struct thread *t = thread_get(a, (int)e->n[0], e->s[0]);

	thread_recognise(a, t, false);
	if (!t || !t->vcpu)
		return;
	t->vcpu->migrations++;
	if (t->sched != PREEMPTED && t->sched != WAKING)
		return;
	if (t->cpu >= 0)
		sched_charge(a, t, cpu_get(a, t->cpu), e->ns);
	stop_waiting(a, t);
	t->cpu = cpu_number(e->n[2]);
	if (t->cpu >= 0)
		g_ptr_array_add(cpu_get(a, t->cpu)->waiting, t);
}

void sched_take(struct analysis *a, const struct trace_event *e)
{
	if (e->kind == TRACE_SWITCH && e->cpu >= 0)
		take_switch(a, e);
	else if (e->kind == TRACE_WAKING)
		take_waking(a, e);
	else if (e->kind == TRACE_MIGRATE)
		take_migration(a, e);
}

/* What was on a CPU, or waited for it, may have done anything since that CPU's last event. */
void sched_lost(struct analysis *a, const struct trace_event *e)
{
	GHashTableIter iter;
	gpointer value;

	a->has_lost = true;
	a->lost += e->n[0] > 0 ? (guint64)e->n[0] : 0;
	g_hash_table_iter_init(&iter, a->state->threads);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct thread *t = value;
		guint64 known;

		if (!t->vcpu || (e->cpu >= 0 && t->cpu >= 0 && t->cpu != e->cpu))
			continue;
		known = e->cpu >= 0 ? cpu_get(a, e->cpu)->last : t->since;
		thread_account(a, t, known);
		stop_waiting(a, t);
		t->sched = NOT_KNOWN;
		t->in = IN_UNKNOWN;
		t->exit = NULL;
		t->place = NULL;
		t->cpu = -1;
	}
	if (e->cpu >= 0)
		cpu_get(a, e->cpu)->running = -1;
}
