// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge - evaluating rules.
 */
#include "judge/judge.h"

#include <errno.h>
#include <string.h>

#include "base/errname.h"
#include "facts/facts.h"
#include "base/i18n.h"
#include "formats/parse.h"
#include "logs/scan.h"
#include "rules/rules.h"
#include "rules/signature.h"
#include "base/xml.h"
#include "rules/xpath.h"

#define EVIDENCE_MAX 8 /* for one finding; a reader wants the proof, not the heap */

/* One evaluation: a rule on a node. */
struct trial {
	struct xpath *x;
	const struct rule *rule;
	struct report *report;
	struct tally *tally;
	const char *domain; /* NULL: the host */
	xmlNode *node;
};

/* @reason_local: or NULL, as in English */
static struct undecided *add_undecided(struct trial *t, const char *reason, const char *reason_local,
				       const char *remedy, const char *remedy_local)
{
	struct undecided *u = g_new0(struct undecided, 1);

	u->rule = g_strdup(t->rule->id);
	u->domain = g_strdup(t->domain);
	u->subject = t->node ? xpath_string(t->x, t->rule->subject, t->node, NULL) : NULL;
	u->reason = g_strdup(reason);
	u->remedy = g_strdup(remedy);
	u->reason_local = g_strdup(reason_local);
	u->remedy_local = g_strdup(remedy_local);
	g_ptr_array_add(t->report->undecided, u);
	t->tally->undecided++;
	return u;
}

static void undecided_error(struct trial *t, GError *error)
{
	static const char remedy[] = N_("report this: the rule is at fault");

	add_undecided(t, error ? error->message : "the rule cannot be evaluated", NULL, remedy, _(remedy));
}

/* Where a text goes, and in what form. */
struct filling {
	GString *out;
	bool is_local;	 /* in the user's language */
	bool is_command; /* each value is quoted for the shell */
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

static bool fill_value(struct trial *t, const struct expr *e, const struct filling *f, GError **error)
{
	const struct rule_text *words = f->is_command ? NULL : words_of(t->rule, e);
	g_autofree char *value = NULL, *quoted = NULL;

	if (words)
		return fill_parts(t, f->is_local ? rule_text_local(words) : words->english, f, error);
	value = xpath_string(t->x, e, t->node, error);
	quoted = value && f->is_command ? parse_shell_quote(value) : NULL;
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

static char *fill(struct trial *t, const struct rule_text *text, GError **error)
{
	return fill_as(t, text->english, (struct filling){ 0 }, error);
}

/* In the user's language; NULL without @error: as in English. */
static char *fill_local(struct trial *t, const struct rule_text *text, GError **error)
{
	return text->local ? fill_as(t, text->local, (struct filling){ .is_local = true }, error) : NULL;
}

static void add_evidence(GPtrArray *list, xmlNode *const *nodes, int count)
{
	struct evidence *e;

	if (list->len >= EVIDENCE_MAX)
		return;
	e = evidence_of(nodes, count);
	for (size_t i = 0; i < list->len; i++) {
		const struct evidence *other = list->pdata[i];

		if (strcmp(other->source, e->source) == 0 && strcmp(other->text, e->text) == 0 &&
		    g_strcmp0(other->locator, e->locator) == 0) {
			evidence_free(e);
			return;
		}
	}
	g_ptr_array_add(list, e);
}

/* Attributes of one element are one piece of evidence. */
static int run_of(const xmlNodeSet *set, int first)
{
	const xmlNode *node = set->nodeTab[first];
	int n = 1;

	while (node->type == XML_ATTRIBUTE_NODE && first + n < set->nodeNr &&
	       set->nodeTab[first + n]->type == XML_ATTRIBUTE_NODE &&
	       set->nodeTab[first + n]->parent == node->parent)
		n++;
	return n;
}

static bool collect_evidence(struct trial *t, GPtrArray *list, GError **error)
{
	for (size_t i = 0; i < t->rule->evidence->len; i++) {
		g_autoptr(xmlXPathObject) o =
			xpath_eval(t->x, t->rule->evidence->pdata[i], t->node, error);

		if (!o)
			return false;
		for (int n = 0; o->nodesetval && n < o->nodesetval->nodeNr;) {
			int run = run_of(o->nodesetval, n);

			add_evidence(list, o->nodesetval->nodeTab + n, run);
			n += run;
		}
	}
	if (list->len == 0)
		add_evidence(list, &t->node, 1);
	return true;
}

static bool define_let(struct trial *t, const struct let *let, GError **error)
{
	g_autofree char *words = let->value ? NULL : fill(t, &let->text, error);
	xmlXPathObject *value = let->value ? xpath_eval(t->x, let->value, t->node, error) : NULL;

	if (value)
		xpath_variable(t->x, let->name, value);
	if (words)
		xpath_variable_string(t->x, let->name, words);
	return value || words;
}

static bool define_variables(struct trial *t, GError **error)
{
	xpath_forget_variables(t->x);
	xpath_variable_string(t->x, "domain", t->domain ? t->domain : "");
	for (size_t i = 0; i < t->rule->params->len; i++) {
		const struct param *param = t->rule->params->pdata[i];

		xpath_variable_text(t->x, param->name, param->value);
	}
	for (size_t i = 0; i < t->rule->lets->len; i++)
		if (!define_let(t, t->rule->lets->pdata[i], error))
			return false;
	return true;
}

static bool fill_fix(struct trial *t, const struct rule_fix *rf, struct fix *fix, GError **error)
{
	g_autoptr(GError) failed = NULL;

	fix->text = fill(t, &rf->text, &failed);
	fix->text_local = fix->text ? fill_local(t, &rf->text, &failed) : NULL;
	if (!failed && rf->has_command)
		fix->command = fill_as(t, rf->command.english, (struct filling){ .is_command = true }, &failed);
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

static bool collect_fixes(struct trial *t, GPtrArray *list, GError **error)
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
		if (fix->command && is_managed(t) && changes_definition(fix->command))
			g_clear_pointer(&fix->command, g_free);
		if (wanted)
			g_ptr_array_add(list, fix);
		else
			fix_free(fix);
	}
	return true;
}

static void copy_references(GPtrArray *list, const GPtrArray *references)
{
	for (size_t i = 0; i < references->len; i++) {
		const struct reference *from = references->pdata[i];
		struct reference *to = g_new0(struct reference, 1);

		*to = (struct reference){ g_strdup(from->title), g_strdup(from->url) };
		g_ptr_array_add(list, to);
	}
}

static bool fill_words(struct trial *t, const struct rule_report *report, struct finding *f, GError **error)
{
	g_autoptr(GError) failed = NULL;

	f->title = fill(t, &t->rule->title, &failed);
	if (f->title)
		f->message = fill(t, &report->message, &failed);
	if (!failed)
		f->title_local = fill_local(t, &t->rule->title, &failed);
	if (!failed)
		f->message_local = fill_local(t, &report->message, &failed);
	if (!failed)
		return true;
	g_propagate_error(error, g_steal_pointer(&failed));
	return false;
}

static bool fill_finding(struct trial *t, const struct rule_report *report, struct finding *f,
			 GError **error)
{
	const struct rule *r = t->rule;

	f->rule = g_strdup(r->id);
	f->cause = g_strdup(r->cause);
	f->severity = report->severity;
	f->confidence = report->confidence;
	f->domain = g_strdup(t->domain);
	f->symptoms = g_strdupv(r->symptoms);
	f->subject = xpath_string(t->x, r->subject, t->node, error);
	if (!f->subject || !fill_words(t, report, f, error) || !collect_evidence(t, f->evidence, error) ||
	    !collect_fixes(t, f->fixes, error))
		return false;
	copy_references(f->references, r->references);
	f->key = g_strdup_printf("%s/%s/%s", f->rule, f->domain ? f->domain : "", f->subject);
	return true;
}

static void fire(struct trial *t, const struct rule_report *report)
{
	g_autoptr(GError) error = NULL;
	struct finding *f = finding_new();

	if (!fill_finding(t, report, f, &error)) {
		finding_free(f);
		undecided_error(t, error);
		return;
	}
	g_ptr_array_add(t->report->findings, f);
	t->tally->fired++;
}

static const char *remedy_for(const char *error)
{
	static const struct {
		const char *error, *remedy;
	} table[] = {
		{ "EACCES", N_("run vmdoctor as root") },
		{ "EPERM", N_("run vmdoctor as root") },
		{ "ENODATA", N_("run vmdoctor on the host") },
		{ "ETIMEDOUT", N_("it did not answer in time: see whether it hangs, then run again") },
		{ "ECONNREFUSED", N_("start the libvirt daemon, then run again") },
		{ "EBADMSG", N_("it cannot be parsed: see the file") },
		{ "EFBIG", N_("it is larger than vmdoctor reads: see the file") },
		{ "EOPNOTSUPP", N_("this libvirt or its driver cannot tell") },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strcmp(table[i].error, error) == 0)
			return table[i].remedy;
	return N_("see why it cannot be read, then run again");
}

/* Could the node itself not be read? ENOENT is knowledge: it is not there. */
static bool is_unread(struct trial *t)
{
	const char *error = facts_get(t->node, "error");
	const char *from = facts_get(t->node, "from");
	const char *source = from ? from : (const char *)t->node->name;
	g_autofree char *reason = NULL, *local = NULL;
	const char *remedy = error ? remedy_for(error) : NULL;
	bool is_recorded = g_strcmp0(error, "ENODATA") != 0;

	if (t->rule->errors_judged || !error || strcmp(error, "ENOENT") == 0)
		return false;
	reason = g_strdup_printf("%s: %s", source, is_recorded ? errname_text(error) : "not recorded");
	local = g_strdup_printf("%s: %s", source,
				is_recorded ? g_strerror(errname_parse(error)) : _("not recorded"));
	add_undecided(t, reason, local, remedy, _(remedy))->source = g_strdup(source);
	return true;
}

static bool lacks_needs(struct trial *t)
{
	for (size_t i = 0; i < t->rule->needs->len; i++) {
		const struct need *need = t->rule->needs->pdata[i];
		g_autoptr(GError) error = NULL;
		int met = xpath_boolean(t->x, need->test, t->node, &error);
		g_autofree char *reason = met == 0 ? fill(t, &need->reason, &error) : NULL;
		g_autofree char *local = reason ? fill_local(t, &need->reason, &error) : NULL;

		if (met > 0)
			continue;
		if (error)
			undecided_error(t, error);
		else
			add_undecided(t, reason, local, need->remedy, need->remedy ? i18n_rule_text(need->remedy) : NULL);
		return true;
	}
	return false;
}

static void try_node(struct trial *t)
{
	g_autoptr(GError) error = NULL;

	if (t->node->type == XML_ELEMENT_NODE && is_unread(t))
		return;
	if (!define_variables(t, &error)) {
		undecided_error(t, error);
		return;
	}
	if (lacks_needs(t))
		return;
	for (size_t i = 0; i < t->rule->reports->len; i++) {
		const struct rule_report *report = t->rule->reports->pdata[i];
		int truth = xpath_boolean(t->x, report->test, t->node, &error);

		if (truth < 0) {
			undecided_error(t, error);
			return;
		}
		if (truth) {
			fire(t, report);
			return;
		}
	}
	t->tally->passed++;
}

static void try_rule(struct trial *t, xmlNode *scope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(xmlXPathObject) nodes = NULL;

	t->node = NULL;
	xpath_forget_variables(t->x);
	nodes = xpath_eval(t->x, t->rule->context, scope, &error);
	if (!nodes) {
		undecided_error(t, error);
		return;
	}
	for (int i = 0; nodes->nodesetval && i < nodes->nodesetval->nodeNr; i++) {
		t->node = nodes->nodesetval->nodeTab[i];
		try_node(t);
	}
}

static int by_rule(gconstpointer a, gconstpointer b)
{
	const struct undecided *x = *(const struct undecided *const *)a;
	const struct undecided *y = *(const struct undecided *const *)b;
	int r = g_strcmp0(x->domain, y->domain);

	if (r == 0)
		r = strcmp(x->rule, y->rule);
	return r ? r : g_strcmp0(x->subject, y->subject);
}

/* Was a log read in which the rule looks for something? What a user pasted is no whole log. */
static bool was_searched(const struct rule *r, const xmlNode *scope)
{
	unsigned int wanted = 0;

	for (guint i = 0; i < r->logs->len; i++)
		wanted |= ((const struct signature *)r->logs->pdata[i])->logs;
	for (const xmlNode *log = xml_child(scope, "log"); log; log = xml_next(log, "log"))
		if (!facts_get(log, "error") && (scan_kind_logs(facts_get(log, "kind")) & wanted & ~SIGNATURE_BIT(ERROR)))
			return true;
	return false;
}

/* A rule of log texts holds where one was found; where its logs were searched in vain, it passed. */
static bool is_in_scope(const struct rule *r, const xmlNode *scope, struct tally *tally)
{
	if (r->logs->len == 0)
		return r->host == xml_is(scope, "host");
	if (xml_child(scope, "match"))
		return true;
	if (was_searched(r, scope))
		tally->passed++;
	else
		tally->unmatched += xml_child(scope, "log") != NULL;
	return false;
}

void judge(GPtrArray *rules, xmlDoc *facts, struct report *report, struct tally *tallies)
{
	auto_free(xpath) struct xpath *x = xpath_new(facts);
	xmlNode *root = xmlDocGetRootElement(facts);
	g_autofree struct tally *own = tallies ? NULL : g_new0(struct tally, rules->len + 1);
	struct tally *tally = tallies ? tallies : own;

	for (xmlNode *scope = root->children; scope; scope = scope->next)
		for (size_t i = 0; i < rules->len; i++) {
			const struct rule *r = rules->pdata[i];
			struct trial t = { .x = x, .rule = r, .report = report, .tally = &tally[i] };

			if (!is_in_scope(r, scope, &tally[i]))
				continue;
			t.domain = facts_get(scope, "name");
			try_rule(&t, scope);
		}
	for (size_t i = 0; i < rules->len; i++) {
		report->fired += tally[i].fired;
		report->passed += tally[i].passed;
	}
	g_ptr_array_sort(report->undecided, by_rule);
}
