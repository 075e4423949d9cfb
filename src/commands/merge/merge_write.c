// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge_write - a report over many hosts as text, and as JSON.
 */
#include "commands/merge/merge.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json_make.h"
#include "report/pen.h"
#include "report/writer.h"

#define PLACES_SHOWN 8

static void write_list(struct pen *p, const GPtrArray *names, unsigned int most)
{
	for (guint i = 0; i < names->len && i < most; i++) {
		pen_words(p, names->pdata[i]);
		if (i + 1 < names->len)
			pen_attach(p, ",");
	}
	if (names->len > most)
		pen_printf(p, _("and %u more"), names->len - most);
}

static void write_kind(const struct merge_kind *k, unsigned int hosts, struct pen *p)
{
	static const enum ink inks[SEVERITY_MAX_] = { INK_PLAIN, INK_CYAN, INK_YELLOW, INK_RED, INK_RED };

	pen_blank(p);
	pen_ink(p, inks[k->severity]);
	pen_words(p, _(severity_names[k->severity]));
	pen_ink(p, INK_PLAIN);
	pen_words(p, k->title);
	pen_printf(p, "[%s]", k->rule);
	pen_line(p, 2);
	pen_printf(p, _("%u of %u hosts:"), g_hash_table_size(k->hosts), hosts);
	write_list(p, k->places, PLACES_SHOWN);
}

static void write_outlier(const struct merge_outlier *o, struct pen *p)
{
	pen_line(p, 2);
	pen_printf(p, _("%s %s (%u hosts have %s):"), o->what, o->value, o->usual_hosts, o->usual);
	write_list(p, o->hosts, PLACES_SHOWN);
}

void merge_write_text(const struct merge *m, const struct style *style, GString *out)
{
	struct pen p = { .out = out, .width = style->width, .colour = style->colour };
	g_autoptr(GPtrArray) kinds = merge_kinds(m), outliers = merge_outliers(m);

	pen_ink(&p, INK_BOLD);
	pen_printf(&p, _("%u hosts, %u domains, %u findings of %u kinds"), m->hosts->len, m->domains,
		   m->findings, kinds->len);
	pen_ink(&p, INK_PLAIN);
	for (guint i = 0; i < kinds->len; i++)
		write_kind(kinds->pdata[i], m->hosts->len, &p);
	if (outliers->len > 0) {
		pen_blank(&p);
		pen_ink(&p, INK_BOLD);
		pen_words(&p, _("Hosts that differ from most"));
		pen_ink(&p, INK_PLAIN);
	}
	for (guint i = 0; i < outliers->len; i++)
		write_outlier(outliers->pdata[i], &p);
	pen_line(&p, 0);
}

static void put_names(JsonBuilder *b, const char *key, const GPtrArray *names)
{
	json_make_open_array(b, key);
	for (guint i = 0; i < names->len; i++)
		json_make_item(b, names->pdata[i]);
	json_builder_end_array(b);
}

static void put_kind(JsonBuilder *b, const struct merge_kind *k)
{
	json_builder_begin_object(b);
	json_make_text(b, "rule", k->rule);
	json_make_text(b, "severity", severity_names[k->severity]);
	json_make_text(b, "title", k->title);
	json_make_int(b, "hosts", g_hash_table_size(k->hosts));
	put_names(b, "places", k->places);
	json_builder_end_object(b);
}

static void put_outlier(JsonBuilder *b, const struct merge_outlier *o)
{
	json_builder_begin_object(b);
	json_make_text(b, "what", o->what);
	json_make_text(b, "usual", o->usual);
	json_make_int(b, "usual-hosts", o->usual_hosts);
	json_make_text(b, "value", o->value);
	put_names(b, "hosts", o->hosts);
	json_builder_end_object(b);
}

void merge_write_json(const struct merge *m, GString *out)
{
	g_autoptr(GPtrArray) kinds = merge_kinds(m), outliers = merge_outliers(m);
	JsonBuilder *b = json_make_object();
	g_autofree char *text = NULL;

	json_make_text(b, "schema", "vmdoctor.merge/1");
	json_make_int(b, "domains", m->domains);
	put_names(b, "hosts", m->hosts);
	json_make_open_array(b, "findings");
	for (guint i = 0; i < kinds->len; i++)
		put_kind(b, kinds->pdata[i]);
	json_builder_end_array(b);
	json_make_open_array(b, "outliers");
	for (guint i = 0; i < outliers->len; i++)
		put_outlier(b, outliers->pdata[i]);
	json_builder_end_array(b);
	text = json_make_end(b);
	g_string_append(out, text);
}
