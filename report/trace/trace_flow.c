// SPDX-License-Identifier: GPL-2.0-or-later
/* trace_flow - what one task waited for, and what guests believe to have run: as tables, as JSON and as a picture */
#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json_make.h"
#include "report/html/html.h"
#include "report/pen.h"
#include "report/trace/trace.h"
#include "trace/flow.h"
#include "trace/join.h"
#include "trace/vcpu.h"

enum { PARTS_SHOWN = 20, TASKS_SHOWN = 12, LANES = 16, LANE_COLUMNS = 800, LANE_HIGH = 14 };

static double percent(guint64 part, guint64 whole)
{
	return whole ? (double)part * 100 / (double)whole : 0;
}

static void text_guest(const struct joined *j, GString *out)
{
	g_autofree char *domain = pen_safe(j->domain, strlen(j->domain));

	g_string_append_printf(out, _("\nguest %s: %" PRIu64 " of %" PRIu64 " events are in guest mode; its times are right to %+.1f … %+.1f µs\n"),
			       domain, j->inside, j->events, (double)j->least / 1e3, (double)j->most / 1e3);
	if (j->rate.uncertainty > 0)
		g_string_append_printf(out, _("  the TSC counts %.1f MHz, give or take %.2f %%: so much all times may be wrong\n"), 1e3 / j->rate.ns_per_cycle,
				       j->rate.uncertainty * 100);
	for (guint i = 0; i < MIN(j->tasks->len, TASKS_SHOWN); i++) {
		const struct believed *b = j->tasks->pdata[i];
		g_autofree char *comm = pen_safe(b->comm, strlen(b->comm)), *believed = trace_time(b->believed), *real = trace_time(b->real);

		if (b->believed > 0)
			g_string_append_printf(out, _("  %-16s %6d  ran %10s as the guest sees it, %10s in truth\n"), comm, b->tid, believed, real);
	}
}

void trace_flow_text(const struct analysis *a, GString *out)
{
	const struct flow *f = a->flow;

	for (guint i = 0; i < a->guests->len; i++)
		text_guest(a->guests->pdata[i], out);
	if (f) {
		g_autofree char *task = pen_safe(f->task, strlen(f->task)), *time = trace_time(f->to - f->from);

		g_string_append_printf(out, _("\nwhat decided how long %s took (%s, %u segments%s):\n"), task, time, f->segments->len,
				       f->is_covered ? "" : _(", not all is covered"));
	}
	for (guint i = 0; f && i < MIN(f->parts->len, PARTS_SHOWN); i++) {
		const struct part *p = &g_array_index(f->parts, struct part, i);
		g_autofree char *actor = pen_safe(p->actor, strlen(p->actor)), *ns = trace_time(p->ns), *longest = trace_time(p->longest);

		g_string_append_printf(out, _("  %-36s %-24s %10s  %5.1f %%  %6" PRIu64 " times, longest %s\n"), actor, _(p->what), ns,
				       percent(p->ns, f->to - f->from), p->n, longest);
	}
}

static void json_task(JsonBuilder *b, const void *data)
{
	const struct believed *t = data;

	json_builder_begin_object(b);
	json_make_text(b, "comm", t->comm);
	json_make_int(b, "tid", t->tid);
	json_make_u64(b, "believed-ns", t->believed);
	json_make_u64(b, "in-guest-mode-ns", t->real);
	json_builder_end_object(b);
}

static void json_guest(JsonBuilder *b, const void *data)
{
	const struct joined *j = data;

	json_builder_begin_object(b);
	json_make_text(b, "domain", j->domain);
	json_make_u64(b, "events", j->events);
	json_make_u64(b, "in-guest-mode", j->inside);
	json_make_int(b, "shift-least-ns", j->least);
	json_make_int(b, "shift-most-ns", j->most);
	json_make_u64(b, "tsc-khz", (guint64)(1e6 / j->rate.ns_per_cycle));
	json_make_u64(b, "tsc-uncertainty-ppm", (guint64)(j->rate.uncertainty * 1e6));
	json_make_array(b, "tasks", j->tasks, json_task);
	json_builder_end_object(b);
}

static void json_segments(JsonBuilder *b, const struct flow *f)
{
	json_make_open_array(b, "segments");
	for (guint i = 0; i < f->segments->len; i++) {
		const struct segment *s = &g_array_index(f->segments, struct segment, i);

		json_builder_begin_object(b);
		json_make_u64(b, "from-ns", s->from);
		json_make_u64(b, "to-ns", s->to);
		json_make_text(b, "actor", s->actor);
		json_make_text(b, "what", s->what);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static void json_parts(JsonBuilder *b, const struct flow *f)
{
	json_make_open_array(b, "parts");
	for (guint i = 0; i < f->parts->len; i++) {
		const struct part *p = &g_array_index(f->parts, struct part, i);

		json_builder_begin_object(b);
		json_make_text(b, "actor", p->actor);
		json_make_text(b, "what", p->what);
		json_make_u64(b, "ns", p->ns);
		json_make_u64(b, "count", p->n);
		json_make_u64(b, "longest-ns", p->longest);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

void trace_flow_json(const struct analysis *a, JsonBuilder *b)
{
	json_make_array(b, "guests", a->guests, json_guest);
	if (!a->flow)
		return;
	json_make_open_object(b, "flow");
	json_make_text(b, "task", a->flow->task);
	json_make_u64(b, "window-ns", a->flow->to - a->flow->from);
	json_make_bool(b, "covered", a->flow->is_covered && !a->flow->is_cut);
	json_parts(b, a->flow);
	json_segments(b, a->flow);
	json_builder_end_object(b);
}

/* A lane an actor: where any segment of it touches a column. */
static void html_lane(const struct flow *f, const struct part *p, guint lane, GString *out)
{
	guint64 window = MAX(f->to - f->from, 1);
	guint done = 0;

	g_string_append_printf(out, "<path class=\"f%u\" d=\"", lane % 4);
	for (guint i = 0; i < f->segments->len; i++) {
		const struct segment *s = &g_array_index(f->segments, struct segment, i);
		guint from = (guint)((double)(s->from - f->from) * LANE_COLUMNS / (double)window),
		      to = (guint)((double)(s->to - f->from) * LANE_COLUMNS / (double)window) + 1;

		if (s->actor != p->actor || s->what != p->what || MAX(from, done) >= to)
			continue;
		g_string_append_printf(out, "M%u %uh%u", MAX(from, done), lane * LANE_HIGH + LANE_HIGH / 2, to - MAX(from, done));
		done = to;
	}
	g_string_append(out, "\"/>");
}

static void html_parts(const struct flow *f, GString *out)
{
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"measure\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
			       "<th scope=\"col\" class=\"num\">%s</th><th scope=\"col\" class=\"num\">%s</th><th scope=\"col\" class=\"num\">%s</th></tr></thead>\n<tbody>\n",
			       _("who"), _("what"), _("time"), _("share"), _("longest"));
	for (guint i = 0; i < MIN(f->parts->len, PARTS_SHOWN); i++) {
		const struct part *p = &g_array_index(f->parts, struct part, i);
		g_autofree char *ns = trace_time(p->ns), *longest = trace_time(p->longest);

		g_string_append(out, "<tr><th scope=\"row\">");
		html_text(out, p->actor);
		g_string_append_printf(out, "</th><td>%s</td><td class=\"num\">%s</td><td class=\"num\">%.1f %%</td><td class=\"num\">%s</td></tr>\n",
				       _(p->what), ns, percent(p->ns, f->to - f->from), longest);
	}
	g_string_append(out, "</tbody></table></div>\n");
}

void trace_flow_html(const struct analysis *a, GString *out)
{
	const struct flow *f = a->flow;
	guint lanes = f ? MIN(f->parts->len, LANES) : 0;

	if (!f)
		return;
	html_tag(out, "h2", NULL, _("What one task waited for"));
	html_tag(out, "h3", NULL, f->task);
	html_tag(out, "p", "dim", _("From left to right the time, from top to bottom who decided how long it took, in the order of the table."));
	g_string_append_printf(out, "<svg class=\"flow\" role=\"img\" viewBox=\"0 0 %d %u\" preserveAspectRatio=\"none\"><title>", LANE_COLUMNS, lanes * LANE_HIGH);
	html_text(out, f->task);
	g_string_append(out, "</title>");
	for (guint i = 0; i < lanes; i++)
		html_lane(f, &g_array_index(f->parts, struct part, i), i, out);
	g_string_append(out, "</svg>\n");
	html_parts(f, out);
}
