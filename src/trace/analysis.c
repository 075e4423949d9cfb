// SPDX-License-Identifier: GPL-2.0-or-later
/* analysis - one event after the other, and what comes of it in the end */
#include <stdio.h>
#include <string.h>

#include "trace/flow.h"
#include "trace/join.h"
#include "trace/notes.h"
#include "trace/state.h"

enum { DOMAINS_MAX = 65536 };

#define NS_PER_S G_GUINT64_CONSTANT(1000000000)

static void vcpu_free(gpointer data)
{
	struct vcpu *v = data;

	g_free(v->domain);
	g_hash_table_unref(v->exits);
	g_hash_table_unref(v->owners);
	g_hash_table_unref(v->places);
	g_hash_table_unref(v->pages);
	g_array_unref(v->stretches);
	g_free(v);
}

struct analysis *analysis_new(void)
{
	struct analysis *a = g_new0(struct analysis, 1);

	a->vcpus = g_ptr_array_new_with_free_func(vcpu_free);
	a->guests = g_ptr_array_new_with_free_func((GDestroyNotify)joined_free);
	a->others = g_ptr_array_new_with_free_func(vcpu_free);
	a->disks = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, disk_free);
	a->lines = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, source_line_free);
	a->nets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	a->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (int i = 0; i < HEAT_MAX_; i++)
		heat_new(&a->heats[i]);
	a->state = g_new0(struct analysis_state, 1);
	a->state->domains = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	a->state->threads = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	return a;
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	g_hash_table_unref(a->state->threads);
	g_hash_table_unref(a->state->domains);
	if (a->state->cpus)
		g_hash_table_unref(a->state->cpus);
	g_free(a->state);
	g_ptr_array_unref(a->vcpus);
	g_ptr_array_unref(a->others);
	g_ptr_array_unref(a->guests);
	flow_free(a->flow);
	g_hash_table_unref(a->disks);
	g_hash_table_unref(a->lines);
	g_hash_table_unref(a->nets);
	g_hash_table_unref(a->devices);
	for (int i = 0; i < HEAT_MAX_; i++)
		g_array_unref(a->heats[i].cells);
	g_free(a);
}

static bool is_of_vcpu(enum trace_kind kind)
{
	return kind == TRACE_ENTRY || kind == TRACE_EXIT || kind == TRACE_USER || kind == TRACE_WAKEUP;
}

static struct thread *actor(struct analysis *a, const struct trace_event *e)
{
	struct thread *t = e->tid > 0 ? thread_get(a, e->tid, e->comm) : NULL;

	if (t && e->pid > 0)
		t->pid = e->pid;
	thread_recognise(a, t, is_of_vcpu(e->kind));
	if (t && t->vcpu && t->cpu < 0)
		t->cpu = e->cpu;
	return t;
}

/* Where in its second it happened, by the trace's own clock. */
static void count_offset(struct analysis *a, const struct trace_event *e)
{
	enum heat_kind kind = e->kind == TRACE_EXIT			  ? HEAT_EXITS :
			      e->kind == TRACE_INJECT && !e->n[1]	  ? HEAT_INJECTED :
			      (e->kind == TRACE_RAISE && e->n[1]) || e->kind == TRACE_MSI ? HEAT_RAISED :
									    HEAT_MAX_;

	if (kind != HEAT_MAX_ && e->ns >= a->first)
		heat_add(&a->heats[kind], e->ns / NS_PER_S - a->first / NS_PER_S,
			 e->ns % NS_PER_S * HEAT_ROWS / NS_PER_S);
}

static void take_event(struct analysis *a, const struct trace_event *e)
{
	if (e->kind == TRACE_LOST) {
		sched_lost(a, e);
		return;
	}
	if (e->kind == TRACE_NOTE) {
		note_take(a, e->s[0]);
		return;
	}
	if (a->events++ == 0)
		a->first = a->last = e->ns;
	a->last = MAX(a->last, e->ns);
	count_offset(a, e);
	if (!vcpu_take(a, actor(a, e), e) || e->kind <= TRACE_MIGRATE || e->kind >= TRACE_RAISE) {
		sched_take(a, e);
		devices_take(a, e);
	}
	if (e->cpu >= 0)
		cpu_get(a, e->cpu)->last = e->ns;
}

void analysis_take(void *data, const struct trace_event *e)
{
	struct trace_event known = *e;

	known.cpu = cpu_number(e->cpu);
	take_event(data, &known);
}

char *vcpu_name(const struct vcpu *v)
{
	if (v->id < 0)
		return g_strdup_printf("%s/tid %d", v->domain, v->tid);
	return g_strdup_printf("%s/vCPU %d (tid %d)", v->domain, v->id, v->tid);
}

guint64 vcpu_ran(const struct vcpu *v)
{
	return v->ns[VCPU_GUEST] + v->ns[VCPU_HYPERVISOR] + v->ns[VCPU_QEMU] + v->ns[VCPU_RUNNING];
}

static gint by_domain(gconstpointer left, gconstpointer right)
{
	const struct vcpu *a = *(struct vcpu *const *)left, *b = *(struct vcpu *const *)right;
	int r = strcmp(a->domain, b->domain);

	return r ? r : a->id != b->id ? (a->id > b->id) - (a->id < b->id) : (a->tid > b->tid) - (a->tid < b->tid);
}

/* Threads of one process are one VM; of one thread alone nothing tells which. */
static void name_domain(const struct analysis *a, struct vcpu *v, const struct thread *t)
{
	const char *known = g_hash_table_lookup(a->state->domains, GINT_TO_POINTER(t->pid));

	v->pid = t->pid;
	v->has_offset = t->has_offset;
	v->tsc_offset = t->tsc_offset;
	v->offset_changes = t->offset_changes;
	v->before = t->before;
	v->after = t->after;
	if (v->pid <= 0)
		return;
	g_free(v->domain);
	v->domain = known ? g_strdup(known) : g_strdup_printf("vm-of-pid-%d", v->pid);
}

void analysis_know(struct analysis *a, int tid, int pid, const struct schedstat *s, bool is_end)
{
	struct thread *t = thread_get(a, tid, NULL);

	if (!t)
		return;
	t->pid = pid;
	*(is_end ? &t->after : &t->before) = *s;
}

void analysis_know_domain(struct analysis *a, int pid, const char *domain)
{
	if (!g_hash_table_contains(a->state->domains, GINT_TO_POINTER(pid)) && g_hash_table_size(a->state->domains) < DOMAINS_MAX)
		g_hash_table_insert(a->state->domains, GINT_TO_POINTER(pid), g_strdup(domain));
}

void analysis_know_offset(struct analysis *a, int tid, gint64 offset)
{
	struct thread *t = thread_get(a, tid, NULL);

	if (!t)
		return;
	t->offset_changes |= t->has_offset && t->tsc_offset != offset;
	t->has_offset = true;
	t->tsc_offset = offset;
}

/* What vCPUs are called is known only now. */
static void name_owners(const struct analysis *a, struct vcpu *v)
{
	GHashTable *named = owners_new();
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, v->owners);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct owner *o = value;
		const struct thread *t = o->is_vcpu ? g_hash_table_lookup(a->state->threads, GINT_TO_POINTER(o->tid)) : NULL;

		g_hash_table_iter_steal(&iter);
		if (t) {
			g_free(o->name);
			o->name = vcpu_name(t->vcpu);
		}
		g_hash_table_insert(named, o->name, o);
	}
	g_hash_table_unref(v->owners);
	v->owners = named;
}

static void sort_numbers(const struct analysis *a)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, a->disks);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		numbers_sort(((struct disk *)value)->times);
	g_hash_table_iter_init(&iter, a->lines);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		numbers_sort(((struct source_line *)value)->gaps);
}

void analysis_end(struct analysis *a)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, a->state->threads);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct thread *t = value;

		if (!t->vcpu)
			continue;
		if ((t->sched == PREEMPTED || t->sched == WAKING) && t->cpu >= 0)
			sched_charge(a, t, cpu_get(a, t->cpu), a->last);
		thread_account(a, t, a->last);
		name_domain(a, t->vcpu, t);
	}
	devices_end(a);
	sort_numbers(a);
	g_ptr_array_sort(a->vcpus, by_domain);
	for (guint i = 0; i < a->vcpus->len; i++)
		name_owners(a, a->vcpus->pdata[i]);
}

GArray *analysis_tids(const struct analysis *a, GStrv names)
{
	GArray *tids = g_array_new(FALSE, FALSE, sizeof(int));
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, a->state->threads);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct thread *t = value;
		const char *domain = t->pid > 0 ? g_hash_table_lookup(a->state->domains, GINT_TO_POINTER(t->pid)) : NULL;

		if (domain && g_strv_contains((const gchar *const *)names, domain))
			g_array_append_val(tids, t->tid);
	}
	return tids;
}

static bool has_domain(const struct analysis *a, const char *name)
{
	for (guint i = 0; i < a->vcpus->len; i++)
		if (strcmp(((const struct vcpu *)a->vcpus->pdata[i])->domain, name) == 0)
			return true;
	return false;
}

const char *analysis_keep(struct analysis *a, GStrv names)
{
	for (size_t i = 0; names[i]; i++)
		if (!has_domain(a, names[i]))
			return names[i];
	for (guint i = 0; i < a->vcpus->len;) {
		struct vcpu *v = a->vcpus->pdata[i];

		if (g_strv_contains((const gchar *const *)names, v->domain))
			i++;
		else
			g_ptr_array_add(a->others, g_ptr_array_steal_index(a->vcpus, i));
	}
	return NULL;
}

void latency_add(struct latency *l, guint64 ns)
{
	guint bucket = ns ? (guint)(63 - __builtin_clzll(ns)) : 0;

	l->n++;
	l->sum += ns;
	l->most = MAX(l->most, ns);
	l->buckets[MIN(bucket, LATENCY_BUCKETS - 1)]++;
}

guint64 latency_quantile(const struct latency *l, double q)
{
	guint64 seen = 0;

	for (guint i = 0; i < LATENCY_BUCKETS; i++) {
		seen += l->buckets[i];
		if (l->n > 0 && (double)seen >= q * (double)l->n)
			return MIN(G_GUINT64_CONSTANT(2) << i, l->most);
	}
	return l->most;
}

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
	guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;

	return (x > y) - (x < y);
}

void numbers_sort(GArray *numbers)
{
	g_array_sort(numbers, compare_numbers);
}

guint64 numbers_quantile(const GArray *numbers, double q)
{
	guint at;

	if (numbers->len == 0)
		return 0;
	at = (guint)(q * (double)numbers->len);
	return g_array_index(numbers, guint64, MIN(at, numbers->len - 1));
}

guint64 source_line_period(const struct source_line *l)
{
	guint64 median = l->gaps->len >= 8 ? numbers_quantile(l->gaps, 0.5) : 0;
	guint near = 0;

	for (guint i = 0; i < l->gaps->len; i++) {
		guint64 gap = g_array_index(l->gaps, guint64, i);

		near += gap * 10 >= median * 9 && gap * 10 <= median * 11;
	}
	return near * 2 > l->gaps->len ? median : 0;
}
