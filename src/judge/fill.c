// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fill - texts and commands of a rule with the values of a trial
 */
#include "judge/trial.h"

#include <string.h>

#include "base/xml.h"
#include "facts/facts.h"
#include "rules/command.h"
#include "rules/rules.h"
#include "rules/xpath.h"

/* Where a text goes, and in what form. */
struct filling {
	GString *out;
	bool is_local;	 /* in the user's language */
	GPtrArray *fill_in; /* of a command: the placeholders in it; NULL: a text */
};

static bool fill_parts(struct trial *t, const GPtrArray *parts, const struct filling *f, GError **error);

/* The words that "$name" stands for; NULL: it is a value. */
static const struct rule_text *words_of(const struct rule *r, const struct expr *e)
{
	for (size_t i = 0; *e->text == '$' && i < r->lets->len; i++) {
		const struct let *let = r->lets->pdata[i];

		if (strcmp(let->name, e->text + 1) == 0)
			return let->value ? NULL : &let->text;
	}
	return NULL;
}

/* A placeholder stands in the expression itself, as in vd:if($domain, $domain, 'DOMAIN'): a domain may be called so. */
static void note_placeholders(const struct expr *e, const char *value, GPtrArray *found)
{
	g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);

	command_fill_in(e->text, written);
	command_fill_in(value, shown);
	for (guint i = 0; i < shown->len; i++)
		if (g_ptr_array_find_with_equal_func(written, shown->pdata[i], g_str_equal, NULL))
			command_fill_in(shown->pdata[i], found);
}

static bool fill_value(struct trial *t, const struct expr *e, const struct filling *f, GError **error)
{
	const struct rule_text *words = f->fill_in ? NULL : words_of(t->rule, e);
	g_autofree char *value = NULL, *quoted = NULL;

	if (words)
		return fill_parts(t, f->is_local ? rule_text_local(words) : words->english, f, error);
	value = xpath_string(t->x, e, t->node, error);
	if (value && f->fill_in) {
		note_placeholders(e, value, f->fill_in);
		quoted = command_value(f->out->str, value);
	}
	g_string_append(f->out, quoted ? quoted : value ? value : "");
	return value != NULL;
}

static bool fill_choice(struct trial *t, const GPtrArray *choice, const struct filling *f, GError **error)
{
	for (guint i = 0; i < choice->len; i++) {
		const struct alternative *a = choice->pdata[i];
		int holds = a->test ? xpath_boolean(t->x, a->test, t->node, error) : 1;

		if (holds != 0)
			return holds > 0 && fill_parts(t, a->parts, f, error);
	}
	return true;
}

static bool fill_parts(struct trial *t, const GPtrArray *parts, const struct filling *f, GError **error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->words && f->fill_in)
			command_fill_in(part->words, f->fill_in);
		if (part->words)
			g_string_append(f->out, part->words);
		else if (part->value)
			ok = fill_value(t, part->value, f, error);
		else if (part->choice)
			ok = fill_choice(t, part->choice, f, error);
	}
	return ok;
}

static char *fill_as(struct trial *t, const GPtrArray *parts, struct filling f, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);

	f.out = out;
	return fill_parts(t, parts, &f, error) ? g_strdup(out->str) : NULL;
}

char *fill_text(struct trial *t, const struct rule_text *text, GError **error)
{
	return fill_as(t, text->english, (struct filling){ .out = NULL }, error);
}

char *fill_text_local(struct trial *t, const struct rule_text *text, GError **error)
{
	return text->local ? fill_as(t, text->local, (struct filling){ .is_local = true }, error) : NULL;
}

/* What a user pasted without saying whose it is; of a log's line the host knows the domain, or it is gone. */
static bool is_of_sole(const struct trial *t)
{
	if (t->domain || !t->sole)
		return false;
	return xml_is(t->node, "message") || (xml_is(t->node, "match") && facts_is(t->node, "log", "error"));
}

static bool fill_command(struct trial *t, const struct rule_fix *rf, struct fix *fix, GError **error)
{
	g_autoptr(GPtrArray) fill_in = g_ptr_array_new();
	bool of_sole = is_of_sole(t);
	g_autofree char *filled = NULL;

	if (of_sole)
		xpath_variable_string(t->x, "domain", t->sole);
	filled = fill_as(t, rf->command.english, (struct filling){ .fill_in = fill_in }, error);
	if (of_sole)
		xpath_variable_string(t->x, "domain", "");
	fix->command = filled ? command_finish(filled) : NULL;
	g_ptr_array_add(fill_in, NULL);
	fix->fill_in = (GStrv)g_ptr_array_steal(fill_in, NULL);
	return filled != NULL;
}

static bool fill_fix(struct trial *t, const struct rule_fix *rf, struct fix *fix, GError **error)
{
	g_autoptr(GError) failed = NULL;

	fix->terms = rf->terms;
	fix->text = fill_text(t, &rf->text, &failed);
	fix->text_local = fix->text ? fill_text_local(t, &rf->text, &failed) : NULL;
	if (!failed && rf->has_command)
		(void)fill_command(t, rf, fix, &failed);
	if (!failed)
		return true;
	g_propagate_error(error, g_steal_pointer(&failed));
	return false;
}

/* Somebody above libvirt writes the definition: what a command changes in it would be lost. */
static bool is_managed(const struct trial *t)
{
	const xmlNode *vm = t->node;

	while (vm && !xml_is(vm, "vm"))
		vm = vm->parent;
	return xml_child(vm, "managed-by") != NULL;
}

static bool changes_definition(const char *command)
{
	return g_str_has_prefix(command, "virt-xml ") || g_str_has_prefix(command, "virsh edit ") ||
	       (g_str_has_prefix(command, "virsh ") && strstr(command, " --config"));
}

/* A command that would be lost is none; its words stay. */
static void drop_lost_command(const struct trial *t, struct fix *fix)
{
	if (!fix->command || !changes_definition(fix->command) || !is_managed(t))
		return;
	g_clear_pointer(&fix->command, g_free);
	g_clear_pointer(&fix->fill_in, g_strfreev);
}

bool fill_fixes(struct trial *t, GPtrArray *list, GError **error)
{
	for (size_t i = 0; i < t->rule->fixes->len; i++) {
		const struct rule_fix *rf = t->rule->fixes->pdata[i];
		int wanted = rf->when ? xpath_boolean(t->x, rf->when, t->node, error) : 1;
		struct fix *fix;

		if (wanted < 0)
			return false;
		fix = g_new0(struct fix, 1);
		if (!fill_fix(t, rf, fix, error)) {
			fix_free(fix);
			return false;
		}
		drop_lost_command(t, fix);
		if (wanted)
			g_ptr_array_add(list, fix);
		else
			fix_free(fix);
	}
	return true;
}
