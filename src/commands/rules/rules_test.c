// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_test - running the cases of rules, over all CPUs.
 */
#include <string.h>

#include "base/spread.h"
#include "diagnose/diagnose.h"
#include "facts/facts.h"
#include "diagnose/gather.h"
#include "facts/domains.h"
#include "judge/judge.h"
#include "rules/rules.h"
#include "commands/rules/rules_check.h"
#include "logs/alike.h"
#include "logs/scan.h"
#include "rules/case_file.h"
#include "rules/case_head.h"
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
	return t->fired == 0 && (t->passed + t->unmatched > 0 || r->fallback);
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

/* All cases of one directory of rules. */
struct bench {
	const char *dir;
	enum test_mode mode;
	GPtrArray *jobs;   /* of struct job */
	GHashTable *bases; /* what "base:" says -> struct source; each asked once */
	struct source *knowledge;
	struct likeness_index *index; /* of all rules, not only those that are tested */
};

struct job {
	struct rule *rule;
	char *path;
	const char *name; /* its last part */
};

static struct source *base_of(struct bench *b, const char *words, GError **error)
{
	struct source *base = g_hash_table_lookup(b->bases, words);

	if (base)
		return base;
	if (!b->knowledge)
		b->knowledge = record_new(source_knowledge_new());
	base = case_base_open(b->dir, words, source_borrow(b->knowledge), error);
	if (!base)
		return NULL;
	base = record_new(base);
	g_hash_table_insert(b->bases, g_strdup(words), base);
	return base;
}

static struct source *open_case(struct bench *b, const char *path, const struct case_head *head, GError **error)
{
	struct source *base = base_of(b, head->base, error);
	struct source *top = base ? diagnose_open_path(path, error) : NULL;

	return top ? record_new(source_overlay_new(top, source_borrow(base))) : NULL;
}

/* How the one rule judges the case. */
static struct tally judge_case(const struct bench *b, struct rule *rule, struct source *src, struct report *report)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_auto(GStrv) domains = NULL;
	struct tally tally = { 0 };
	xmlDoc *facts;

	g_ptr_array_add(one, rule);
	(void)domains_list(src, &domains);
	facts = gather_facts(src, domains, NULL);
	scan_logs(one, src, facts);
	alike_add(one, b->index, src, facts);
	judge(one, facts, report, &tally);
	facts_free(facts);
	return tally;
}

static bool has_values(const struct rule *rule)
{
	for (guint i = 0; i < rule->reports->len; i++) {
		const struct rule_report *r = rule->reports->pdata[i];

		for (guint p = 0; p < r->message.english->len; p++)
			if (((const struct part *)r->message.english->pdata[p])->value)
				return true;
	}
	return false;
}

/* The findings are those that the case expects, or are written into it. */
static void check_findings(const struct bench *b, const struct job *job, const struct case_head *head,
			   const GPtrArray *findings, GString *out)
{
	g_autoptr(GString) differ = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (b->mode == TEST_COMPARE) {
		if (!case_head_compare(head, findings, differ))
			g_string_append_printf(out, "%s: another finding than was expected\n%s", job->path, differ->str);
		return;
	}
	text = case_head_text(head, findings, has_values(job->rule));
	if (findings->len > 0 && !case_head_save(job->path, text, &error))
		g_string_append_printf(out, "%s\n", error->message);
}

/* Says nothing where all is well. */
static void judge_job(const struct bench *b, const struct job *job, const struct case_head *head,
		      struct source *src, GString *out)
{
	const struct promise *promise = promise_of(job->name);
	struct report *report = report_new();
	struct tally t = judge_case(b, job->rule, src, report);

	if (b->mode == TEST_FIXES)
		for (guint i = 0; i < report->findings->len; i++)
			rules_append_fixes(job->path, report->findings->pdata[i], out);
	else if (!promise->is_kept(job->rule, &t))
		g_string_append_printf(out, "%s: %u fired, %u passed, %u undecided\n", job->path, t.fired,
				       t.passed, t.undecided);
	else
		check_findings(b, job, head, report->findings, out);
	report_free(report);
}

static void run_job(void *data, guint i, GString *out)
{
	struct bench *b = data;
	const struct job *job = b->jobs->pdata[i];
	g_autoptr(GError) error = NULL;
	struct case_head *head;
	struct source *src;

	if (!promise_of(job->name)) {
		g_string_append_printf(out, "%s: not called fires…, clean… or undecided…\n", job->path);
		return;
	}
	head = case_head_load(job->path, &error);
	src = head ? open_case(b, job->path, head, &error) : NULL;
	if (src)
		judge_job(b, job, head, src, out);
	else
		g_string_append_printf(out, "%s\n", error->message);
	source_free(src);
	case_head_free(head);
}

static void job_free(void *data)
{
	struct job *job = data;

	g_free(job->path);
	g_free(job);
}

static int by_path(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const struct job *const *)a)->path, (*(const struct job *const *)b)->path);
}

static void add_jobs(GPtrArray *jobs, struct rule *rule, const char *dir)
{
	g_autofree char *cases = g_build_filename(dir, "cases", rule->id, NULL);
	g_autoptr(GPtrArray) own = g_ptr_array_new();
	g_autoptr(GDir) d = g_dir_open(cases, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		struct job *job = g_new0(struct job, 1);

		*job = (struct job){ .rule = rule, .path = g_build_filename(cases, name, NULL) };
		job->name = job->path + strlen(job->path) - strlen(name);
		g_ptr_array_add(own, job);
	}
	g_ptr_array_sort(own, by_path);
	g_ptr_array_extend(jobs, own, NULL, NULL);
}

/* Return: how many failed. */
static unsigned int run_jobs(struct bench *b, GString *out)
{
	g_autoptr(GPtrArray) said = spread_jobs(b->jobs->len, run_job, b);
	unsigned int failed = 0;

	for (guint i = 0; i < said->len; i++) {
		const struct job *job = b->jobs->pdata[i];
		const char *text = said->pdata[i];

		failed += !text || *text;
		if (text)
			g_string_append(out, text);
		else
			g_string_append_printf(out, "%s: not run to its end: this case, or one before, made vmdoctor crash\n",
					       job->path);
	}
	return failed;
}

unsigned int rules_test(GPtrArray *rules, struct likeness_index *index, const char *dir, enum test_mode mode, GString *out,
			unsigned int *ret_cases)
{
	struct bench b = { .dir = dir, .mode = mode, .index = index };
	unsigned int failed;

	b.jobs = g_ptr_array_new_with_free_func(job_free);
	b.bases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)source_free);
	for (guint i = 0; i < rules->len; i++)
		add_jobs(b.jobs, rules->pdata[i], dir);
	failed = run_jobs(&b, out);
	*ret_cases += b.jobs->len;
	g_hash_table_unref(b.bases);
	g_ptr_array_unref(b.jobs);
	return failed;
}
