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
#include "report/json_out.h"
#include "report/writer.h"

static void set_count(JsonBuilder *b, const char *name, unsigned int value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, value);
}

static void set_score(JsonBuilder *b, double score)
{
	/* NaN fails both comparisons; JSON cannot express it */
	double sane = score > 0 ? MIN(score, 1.0) : 0.0;

	json_builder_set_member_name(b, "score");
	json_builder_add_double_value(b, (double)(int)(sane * 1000 + 0.5) / 1000);
}

/* One member: an array with what @add makes of each element. NULL is an empty array. */
static void set_array(JsonBuilder *b, const char *name, const GPtrArray *array,
		      void (*add)(JsonBuilder *b, const void *element))
{
	json_builder_set_member_name(b, name);
	json_builder_begin_array(b);
	for (guint i = 0; array && i < array->len; i++)
		add(b, array->pdata[i]);
	json_builder_end_array(b);
}

static void add_evidence(JsonBuilder *b, const void *element)
{
	const struct evidence *e = element;

	json_builder_begin_object(b);
	json_out_set(b, "source", e->source);
	json_out_set(b, "locator", e->locator);
	json_out_set(b, "text", e->text);
	json_builder_end_object(b);
}

static void add_fix(JsonBuilder *b, const void *element)
{
	const struct fix *f = element;

	json_builder_begin_object(b);
	json_out_set(b, "text", f->text);
	json_out_set(b, "command", f->command);
	json_builder_end_object(b);
}

static void add_reference(JsonBuilder *b, const void *element)
{
	const struct reference *r = element;

	json_builder_begin_object(b);
	json_out_set(b, "title", r->title);
	json_out_set(b, "url", r->url);
	json_builder_end_object(b);
}

static void set_symptoms(JsonBuilder *b, const GStrv symptoms)
{
	json_builder_set_member_name(b, "symptoms");
	json_builder_begin_array(b);
	for (size_t i = 0; symptoms && symptoms[i]; i++)
		json_out_add(b, symptoms[i]);
	json_builder_end_array(b);
}

static void add_finding(JsonBuilder *b, const void *element)
{
	const struct finding *f = element;

	json_builder_begin_object(b);
	json_out_set(b, "rule", f->rule);
	json_out_set(b, "cause", f->cause);
	json_out_set(b, "severity", severity_names[f->severity]);
	json_out_set(b, "confidence", confidence_names[f->confidence]);
	json_out_set(b, "domain", f->domain);
	json_out_set(b, "subject", f->subject);
	json_out_set(b, "title", f->title);
	json_out_set(b, "message", f->message);
	set_symptoms(b, f->symptoms);
	set_array(b, "evidence", f->evidence, add_evidence);
	set_array(b, "fix", f->fixes, add_fix);
	set_array(b, "references", f->references, add_reference);
	json_out_set(b, "explained_by", f->explained_by);
	json_out_set(b, "key", f->key);
	set_count(b, "rank", f->rank);
	set_score(b, f->score);
	json_builder_end_object(b);
}

static void add_undecided(JsonBuilder *b, const void *element)
{
	const struct undecided *u = element;

	json_builder_begin_object(b);
	json_out_set(b, "rule", u->rule);
	json_out_set(b, "domain", u->domain);
	json_out_set(b, "subject", u->subject);
	json_out_set(b, "reason", u->reason);
	json_out_set(b, "remedy", u->remedy);
	json_builder_end_object(b);
}

static void add_hop(JsonBuilder *b, const void *element)
{
	const struct hop *h = element;

	json_builder_begin_object(b);
	json_out_set(b, "name", h->name);
	json_out_set(b, "place", h->place);
	json_out_set(b, "state", hop_state_names[h->state]);
	json_out_set(b, "counts", h->counts);
	json_builder_end_object(b);
}

static void add_path(JsonBuilder *b, const void *element)
{
	const struct report_path *p = element;

	json_builder_begin_object(b);
	json_out_set(b, "interface", p->interface);
	set_array(b, "hops", p->hops, add_hop);
	json_builder_end_object(b);
}

/* A list of one CPU is a list; a process may be called 7. */
static bool is_text(const char *name)
{
	static const char *const texts[] = { "cpus", "name", "domain", "group", "target", "path", NULL };

	return g_strv_contains(texts, name);
}

static bool is_number(const char *text)
{
	char *end;

	(void)g_ascii_strtod(text, &end);
	return *text && !*end && strspn(text, "0123456789.") == strlen(text);
}

/* The facts' names, as JSON members are spelt; numbers as numbers. */
static void add_row_members(JsonBuilder *b, const struct sample_row *row)
{
	for (guint i = 0; i < row->names->len; i++) {
		g_autofree char *name = g_strdelimit(g_strdup(row->names->pdata[i]), "-", '_');
		const char *value = row->values->pdata[i];

		if (is_text(name) || !is_number(value)) {
			json_out_set(b, name, value);
			continue;
		}
		json_builder_set_member_name(b, name);
		if (strchr(value, '.'))
			json_builder_add_double_value(b, g_ascii_strtod(value, NULL));
		else
			json_builder_add_int_value(b, g_ascii_strtoll(value, NULL, 10));
	}
}

static void set_rows(JsonBuilder *b, const GPtrArray *rows, const char *kind)
{
	g_autofree char *name = g_strdelimit(g_strdup(kind), "-", '_');

	json_builder_set_member_name(b, name);
	json_builder_begin_array(b);
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
	json_builder_set_member_name(b, "sample");
	json_builder_begin_object(b);
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
	json_out_set(b, "name", d->name);
	json_out_set(b, "uuid", d->uuid);
	json_builder_set_member_name(b, "id");
	if (d->id < 0)
		json_builder_add_null_value(b);
	else
		json_builder_add_int_value(b, d->id);
	json_out_set(b, "state", d->state);
	json_out_set(b, "reason", d->reason);
	json_out_set(b, "machine", d->machine);
	json_out_set(b, "os", d->os);
	if (d->paths->len > 0)
		set_array(b, "probes", d->paths, add_path);
	set_sample(b, d->sample);
	json_builder_end_object(b);
}

static void set_host(JsonBuilder *b, const struct report *r)
{
	json_builder_set_member_name(b, "host");
	json_builder_begin_object(b);
	json_out_set(b, "name", r->host.name);
	json_out_set(b, "libvirt", r->host.libvirt);
	json_out_set(b, "qemu", r->host.qemu);
	json_out_set(b, "kernel", r->host.kernel);
	json_out_set(b, "os", r->host.os);
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
		json_out_add(b, values->pdata[i]);
	if (values->len > 1)
		json_builder_end_array(b);
}

static void set_options(JsonBuilder *b, const GPtrArray *options)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	json_builder_set_member_name(b, "options");
	json_builder_begin_object(b);
	for (guint i = 0; i < options->len; i++) {
		const char *option = options->pdata[i];

		if (g_hash_table_add(seen, g_strndup(option, option_length(option))))
			set_option(b, options, i);
	}
	json_builder_end_object(b);
}

static void set_counts(JsonBuilder *b, const struct report *r)
{
	json_builder_set_member_name(b, "counts");
	json_builder_begin_object(b);
	set_count(b, "fired", r->fired);
	set_count(b, "passed", r->passed);
	set_count(b, "undecided", r->undecided->len);
	set_count(b, "muted", r->muted);
	json_builder_end_object(b);
}

static JsonNode *report_node(const struct report *r)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	json_builder_begin_object(b);
	json_out_set(b, "schema", "vmdoctor.report/1");
	json_out_set(b, "version", r->version);
	json_out_set(b, "taken", r->taken);
	set_host(b, r);
	set_options(b, r->options);
	set_counts(b, r);
	set_array(b, "domains", r->domains, add_domain);
	set_array(b, "findings", r->findings, add_finding);
	set_array(b, "undecided", r->undecided, add_undecided);
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
