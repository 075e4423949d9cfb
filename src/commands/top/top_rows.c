// SPDX-License-Identifier: GPL-2.0-or-later
/* top_rows - what was measured of a domain in one line, and the order of the lines */
#include "commands/top/top.h"

#include <math.h>
#include <string.h>

#include "base/i18n.h"
#include "findings/report.h"
#include "report/text_words.h"

static const char *const names[TOP_ORDERS] = {
	[TOP_BY_CPU] = "CPU",	[TOP_BY_WAIT] = N_("wait"),	[TOP_BY_DISK] = N_("disk"),
	[TOP_BY_NET] = N_("net"), [TOP_BY_MEMORY] = N_("memory"), [TOP_BY_NAME] = N_("name"),
};

const char *top_order_name(enum top_order order)
{
	return _(names[order]);
}

/* NaN where no row of @kind has @name. */
static double sum(const struct report_domain *d, const char *kind, const char *name)
{
	double all = NAN;

	for (guint i = 0; i < d->sample->len; i++) {
		const struct sample_row *row = d->sample->pdata[i];
		double n = strcmp(row->kind, kind) == 0 ? sample_row_number(row, name) : NAN;

		if (!isnan(n))
			all = isnan(all) ? n : all + n;
	}
	return all;
}

static double worst(const struct report_domain *d, const char *kind, const char *name, double before)
{
	for (guint i = 0; i < d->sample->len; i++) {
		const struct sample_row *row = d->sample->pdata[i];
		double n = strcmp(row->kind, kind) == 0 ? sample_row_number(row, name) : NAN;

		before = isnan(before) || n > before ? (isnan(n) ? before : n) : before;
	}
	return before;
}

static double plus(double a, double b)
{
	return isnan(a) ? b : isnan(b) ? a : a + b;
}

static struct top_row row_of(const struct report_domain *d)
{
	double latency = worst(d, "disk", "read-latency-ms", NAN);

	return (struct top_row){
		.name = d->name,
		.state = text_state_name(d),
		.cpu_percent = sum(d, "vcpu", "run-percent"),
		/* ms of delay in each second */
		.wait_percent = sum(d, "vcpu", "delay-ms-per-s") / 10,
		.read_kib = sum(d, "disk", "read-kib-per-s"),
		.write_kib = sum(d, "disk", "write-kib-per-s"),
		.latency_ms = worst(d, "disk", "write-latency-ms", latency),
		.net_kib = plus(sum(d, "nic", "rx-kib-per-s"), sum(d, "nic", "tx-kib-per-s")),
		.memory_mib = sum(d, "memory", "rss-kib") / 1024,
	};
}

static double weight(const struct top_row *row, enum top_order order)
{
	double n = order == TOP_BY_CPU	  ? row->cpu_percent :
		   order == TOP_BY_WAIT	  ? row->wait_percent :
		   order == TOP_BY_DISK	  ? plus(row->read_kib, row->write_kib) :
		   order == TOP_BY_NET	  ? row->net_kib :
		   order == TOP_BY_MEMORY ? row->memory_mib :
					    0;

	return isnan(n) ? -1 : n;
}

/* The largest first; equal ones by name, so that nothing jumps about. */
static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
	const enum top_order *order = data;
	double x = weight(a, *order), y = weight(b, *order);

	if (x > y || x < y)
		return x > y ? -1 : 1;
	return strcmp(((const struct top_row *)a)->name, ((const struct top_row *)b)->name);
}

GArray *top_rows(const struct report *r, enum top_order order)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct top_row));

	for (guint i = 0; i < r->domains->len; i++) {
		struct top_row row = row_of(r->domains->pdata[i]);

		g_array_append_val(rows, row);
	}
	g_array_sort_with_data(rows, compare, &order);
	return rows;
}
