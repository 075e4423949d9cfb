// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timeline - see timeline.h
 *
 * Source: Linux include/trace/events/{sched,irq,timer}.h; the names of softirqs, include/linux/interrupt.h
 */
#include "trace/timeline.h"

#include <string.h>

enum { TASKS_MAX = 200000, SPANS_MAX = 8000000, CPUS_MOST = 65536, NAMES_MAX = 4096 };

static void task_free(gpointer data)
{
	struct task *t = data;

	g_array_unref(t->spans);
	g_array_unref(t->wakes);
	g_free(t);
}

struct timeline *timeline_new(void)
{
	struct timeline *t = g_new0(struct timeline, 1);

	t->tasks = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, task_free);
	t->cpus = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)g_array_unref);
	t->contexts = g_hash_table_new(g_direct_hash, g_direct_equal);
	return t;
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	g_hash_table_unref(t->tasks);
	g_hash_table_unref(t->cpus);
	g_hash_table_unref(t->contexts);
	g_free(t);
}

static struct task *task_get(struct timeline *t, int64_t tid, const char *comm)
{
	struct task *task = g_hash_table_lookup(t->tasks, GINT_TO_POINTER((int)tid));

	if (!task && (tid <= 0 || tid > G_MAXINT || g_hash_table_size(t->tasks) >= TASKS_MAX))
		return NULL;
	if (!task) {
		task = g_new0(struct task, 1);
		task->tid = (int)tid;
		task->spans = g_array_new(FALSE, FALSE, sizeof(struct span));
		task->wakes = g_array_new(FALSE, FALSE, sizeof(struct wake));
		g_hash_table_insert(t->tasks, GINT_TO_POINTER(task->tid), task);
	}
	if (comm && *comm)
		g_strlcpy(task->comm, comm, sizeof(task->comm));
	return task;
}

static struct span *last_span(const struct task *task)
{
	return task->spans->len ? &g_array_index(task->spans, struct span, task->spans->len - 1) : NULL;
}

static void begin(struct timeline *t, struct task *task, guint64 at, enum span_what what, int cpu)
{
	const struct span s = { .from = at, .what = what, .cpu = cpu };
	const struct span *last = last_span(task);

	if (t->spans >= SPANS_MAX || (last && (at < last->from || (last->what == what && last->cpu == cpu && what != SPAN_SLEEP))))
		return;
	g_array_append_val(task->spans, s);
	t->spans++;
}

static void take_cpu(struct timeline *t, const struct trace_event *e)
{
	GArray *all = g_hash_table_lookup(t->cpus, GINT_TO_POINTER(e->cpu));
	const struct running r = { e->ns, (int)e->n[SWITCH_NEXT] };

	if (!all && (e->cpu >= CPUS_MOST || t->spans >= SPANS_MAX))
		return;
	if (!all) {
		const struct running before = { t->first, (int)e->n[SWITCH_PREV] };

		all = g_array_new(FALSE, FALSE, sizeof(struct running));
		g_array_append_val(all, before);
		g_hash_table_insert(t->cpus, GINT_TO_POINTER(e->cpu), all);
	}
	if (t->spans < SPANS_MAX)
		g_array_append_val(all, r);
}

static void take_switch(struct timeline *t, const struct trace_event *e)
{
	struct task *prev = task_get(t, e->n[SWITCH_PREV], e->s[0]), *next = task_get(t, e->n[SWITCH_NEXT], e->s[1]);
	bool can_run = e->n[SWITCH_STATE] == STATE_RUNNABLE || e->n[SWITCH_STATE] >= STATE_PREEMPTED;

	if (e->cpu < 0)
		return;
	if (prev && prev->spans->len == 0)
		begin(t, prev, t->first, SPAN_RUN, e->cpu);
	if (prev)
		begin(t, prev, e->ns, can_run ? SPAN_WAIT : SPAN_SLEEP, e->cpu);
	if (next)
		begin(t, next, e->ns, SPAN_RUN, e->cpu);
	take_cpu(t, e);
	g_hash_table_remove(t->contexts, GINT_TO_POINTER(e->cpu));
}

/* Who wakes in an interrupt is what interrupted, not the task that happened to run. */
static const char *interrupter(const struct timeline *t, const struct trace_event *e)
{
	const char *context = g_hash_table_lookup(t->contexts, GINT_TO_POINTER(e->cpu));

	if (!(e->flags & (TRACE_IN_HARDIRQ | TRACE_IN_SOFTIRQ)))
		return NULL;
	return context ? context : e->flags & TRACE_IN_HARDIRQ ? "an interrupt" : "a softirq";
}

static void take_waking(struct timeline *t, const struct trace_event *e)
{
	struct task *task = task_get(t, e->n[0], e->s[0]);
	struct span *last = task ? last_span(task) : NULL;
	const struct wake w = { e->ns, e->tid, interrupter(t, e) };

	if (!task || (last && last->what != SPAN_SLEEP) || t->spans >= SPANS_MAX)
		return;
	if (!last) {
		begin(t, task, t->first, SPAN_SLEEP, -1);
		last = last_span(task);
	}
	if (!last || e->ns < last->from)
		return;
	g_array_append_val(task->wakes, w);
	last->wake = task->wakes->len;
	begin(t, task, e->ns, SPAN_WAIT, e->n[1] >= 0 && e->n[1] < CPUS_MOST ? (int)e->n[1] : -1);
}

static void take_migration(struct timeline *t, const struct trace_event *e)
{
	struct task *task = task_get(t, e->n[0], e->s[0]);
	const struct span *last = task ? last_span(task) : NULL;

	if (last && last->what == SPAN_WAIT && e->n[2] >= 0 && e->n[2] < CPUS_MOST)
		begin(t, task, e->ns, SPAN_WAIT, (int)e->n[2]);
}

static const char *word_of(const struct trace_event *e)
{
	static const char *const softirqs[] = { "HI",	 "TIMER",   "NET_TX", "NET_RX",	 "BLOCK",
						"IRQ_POLL", "TASKLET", "SCHED",	 "HRTIMER", "RCU" };
	char text[64];

	if (e->kind == TRACE_TIMER)
		g_snprintf(text, sizeof(text), *e->s[0] ? "timer %.32s" : "a timer", e->s[0]);
	else if (e->kind == TRACE_IRQ)
		g_snprintf(text, sizeof(text), "irq %d %.32s", (int)e->n[0], e->s[0]);
	else if (e->kind == TRACE_VECTOR)
		g_snprintf(text, sizeof(text), "vector 0x%02x", (guint)e->n[0] & 0xff);
	else
		g_snprintf(text, sizeof(text), "softirq %s", (guint64)e->n[0] < G_N_ELEMENTS(softirqs) ? softirqs[e->n[0]] : "?");
	return g_intern_string(text);
}

/* The innermost that is known counts, until the CPU does something else. */
static void take_context(struct timeline *t, const struct trace_event *e)
{
	if (e->cpu >= 0 && (g_hash_table_contains(t->contexts, GINT_TO_POINTER(e->cpu)) || g_hash_table_size(t->contexts) < NAMES_MAX))
		g_hash_table_insert(t->contexts, GINT_TO_POINTER(e->cpu), (gpointer)(guintptr)word_of(e));
}

void timeline_take(void *data, const struct trace_event *e)
{
	struct timeline *t = data;

	if (e->kind == TRACE_NOTE || e->kind == TRACE_LOST)
		return;
	if (t->last == 0)
		t->first = e->ns;
	t->last = MAX(t->last, e->ns);
	if (e->kind == TRACE_SWITCH)
		take_switch(t, e);
	else if (e->kind == TRACE_WAKING)
		take_waking(t, e);
	else if (e->kind == TRACE_MIGRATE)
		take_migration(t, e);
	else if (e->kind == TRACE_IRQ || e->kind == TRACE_SOFTIRQ || e->kind == TRACE_TIMER || e->kind == TRACE_VECTOR)
		take_context(t, e);
}

guint64 task_end(const struct timeline *t, const struct task *task, guint span)
{
	return span + 1 < task->spans->len ? g_array_index(task->spans, struct span, span + 1).from : t->last;
}

static guint64 ran(const struct timeline *t, const struct task *task)
{
	guint64 sum = 0;

	for (guint i = 0; i < task->spans->len; i++)
		if (g_array_index(task->spans, struct span, i).what == SPAN_RUN)
			sum += task_end(t, task, i) - g_array_index(task->spans, struct span, i).from;
	return sum;
}

struct task *timeline_find(const struct timeline *t, const char *name)
{
	bool is_tid = *name && strspn(name, "0123456789") == strlen(name) && strlen(name) < 10;
	struct task *found = is_tid ? g_hash_table_lookup(t->tasks, GINT_TO_POINTER((int)g_ascii_strtoll(name, NULL, 10))) : NULL;
	GHashTableIter iter;
	gpointer value;

	if (found)
		return found;
	g_hash_table_iter_init(&iter, t->tasks);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct task *task = value;

		if (strcmp(task->comm, name) == 0 && (!found || ran(t, task) > ran(t, found) ||
						      (ran(t, task) == ran(t, found) && task->tid < found->tid)))
			found = task;
	}
	return found;
}
