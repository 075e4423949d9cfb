// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_sample - what was measured, as tables: the host, vCPUs, disks, interfaces, memory
 *
 * A column that no row has is left out. Lines are not wrapped: a table that is wider than the
 * terminal is still a table.
 */
#include <string.h>

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/text/text.h"
#include "report/writer.h"

enum { ROWS_MAX = 64, NAME_MAX_COLUMNS = 24, COLUMNS_MAX = 16, GAP = 2 };

struct column {
	const char *title, *attr; /* attr NULL: the domain's name */
	bool is_text;		  /* to the left */
};

struct table {
	const char *kind;
	struct column columns[COLUMNS_MAX];
};

/* virsh domstats and sar name things so. Rates are per second; delay and thr are ms in each second. */
static const struct table tables[] = {
	{ "vcpu",
	  { { "VM", NULL, true },
	    { "vcpu", "id", false },
	    { "run%", "run-percent", false },
	    { "delay", "delay-ms-per-s", false },
	    { "thr", "throttled-ms-per-s", false },
	    { "exits", "exits-per-s", false },
	    { "haltx", "halt-exits-per-s", false },
	    { "iox", "io-exits-per-s", false },
	    { "mmiox", "mmio-exits-per-s", false },
	    { "irqs", "irq-injections-per-s", false },
	    { "emul", "emulations-per-s", false },
	    { "poll%", "poll-percent", false } } },
	{ "thread",
	  { { "VM", NULL, true },
	    { "thread", "kind", true },
	    { "n", "count", false },
	    { "run%", "run-percent", false },
	    { "delay", "delay-ms-per-s", false } } },
	{ "disk",
	  { { "VM", NULL, true },
	    { "disk", "target", true },
	    { "rd/s", "reads-per-s", false },
	    { "wr/s", "writes-per-s", false },
	    { "fl/s", "flushes-per-s", false },
	    { "rdKiB/s", "read-kib-per-s", false },
	    { "wrKiB/s", "write-kib-per-s", false },
	    { "rd ms", "read-latency-ms", false },
	    { "wr ms", "write-latency-ms", false },
	    { "fl ms", "flush-latency-ms", false },
	    { "queue", "queue-depth", false } } },
	{ "nic",
	  { { "VM", NULL, true },
	    { "nic", "target", true },
	    { "rxKiB/s", "rx-kib-per-s", false },
	    { "txKiB/s", "tx-kib-per-s", false },
	    { "rxpk/s", "rx-packets-per-s", false },
	    { "txpk/s", "tx-packets-per-s", false },
	    { "rxdrop", "rx-drops", false },
	    { "txdrop", "tx-drops", false } } },
	{ "memory",
	  { { "VM", NULL, true },
	    { "rss KiB", "rss-kib", false },
	    { "host swap", "swap-kib", false },
	    { "balloon", "balloon-kib", false },
	    { "usable", "usable-kib", false },
	    { "swpin/s", "guest-swap-in-kib-per-s", false },
	    { "swpout/s", "guest-swap-out-kib-per-s", false },
	    { "majflt/s", "guest-major-faults-per-s", false } } },
};

/** A row that a table shows. */
struct line {
	const char *domain;
	const struct sample_row *row;
};

static const char *cell(const struct line *l, const struct column *c)
{
	return c->attr ? sample_row_get(l->row, c->attr) : l->domain;
}

static GArray *lines_of(const struct report *r, const char *kind)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));

	for (guint d = 0; d < r->domains->len; d++) {
		const struct report_domain *domain = r->domains->pdata[d];

		for (guint i = 0; i < domain->sample->len; i++) {
			const struct line l = { domain->name, domain->sample->pdata[i] };

			if (strcmp(l.row->kind, kind) == 0)
				g_array_append_val(lines, l);
		}
	}
	return lines;
}

/* Columns of the terminal; 0: nobody has it. */
static unsigned int width_of(const GArray *lines, const struct column *c)
{
	unsigned int width = 0;

	for (guint i = 0; i < lines->len; i++) {
		const char *text = cell(&g_array_index(lines, struct line, i), c);

		if (text)
			width = MAX(width, MAX(pen_columns(text), pen_columns(c->title)));
	}
	return MIN(width, NAME_MAX_COLUMNS);
}

static void write_cell(struct pen *p, const char *text, const struct column *c, unsigned int at,
		       unsigned int width)
{
	unsigned int columns = pen_columns(text);

	pen_tab(p, c->is_text || columns >= width ? at : at + width - columns);
	pen_words(p, text);
}

/* @line NULL: the titles. */
static void write_line(struct pen *p, const struct table *t, const struct line *line,
		       const unsigned int widths[])
{
	unsigned int at = 0;

	pen_line(p, 0);
	for (size_t c = 0; c < COLUMNS_MAX && t->columns[c].title; c++) {
		const char *text = line ? cell(line, &t->columns[c]) : t->columns[c].title;

		if (widths[c] == 0)
			continue;
		write_cell(p, text ? text : "-", &t->columns[c], at, widths[c]);
		at += widths[c] + GAP;
	}
}

static void write_table(const struct report *r, const struct table *t, bool all, struct pen *p)
{
	g_autoptr(GArray) lines = lines_of(r, t->kind);
	unsigned int widths[COLUMNS_MAX] = { 0 };
	guint shown = all ? lines->len : MIN(lines->len, ROWS_MAX);

	if (lines->len == 0)
		return;
	for (size_t c = 0; c < COLUMNS_MAX && t->columns[c].title; c++)
		widths[c] = width_of(lines, &t->columns[c]);
	pen_ink(p, INK_DIM);
	write_line(p, t, NULL, widths);
	pen_ink(p, INK_PLAIN);
	for (guint i = 0; i < shown; i++)
		write_line(p, t, &g_array_index(lines, struct line, i), widths);
	pen_line(p, 0);
	if (shown < lines->len) {
		pen_printf(p, _("%u more (--verbose)"), lines->len - shown);
		pen_line(p, 0);
	}
}

static const struct sample_row *find(const GPtrArray *rows, const char *kind, const char *resource)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct sample_row *row = rows->pdata[i];
		const char *of = sample_row_get(row, "resource");

		if (strcmp(row->kind, kind) == 0 && (!resource || g_strcmp0(of, resource) == 0))
			return row;
	}
	return NULL;
}

/* "HOST 3.0 s, 2 CPUs  %usr 0.4 …  psi cpu 92.3 io 0.6" */
static void write_host(const struct report *r, struct pen *p)
{
	static const char *const parts[][2] = {
		{ "%usr", "user-percent" },    { "%guest", "guest-percent" },
		{ "%sys", "system-percent" },  { "%iowait", "iowait-percent" },
		{ "%steal", "steal-percent" }, { "%idle", "idle-percent" },
	};
	static const char *const resources[] = { "cpu", "io", "memory" };
	const struct sample_row *use = find(r->sample, "cpu-use", NULL);
	const char *window = use ? sample_row_get(use, "window-ms") : NULL;
	const char *cpus = use ? sample_row_get(use, "cpus") : NULL, *separator = "| psi";

	if (!use)
		return;
	pen_ink(p, INK_BOLD);
	pen_words(p, _("HOST"));
	pen_ink(p, INK_PLAIN);
	if (window)
		pen_printf(p, "%.1f s", g_ascii_strtod(window, NULL) / 1000);
	if (cpus)
		pen_printf(p, _("%s CPUs"), cpus);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (sample_row_get(use, parts[i][1]))
			pen_printf(p, "%s %s", parts[i][0], sample_row_get(use, parts[i][1]));
	for (size_t i = 0; i < G_N_ELEMENTS(resources); i++) {
		const struct sample_row *row = find(r->sample, "pressure", resources[i]);

		if (!row || !sample_row_get(row, "some-percent"))
			continue;
		pen_printf(p, "%s %s %s", separator, resources[i], sample_row_get(row, "some-percent"));
		separator = "";
	}
	pen_line(p, 0);
}

static bool has_sample(const struct report *r)
{
	for (guint d = 0; d < r->domains->len; d++)
		if (((const struct report_domain *)r->domains->pdata[d])->sample->len > 0)
			return true;
	return r->sample->len > 0;
}

void text_sample(const struct report *r, const struct style *style, struct pen *p)
{
	unsigned int width = p->width;

	if (!has_sample(r))
		return;
	pen_blank(p);
	p->width = 0;
	write_host(r, p);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		if (style->verbose || strcmp(tables[i].kind, "thread") != 0)
			write_table(r, &tables[i], style->verbose, p);
	p->width = width;
}
