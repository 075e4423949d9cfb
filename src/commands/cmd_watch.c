// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_watch - vmdoctor watch: keep the last hours; --list: what happened in them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/json_make.h"
#include "commands/cmd.h"
#include "commands/options.h"
#include "commands/output.h"
#include "formats/parse.h"
#include "report/pen.h"
#include "store/store.h"
#include "watch/watch.h"

enum { INTERVAL_USUAL = 10, INTERVAL_MOST = 60, KEEP_LEAST_S = 60 };
#define KEEP_USUAL "24h"
#define MAX_USUAL "200M"
#define MAX_LEAST (1 << 20)

/* "2026-11-29 03:12:04", local */
static char *time_text(int64_t us)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(us / G_USEC_PER_SEC);

	return t ? g_date_time_format(t, "%Y-%m-%d %H:%M:%S") : g_strdup("-");
}

/* What a domain's guest or QEMU says may hold anything. */
static char *safe(const char *text)
{
	return pen_safe(text ? text : "", text ? strlen(text) : 0);
}

static void add_line(GString *out, const struct store_incident *i)
{
	g_autofree char *begin = time_text(i->begin_us), *domain = safe(i->domain ? i->domain : "-"), *subject = safe(i->subject);
	g_autofree char *title = safe(i->title);

	g_string_append_printf(out, "%s  %5.0f s  %3" G_GINT64_FORMAT "×  %-8s  %-16s  %s (%s)\n", begin, (double)(i->end_us - i->begin_us) / 1e6, i->count,
			       i->severity, domain, title, subject);
}

static void say(void *data G_GNUC_UNUSED, const struct store_incident *i)
{
	g_autoptr(GString) line = g_string_new(NULL);

	add_line(line, i);
	fputs(line->str, stdout);
	fflush(stdout);
}

static void add_text(void *data, const struct store_incident *i)
{
	add_line(data, i);
}

static void add_json(void *data, const struct store_incident *i)
{
	JsonBuilder *b = data;
	const struct {
		const char *name;
		const char *value;
	} texts[] = { { "severity", i->severity }, { "domain", i->domain }, { "subject", i->subject }, { "rule", i->rule }, { "cause", i->cause },
		      { "title", i->title },	   { "message", i->message } };

	json_builder_begin_object(b);
	json_make_double(b, "begin", (double)i->begin_us / 1e6);
	json_make_double(b, "end", (double)i->end_us / 1e6);
	json_make_int(b, "count", i->count);
	for (size_t k = 0; k < G_N_ELEMENTS(texts); k++)
		json_make_text(b, texts[k].name, texts[k].value);
	json_builder_end_object(b);
}

static bool list_as(const struct options *o, guint n, struct store *s, GString *out, GError **error)
{
	g_autofree char *json = NULL;
	JsonBuilder *b;
	bool ok;

	if (strcmp(output_format(o, n), "json") != 0)
		return store_incidents(s, 0, INT64_MAX, add_text, out, error);
	b = json_make_object();
	json_make_text(b, "schema", "vmdoctor.incidents/1");
	json_make_open_array(b, "incidents");
	ok = store_incidents(s, 0, INT64_MAX, add_json, b, error);
	json_builder_end_array(b);
	json = json_make_end(b);
	g_string_append_printf(out, "%s\n", json);
	return ok;
}

static int list(const struct options *o, const char *dir)
{
	g_autoptr(GError) error = NULL;
	auto_free(store) struct store *s = store_open(dir, &error);

	if (!s)
		return cmd_fail("%s", error->message);
	for (guint i = 0; i < output_count(o); i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		if (!list_as(o, i, s, text, &error))
			return cmd_fail("%s", error->message);
		if (text->len == 0)
			g_string_append_printf(text, "%s\n", _("Nothing happened."));
		if (output_write(o, i, text) != 0)
			return EXIT_CANNOT;
	}
	return EXIT_CLEAN;
}

/* A number and one of @units, whose factors are @factors. Return: -1: it is none */
static int64_t amount_of(const char *text, const char *units, const int64_t *factors)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(units, text[digits]) : units;

	if (digits == 0 || digits > 9 || !unit || (text[digits] && text[digits + 1]))
		return -1;
	return g_ascii_strtoll(text, NULL, 10) * factors[unit - units];
}

static int begin(const struct options *o, struct watch_request *w)
{
	static const int64_t seconds[] = { 1, 60, 3600, 86400 }, bytes[] = { 1, 1 << 10, 1 << 20, 1 << 30 };
	const char *keep = o->keep ? o->keep : KEEP_USUAL, *max = o->max ? o->max : MAX_USUAL;
	g_autoptr(GError) error = NULL;

	w->keep_s = amount_of(keep, "smhd", seconds);
	w->max_bytes = amount_of(max, "BKMG", bytes);
	if (w->keep_s < KEEP_LEAST_S)
		return cmd_fail("--keep %s: not a time from 60s on, such as 90m, 24h, 7d", keep);
	if (w->max_bytes < MAX_LEAST)
		return cmd_fail("--max %s: not a size from 1M on, such as 200M, 2G", max);
	if (w->interval_s < 1 || w->interval_s > INTERVAL_MOST)
		return cmd_fail("--interval: not a number from 1 to %d", INTERVAL_MOST);
	if (o->formats || o->outputs)
		return cmd_fail("--format and --output are of --list");
	return watch(w, &error) ? EXIT_CLEAN : cmd_fail("%s", error->message);
}

static int formats_are_known(const struct options *o)
{
	for (guint i = 0; i < output_count(o); i++)
		if (strcmp(output_format(o, i), "text") != 0 && strcmp(output_format(o, i), "json") != 0)
			return cmd_fail("--format %s: incidents are listed as text or json", output_format(o, i));
	return 0;
}

int cmd_watch(int argc, char **argv)
{
	struct options o = { .command = FOR_WATCH, .interval = INTERVAL_USUAL };
	g_autoptr(GError) error = NULL;
	struct watch_request w = { .request = &o.request, .say = say };
	int status;

	if (!options_parse(&o, argc, argv, &error))
		return cmd_usage(&o, error);
	w.dir = o.request.store ? o.request.store : STORE_DIR;
	w.interval_s = o.interval;
	status = o.list ? formats_are_known(&o) : begin(&o, &w);
	if (o.list && status == 0)
		status = list(&o, w.dir);
	options_done(&o);
	return status;
}
