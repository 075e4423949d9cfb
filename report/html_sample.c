// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_sample - what was measured: tables of the numbers, with a bar to each line
 *
 * Names and units of the values are those of the facts (checks/sample.c and its kin).
 */
#include <math.h>
#include <string.h>

#include "finding.h"
#include "html.h"

enum { ROWS_MAX = 64, SCALE = 1000 }; /* SCALE: user units of a whole bar */

/** One part of a bar. */
struct part {
	const char *title, *attr;
	const char *class;
	double per; /* units of @attr that make 1 % */
};

static const struct part cpu_parts[] = {
	{ "guests", "guest-percent", "f-run", 1 },   { "other programs", "user-percent", "f-sys", 1 },
	{ "kernel", "system-percent", "f-quota", 1 }, { "waiting for disks", "iowait-percent", "f-delay", 1 },
	{ "taken by the host's own host", "steal-percent", "f-delay", 1 },
	{ "idle", "idle-percent", "f-idle", 1 },
};
static const struct part vcpu_parts[] = {
	{ "ran", "run-percent", "f-run", 1 },
	{ "waited for a CPU", "delay-ms-per-s", "f-delay", 10 },
	{ "of that, by quota", "throttled-ms-per-s", "f-quota", 10 },
};
static const struct part disk_parts[] = {
	{ "read", "read-latency-ms", "f-run", 1 },
	{ "write", "write-latency-ms", "f-delay", 1 },
	{ "flush", "flush-latency-ms", "f-quota", 1 },
};

/* Of what a recording says: never negative, never NaN. Return: false if the row has it not */
static bool value_of(const struct sample_row *row, const struct part *part, double *ret)
{
	const char *text = sample_row_get(row, part->attr);
	double value = text ? g_ascii_strtod(text, NULL) / part->per : NAN;

	if (!(value >= 0 && value < 1e9))
		return false;
	*ret = value;
	return true;
}

static void write_legend(const struct part *parts, size_t n, const struct sample_row *row, GString *out)
{
	g_string_append(out, "<ul class=\"legend\">\n");
	for (size_t i = 0; i < n; i++) {
		double value = 0;

		if (row && !value_of(row, &parts[i], &value))
			continue;
		g_string_append_printf(out, "<li><i class=\"%s\"></i>%s", parts[i].class, parts[i].title);
		if (row)
			g_string_append_printf(out, " %.1f %%", value);
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ul>\n");
}

/* Beside each other, in percent. The numbers stand next to it: for the eye only. */
static void write_stack(const struct part *parts, size_t n, const struct sample_row *row, GString *out)
{
	double at = 0;

	g_string_append_printf(out, "<svg aria-hidden=\"true\" width=\"100%%\" height=\"18\" viewBox=\"0 0 %d 18\" "
				    "preserveAspectRatio=\"none\"><rect class=\"f-idle\" width=\"%d\" height=\"18\"/>",
			       SCALE, SCALE);
	for (size_t i = 0; i < n; i++) {
		double value = 0, width;

		if (!value_of(row, &parts[i], &value))
			continue;
		width = CLAMP(value * SCALE / 100, 0, SCALE - at);
		g_string_append_printf(out, "<rect class=\"%s\" x=\"%.0f\" width=\"%.0f\" height=\"18\"/>",
				       parts[i].class, at, width);
		at += width;
	}
	g_string_append(out, "</svg>");
}

/* Below each other, as parts of @most. */
static void write_bars(const struct part *parts, size_t n, const struct sample_row *row, double most,
		       GString *out)
{
	g_string_append_printf(out, "<svg aria-hidden=\"true\" width=\"100%%\" height=\"%zu\" viewBox=\"0 0 %d %zu\" "
				    "preserveAspectRatio=\"none\">",
			       n * 7, SCALE, n * 7);
	for (size_t i = 0; i < n; i++) {
		double value = 0;

		if (value_of(row, &parts[i], &value) && most > 0)
			g_string_append_printf(out, "<rect class=\"%s\" y=\"%zu\" width=\"%.0f\" height=\"6\"/>",
					       parts[i].class, i * 7, MIN(value / most, 1.0) * SCALE);
	}
	g_string_append(out, "</svg>");
}

static const struct sample_row *find(const GPtrArray *rows, const char *kind)
{
	for (guint i = 0; i < rows->len; i++)
		if (strcmp(((const struct sample_row *)rows->pdata[i])->kind, kind) == 0)
			return rows->pdata[i];
	return NULL;
}

static void write_window(const struct sample_row *row, GString *out)
{
	const char *ms = sample_row_get(row, "window-ms");

	if (ms)
		g_string_append_printf(out, ", in %.1f seconds", g_ascii_strtod(ms, NULL) / 1000);
}

void html_host_sample(const struct report *r, GString *out)
{
	const struct sample_row *use = find(r->sample, "cpu-use");

	if (!use)
		return;
	g_string_append(out, "<p class=\"label\">What its CPUs did");
	write_window(use, out);
	g_string_append(out, "</p>\n");
	write_stack(cpu_parts, G_N_ELEMENTS(cpu_parts), use, out);
	write_legend(cpu_parts, G_N_ELEMENTS(cpu_parts), use, out);
}

/** A table: one line for each row of a kind. */
struct measure {
	const char *kind, *name, *caption, *unit;
	const struct part *parts;
	size_t n;
	bool is_stack; /* percents of a whole; else compared with the largest */
};

static double most_of(const GPtrArray *rows, const struct measure *m)
{
	double most = 0;

	for (guint i = 0; i < rows->len; i++)
		for (size_t p = 0; p < m->n; p++) {
			double value = 0;

			if (strcmp(((const struct sample_row *)rows->pdata[i])->kind, m->kind) == 0 &&
			    value_of(rows->pdata[i], &m->parts[p], &value))
				most = MAX(most, value);
		}
	return most;
}

static void write_head(const struct measure *m, GString *out)
{
	g_string_append_printf(out, "<div class=\"scroll\"><table><caption>%s</caption>\n<thead><tr><th "
				    "scope=\"col\">%s</th>",
			       m->caption, m->kind);
	for (size_t i = 0; i < m->n; i++)
		g_string_append_printf(out, "<th scope=\"col\" class=\"num\">%s</th>", m->parts[i].title);
	g_string_append(out, "<th scope=\"col\"><span aria-hidden=\"true\"></span></th></tr></thead>\n<tbody>\n");
}

static void write_row(const struct measure *m, const struct sample_row *row, double most, GString *out)
{
	const char *name = sample_row_get(row, m->name);

	g_string_append(out, "<tr>");
	g_string_append(out, "<th scope=\"row\">");
	html_text(out, name ? name : "?");
	g_string_append(out, "</th>");
	for (size_t i = 0; i < m->n; i++) {
		double value = 0;

		if (value_of(row, &m->parts[i], &value))
			g_string_append_printf(out, "<td class=\"num\">%.1f %s</td>", value, m->unit);
		else
			g_string_append(out, "<td class=\"num\">–</td>");
	}
	g_string_append(out, "<td class=\"bar\">");
	if (m->is_stack)
		write_stack(m->parts, 2, row, out);
	else
		write_bars(m->parts, m->n, row, most, out);
	g_string_append(out, "</td></tr>\n");
}

static void write_measure(const GPtrArray *rows, const struct measure *m, GString *out)
{
	double most = most_of(rows, m);
	guint listed = 0;

	if (!find(rows, m->kind))
		return;
	write_head(m, out);
	for (guint i = 0; i < rows->len; i++)
		if (strcmp(((const struct sample_row *)rows->pdata[i])->kind, m->kind) == 0 &&
		    listed++ < ROWS_MAX)
			write_row(m, rows->pdata[i], most, out);
	g_string_append(out, "</tbody></table></div>\n");
	if (listed > ROWS_MAX)
		g_string_append_printf(out, "<p class=\"dim\">and %u more, in the JSON report</p>\n",
				       listed - ROWS_MAX);
	write_legend(m->parts, m->is_stack ? 2 : m->n, NULL, out);
}

void html_domain_sample(const struct report_domain *d, GString *out)
{
	static const struct measure vcpus = { "vcpu", "id", "Virtual CPUs, in percent of the time", "%",
					      vcpu_parts, G_N_ELEMENTS(vcpu_parts), true };
	static const struct measure disks = { "disk", "target", "Disks: how long a request took, on average",
					      "ms", disk_parts, G_N_ELEMENTS(disk_parts), false };

	write_measure(d->sample, &vcpus, out);
	write_measure(d->sample, &disks, out);
}
