// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html - one page that needs nothing else: no script, no network, no font
 *
 * The page forbids itself to load or run anything (Content-Security-Policy), should a string ever
 * get past the escaping.
 */
#include "html.h"

#include <string.h>

#include "finding.h"
#include "pen.h"
#include "text.h"
#include "tree.h"
#include "writer.h"

static void append(GString *out, const char *text, size_t len)
{
	g_autofree char *safe = pen_safe(text, len);
	g_autofree char *escaped = g_markup_escape_text(safe, -1);

	g_string_append(out, escaped);
}

/* Everything but @breaks, which become @instead, NULL: themselves. */
static void append_lines(GString *out, const char *text, const char *breaks, const char *instead)
{
	while (text && *text) {
		size_t len = strcspn(text, breaks);

		append(out, text, len);
		text += len;
		if (!*text)
			return;
		if (instead)
			g_string_append(out, instead);
		else
			g_string_append_c(out, *text);
		text++;
	}
}

void html_text(GString *out, const char *text)
{
	append_lines(out, text, "\n\t", " ");
}

void html_verbatim(GString *out, const char *text)
{
	append_lines(out, text, "\n\t", NULL);
}

void html_tag(GString *out, const char *tag, const char *class, const char *text)
{
	if (!text || !*text)
		return;
	g_string_append_printf(out, "<%s", tag);
	if (class)
		g_string_append_printf(out, " class=\"%s\"", class);
	g_string_append_c(out, '>');
	html_text(out, text);
	g_string_append_printf(out, "</%s>\n", tag);
}

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
	g_string_append(out, "<footer>\n<p>Written by vmdoctor ");
	html_text(out, r->version);
	g_string_append(out, ". Nothing on the host was changed.");
	for (guint i = 0; i < r->options->len; i++) {
		g_string_append(out, i == 0 ? " Options: <code>" : ", <code>");
		html_text(out, r->options->pdata[i]);
		g_string_append(out, "</code>");
	}
	g_string_append(out, "</p>\n</footer>\n");
}

void html_head(GString *out, const char *about)
{
	g_string_append(out,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
			"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n");
	write_title(about, out);
	g_string_append_printf(out, "<style>\n%s</style>\n</head>\n", html_style);
}

static void write_html(const struct report *r, const struct style *style, GString *out)
{
	g_autofree char *about = NULL;
	struct tree tree;

	(void)style;
	tree_init(&tree, r->findings);
	about = html_about(r);
	html_head(out, about);
	g_string_append(out, "<body>\n<a class=\"skip\" href=\"#findings\">To the findings</a>\n");
	html_header(r, about, out);
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
