// SPDX-License-Identifier: GPL-2.0-or-later
/* html_out - text as HTML, and the small pieces that all parts of the page are made of */
#include "html.h"

#include <string.h>

#include "i18n.h"
#include "pen.h"

/* One, and more than one. */
static const char *severity_count(enum severity severity, unsigned int n)
{
	const char *const words[SEVERITY_MAX_] = {
		[SEVERITY_INFO] = ngettext("note", "notes", n),
		[SEVERITY_ADVICE] = ngettext("piece of advice", "pieces of advice", n),
		[SEVERITY_WARNING] = ngettext("warning", "warnings", n),
		[SEVERITY_ERROR] = ngettext("error", "errors", n),
		[SEVERITY_CRITICAL] = _("critical"),
	};

	return words[severity];
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

	if (n > 0)
		g_string_append_printf(out, "<span class=\"badge %s\">%u %s</span> ", name, n,
				       severity_count(severity, n));
	else
		g_string_append_printf(out, "<span class=\"badge %s\">%s</span> ", name, _(name));
}

/* One click selects the whole command (user-select: all): the page has no script. */
void html_command(const char *command, GString *out)
{
	if (!command || !*command)
		return;
	g_string_append(out, "<pre class=\"command\"><code>");
	html_verbatim(out, command);
	g_string_append(out, "</code></pre>\n");
}
