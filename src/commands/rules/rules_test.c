// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_test - running the case trees of rules.
 */
#include <string.h>

#include "diagnose/diagnose.h"
#include "facts/facts.h"
#include "diagnose/gather.h"
#include "facts/domains.h"
#include "judge/judge.h"
#include "rules/rules.h"
#include "commands/rules/rules_check.h"
#include "logs/scan.h"
#include "source/source.h"

/* What a case promises of its rule, by the first word of its name. */
struct promise {
	const char *word;
	bool (*is_kept)(const struct rule *r, const struct tally *t);
};

static bool has_fired(const struct rule *r G_GNUC_UNUSED, const struct tally *t)
{
	return t->fired > 0;
}

/* A rule of last resort has nothing to judge where there is no such text. */
static bool is_clean(const struct rule *r, const struct tally *t)
{
	return t->fired == 0 && (t->passed + t->unmatched > 0 || r->is_fallback);
}

static bool is_undecided(const struct rule *r G_GNUC_UNUSED, const struct tally *t)
{
	return t->fired == 0 && t->undecided > 0;
}

static const struct promise *promise_of(const char *name)
{
	static const struct promise promises[] = {
		{ "fires", has_fired },
		{ "clean", is_clean },
		{ "undecided", is_undecided },
	};
	size_t length = strcspn(name, "-.");

	for (size_t i = 0; i < G_N_ELEMENTS(promises); i++)
		if (strlen(promises[i].word) == length &&
		    strncmp(promises[i].word, name, length) == 0)
			return &promises[i];
	return NULL;
}

/* What lies under all cases: the healthy host, and what is known of systems; each asked once. */
static struct source *open_base(const char *dir, GError **error)
{
	g_autofree char *base = g_build_filename(dir, "cases", "base", NULL);
	struct source *tree = g_file_test(base, G_FILE_TEST_IS_DIR) ? source_tree_new(base, error) :
								      record_new(NULL);

	return tree ? record_new(source_overlay_new(tree, source_knowledge_new())) : NULL;
}

static struct source *open_case(const char *path, struct source *base, GError **error)
{
	struct source *top = diagnose_open_path(path, error);

	return top ? record_new(source_overlay_new(top, source_borrow(base))) : NULL;
}

/* How the one rule judges the case. */
static struct tally judge_case(struct rule *rule, struct source *src)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_auto(GStrv) domains = NULL;
	struct report *report = report_new();
	struct tally tally = { 0 };
	xmlDoc *facts;

	g_ptr_array_add(one, rule);
	(void)domains_list(src, &domains);
	facts = gather_facts(src, domains, NULL);
	scan_logs(one, src, facts);
	judge(one, facts, report, &tally);
	facts_free(facts);
	report_free(report);
	return tally;
}

static bool run_case(struct rule *rule, const char *dir, const char *name, struct source *base, GString *out)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	const struct promise *promise = promise_of(name);
	g_autoptr(GError) error = NULL;
	struct source *src;
	struct tally t;

	if (!promise) {
		g_string_append_printf(out, "%s: not called fires…, clean… or undecided…\n", path);
		return false;
	}
	src = open_case(path, base, &error);
	if (!src) {
		g_string_append_printf(out, "%s\n", error->message);
		return false;
	}
	t = judge_case(rule, src);
	source_free(src);
	if (promise->is_kept(rule, &t))
		return true;
	g_string_append_printf(out, "%s: %u fired, %u passed, %u undecided\n", path, t.fired,
			       t.passed, t.undecided);
	return false;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Return: how many failed. */
static unsigned int run_cases(struct rule *rule, const char *dir, struct source *base, GString *out,
			      unsigned int *ret_cases)
{
	g_autofree char *cases = g_build_filename(dir, "cases", rule->id, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) d = g_dir_open(cases, 0, NULL);
	unsigned int failed = 0;
	const char *name;

	while (d && (name = g_dir_read_name(d)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_text);
	for (size_t n = 0; n < names->len; n++)
		failed += !run_case(rule, cases, names->pdata[n], base, out);
	*ret_cases += names->len;
	return failed;
}

unsigned int rules_test(GPtrArray *rules, const char *dir, GString *out, unsigned int *ret_cases)
{
	g_autoptr(GError) error = NULL;
	struct source *base = open_base(dir, &error);
	unsigned int failed = 0;

	if (!base) {
		g_string_append_printf(out, "%s\n", error->message);
		return 1;
	}
	for (size_t i = 0; i < rules->len; i++)
		failed += run_cases(rules->pdata[i], dir, base, out, ret_cases);
	source_free(base);
	return failed;
}
