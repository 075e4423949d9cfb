// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_pot - a template for translators with all texts of rules
 *
 * A text's msgid is rule_text_load()'s, with which it will be looked up: the two cannot disagree.
 * Source: GNU gettext manual 3, the format of PO files
 */
#include "commands/rules/rules_check.h"

#include <string.h>

#include "rules/rules.h"
#include "rules/xpath.h"

struct pot {
	GString *out;
	GHashTable *seen; /* msgids: a catalogue has each once */
};

/* Texts are folded: one line each. */
static void append_quoted(GString *out, const char *key, const char *text)
{
	g_string_append_printf(out, "%s \"", key);
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
	}
	g_string_append(out, "\"\n");
}

static void append_entry(struct pot *pot, const struct rule *r, const char *what, const char *text)
{
	g_autofree char *folder = g_path_get_dirname(r->file), *family = g_path_get_basename(folder);
	g_autofree char *file = g_path_get_basename(r->file);

	if (!text || !*text || !g_hash_table_add(pot->seen, (char *)text))
		return;
	g_string_append_printf(pot->out, "\n#. %s, %s\n#: %s/%s\n", r->id, what, family, file);
	append_quoted(pot->out, "msgid", text);
	g_string_append(pot->out, "msgstr \"\"\n");
}

static void append_text(struct pot *pot, const struct rule *r, const char *what, const struct rule_text *t)
{
	if (t->english && rule_text_has_words(t->english))
		append_entry(pot, r, what, t->msgid);
}

static void append_rule(struct pot *pot, const struct rule *r)
{
	append_text(pot, r, "title", &r->title);
	for (guint i = 0; i < r->lets->len; i++)
		append_text(pot, r, "let", &((struct let *)r->lets->pdata[i])->text);
	for (guint i = 0; i < r->reports->len; i++)
		append_text(pot, r, "report", &((struct rule_report *)r->reports->pdata[i])->message);
	for (guint i = 0; i < r->fixes->len; i++)
		append_text(pot, r, "fix", &((struct rule_fix *)r->fixes->pdata[i])->text);
	for (guint i = 0; i < r->needs->len; i++) {
		const struct need *need = r->needs->pdata[i];

		append_text(pot, r, "needs", &need->reason);
		append_entry(pot, r, "remedy", need->remedy);
	}
}

static int by_place(gconstpointer a, gconstpointer b)
{
	const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;
	int file = strcmp(x->file, y->file);

	return file ? file : x->line < y->line ? -1 : x->line > y->line;
}

char *rules_pot(const GPtrArray *rules)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_copy((GPtrArray *)rules, NULL, NULL);
	struct pot pot = { g_string_new(NULL), g_hash_table_new(g_str_hash, g_str_equal) };

	g_ptr_array_set_free_func(sorted, NULL);
	g_ptr_array_sort(sorted, by_place);
	g_string_append(pot.out, "msgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: vmdoctor " VERSION "\\n\"\n"
				 "\"MIME-Version: 1.0\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
				 "\"Content-Transfer-Encoding: 8bit\\n\"\n");
	for (guint i = 0; i < sorted->len; i++)
		append_rule(&pot, sorted->pdata[i]);
	g_hash_table_unref(pot.seen);
	return g_string_free(pot.out, FALSE);
}
