// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rate - how fast a TSC counts, from a trace.
 *
 * Notes of ours say at two moments both the TSC and CLOCK_MONOTONIC.  In a trace of others whose clock is the TSC, an
 * event knows both, too: kvm_vcpu_wakeup says in ns how long the vCPU waited, which is at least what it slept, and at
 * most what passed since it left its guest.  Many such bounds leave a narrow range.
 * Source: Linux virt/kvm/kvm_main.c, kvm_vcpu_halt()
 */
#include <stdio.h>
#include <string.h>

#include "trace/join.h"
#include "trace/notes.h"

enum { THREADS_MOST = 65536, ROUGH = 50 }; /* a bound wider than 1/50 is none */

/** In cycles, of a thread; 0: not seen. */
struct moments {
	guint64 left, out, in; /* its guest; its CPU, to sleep; and back */
};

struct rate_finder {
	guint64 tsc[2], ns[2];
	guint pairs;
	GHashTable *threads; /* tid -> struct moments */
	double least, most; /* ns per cycle */
};

struct rate_finder *rate_new(void)
{
	struct rate_finder *f = g_new0(struct rate_finder, 1);

	f->threads = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	f->most = G_MAXDOUBLE;
	return f;
}

static struct moments *moments_of(struct rate_finder *f, int64_t tid)
{
	gpointer key = GINT_TO_POINTER((int)tid);
	struct moments *m = g_hash_table_lookup(f->threads, key);

	if (m || tid <= 0 || g_hash_table_size(f->threads) >= THREADS_MOST)
		return m;
	m = g_new0(struct moments, 1);
	g_hash_table_insert(f->threads, key, m);
	return m;
}

static void take_wait(struct rate_finder *f, const struct moments *m, const struct trace_event *e)
{
	double ns = (double)e->n[0];

	if (!e->n[1] || ns <= 0)
		return;
	if (m->left && e->ns > m->left)
		f->least = MAX(f->least, ns / (double)(e->ns - m->left));
	if (m->out > m->left && m->in > m->out)
		f->most = MIN(f->most, ns / (double)(m->in - m->out));
}

void rate_take(void *data, const struct trace_event *e)
{
	struct rate_finder *f = data;
	struct moments *m = moments_of(f, e->kind == TRACE_SWITCH ? e->n[SWITCH_PREV] : e->tid);

	if (e->kind == TRACE_NOTE && note_tsc_read(e->s[0], &f->tsc[f->pairs > 0], &f->ns[f->pairs > 0]))
		f->pairs++;
	if (m && e->kind == TRACE_EXIT)
		*m = (struct moments){ .left = e->ns };
	if (m && e->kind == TRACE_SWITCH && m->out <= m->left)
		m->out = e->ns;
	if (m && e->kind == TRACE_WAKEUP)
		take_wait(f, m, e);
	m = e->kind == TRACE_SWITCH ? moments_of(f, e->n[SWITCH_NEXT]) : NULL;
	if (m && m->out > m->left)
		m->in = e->ns;
}

static bool by_notes(const struct rate_finder *f, struct clock_rate *ret)
{
	if (f->pairs < 2 || f->tsc[1] <= f->tsc[0] || f->ns[1] <= f->ns[0])
		return false;
	*ret = (struct clock_rate){ .origin = f->tsc[0], .origin_ns = f->ns[0],
				    .ns_per_cycle = (double)(f->ns[1] - f->ns[0]) / (double)(f->tsc[1] - f->tsc[0]) };
	return true;
}

static bool by_waits(const struct rate_finder *f, struct clock_rate *ret)
{
	double middle = (f->least + f->most) / 2, half = (f->most - f->least) / 2;

	if (f->least <= 0 || f->most >= G_MAXDOUBLE || half < 0 || half * ROUGH > middle)
		return false;
	*ret = (struct clock_rate){ .ns_per_cycle = middle, .uncertainty = half / middle };
	return true;
}

bool rate_end(struct rate_finder *f, bool is_cycles, struct clock_rate *ret)
{
	bool ok = by_notes(f, ret) || (is_cycles && by_waits(f, ret));

	g_hash_table_unref(f->threads);
	g_free(f);
	return ok;
}
