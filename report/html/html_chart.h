// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html_chart - bars as inline SVG, as wide as their place; what is not known is a dashed outline
 *
 * Lengths are percentages of the drawing, so nothing is distorted at any width.  Numbers in SVG have
 * a point, whatever the locale.
 */
#ifndef VMDOCTOR_HTML_CHART_H
#define VMDOCTOR_HTML_CHART_H

#include <glib.h>

/** One bar, or one part of a bar. */
struct chart_part {
	const char *class; /* of the style sheet, a literal */
	double value;	   /* NaN: not known, else not negative */
	double limit;	   /* a line is drawn there; NaN: none. Of bars only */
};

/** html_chart_stack - beside each other, of 100; @title: what it shows, for who does not see it */
void html_chart_stack(const struct chart_part *parts, size_t n, const char *title, GString *out);
/** html_chart_bars - below each other; @most: what is drawn as the whole width, at least 0 */
void html_chart_bars(const struct chart_part *parts, size_t n, double most, const char *title, GString *out);

#endif
