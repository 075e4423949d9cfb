// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * markdown - for a bug report or a ticket: what is wrong on top, the rest in a <details> block
 *
 * Strings cannot become markup: CommonMark lets every ASCII punctuation mark be escaped by a
 * backslash.  Forges turn @name and #1 into mentions, escaped or not; an empty comment stops that.
 * Source: spec.commonmark.org 0.30, 2.4 and 4.5
 */
#include <string.h>

#include "finding.h"
#include "i18n.h"
#include "pen.h"
#include "reasons.h"
#include "text.h"
#include "writer.h"

enum { EVIDENCE_LISTED = 6 };

/* Line breaks and tabs as spaces, what is invisible as it is shown elsewhere. */
static char *one_line(const char *text)
{
	g_autofree char *line = g_strdelimit(g_strdup(text ? text : ""), "\n\t", ' ');

	return pen_safe(line, strlen(line));
}

static void words(GString *out, const char *text)
{
	g_autofree char *safe = one_line(text);

	for (const char *c = safe; *c; c++) {
		if (*c == '@' || *c == '#')
			g_string_append_printf(out, "\\%c<!-- -->", *c);
		else if (strchr("\\`*_{}[]<>()+-!|~&$=", *c))
			g_string_append_printf(out, "\\%c", *c);
		else
			g_string_append_c(out, *c);
	}
}

/* The longest run of backquotes in @text. */
static size_t longest_run(const char *text)
{
	size_t longest = 0;

	for (const char *at = strchr(text, '`'); at; at = strchr(at, '`')) {
		size_t len = strspn(at, "`");

		longest = MAX(longest, len);
		at += len;
	}
	return longest;
}

static void code(GString *out, const char *text)
{
	g_autofree char *safe = one_line(text);
	g_autofree char *fence = g_strnfill(longest_run(safe) + 1, '`');
	bool is_tight = *safe && *safe != '`' && !g_str_has_suffix(safe, "`");

	g_string_append_printf(out, is_tight ? "%s%s%s" : "%s %s %s", fence, safe, fence);
}

static void block(GString *out, const char *text)
{
	g_autofree char *safe = one_line(text);
	g_autofree char *fence = g_strnfill(MAX(longest_run(safe) + 1, 3), '`');

	g_string_append_printf(out, "\n   %ssh\n   %s\n   %s\n", fence, safe, fence);
}

static void write_head(const struct report *r, GString *out)
{
	const char *const parts[][2] = { { "libvirt ", r->host.libvirt },
					 { "QEMU ", r->host.qemu },
					 { _("kernel "), r->host.kernel },
					 { "", r->host.os } };
	const char *separator = "";

	g_string_append(out, "## vmdoctor ");
	words(out, r->version);
	g_string_append(out, r->host.name ? ": " : "");
	words(out, r->host.name);
	g_string_append(out, "\n\n");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (!parts[i][1])
			continue;
		g_string_append_printf(out, "%s%s", separator, parts[i][0]);
		words(out, parts[i][1]);
		separator = ", ";
	}
	g_string_append(out, "\n\n");
	g_string_append_printf(out, _("%u findings, %u checks passed, %u undecided, %u muted\n"),
			       r->findings->len, r->passed, r->undecided->len, r->muted);
}

static void write_evidence(const struct finding *f, GString *out)
{
	guint listed = MIN(f->evidence->len, EVIDENCE_LISTED);

	for (guint i = 0; i < listed; i++) {
		const struct evidence *e = f->evidence->pdata[i];
		g_autofree char *source = text_source(e);

		g_string_append(out, "- ");
		code(out, source);
		g_string_append(out, ": ");
		code(out, e->text);
		g_string_append_c(out, '\n');
	}
	if (listed < f->evidence->len)
		g_string_append_printf(out, _("- and %u more\n"), f->evidence->len - listed);
}

static void write_fixes(const struct finding *f, GString *out)
{
	g_string_append(out, f->fixes->len > 0 ? _("\nDo:\n\n") : "");
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];

		g_string_append(out, "1. ");
		words(out, fix_text(fix));
		g_string_append_c(out, '\n');
		if (fix->command && *fix->command)
			block(out, fix->command);
	}
}

static void write_finding(const struct finding *f, GString *out)
{
	g_autofree char *place = text_place(f->domain, f->subject);

	g_string_append_printf(out, "\n### %u\\. %s: ", f->rank, _(severity_names[f->severity]));
	words(out, finding_title(f));
	g_string_append(out, " \\(");
	words(out, place);
	g_string_append(out, "\\)\n\n");
	words(out, finding_message(f));
	g_string_append(out, "\n\n");
	/* before a rule's id in code */
	g_string_append_printf(out, _("Seen (%s, rule "), _(confidence_names[f->confidence]));
	code(out, f->rule);
	g_string_append(out, "):\n\n");
	write_evidence(f, out);
	write_fixes(f, out);
}

/* Advice, and what could not be checked: for who asks. */
static void write_rest(const struct report *r, guint from, GString *out)
{
	g_autoptr(GPtrArray) reasons = reasons_new(r->undecided);

	if (from == r->findings->len && reasons->len == 0)
		return;
	g_string_append_printf(out, "\n<details>\n<summary>%s</summary>\n", _("Advice, and what was not checked"));
	for (guint i = 0; i < r->findings->len; i++)
		if (((const struct finding *)r->findings->pdata[i])->severity <= SEVERITY_ADVICE)
			write_finding(r->findings->pdata[i], out);
	g_string_append(out, reasons->len > 0 ? _("\n### Not checked\n\n") : "");
	for (guint i = 0; i < reasons->len; i++) {
		const struct reason *reason = reasons->pdata[i];
		g_autofree char *why = reason_words(reason, reason->sources->len);

		g_string_append_printf(out, _("- %u checks: "), reason->entries->len);
		words(out, why);
		g_string_append(out, reason->remedy ? "; " : "");
		words(out, reason->remedy);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, "\n</details>\n");
}

static void write_markdown(const struct report *r, const struct style *style, GString *out)
{
	guint shown = 0;

	(void)style;
	write_head(r, out);
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (f->severity <= SEVERITY_ADVICE)
			continue;
		write_finding(f, out);
		shown++;
	}
	write_rest(r, shown, out);
}

const struct writer writer_markdown = {
	.name = "markdown",
	.suffix = ".md",
	.summary = "for a bug report or a ticket",
	.write = write_markdown,
};
