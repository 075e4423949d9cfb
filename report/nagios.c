// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nagios - one status line with performance data, for Icinga and its kin; then a line a finding
 *
 * The state is that of the exit status: a warning is WARNING, an error or worse CRITICAL; nothing
 * found and nothing checked is UNKNOWN.  "|" would begin performance data and cannot stand in text.
 * Source: Monitoring Plugins Development Guidelines, "Plugin Output for Nagios"
 */
#include "report/nagios.h"

#include <string.h>

#include "findings/report.h"
#include "report/pen.h"
#include "report/text_words.h"
#include "report/writer.h"

static const char *const states[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

enum nagios_state nagios_state(const struct report *r)
{
	enum severity worst = SEVERITY_INFO;

	for (guint i = 0; i < r->findings->len; i++)
		worst = MAX(worst, ((const struct finding *)r->findings->pdata[i])->severity);
	if (worst >= SEVERITY_ERROR)
		return NAGIOS_CRITICAL;
	if (worst == SEVERITY_WARNING)
		return NAGIOS_WARNING;
	return r->findings->len + r->passed + r->muted == 0 ? NAGIOS_UNKNOWN : NAGIOS_OK;
}

static void words(GString *out, const char *text)
{
	g_autofree char *line = g_strdelimit(g_strdup(text ? text : ""), "\n\t", ' ');
	g_autofree char *safe = pen_safe(line, strlen(line));

	g_string_append(out, g_strdelimit(safe, "|", '/'));
}

static void write_finding(const struct finding *f, GString *out)
{
	g_autofree char *place = text_place(f->domain, f->subject);

	g_string_append_printf(out, "%s: ", severity_names[f->severity]);
	words(out, f->title);
	g_string_append(out, " (");
	words(out, place);
	g_string_append(out, ")");
}

/* The first to look at among the worst: a symptom may rank something lesser before it. */
static const struct finding *worst_of(const struct report *r)
{
	const struct finding *worst = r->findings->pdata[0];

	for (guint i = 1; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (f->severity > worst->severity)
			worst = f;
	}
	return worst;
}

static void write_perfdata(const struct report *r, GString *out)
{
	unsigned int n[SEVERITY_MAX_] = { 0 };

	for (guint i = 0; i < r->findings->len; i++)
		n[((const struct finding *)r->findings->pdata[i])->severity]++;
	g_string_append(out, " |");
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--)
		g_string_append_printf(out, " %s=%u;;;0", severity_names[i], n[i]);
	g_string_append_printf(out, " passed=%u;;;0 undecided=%u;;;0\n", r->passed, r->undecided->len);
}

static void write_nagios(const struct report *r, const struct style *style, GString *out)
{
	enum nagios_state state = nagios_state(r);

	(void)style;
	g_string_append_printf(out, "VMDOCTOR %s - ", states[state]);
	if (state == NAGIOS_UNKNOWN)
		g_string_append(out, "nothing could be checked");
	else if (state == NAGIOS_OK)
		g_string_append_printf(out, "%u checks passed", r->passed);
	else
		write_finding(worst_of(r), out);
	write_perfdata(r, out);
	for (guint i = 0; i < r->findings->len && state != NAGIOS_OK; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (f->severity < SEVERITY_WARNING)
			continue;
		write_finding(f, out);
		g_string_append_c(out, '\n');
	}
}

const struct writer writer_nagios = {
	.name = "nagios",
	.suffix = ".txt",
	.summary = "a status line and performance data, for Icinga and its kin",
	.write = write_nagios,
};
