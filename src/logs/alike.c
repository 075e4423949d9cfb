// SPDX-License-Identifier: GPL-2.0-or-later
#include "logs/alike.h"

#include <stdbool.h>
#include <string.h>

#include "base/xml.h"
#include "facts/facts.h"
#include "rules/likeness.h"
#include "rules/rules.h"
#include "source/source.h"

#define TEXT "/vmdoctor/error.txt"
#define ORIGINALS "/vmdoctor/error.original.txt" /* the same in English, where it was in another language */
#define CAUSES_MAX 12
#define PROSE_MAX_BYTES (64u << 10) /* more is not looked at, see likeness_find() */

static bool is_known_line(GPtrArray *rules, const xmlNode *match)
{
	const struct rule *r = facts_is(match, "from", TEXT) ? rules_find(rules, facts_get(match, "rule")) : NULL;

	return r && r->fallback == FALLBACK_NO;
}

/* Does any rule know a line of the text? */
static bool is_known(GPtrArray *rules, xmlDoc *facts)
{
	for (const xmlNode *scope = xmlDocGetRootElement(facts)->children; scope; scope = scope->next)
		for (const xmlNode *m = xml_child(scope, "match"); m; m = xml_next(m, "match"))
			if (is_known_line(rules, m))
				return true;
	return false;
}

static void add(xmlNode *host, const struct likeness *l, double best)
{
	g_autoptr(GString) title = g_string_new(NULL);
	xmlNode *alike = facts_add(host, "alike");

	rule_text_outline(l->rule->title.english, title);
	g_string_replace(title, " (…)", "", 0);
	facts_from(alike, TEXT, 0);
	facts_set(alike, "rule", l->rule->id);
	facts_set(alike, "cause", l->rule->cause);
	facts_set(alike, "title", g_strstrip(title->str));
	facts_setf(alike, "score", "%.0f", l->score);
	facts_setf(alike, "common", "%u", l->common);
	facts_setf(alike, "lead", "%.2f", l->lead);
	facts_setf(alike, "share", "%.2f", l->score / best);
	facts_text(alike, l->words);
}

static bool is_listed(const xmlNode *host, guint line)
{
	for (const xmlNode *p = xml_child(host, "pasted"); p; p = xml_next(p, "pasted")) {
		const char *kind = facts_get(p, "kind");

		if (kind && strstr(kind, "XML") && line >= facts_number(p, "first") && line <= facts_number(p, "last"))
			return true;
	}
	return false;
}

/* What somebody wrote. A listing or an XML is full of words that tell nothing of what is wrong; checks read those. */
static char *prose_of(const xmlNode *host, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *prose = g_string_new(NULL);

	for (guint i = 0; lines[i] && prose->len < PROSE_MAX_BYTES; i++)
		if (!is_listed(host, i + 1))
			g_string_append_printf(prose, "%s\n", lines[i]);
	return g_string_free(prose, FALSE);
}

void alike_add(GPtrArray *rules, struct likeness_index *index, struct source *src, xmlDoc *facts)
{
	g_autofree char *text = NULL, *prose = NULL;
	g_autoptr(GPtrArray) found = NULL;

	if (source_read(src, ORIGINALS, &text, NULL) < 0 && source_read(src, TEXT, &text, NULL) < 0)
		return;
	if (is_known(rules, facts))
		return;
	prose = prose_of(facts_host(facts), text);
	found = likeness_find(index, prose, CAUSES_MAX);
	for (guint i = 0; i < found->len; i++)
		add(facts_host(facts), found->pdata[i], ((struct likeness *)found->pdata[0])->score);
}
