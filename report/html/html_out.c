// SPDX-License-Identifier: GPL-2.0-or-later
/* html_out - text as HTML, and the small pieces that all parts of the page are made of */
#include "report/html/html.h"

#include <string.h>

#include "base/i18n.h"
#include "report/pen.h"
#include "report/text_words.h"

/* One, and more than one. */
static char *severity_count(enum severity severity, unsigned int n)
{
	if (severity == SEVERITY_INFO)
		return g_strdup_printf(ngettext("%u note", "%u notes", n), n);
	if (severity == SEVERITY_ADVICE)
		return g_strdup_printf(ngettext("%u piece of advice", "%u pieces of advice", n), n);
	if (severity == SEVERITY_WARNING)
		return g_strdup_printf(ngettext("%u warning", "%u warnings", n), n);
	if (severity == SEVERITY_ERROR)
		return g_strdup_printf(ngettext("%u error", "%u errors", n), n);
	return g_strdup_printf("%u %s", n, _("critical"));
}

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

void html_badge(enum severity severity, unsigned int n, GString *out)
{
	const char *name = severity_names[severity];
	g_autofree char *text = n > 0 ? severity_count(severity, n) : g_strdup(_(name));

	g_string_append_printf(out, "<span class=\"badge %s\">%s</span> ", name, text);
}

/* In a box of its own, which scrolls, by keys, too: one click selects the whole command (user-select: all): the page has no script. */
void html_command(const char *command, GString *out)
{
	if (!command || !*command)
		return;
	g_string_append(out, "<pre class=\"command\" tabindex=\"0\"><code>");
	html_verbatim(out, command);
	g_string_append(out, "</code></pre>\n");
}

void html_fix(const struct fix *f, GString *out)
{
	g_autofree char *terms = text_terms(f, true);

	html_text(out, fix_text(f));
	if (terms) {
		g_string_append_c(out, ' ');
		html_tag(out, "span", "terms", terms);
	}
	html_command(f->command, out);
}
