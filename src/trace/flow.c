// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow - see flow.h
 *
 * While a task runs, it is what takes the time; while it waits for a CPU, who has it; while it sleeps, who
 * woke it and what that one waited for meanwhile, or the interrupt that did.
 * Source: F. Giraldeau and M. Dagenais, Wait analysis of distributed systems using kernel tracing (2016)
 */
#include "trace/flow.h"

#include <string.h>

#include "trace/join.h"
#include "trace/vcpu.h"

enum { DEPTH_MAX = 8, SEGMENTS_MAX = 500000 };

struct walk {
	const struct analysis *a;
	const struct timeline *host;
	const struct joined *guest;
	struct flow *flow;
	int path[2 * DEPTH_MAX + 2]; /* who is being followed: one who stands here once more waits for itself */
	int depth;
};

/** A place to walk: the tasks of the host, or of the guest. */
typedef void walker(struct walk *w, const struct task *t, guint64 from, guint64 to);

static void emit(struct walk *w, guint64 from, guint64 to, const char *actor, const char *what)
{
	const struct segment s = { from, to, g_intern_string(actor), what };
	GArray *all = w->flow->segments;
	struct segment *last = all->len ? &g_array_index(all, struct segment, all->len - 1) : NULL;

	if (from >= to)
		return;
	if (last && last->actor == s.actor && last->what == what && last->to == from)
		last->to = to;
	else if (all->len < SEGMENTS_MAX)
		g_array_append_val(all, s);
	else
		w->flow->is_cut = true;
}

static const struct vcpu *vcpu_of(const struct analysis *a, int tid)
{
	for (guint i = 0; i < a->vcpus->len; i++)
		if (((const struct vcpu *)a->vcpus->pdata[i])->tid == tid)
			return a->vcpus->pdata[i];
	for (guint i = 0; i < a->others->len; i++)
		if (((const struct vcpu *)a->others->pdata[i])->tid == tid)
			return a->others->pdata[i];
	return NULL;
}

/* g_free() it */
static char *host_name(const struct walk *w, int tid)
{
	const struct vcpu *v = vcpu_of(w->a, tid);
	const struct task *t = g_hash_table_lookup(w->host->tasks, GINT_TO_POINTER(tid));

	if (v)
		return vcpu_name(v);
	return tid == 0 ? g_strdup("nobody: the CPU is idle") : g_strdup_printf("%s (tid %d)", t && *t->comm ? t->comm : "unknown", tid);
}

static char *guest_name(const struct walk *w, int tid)
{
	const struct task *t = g_hash_table_lookup(w->guest->timeline->tasks, GINT_TO_POINTER(tid));

	return tid == 0 ? g_strdup_printf("idle task in %s", w->guest->domain) :
			  g_strdup_printf("%s (%d) in %s", t && *t->comm ? t->comm : "unknown", tid, w->guest->domain);
}

/* The index of the last element that begins at or before @at, by the guint64 that each begins with; 0: of none, too. */
static guint index_at(const GArray *all, guint64 at)
{
	guint low = 0, high = all->len, size = g_array_get_element_size((GArray *)(guintptr)all);

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;

		if (*(const guint64 *)(const void *)(all->data + (gsize)middle * size) <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static const char *state_word(enum vcpu_state s)
{
	return s == VCPU_GUEST ? "guest" : s == VCPU_HYPERVISOR ? "hypervisor" : s == VCPU_QEMU ? "qemu" : "runs";
}

/* A vCPU that has a CPU: in its guest, in KVM, in QEMU. @inside: whose guest time that is. */
static void walk_running(struct walk *w, int tid, guint64 from, guint64 to, const char *inside)
{
	const struct vcpu *v = vcpu_of(w->a, tid);
	g_autofree char *name = host_name(w, tid);

	if (!v || v->stretches->len == 0) {
		emit(w, from, to, name, "runs");
		return;
	}
	for (guint i = index_at(v->stretches, from); i < v->stretches->len; i++) {
		const struct stretch *s = &g_array_index(v->stretches, struct stretch, i);
		guint64 end = i + 1 < v->stretches->len ? s[1].from : to, begin = i == 0 || s->from < from ? from : s->from;

		if (begin >= to)
			return;
		emit(w, MAX(begin, from), MIN(MAX(end, begin), to), s->state == VCPU_GUEST && inside ? inside : name,
		     state_word((enum vcpu_state)s->state));
	}
}

/* Who has the CPU that it waits for. */
static void walk_waiting(struct walk *w, int cpu, guint64 from, guint64 to)
{
	const GArray *all = g_hash_table_lookup(w->host->cpus, GINT_TO_POINTER(cpu));

	if (!all)
		emit(w, from, to, "unknown", "has the CPU");
	for (guint i = all ? index_at(all, from) : 0; all && i < all->len; i++) {
		const struct running *r = &g_array_index(all, struct running, i);
		guint64 begin = MAX(r->from, from), end = i + 1 < all->len ? MIN(r[1].from, to) : to;
		g_autofree char *name = host_name(w, r->tid);

		if (begin >= to)
			return;
		emit(w, i == index_at(all, from) ? from : begin, end, name, r->tid ? "has the CPU" : "waits all the same");
	}
}

static bool is_followed(const struct walk *w, int tid)
{
	for (int i = 0; i < w->depth; i++)
		if (w->path[i] == tid)
			return true;
	return false;
}

/* Who woke it is followed back to where the sleep began. Guest tasks stand as negative numbers in the path. */
static void walk_sleeping(struct walk *w, const struct task *t, const struct wake *wake, guint64 from, guint64 to, const struct timeline *line,
			  walker *walk, char *(*name_of)(const struct walk *, int), int sign)
{
	const struct task *waker = wake && !wake->by && wake->waker > 0 ? g_hash_table_lookup(line->tasks, GINT_TO_POINTER(wake->waker)) : NULL;
	g_autofree char *own = name_of(w, t->tid), *name = wake ? name_of(w, wake->waker) : NULL;

	if (!wake)
		emit(w, from, to, own, "sleeps, nothing wakes it");
	else if (wake->by)
		emit(w, from, to, wake->by, "device or timer");
	else if (!waker || w->depth >= DEPTH_MAX || is_followed(w, sign * waker->tid))
		emit(w, from, to, name, waker == t ? "itself" : "wakes it");
	else {
		w->path[w->depth++] = sign * waker->tid;
		walk(w, waker, from, to);
		w->depth--;
	}
}

static void walk_host(struct walk *w, const struct task *t, guint64 from, guint64 to)
{
	g_autofree char *name = host_name(w, t->tid);
	guint first = t->spans->len ? index_at(t->spans, from) : 0;

	if (t->spans->len == 0 || g_array_index(t->spans, struct span, first).from > from)
		emit(w, from, t->spans->len ? MIN(to, g_array_index(t->spans, struct span, first).from) : to, name, "unknown");
	for (guint i = first; i < t->spans->len; i++) {
		const struct span *s = &g_array_index(t->spans, struct span, i);
		guint64 begin = MAX(s->from, from), end = MIN(task_end(w->host, t, i), to);

		if (s->from >= to)
			return;
		if (i + 1 == t->spans->len)
			end = to;
		if (s->what == SPAN_RUN)
			walk_running(w, t->tid, begin, end, NULL);
		else if (s->what == SPAN_WAIT)
			walk_waiting(w, s->cpu, begin, end);
		else
			walk_sleeping(w, t, s->wake ? &g_array_index(t->wakes, struct wake, s->wake - 1) : NULL, begin, end, w->host,
				      walk_host, host_name, 1);
	}
}

/* On the guest's CPU @cpu, while @tid of it ran: what the vCPU did meanwhile. */
static void walk_vcpu(struct walk *w, int cpu, int tid, guint64 from, guint64 to)
{
	const struct vcpu *v = joined_vcpu(w->a, w->guest->domain, cpu);
	const struct task *t = v ? g_hash_table_lookup(w->host->tasks, GINT_TO_POINTER(v->tid)) : NULL;
	g_autofree char *name = guest_name(w, tid);
	guint64 done = from;

	if (!t)
		emit(w, from, to, name, "runs");
	for (guint i = t && t->spans->len ? index_at(t->spans, from) : 0; t && i < t->spans->len; i++) {
		const struct span *s = &g_array_index(t->spans, struct span, i);
		guint64 begin = MAX(s->from, from), end = i + 1 < t->spans->len ? MIN(s[1].from, to) : to;

		if (s->from >= to)
			break;
		emit(w, done, begin, name, "unknown");
		if (s->what == SPAN_RUN)
			walk_running(w, v->tid, begin, end, name);
		else
			walk_host(w, t, begin, end);
		done = end;
	}
	if (t)
		emit(w, done, to, name, "unknown");
}

/* The guest has another task on that CPU, and the vCPU may be away, too. */
static void walk_guest_waiting(struct walk *w, int cpu, guint64 from, guint64 to)
{
	const GArray *all = g_hash_table_lookup(w->guest->timeline->cpus, GINT_TO_POINTER(cpu));
	guint first = all ? index_at(all, from) : 0;

	if (!all)
		emit(w, from, to, "unknown", "has the CPU");
	for (guint i = first; all && i < all->len; i++) {
		const struct running *r = &g_array_index(all, struct running, i);
		guint64 begin = i == first ? from : r->from, end = i + 1 < all->len ? MIN(r[1].from, to) : to;

		if (begin >= to)
			return;
		walk_vcpu(w, cpu, r->tid, begin, MAX(end, begin));
	}
}

static void walk_guest(struct walk *w, const struct task *t, guint64 from, guint64 to)
{
	const struct timeline *line = w->guest->timeline;
	g_autofree char *name = guest_name(w, t->tid);
	guint first = t->spans->len ? index_at(t->spans, from) : 0;

	if (t->spans->len == 0 || g_array_index(t->spans, struct span, first).from > from)
		emit(w, from, t->spans->len ? MIN(to, g_array_index(t->spans, struct span, first).from) : to, name, "unknown");
	for (guint i = first; i < t->spans->len; i++) {
		const struct span *s = &g_array_index(t->spans, struct span, i);
		guint64 begin = MAX(s->from, from), end = i + 1 < t->spans->len ? MIN(s[1].from, to) : to;

		if (s->from >= to)
			return;
		if (s->what == SPAN_RUN)
			walk_vcpu(w, s->cpu, t->tid, begin, end);
		else if (s->what == SPAN_WAIT)
			walk_guest_waiting(w, s->cpu, begin, end);
		else
			walk_sleeping(w, t, s->wake ? &g_array_index(t->wakes, struct wake, s->wake - 1) : NULL, begin, end, line, walk_guest,
				      guest_name, -1);
	}
}

static gint by_time(gconstpointer left, gconstpointer right)
{
	const struct part *a = left, *b = right;
	int r = strcmp(a->actor, b->actor);

	return a->ns != b->ns ? (a->ns < b->ns) - (a->ns > b->ns) : r ? r : strcmp(a->what, b->what);
}

static guint part_hash(gconstpointer key)
{
	const struct part *p = key;

	return g_direct_hash(p->actor) ^ g_direct_hash(p->what);
}

static gboolean part_equal(gconstpointer left, gconstpointer right)
{
	const struct part *a = left, *b = right;

	return a->actor == b->actor && a->what == b->what;
}

/* Sums, and whether the segments are what they must be. */
static void sum_up(struct flow *f)
{
	g_autoptr(GHashTable) parts = g_hash_table_new_full(part_hash, part_equal, g_free, NULL);
	guint64 at = f->from;
	GHashTableIter iter;
	gpointer value;

	f->is_covered = true;
	for (guint i = 0; i < f->segments->len; i++) {
		const struct segment *s = &g_array_index(f->segments, struct segment, i);
		const struct part key = { .actor = s->actor, .what = s->what };
		struct part *p = g_hash_table_lookup(parts, &key);

		f->is_covered = f->is_covered && s->from == at && s->to > s->from;
		at = s->to;
		if (!p) {
			p = g_memdup2(&key, sizeof(key));
			g_hash_table_add(parts, p);
		}
		p->ns += s->to - s->from;
		p->n++;
		p->longest = MAX(p->longest, s->to - s->from);
	}
	f->is_covered = f->is_covered && at == f->to;
	g_hash_table_iter_init(&iter, parts);
	while (g_hash_table_iter_next(&iter, &value, NULL))
		g_array_append_vals(f->parts, value, 1);
	g_array_sort(f->parts, by_time);
}

/* "web/0": a vCPU by its domain and number. */
static const struct task *find_vcpu(const struct walk *w, const char *name)
{
	for (guint i = 0; i < w->a->vcpus->len; i++) {
		const struct vcpu *v = w->a->vcpus->pdata[i];
		g_autofree char *spelled = g_strdup_printf("%s/%d", v->domain, v->id);

		if (strcmp(spelled, name) == 0)
			return g_hash_table_lookup(w->host->tasks, GINT_TO_POINTER(v->tid));
	}
	return NULL;
}

struct flow *flow_of(const struct analysis *a, const struct timeline *host, const struct joined *guest, const char *name)
{
	struct walk w = { .a = a, .host = host, .guest = guest };
	const struct task *in_guest = guest ? timeline_find(guest->timeline, name) : NULL;
	const struct task *t = in_guest ? in_guest : find_vcpu(&w, name) ? find_vcpu(&w, name) : timeline_find(host, name);
	struct flow *f = t ? g_new0(struct flow, 1) : NULL;

	if (!f)
		return NULL;
	w.flow = f;
	f->segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
	f->parts = g_array_new(FALSE, FALSE, sizeof(struct part));
	f->from = in_guest ? MAX(guest->timeline->first, host->first) : host->first;
	f->to = in_guest ? MIN(guest->timeline->last, host->last) : host->last;
	f->task = in_guest ? guest_name(&w, t->tid) : host_name(&w, t->tid);
	w.path[w.depth++] = in_guest ? -t->tid : t->tid;
	(in_guest ? walk_guest : walk_host)(&w, t, f->from, f->to);
	sum_up(f);
	return f;
}

void flow_free(struct flow *f)
{
	if (!f)
		return;
	g_free(f->task);
	g_array_unref(f->segments);
	g_array_unref(f->parts);
	g_free(f);
}
