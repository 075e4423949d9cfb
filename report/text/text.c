// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text - the report that a person reads on a terminal
 *
 * What is broken stands out; advice is short, so that a usual report fits on a screen or two.
 * --verbose shows all of everything.
 */
#include "report/text/text.h"

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/verdicts.h"
#include "report/writer.h"

/* "2 warnings"; adjectives and uncountables keep their form. */
static char *counted(unsigned int n, enum severity severity)
{
	if (severity == SEVERITY_WARNING)
		return g_strdup_printf(ngettext("%u warning", "%u warnings", n), n);
	if (severity == SEVERITY_ERROR)
		return g_strdup_printf(ngettext("%u error", "%u errors", n), n);
	return g_strdup_printf("%u %s", n, _(severity_names[severity]));
}

/* "1 error, 2 advice", the worst first */
static char *severity_counts(const struct report *r)
{
	unsigned int n[SEVERITY_MAX_] = { 0 };
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < r->findings->len; i++)
		n[((const struct finding *)r->findings->pdata[i])->severity]++;
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--) {
		g_autofree char *part = counted(n[i], i);

		if (n[i] > 0)
			g_string_append_printf(s, "%s%s", s->len > 0 ? ", " : "", part);
	}
	return g_string_free(s, FALSE);
}

static void write_found(const struct report *r, struct pen *p)
{
	g_autofree char *counts = severity_counts(r);
	unsigned int n = r->findings->len;

	pen_printf(p, ngettext("%u finding (%s), %u passed, %u undecided", "%u findings (%s), %u passed, %u undecided", n),
		   n, counts, r->passed, r->undecided->len);
}

static void write_nothing_checked(const struct report *r, struct pen *p)
{
	unsigned int n = r->undecided->len;

	if (n == 0)
		pen_words(p, _("Nothing was checked"));
	else
		pen_printf(p, ngettext("Nothing could be checked: %u check is undecided",
				       "Nothing could be checked: %u checks are undecided", n), n);
}

/* Says how much the good news rests on. */
static void write_nothing_found(const struct report *r, struct pen *p)
{
	pen_printf(p, r->muted > 0 ? ngettext("No new problem found: %u check passed",
					      "No new problem found: %u checks passed", r->passed)
				   : ngettext("No problem found: %u check passed",
					      "No problem found: %u checks passed", r->passed), r->passed);
	if (r->undecided->len == 0)
		return;
	pen_attach(p, ",");
	pen_printf(p, _("%u could not be decided"), r->undecided->len);
}

/* A comparison rests on what was looked at both times. */
static void write_not_compared(const struct report *r, struct pen *p)
{
	if (r->kept > 0) {
		pen_line(p, 0);
		pen_printf(p, ngettext("%u known finding could not be looked at now; it counts as known",
				       "%u known findings could not be looked at now; they count as known", r->kept), r->kept);
	}
	if (r->late > 0) {
		pen_line(p, 0);
		pen_printf(p, ngettext("%u of the findings is about what could not be looked at before",
				       "%u of the findings are about what could not be looked at before", r->late), r->late);
	}
}

/* Of an audit: which of the domains need work. */
static void write_headline(const struct report *r, struct pen *p)
{
	g_autoptr(GPtrArray) all = verdicts_of(r);
	g_autofree char *headline = verdicts_headline(r, all);

	pen_ink(p, INK_BOLD);
	pen_words(p, headline);
	pen_ink(p, INK_PLAIN);
}

static void write_counts(const struct report *r, struct pen *p)
{
	const struct finding *worst = report_worst(r);

	pen_blank(p);
	if (verdicts_apply(r))
		write_headline(r, p);
	else if (r->findings->len > 1)
		text_title(worst, p);
	pen_line(p, 0);
	pen_ink(p, INK_BOLD);
	if (worst)
		write_found(r, p);
	else if (r->passed == 0)
		write_nothing_checked(r, p);
	else
		write_nothing_found(r, p);
	if (r->muted > 0) {
		pen_attach(p, ",");
		pen_printf(p, r->known ? _("%u known already") : _("%u muted"), r->muted);
	}
	pen_ink(p, INK_PLAIN);
	write_not_compared(r, p);
	pen_line(p, 0);
}

static void write_text(const struct report *r, const struct style *style, GString *out)
{
	struct pen pen = { .out = out, .width = style->width, .colour = style->colour };

	if (!style->quiet) {
		text_head(r, &pen);
		write_counts(r, &pen);
		if (verdicts_apply(r))
			text_verdicts(r, style, &pen);
		if (!verdicts_apply(r) || style->verbose)
			text_domains(r, style, &pen);
		text_paths(r, &pen);
		text_sample(r, style, &pen);
	}
	text_findings(r, style, &pen);
	if (!style->quiet)
		text_undecided(r, style, &pen);
}

const struct writer writer_text = {
	.name = "text",
	.suffix = ".txt",
	.summary = "for people, on a terminal",
	.write = write_text,
};
