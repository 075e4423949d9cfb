// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xpath_functions - the vd: functions: what XPath 1.0 cannot say about versions, sizes, CPU lists
 *
 * A node set given where a string is expected counts as its first node's text; an absent node is
 * the empty string, and of an empty string nothing can be computed: numbers come out as NaN,
 * which compares false with everything.
 */
#include "rules/xpath.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parse.h"

#define SUBJECT_CAP_BYTES 4096

typedef xmlXPathParserContext *parser;

static char *pop_text(parser p)
{
	return (char *)xmlXPathPopString(p);
}

static bool has_args(parser p, int have, int want)
{
	if (have == want)
		return true;
	xmlXPathErr(p, XPATH_INVALID_ARITY);
	return false;
}

static void push_text(parser p, const char *text)
{
	valuePush(p, xmlXPathNewString(BAD_CAST text));
}

static void push_number(parser p, double number)
{
	valuePush(p, xmlXPathNewFloat(number));
}

static void fn_vercmp(parser p, int n)
{
	if (!has_args(p, n, 2))
		return;
	g_autofree char *b = pop_text(p);
	g_autofree char *a = pop_text(p);

	push_number(p, a && b && *a && *b ? parse_version_compare(a, b) : NAN);
}

static void fn_match(parser p, int n)
{
	if (!has_args(p, n, 2))
		return;
	g_autofree char *pattern = pop_text(p);
	g_autofree char *text = pop_text(p);
	g_autoptr(GRegex) regex = g_regex_new(pattern ? pattern : "", G_REGEX_OPTIMIZE, 0, NULL);
	size_t size = text ? strnlen(text, SUBJECT_CAP_BYTES) : 0;

	if (!regex) {
		xmlXPathErr(p, XPATH_EXPR_ERROR);
		return;
	}
	valuePush(p, xmlXPathNewBoolean(g_regex_match_full(regex, text ? text : "", (gssize)size, 0,
							   0, NULL, NULL)));
}

static void fn_percent(parser p, int n)
{
	double whole, part;

	if (!has_args(p, n, 2))
		return;
	whole = xmlXPathPopNumber(p);
	part = xmlXPathPopNumber(p);
	push_number(p, whole > 0 ? floor(part * 100 / whole + 0.5) : NAN);
}

static double extreme(const xmlNodeSet *set, bool greatest)
{
	double best = NAN;

	for (int i = 0; set && i < set->nodeNr; i++) {
		double v = xmlXPathCastNodeToNumber(set->nodeTab[i]);

		if (isnan(best) || (greatest ? v > best : v < best))
			best = v;
	}
	return best;
}

static void push_extreme(parser p, int n, bool greatest)
{
	xmlNodeSet *set;

	if (!has_args(p, n, 1))
		return;
	set = xmlXPathPopNodeSet(p);
	push_number(p, extreme(set, greatest));
	xmlXPathFreeNodeSet(set);
}

static void fn_min(parser p, int n)
{
	push_extreme(p, n, false);
}

static void fn_max(parser p, int n)
{
	push_extreme(p, n, true);
}

static void fn_join(parser p, int n)
{
	if (!has_args(p, n, 2))
		return;
	g_autofree char *separator = pop_text(p);
	xmlNodeSet *set = xmlXPathPopNodeSet(p);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	for (int i = 0; set && i < set->nodeNr; i++) {
		char *text = (char *)xmlXPathCastNodeToString(set->nodeTab[i]);

		if (g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
			g_free(text);
		else
			g_ptr_array_add(texts, text);
	}
	g_ptr_array_add(texts, NULL);
	g_autofree char *joined = g_strjoinv(separator, (char **)texts->pdata);

	push_text(p, joined);
	xmlXPathFreeNodeSet(set);
}

static void fn_kib(parser p, int n)
{
	double value;

	if (!has_args(p, n, 2))
		return;
	g_autofree char *unit = pop_text(p);

	value = xmlXPathPopNumber(p);
	push_number(p, value * parse_unit_bytes(unit && *unit ? unit : "KiB") / 1024);
}

static void fn_size(parser p, int n)
{
	double bytes;

	if (!has_args(p, n, 1))
		return;
	bytes = xmlXPathPopNumber(p);
	g_autofree char *text = isfinite(bytes) && bytes >= 0 ? parse_size_text((uint64_t)bytes)
							      : g_strdup("unknown");

	push_text(p, text);
}

static void fn_cpulist_count(parser p, int n)
{
	if (!has_args(p, n, 1))
		return;
	g_autofree char *list = pop_text(p);
	g_autoptr(GArray) cpus = parse_cpulist(list ? list : "");

	push_number(p, cpus ? cpus->len : NAN);
}

static GArray *pop_cpulist(parser p)
{
	g_autofree char *list = pop_text(p);
	GArray *cpus = parse_cpulist(list ? list : "");

	return cpus ? cpus : g_array_new(FALSE, FALSE, sizeof(unsigned int));
}

static void fn_cpulist_outside(parser p, int n)
{
	if (!has_args(p, n, 2))
		return;
	g_autoptr(GArray) all = pop_cpulist(p);
	g_autoptr(GArray) list = pop_cpulist(p);
	g_autoptr(GArray) outside = parse_cpulist_minus(list, all);
	g_autofree char *text = parse_cpulist_text(outside);

	push_text(p, text);
}

static void fn_cpulist_overlaps(parser p, int n)
{
	if (!has_args(p, n, 2))
		return;
	g_autoptr(GArray) b = pop_cpulist(p);
	g_autoptr(GArray) a = pop_cpulist(p);
	g_autoptr(GArray) rest = parse_cpulist_minus(a, b);

	valuePush(p, xmlXPathNewBoolean(rest->len < a->len));
}

static void fn_if(parser p, int n)
{
	if (!has_args(p, n, 3))
		return;
	g_autofree char *otherwise = pop_text(p);
	g_autofree char *then = pop_text(p);

	push_text(p, xmlXPathPopBoolean(p) ? then : otherwise);
}

static void push_changed(parser p, int n, char *(*change)(const char *))
{
	if (!has_args(p, n, 1))
		return;
	g_autofree char *text = pop_text(p);
	g_autofree char *changed = change(text ? text : "");

	push_text(p, changed);
}

static char *lower(const char *text)
{
	return g_ascii_strdown(text, -1);
}

static void fn_lower(parser p, int n)
{
	push_changed(p, n, lower);
}

static void fn_dirname(parser p, int n)
{
	push_changed(p, n, g_path_get_dirname);
}

static void fn_basename(parser p, int n)
{
	push_changed(p, n, g_path_get_basename);
}

/* How often something happened. */
static void fn_sh(parser p, int n)
{
	push_changed(p, n, parse_shell_quote);
}

static const struct {
	const char *name;
	xmlXPathFunction call;
} functions[] = {
	{ "vercmp", fn_vercmp }, /* (a, b): -1, 0 or 1: order of two dotted versions; NaN when one is empty */
	{ "match", fn_match }, /* (text, regex): does the PCRE match in the first 4096 bytes? */
	{ "percent", fn_percent }, /* (part, whole): whole number of percent */
	{ "min", fn_min }, /* (nodes): the least number; NaN of none */
	{ "max", fn_max }, /* (nodes): the greatest number; NaN of none */
	{ "join", fn_join }, /* (nodes, separator): their texts, each once */
	{ "kib", fn_kib }, /* (value, unit): a libvirt memory size with its unit (default KiB) in KiB */
	{ "size", fn_size }, /* (bytes): for people: 1.5 GiB */
	{ "cpulist-count", fn_cpulist_count }, /* (list): CPUs in 0-3,^2,8 */
	{ "cpulist-outside", fn_cpulist_outside }, /* (list, all): those of list that all lacks, as a list */
	{ "cpulist-overlaps", fn_cpulist_overlaps }, /* (a, b): do they share a CPU? */
	{ "if", fn_if }, /* (condition, then, else): one of two strings */
	{ "lower", fn_lower }, /* (text): ASCII lower case */
	{ "dirname", fn_dirname }, /* (path): as dirname(1) */
	{ "basename", fn_basename }, /* (path): as basename(1) */
	{ "sh", fn_sh }, /* (text): quoted for a shell; a command's value-of is quoted by itself */
};

const char *xpath_function(size_t i)
{
	return i < G_N_ELEMENTS(functions) ? functions[i].name : NULL;
}

void xpath_register_functions(xmlXPathContext *ctxt)
{
	for (size_t i = 0; i < G_N_ELEMENTS(functions); i++)
		xmlXPathRegisterFuncNS(ctxt, BAD_CAST functions[i].name, BAD_CAST VD_NAMESPACE,
				       functions[i].call);
}
