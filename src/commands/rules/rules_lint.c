// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_lint - what libxml2 would not say until too late
 *
 * XPath compiles with unknown functions, variables and names, and then is silently false. So the
 * names in every expression are looked up: functions and variables in what there is, elements and
 * attributes in rules/facts.rng (ours) and rules/libvirt-names.txt (libvirt's schemas).
 */
#include <string.h>

#include "base/data_dir.h"
#include "rules/command.h"
#include "rules/pattern.h"
#include "rules/rules.h"
#include "rules/signature.h"
#include "base/i18n.h"
#include "commands/rules/rules_check.h"
#include "base/xml.h"
#include "rules/xpath.h"

struct lint {
	GString *out;
	unsigned int problems;
	GHashTable *names;     /* of elements and attributes */
	GHashTable *causes;
	GHashTable *functions; /* with vd: */
	const struct rule *rule;
	GHashTable *variables; /* of the rule */
};

static void problem(struct lint *l, unsigned int line, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void problem(struct lint *l, unsigned int line, const char *format, ...)
{
	va_list args;

	g_string_append_printf(l->out, "%s:%u: %s: ", l->rule->file, line, l->rule->id);
	va_start(args, format);
	g_string_append_vprintf(l->out, format, args);
	va_end(args);
	g_string_append_c(l->out, '\n');
	l->problems++;
}

static bool is_operator(const char *word)
{
	return strcmp(word, "and") == 0 || strcmp(word, "or") == 0 || strcmp(word, "div") == 0 ||
	       strcmp(word, "mod") == 0;
}

static void lint_name(struct lint *l, const struct expr *e, const char *word, char before,
		      const char *after)
{
	if (before == '$') {
		if (!g_hash_table_contains(l->variables, word))
			problem(l, e->line, "unknown variable $%s in '%s'", word, e->text);
	} else if (after[0] == '(') {
		if (!g_hash_table_contains(l->functions, word))
			problem(l, e->line, "unknown function %s() in '%s'", word, e->text);
	} else if (after[0] == ':' && after[1] == ':') {
		return; /* an axis; libxml2 knows them at compile time */
	} else if (!g_hash_table_contains(l->names, word)) {
		problem(l, e->line, "unknown fact '%s' in '%s'", word, e->text);
	}
}

/* Words of an expression, outside its literals. */
static void lint_expr(struct lint *l, const struct expr *e)
{
	static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z "_";
	static const char more[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.";
	bool operand = false; /* was the last token one? then a word is an operator */
	char before = ' ';

	for (const char *p = e ? e->text : ""; *p;) {
		if (*p == '\'' || *p == '"') {
			const char *end = strchr(p + 1, *p);

			p = end ? end + 1 : p + strlen(p);
			operand = true;
		} else if (strchr(letters, *p)) {
			size_t n = strspn(p, more);

			if (p[n] == ':' && p[n + 1] != ':') /* a prefix */
				n += 1 + strspn(p + n + 1, more);
			g_autofree char *word = g_strndup(p, n);
			bool op = operand && is_operator(word);

			p += n;
			if (!op)
				lint_name(l, e, word, before, p + strspn(p, " "));
			operand = !op;
			before = ' ';
		} else {
			if (*p != ' ') {
				operand = strchr(")].*", *p) != NULL || g_ascii_isdigit(*p);
				before = *p;
			}
			p++;
		}
	}
}

/* Words in an expression cannot be translated: they stand in the text, or in a <let> without value. */
static void lint_words(struct lint *l, const struct expr *e)
{
	static const char call[] = "^\\s*(vd:if|concat)\\b.*[(,]\\s*('[^']*[a-z][^']*'|\"[^\"]*[a-z][^\"]*\")\\s*[,)]";
	const struct expr *shown = e;

	for (size_t i = 0; i < l->rule->lets->len; i++) {
		const struct let *let = l->rule->lets->pdata[i];

		if (*e->text == '$' && strcmp(e->text + 1, let->name) == 0 && let->value)
			shown = let->value;
	}
	if (g_regex_match_simple(call, shown->text, G_REGEX_DOTALL | G_REGEX_CASELESS, 0))
		problem(l, shown->line, "words in the expression '%s': <choose> is for those", shown->text);
}

static void lint_value(void *data, const struct expr *e, bool is_value)
{
	lint_expr(data, e);
	if (is_value)
		lint_words(data, e);
}

static void lint_command_value(void *data, const struct expr *e, bool is_value G_GNUC_UNUSED)
{
	lint_expr(data, e);
}

static bool is_empty(const struct rule_text *t)
{
	for (size_t i = 0; t->english && i < t->english->len; i++) {
		const struct part *part = t->english->pdata[i];

		if (!part->words || *part->words)
			return false;
	}
	return true;
}

static void lint_text(struct lint *l, const struct rule_text *t, const char *what, unsigned int line)
{
	rule_text_each(t->english, lint_value, l);
	if (is_empty(t))
		problem(l, line, "%s has no text", what);
	if (rule_text_refused(t))
		problem(l, line, "%s: its translation does not evaluate the same", what);
}

/* Does any signature of the rule let the text through its literal and match it? */
static bool is_let_through(const struct rule *r, const char *text)
{
	g_autofree char *low = g_ascii_strdown(text, -1);

	for (size_t i = 0; i < r->logs->len; i++) {
		struct signature *s = r->logs->pdata[i];
		const GRegex *regex = signature_compiled(s);
		bool passes = false;

		for (size_t k = 0; s->literals[k] && !passes; k++) {
			g_autofree char *literal = g_ascii_strdown(s->literals[k], -1);

			passes = strstr(low, g_strdelimit(literal, "\"`", '\'')) != NULL;
		}
		if (passes && (!s->pattern || (regex && g_regex_match(regex, text, 0, NULL))))
			return true;
	}
	return false;
}

/* The literal is a gate: each alternative of the regex must be able to pass it. */
static void lint_gate(struct lint *l, struct signature *s)
{
	const GRegex *regex = signature_compiled(s);
	g_autoptr(GPtrArray) samples = regex ? pattern_samples(s->pattern) : g_ptr_array_new();

	for (guint i = 0; i < samples->len; i++) {
		const char *text = samples->pdata[i];

		if (g_regex_match(regex, text, 0, NULL) && !is_let_through(l->rule, text))
			problem(l, l->rule->line, "no literal lets '%s' through, which a <log> is meant for", text);
	}
}

/* Named groups are facts, too. */
static void lint_logs(struct lint *l)
{
	for (size_t i = 0; i < l->rule->logs->len; i++) {
		struct signature *s = l->rule->logs->pdata[i];

		lint_gate(l, s);
		for (size_t g = 0; s->groups && s->groups[g]; g++)
			if (!g_hash_table_contains(l->names, s->groups[g]))
				problem(l, l->rule->line, "unknown fact '%s', a group of a <log>", s->groups[g]);
	}
}

/* A command with "x" for each value. */
static void append_outline(const GPtrArray *parts, GString *out)
{
	for (guint i = 0; parts && i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		g_string_append(out, part->words ? part->words : part->value ? "x" : "");
		for (guint c = 0; part->choice && c < part->choice->len; c++) {
			append_outline(((const struct alternative *)part->choice->pdata[c])->parts, out);
			g_string_append_c(out, '\n');
		}
	}
}

static void lint_fix(struct lint *l, const struct rule_fix *fix)
{
	g_autoptr(GString) outline = g_string_new(NULL);

	lint_expr(l, fix->when);
	lint_text(l, &fix->text, "fix", l->rule->line);
	if (fix->has_command && is_empty(&fix->command))
		problem(l, l->rule->line, "command has no text");
	rule_text_each(fix->command.english, lint_command_value, l);
	append_outline(fix->command.english, outline);
	if (fix->terms.does != FIX_ACTS && command_acts(outline->str))
		problem(l, l->rule->line, "<fix> without does='act', and its command acts: %s", outline->str);
}

static void lint_parts(struct lint *l)
{
	const struct rule *r = l->rule;

	lint_text(l, &r->title, "title", r->line);
	for (size_t i = 0; i < r->lets->len; i++) {
		const struct let *let = r->lets->pdata[i];

		if (let->value)
			lint_expr(l, let->value);
		else
			lint_text(l, &let->text, let->name, r->line);
	}
	for (size_t i = 0; i < r->needs->len; i++) {
		const struct need *need = r->needs->pdata[i];

		lint_expr(l, need->test);
		lint_text(l, &need->reason, "needs", need->test->line);
	}
	for (size_t i = 0; i < r->reports->len; i++) {
		const struct rule_report *report = r->reports->pdata[i];

		lint_expr(l, report->test);
		lint_text(l, &report->message, "report", report->test->line);
	}
	for (size_t i = 0; i < r->fixes->len; i++)
		lint_fix(l, r->fixes->pdata[i]);
	for (size_t i = 0; i < r->evidence->len; i++)
		lint_expr(l, r->evidence->pdata[i]);
	lint_expr(l, r->context);
	lint_expr(l, r->subject);
}

static void lint_links(struct lint *l, GPtrArray *rules)
{
	const struct rule *r = l->rule;

	if (!g_hash_table_contains(l->causes, r->cause))
		problem(l, r->line, "unknown cause '%s' (rules/causes.tsv)", r->cause);
	for (size_t i = 0; i < r->explains->len; i++) {
		const struct explains *e = r->explains->pdata[i];

		if (e->rule && !rules_find(rules, e->rule))
			problem(l, r->line, "explains unknown rule '%s'", e->rule);
		if (e->cause && !g_hash_table_contains(l->causes, e->cause))
			problem(l, r->line, "explains unknown cause '%s'", e->cause);
	}
	for (size_t i = 0; i < r->references->len; i++)
		if (!*((struct reference *)r->references->pdata[i])->title)
			problem(l, r->line, "a reference has no title");
}

static void lint_cases(struct lint *l, const char *dir)
{
	static const char *const needed[] = { "fires", "clean" };
	g_autofree char *cases = g_build_filename(dir, "cases", l->rule->id, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
		g_autoptr(GDir) d = g_dir_open(cases, 0, NULL);
		const char *name;
		bool found = false;

		while (d && (name = g_dir_read_name(d)))
			found |= g_str_has_prefix(name, needed[i]);
		if (!found)
			problem(l, l->rule->line, "no case '%s…' in %s", needed[i], cases);
	}
}

static GHashTable *words_new(const char *const *words)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; words && words[i]; i++)
		g_hash_table_add(set, g_strdup(words[i]));
	return set;
}

/* The first word of each line; '#' begins a comment. */
static void add_lines(GHashTable *set, const char *dir, const char *file)
{
	g_autofree char *path = g_build_filename(dir, file, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++)
		if (lines[i][0] && lines[i][0] != '#')
			g_hash_table_add(set, g_strndup(lines[i], strcspn(lines[i], " \t")));
}

/* RELAX NG names things by attribute or by a <name> element. */
static void add_schema_names(GHashTable *set, const xmlNode *node)
{
	for (; node; node = node->next) {
		char *name = xml_is(node, "element") || xml_is(node, "attribute")
				     ? xml_attr(node, "name")
				     : xml_is(node, "name") ? xml_text(node) : NULL;

		if (name)
			g_hash_table_add(set, name);
		add_schema_names(set, node->type == XML_ELEMENT_NODE ? node->children : NULL);
	}
}

static GHashTable *known_names(const char *own)
{
	GHashTable *set = words_new(NULL);
	g_autofree char *path = g_build_filename(own, "facts.rng", NULL);
	g_autoptr(xmlDoc) doc = xml_parse_file(path, NULL);

	add_lines(set, own, "libvirt-names.txt");
	if (doc)
		add_schema_names(set, xmlDocGetRootElement(doc));
	return set;
}

/* XPath 1.0's own, and ours out of their descriptions. */
static GHashTable *known_functions(void)
{
	static const char *const core[] = {
		"last", "position", "count", "local-name", "namespace-uri", "name", "string",
		"concat", "starts-with", "contains", "substring-before", "substring-after",
		"substring", "string-length", "normalize-space", "translate", "boolean", "not",
		"true", "false", "number", "sum", "floor", "ceiling", "round", "text", "node", NULL
	};
	GHashTable *set = words_new(core);

	for (size_t i = 0; xpath_function(i); i++)
		g_hash_table_add(set, g_strconcat("vd:", xpath_function(i), NULL));
	return set;
}

static GHashTable *variables_of(const struct rule *r)
{
	static const char *const always[] = { "domain", NULL };
	GHashTable *set = words_new(always);

	for (size_t i = 0; i < r->params->len; i++)
		g_hash_table_add(set, g_strdup(((struct param *)r->params->pdata[i])->name));
	for (size_t i = 0; i < r->lets->len; i++)
		g_hash_table_add(set, g_strdup(((struct let *)r->lets->pdata[i])->name));
	return set;
}

unsigned int rules_lint(GPtrArray *rules, const char *dir, GString *out)
{
	g_autofree char *own = data_dir();
	g_autoptr(GHashTable) names = known_names(own);
	g_autoptr(GHashTable) causes = words_new(NULL);
	g_autoptr(GHashTable) functions = known_functions();
	struct lint l = { .out = out, .names = names, .causes = causes, .functions = functions };

	add_lines(causes, own, "causes.tsv");
	add_lines(causes, dir, "causes.tsv");
	for (size_t i = 0; i < rules->len; i++) {
		g_autoptr(GHashTable) variables = variables_of(rules->pdata[i]);

		l.rule = rules->pdata[i];
		l.variables = variables;
		if (!g_str_has_prefix(l.rule->file, dir))
			continue;
		lint_parts(&l);
		lint_logs(&l);
		lint_links(&l, rules);
		lint_cases(&l, dir);
	}
	return l.problems;
}
