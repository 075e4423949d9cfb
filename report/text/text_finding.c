// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_finding - findings as text
 *
 * Errors and warnings are shown whole: message, evidence, what to do.  Advice takes a title, a
 * message and its commands.  What a finding explains follows it, a line each.  When a rule says
 * the same of many subjects or domains, the first stands for all, and the others are named below it.
 * With --verbose every finding is whole.
 */
#include "report/text/text.h"
#include "report/text_words.h"

#include <stdio.h>
#include <string.h>

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/tree.h"
#include "report/writer.h"

/* without --verbose */
enum { EVIDENCE_LISTED = 4, PLACES_LISTED = 12, NAMES_LISTED = 30, CHILDREN_LISTED = 8, TWINS_WHOLE = 3 };
enum { LABEL_GAP = 2, DEEPER_COLUMNS = 4, DEEPEST_COLUMNS = 16 };

static const enum ink inks[SEVERITY_MAX_] = {
	[SEVERITY_INFO] = INK_PLAIN, [SEVERITY_ADVICE] = INK_CYAN,  [SEVERITY_WARNING] = INK_YELLOW,
	[SEVERITY_ERROR] = INK_RED,  [SEVERITY_CRITICAL] = INK_RED,
};
_Static_assert(SEVERITY_MAX_ == 5, "a new severity needs an ink");

enum ink text_ink(int severity)
{
	return severity < 0 ? INK_PLAIN : inks[severity];
}

/* How the list is being written. Keys and findings are borrowed from the report. */
struct listing {
	struct pen *pen;
	bool verbose;
	bool after_compact;	     /* compact findings stand close to each other */
	unsigned int number_columns; /* of the longest "12. " */
	struct tree tree;
	GHashTable *shown; /* findings that have been written */
	GHashTable *said;  /* message -> the finding that said it */
};

static bool is_compact(const struct listing *l, const struct finding *f)
{
	return !l->verbose && f->severity <= SEVERITY_ADVICE;
}

static void write_severity(struct pen *p, enum severity severity)
{
	const char *name = _(severity_names[severity]);
	g_autofree char *loud = g_utf8_strup(name, -1);

	pen_ink(p, inks[severity]);
	pen_words(p, severity >= SEVERITY_ERROR ? loud : name);
	pen_ink(p, INK_PLAIN);
}

/* Where space is short, what is certain need not say so. */
static void write_rule(const struct listing *l, const struct finding *f)
{
	g_autoptr(GString) s = g_string_new(NULL);

	g_string_printf(s, "[%s", f->rule);
	if (!is_compact(l, f) || f->confidence != CONFIDENCE_CERTAIN)
		g_string_append_printf(s, ", %s", _(confidence_names[f->confidence]));
	if (l->verbose)
		g_string_append_printf(s, _(", cause %s, score %.3f"), f->cause, f->score);
	g_string_append_c(s, ']');
	pen_ink(l->pen, INK_DIM);
	pen_unit(l->pen, s->str);
	pen_ink(l->pen, INK_PLAIN);
}

/* "ERROR  The title (web-01, vda)" */
void text_title(const struct finding *f, struct pen *p)
{
	g_autofree char *place = text_place(f->domain, f->subject);

	write_severity(p, f->severity);
	if (f->severity > SEVERITY_ADVICE)
		pen_ink(p, INK_BOLD);
	pen_printf(p, "  %s", finding_title(f));
	pen_ink(p, INK_PLAIN);
	pen_printf(p, "(%s)", place);
}

/* On one line if it fits, else the text goes below the place. */
static void write_evidence(const struct evidence *e, struct pen *p)
{
	g_autofree char *place = text_source(e);
	g_autofree char *text = g_strdup_printf("  %s", e->text ? e->text : "");
	unsigned int columns = p->indent + pen_columns(place) + pen_columns(text);

	pen_words(p, place);
	if (p->width > 0 && columns > p->width)
		pen_line(p, p->indent + DEEPER_COLUMNS);
	pen_words(p, text);
}

/* The parts' labels, and the column behind the widest. */
static const char *const labels[] = { N_("Seen"), N_("Do"), N_("See"), N_("Also") };

static unsigned int label_columns(void)
{
	unsigned int widest = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
		widest = MAX(widest, pen_columns(_(labels[i])));
	return widest + LABEL_GAP;
}

/* Ends the line and begins a labelled part, which stays at the pen's indent. */
static void begin_part(struct pen *p, const char *label, unsigned int indent)
{
	pen_line(p, indent);
	pen_ink(p, INK_DIM);
	pen_words(p, label);
	pen_ink(p, INK_PLAIN);
	pen_tab(p, indent + label_columns());
}

static void write_all_evidence(const struct listing *l, const struct finding *f,
			       unsigned int indent)
{
	guint listed = l->verbose ? f->evidence->len : MIN(f->evidence->len, EVIDENCE_LISTED);

	for (guint i = 0; i < listed; i++) {
		begin_part(l->pen, i == 0 ? _("Seen") : "", indent);
		write_evidence(f->evidence->pdata[i], l->pen);
	}
	if (listed == f->evidence->len)
		return;
	begin_part(l->pen, "", indent);
	pen_printf(l->pen, _("and %u more (-v lists them)"), f->evidence->len - listed);
}

/* Nothing but the command stands on its line, so that it copies cleanly. */
static void write_command(struct pen *p, const char *command, unsigned int indent)
{
	if (!command || !*command)
		return;
	pen_line(p, indent);
	pen_ink(p, INK_BOLD);
	pen_verbatim(p, command);
	pen_ink(p, INK_PLAIN);
}

/* Does @f advise what @before does, but for the names in the commands? */
static bool is_same_advice(const struct finding *f, const struct finding *before)
{
	if (f->fixes->len == 0 || f->fixes->len != before->fixes->len)
		return false;
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i], *other = before->fixes->pdata[i];

		if (!fix->command || g_strcmp0(fix->text, other->text) != 0)
			return false;
	}
	return true;
}

/* Where and on which terms: no command goes without. */
static void write_terms(struct pen *p, const struct fix *f)
{
	g_autofree char *terms = text_terms(f, true);

	if (terms)
		pen_words(p, terms);
}

static void write_fix_words(struct pen *p, const struct fix *f)
{
	pen_words(p, fix_text(f));
	write_terms(p, f);
}

static void write_fixes(const struct listing *l, const struct finding *f, const struct finding *before, unsigned int indent)
{
	struct pen *p = l->pen;
	bool same = before && is_same_advice(f, before);

	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];

		begin_part(p, i == 0 ? _("Do") : "", indent);
		if (same && i == 0)
			pen_printf(p, _("As in %u:"), tree_number(&l->tree, before));
		if (same)
			write_terms(p, fix);
		else
			write_fix_words(p, fix);
		write_command(p, fix->command, indent + label_columns() + DEEPER_COLUMNS);
	}
}

static void write_references(struct pen *p, const struct finding *f, unsigned int indent)
{
	for (guint i = 0; i < f->references->len; i++) {
		const struct reference *r = f->references->pdata[i];

		begin_part(p, i == 0 ? _("See") : "", indent);
		pen_words(p, r->title);
		pen_words(p, r->url);
	}
}

/* The finding that has said the words of @f already, or NULL: from now on it is @f. */
static const struct finding *said_by(const struct listing *l, const struct finding *f)
{
	const struct finding *before = l->verbose ? NULL : g_hash_table_lookup(l->said, f->message);

	if (!before && f->message)
		g_hash_table_insert(l->said, f->message, (gpointer)f);
	return before;
}

static void write_whole(const struct listing *l, const struct finding *f, unsigned int indent)
{
	const struct finding *before = f->message ? said_by(l, f) : NULL;

	pen_line(l->pen, indent);
	if (!before)
		pen_words(l->pen, finding_message(f));
	write_all_evidence(l, f, indent);
	write_fixes(l, f, before, indent);
	if (l->verbose)
		write_references(l->pen, f, indent);
	pen_line(l->pen, indent);
	write_rule(l, f);
}

static void write_compact(const struct listing *l, const struct finding *f, unsigned int indent)
{
	pen_line(l->pen, indent);
	pen_words(l->pen, finding_message(f));
	write_rule(l, f);
	for (guint i = 0; i < f->fixes->len; i++) {
		const struct fix *fix = f->fixes->pdata[i];

		pen_line(l->pen, indent);
		write_fix_words(l->pen, fix);
		write_command(l->pen, fix->command, indent + DEEPER_COLUMNS);
	}
}

/* Of the same device of other domains, their names will do. */
static bool is_same_device(const struct finding *f, const GPtrArray *twins)
{
	for (guint i = 0; i < twins->len; i++) {
		const struct finding *twin = twins->pdata[i];

		if (!twin->domain || g_strcmp0(twin->subject, f->subject) != 0)
			return false;
	}
	return twins->len > TWINS_WHOLE;
}

static void write_twin_places(struct pen *p, const struct finding *f, const GPtrArray *twins)
{
	bool names = is_same_device(f, twins);
	guint listed = MIN(twins->len, names ? NAMES_LISTED : PLACES_LISTED);

	for (guint i = 0; i < listed; i++) {
		const struct finding *twin = twins->pdata[i];
		g_autofree char *place = names ? g_strdup(twin->domain) : text_place(twin->domain, twin->subject);

		pen_words(p, place);
		pen_attach(p, i + 1 < twins->len ? (names ? "," : ";") : "");
	}
	if (listed < twins->len)
		pen_printf(p, _("and %u more"), twins->len - listed);
	pen_words(p, _("(-v shows each)"));
}

static const char *command_of(const struct finding *f, guint i)
{
	return i < f->fixes->len ? ((const struct fix *)f->fixes->pdata[i])->command : NULL;
}

/* Few have their own commands below them, ready to paste. Return: is there any? */
static bool write_twin_commands(const struct listing *l, const struct finding *f, const GPtrArray *twins, unsigned int indent)
{
	bool any = false;

	for (guint t = 0; t < twins->len; t++)
		for (guint i = 0; i < f->fixes->len; i++)
			any |= g_strcmp0(command_of(twins->pdata[t], i), command_of(f, i)) != 0;
	for (guint t = 0; any && t < twins->len; t++) {
		const struct finding *twin = twins->pdata[t];
		g_autofree char *place = text_place(twin->domain, twin->subject);

		begin_part(l->pen, t == 0 ? _("Also") : "", indent);
		pen_words(l->pen, place);
		for (guint i = 0; i < twin->fixes->len; i++)
			if (g_strcmp0(command_of(twin, i), command_of(f, i)) != 0)
				write_command(l->pen, command_of(twin, i), indent + label_columns() + DEEPER_COLUMNS);
	}
	return any;
}

/* The first finding of a kind has been written: name the others. */
static void write_twins(struct listing *l, const struct finding *f, unsigned int indent)
{
	const GPtrArray *all = tree_twins(&l->tree, f);
	g_autoptr(GPtrArray) twins = g_ptr_array_new();

	if (!all)
		return;
	for (guint i = 1; i < all->len; i++) {
		g_ptr_array_add(twins, all->pdata[i]);
		tree_hide(&l->tree, all->pdata[i], l->shown);
	}
	if (twins->len <= TWINS_WHOLE && write_twin_commands(l, f, twins, indent))
		return;
	begin_part(l->pen, _("Also"), indent);
	write_twin_places(l->pen, f, twins);
}

static void write_children(struct listing *l, const struct finding *f, unsigned int indent);

/* Consequences are indented under their root, but not out of the page. */
static void write_child(struct listing *l, struct finding *f, unsigned int indent)
{
	unsigned int deeper = MIN(indent + DEEPER_COLUMNS, DEEPEST_COLUMNS);

	pen_line(l->pen, indent);
	pen_printf(l->pen, _("explains: %u."), tree_number(&l->tree, f));
	l->pen->indent = deeper;
	text_title(f, l->pen);
	if (l->verbose)
		write_whole(l, f, deeper);
	else
		write_rule(l, f);
	write_twins(l, f, deeper);
	write_children(l, f, deeper);
}

static void write_children(struct listing *l, const struct finding *f, unsigned int indent)
{
	const GPtrArray *children = tree_children(&l->tree, f);
	unsigned int left_out = 0;

	for (guint i = 0; children && i < children->len; i++) {
		if (i >= CHILDREN_LISTED && !l->verbose)
			left_out += tree_hide(&l->tree, children->pdata[i], l->shown);
		else if (g_hash_table_add(l->shown, children->pdata[i]))
			write_child(l, children->pdata[i], indent);
	}
	if (left_out == 0)
		return;
	pen_line(l->pen, indent);
	pen_printf(l->pen, _("explains: %u more (-v shows them)"), left_out);
}

static void write_tree(struct listing *l, struct finding *f)
{
	unsigned int indent = l->number_columns;
	bool compact = is_compact(l, f);
	unsigned int number = tree_number(&l->tree, f);

	g_hash_table_add(l->shown, f);
	if (!compact || !l->after_compact)
		pen_blank(l->pen);
	l->after_compact = compact;
	pen_line(l->pen, indent - snprintf(NULL, 0, "%u. ", number));
	pen_printf(l->pen, "%u.", number);
	l->pen->indent = indent;
	text_title(f, l->pen);
	if (compact)
		write_compact(l, f, indent);
	else
		write_whole(l, f, indent);
	write_twins(l, f, indent);
	write_children(l, f, indent);
	pen_line(l->pen, 0);
}

void text_findings(const struct report *r, const struct style *style, struct pen *p)
{
	struct listing l = { .pen = p, .verbose = style->verbose };

	tree_init(&l.tree, r->findings, !style->verbose);
	l.shown = g_hash_table_new(NULL, NULL);
	l.said = g_hash_table_new(g_str_hash, g_str_equal);
	l.number_columns = snprintf(NULL, 0, "%u. ", l.tree.last);
	for (guint i = 0; i < r->findings->len; i++) {
		struct finding *f = r->findings->pdata[i];

		if (tree_is_root(&l.tree, f) && !g_hash_table_contains(l.shown, f))
			write_tree(&l, f);
	}
	/* Findings that explain each other in a circle have no root, and must not get lost. */
	for (guint i = 0; i < r->findings->len; i++) {
		struct finding *f = r->findings->pdata[i];

		if (!g_hash_table_contains(l.shown, f))
			write_tree(&l, f);
	}
	g_hash_table_unref(l.said);
	g_hash_table_unref(l.shown);
	tree_done(&l.tree);
}
