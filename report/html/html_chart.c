// SPDX-License-Identifier: GPL-2.0-or-later
/* html_chart - see html_chart.h */
#include "report/html/html_chart.h"

#include <math.h>

#include "report/html/html.h"

enum { STACK_HIGH = 18, BAR_HIGH = 7, BAR_STEP = 10 };

static void begin(size_t high, const char *title, GString *out)
{
	g_string_append_printf(out, "<svg class=\"chart\" role=\"img\" width=\"100%%\" height=\"%zu\"><title>", high);
	html_text(out, title);
	g_string_append(out, "</title>");
}

static void append_percent(const char *name, double value, GString *out)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(text, sizeof(text), "%.2f", value);
	g_string_append_printf(out, " %s=\"%s%%\"", name, text);
}

static void write_rect(const char *class, double x, double width, size_t y, int high, GString *out)
{
	g_string_append_printf(out, "<rect class=\"%s\"", class);
	append_percent("x", x, out);
	append_percent("width", width, out);
	g_string_append_printf(out, " y=\"%zu\" height=\"%d\"/>", y, high);
}

/* Inside of the drawing by half of its line, else that would be cut. */
static void write_unknown(double x, size_t y, int high, GString *out)
{
	write_rect("f-unknown", x, 100 - x, y + 1, high - 2, out);
}

void html_chart_stack(const struct chart_part *parts, size_t n, const char *title, GString *out)
{
	bool is_whole = true;
	double at = 0;

	begin(STACK_HIGH, title, out);
	for (size_t i = 0; i < n; i++) {
		double width = isnan(parts[i].value) ? 0 : MIN(parts[i].value, 100 - at);

		is_whole = is_whole && !isnan(parts[i].value);
		if (width <= 0)
			continue;
		write_rect(parts[i].class, at, width, 0, STACK_HIGH, out);
		at += width;
	}
	/* shares are rounded: less than half a percent is no part that is missing */
	if (is_whole && at < 99.5)
		write_rect("f-rest", at, 100 - at, 0, STACK_HIGH, out);
	else if (!is_whole && at < 99.5)
		write_unknown(at, 0, STACK_HIGH, out);
	g_string_append(out, "</svg>");
}

static void write_limit(double at, size_t y, GString *out)
{
	g_string_append(out, "<line class=\"limit\"");
	append_percent("x1", at, out);
	append_percent("x2", at, out);
	g_string_append_printf(out, " y1=\"%zu\" y2=\"%zu\"/>", y, y + BAR_STEP);
}

void html_chart_bars(const struct chart_part *parts, size_t n, double most, const char *title, GString *out)
{
	begin(n * BAR_STEP, title, out);
	for (size_t i = 0; i < n; i++) {
		size_t y = i * BAR_STEP;

		if (isnan(parts[i].value))
			write_unknown(0, y + 1, BAR_HIGH, out);
		else if (parts[i].value > 0 && most > 0)
			write_rect(parts[i].class, 0, MIN(parts[i].value / most, 1) * 100, y + 1, BAR_HIGH, out);
		if (parts[i].limit > 0 && parts[i].limit <= most)
			write_limit(parts[i].limit / most * 100, y, out);
	}
	g_string_append(out, "</svg>");
}
