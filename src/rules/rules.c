// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules - loading rule files.
 *
 * The RELAX NG schema has the last word on what may stand where; here a file is only taken apart,
 * so what the schema already refuses is not checked again.
 */
#include "rules/rules.h"

#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/order.h"
#include "rules/known.h"
#include "rules/phrase.h"
#include "rules/signature.h"
#include "base/xml.h"
#include "rules/xpath.h"

const char *const symptom_names[] = { "wont-start",    "no-network", "slow-network", "slow-disk",
				      "slow-cpu",      "high-cpu",   "crash",	     "pause",
				      "guest-hang",    "migration",  "upgrade",	     "console",
				      "security",      "storage",    "clock",
				      "agent",	       "usb",	     "config-smell", NULL };

/* Of a rule about logs the schema lets these be left out: the first line that matches, and whose it is. */
#define OF_LOG_CONTEXT "/facts/match[1]"
#define OF_LOG_SUBJECT "vd:if($domain, $domain, 'host')"

/* What a file is being read with. */
struct loader {
	const char *file;
	GError **error;
	bool is_known; /* to hold to the schema, with patterns that compile */
	bool failed;
};

static void param_free(void *p)
{
	struct param *param = p;

	g_free(param->name);
	g_free(param->value);
	g_free(param->unit);
	g_free(param->source);
	g_strfreev(param->charts);
	g_free(param);
}

static void let_free(void *p)
{
	struct let *let = p;

	g_free(let->name);
	expr_free(let->value);
	rule_text_done(&let->text);
	g_free(let);
}

static void need_free(void *p)
{
	struct need *need = p;

	expr_free(need->test);
	rule_text_done(&need->reason);
	g_free(need->remedy);
	g_free(need);
}

static void rule_report_free(void *p)
{
	struct rule_report *report = p;

	expr_free(report->test);
	rule_text_done(&report->message);
	g_free(report);
}

static void rule_fix_free(void *p)
{
	struct rule_fix *fix = p;

	expr_free(fix->when);
	rule_text_done(&fix->text);
	rule_text_done(&fix->command);
	g_free(fix);
}

static void explains_free(void *p)
{
	struct explains *explains = p;

	g_free(explains->rule);
	g_free(explains->cause);
	g_free(explains);
}

static void rule_free(void *p)
{
	struct rule *r = p;

	g_free(r->id);
	g_free(r->cause);
	g_free(r->file);
	g_free(r->where);
	g_strfreev(r->symptoms);
	expr_free(r->context);
	expr_free(r->subject);
	expr_free(r->cause_of);
	rule_text_done(&r->title);
	g_ptr_array_unref(r->logs);
	g_ptr_array_unref(r->params);
	g_ptr_array_unref(r->lets);
	g_ptr_array_unref(r->needs);
	g_ptr_array_unref(r->reports);
	g_ptr_array_unref(r->evidence);
	g_ptr_array_unref(r->fixes);
	g_ptr_array_unref(r->references);
	g_ptr_array_unref(r->explains);
	g_free(r);
}

GPtrArray *rules_new(void)
{
	return g_ptr_array_new_with_free_func(rule_free);
}

static struct expr *compile(struct loader *l, const xmlNode *node, const char *text)
{
	g_autoptr(GError) error = NULL;
	struct expr *e = expr_new(text ? text : "", l->file, (unsigned int)xmlGetLineNo(node), &error);

	if (!e && !l->failed) {
		g_propagate_error(l->error, g_steal_pointer(&error));
		l->failed = true;
	}
	return e;
}

static struct expr *compile_attr(struct loader *l, const xmlNode *node, const char *name)
{
	g_autofree char *text = xml_attr(node, name);

	return text ? compile(l, node, text) : NULL;
}

static void load_english(struct loader *l, const xmlNode *node, struct rule_text *t)
{
	g_autoptr(GError) error = NULL;

	if (rule_text_load(t, node, l->file, &error) || l->failed)
		return;
	g_propagate_error(l->error, g_steal_pointer(&error));
	l->failed = true;
}

static void load_text(struct loader *l, const xmlNode *node, struct rule_text *t)
{
	load_english(l, node, t);
	rule_text_translate(t, l->file);
}

static char *attr_or(const xmlNode *node, const char *name, const char *otherwise)
{
	char *text = xml_attr(node, name);

	return text ? text : g_strdup(otherwise);
}

static int attr_level(const xmlNode *node, const char *name, int (*parse)(const char *), int otherwise)
{
	g_autofree char *text = xml_attr(node, name);

	return text ? parse(text) : otherwise;
}

static GStrv attr_words(const xmlNode *n, const char *name)
{
	g_autofree char *text = xml_attr(n, name);
	g_auto(GStrv) words = g_strsplit_set(text ? text : "", " \t\r\n", 0);
	GPtrArray *kept = g_ptr_array_new();

	for (size_t i = 0; words[i]; i++)
		if (*words[i])
			g_ptr_array_add(kept, g_strdup(words[i]));
	g_ptr_array_add(kept, NULL);
	return (GStrv)g_ptr_array_free(kept, FALSE);
}

static void load_param(struct loader *l G_GNUC_UNUSED, struct rule *r, const xmlNode *n)
{
	struct param *param = g_new0(struct param, 1);

	*param = (struct param){ xml_attr(n, "name"), xml_attr(n, "default"), xml_attr(n, "unit"),
				 xml_attr(n, "source"), attr_words(n, "chart"), false };
	g_ptr_array_add(r->params, param);
}

static void load_log(struct loader *l, struct rule *r, const xmlNode *n)
{
	g_autofree char *logs = xml_attr(n, "in"), *literal = xml_attr(n, "literal");
	g_autofree char *regex = xml_attr(n, "regex");
	g_autoptr(GError) error = NULL;
	struct signature *s = signature_new(logs, literal, regex, l->is_known, &error);

	if (s)
		g_ptr_array_add(r->logs, s);
	else if (!l->failed)
		g_set_error(l->error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "%s:%ld: %s",
			    l->file, xmlGetLineNo(n), error->message);
	l->failed |= !s;
}

static void load_let(struct loader *l, struct rule *r, const xmlNode *n)
{
	struct let *let = g_new0(struct let, 1);

	let->name = xml_attr(n, "name");
	let->value = compile_attr(l, n, "value");
	if (!let->value)
		load_text(l, n, &let->text);
	g_ptr_array_add(r->lets, let);
}

static void load_need(struct loader *l, struct rule *r, const xmlNode *n)
{
	struct need *need = g_new0(struct need, 1);

	need->test = compile_attr(l, n, "test");
	load_text(l, n, &need->reason);
	need->remedy = xml_attr(n, "remedy");
	g_ptr_array_add(r->needs, need);
}

static void load_report(struct loader *l, struct rule *r, const xmlNode *n)
{
	g_autofree char *test = attr_or(n, "test", "true()");
	struct rule_report *report = g_new0(struct rule_report, 1);

	report->test = compile(l, n, test);
	report->severity = (enum severity)attr_level(n, "severity", severity_parse, (int)r->severity);
	report->confidence =
		(enum confidence)attr_level(n, "confidence", confidence_parse, (int)r->confidence);
	load_text(l, n, &report->message);
	g_ptr_array_add(r->reports, report);
}

static void load_evidence(struct loader *l, struct rule *r, const xmlNode *n)
{
	g_ptr_array_add(r->evidence, compile_attr(l, n, "select"));
}

static void load_fix(struct loader *l, struct rule *r, const xmlNode *n)
{
	const xmlNode *command = xml_child(n, "command");
	g_autofree char *on = xml_attr(n, "on"), *does = xml_attr(n, "does");
	g_autofree char *effect = xml_attr(n, "effect"), *costs = xml_attr(n, "costs");
	struct rule_fix *fix = g_new0(struct rule_fix, 1);

	fix->terms = fix_terms_parse(on, does, effect, costs);
	fix->when = compile_attr(l, n, "when");
	load_text(l, n, &fix->text);
	fix->has_command = command != NULL;
	load_english(l, command, &fix->command);
	g_ptr_array_add(r->fixes, fix);
}

static void load_reference(struct loader *l G_GNUC_UNUSED, struct rule *r, const xmlNode *n)
{
	struct reference *reference = g_new0(struct reference, 1);

	*reference = (struct reference){ xml_text(n), xml_attr(n, "href") };
	g_ptr_array_add(r->references, reference);
}

static void load_explains(struct loader *l G_GNUC_UNUSED, struct rule *r, const xmlNode *n)
{
	g_autofree char *subject = xml_attr(n, "subject");
	struct explains *explains = g_new0(struct explains, 1);

	*explains = (struct explains){ xml_attr(n, "rule"), xml_attr(n, "cause"), subject != NULL };
	g_ptr_array_add(r->explains, explains);
}

static void load_title(struct loader *l, struct rule *r, const xmlNode *n)
{
	load_text(l, n, &r->title);
}

static void load_child(struct loader *l, struct rule *r, const xmlNode *n)
{
	static const struct {
		const char *element;
		void (*load)(struct loader *, struct rule *, const xmlNode *);
	} table[] = {
		{ "title", load_title },       { "param", load_param },
		{ "let", load_let },	       { "needs", load_need },
		{ "report", load_report },     { "evidence", load_evidence },
		{ "fix", load_fix },	       { "reference", load_reference },
		{ "explains", load_explains }, { "log", load_log },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (xml_is(n, table[i].element))
			table[i].load(l, r, n);
}

/*
 * Rules under /facts/vm are evaluated one domain at a time with the vm as the current node: so a
 * rule costs what its domain has, not what all have. "/facts/vm" becomes "self::vm", and
 * "/facts/match" what the rule's logs matched in the host or vm at hand.
 */
static struct expr *load_context(struct loader *l, struct rule *r, const xmlNode *n)
{
	const char *text = r->where;
	g_auto(GStrv) pieces = g_strsplit(text, "/facts/vm", 0);
	g_autofree char *local = g_strjoinv("self::vm", pieces);

	if (g_str_has_prefix(text, "/facts/match")) {
		g_free(local);
		local = g_strdup_printf("match[@rule='%s']%s", r->id, text + strlen("/facts/match"));
		return compile(l, n, local);
	}
	r->host = !pieces[1];
	return compile(l, n, r->host ? text : local);
}

static struct rule *load_rule(struct loader *l, const xmlNode *n)
{
	struct rule *r = g_new0(struct rule, 1);
	g_autofree char *errors = xml_attr(n, "errors"), *fallback = xml_attr(n, "fallback");
	g_autofree char *subject = attr_or(n, "subject", OF_LOG_SUBJECT);

	r->id = xml_attr(n, "id");
	r->cause = xml_attr(n, "cause");
	r->file = g_strdup(l->file);
	r->line = (unsigned int)xmlGetLineNo(n);
	r->severity = (enum severity)attr_level(n, "severity", severity_parse, 0);
	r->confidence = (enum confidence)attr_level(n, "confidence", confidence_parse, 0);
	r->symptoms = attr_words(n, "symptoms");
	r->errors_judged = errors != NULL;
	r->fallback = !fallback ? FALLBACK_NO : strcmp(fallback, "last") == 0 ? FALLBACK_LAST : FALLBACK_YES;
	r->logs = g_ptr_array_new_with_free_func((GDestroyNotify)signature_free);
	r->params = g_ptr_array_new_with_free_func(param_free);
	r->lets = g_ptr_array_new_with_free_func(let_free);
	r->needs = g_ptr_array_new_with_free_func(need_free);
	r->reports = g_ptr_array_new_with_free_func(rule_report_free);
	r->evidence = g_ptr_array_new_with_free_func((GDestroyNotify)expr_free);
	r->fixes = g_ptr_array_new_with_free_func(rule_fix_free);
	r->references = g_ptr_array_new_with_free_func((GDestroyNotify)reference_free);
	r->explains = g_ptr_array_new_with_free_func(explains_free);
	r->where = attr_or(n, "context", OF_LOG_CONTEXT);
	l->file = r->file; /* expressions borrow it */
	r->context = load_context(l, r, n);
	r->subject = compile(l, n, subject);
	r->cause_of = compile_attr(l, n, "cause-of");
	for (xmlNode *c = n->children; c; c = c->next)
		load_child(l, r, c);
	return r;
}

/* What all rules of a file explain stands beside them. */
static void load_common(struct loader *l, struct rule *r, const xmlNode *root)
{
	for (const xmlNode *n = xml_child(root, "explains"); n; n = xml_next(n, "explains"))
		load_explains(l, r, n);
}

/* A FIFO would wait for a writer, a device never end. */
static bool read_rules(const char *file, char **bytes, gsize *size, GError **error)
{
	if (!g_file_test(file, G_FILE_TEST_EXISTS) || g_file_test(file, G_FILE_TEST_IS_REGULAR))
		return g_file_get_contents(file, bytes, size, error);
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", file, _("not a regular file"));
	return false;
}

static bool load_file(GPtrArray *rules, const char *file, GError **error)
{
	g_autofree char *bytes = NULL;
	gsize size = 0;
	g_autoptr(xmlDoc) doc = read_rules(file, &bytes, &size, error) ? xml_parse_words(bytes, size, file, error) : NULL;
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	struct loader l = { .file = file, .error = error, .is_known = doc && known_file(file, bytes, size) };

	if (!doc || (!l.is_known && !rules_validate(doc, file, error)) || !phrase_expand(root, file, error))
		return false;
	for (xmlNode *n = xml_child(root, "rule"); n && !l.failed; n = xml_next(n, "rule")) {
		struct rule *r = load_rule(&l, n);
		struct rule *other = rules_find(rules, r->id);

		load_common(&l, r, root);
		if (other && !l.failed) {
			l.failed = true;
			g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
				    "%s:%u: rule '%s' is already at %s:%u", r->file, r->line, r->id,
				    other->file, other->line);
		}
		g_ptr_array_add(rules, r);
		l.file = file;
	}
	return !l.failed;
}

static int by_id(gconstpointer a, gconstpointer b)
{
	const struct rule *x = *(const struct rule *const *)a, *y = *(const struct rule *const *)b;

	return strcmp(x->id, y->id);
}

/* The *.xml of @path and, one level down, of its families; what lies in "cases" is no rule. */
static bool list_files(GPtrArray *files, const char *path, bool is_top, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, error);
	const char *name;
	bool ok = dir != NULL;

	while (ok && (name = g_dir_read_name(dir))) {
		g_autofree char *full = g_build_filename(path, name, NULL);

		if (g_str_has_suffix(name, ".xml"))
			g_ptr_array_add(files, g_steal_pointer(&full));
		else if (is_top && strcmp(name, "cases") != 0 && g_file_test(full, G_FILE_TEST_IS_DIR))
			ok = list_files(files, full, false, error);
	}
	return ok;
}

bool rules_load(GPtrArray *rules, const char *path, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	bool ok;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return load_file(rules, path, error);
	ok = list_files(files, path, true, error);
	g_ptr_array_sort(files, order_by_bytes);
	for (size_t i = 0; i < files->len && ok; i++)
		ok = load_file(rules, files->pdata[i], error);
	g_ptr_array_sort(rules, by_id);
	return ok;
}
