// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sarif - for tools that gather results of checkers, and show them beside files
 *
 * critical and error are SARIF's "error", advice and info its "note"; the score is the rank, from 0
 * to 100.  A result lies in the file of its first evidence, where that is a file of the host's, and
 * in the logical place DOMAIN/SUBJECT.  What could not be checked is a notification of the tool.
 * Source: OASIS Static Analysis Results Interchange Format 2.1.0
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "findings/report.h"
#include "base/json_make.h"
#include "report/json_out.h"
#include "report/text_words.h"
#include "report/writer.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static void begin(JsonBuilder *b, const char *member)
{
	if (member)
		json_make_open_object(b, member);
	else
		json_builder_begin_object(b);
}

/* Where JSON has null, SARIF has no member. */
static void set(JsonBuilder *b, const char *member, const char *value)
{
	if (value)
		json_make_text(b, member, value);
}

static void set_message(JsonBuilder *b, const char *member, const char *text)
{
	begin(b, member);
	json_make_text(b, "text", text ? text : "");
	json_builder_end_object(b);
}

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "note";
}

/* The rules that found something, in the order in which they did. */

static GPtrArray *rules_of(const struct report *r)
{
	GPtrArray *rules = g_ptr_array_new();

	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (!g_ptr_array_find_with_equal_func(rules, f->rule, g_str_equal, NULL))
			g_ptr_array_add(rules, f->rule);
	}
	return rules;
}

static void add_rule(JsonBuilder *b, const struct finding *f)
{
	const struct reference *first = f->references->len ? f->references->pdata[0] : NULL;
	g_autofree char *help = g_strdup_printf("vmdoctor explain %s", f->rule);

	begin(b, NULL);
	set(b, "id", f->rule);
	set_message(b, "shortDescription", f->cause);
	set_message(b, "help", help);
	set(b, "helpUri", first ? first->url : NULL);
	json_builder_end_object(b);
}

static void add_tool(JsonBuilder *b, const struct report *r, const GPtrArray *rules)
{
	guint next = 0;

	begin(b, "tool");
	begin(b, "driver");
	set(b, "name", "vmdoctor");
	set(b, "version", r->version);
	json_make_open_array(b, "rules");
	for (guint i = 0; i < r->findings->len && next < rules->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (g_strcmp0(f->rule, rules->pdata[next]) == 0) {
			add_rule(b, f);
			next++;
		}
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
	json_builder_end_object(b);
}

/* Results. */

static gint64 line_of(const struct evidence *e)
{
	return e->locator && g_str_has_prefix(e->locator, "line ") ? g_ascii_strtoll(e->locator + 5, NULL, 10) : 0;
}

/* What the program itself made up is no file of the host's. */
static void add_file(JsonBuilder *b, const struct evidence *e)
{
	g_autofree char *uri = e->source[0] == '/' && !g_str_has_prefix(e->source, "/vmdoctor/") ?
				       g_filename_to_uri(e->source, NULL, NULL) :
				       NULL;

	if (!uri)
		return;
	begin(b, "physicalLocation");
	begin(b, "artifactLocation");
	set(b, "uri", uri);
	json_builder_end_object(b);
	if (line_of(e) > 0) {
		begin(b, "region");
		json_make_int(b, "startLine", line_of(e));
		json_builder_end_object(b);
	}
	json_builder_end_object(b);
}

static void add_place(JsonBuilder *b, const struct finding *f)
{
	const char *domain = f->domain ? f->domain : "host";
	g_autofree char *whole = f->subject ? g_strdup_printf("%s/%s", domain, f->subject) : g_strdup(domain);

	json_make_open_array(b, "locations");
	begin(b, NULL);
	if (f->evidence->len)
		add_file(b, f->evidence->pdata[0]);
	json_make_open_array(b, "logicalLocations");
	begin(b, NULL);
	set(b, "name", f->subject ? f->subject : domain);
	set(b, "fullyQualifiedName", whole);
	json_builder_end_object(b);
	json_builder_end_array(b);
	json_builder_end_object(b);
	json_builder_end_array(b);
}

static void add_evidence(JsonBuilder *b, const struct finding *f)
{
	json_make_open_array(b, "relatedLocations");
	for (guint i = 0; i < f->evidence->len; i++) {
		const struct evidence *e = f->evidence->pdata[i];
		g_autofree char *text = g_strdup_printf("%s%s%s: %s", e->source, e->locator ? ", " : "",
							e->locator ? e->locator : "", e->text ? e->text : "");

		begin(b, NULL);
		add_file(b, e);
		set_message(b, "message", text);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

/* A fix of SARIF's is a change of files; what to do is text here. */
static char *message_of(const struct finding *f)
{
	GString *s = g_string_new(NULL);

	g_string_append_printf(s, "%s\n\n%s", f->title, f->message);
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];

		g_autofree char *text = text_fix(fix);

		g_string_append_printf(s, "%s%s", i == 0 ? "\n\n" : "\n", text);
		if (fix->command)
			g_string_append_printf(s, "\n    %s", fix->command);
	}
	return g_string_free(s, FALSE);
}

static void add_properties(JsonBuilder *b, const struct finding *f)
{
	begin(b, "properties");
	set(b, "severity", severity_names[f->severity]);
	set(b, "confidence", confidence_names[f->confidence]);
	set(b, "cause", f->cause);
	set(b, "explainedBy", f->explained_by);
	json_make_open_array(b, "tags");
	for (size_t i = 0; f->symptoms && f->symptoms[i]; i++)
		json_make_item(b, f->symptoms[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void add_result(JsonBuilder *b, const struct finding *f, GPtrArray *rules)
{
	g_autofree char *message = message_of(f);
	guint index = 0;

	(void)g_ptr_array_find_with_equal_func(rules, f->rule, g_str_equal, &index);
	begin(b, NULL);
	set(b, "ruleId", f->rule);
	json_make_int(b, "ruleIndex", index);
	set(b, "level", level_of(f->severity));
	json_make_double(b, "rank", CLAMP(f->score, 0, 1) * 100);
	set_message(b, "message", message);
	add_place(b, f);
	add_evidence(b, f);
	begin(b, "partialFingerprints");
	set(b, "vmdoctorKey/v1", f->key);
	json_builder_end_object(b);
	add_properties(b, f);
	json_builder_end_object(b);
}

static void add_notification(JsonBuilder *b, const struct undecided *u)
{
	g_autofree char *text = g_strdup_printf("%s%s%s: %s%s%s", u->rule, u->domain ? " " : "",
						u->domain ? u->domain : "", u->reason ? u->reason : "",
						u->remedy ? "; " : "", u->remedy ? u->remedy : "");

	begin(b, NULL);
	set(b, "level", "note");
	set_message(b, "message", text);
	json_builder_end_object(b);
}

static void add_invocation(JsonBuilder *b, const struct report *r)
{
	json_make_open_array(b, "invocations");
	begin(b, NULL);
	json_make_bool(b, "executionSuccessful", TRUE);
	set(b, "endTimeUtc", r->taken);
	set(b, "machine", r->host.name);
	json_make_open_array(b, "toolExecutionNotifications");
	for (guint i = 0; i < r->undecided->len; i++)
		add_notification(b, r->undecided->pdata[i]);
	json_builder_end_array(b);
	json_builder_end_object(b);
	json_builder_end_array(b);
}

static void add_run(JsonBuilder *b, const struct report *r)
{
	g_autoptr(GPtrArray) rules = rules_of(r);

	begin(b, NULL);
	add_tool(b, r, rules);
	add_invocation(b, r);
	json_make_open_array(b, "results");
	for (guint i = 0; i < r->findings->len; i++)
		add_result(b, r->findings->pdata[i], rules);
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void write_sarif(const struct report *r, const struct style *style, GString *out)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;

	(void)style;
	begin(b, NULL);
	set(b, "$schema", SCHEMA);
	set(b, "version", "2.1.0");
	json_make_open_array(b, "runs");
	add_run(b, r);
	json_builder_end_array(b);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	json_out(root, out);
}

const struct writer writer_sarif = {
	.name = "sarif",
	.suffix = ".sarif",
	.summary = "SARIF 2.1.0, for tools that gather checkers' results",
	.write = write_sarif,
};
