// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prometheus - gauges for the textfile collector of the node exporter
 *
 * The text is valid in Prometheus' own format and in OpenMetrics ("# EOF" is a comment in the
 * former).  No time stamps on samples: the textfile collector refuses them.
 * Source: prometheus.io/docs/instrumenting/exposition_formats, node_exporter README (textfile).
 */
#include <string.h>

#include "report/numbers/gauges.h"
#include "report/pen.h"
#include "report/writer.h"

struct page {
	GString *out;
	char *family; /* of the last line */
};

/* What is invisible is shown, then \ " and line breaks are escaped. */
static void write_label(const struct gauge_label *l, GString *out)
{
	g_autofree char *safe = pen_safe(l->value ? l->value : "", l->value ? strlen(l->value) : 0);

	g_string_append_printf(out, "%s=\"", l->name);
	for (const char *c = safe; *c; c++) {
		if (*c == '\\' || *c == '"')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *c);
	}
	g_string_append_c(out, '"');
}

static void write_gauge(void *data, const struct gauge *g)
{
	struct page *page = data;
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	if (g_strcmp0(page->family, g->family) != 0) {
		g_free(page->family);
		page->family = g_strdup(g->family);
		g_string_append_printf(page->out, "# HELP %s %s\n# TYPE %s gauge\n", g->family, g->help, g->family);
	}
	g_string_append(page->out, g->family);
	for (size_t i = 0; i < g->n_labels; i++) {
		g_string_append(page->out, i > 0 ? "," : "{");
		write_label(&g->labels[i], page->out);
	}
	g_string_append_printf(page->out, "%s %s\n", g->n_labels > 0 ? "}" : "",
			       g_ascii_formatd(number, sizeof(number), "%.12g", g->value));
}

void gauges_prometheus(gauge_feeder *feed, const void *of, GString *out)
{
	struct page page = { out, NULL };

	feed(of, write_gauge, &page);
	g_free(page.family);
	g_string_append(out, "# EOF\n");
}

static void write_prometheus(const struct report *r, const struct style *style, GString *out)
{
	(void)style;
	gauges_prometheus(gauges_each, r, out);
}

const struct writer writer_prometheus = {
	.name = "prometheus",
	.suffix = ".prom",
	.summary = "gauges for node exporter's textfile collector",
	.write = write_prometheus,
};
