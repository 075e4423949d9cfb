// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * join - see join.h
 *
 * guest TSC = host TSC + offset, as long as nobody writes the offset. Whether that holds, the events themselves say:
 * what a guest does, it does in guest mode. A busy guest is there most of the time, so a wrong offset puts most events
 * there, too: all must be, and by how much all could be shifted is the error.
 * Source: Linux Documentation/virt/kvm/x86/timekeeping.rst; arch/x86/kvm/debugfs.c
 */
#include "trace/join.h"

#include <stdlib.h>
#include <string.h>

enum { SHARE_NEEDED = 999 }; /* of a thousand */

static const char offset_word[] = ",tsc-offset=";

void join_request_clear(struct join_request *r)
{
	g_free(r->domain);
	g_free(r->file);
	*r = (struct join_request){ 0 };
}

bool join_parse(const char *text, struct join_request *ret, GError **error)
{
	const char *equals = strchr(text, '='), *word = equals ? g_strrstr(equals, offset_word) : NULL;
	char *end = NULL;
	gint64 offset = word ? g_ascii_strtoll(word + strlen(offset_word), &end, 10) : 0;

	if (!equals || equals == text || !equals[1] || (word && (*end || !word[strlen(offset_word)]))) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "--guest %s: not DOMAIN=FILE, nor DOMAIN=FILE,tsc-offset=NUMBER", text);
		return false;
	}
	*ret = (struct join_request){ .domain = g_strndup(text, (gsize)(equals - text)), .has_offset = word, .offset = offset };
	ret->file = word ? g_strndup(equals + 1, (gsize)(word - equals - 1)) : g_strdup(equals + 1);
	return true;
}

void warp_take(void *data, const struct trace_event *e)
{
	const struct warp *w = data;
	struct trace_event other = *e;
	gint64 cycles = (gint64)(e->ns - (guint64)w->offset - w->rate.origin);
	double ns = (double)w->rate.origin_ns + (double)cycles * w->rate.ns_per_cycle;

	other.ns = ns > 0 && ns < 1e19 ? (guint64)ns : 0;
	w->sink(w->data, &other);
}

const struct vcpu *joined_vcpu(const struct analysis *a, const char *domain, int cpu)
{
	for (guint i = 0; i < a->vcpus->len; i++) {
		const struct vcpu *v = a->vcpus->pdata[i];

		if (v->id == cpu && strcmp(v->domain, domain) == 0)
			return v;
	}
	return NULL;
}

/** What is carried along while the guest's trace is read. */
struct joining {
	const struct analysis *a;
	struct joined *j;
	bool any_outside;
};

static guint stretch_at(const GArray *all, guint64 at)
{
	guint low = 0, high = all->len;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(all, struct stretch, middle).from <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Of an event outside, the bounds are those of the next stay in guest mode: so they cross. */
static void look_inside(struct joining *k, const struct vcpu *v, guint64 at)
{
	guint i = stretch_at(v->stretches, at);
	const struct stretch *s = &g_array_index(v->stretches, struct stretch, i);
	bool inside = s->state == VCPU_GUEST && s->from <= at;
	guint64 end;

	while (i + 1 < v->stretches->len && s->state != VCPU_GUEST)
		s = &g_array_index(v->stretches, struct stretch, ++i);
	if (s->state != VCPU_GUEST)
		return;
	end = i + 1 < v->stretches->len ? s[1].from : k->a->last;
	k->j->inside += inside;
	k->j->least = MAX(k->j->least, (gint64)(s->from - at));
	k->j->most = MIN(k->j->most, (gint64)(end - at));
}

static void take(void *data, const struct trace_event *e)
{
	struct joining *k = data;
	const struct vcpu *v = joined_vcpu(k->a, k->j->domain, e->cpu);

	timeline_take(k->j->timeline, e);
	if (!v || e->kind == TRACE_NOTE || e->kind == TRACE_LOST || e->ns < k->a->first || e->ns > k->a->last || v->stretches->len == 0)
		return;
	k->j->events++;
	look_inside(k, v, e->ns);
}

static const struct vcpu *any_vcpu(const struct analysis *a, const char *domain)
{
	for (guint i = 0; i < a->vcpus->len; i++)
		if (strcmp(((const struct vcpu *)a->vcpus->pdata[i])->domain, domain) == 0)
			return a->vcpus->pdata[i];
	return NULL;
}

static bool find_offset(const struct join_request *r, const struct analysis *a, gint64 *ret, GError **error)
{
	const struct vcpu *v = any_vcpu(a, r->domain);
	const char *why = !v				  ? "the host's trace shows no such domain" :
			  v->offset_changes		  ? "the offset of its TSC changed while it was traced; then no single number joins the traces" :
			  !r->has_offset && !v->has_offset ? "the host's trace does not say the offset of its TSC: it is recorded by --save, or known as "
							     "/sys/kernel/debug/kvm/*/vcpu0/tsc-offset; --guest DOMAIN=FILE,tsc-offset=NUMBER" :
							    NULL;

	if (why) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "--guest %s=%s: %s", r->domain, r->file, why);
		return false;
	}
	*ret = r->has_offset ? r->offset : v->tsc_offset;
	return true;
}

static gint by_loss(gconstpointer left, gconstpointer right)
{
	const struct believed *a = *(struct believed *const *)left, *b = *(struct believed *const *)right;
	guint64 x = a->believed - a->real, y = b->believed - b->real;

	return x != y ? (x < y) - (x > y) : (a->tid > b->tid) - (a->tid < b->tid);
}

static guint64 in_guest(const struct vcpu *v, guint64 from, guint64 to)
{
	guint64 sum = 0;

	for (guint i = v->stretches->len ? stretch_at(v->stretches, from) : 0; i < v->stretches->len; i++) {
		const struct stretch *s = &g_array_index(v->stretches, struct stretch, i);
		guint64 end = i + 1 < v->stretches->len ? MIN(s[1].from, to) : to;

		if (s->from >= to)
			break;
		if (s->state == VCPU_GUEST && end > MAX(s->from, from))
			sum += end - MAX(s->from, from);
	}
	return sum;
}

static void believe(const struct analysis *a, struct joined *j, const struct task *t)
{
	struct believed *b = g_new0(struct believed, 1);

	b->tid = t->tid;
	g_strlcpy(b->comm, t->comm, sizeof(b->comm));
	for (guint i = 0; i < t->spans->len; i++) {
		const struct span *s = &g_array_index(t->spans, struct span, i);
		const struct vcpu *v = s->what == SPAN_RUN ? joined_vcpu(a, j->domain, s->cpu) : NULL;
		guint64 end = task_end(j->timeline, t, i), from = MAX(s->from, a->first), to = MIN(end, a->last);

		if (!v || to <= from)
			continue;
		b->believed += to - from;
		b->real += in_guest(v, from, to);
	}
	g_ptr_array_add(j->tasks, b);
}

static void believe_all(const struct analysis *a, struct joined *j)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, j->timeline->tasks);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		believe(a, j, value);
	g_ptr_array_sort(j->tasks, by_loss);
}

static bool look_at_join(const struct joined *j, GError **error)
{
	if (j->events > 0 && j->inside * 1000 >= j->events * SHARE_NEEDED && j->least <= j->most)
		return true;
	if (j->events == 0)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "--guest %s=%s: none of its events is in the time of the host's trace", j->domain, j->file);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "--guest %s=%s: refused: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " events (%.1f %%) are in guest mode, which all must be; "
			    "a shift would have to be at least %+.1f and at most %+.1f µs. The offset is not that of this trace",
			    j->domain, j->file, j->inside, j->events, 100 * (double)j->inside / (double)j->events, (double)j->least / 1e3, (double)j->most / 1e3);
	return false;
}

static bool read_guest(struct joined *j, const struct analysis *a, gint64 offset, GError **error)
{
	struct joining k = { .a = a, .j = j };
	struct warp w = { .rate = j->rate, .offset = offset, .sink = take, .data = &k };
	struct trace_info info;

	if (!trace_read(j->file, 0, &info, warp_take, &w, error))
		return false;
	if (*info.clock && !info.is_cycles)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "--guest %s=%s: its clock is %s; only one of clock x86-tsc can be joined: trace-cmd record -C x86-tsc", j->domain, j->file, info.clock);
	return !*info.clock || info.is_cycles;
}

struct joined *join_guest(const struct join_request *r, const struct analysis *a, const struct clock_rate *rate, GError **error)
{
	struct joined *j = g_new0(struct joined, 1);
	gint64 offset = 0;

	j->domain = g_strdup(r->domain);
	j->file = g_strdup(r->file);
	j->rate = *rate;
	j->least = G_MININT64;
	j->most = G_MAXINT64;
	j->timeline = timeline_new();
	j->tasks = g_ptr_array_new_with_free_func(g_free);
	if (!find_offset(r, a, &offset, error) || !read_guest(j, a, offset, error) || !look_at_join(j, error)) {
		joined_free(j);
		return NULL;
	}
	believe_all(a, j);
	return j;
}

void joined_free(struct joined *j)
{
	if (!j)
		return;
	g_free(j->domain);
	g_free(j->file);
	timeline_free(j->timeline);
	g_ptr_array_unref(j->tasks);
	g_free(j);
}
