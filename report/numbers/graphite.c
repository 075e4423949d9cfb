// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * graphite - gauges as lines of Graphite's plaintext protocol: "PATH VALUE SECONDS"
 *
 * The path is the gauge's name and then the values of its labels: vmdoctor.HOST.findings.web.error.
 * In a part of a path there are only letters, digits, "_" and "-"; what is empty (the host's own
 * findings) is "_".  A finding that is gone has no line any more, so alerts belong on the counts.
 * Source: graphite.readthedocs.io/en/latest/feeding-carbon.html (plaintext protocol)
 */
#include <string.h>

#include "findings/report.h"
#include "report/numbers/gauges.h"
#include "report/writer.h"

#define PREFIX "vmdoctor_" /* of the gauges' names: here a part of its own */

struct page {
	GString *out;
	const char *host;
	gint64 seconds; /* when the report was taken */
};

static void append_part(GString *out, const char *text)
{
	g_string_append_c(out, '.');
	if (!text || !*text)
		g_string_append_c(out, '_');
	for (const char *c = text; c && *c; c++)
		g_string_append_c(out, g_ascii_isalnum(*c) || strchr("_-", *c) ? *c : '_');
}

static void write_gauge(void *data, const struct gauge *g)
{
	const struct page *page = data;
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append(page->out, "vmdoctor");
	append_part(page->out, page->host);
	append_part(page->out, g->family + strlen(PREFIX));
	for (size_t i = 0; i < g->n_labels; i++)
		append_part(page->out, g->labels[i].value);
	g_string_append_printf(page->out, " %s %" G_GINT64_FORMAT "\n",
			       g_ascii_formatd(number, sizeof(number), "%.12g", g->value), page->seconds);
}

void gauges_graphite(gauge_feeder *feed, const void *of, const char *host, gint64 seconds, GString *out)
{
	struct page page = { out, host, seconds };

	feed(of, write_gauge, &page);
}

/* carbon takes -1 as "now": for a recording that does not say when it was taken. */
static void write_graphite(const struct report *r, const struct style *style, GString *out)
{
	g_autoptr(GDateTime) time = r->taken ? g_date_time_new_from_iso8601(r->taken, NULL) : NULL;

	(void)style;
	gauges_graphite(gauges_each, r, r->host.name, time ? g_date_time_to_unix(time) : -1, out);
}

const struct writer writer_graphite = {
	.name = "graphite",
	.suffix = ".graphite",
	.summary = "lines of Graphite's plaintext protocol",
	.write = write_graphite,
};
