// SPDX-License-Identifier: GPL-2.0-or-later
/* trace_text - a trace as tables on a terminal */
#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "report/pen.h"
#include "report/trace/trace.h"
#include "report/writer.h"
#include "trace/reader.h"
#include "trace/vcpu.h"

enum { OWNERS_SHOWN = 8, EXITS_SHOWN = 12, PLACES_SHOWN = 12, PAGES_SHOWN = 3 };

static char *safe(const char *text)
{
	return pen_safe(text, strlen(text));
}

static double percent(guint64 part, guint64 whole)
{
	return whole ? (double)part * 100 / (double)whole : 0;
}

static void write_states(const struct analysis *a, const struct vcpu *v, GString *out)
{
	for (int s = 0; s < VCPU_STATE_MAX_; s++) {
		g_autofree char *time = trace_time(v->ns[s]);

		if (v->ns[s] > 0)
			g_string_append_printf(out, "  %-12s %10s  %5.1f %%\n", vcpu_state_names[s], time,
					       percent(v->ns[s], a->last - a->first));
	}
}

static void write_owners(const struct vcpu *v, GString *out)
{
	g_autoptr(GPtrArray) owners = trace_owners(v);
	guint64 waited = v->ns[VCPU_PREEMPTED] + v->ns[VCPU_WAKING];

	if (owners->len > 0)
		g_string_append_printf(out, _("  who had the CPU while it waited (%" PRIu64 " preemptions):\n"), v->preemptions);
	for (guint i = 0; i < MIN(owners->len, OWNERS_SHOWN); i++) {
		const struct owner *o = owners->pdata[i];
		g_autofree char *name = safe(o->name), *time = trace_time(o->ns), *longest = trace_time(o->longest_ns);

		g_string_append_printf(out, _("    %-36s %10s  %5.1f %%  longest %s\n"), name, time, percent(o->ns, waited), longest);
	}
}

static void write_exits(const struct vcpu *v, GString *out)
{
	g_autoptr(GPtrArray) exits = trace_exits(v);

	if (exits->len > 0)
		g_string_append(out, _("  exits, and the CPU time until the guest ran again:\n"));
	for (guint i = 0; i < MIN(exits->len, EXITS_SHOWN); i++) {
		const struct exit_stat *s = exits->pdata[i];
		g_autofree char *reason = safe(s->reason), *time = trace_time(s->handled_ns);

		g_string_append_printf(out, "    %-20s %8" PRIu64 "  %10s\n", reason, s->n, time);
	}
}

static void write_latency(const char *what, const struct latency *l, GString *out)
{
	g_autofree char *p50 = trace_time(latency_quantile(l, 0.5)), *p99 = trace_time(latency_quantile(l, 0.99)),
			*most = trace_time(l->most);

	if (l->n > 0)
		g_string_append_printf(out, _("  %s: %" PRIu64 " times, half under %s, 99 %% under %s, longest %s\n"), what,
				       l->n, p50, p99, most);
}

static void write_places(const struct analysis *a, const struct vcpu *v, GString *out)
{
	g_autoptr(GPtrArray) places = trace_places(v);

	for (guint i = 0; i < MIN(places->len, PLACES_SHOWN); i++) {
		const struct place *p = places->pdata[i];
		const char *name = place_name(p), *xml = place_xml(a, v, p);
		g_autofree char *time = trace_time(p->handled_ns), *shown = safe(xml ? xml : "");

		g_string_append_printf(out, p->is_port ? _("  port 0x%" PRIx64) : _("  address 0x%" PRIx64), p->at);
		g_string_append_printf(out, _("%s%s%s: %" PRIu64 " times, %s%s%s\n"), name ? " (" : "", name ? name : "", name ? ")" : "",
				       p->n, time, xml ? "; " : "", shown);
	}
}

/* Which process that was, its address does not say. */
static void write_samples(const struct vcpu *v, GString *out)
{
	g_autoptr(GArray) pages = trace_pages(v);
	guint64 all = v->in_kernel + v->in_user;

	if (all > 0)
		g_string_append_printf(out, _("  at %" PRIu64 " interrupts of the host the guest was in its kernel %.0f %%, elsewhere %.0f %%; most often at"), all,
				       percent(v->in_kernel, all), percent(v->in_user, all));
	for (guint i = 0; i < MIN(pages->len, PAGES_SHOWN); i++) {
		const struct trace_page *p = &g_array_index(pages, struct trace_page, i);

		g_string_append_printf(out, " 0x%" PRIx64 " (%.0f %%)", p->at, percent(p->n, all));
	}
	if (all > 0)
		g_string_append_c(out, '\n');
}

static void write_vectors(const struct vcpu *v, GString *out)
{
	for (int i = 0; i < VECTORS; i++)
		if (v->injected[i] > 0)
			g_string_append_printf(out, _("  interrupt vector 0x%02x injected %" PRIu64 " times\n"), (guint)i,
					       v->injected[i]);
}

/* The kernel counts the same by itself: how far is the trace from that? */
static void write_check(const struct vcpu *v, GString *out)
{
	g_autofree char *ran = trace_time(v->after.run - v->before.run), *waited = trace_time(v->after.delay - v->before.delay),
			*window = trace_time(v->after.at - v->before.at), *trace_ran = trace_time(vcpu_ran(v)),
			*trace_waited = trace_time(v->ns[VCPU_PREEMPTED] + v->ns[VCPU_WAKING]);

	if (v->before.at && v->after.at)
		g_string_append_printf(out, _("  check: schedstat has %s run and %s delay in %s; the trace %s and %s\n"), ran, waited, window,
				       trace_ran, trace_waited);
}

static void write_vcpu(const struct analysis *a, const struct vcpu *v, GString *out)
{
	g_autofree char *name = vcpu_name(v), *shown = safe(name);

	g_string_append_printf(out, "\n%s\n", shown);
	write_states(a, v, out);
	write_check(v, out);
	write_owners(v, out);
	write_latency(_("preempted"), &v->preempted, out);
	write_latency(_("wake-up"), &v->wake, out);
	write_exits(v, out);
	write_places(a, v, out);
	write_samples(v, out);
	write_vectors(v, out);
	if (v->poll_hits > 0)
		g_string_append_printf(out, _("  halt polling succeeded %" PRIu64 " times\n"), v->poll_hits);
}

static void write_disk(struct disk *d, GString *out)
{
	g_autofree char *least = trace_time(numbers_quantile(d->times, 0)), *p50 = trace_time(numbers_quantile(d->times, 0.5)),
			*p90 = trace_time(numbers_quantile(d->times, 0.9)), *most = trace_time(d->latency.most);

	g_string_append_printf(out, _("\ndisk %u:%u of the host: %" PRIu64 " requests, least %s, half under %s, 90 %% under %s, longest %s; %"
				      PRIu64 " unmatched\n"),
			       (guint)(d->device >> 20), (guint)(d->device & 0xfffff), d->latency.n, least, p50, p90, most, d->unmatched);
	write_latency(_("in the kernel's queue before"), &d->queued, out);
}

static void write_line(const struct analysis *a, const struct source_line *l, GString *out)
{
	g_autofree char *name = safe(l->name), *period = trace_time(source_line_period(l));
	guint64 window = MAX(a->last - a->first, 1);

	g_string_append_printf(out, _("\ninterrupt %s: %" PRIu64 " times, %.1f/s"), name, l->n,
			       (double)l->n * 1e9 / (double)window);
	if (source_line_period(l))
		g_string_append_printf(out, _(", every %s"), period);
	g_string_append_c(out, '\n');
}

static void write_nets(const struct analysis *a, GString *out)
{
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, a->nets);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct net_use *u = value;
		g_autofree char *name = safe(key);

		g_string_append_printf(out, _("\ninterface %s: sent %" PRIu64 " packets, %" PRIu64
					      " bytes; received %" PRIu64 ", %" PRIu64 " bytes\n"),
				       name, u->sent, u->sent_bytes, u->received, u->received_bytes);
	}
}

static void write_devices(const struct analysis *a, GString *out)
{
	g_autoptr(GPtrArray) disks = trace_disks(a), lines = trace_lines(a);

	for (guint i = 0; i < disks->len; i++)
		write_disk(disks->pdata[i], out);
	for (guint i = 0; i < lines->len; i++)
		write_line(a, lines->pdata[i], out);
	write_nets(a, out);
}

static void write_tables(const struct analysis *a, const struct trace_info *info, GString *out)
{
	g_autofree char *window = trace_time(a->last - a->first), *clock = safe(info->clock);
	g_autoptr(GPtrArray) doubts = trace_doubts(a, info);

	g_string_append_printf(out, _("%s: %" PRIu64 " events of use in %s"), info->format, info->events, window);
	if (*clock)
		g_string_append_printf(out, _(", clock %s"), clock);
	g_string_append_c(out, '\n');
	for (guint i = 0; i < doubts->len; i++)
		g_string_append_printf(out, "  %s\n", (const char *)doubts->pdata[i]);
	for (guint i = 0; i < a->vcpus->len; i++)
		write_vcpu(a, a->vcpus->pdata[i], out);
	trace_flow_text(a, out);
	write_devices(a, out);
	g_string_append_c(out, '\n');
}

void trace_write_text(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out)
{
	if (!style->quiet)
		write_tables(a, info, out);
	writer_text.write(r, style, out);
}
