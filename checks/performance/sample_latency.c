// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample_latency - how the latencies of a disk's requests are spread, where QEMU keeps histograms
 *
 * Writes, below /facts/vm/sample, for each kind of request that has one and that there was any of:
 *   latency-histogram @target @kind (read, write, flush) @starts-ns (of each bin, rising, the first
 *                     is 0; the last bin has no end) @counts (requests of the window in each)
 * QEMU counts from its start on: the difference of both readings is the window's.  Bins that were
 * set anew in between, or that went back: none.
 * Source: libvirt's VIR_DOMAIN_STATS_BLOCK_SUFFIX_LATENCY_HISTOGRAM_* (libvirt-domain.h, since 12.1;
 * configured by disk/driver/statistics/latency-histogram), QEMU qapi/block-core.json,
 * BlockLatencyHistogramInfo (nanoseconds)
 */
#include "checks/check.h"
#include "checks/performance/reading.h"
#include "checks/performance/sample_stats.h"

enum { BINS_MAX = 64 };

/* "block.0.latency_histogram.read.bin.3.start" */
static char *name_of(unsigned int block, const char *kind, uint64_t bin, const char *what)
{
	return g_strdup_printf("block.%u.latency_histogram.%s.bin.%" G_GUINT64_FORMAT ".%s", block, kind, bin, what);
}

/* Adds one bin. Return: false if it is not the same bin at both readings, or out of order */
static bool add_bin(const struct reading_json *r, unsigned int block, const char *kind, uint64_t bin,
		    uint64_t *last, GString *starts, GString *counts, uint64_t *total)
{
	g_autofree char *start = name_of(block, kind, bin, "start"), *value = name_of(block, kind, bin, "value");
	uint64_t before, after, n;

	if (!reading_json_u64(r->before, start, &before) || !reading_json_u64(r->after, start, &after) ||
	    before != after || (bin == 0 ? after != 0 : after <= *last) || !reading_json_rise(r, value, &n))
		return false;
	g_string_append_printf(starts, bin > 0 ? " %" G_GUINT64_FORMAT : "%" G_GUINT64_FORMAT, after);
	g_string_append_printf(counts, bin > 0 ? " %" G_GUINT64_FORMAT : "%" G_GUINT64_FORMAT, n);
	*last = after;
	*total += n;
	return true;
}

static void add_kind(xmlNode *sample, const char *target, const struct reading_json *r, unsigned int block,
		     const char *kind)
{
	g_autofree char *name = g_strdup_printf("block.%u.latency_histogram.%s.bin.count", block, kind);
	g_autoptr(GString) starts = g_string_new(NULL), counts = g_string_new(NULL);
	uint64_t bins, last = 0, total = 0;
	xmlNode *node;

	if (!reading_json_u64(r->after, name, &bins) || bins < 2 || bins > BINS_MAX)
		return;
	for (uint64_t i = 0; i < bins; i++)
		if (!add_bin(r, block, kind, i, &last, starts, counts, &total))
			return;
	if (total == 0)
		return;
	node = facts_add(sample, "latency-histogram");
	facts_set(node, "target", target);
	facts_set(node, "kind", kind);
	facts_set(node, "starts-ns", starts->str);
	facts_set(node, "counts", counts->str);
}

void sample_latency(xmlNode *sample, const char *target, const struct reading_json *r, unsigned int block)
{
	add_kind(sample, target, r, block, "read");
	add_kind(sample, target, r, block, "write");
	add_kind(sample, target, r, block, "flush");
}
