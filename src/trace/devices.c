// SPDX-License-Identifier: GPL-2.0-or-later
/* devices - block requests, interrupt lines and network packets of a trace */
#include <string.h>

#include "trace/state.h"

enum { DISKS_MAX = 1024, OPEN_MAX = 65536, TIMES_MAX = 1000000, LINES_MAX = 4096, GAPS_MAX = 8192, NETS_MAX = 4096, DISKS_DRAWN = 8, SECTOR_BYTES = 512 };

#define NS_PER_S G_GUINT64_CONSTANT(1000000000)
#define SLICE_NS G_GUINT64_CONSTANT(10000000)

void disk_free(gpointer data)
{
	struct disk *d = data;

	g_hash_table_unref(d->open);
	g_array_unref(d->times);
	if (d->offsets.cells) {
		g_array_unref(d->offsets.cells);
		g_array_unref(d->sizes.cells);
	}
	g_free(d);
}

void source_line_free(gpointer data)
{
	struct source_line *l = data;

	g_free(l->name);
	g_array_unref(l->gaps);
	g_free(l);
}

static struct disk *disk_get(struct analysis *a, guint64 device)
{
	struct disk *d = g_hash_table_lookup(a->disks, &device);

	if (d || g_hash_table_size(a->disks) >= DISKS_MAX)
		return d;
	d = g_new0(struct disk, 1);
	d->device = device;
	d->open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	d->times = g_array_new(FALSE, FALSE, sizeof(guint64));
	if (g_hash_table_size(a->disks) < DISKS_DRAWN) {
		heat_new(&d->offsets);
		heat_new(&d->sizes);
	}
	g_hash_table_insert(a->disks, &d->device, d);
	return d;
}

/** A request that is not complete yet; ns, 0: not seen. */
struct open_request {
	guint64 inserted, issued;
};

static struct open_request *request_get(struct disk *d, const struct trace_event *e)
{
	struct open_request *r = g_hash_table_lookup(d->open, &e->n[BLOCK_SECTOR]);

	if (r || g_hash_table_size(d->open) >= OPEN_MAX)
		return r;
	r = g_new0(struct open_request, 1);
	g_hash_table_insert(d->open, g_memdup2(&e->n[BLOCK_SECTOR], sizeof(gint64)), r);
	return r;
}

static void take_insert(struct disk *d, const struct trace_event *e)
{
	struct open_request *r = request_get(d, e);

	if (r)
		*r = (struct open_request){ .inserted = e->ns };
}

/* Issued once more: requeued, the last time counts. */
static void take_issue(struct disk *d, const struct trace_event *e)
{
	struct open_request *r = request_get(d, e);

	if (r && r->inserted && e->ns >= r->inserted)
		latency_add(&d->queued, e->ns - r->inserted);
	if (r)
		*r = (struct open_request){ .issued = e->ns };
}

/* Four rows per power of two, from 2^10 ns on: a microsecond to a minute. */
static guint64 latency_row(guint64 ns)
{
	guint64 power = ns > 1024 ? 63 - (guint64)__builtin_clzll(ns) : 10;

	return ns <= 1024 ? 0 : (power - 10) * 4 + (ns >> (power - 2) & 3);
}

static void draw_request(const struct analysis *a, struct disk *d, const struct trace_event *e)
{
	guint64 sectors = (guint64)CLAMP(e->n[BLOCK_SECTORS], 1, 1 << 20), column = (e->ns - a->first) / NS_PER_S;

	if (!d->offsets.cells || e->ns < a->first || e->n[BLOCK_SECTOR] < 0)
		return;
	heat_add_scaled(&d->offsets, column, (guint64)e->n[BLOCK_SECTOR]);
	heat_add(&d->sizes, column, 63 - (guint64)__builtin_clzll(sectors * SECTOR_BYTES));
}

static void take_complete(struct analysis *a, struct disk *d, const struct trace_event *e)
{
	const struct open_request *r = g_hash_table_lookup(d->open, &e->n[BLOCK_SECTOR]);
	guint64 ns;

	if (!r || !r->issued || r->issued > e->ns) {
		d->unmatched++;
		return;
	}
	ns = e->ns - r->issued;
	latency_add(&d->latency, ns);
	if (e->ns >= a->first)
		heat_add(&a->heats[HEAT_DISK], (e->ns - a->first) / NS_PER_S, latency_row(ns));
	draw_request(a, d, e);
	d->sectors += (guint64)CLAMP(e->n[BLOCK_SECTORS], 0, 1 << 20);
	if (d->times->len < TIMES_MAX)
		g_array_append_val(d->times, ns);
	g_hash_table_remove(d->open, &e->n[BLOCK_SECTOR]);
}

static void take_line(struct analysis *a, const char *what, int64_t number, const struct trace_event *e)
{
	g_autofree char *name = g_strdup_printf("%s %" G_GINT64_FORMAT " by %s-%d", what, number, e->comm, e->tid);
	struct source_line *l = g_hash_table_lookup(a->lines, name);
	guint64 gap = l ? e->ns - l->last : 0;

	if (!l && g_hash_table_size(a->lines) >= LINES_MAX)
		return;
	if (!l) {
		l = g_new0(struct source_line, 1);
		l->name = g_steal_pointer(&name);
		l->gaps = g_array_new(FALSE, FALSE, sizeof(guint64));
		g_hash_table_insert(a->lines, l->name, l);
	} else if (l->gaps->len < GAPS_MAX) {
		g_array_append_val(l->gaps, gap);
	}
	l->n++;
	l->last = e->ns;
}

/* The slice is over. */
static void draw_slice(struct analysis *a, struct net_use *u)
{
	if (u->slice_bytes > 0)
		heat_add(&a->heats[HEAT_NET], u->slice * SLICE_NS / NS_PER_S, latency_row(u->slice_bytes));
	u->slice_bytes = 0;
}

static void count_slice(struct analysis *a, struct net_use *u, guint64 ns, guint64 bytes)
{
	guint64 slice = ns > a->first ? (ns - a->first) / SLICE_NS : 0;

	if (slice != u->slice)
		draw_slice(a, u);
	u->slice = slice;
	u->slice_bytes += bytes;
}

void devices_end(struct analysis *a)
{
	GHashTableIter iter;
	gpointer use;

	g_hash_table_iter_init(&iter, a->nets);
	while (g_hash_table_iter_next(&iter, NULL, &use))
		draw_slice(a, use);
}

static void take_packet(struct analysis *a, const struct trace_event *e)
{
	struct net_use *u = g_hash_table_lookup(a->nets, e->s[0]);
	guint64 bytes = (guint64)CLAMP(e->n[0], 0, 1 << 24);

	if (!u && g_hash_table_size(a->nets) >= NETS_MAX)
		return;
	if (!u) {
		u = g_new0(struct net_use, 1);
		g_hash_table_insert(a->nets, g_strdup(e->s[0]), u);
	}
	count_slice(a, u, e->ns, bytes);
	if (e->kind == TRACE_SENT) {
		u->sent++;
		u->sent_bytes += bytes;
		return;
	}
	u->received++;
	u->received_bytes += bytes;
}

void devices_take(struct analysis *a, const struct trace_event *e)
{
	bool is_request = e->kind == TRACE_ISSUE || e->kind == TRACE_COMPLETE || e->kind == TRACE_INSERT;
	struct disk *d = is_request ? disk_get(a, (guint64)e->n[BLOCK_DEV]) : NULL;

	if (d && e->kind == TRACE_INSERT)
		take_insert(d, e);
	else if (d && e->kind == TRACE_ISSUE)
		take_issue(d, e);
	else if (d)
		take_complete(a, d, e);
	else if (e->kind == TRACE_RAISE && e->n[1])
		take_line(a, "gsi", e->n[0], e);
	else if (e->kind == TRACE_MSI)
		take_line(a, "message, vector", e->n[0], e);
	else if (e->kind == TRACE_SENT || e->kind == TRACE_RECEIVED)
		take_packet(a, e);
}
