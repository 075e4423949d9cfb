// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_html - a trace as one page: time lines of the vCPUs, who took whose CPU, exits, heat maps.
 *
 * A time line has a path per state, at most 1000 columns, each of the state that took most of it.
 */
#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "findings/report.h"
#include "report/html/html.h"
#include "report/trace/trace.h"
#include "trace/reader.h"
#include "trace/vcpu.h"

enum { COLUMNS_MOST = 1000, COLUMNS_LEAST = 200, COLUMNS_ALL = 16000, VCPUS_DRAWN = 64, OWNERS_LISTED = 12, EXITS_LISTED = 20 };

/* Colours that those who see few of them can tell apart; Source: Okabe and Ito, Color Universal Design. */
static const char page_style[] =
	":root{--g:#009e73;--h:#d55e00;--q:#e69f00;--p:#8a4fa0;--w:#b59a00;--n:#aab2ba;--b:#7a5230;--s:#000;--heat:#0a3f7a}\n"
	"@media(prefers-color-scheme:dark){:root{--s:#fff;--n:#59636d;--heat:#9cc8ff}}\n"
	".line,.heat{width:100%;height:1.6rem;background:var(--card);border:1px solid var(--line)}.heat{height:14rem}\n"
	".line path{fill:none;stroke-width:20}.heat path{fill:none;stroke-width:2;stroke:var(--heat);shape-rendering:crispEdges}\n"
	".s-guest{stroke:var(--g);color:var(--g)}.s-hypervisor{stroke:var(--h);color:var(--h)}.s-qemu{stroke:var(--q);color:var(--q)}"
	".s-running{stroke:#7fcfb9;color:#7fcfb9}.s-preempted{stroke:var(--p);color:var(--p)}.s-waking{stroke:var(--w);color:var(--w)}"
	".s-halted{stroke:var(--n);color:var(--n)}.s-blocked{stroke:var(--b);color:var(--b)}.s-stuck{stroke:var(--s);color:var(--s)}"
	".s-unknown{stroke:var(--line);color:var(--line);stroke-dasharray:4 4}i[class^=s-]{background:currentColor}\n"
	".flow{width:100%;background:var(--card);border:1px solid var(--line)}.flow path{fill:none;stroke-width:11}"
	".f0{stroke:var(--g)}.f1{stroke:var(--h)}.f2{stroke:var(--p)}.f3{stroke:var(--b)}\n"
	".c1{opacity:.3}.c2{opacity:.4}.c3{opacity:.5}.c4{opacity:.6}.c5{opacity:.7}.c6{opacity:.8}.c7{opacity:.9}\n";

/* The state that took most of column @x, as stretches run through it; @at: the stretch where the last one ended. */
static enum vcpu_state state_at(const struct analysis *a, const struct vcpu *v, guint64 from, guint64 to, guint *at)
{
	guint64 took[VCPU_STATE_MAX_] = { 0 };
	enum vcpu_state most = VCPU_UNKNOWN;

	for (; *at < v->stretches->len; (*at)++) {
		const struct stretch *s = &g_array_index(v->stretches, struct stretch, *at);
		guint64 end = *at + 1 < v->stretches->len ? s[1].from : a->last;

		if (MIN(end, to) > MAX(s->from, from))
			took[s->state] += MIN(end, to) - MAX(s->from, from);
		if (end >= to)
			break;
	}
	for (int i = 0; i < VCPU_STATE_MAX_; i++)
		if (took[i] > took[most])
			most = (enum vcpu_state)i;
	return most;
}

static void write_state_path(const guint8 *columns, guint n, enum vcpu_state state, GString *out)
{
	bool any = false;

	for (guint x = 0, run; x < n; x += MAX(run, 1)) {
		for (run = 0; x + run < n && columns[x + run] == state; run++)
			;
		if (run > 0 && !any)
			g_string_append_printf(out, "<path class=\"s-%s\" d=\"", vcpu_state_names[state]);
		if (run > 0)
			g_string_append_printf(out, "M%u 10h%u", x, run);
		any |= run > 0;
	}
	if (any)
		g_string_append(out, "\"/>");
}

/* The time line in words. */
static void write_line_title(const struct analysis *a, const struct vcpu *v, GString *out)
{
	g_autofree char *name = vcpu_name(v);

	html_text(out, name);
	for (int s = 0; s < VCPU_STATE_MAX_; s++)
		if (v->ns[s] > 0)
			g_string_append_printf(out, ", %s %.1f %%", vcpu_state_names[s], (double)v->ns[s] * 100 / (double)MAX(a->last - a->first, 1));
}

static void write_line(const struct analysis *a, const struct vcpu *v, guint n, GString *out)
{
	guint8 columns[COLUMNS_MOST];
	guint64 window = MAX(a->last - a->first, 1);
	guint at = 0;

	for (guint x = 0; x < n; x++)
		columns[x] = (guint8)state_at(a, v, a->first + (guint64)((double)window * x / n),
					      a->first + (guint64)((double)window * (x + 1) / n), &at);
	g_string_append_printf(out, "<svg class=\"line\" role=\"img\" viewBox=\"0 0 %u 20\" preserveAspectRatio=\"none\"><title>", n);
	write_line_title(a, v, out);
	g_string_append(out, "</title>");
	for (int s = 0; s < VCPU_STATE_MAX_; s++)
		write_state_path(columns, n, (enum vcpu_state)s, out);
	g_string_append(out, "</svg>\n");
}

static void write_legend(GString *out)
{
	g_string_append(out, "<ul class=\"notes\">\n");
	for (int s = 0; s < VCPU_STATE_MAX_; s++)
		g_string_append_printf(out, "<li><i class=\"s-%s\"></i>%s</li>\n", vcpu_state_names[s], vcpu_state_names[s]);
	g_string_append(out, "</ul>\n");
}

static void write_owner_rows(const struct vcpu *v, GString *out)
{
	g_autoptr(GPtrArray) owners = trace_owners(v);

	for (guint i = 0; i < MIN(owners->len, OWNERS_LISTED); i++) {
		const struct owner *o = owners->pdata[i];
		g_autofree char *time = trace_time(o->ns), *longest = trace_time(o->longest_ns);

		g_string_append(out, "<tr><th scope=\"row\">");
		html_text(out, o->name);
		g_string_append_printf(out, "</th><td class=\"num\">%s</td><td class=\"num\">%.1f %%</td><td class=\"num\">%s</td></tr>\n", time,
				       (double)o->ns * 100 / (double)MAX(v->ns[VCPU_PREEMPTED] + v->ns[VCPU_WAKING], 1), longest);
	}
}

static void write_exit_rows(const struct vcpu *v, GString *out)
{
	g_autoptr(GPtrArray) exits = trace_exits(v);

	for (guint i = 0; i < MIN(exits->len, EXITS_LISTED); i++) {
		const struct exit_stat *s = exits->pdata[i];
		g_autofree char *time = trace_time(s->handled_ns);

		g_string_append(out, "<tr><th scope=\"row\">");
		html_text(out, s->reason);
		g_string_append_printf(out, "</th><td class=\"num\">%" PRIu64 "</td><td class=\"num\">%s</td></tr>\n", s->n, time);
	}
}

static void write_tables(const struct vcpu *v, GString *out)
{
	if (g_hash_table_size(v->owners) > 0) {
		g_string_append_printf(out, "<div class=\"scroll\"><table class=\"measure\"><caption>%s</caption>\n<thead><tr><th scope=\"col\">%s</th>"
				       "<th scope=\"col\" class=\"num\">%s</th><th scope=\"col\" class=\"num\">%s</th><th scope=\"col\" class=\"num\">%s</th></tr></thead>\n<tbody>\n",
				       _("Who had the CPU while it waited"), _("who"), _("time"), _("share"), _("longest"));
		write_owner_rows(v, out);
		g_string_append(out, "</tbody></table></div>\n");
	}
	if (g_hash_table_size(v->exits) == 0)
		return;
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"measure\"><caption>%s</caption>\n<thead><tr><th scope=\"col\">%s</th>"
			       "<th scope=\"col\" class=\"num\">%s</th><th scope=\"col\" class=\"num\">%s</th></tr></thead>\n<tbody>\n",
			       _("Exits, and the CPU time until the guest ran again"), _("reason"), _("times"), _("time"));
	write_exit_rows(v, out);
	g_string_append(out, "</tbody></table></div>\n");
}

static void write_vcpus(const struct analysis *a, GString *out)
{
	guint drawn = MIN(a->vcpus->len, VCPUS_DRAWN);
	guint columns = CLAMP(COLUMNS_ALL / MAX(drawn, 1), COLUMNS_LEAST, COLUMNS_MOST);

	if (drawn == 0)
		return;
	html_tag(out, "h2", NULL, _("What each vCPU did"));
	write_legend(out);
	for (guint i = 0; i < drawn; i++) {
		g_autofree char *name = vcpu_name(a->vcpus->pdata[i]);

		g_string_append(out, "<article>\n");
		html_tag(out, "h3", NULL, name);
		write_line(a, a->vcpus->pdata[i], columns, out);
		write_tables(a->vcpus->pdata[i], out);
		g_string_append(out, "</article>\n");
	}
	if (drawn < a->vcpus->len)
		g_string_append_printf(out, _("<p>and %u more vCPUs, in the JSON report</p>\n"), a->vcpus->len - drawn);
}

/* The periods that were found, in words: a picture of 128 rows shows the slower ones only. */
static void write_periods(const struct analysis *a, GString *out)
{
	g_autoptr(GPtrArray) lines = trace_lines(a);

	g_string_append(out, "<ul>\n");
	for (guint i = 0; i < MIN(lines->len, OWNERS_LISTED); i++) {
		const struct source_line *l = lines->pdata[i];
		g_autofree char *period = trace_time(source_line_period(l));
		g_autofree char *text = source_line_period(l) ? g_strdup_printf(_("%s: every %s"), l->name, period) :
								g_strdup_printf(_("%s: %" PRIu64 " times, not regular"), l->name, l->n);

		html_tag(out, "li", NULL, text);
	}
	g_string_append(out, "</ul>\n");
}

static void write_disk_heats(const struct analysis *a, GString *out)
{
	g_autoptr(GPtrArray) disks = trace_disks(a);

	for (guint i = 0; i < disks->len; i++) {
		const struct disk *d = disks->pdata[i];
		g_autofree char *offsets = g_strdup_printf(_("Disk %u:%u: where"), (guint)(d->device >> 20), (guint)(d->device & 0xfffff)),
				*sizes = g_strdup_printf(_("Disk %u:%u: how much at once"), (guint)(d->device >> 20), (guint)(d->device & 0xfffff)),
				*unit = g_strdup_printf(_("Up: the place on the host's disk, from its beginning; a row is %" PRIu64 " KiB."), MAX(d->offsets.unit / 2, 1));

		if (!d->offsets.cells)
			continue;
		trace_heat(&d->offsets, offsets, unit, out);
		trace_heat(&d->sizes, sizes, _("Up: bytes of a request, a row for each doubling."), out);
	}
}

static void write_heats(const struct analysis *a, GString *out)
{
	const char *second = _("Up: where in its second it happened. A timer is a row of lines, what sleeps and works a stair.");

	html_tag(out, "h2", NULL, _("When it happened"));
	trace_heat(&a->heats[HEAT_EXITS], _("Exits"), second, out);
	trace_heat(&a->heats[HEAT_INJECTED], _("Interrupts given to guests"), second, out);
	trace_heat(&a->heats[HEAT_RAISED], _("Interrupts raised by devices"), second, out);
	write_periods(a, out);
	write_disk_heats(a, out);
	trace_heat(&a->heats[HEAT_NET], _("Throughput of interfaces"), _("Up: bytes in 10 ms, from 1 KiB at the bottom, four rows for each doubling; darker: more of such slices."), out);
	trace_heat(&a->heats[HEAT_DISK], _("Latency of disk requests"), _("Up: from 1 µs at the bottom, four rows for each doubling."), out);
}

/* What a verdict rests on are the pictures and tables below it. */
static void write_findings(const struct report *r, GString *out)
{
	if (r->findings->len == 0)
		return;
	html_tag(out, "h2", NULL, _("Findings"));
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];
		g_autofree char *title = g_strdup_printf("%s: %s", f->domain ? f->domain : _("host"), f->title);

		g_string_append(out, "<article>\n");
		html_tag(out, "h3", NULL, title);
		html_tag(out, "p", NULL, f->message);
		g_string_append(out, "</article>\n");
	}
}

void trace_write_html(const struct analysis *a, const struct trace_info *info, const struct report *r,
		      const struct style *style G_GNUC_UNUSED, GString *out)
{
	g_autofree char *window = trace_time(a->last - a->first);
	g_autoptr(GPtrArray) doubts = trace_doubts(a, info);

	html_head_with(out, _("trace"), page_style);
	g_string_append_printf(out, "<body>\n<main>\n<h1>%s</h1>\n<p>%s, %s</p>\n<ul>\n", _("Kernel trace"), info->format, window);
	for (guint i = 0; i < doubts->len; i++)
		html_tag(out, "li", NULL, doubts->pdata[i]);
	g_string_append(out, "</ul>\n");
	write_findings(r, out);
	write_vcpus(a, out);
	trace_flow_html(a, out);
	write_heats(a, out);
	g_string_append(out, "</main>\n</body>\n</html>\n");
}
