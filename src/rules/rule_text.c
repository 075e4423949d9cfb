// SPDX-License-Identifier: GPL-2.0-or-later
/* rule_text - see rule_text.h */
#include "rules/rule_text.h"

#include <string.h>

#include "base/i18n.h"
#include "base/xml.h"
#include "rules/xpath.h"

#define NESTED_MAX 32 /* calls and predicates in an expression; deeper ones keep their literals */

static void part_free(void *p)
{
	struct part *part = p;

	g_free(part->words);
	expr_free(part->value);
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

static GPtrArray *parts_of(const xmlNode *node, const char *file, GError **error)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);

	for (xmlNode *n = node ? node->children : NULL; n; n = n->next) {
		struct part *part = g_new0(struct part, 1);
		g_autofree char *select = xml_is(n, "value-of") ? xml_attr(n, "select") : NULL;

		g_ptr_array_add(parts, part);
		if (is_text(n))
			part->words = fold((const char *)n->content);
		if (!select)
			continue;
		part->value = expr_new(select, file, (unsigned int)xmlGetLineNo(n), error);
		if (!part->value) {
			g_ptr_array_unref(parts);
			return NULL;
		}
	}
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

static char *msgid_of(const GPtrArray *parts)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->words)
			append_escaped(out, part->words);
		if (!part->value)
			continue;
		g_string_append(out, "<value-of select=\"");
		append_escaped(out, part->value->text);
		g_string_append(out, "\"/>");
	}
	return g_strstrip(g_string_free(out, FALSE));
}

/* What encloses a place in an expression: do literals there merely go into the result? */
struct nesting {
	bool passes[NESTED_MAX]; /* the result of an argument is that of the call */
	bool is_first[NESTED_MAX]; /* a condition or number: only what follows its comma is words */
	unsigned int depth, lost; /* of those that are told apart, and of those that are not */
};

static void open_nested(struct nesting *n, const char *begin, const char *at)
{
	size_t before = (size_t)(at - begin);
	bool is_if = *at == '(' && before >= 5 && strncmp(at - 5, "vd:if", 5) == 0;
	bool is_times = *at == '(' && before >= 8 && strncmp(at - 8, "vd:times", 8) == 0;
	bool is_concat = *at == '(' && before >= 6 && strncmp(at - 6, "concat", 6) == 0;

	if (n->depth == NESTED_MAX || n->lost) {
		n->lost++;
		return;
	}
	n->is_first[n->depth] = is_if || is_times;
	n->passes[n->depth++] = is_concat;
}

static void note_nesting(struct nesting *n, const char *begin, const char *at)
{
	if (*at == '(' || *at == '[')
		open_nested(n, begin, at);
	else if (*at == ')' || *at == ']')
		(void)(n->lost ? n->lost-- : n->depth ? n->depth-- : 0);
	else if (*at == ',' && n->depth && !n->lost && n->is_first[n->depth - 1])
		n->passes[n->depth - 1] = true;
}

static bool is_words(const struct nesting *n, char before, const char *after)
{
	after += strspn(after, " ");
	for (unsigned int i = 0; i < n->depth; i++)
		if (!n->passes[i])
			return false;
	return n->depth && !n->lost && (before == '(' || before == ',') && (*after == ',' || *after == ')');
}

/* The expression without the literals that are words: what it evaluates. */
static char *skeleton(const char *expression)
{
	GString *out = g_string_new(NULL);
	struct nesting n = { 0 };
	char before = '\0';

	for (const char *p = expression; *p; p++) {
		const char *end = *p == '\'' || *p == '"' ? strchr(p + 1, *p) : NULL;

		note_nesting(&n, expression, p);
		if (end && is_words(&n, before, end + 1))
			g_string_append(out, "''");
		else if (end)
			g_string_append_len(out, p, end + 1 - p);
		else
			g_string_append_c(out, *p);
		p = end ? end : p;
		before = *p == ' ' ? before : *p;
	}
	return g_string_free(out, FALSE);
}

bool rule_text_has_words(const char *expression)
{
	g_autofree char *bare = skeleton(expression);

	return strcmp(bare, expression) != 0;
}

struct expr *rule_text_expr(const struct expr *e)
{
	const char *said = rule_text_has_words(e->text) ? i18n_rule_text(e->text) : e->text;
	g_autofree char *a = skeleton(e->text), *b = skeleton(said);

	return said != e->text && strcmp(a, b) == 0 ? expr_new(said, e->file, e->line, NULL) : NULL;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *skeletons(const GPtrArray *parts)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		if (part->value)
			g_ptr_array_add(all, skeleton(part->value->text));
	}
	g_ptr_array_sort(all, by_text);
	return all;
}

static bool evaluates_the_same(const GPtrArray *a, const GPtrArray *b)
{
	g_autoptr(GPtrArray) x = skeletons(a), y = skeletons(b);

	for (guint i = 0; x->len == y->len && i < x->len; i++)
		if (strcmp(x->pdata[i], y->pdata[i]) != 0)
			return false;
	return x->len == y->len;
}

/* NULL where it is no XML, or not the same expressions. */
static GPtrArray *translation(const struct rule_text *t, const char *said, const char *file)
{
	g_autofree char *xml = g_strdup_printf("<text>%s</text>", said);
	g_autoptr(xmlDoc) doc = xml_parse(xml, strlen(xml), "translation", NULL, NULL);
	GPtrArray *parts = doc ? parts_of(xmlDocGetRootElement(doc), file, NULL) : NULL;

	if (parts && !evaluates_the_same(t->english, parts))
		g_clear_pointer(&parts, g_ptr_array_unref);
	return parts;
}

bool rule_text_load(struct rule_text *t, const xmlNode *node, const char *file, GError **error)
{
	rule_text_done(t);
	t->english = parts_of(node, file, error);
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
