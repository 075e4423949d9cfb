// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_write - a comparison as text, and as JSON.
 */
#include "commands/diff/diff.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json_make.h"
#include "report/pen.h"
#include "report/writer.h"

#define LOG_SHOWN 20

static const enum ink inks[DIFF_STATE_MAX_] = { INK_YELLOW, INK_CYAN, INK_PLAIN };

const char *diff_finding_title(const struct diff_finding *f)
{
	return f->title_local ? f->title_local : f->title;
}

const char *diff_finding_message(const struct diff_finding *f)
{
	return f->message_local ? f->message_local : f->message;
}

/* Behind the widest of the words for what happened. */
static unsigned int state_columns(void)
{
	unsigned int widest = 0;

	for (size_t i = 0; i < DIFF_STATE_MAX_; i++)
		widest = MAX(widest, pen_columns(_(diff_state_names[i])));
	return widest + 4;
}

static void write_finding(const struct diff_entry *e, struct pen *p)
{
	const struct diff_finding *f = e->finding_b ? e->finding_b : e->finding_a;
	const char *before = e->finding_a ? e->finding_a->severity : NULL;
	unsigned int column = state_columns();

	pen_line(p, 2);
	pen_ink(p, inks[e->state]);
	pen_words(p, _(diff_state_names[e->state]));
	pen_ink(p, INK_PLAIN);
	pen_tab(p, column);
	if (e->state == DIFF_CHANGED && g_strcmp0(before, f->severity) != 0)
		pen_printf(p, "%s →", i18n_word(before));
	pen_words(p, i18n_word(f->severity));
	pen_words(p, diff_finding_title(f));
	pen_printf(p, "(%s) [%s]", f->domain ? f->domain : _("host"), f->rule);
	if (e->state != DIFF_CHANGED || g_strcmp0(before, f->severity) != 0)
		return;
	pen_line(p, column);
	pen_words(p, _("before:"));
	pen_words(p, diff_finding_message(e->finding_a));
	pen_line(p, column);
	pen_words(p, _("now:"));
	pen_words(p, diff_finding_message(f));
}

static void write_heading(struct pen *p, const char *text)
{
	pen_blank(p);
	pen_ink(p, INK_BOLD);
	pen_words(p, text);
	pen_ink(p, INK_PLAIN);
}

static void write_findings(const struct diff *d, struct pen *p)
{
	if (d->findings->len == 0)
		return;
	write_heading(p, _("Findings"));
	for (guint i = 0; i < d->findings->len; i++)
		write_finding(d->findings->pdata[i], p);
	pen_line(p, 0);
}

const struct diff_property *diff_entry_property(const struct diff_entry *e)
{
	return e->property_b ? e->property_b : e->property_a;
}

char *diff_heading(const struct diff_property *p)
{
	static const char *const words[DIFF_AREA_MAX_] = {
		[DIFF_HOST] = N_("Host"),   [DIFF_DOMAIN] = N_("domain"),   [DIFF_DEVICE] = N_("devices"),
		[DIFF_GUEST] = N_("guest"), [DIFF_FIGURE] = N_("measured"), [DIFF_LOG] = N_("Kernel log"),
	};

	return p->domain ? g_strdup_printf("%s: %s", p->domain, _(words[p->area])) :
	       p->area == DIFF_FIGURE ? g_strdup(_("Host: measured")) :
					g_strdup(_(words[p->area]));
}

static void write_property(const struct diff_entry *e, struct pen *p)
{
	const struct diff_property *name = diff_entry_property(e);
	static const char *const signs[DIFF_STATE_MAX_] = { "+", "-", "~" };

	pen_line(p, 2);
	pen_ink(p, inks[e->state]);
	pen_words(p, signs[e->state]);
	pen_ink(p, INK_PLAIN);
	pen_tab(p, 4);
	pen_words(p, name->name);
	if (name->area == DIFF_LOG || g_strcmp0(name->value, "there") == 0)
		return;
	pen_attach(p, ":");
	if (e->property_a)
		pen_words(p, e->property_a->value);
	if (e->state == DIFF_CHANGED)
		pen_words(p, "→");
	if (e->property_b)
		pen_words(p, e->property_b->value);
}

bool diff_is_part(const struct diff_entry *whole, const struct diff_entry *e)
{
	const struct diff_property *w = whole ? diff_entry_property(whole) : NULL, *p = diff_entry_property(e);

	return w && whole->state == e->state && w->area == p->area && g_strcmp0(w->domain, p->domain) == 0 &&
	       g_str_has_prefix(p->name, w->name) &&
	       (p->name[strlen(w->name)] == '/' || g_str_has_prefix(p->name + strlen(w->name), " @"));
}

bool diff_is_whole(const struct diff_entry *e)
{
	return e->state != DIFF_CHANGED && g_strcmp0(diff_entry_property(e)->value, "there") == 0;
}

static void write_properties(const struct diff *d, struct pen *p)
{
	g_autofree char *shown = NULL;
	const struct diff_entry *whole = NULL;
	guint lines = 0;

	for (guint i = 0; i < d->properties->len; i++) {
		const struct diff_entry *e = d->properties->pdata[i];
		g_autofree char *heading = diff_heading(diff_entry_property(e));

		if (diff_is_part(whole, e))
			continue;
		whole = diff_is_whole(e) ? e : NULL;
		if (g_strcmp0(heading, shown) != 0) {
			write_heading(p, heading);
			g_free(shown);
			shown = g_strdup(heading);
		}
		if (diff_entry_property(e)->area == DIFF_LOG && ++lines > LOG_SHOWN)
			continue;
		write_property(e, p);
	}
	if (lines > LOG_SHOWN) {
		pen_line(p, 4);
		pen_printf(p, _("and %u lines more (-F json has all)"), lines - LOG_SHOWN);
	}
	pen_line(p, 0);
}

void diff_write_text(const struct diff *d, const struct style *style, GString *out)
{
	struct pen pen = { .out = out, .width = style->width, .colour = style->colour };

	pen_printf(&pen, "From %s%s%s%s", d->a->name, d->a->taken ? " (" : "",
		   d->a->taken ? d->a->taken : "", d->a->taken ? ")" : "");
	pen_line(&pen, 0);
	pen_printf(&pen, "to   %s%s%s%s", d->b->name, d->b->taken ? " (" : "",
		   d->b->taken ? d->b->taken : "", d->b->taken ? ")" : "");
	pen_line(&pen, 0);
	if (d->findings->len == 0 && d->properties->len == 0) {
		pen_blank(&pen);
		pen_words(&pen, _("Nothing changed."));
		pen_line(&pen, 0);
		return;
	}
	write_findings(d, &pen);
	write_properties(d, &pen);
}

static void put_side(JsonBuilder *b, const char *key, const struct diff_side *s)
{
	json_make_open_object(b, key);
	json_make_text(b, "name", s->name);
	json_make_text(b, "taken", s->taken);
	json_builder_end_object(b);
}

static void put_finding(JsonBuilder *b, const struct diff_entry *e)
{
	const struct diff_finding *f = e->finding_b ? e->finding_b : e->finding_a;

	json_builder_begin_object(b);
	json_make_text(b, "state", diff_state_names[e->state]);
	json_make_text(b, "key", f->key);
	json_make_text(b, "rule", f->rule);
	json_make_text(b, "domain", f->domain);
	json_make_text(b, "subject", f->subject);
	json_make_text(b, "severity-before", e->finding_a ? e->finding_a->severity : NULL);
	json_make_text(b, "severity", e->finding_b ? e->finding_b->severity : NULL);
	json_make_text(b, "title", f->title);
	json_make_text(b, "message-before", e->finding_a ? e->finding_a->message : NULL);
	json_make_text(b, "message", e->finding_b ? e->finding_b->message : NULL);
	json_builder_end_object(b);
}

static void put_property(JsonBuilder *b, const struct diff_entry *e)
{
	const struct diff_property *p = diff_entry_property(e);

	json_builder_begin_object(b);
	json_make_text(b, "state", diff_state_names[e->state]);
	json_make_text(b, "area", diff_area_names[p->area]);
	json_make_text(b, "domain", p->domain);
	json_make_text(b, "name", p->name);
	json_make_text(b, "before", e->property_a ? e->property_a->value : NULL);
	json_make_text(b, "after", e->property_b ? e->property_b->value : NULL);
	json_builder_end_object(b);
}

static void put_list(JsonBuilder *b, const char *key, const GPtrArray *entries,
		     void (*put)(JsonBuilder *b, const struct diff_entry *e))
{
	json_make_open_array(b, key);
	for (guint i = 0; i < entries->len; i++)
		put(b, entries->pdata[i]);
	json_builder_end_array(b);
}

void diff_write_json(const struct diff *d, GString *out)
{
	JsonBuilder *b = json_make_object();
	g_autofree char *text = NULL;

	json_make_text(b, "schema", "vmdoctor.diff/1");
	put_side(b, "from", d->a);
	put_side(b, "to", d->b);
	put_list(b, "findings", d->findings, put_finding);
	put_list(b, "changes", d->properties, put_property);
	text = json_make_end(b);
	g_string_append(out, text);
}
