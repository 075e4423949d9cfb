// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_numbers - a trace as gauges, for Prometheus and Graphite: of its window, not since the host started.
 *
 * Who had the CPU is a domain, "idle" or "host": a curve for each process that ever ran would be too many.
 */
#include <string.h>

#include "report/numbers/gauges.h"
#include "report/trace/trace.h"
#include "trace/reader.h"
#include "trace/vcpu.h"

enum { LABELS_MAX = 3 };

/** What is fed. */
struct trace_numbers {
	const struct analysis *a;
	const struct trace_info *info;
};

struct feeding {
	const struct analysis *a;
	gauge_taker *take;
	void *data;
};

static void give(const struct feeding *f, const char *family, const char *help, const struct gauge_label *labels, gsize n, double value)
{
	const struct gauge g = { family, help, labels, n, value };

	f->take(f->data, &g);
}

/* With the labels of a vCPU, and one more where @name is one. */
static void give_vcpu(const struct feeding *f, const char *family, const char *help, const struct vcpu *v, const char *name, const char *value,
		      double number)
{
	g_autofree char *id = g_strdup_printf("%d", v->id);
	const struct gauge_label labels[LABELS_MAX] = { { "domain", v->domain }, { "vcpu", id }, { name, value } };

	give(f, family, help, labels, name ? LABELS_MAX : LABELS_MAX - 1, number);
}

static void feed_states(const struct feeding *f, const struct vcpu *v)
{
	for (int s = 0; s < VCPU_STATE_MAX_; s++)
		give_vcpu(f, "vmdoctor_vcpu_state_seconds", "Time of a vCPU in each state, in the trace.", v, "state", vcpu_state_names[s],
			  (double)v->ns[s] / 1e9);
}

static const char *class_of(const struct analysis *a, const struct owner *o)
{
	const GPtrArray *all[] = { a->vcpus, a->others };

	for (size_t i = 0; o->is_vcpu && i < G_N_ELEMENTS(all); i++)
		for (guint k = 0; k < all[i]->len; k++)
			if (((const struct vcpu *)all[i]->pdata[k])->tid == o->tid)
				return ((const struct vcpu *)all[i]->pdata[k])->domain;
	return strcmp(o->name, "idle") == 0 ? "idle" : "host";
}

static void feed_owners(const struct feeding *f, const struct vcpu *v)
{
	g_autoptr(GPtrArray) owners = trace_owners(v), names = g_ptr_array_new();
	g_autoptr(GArray) sums = g_array_new(FALSE, TRUE, sizeof(guint64));

	for (guint i = 0; i < owners->len; i++) {
		const struct owner *o = owners->pdata[i];
		const char *class = class_of(f->a, o);
		guint at;

		if (!g_ptr_array_find_with_equal_func(names, class, g_str_equal, &at)) {
			at = names->len;
			g_ptr_array_add(names, (gpointer)(guintptr)class);
			g_array_set_size(sums, at + 1);
		}
		g_array_index(sums, guint64, at) += o->ns;
	}
	for (guint i = 0; i < names->len; i++)
		give_vcpu(f, "vmdoctor_vcpu_waited_seconds", "Time that a vCPU waited for a CPU, by who had it.", v, "by", names->pdata[i],
			  (double)g_array_index(sums, guint64, i) / 1e9);
}

static void feed_exits(const struct feeding *f, const struct vcpu *v)
{
	g_autoptr(GPtrArray) exits = trace_exits(v);

	for (guint i = 0; i < exits->len; i++) {
		const struct exit_stat *s = exits->pdata[i];

		give_vcpu(f, "vmdoctor_kvm_exits", "Exits of a vCPU, in the trace.", v, "reason", s->reason, (double)s->n);
	}
}

static void feed_exit_times(const struct feeding *f, const struct vcpu *v)
{
	g_autoptr(GPtrArray) exits = trace_exits(v);

	for (guint i = 0; i < exits->len; i++) {
		const struct exit_stat *s = exits->pdata[i];

		give_vcpu(f, "vmdoctor_kvm_exit_cpu_seconds", "CPU time until the guest ran again, by reason.", v, "reason", s->reason,
			  (double)s->handled_ns / 1e9);
	}
}

static void feed_wakes(const struct feeding *f, const struct vcpu *v)
{
	static const struct {
		const char *name;
		double q;
	} quantiles[] = { { "0.5", 0.5 }, { "0.99", 0.99 }, { "1", 1 } };

	for (size_t i = 0; v->wake.n > 0 && i < G_N_ELEMENTS(quantiles); i++)
		give_vcpu(f, "vmdoctor_vcpu_wakeup_seconds", "From when a vCPU is woken until it runs; at most.", v, "quantile",
			  quantiles[i].name, (double)latency_quantile(&v->wake, quantiles[i].q) / 1e9);
}

static void feed_preemptions(const struct feeding *f, const struct vcpu *v)
{
	give_vcpu(f, "vmdoctor_vcpu_preemptions", "How often a vCPU lost its CPU, in the trace.", v, NULL, NULL, (double)v->preemptions);
}

static void feed_disks(const struct feeding *f)
{
	g_autoptr(GPtrArray) disks = trace_disks(f->a);

	for (guint i = 0; i < disks->len; i++) {
		const struct disk *d = disks->pdata[i];
		g_autofree char *name = g_strdup_printf("%u:%u", (guint)(d->device >> 20), (guint)(d->device & 0xfffff));
		const struct gauge_label labels[] = { { "device", name }, { "quantile", "0.9" } };

		give(f, "vmdoctor_block_latency_seconds", "Of 9 of 10 requests of a block device of the host.", labels, G_N_ELEMENTS(labels),
		     (double)numbers_quantile(d->times, 0.9) / 1e9);
	}
}

/* A family's numbers come one after the other. */
static void feed_trace(const void *of, gauge_taker *take, void *data)
{
	static void (*const families[])(const struct feeding *f, const struct vcpu *v) = { feed_states,	    feed_owners, feed_exits,
											   feed_exit_times, feed_wakes,	 feed_preemptions };
	const struct trace_numbers *n = of;
	const struct feeding f = { n->a, take, data };

	give(&f, "vmdoctor_trace_window_seconds", "How long the trace is.", NULL, 0, (double)(n->a->last - n->a->first) / 1e9);
	give(&f, "vmdoctor_trace_events", "Events of use in it.", NULL, 0, (double)n->info->events);
	give(&f, "vmdoctor_trace_lost_events", "Events that are missing in it.", NULL, 0, (double)MAX(n->a->lost, n->info->kernel_lost));
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
		for (guint k = 0; k < n->a->vcpus->len; k++)
			families[i](&f, n->a->vcpus->pdata[k]);
	feed_disks(&f);
}

void trace_write_prometheus(const struct analysis *a, const struct trace_info *info, const struct report *r G_GNUC_UNUSED,
			    const struct style *style G_GNUC_UNUSED, GString *out)
{
	const struct trace_numbers n = { a, info };

	gauges_prometheus(feed_trace, &n, out);
}

void trace_write_graphite(const struct analysis *a, const struct trace_info *info, const struct report *r G_GNUC_UNUSED,
			  const struct style *style G_GNUC_UNUSED, GString *out)
{
	const struct trace_numbers n = { a, info };
	bool is_live = strcmp(info->format, "live") == 0;

	gauges_graphite(feed_trace, &n, is_live ? g_get_host_name() : NULL, is_live ? g_get_real_time() / G_USEC_PER_SEC : -1, out);
}
