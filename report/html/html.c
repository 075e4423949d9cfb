// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html - one page that needs nothing else: no script, no network, no font
 *
 * The page forbids itself to load or run anything (Content-Security-Policy), should a string ever
 * get past the escaping.
 */
#include "report/html/html.h"

#include <string.h>

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/text/text.h"
#include "report/tree.h"
#include "report/writer.h"

static void write_title(const char *about, GString *out)
{
	g_string_append(out, "<title>vmdoctor");
	if (about) {
		g_string_append(out, ": ");
		html_text(out, about);
	}
	g_string_append(out, "</title>\n");
}

static void write_footer(const struct report *r, GString *out)
{
	g_string_append_printf(out, "<footer>\n<p>%s ",
			       _("Written by vmdoctor"));
	html_text(out, r->version);
	g_string_append_printf(out, ". %s",
			       _("Nothing on the host was changed."));
	for (guint i = 0; i < r->options->len; i++) {
		g_string_append(out, i == 0 ? _(" Options: <code>") : ", <code>");
		html_text(out, r->options->pdata[i]);
		g_string_append(out, "</code>");
	}
	g_string_append(out, "</p>\n</footer>\n");
}

void html_head_with(GString *out, const char *about, const char *style)
{
	/* Translators: your language, as BCP 47 has it. */
	g_string_append_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n", _("en"));
	g_string_append(out,
			"<meta charset=\"utf-8\">\n"
			"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
			"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n");
	write_title(about, out);
	g_string_append_printf(out, "<style>\n%s%s</style>\n</head>\n", html_style, style);
}

void html_head(GString *out, const char *about)
{
	html_head_with(out, about, "");
}

static void write_html(const struct report *r, const struct style *style, GString *out)
{
	g_autofree char *about = NULL, *filter = html_filter_style(r);
	struct tree tree;

	(void)style;
	tree_init(&tree, r->findings, true);
	about = html_about(r);
	html_head_with(out, about, filter);
	g_string_append_printf(out, "<body>\n<a class=\"skip\" href=\"#findings\">%s</a>\n",
			       _("To the findings"));
	html_header(r, &tree, about, out);
	g_string_append(out, "<main>\n");
	html_summary(r, &tree, out);
	html_findings(r, &tree, out);
	html_machines(r, out);
	html_undecided(r, out);
	g_string_append(out, "</main>\n");
	write_footer(r, out);
	g_string_append(out, "</body>\n</html>\n");
	tree_done(&tree);
}

const struct writer writer_html = {
	.name = "html",
	.suffix = ".html",
	.summary = "one page for a browser, complete in itself",
	.write = write_html,
};
