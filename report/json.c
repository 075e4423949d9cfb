// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json - the report for programs: one object, "vmdoctor.report/1"
 *
 * Described by rules/report.schema.json, which changes together with this file.
 * What is not known is null; members always stand in the same order.
 */
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <string.h>

#include "findings/report.h"
#include "base/json_make.h"
#include "report/json_fix.h"
#include "report/json_out.h"
#include "report/writer.h"

/* Only where something was pasted: other readers of reports need not know it. */
static void set_pasted(JsonBuilder *b, const struct report_paste *p)
{
	if (!p)
		return;
	json_make_open_object(b, "pasted");
	json_make_open_array(b, "kinds");
	for (guint i = 0; i < p->kinds->len; i++)
		json_make_item(b, p->kinds->pdata[i]);
	json_builder_end_array(b);
	json_make_open_array(b, "unknown");
	for (guint i = 0; i < p->unknown->len; i++)
		json_make_item(b, p->unknown->pdata[i]);
	json_builder_end_array(b);
	json_make_int(b, "messages", p->messages);
	json_builder_end_object(b);
}

static void set_score(JsonBuilder *b, double score)
{
	/* NaN fails both comparisons; JSON cannot express it */
	double sane = score > 0 ? MIN(score, 1.0) : 0.0;

	json_make_double(b, "score", (double)(int)(sane * 1000 + 0.5) / 1000);
}

static void add_evidence(JsonBuilder *b, const void *element)
{
	const struct evidence *e = element;

	json_builder_begin_object(b);
	json_make_text(b, "source", e->source);
	json_make_text(b, "locator", e->locator);
	json_make_text(b, "text", e->text);
	json_builder_end_object(b);
}

static void add_fix(JsonBuilder *b, const void *element)
{
	const struct fix *f = element;

	json_builder_begin_object(b);
	json_make_fix(b, f);
	json_builder_end_object(b);
}

static void add_reference(JsonBuilder *b, const void *element)
{
	const struct reference *r = element;

	json_builder_begin_object(b);
	json_make_text(b, "title", r->title);
	json_make_text(b, "url", r->url);
	json_builder_end_object(b);
}

static void add_finding(JsonBuilder *b, const void *element)
{
	const struct finding *f = element;

	json_builder_begin_object(b);
	json_make_text(b, "rule", f->rule);
	json_make_text(b, "cause", f->cause);
	json_make_text(b, "severity", severity_names[f->severity]);
	json_make_text(b, "confidence", confidence_names[f->confidence]);
	json_make_text(b, "domain", f->domain);
	json_make_text(b, "subject", f->subject);
	json_make_text(b, "title", f->title);
	json_make_text(b, "message", f->message);
	json_make_texts(b, "symptoms", f->symptoms);
	json_make_array(b, "evidence", f->evidence, add_evidence);
	json_make_array(b, "fix", f->fixes, add_fix);
	json_make_array(b, "references", f->references, add_reference);
	json_make_text(b, "explained_by", f->explained_by);
	json_make_text(b, "key", f->key);
	json_make_int(b, "rank", f->rank);
	set_score(b, f->score);
	json_builder_end_object(b);
}

static void add_undecided(JsonBuilder *b, const void *element)
{
	const struct undecided *u = element;

	json_builder_begin_object(b);
	json_make_text(b, "rule", u->rule);
	json_make_text(b, "domain", u->domain);
	json_make_text(b, "subject", u->subject);
	json_make_text(b, "reason", u->reason);
	json_make_text(b, "remedy", u->remedy);
	json_builder_end_object(b);
}

static void add_hop(JsonBuilder *b, const void *element)
{
	const struct hop *h = element;

	json_builder_begin_object(b);
	json_make_text(b, "name", h->name);
	json_make_text(b, "place", h->place);
	json_make_text(b, "state", hop_state_names[h->state]);
	json_make_text(b, "counts", h->counts);
	json_builder_end_object(b);
}

static void add_path(JsonBuilder *b, const void *element)
{
	const struct report_path *p = element;

	json_builder_begin_object(b);
	json_make_text(b, "interface", p->interface);
	json_make_array(b, "hops", p->hops, add_hop);
	json_builder_end_object(b);
}

/* The facts' names, as JSON members are spelt; numbers as numbers. */
static void add_row_members(JsonBuilder *b, const struct sample_row *row)
{
	for (guint i = 0; i < row->values->len; i++) {
		const struct sample_value *v = row->values->pdata[i];
		g_autofree char *name = g_strdelimit(g_strdup(v->name), "-", '_');

		if (!v->is_number)
			json_make_text(b, name, v->text);
		else if (strchr(v->text, '.'))
			json_make_double(b, name, v->number);
		else
			json_make_int(b, name, g_ascii_strtoll(v->text, NULL, 10));
	}
}

static void set_rows(JsonBuilder *b, const GPtrArray *rows, const char *kind)
{
	g_autofree char *name = g_strdelimit(g_strdup(kind), "-", '_');

	json_make_open_array(b, name);
	for (guint i = 0; i < rows->len; i++) {
		const struct sample_row *row = rows->pdata[i];

		if (strcmp(row->kind, kind) != 0)
			continue;
		json_builder_begin_object(b);
		add_row_members(b, row);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

/* One array for each kind of row, in order of first sight; the row "sample" is of the whole. */
static void set_sample(JsonBuilder *b, const GPtrArray *rows)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	if (rows->len == 0)
		return;
	json_make_open_object(b, "sample");
	for (guint i = 0; i < rows->len; i++) {
		const struct sample_row *row = rows->pdata[i];

		if (strcmp(row->kind, "sample") == 0)
			add_row_members(b, row);
		else if (g_hash_table_add(seen, row->kind))
			set_rows(b, rows, row->kind);
	}
	json_builder_end_object(b);
}

static void add_domain(JsonBuilder *b, const void *element)
{
	const struct report_domain *d = element;

	json_builder_begin_object(b);
	json_make_text(b, "name", d->name);
	json_make_text(b, "uuid", d->uuid);
	json_builder_set_member_name(b, "id");
	if (d->id < 0)
		json_builder_add_null_value(b);
	else
		json_builder_add_int_value(b, d->id);
	json_make_text(b, "state", d->state);
	json_make_text(b, "reason", d->reason);
	json_make_text(b, "machine", d->machine);
	json_make_text(b, "os", d->os);
	if (d->paths->len > 0)
		json_make_array(b, "probes", d->paths, add_path);
	set_sample(b, d->sample);
	json_builder_end_object(b);
}

static void set_host(JsonBuilder *b, const struct report *r)
{
	json_make_open_object(b, "host");
	json_make_text(b, "name", r->host.name);
	json_make_text(b, "libvirt", r->host.libvirt);
	json_make_text(b, "qemu", r->host.qemu);
	json_make_text(b, "kernel", r->host.kernel);
	json_make_text(b, "os", r->host.os);
	set_sample(b, r->sample);
	json_builder_end_object(b);
}

/* The length of an option's name; what follows "=" is its value. */
static size_t option_length(const char *option)
{
	return strcspn(option, "=");
}

/* The values of all options that have the name of option @at. Borrowed strings. */
static GPtrArray *option_values(const GPtrArray *options, guint at)
{
	GPtrArray *values = g_ptr_array_new();
	const char *name = options->pdata[at];
	size_t len = option_length(name);

	for (guint i = 0; i < options->len; i++) {
		const char *option = options->pdata[i];

		if (option_length(option) == len && memcmp(option, name, len) == 0)
			g_ptr_array_add(values, (char *)option + len + (option[len] == '='));
	}
	return values;
}

/* --set, --ignore and others may be given several times: only then the value is an array. */
static void set_option(JsonBuilder *b, const GPtrArray *options, guint at)
{
	const char *option = options->pdata[at];
	g_autoptr(GPtrArray) values = option_values(options, at);
	g_autofree char *name = g_strndup(option, option_length(option));
	g_autofree char *valid = g_utf8_make_valid(name, -1);

	json_builder_set_member_name(b, valid);
	if (values->len > 1)
		json_builder_begin_array(b);
	for (guint i = 0; i < values->len; i++)
		json_make_item(b, values->pdata[i]);
	if (values->len > 1)
		json_builder_end_array(b);
}

static void set_options(JsonBuilder *b, const GPtrArray *options)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	json_make_open_object(b, "options");
	for (guint i = 0; i < options->len; i++) {
		const char *option = options->pdata[i];

		if (g_hash_table_add(seen, g_strndup(option, option_length(option))))
			set_option(b, options, i);
	}
	json_builder_end_object(b);
}

static void set_counts(JsonBuilder *b, const struct report *r)
{
	json_make_open_object(b, "counts");
	json_make_int(b, "fired", r->fired);
	json_make_int(b, "passed", r->passed);
	json_make_int(b, "undecided", r->undecided->len);
	json_make_int(b, "muted", r->muted);
	json_builder_end_object(b);
}

static void set_known(JsonBuilder *b, const GPtrArray *known)
{
	if (!known)
		return;
	json_make_open_array(b, "known");
	for (guint i = 0; i < known->len; i++)
		json_make_item(b, known->pdata[i]);
	json_builder_end_array(b);
}

static JsonNode *report_node(const struct report *r)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	json_make_text(b, "schema", "vmdoctor.report/1");
	json_make_text(b, "version", r->version);
	json_make_text(b, "taken", r->taken);
	set_host(b, r);
	set_options(b, r->options);
	set_pasted(b, r->pasted);
	set_counts(b, r);
	json_make_array(b, "domains", r->domains, add_domain);
	json_make_array(b, "findings", r->findings, add_finding);
	json_make_array(b, "undecided", r->undecided, add_undecided);
	set_known(b, r->known);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}

static void write_json(const struct report *r, const struct style *style, GString *out)
{
	g_autoptr(JsonNode) root = report_node(r);

	(void)style;
	json_out(root, out);
}

const struct writer writer_json = {
	.name = "json",
	.suffix = ".json",
	.summary = "one JSON object, for programs (see report.schema.json)",
	.write = write_json,
};
