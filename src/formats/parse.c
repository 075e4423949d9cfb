// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parse - small texts of the field. All input is hostile; every loop is bounded by it.
 */
#include "formats/parse.h"

#include <stdlib.h>
#include <string.h>

#define CPU_MAX 65535

static int compare_digits(const char **a, const char **b)
{
	size_t na, nb;
	int r;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	na = strspn(*a, "0123456789");
	nb = strspn(*b, "0123456789");
	r = na != nb ? (na < nb ? -1 : 1) : strncmp(*a, *b, na);
	*a += na;
	*b += nb;
	return r;
}

int parse_version_compare(const char *a, const char *b)
{
	while (*a && *b) {
		int r;

		if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
			r = compare_digits(&a, &b);
		} else {
			r = (unsigned char)*a - (unsigned char)*b;
			a++;
			b++;
		}
		if (r)
			return r < 0 ? -1 : 1;
	}
	return *a ? 1 : *b ? -1 : 0;
}

double parse_unit_bytes(const char *unit)
{
	static const char prefixes[] = "KMGTPE";
	const char *p = *unit ? strchr(prefixes, g_ascii_toupper(*unit)) : NULL;
	double base, factor = 1;

	if (g_ascii_strcasecmp(unit, "b") == 0 || g_ascii_strcasecmp(unit, "bytes") == 0)
		return 1;
	if (!p)
		return 0;
	if (unit[1] == '\0' || g_ascii_strcasecmp(unit + 1, "iB") == 0)
		base = 1024;
	else if (g_ascii_strcasecmp(unit + 1, "B") == 0)
		base = 1000;
	else
		return 0;
	for (const char *q = prefixes; q <= p; q++)
		factor *= base;
	return factor;
}

char *parse_size_text(uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double v = (double)bytes;
	size_t u = 0;

	while (v >= 1024 && u + 1 < G_N_ELEMENTS(units)) {
		v /= 1024;
		u++;
	}
	if (u == 0 || v >= 100 || v == (double)(uint64_t)v)
		return g_strdup_printf("%.0f %s", v, units[u]);
	return g_strdup_printf("%.1f %s", v, units[u]);
}

bool parse_u64(const char *text, uint64_t *ret)
{
	return text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, ret, NULL);
}

static int by_value(gconstpointer a, gconstpointer b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

static bool contains(const GArray *cpus, unsigned int cpu)
{
	return g_array_binary_search((GArray *)(uintptr_t)cpus, &cpu, by_value, NULL);
}

static bool parse_range(const char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	g_auto(GStrv) ends = g_strsplit(text, "-", 2);

	if (!ends[0] || !parse_u64(g_strstrip(ends[0]), ret_first))
		return false;
	*ret_last = *ret_first;
	if (ends[1] && !parse_u64(g_strstrip(ends[1]), ret_last))
		return false;
	return *ret_first <= *ret_last && *ret_last <= CPU_MAX;
}

GArray *parse_cpulist(const char *text)
{
	g_autofree bool *set = g_new0(bool, CPU_MAX + 1);
	g_auto(GStrv) items = g_strsplit(text, ",", 0);
	GArray *cpus;

	for (size_t i = 0; items[i]; i++) {
		const char *item = g_strstrip(items[i]);
		bool on = item[0] != '^';
		uint64_t first, last;

		if (!*item)
			continue;
		if (!parse_range(item + !on, &first, &last))
			return NULL;
		for (uint64_t c = first; c <= last; c++)
			set[c] = on;
	}
	cpus = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	for (unsigned int c = 0; c <= CPU_MAX; c++)
		if (set[c])
			g_array_append_val(cpus, c);
	return cpus;
}

GArray *parse_cpulist_minus(const GArray *a, const GArray *b)
{
	GArray *rest = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (guint i = 0; i < a->len; i++) {
		unsigned int cpu = g_array_index(a, unsigned int, i);

		if (!contains(b, cpu))
			g_array_append_val(rest, cpu);
	}
	return rest;
}

char *parse_cpulist_text(const GArray *cpus)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < cpus->len; i++) {
		unsigned int first = g_array_index(cpus, unsigned int, i);
		unsigned int last = first;

		while (i + 1 < cpus->len && g_array_index(cpus, unsigned int, i + 1) == last + 1) {
			last++;
			i++;
		}
		g_string_append_printf(out, "%s%u", out->len ? "," : "", first);
		if (last > first)
			g_string_append_printf(out, "-%u", last);
	}
	return g_string_free(out, FALSE);
}

char *parse_shell_quote(const char *text)
{
	static const char safe[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-./:,@%+=";

	if (*text && text[0] != '-' && strspn(text, safe) == strlen(text))
		return g_strdup(text);
	return g_shell_quote(text);
}

unsigned int parse_distance(const char *a, const char *b, unsigned int most)
{
	size_t na = strlen(a), nb = strlen(b);
	g_autofree unsigned int *row = NULL;

	if ((na > nb ? na - nb : nb - na) > most || nb > 256)
		return most + 1;
	row = g_new(unsigned int, nb + 1);
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned int change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return MIN(row[nb], most + 1);
}

/* "a", b and [ "x", "y" ] as a, b and x, y. */
static char *conf_value(const char *raw)
{
	GString *out = g_string_new(NULL);
	char quote = '\0';

	for (const char *p = raw; *p; p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? '\0' : *p;
		else if (!quote && *p == '#')
			break;
		else if (quote || !strchr("[] \t\r\n", *p))
			g_string_append_c(out, *p);
		if (!quote && *p == ',')
			g_string_append_c(out, ' ');
	}
	while (out->len && strchr(", ", out->str[out->len - 1]))
		g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
}

/* A list may go on over several lines, until its bracket closes. */
static bool list_is_open(const char *value)
{
	const char *open = strchr(value, '[');

	return open && !strchr(open, ']');
}

void parse_conf(const char *text, void (*set)(void *data, const char *name, const char *value,
					      unsigned int line), void *data)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		const char *line = g_strchug(lines[i]);
		const char *equals = strchr(line, '=');
		unsigned int number = (unsigned int)i + 1;

		if (*line == '#' || !equals)
			continue;
		g_autofree char *name = g_strndup(line, (gsize)(equals - line));
		g_autoptr(GString) raw = g_string_new(equals + 1);

		while (list_is_open(raw->str) && lines[i + 1]) {
			i++;
			g_string_append_printf(raw, " %s", g_strchug(lines[i])[0] == '#' ? "" : lines[i]);
		}
		g_autofree char *value = conf_value(raw->str);

		set(data, g_strstrip(name), value, number);
	}
}

void parse_shell_assignments(const char *text,
			     void (*set)(void *data, const char *name, const char *value,
					 unsigned int line), void *data)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		char *equals = strchr(lines[i], '=');
		g_autofree char *value = equals ? g_shell_unquote(equals + 1, NULL) : NULL;

		if (!value || lines[i][0] == '#')
			continue;
		*equals = '\0';
		set(data, g_strstrip(lines[i]), value, (unsigned int)i + 1);
	}
}
