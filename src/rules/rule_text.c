// SPDX-License-Identifier: GPL-2.0-or-later
/* rule_text - see rule_text.h */
#include "rules/rule_text.h"

#include <string.h>

#include "base/i18n.h"
#include "base/order.h"
#include "base/xml.h"
#include "rules/xpath.h"

static void alternative_free(void *p)
{
	struct alternative *a = p;

	expr_free(a->test);
	g_ptr_array_unref(a->parts);
	g_free(a);
}

static void part_free(void *p)
{
	struct part *part = p;

	g_free(part->words);
	expr_free(part->value);
	g_clear_pointer(&part->choice, g_ptr_array_unref);
	g_free(part);
}

/* Folds white space; keeps one blank where a word meets a value. */
static char *fold(const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *p = text; *p; p++) {
		if (!g_ascii_isspace(*p))
			g_string_append_c(out, *p);
		else if (out->len == 0 || out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	return g_string_free(out, FALSE);
}

static void trim_ends(GPtrArray *parts)
{
	struct part *first = parts->len ? parts->pdata[0] : NULL;
	struct part *last = parts->len ? parts->pdata[parts->len - 1] : NULL;

	if (first && first->words)
		g_strchug(first->words);
	if (last && last->words)
		g_strchomp(last->words);
}

static bool is_text(const xmlNode *n)
{
	return n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE;
}

static GPtrArray *parts_of(const xmlNode *node, const char *file, GError **error);

static bool load_alternative(GPtrArray *choice, const xmlNode *node, const char *file, GError **error)
{
	g_autofree char *test = xml_attr(node, "test");
	struct alternative *a = g_new0(struct alternative, 1);

	a->test = test ? expr_new(test, file, (unsigned int)xmlGetLineNo(node), error) : NULL;
	a->parts = test && !a->test ? NULL : parts_of(node, file, error);
	if (a->parts) {
		g_ptr_array_add(choice, a);
		return true;
	}
	expr_free(a->test);
	g_free(a);
	return false;
}

static bool load_part(struct part *part, const xmlNode *n, const char *file, GError **error)
{
	bool ok = true;

	if (is_text(n))
		part->words = fold((const char *)n->content);
	if (xml_is(n, "value-of")) {
		g_autofree char *select = xml_attr(n, "select");

		part->value = expr_new(select ? select : "", file, (unsigned int)xmlGetLineNo(n), error);
		ok = part->value != NULL;
	}
	if (xml_is(n, "choose"))
		part->choice = g_ptr_array_new_with_free_func(alternative_free);
	for (const xmlNode *c = part->choice ? n->children : NULL; ok && c; c = c->next)
		ok = c->type != XML_ELEMENT_NODE || load_alternative(part->choice, c, file, error);
	return ok;
}

static GPtrArray *parts_of(const xmlNode *node, const char *file, GError **error)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);

	for (xmlNode *n = node ? node->children : NULL; n; n = n->next) {
		struct part *part = g_new0(struct part, 1);

		g_ptr_array_add(parts, part);
		if (!load_part(part, n, file, error)) {
			g_ptr_array_unref(parts);
			return NULL;
		}
	}
	return parts;
}

/* Of a whole text; inside of it, blanks at the ends count. */
static GPtrArray *text_of(const xmlNode *node, const char *file, GError **error)
{
	GPtrArray *parts = parts_of(node, file, error);

	if (parts)
		trim_ends(parts);
	return parts;
}

/* @text as XML has it between tags or quotes; apostrophes, of which expressions are full, stay. */
static void append_escaped(GString *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			g_string_append(out, "&amp;");
		else if (*text == '<')
			g_string_append(out, "&lt;");
		else if (*text == '"')
			g_string_append(out, "&quot;");
		else
			g_string_append_c(out, *text);
	}
}

static void append_parts(GString *out, const GPtrArray *parts);

static void append_choice(GString *out, const GPtrArray *choice)
{
	g_string_append(out, "<choose>");
	for (guint i = 0; i < choice->len; i++) {
		const struct alternative *a = choice->pdata[i];

		g_string_append(out, a->test ? "<when test=\"" : "<otherwise>");
		if (a->test) {
			append_escaped(out, a->test->text);
			g_string_append(out, "\">");
		}
		append_parts(out, a->parts);
		g_string_append(out, a->test ? "</when>" : "</otherwise>");
	}
	g_string_append(out, "</choose>");
}

static void append_parts(GString *out, const GPtrArray *parts)
{
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->words)
			append_escaped(out, part->words);
		if (part->choice)
			append_choice(out, part->choice);
		if (!part->value)
			continue;
		g_string_append(out, "<value-of select=\"");
		append_escaped(out, part->value->text);
		g_string_append(out, "\"/>");
	}
}

static char *msgid_of(const GPtrArray *parts)
{
	GString *out = g_string_new(NULL);

	append_parts(out, parts);
	return g_strstrip(g_string_free(out, FALSE));
}

static char *skeleton(const GPtrArray *parts);

/* The tests in their order, each with what its text evaluates. */
static char *choice_skeleton(const GPtrArray *choice)
{
	GString *out = g_string_new("choose");

	for (guint i = 0; i < choice->len; i++) {
		const struct alternative *a = choice->pdata[i];
		g_autofree char *inner = skeleton(a->parts);

		if (a->test || *inner)
			g_string_append_printf(out, "\n%s{%s}", a->test ? a->test->text : "otherwise", inner);
	}
	return g_string_free(out, FALSE);
}

/* What a text evaluates, without its words: values and choices, in any order. */
static char *skeleton(const GPtrArray *parts)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->value)
			g_ptr_array_add(all, g_strdup(part->value->text));
		if (part->choice)
			g_ptr_array_add(all, choice_skeleton(part->choice));
	}
	g_ptr_array_sort(all, order_by_bytes);
	g_ptr_array_add(all, NULL);
	return g_strjoinv("\n", (char **)all->pdata);
}

static bool evaluates_the_same(const GPtrArray *a, const GPtrArray *b)
{
	g_autofree char *x = skeleton(a), *y = skeleton(b);

	return strcmp(x, y) == 0;
}

/* NULL where it is no XML, or not the same expressions. */
static GPtrArray *translation(const struct rule_text *t, const char *said, const char *file)
{
	g_autofree char *xml = g_strdup_printf("<text>%s</text>", said);
	g_autoptr(xmlDoc) doc = xml_parse_words(xml, strlen(xml), "translation", NULL);
	GPtrArray *parts = doc ? text_of(xmlDocGetRootElement(doc), file, NULL) : NULL;

	if (parts && !evaluates_the_same(t->english, parts))
		g_clear_pointer(&parts, g_ptr_array_unref);
	return parts;
}

bool rule_text_load(struct rule_text *t, const xmlNode *node, const char *file, GError **error)
{
	rule_text_done(t);
	t->english = text_of(node, file, error);
	if (!t->english) {
		t->english = g_ptr_array_new();
		return false;
	}
	t->msgid = msgid_of(t->english);
	return true;
}

void rule_text_translate(struct rule_text *t, const char *file)
{
	const char *said = i18n_rule_text(t->msgid ? t->msgid : "");

	if (t->msgid && said != t->msgid)
		t->local = translation(t, said, file);
}

void rule_text_done(struct rule_text *t)
{
	g_clear_pointer(&t->english, g_ptr_array_unref);
	g_clear_pointer(&t->local, g_ptr_array_unref);
	g_clear_pointer(&t->msgid, g_free);
}

const GPtrArray *rule_text_local(const struct rule_text *t)
{
	return t->local ? t->local : t->english;
}

bool rule_text_refused(const struct rule_text *t)
{
	return t->msgid && !t->local && i18n_rule_text(t->msgid) != t->msgid;
}

void rule_text_each(const GPtrArray *parts, void (*visit)(void *data, const struct expr *e, bool is_value), void *data)
{
	for (guint i = 0; parts && i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->value)
			visit(data, part->value, true);
		for (guint n = 0; part->choice && n < part->choice->len; n++) {
			const struct alternative *a = part->choice->pdata[n];

			if (a->test)
				visit(data, a->test, false);
			rule_text_each(a->parts, visit, data);
		}
	}
}

static bool has_letter(const char *text)
{
	for (; *text; text = g_utf8_next_char(text))
		if (g_unichar_isalpha(g_utf8_get_char(text)))
			return true;
	return false;
}

bool rule_text_has_words(const GPtrArray *parts)
{
	bool found = false;

	for (guint i = 0; !found && i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		found = part->words && has_letter(part->words);
		for (guint n = 0; part->choice && n < part->choice->len; n++)
			found |= rule_text_has_words(((struct alternative *)part->choice->pdata[n])->parts);
	}
	return found;
}

void rule_text_words(const GPtrArray *parts, GString *out)
{
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->words)
			g_string_append_printf(out, "%s ", part->words);
		for (guint n = 0; part->choice && n < part->choice->len; n++)
			rule_text_words(((struct alternative *)part->choice->pdata[n])->parts, out);
	}
}

void rule_text_outline(const GPtrArray *parts, GString *out)
{
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];
		const struct alternative *last =
			part->choice && part->choice->len ? part->choice->pdata[part->choice->len - 1] : NULL;

		if (part->words)
			g_string_append(out, part->words);
		if (part->value)
			g_string_append(out, "…");
		if (last && !last->test)
			rule_text_outline(last->parts, out);
	}
}

void rule_text_show(const GPtrArray *parts, GString *out)
{
	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->words)
			g_string_append(out, part->words);
		if (part->value)
			g_string_append_printf(out, "{%s}", part->value->text);
		for (guint n = 0; part->choice && n < part->choice->len; n++) {
			const struct alternative *a = part->choice->pdata[n];

			g_string_append(out, n ? "|" : "[");
			rule_text_show(a->parts, out);
		}
		if (part->choice)
			g_string_append_c(out, ']');
	}
}
