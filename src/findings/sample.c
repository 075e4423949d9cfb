// SPDX-License-Identifier: GPL-2.0-or-later
/* sample - see sample.h */
#include "findings/sample.h"

#include <math.h>
#include <string.h>

/* Names of facts end in their unit (facts.h); the longest first. */
static const struct sample_unit units[] = {
	{ "-ms-per-s", "_seconds_per_second", 1e-3 },
	{ "-kib-per-s", "_bytes_per_second", 1024 },
	{ "-per-s", "_per_second", 1 },
	{ "-percent", "_ratio", 1e-2 },
	{ "-kib", "_bytes", 1024 },
	{ "-ms", "_seconds", 1e-3 },
	{ "-us", "_seconds", 1e-6 },
	{ "-khz", "_hertz", 1e3 },
	{ "-mhz", "_hertz", 1e6 },
	{ "-s", "_seconds", 1 },
	{ "", "", 1 },
};

/* Those that are no measure. A list of one CPU is a list, and a process may be called 7. */
static const struct {
	const char *name;
	enum sample_role role;
	bool is_text; /* even where it looks like a number */
} others[] = {
	{ "id", SAMPLE_LABEL, false },	   { "name", SAMPLE_LABEL, true },   { "target", SAMPLE_LABEL, true },
	{ "resource", SAMPLE_LABEL, true }, { "scope", SAMPLE_LABEL, true },  { "cpu", SAMPLE_LABEL, false },
	{ "device", SAMPLE_LABEL, true },  { "domain", SAMPLE_LABEL, true }, { "irq", SAMPLE_LABEL, false },
	{ "cpus", SAMPLE_ABOUT, true },	   { "group", SAMPLE_ABOUT, true },  { "path", SAMPLE_ABOUT, true },
	{ "tid", SAMPLE_ABOUT, false },	   { "pid", SAMPLE_ABOUT, false },   { "last-cpu", SAMPLE_ABOUT, false },
	{ "node", SAMPLE_ABOUT, false },
};

static const struct sample_unit *unit_of(const char *name)
{
	size_t i = 0;

	while (!g_str_has_suffix(name, units[i].suffix))
		i++;
	return &units[i];
}

static bool looks_like_number(const char *text)
{
	char *end;

	(void)g_ascii_strtod(text, &end);
	return *text && !*end && strspn(text, "0123456789.") == strlen(text);
}

static void value_free(gpointer data)
{
	struct sample_value *v = data;

	g_free(v->name);
	g_free(v->text);
	g_free(v);
}

struct sample_row *sample_row_new(const char *kind)
{
	struct sample_row *row = g_new0(struct sample_row, 1);

	row->kind = g_strdup(kind);
	row->values = g_ptr_array_new_with_free_func(value_free);
	return row;
}

void sample_row_free(struct sample_row *row)
{
	if (!row)
		return;
	g_free(row->kind);
	g_ptr_array_unref(row->values);
	g_free(row);
}

void sample_row_add(struct sample_row *row, const char *name, const char *text)
{
	struct sample_value *v = g_new0(struct sample_value, 1);
	bool is_text = false;

	v->name = g_strdup(name);
	v->text = g_strdup(text);
	v->unit = unit_of(name);
	v->role = looks_like_number(text) ? SAMPLE_MEASURE : SAMPLE_ABOUT;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (strcmp(others[i].name, name) == 0) {
			v->role = others[i].role;
			is_text = others[i].is_text;
		}
	v->is_number = !is_text && looks_like_number(text);
	v->number = v->is_number ? g_ascii_strtod(text, NULL) : NAN;
	g_ptr_array_add(row->values, v);
}

const struct sample_value *sample_row_value(const struct sample_row *row, const char *name)
{
	for (guint i = 0; i < row->values->len; i++) {
		const struct sample_value *v = row->values->pdata[i];

		if (strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

const char *sample_row_get(const struct sample_row *row, const char *name)
{
	const struct sample_value *v = sample_row_value(row, name);

	return v ? v->text : NULL;
}

double sample_row_number(const struct sample_row *row, const char *name)
{
	const struct sample_value *v = sample_row_value(row, name);

	return v ? v->number : NAN;
}
