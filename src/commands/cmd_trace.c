// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_trace - vmdoctor trace: what each vCPU of a trace did, live or recorded, and who took its CPU.
 */
#include <string.h>

#include "base/i18n.h"
#include "commands/cmd.h"
#include "commands/options.h"
#include "commands/output.h"
#include "diagnose/traced.h"
#include "findings/report.h"
#include "report/pen.h"
#include "report/trace/trace.h"
#include "trace/live.h"
#include "trace/reader.h"
#include "trace/story.h"
#include "trace/vcpu.h"

enum { SECONDS_DEFAULT = 5, SECONDS_MOST = 600, SECONDS_USUAL = G_MININT /* none was given */ };

static const struct {
	const char *name;
	void (*write)(const struct analysis *a, const struct trace_info *info, const struct report *r, const struct style *style, GString *out);
} formats[] = { { "text", trace_write_text }, { "json", trace_write_json }, { "html", trace_write_html },
		{ "prometheus", trace_write_prometheus }, { "graphite", trace_write_graphite } };

static int find_format(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* Return: 0, or EXIT_CANNOT once the reason is said */
static int check(const struct options *o)
{
	if (o->interval < 0 || o->interval > SECONDS_MOST || (o->interval && (o->trace || o->save || o->flow)))
		return cmd_fail("--interval: not a number from 1 to %d, or not of a live trace alone", SECONDS_MOST);
	if (o->seconds != SECONDS_USUAL && (o->seconds < 1 || (o->seconds > SECONDS_MOST && !o->interval)))
		return cmd_fail("--seconds: not a number from 1 to %d", SECONDS_MOST);
	if (!o->trace && o->guests)
		return cmd_fail("--guest joins recorded traces: --save the host's, then --from it");
	if (o->trace && o->save)
		return cmd_fail("--save keeps a live trace; with --from there is one already");
	for (guint i = 0; i < output_count(o); i++)
		if (find_format(output_format(o, i)) < 0)
			return cmd_fail("--format %s: a trace is written as text, json, html, prometheus or graphite", output_format(o, i));
	return 0;
}

static int status_of(const struct options *o, const struct report *r)
{
	for (guint i = 0; i < r->findings->len; i++)
		if (((const struct finding *)r->findings->pdata[i])->severity >= o->fail_on)
			return EXIT_FOUND;
	return EXIT_CLEAN;
}

static int write_all(const struct options *o, const struct analysis *a, const struct trace_info *info, const struct report *r)
{
	for (guint i = 0; i < output_count(o); i++) {
		const struct style style = output_style(o, i);
		g_autoptr(GString) text = g_string_new(NULL);

		formats[find_format(output_format(o, i))].write(a, info, r, &style, text);
		if (output_write(o, i, text) != 0)
			return EXIT_CANNOT;
	}
	return status_of(o, r);
}

/* Each domain once; vCPUs are in their order. */
static GStrv domains_of(const struct analysis *a)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; i < a->vcpus->len; i++) {
		const struct vcpu *v = a->vcpus->pdata[i];

		if (names->len == 0 || strcmp(names->pdata[names->len - 1], v->domain) != 0)
			g_ptr_array_add(names, v->domain);
	}
	g_ptr_array_add(names, NULL);
	return g_strdupv((char **)names->pdata);
}

static int judge_and_write(const struct options *o, const struct analysis *a, const struct trace_info *info)
{
	g_autoptr(GString) json = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) domains = domains_of(a);
	auto_free(report) struct report *r = NULL;

	trace_write_json(a, info, NULL, NULL, json);
	r = diagnose_traced(&o->request, json->str, domains, &error);
	return r ? write_all(o, a, info, r) : cmd_fail("%s", error->message);
}

static int no_such_domain(const struct analysis *a, const char *name)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *shown = NULL;

	for (guint i = 0; i < a->vcpus->len; i++) {
		const struct vcpu *v = a->vcpus->pdata[i], *before = i > 0 ? a->vcpus->pdata[i - 1] : NULL;

		if (!before || strcmp(before->domain, v->domain) != 0)
			g_string_append_printf(all, "%s'%s'", all->len ? ", " : "", v->domain);
	}
	shown = pen_safe(all->str, all->len);
	return all->len ? cmd_fail("the trace shows no domain '%s', but %s", name, shown) :
			  cmd_fail("the trace shows no domain '%s', nor any other", name);
}

/* What is left of the ended analysis once it is known what was asked for. */
static int finish(const struct options *o, struct analysis *a, const struct trace_info *info)
{
	const char *unknown = o->operands ? analysis_keep(a, o->operands) : NULL;

	return unknown ? no_such_domain(a, unknown) : judge_and_write(o, a, info);
}

/* Return: the signal that ended it in @ret_signal, and the exit status */
static int trace_once(const struct options *o, int seconds, int *ret_signal)
{
	const struct live_request request = { .seconds = (unsigned int)seconds, .disk = o->disk, .save = o->save,
					      .domains = o->operands };
	g_autoptr(GError) error = NULL;
	auto_free(analysis) struct analysis *a = analysis_new();
	struct trace_info info;

	*ret_signal = story_live(&request, o->flow, a, &info, &error);
	return *ret_signal < 0 ? cmd_fail("%s", error->message) : finish(o, a, &info);
}

/* One trace after the other: what is written are figures of each. */
static int trace_now(const struct options *o)
{
	int left = o->seconds != SECONDS_USUAL ? o->seconds : o->interval ? G_MAXINT : SECONDS_DEFAULT, status, ended_by;

	do {
		int seconds = o->interval ? MIN(o->interval, left) : left;

		status = trace_once(o, seconds, &ended_by);
		left -= o->seconds != SECONDS_USUAL ? seconds : 0;
	} while (o->interval && status != EXIT_CANNOT && ended_by == 0 && left > 0);
	return status != EXIT_CANNOT && ended_by > 0 ? EXIT_INTERRUPTED : status;
}

static int trace(const struct options *o)
{
	const struct story_request story = { .path = o->trace, .seconds = (unsigned int)(o->seconds != SECONDS_USUAL ? o->seconds : SECONDS_DEFAULT), .guests = o->guests, .task = o->flow };
	g_autoptr(GError) error = NULL;
	auto_free(analysis) struct analysis *a = analysis_new();
	struct trace_info info;

	if (!story_read(&story, a, &info, &error))
		return cmd_fail("%s", error->message);
	if (info.is_cycles)
		return cmd_fail("%s: its clock is %s, which counts cycles, not time; record with -C mono", o->trace,
				info.clock);
	return finish(o, a, &info);
}

int cmd_trace(int argc, char **argv)
{
	struct options o = { .command = FOR_TRACE, .seconds = SECONDS_USUAL };
	g_autoptr(GError) error = NULL;
	int status;

	if (!options_parse(&o, argc, argv, &error))
		return cmd_usage(&o, error);
	status = check(&o);
	if (status == 0)
		status = o.trace ? trace(&o) : trace_now(&o);
	options_done(&o);
	return status;
}
