// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * judge - evaluating rules.
 */
#include "judge/judge.h"
#include "judge/trial.h"

#include <errno.h>
#include <string.h>

#include "base/deadline.h"
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
	g_autofree char *words = let->value ? NULL : fill_text(t, &let->text, error);
	xmlXPathObject *value = let->value ? xpath_eval(t->x, let->value, t->node, error) : NULL;

	if (value)
		xpath_variable(t->x, let->name, value);
	if (words)
		xpath_variable_string(t->x, let->name, words);
	return value || words;
}

/* A value may stand on those before it. */
static bool define_wanted(void *data, const char *name, GError **error)
{
	struct trial *t = data;
	const struct let *outer = t->defining;
	bool ok = false;

	for (size_t i = 0; i < t->rule->lets->len && t->rule->lets->pdata[i] != outer; i++) {
		const struct let *let = t->rule->lets->pdata[i];

		if (strcmp(let->name, name) != 0)
			continue;
		t->defining = let;
		ok = define_let(t, let, error);
		t->defining = outer;
		break;
	}
	return ok;
}

static void define_variables(struct trial *t)
{
	xpath_forget_variables(t->x);
	xpath_variable_string(t->x, "domain", t->domain ? t->domain : "");
	for (size_t i = 0; i < t->rule->params->len; i++) {
		const struct param *param = t->rule->params->pdata[i];

		xpath_variable_text(t->x, param->name, param->value);
	}
	xpath_on_unknown(t->x, define_wanted, t);
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

	f->title = fill_text(t, &t->rule->title, &failed);
	if (f->title)
		f->message = fill_text(t, &report->message, &failed);
	if (!failed)
		f->title_local = fill_text_local(t, &t->rule->title, &failed);
	if (!failed)
		f->message_local = fill_text_local(t, &report->message, &failed);
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
	f->cause = r->cause_of ? xpath_string(t->x, r->cause_of, t->node, error) : g_strdup(r->cause);
	f->severity = report->severity;
	f->confidence = report->confidence;
	f->domain = g_strdup(t->domain);
	f->symptoms = g_strdupv(r->symptoms);
	f->subject = xpath_string(t->x, r->subject, t->node, error);
	if (!f->cause || !f->subject || !fill_words(t, report, f, error) || !collect_evidence(t, f->evidence, error) ||
	    !fill_fixes(t, f->fixes, error))
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
		{ "ETIMEDOUT", N_("it did not answer in time: see whether it hangs, then run again, with a longer --timeout") },
		{ "EPIPE", N_("the process that read it died: run again, and report it when it dies again") },
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
		g_autofree char *reason = met == 0 ? fill_text(t, &need->reason, &error) : NULL;
		g_autofree char *local = reason ? fill_text_local(t, &need->reason, &error) : NULL;

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
	define_variables(t);
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

/* What is left when the time is over is undecided; of each rule that is said once, not for each domain. */
static void try_no_more(struct trial *t)
{
	if (!t->tally->is_cut)
		add_undecided(t, "the time was over before it was judged", _("the time was over before it was judged"),
			      N_("give it more: --timeout SECONDS"), _("give it more: --timeout SECONDS"));
	t->tally->is_cut = true;
}

static void try_rule(struct trial *t, xmlNode *scope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(xmlXPathObject) nodes = NULL;

	t->node = NULL;
	if (deadline_is_over()) {
		try_no_more(t);
		return;
	}
	xpath_on_unknown(t->x, NULL, NULL);
	xpath_forget_variables(t->x);
	nodes = xpath_eval(t->x, t->rule->context, scope, &error);
	if (!nodes) {
		undecided_error(t, error);
		return;
	}
	for (int i = 0; nodes->nodesetval && i < nodes->nodesetval->nodeNr; i++) {
		t->node = nodes->nodesetval->nodeTab[i];
		if (deadline_is_over()) {
			try_no_more(t);
			return;
		}
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

/* Which logs were looked at in a scope, and whether anything was found in them. */
struct searched {
	bool is_host, has_log, has_match;
	unsigned int logs; /* bits of enum signature_log; what a user pasted is no whole log */
};

static struct searched searched_of(const xmlNode *scope)
{
	struct searched s = { .is_host = xml_is(scope, "host"), .has_match = xml_child(scope, "match") != NULL };

	for (const xmlNode *log = xml_child(scope, "log"); log; log = xml_next(log, "log")) {
		s.has_log = true;
		if (!facts_get(log, "error"))
			s.logs |= scan_kind_logs(facts_get(log, "kind")) & ~SIGNATURE_BIT(ERROR);
	}
	return s;
}

static bool was_searched(const struct rule *r, const struct searched *s)
{
	unsigned int wanted = 0;

	for (guint i = 0; i < r->logs->len; i++)
		wanted |= ((const struct signature *)r->logs->pdata[i])->logs;
	return (s->logs & wanted) != 0;
}

/* A rule of log texts holds where one was found; where its logs were searched in vain, it passed. */
static bool is_in_scope(const struct rule *r, const struct searched *s, struct tally *tally)
{
	if (r->logs->len == 0)
		return r->host == s->is_host;
	if (s->has_match)
		return true;
	if (was_searched(r, s))
		tally->passed++;
	else
		tally->unmatched += s->has_log;
	return false;
}

/* Whose a pasted line is that does not say so: the text's, else that of the only domain. */
static const char *sole_domain(const xmlNode *root)
{
	const xmlNode *vm = xml_child(root, "vm"), *host = xml_child(root, "host");
	const xmlNode *named = host ? xml_child(host, "text-domain") : NULL;

	if (named)
		return facts_get(named, "name");
	return vm && !xml_next(vm, "vm") ? facts_get(vm, "name") : NULL;
}

void judge(GPtrArray *rules, xmlDoc *facts, struct report *report, struct tally *tallies)
{
	auto_free(xpath) struct xpath *x = xpath_new(facts);
	xmlNode *root = xmlDocGetRootElement(facts);
	g_autofree struct tally *own = tallies ? NULL : g_new0(struct tally, rules->len + 1);
	struct tally *tally = tallies ? tallies : own;

	for (xmlNode *scope = root->children; scope; scope = scope->next) {
		struct searched searched = searched_of(scope);

		for (size_t i = 0; i < rules->len; i++) {
			const struct rule *r = rules->pdata[i];
			struct trial t = { .x = x, .rule = r, .report = report, .tally = &tally[i] };

			if (!is_in_scope(r, &searched, &tally[i]))
				continue;
			t.domain = facts_get(scope, "name");
			t.sole = sole_domain(root);
			try_rule(&t, scope);
		}
	}
	for (size_t i = 0; i < rules->len; i++) {
		report->fired += tally[i].fired;
		report->passed += tally[i].passed;
	}
	g_ptr_array_sort(report->undecided, by_rule);
}
