// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_sample - what was measured: pictures, and beside them the same numbers as a table
 *
 * Names and units of the values are those of the facts (checks/sample.c and its kin).
 */
#include <math.h>
#include <string.h>

#include "report/html/html.h"
#include "report/html/html_chart.h"
#include "base/i18n.h"

enum { ROWS_MAX = 64, PARTS_MAX = 8, ATTRS_MAX = 3 };

/** A column of a table, and its part of the picture. */
struct part {
	const char *title;
	const char *attrs[ATTRS_MAX]; /* their sum */
	const char *class;
	double per;	   /* units of the attributes that make one of the table's */
	const char *rate;  /* 0: there was none of it in the sample; or NULL */
};

/** A table: one line for each row of a kind. */
struct measure {
	const char *kind, *name, *heading, *caption, *unit;
	const struct part *parts;
	size_t n;
	bool is_share;	  /* parts of 100, beside each other */
	double most;	  /* the picture's width; 0: the largest value or limit */
};

static const struct part cpu_parts[] = {
	{ N_("guests"), { "guest-percent" }, "f-run", 1, NULL },
	{ N_("other programs"), { "user-percent", "nice-percent" }, "f-user", 1, NULL },
	{ N_("the kernel"), { "system-percent" }, "f-system", 1, NULL },
	{ N_("interrupts"), { "irq-percent", "softirq-percent" }, "f-irq", 1, NULL },
	{ N_("idle, waiting for disks"), { "iowait-percent" }, "f-delay", 1, NULL },
	{ N_("taken by the host below (steal)"), { "steal-percent" }, "f-steal", 1, NULL },
	{ N_("idle"), { "idle-percent" }, "f-rest", 1, NULL },
};
static const struct part vcpu_parts[] = {
	{ N_("ran"), { "run-percent" }, "f-run", 1, NULL },
	{ N_("waited"), { "contention-ms-per-s" }, "f-delay", 10, NULL },
	{ N_("quota"), { "throttled-ms-per-s" }, "f-quota", 10, NULL },
};
static const struct part disk_parts[] = {
	{ N_("read"), { "read-latency-ms" }, "f-run", 1, "reads-per-s" },
	{ N_("write"), { "write-latency-ms" }, "f-delay", 1, "writes-per-s" },
	{ N_("flush"), { "flush-latency-ms" }, "f-quota", 1, "flushes-per-s" },
};
static const struct part pressure_parts[] = {
	{ N_("something"), { "some-percent" }, "f-delay", 1, NULL },
	{ N_("everything"), { "full-percent" }, "f-steal", 1, NULL },
};

static const struct measure vcpu_measure = {
	"vcpu", "id", "vCPU", N_("Virtual CPUs: ran, waited for a CPU of the host, was held by its quota"), "%",
	vcpu_parts, G_N_ELEMENTS(vcpu_parts), true, 100,
};
static const struct measure disk_measure = {
	"disk", "target", "disk", N_("Disks: how long a request took, on average"), "ms",
	disk_parts, G_N_ELEMENTS(disk_parts), false, 0,
};
static const struct measure pressure_measure = {
	"pressure", "resource", "for", N_("Pressure: how much of the time programs waited"), "%",
	pressure_parts, G_N_ELEMENTS(pressure_parts), false, 100,
};

/* Of what a recording says: never negative, never infinite. NaN: the row has it not */
static double number_of(const struct sample_row *row, const char *attr)
{
	double value = sample_row_number(row, attr);

	return value >= 0 && value < 1e9 ? value : NAN;
}

static double value_of(const struct sample_row *row, const struct part *part)
{
	double sum = 0;

	for (size_t i = 0; i < ATTRS_MAX && part->attrs[i]; i++)
		sum += number_of(row, part->attrs[i]);
	return sum / part->per;
}

static bool is_none(const struct sample_row *row, const struct part *part)
{
	return part->rate && number_of(row, part->rate) == 0;
}

/* "20.0 %"; that there was nothing to measure is not the same as not knowing. */
static char *shown(const struct sample_row *row, const struct part *part, const char *unit)
{
	double value = value_of(row, part);

	if (!isnan(value))
		return g_strdup_printf("%.1f %s", value, unit);
	return g_strdup(is_none(row, part) ? _("none") : _("not known"));
}

/* What the picture shows, in words. */
static char *title_of(const char *name, const struct sample_row *row, const struct part *parts, size_t n,
		      const char *unit)
{
	GString *title = g_string_new(name);

	for (size_t i = 0; i < n; i++) {
		g_autofree char *value = shown(row, &parts[i], unit);

		g_string_append_printf(title, "%s %s %s", i == 0 ? ":" : ",", _(parts[i].title), value);
	}
	return g_string_free(title, FALSE);
}

/** How a measure is drawn for one report. */
struct drawing {
	const struct measure *measure;
	const GPtrArray *rows; /* of all kinds; borrowed */
	double limits[PARTS_MAX], most;
	bool has_unknown;
};

static bool is_of(const struct sample_row *row, const struct measure *m)
{
	return strcmp(row->kind, m->kind) == 0;
}

/* @b may be NaN. */
static double larger(double a, double b)
{
	return b > a ? b : a;
}

static void drawing_add(struct drawing *d, const struct sample_row *row, size_t part)
{
	double value = value_of(row, &d->measure->parts[part]);

	d->most = larger(d->most, value);
	d->has_unknown |= isnan(value) && !is_none(row, &d->measure->parts[part]);
}

static void drawing_init(struct drawing *d, const struct report *r, const GPtrArray *rows,
			 const struct measure *m)
{
	*d = (struct drawing){ .measure = m, .rows = rows };
	for (size_t p = 0; p < m->n; p++) {
		d->limits[p] = report_limit(r, m->kind, m->parts[p].attrs[0]) / m->parts[p].per;
		d->most = larger(d->most, d->limits[p]);
		for (guint i = 0; i < rows->len; i++)
			if (is_of(rows->pdata[i], m))
				drawing_add(d, rows->pdata[i], p);
	}
	if (m->most > 0)
		d->most = m->most;
}

static void write_picture(const struct drawing *d, const struct sample_row *row, const char *name, GString *out)
{
	const struct measure *m = d->measure;
	g_autofree char *title = title_of(name, row, m->parts, m->n, m->unit);
	struct chart_part parts[PARTS_MAX];

	for (size_t i = 0; i < m->n; i++)
		parts[i] = (struct chart_part){ m->parts[i].class,
						is_none(row, &m->parts[i]) ? 0 : value_of(row, &m->parts[i]),
						d->limits[i] };
	if (m->is_share)
		html_chart_stack(parts, m->n, title, out);
	else
		html_chart_bars(parts, m->n, d->most, title, out);
}

static void write_cell(const char *value, GString *out)
{
	g_string_append_printf(out, "<td class=\"num\">%s</td>", value);
}

static void write_row(const struct drawing *d, const struct sample_row *row, GString *out)
{
	const struct measure *m = d->measure;
	const char *name = sample_row_get(row, m->name);

	g_string_append(out, "<tr><th scope=\"row\">");
	html_text(out, name ? name : "?");
	g_string_append(out, "</th><td class=\"bar\">");
	write_picture(d, row, name ? name : "?", out);
	g_string_append(out, "</td>");
	for (size_t i = 0; i < m->n; i++) {
		g_autofree char *value = shown(row, &m->parts[i], m->unit);

		write_cell(value, out);
	}
	g_string_append(out, "</tr>\n");
}

static void write_swatch(const char *class, GString *out)
{
	g_string_append_printf(out, "<i class=\"%s\"></i>", class);
}

static void write_head(const struct measure *m, GString *out)
{
	g_string_append_printf(out, "<div class=\"scroll\"><table class=\"measure\"><caption>%s</caption>\n<thead><tr>"
				    "<th scope=\"col\">%s</th><th scope=\"col\">%s</th>",
			       _(m->caption), m->heading, _("picture"));
	for (size_t i = 0; i < m->n; i++) {
		g_string_append(out, "<th scope=\"col\" class=\"num\">");
		write_swatch(m->parts[i].class, out);
		g_string_append_printf(out, "%s</th>", _(m->parts[i].title));
	}
	g_string_append(out, "</tr></thead>\n<tbody>\n");
}

/* Where a rule begins to find fault, by the part's name. */
static void write_limits(const struct drawing *d, GString *out)
{
	const struct measure *m = d->measure;

	for (size_t i = 0; i < m->n; i++)
		if (!isnan(d->limits[i]))
			g_string_append_printf(out, _("<li>%s: a finding from %.0f %s on</li>\n"), _(m->parts[i].title),
					       d->limits[i], m->unit);
}

static void write_notes(const struct drawing *d, guint left_out, GString *out)
{
	g_string_append(out, "<ul class=\"notes\">\n");
	write_limits(d, out);
	if (!d->measure->is_share && d->most > 0)
		g_string_append_printf(out, _("<li>the whole width: %.0f %s</li>\n"), d->most, d->measure->unit);
	if (left_out > 0)
		g_string_append_printf(out, _("<li>and %u more, in the JSON report</li>\n"), left_out);
	g_string_append(out, d->has_unknown ? _("<li>dashed: not known</li>\n</ul>\n") : "</ul>\n");
}

static void write_measure(const struct report *r, const GPtrArray *rows, const struct measure *m, GString *out)
{
	struct drawing d;
	guint n = 0;

	drawing_init(&d, r, rows, m);
	for (guint i = 0; i < rows->len; i++) {
		if (!is_of(rows->pdata[i], m))
			continue;
		if (n++ == 0)
			write_head(m, out);
		if (n <= ROWS_MAX)
			write_row(&d, rows->pdata[i], out);
	}
	if (n == 0)
		return;
	g_string_append(out, "</tbody></table></div>\n");
	write_notes(&d, n > ROWS_MAX ? n - ROWS_MAX : 0, out);
}

/* The host's CPUs: one picture, and its parts below each other. */

static const struct sample_row *find(const GPtrArray *rows, const char *kind)
{
	for (guint i = 0; i < rows->len; i++)
		if (strcmp(((const struct sample_row *)rows->pdata[i])->kind, kind) == 0)
			return rows->pdata[i];
	return NULL;
}

static void write_cpu_heading(const struct sample_row *use, GString *out)
{
	double ms = number_of(use, "window-ms");

	if (isnan(ms))
		g_string_append_printf(out, "<h4>%s</h4>\n",
			       _("What its CPUs did"));
	else
		g_string_append_printf(out, _("<h4>What its CPUs did, in %.1f seconds</h4>\n"), ms / 1000);
}

static void write_cpu_picture(const struct sample_row *use, GString *out)
{
	size_t n = G_N_ELEMENTS(cpu_parts);
	g_autofree char *title = title_of(_("CPUs of the host"), use, cpu_parts, n, "%");
	struct chart_part parts[PARTS_MAX];

	for (size_t i = 0; i < n; i++)
		parts[i] = (struct chart_part){ cpu_parts[i].class, value_of(use, &cpu_parts[i]), NAN };
	html_chart_stack(parts, n, title, out);
}

static bool is_cpu_known(const struct sample_row *use)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cpu_parts); i++)
		if (!isnan(value_of(use, &cpu_parts[i])))
			return true;
	return false;
}

static void write_cpu_table(const struct sample_row *use, GString *out)
{
	g_string_append_printf(out, "<table class=\"modes\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"num\">%s</th></tr></thead>\n<tbody>\n",
			       _("CPU time of"), _("share"));
	for (size_t i = 0; i < G_N_ELEMENTS(cpu_parts); i++) {
		g_autofree char *value = shown(use, &cpu_parts[i], "%");

		g_string_append(out, "<tr><th scope=\"row\">");
		write_swatch(cpu_parts[i].class, out);
		g_string_append_printf(out, "%s</th>", _(cpu_parts[i].title));
		write_cell(value, out);
		g_string_append(out, "</tr>\n");
	}
	g_string_append(out, "</tbody></table>\n");
}

void html_host_sample(const struct report *r, GString *out)
{
	const struct sample_row *use = find(r->sample, "cpu-use");

	if (use) {
		write_cpu_heading(use, out);
		write_cpu_picture(use, out);
		if (is_cpu_known(use))
			write_cpu_table(use, out);
		else
			g_string_append_printf(out, "<p class=\"dim\">%s</p>\n",
			       _("not known"));
	}
	write_measure(r, r->sample, &pressure_measure, out);
}

void html_domain_sample(const struct report *r, const struct report_domain *d, GString *out)
{
	write_measure(r, d->sample, &vcpu_measure, out);
	write_measure(r, d->sample, &disk_measure, out);
	html_latency(d, out);
	write_measure(r, d->sample, &pressure_measure, out);
}
