// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_latency - how the latencies of a disk's requests are spread, as bars and numbers
 *
 * Names and units are those of the facts (checks/sample_latency.c).  Empty bins at both ends are
 * left out, those in between are not.
 */
#include <math.h>
#include <string.h>

#include "report/html/html.h"
#include "report/html/html_chart.h"
#include "base/i18n.h"

enum { BINS_MAX = 64, ROWS_MAX = 64 };

/** One histogram; bin i is from starts[i] to starts[i + 1], the last one has no end. */
struct histogram {
	double starts[BINS_MAX], counts[BINS_MAX]; /* ns, requests */
	size_t n, first, last;			    /* of all; that are not empty */
	double total;
};

/* Return: how many; 0: not a list of numbers. Numbers of a recording: never negative or infinite */
static size_t parse_list(const char *text, double ret[BINS_MAX])
{
	g_auto(GStrv) words = g_strsplit(text ? text : "", " ", BINS_MAX + 1);
	size_t n = g_strv_length(words);

	if (n > BINS_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		ret[i] = *words[i] ? g_ascii_strtod(words[i], NULL) : NAN;
		if (!(ret[i] >= 0 && ret[i] < 1e18))
			return 0;
	}
	return n;
}

static bool histogram_parse(const struct sample_row *row, struct histogram *ret)
{
	size_t n;

	*ret = (struct histogram){ 0 };
	n = parse_list(sample_row_get(row, "counts"), ret->counts);
	if (n == 0 || parse_list(sample_row_get(row, "starts-ns"), ret->starts) != n)
		return false;
	ret->n = ret->first = n;
	for (size_t i = 0; i < n; i++) {
		ret->total += ret->counts[i];
		if (ret->counts[i] > 0 && ret->first == n)
			ret->first = i;
		if (ret->counts[i] > 0)
			ret->last = i;
	}
	return ret->total > 0;
}

/* "20 ms", "1.5 µs" */
static char *time_text(double ns)
{
	static const char *const units[] = { "ns", "µs", "ms", "s" };
	size_t unit = 0;

	while (ns >= 1000 && unit + 1 < G_N_ELEMENTS(units)) {
		ns /= 1000;
		unit++;
	}
	return g_strdup_printf("%.4g %s", ns, units[unit]);
}

static char *range_text(const struct histogram *h, size_t bin)
{
	g_autofree char *from = time_text(h->starts[bin]);
	g_autofree char *to = bin + 1 < h->n ? time_text(h->starts[bin + 1]) : NULL;

	if (to && h->starts[bin] <= 0)
		return g_strdup_printf(_("under %s"), to);
	return to ? g_strdup_printf(_("%s to %s"), from, to) : g_strdup_printf(_("%s and more"), from);
}

static void write_bin(const struct histogram *h, size_t bin, GString *out)
{
	double share = h->counts[bin] * 100 / h->total;
	const struct chart_part part = { "f-run", share, NAN };
	g_autofree char *range = range_text(h, bin);
	g_autofree char *title = g_strdup_printf("%s: %.1f %%", range, share);

	g_string_append_printf(out, "<tr><th scope=\"row\">%s</th><td class=\"bar\">", range);
	html_chart_bars(&part, 1, 100, title, out);
	g_string_append_printf(out, "</td><td class=\"num\">%.0f</td><td class=\"num\">%.1f %%</td></tr>\n",
			       h->counts[bin], share);
}

static void write_caption(const struct sample_row *row, GString *out)
{
	const char *target = sample_row_get(row, "target"), *kind = sample_row_get(row, "kind");
	g_autofree char *caption = g_strdup_printf(_("Disk %s: how long each %s took"), target ? target : "?",
						   kind ? i18n_word(kind) : _("request"));

	html_tag(out, "caption", NULL, caption);
}

static void write_histogram(const struct sample_row *row, GString *out)
{
	struct histogram h;

	if (!histogram_parse(row, &h))
		return;
	g_string_append(out, "<div class=\"scroll\"><table class=\"measure\">");
	write_caption(row, out);
	g_string_append_printf(out, "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\" class=\"num\">%s</th><th scope=\"col\" class=\"num\">%s</th></tr></thead>\n<tbody>\n",
			       _("time"), _("picture"), _("requests"), _("share"));
	for (size_t i = h.first; i <= h.last; i++)
		write_bin(&h, i, out);
	g_string_append(out, "</tbody></table></div>\n");
}

void html_latency(const struct report_domain *d, GString *out)
{
	guint listed = 0;

	for (guint i = 0; i < d->sample->len && listed < ROWS_MAX; i++) {
		const struct sample_row *row = d->sample->pdata[i];

		if (strcmp(row->kind, "latency-histogram") != 0)
			continue;
		write_histogram(row, out);
		listed++;
	}
}
