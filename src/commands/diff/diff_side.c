// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_side - findings and properties of one side
 */
#include "commands/diff/diff.h"

const char *const diff_area_names[DIFF_AREA_MAX_] = { "host",  "domain", "device",
						      "guest", "figure", "log" };

static void finding_done(gpointer data)
{
	struct diff_finding *f = data;

	g_free(f->key);
	g_free(f->rule);
	g_free(f->severity);
	g_free(f->domain);
	g_free(f->subject);
	g_free(f->title);
	g_free(f->message);
	g_free(f->title_local);
	g_free(f->message_local);
	g_free(f);
}

static void property_done(gpointer data)
{
	struct diff_property *p = data;

	g_free(p->domain);
	g_free(p->name);
	g_free(p->value);
	g_free(p);
}

struct diff_side *diff_side_new(const char *name)
{
	struct diff_side *s = g_new0(struct diff_side, 1);

	s->name = g_strdup(name);
	s->findings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, finding_done);
	s->properties = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, property_done);
	return s;
}

void diff_side_free(struct diff_side *s)
{
	if (!s)
		return;
	g_hash_table_unref(s->findings);
	g_hash_table_unref(s->properties);
	g_free(s->name);
	g_free(s->taken);
	g_free(s);
}

void diff_side_add(struct diff_side *s, enum diff_area area, const char *domain, const char *name,
		   const char *value)
{
	char *id = g_strdup_printf("%s\x1f%s\x1f%s", diff_area_names[area], domain ? domain : "", name);
	struct diff_property *p;

	if (!value || g_hash_table_contains(s->properties, id)) {
		g_free(id);
		return;
	}
	p = g_new0(struct diff_property, 1);
	*p = (struct diff_property){ area, g_strdup(domain), g_strdup(name), g_strdup(value) };
	g_hash_table_insert(s->properties, id, p);
}

void diff_side_add_finding(struct diff_side *s, struct diff_finding *f)
{
	if (g_hash_table_contains(s->findings, f->key))
		finding_done(f);
	else
		g_hash_table_insert(s->findings, f->key, f);
}
