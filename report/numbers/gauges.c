// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gauges - a report as numbers with names.
 *
 * Of the host: domain="".
 */
#include "report/numbers/gauges.h"

#include <string.h>

#include "findings/report.h"

#define LABELS_MAX 8

struct visit {
	void (*each)(void *data, const struct gauge *g);
	void *data;
};

static void visit(const struct visit *v, const char *family, const char *help, const struct gauge_label *labels,
		  size_t n, double value)
{
	const struct gauge g = { family, help, labels, n, value };

	v->each(v->data, &g);
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

static void visit_counts(const struct report *r, const char *domain, const struct visit *v)
{
	for (int s = SEVERITY_MAX_ - 1; s >= 0; s--) {
		const struct gauge_label labels[] = { { "domain", domain }, { "severity", severity_names[s] } };

		visit(v, "vmdoctor_findings", "Findings by severity, without a domain: of the host.", labels, 2,
		      count(r, domain, s));
	}
}

static void visit_all_counts(const struct report *r, const struct visit *v)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	visit_counts(r, NULL, v);
	for (guint i = 0; i < r->domains->len; i++) {
		const struct report_domain *d = r->domains->pdata[i];

		if (d->name && g_hash_table_add(seen, d->name))
			visit_counts(r, d->name, v);
	}
}

static void visit_findings(const struct report *r, const struct visit *v)
{
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];
		const struct gauge_label labels[] = { { "domain", f->domain },
						      { "subject", f->subject },
						      { "rule", f->rule },
						      { "severity", severity_names[f->severity] } };

		visit(v, "vmdoctor_finding", "A finding of the last run: always 1.", labels, G_N_ELEMENTS(labels), 1);
	}
}

static void visit_checks(const struct report *r, const struct visit *v)
{
	const struct {
		struct gauge_label label;
		unsigned int value;
	} verdicts[] = { { { "verdict", "passed" }, r->passed },
			 { { "verdict", "undecided" }, r->undecided->len },
			 { { "verdict", "muted" }, r->muted } };

	for (size_t i = 0; i < G_N_ELEMENTS(verdicts); i++)
		visit(v, "vmdoctor_checks", "Checks by verdict, in the last run.", &verdicts[i].label, 1,
		      verdicts[i].value);
}

static void visit_time(const struct report *r, const struct visit *v)
{
	g_autoptr(GDateTime) time = r->taken ? g_date_time_new_from_iso8601(r->taken, NULL) : NULL;

	if (time)
		visit(v, "vmdoctor_taken_timestamp_seconds", "When the host was looked at.", NULL, 0,
		      (double)g_date_time_to_unix(time));
}

/* What was measured: a row is one vCPU, disk …; what tells rows apart is a label. */

static size_t labels_of(const struct sample_row *row, const char *domain, struct gauge_label *labels)
{
	size_t n = 1;

	labels[0] = (struct gauge_label){ "domain", domain };
	for (guint i = 0; i < row->values->len && n < LABELS_MAX; i++) {
		const struct sample_value *v = row->values->pdata[i];

		/* Another domain's name: "domain" is whose row it is. */
		if (v->role == SAMPLE_LABEL)
			labels[n++] = (struct gauge_label){ strcmp(v->name, "domain") == 0 ? "of" : v->name, v->text };
	}
	return n;
}

static void visit_row(const struct sample_row *row, const char *domain, const char *column, const struct visit *v)
{
	const struct sample_value *value = sample_row_value(row, column);
	struct gauge_label labels[LABELS_MAX];
	g_autofree char *stem = NULL, *family = NULL, *help = NULL;

	if (!value)
		return;
	stem = g_strndup(column, strlen(column) - strlen(value->unit->suffix));
	family = g_strdelimit(g_strdup_printf("vmdoctor_%s_%s%s", row->kind, stem, value->unit->base_suffix), "-", '_');
	help = g_strdup_printf("Measured in the last sample: %s of each %s.", column, row->kind);
	visit(v, family, help, labels, labels_of(row, domain, labels),
	      g_ascii_strtod(value->text, NULL) * value->unit->factor);
}

/* One column of all rows of a kind, of the host and of each domain. */
static void visit_column(const struct report *r, const char *kind, const char *column, const struct visit *v)
{
	for (guint d = 0; d <= r->domains->len; d++) {
		const struct report_domain *domain = d > 0 ? r->domains->pdata[d - 1] : NULL;
		const GPtrArray *rows = domain ? domain->sample : r->sample;

		for (guint i = 0; i < rows->len; i++) {
			const struct sample_row *row = rows->pdata[i];

			if (strcmp(row->kind, kind) == 0)
				visit_row(row, domain ? domain->name : NULL, column, v);
		}
	}
}

static void visit_new_columns(const struct report *r, const GPtrArray *rows, GHashTable *seen, const struct visit *v)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct sample_row *row = rows->pdata[i];

		for (guint c = 0; c < row->values->len; c++) {
			const struct sample_value *value = row->values->pdata[c];

			/* Who took the CPU is another each time: a curve of its own for each process that ever ran. */
			if (strcmp(row->kind, "consumer") != 0 && value->role == SAMPLE_MEASURE &&
			    g_hash_table_add(seen, g_strdup_printf("%s %s", row->kind, value->name)))
				visit_column(r, row->kind, value->name, v);
		}
	}
}

void gauges_each(const void *report, gauge_taker *each, void *data)
{
	const struct report *r = report;
	const struct visit v = { each, data };
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	visit_all_counts(r, &v);
	visit_findings(r, &v);
	visit_checks(r, &v);
	visit_time(r, &v);
	visit_new_columns(r, r->sample, seen, &v);
	for (guint i = 0; i < r->domains->len; i++)
		visit_new_columns(r, ((const struct report_domain *)r->domains->pdata[i])->sample, seen, &v);
}
