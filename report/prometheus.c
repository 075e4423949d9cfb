// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prometheus - gauges for the textfile collector of the node exporter
 *
 * The text is valid in Prometheus' own format and in OpenMetrics ("# EOF" is a comment in the
 * former).  No time stamps on samples: the textfile collector refuses them.  Of the host: domain="".
 * Source: prometheus.io/docs/instrumenting/exposition_formats, node_exporter README (textfile).
 */
#include <string.h>

#include "finding.h"
#include "pen.h"
#include "writer.h"

/** A label and its value; NULL is "". */
struct label {
	const char *name, *value;
};

static void write_family(const char *name, const char *help, GString *out)
{
	g_string_append_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* What is invisible is shown, then \ " and line breaks are escaped. */
static void write_label(const struct label *l, GString *out)
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

static void write_gauge(const char *name, const struct label *labels, size_t n, double value, GString *out)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_printf(out, "%s{", name);
	for (size_t i = 0; i < n; i++) {
		g_string_append(out, i > 0 ? "," : "");
		write_label(&labels[i], out);
	}
	g_string_append_printf(out, "} %s\n", g_ascii_formatd(number, sizeof(number), "%.12g", value));
}

static unsigned int count(const struct report *r, const char *domain, enum severity severity)
{
	unsigned int n = 0;

	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		n += f->severity == severity && g_strcmp0(f->domain, domain) == 0;
	}
	return n;
}

/* Zeros, too: an alert must see that a problem is gone. */
static void write_counts(const struct report *r, const char *domain, GString *out)
{
	for (int s = SEVERITY_MAX_ - 1; s >= 0; s--) {
		const struct label labels[] = { { "domain", domain }, { "severity", severity_names[s] } };

		write_gauge("vmdoctor_findings", labels, 2, count(r, domain, s), out);
	}
}

static void write_finding(const struct finding *f, GString *out)
{
	const struct label labels[] = { { "domain", f->domain },
					{ "subject", f->subject },
					{ "rule", f->rule },
					{ "severity", severity_names[f->severity] } };

	write_gauge("vmdoctor_finding", labels, G_N_ELEMENTS(labels), 1, out);
}

static void write_checks(const struct report *r, GString *out)
{
	const struct label passed = { "verdict", "passed" }, undecided = { "verdict", "undecided" },
			   muted = { "verdict", "muted" };

	write_family("vmdoctor_checks", "Checks by verdict, in the last run.", out);
	write_gauge("vmdoctor_checks", &passed, 1, r->passed, out);
	write_gauge("vmdoctor_checks", &undecided, 1, r->undecided->len, out);
	write_gauge("vmdoctor_checks", &muted, 1, r->muted, out);
}

static void write_time(const struct report *r, GString *out)
{
	g_autoptr(GDateTime) time = r->taken ? g_date_time_new_from_iso8601(r->taken, NULL) : NULL;

	if (!time)
		return;
	write_family("vmdoctor_taken_timestamp_seconds", "When the host was looked at.", out);
	g_string_append_printf(out, "vmdoctor_taken_timestamp_seconds %" G_GINT64_FORMAT "\n",
			       g_date_time_to_unix(time));
}

static void write_prometheus(const struct report *r, const struct style *style, GString *out)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	(void)style;
	write_family("vmdoctor_findings", "Findings by severity, without a domain: of the host.", out);
	write_counts(r, NULL, out);
	for (guint i = 0; i < r->domains->len; i++) {
		const struct report_domain *d = r->domains->pdata[i];

		if (d->name && g_hash_table_add(seen, d->name))
			write_counts(r, d->name, out);
	}
	write_family("vmdoctor_finding", "A finding of the last run: always 1.", out);
	for (guint i = 0; i < r->findings->len; i++)
		write_finding(r->findings->pdata[i], out);
	write_checks(r, out);
	write_time(r, out);
	g_string_append(out, "# EOF\n");
}

const struct writer writer_prometheus = {
	.name = "prometheus",
	.suffix = ".prom",
	.summary = "gauges for node exporter's textfile collector",
	.write = write_prometheus,
};
