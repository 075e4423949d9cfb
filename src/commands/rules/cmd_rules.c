// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_rules - vmdoctor rules list|show|lint|test, and vmdoctor explain.
 */
#include <stdio.h>
#include <string.h>

#include "base/data_dir.h"
#include "commands/cmd.h"
#include "diagnose/diagnose.h"
#include "base/i18n.h"
#include "formats/near.h"
#include "commands/options.h"
#include "report/pen.h"
#include "commands/pager.h"
#include "rules/known.h"
#include "rules/likeness.h"
#include "rules/rules.h"
#include "rules/signature.h"
#include "commands/rules/rules_check.h"
#include "rules/xpath.h"
#include "diagnose/request.h"

enum { LABEL_COLUMNS = 12 };

/* All rules that check would use, and those in the named places. */
static GPtrArray *load(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	const struct request all = { 0 };
	GPtrArray *rules = diagnose_rules(&all, &error);

	for (int i = 0; rules && i < argc; i++)
		if (!rules_load(rules, argv[i], &error))
			g_clear_pointer(&rules, g_ptr_array_unref);
	if (!rules)
		cmd_fail("%s", error->message);
	return rules;
}

/* A text with its values shown as their expressions. */
static void print_text(const struct rule_text *t)
{
	g_autoptr(GString) out = g_string_new(NULL);

	rule_text_show(rule_text_local(t), out);
	puts(out->str);
}

/* "cause       disk-source-missing" */
static void print_field(const char *label, const char *value)
{
	unsigned int columns = pen_columns(label);

	printf("%s%*s%s\n", label, columns < LABEL_COLUMNS ? (int)(LABEL_COLUMNS - columns) : 1, "", value);
}

static int list_rules(GPtrArray *rules)
{
	pager_start();
	for (size_t i = 0; i < rules->len; i++) {
		const struct rule *r = rules->pdata[i];

		printf("%-34s %-8s %-8s ", r->id, severity_names[r->severity],
		       confidence_names[r->confidence]);
		print_text(&r->title);
	}
	return EXIT_CLEAN;
}

/* The root-cause classes, with the rules that recognise each, or why none can. */
static int list_causes(GPtrArray *rules)
{
	g_autofree char *dir = data_dir();
	g_autofree char *path = g_build_filename(dir, "causes.tsv", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		return cmd_fail("%s", error->message);
	lines = g_strsplit(text, "\n", 0);
	pager_start();
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], "\t", 3);
		g_autoptr(GString) ids = g_string_new(NULL);

		if (!f[0] || !*f[0] || *f[0] == '#')
			continue;
		for (size_t n = 0; n < rules->len; n++) {
			const struct rule *r = rules->pdata[n];

			if (strcmp(r->cause, f[0]) == 0)
				g_string_append_printf(ids, "%s%s", ids->len ? " " : "", r->id);
		}
		printf("%-32s %s\n", f[0],
		       ids->len ? ids->str : f[1] && f[2] && *f[2] ? f[2] : "no rule yet");
	}
	return EXIT_CLEAN;
}

static void show_fields(const struct rule *r)
{
	g_autofree char *symptoms = g_strjoinv(" ", r->symptoms);
	g_autofree char *place = g_strdup_printf("%s:%u", r->file, r->line);

	print_field(_("rule"), r->id);
	print_field(_("cause"), r->cause);
	print_field(_("severity"), _(severity_names[r->severity]));
	print_field(_("confidence"), _(confidence_names[r->confidence]));
	print_field(_("file"), place);
	print_field(_("symptoms"), symptoms);
	print_field(_("looks at"), r->where);
	for (size_t i = 0; i < r->params->len; i++) {
		const struct param *p = r->params->pdata[i];
		g_autofree char *text = g_strdup_printf("%s = %s %s (%s)", p->name, p->value, p->unit, p->source);

		print_field(_("parameter"), text);
	}
}

static int show_rule(const struct rule *r)
{
	pager_start();
	fputs("# ", stdout);
	print_text(&r->title);
	show_fields(r);
	for (size_t i = 0; i < r->needs->len; i++) {
		const struct need *n = r->needs->pdata[i];

		putchar('\n');
		print_field(_("needs"), n->test->text);
		printf("%*s%s ", LABEL_COLUMNS, "", _("else:"));
		print_text(&n->reason);
	}
	for (size_t i = 0; i < r->reports->len; i++) {
		const struct rule_report *report = r->reports->pdata[i];

		printf(_("\n%s, %s, when\n    %s\n  says\n    "), _(severity_names[report->severity]),
		       _(confidence_names[report->confidence]), report->test->text);
		print_text(&report->message);
	}
	printf("\n%s\n", _("What to do"));
	for (size_t i = 0; i < r->fixes->len; i++) {
		const struct rule_fix *fix = r->fixes->pdata[i];

		fputs("  - ", stdout);
		print_text(&fix->text);
		if (fix->has_command) {
			fputs("      ", stdout);
			print_text(&fix->command);
		}
	}
	printf("\n%s\n", _("Read"));
	for (size_t i = 0; i < r->references->len; i++) {
		const struct reference *ref = r->references->pdata[i];

		printf("  - %s\n    %s\n", ref->title, ref->url);
	}
	return EXIT_CLEAN;
}

static int no_rule(GPtrArray *rules, const char *id)
{
	g_autofree char *near = rules_near(rules, id);

	return cmd_fail("no rule '%s'%s", id, near);
}

static int show(GPtrArray *rules, const char *id)
{
	const struct rule *r = rules_find(rules, id);

	return r ? show_rule(r) : no_rule(rules, id);
}

static int print_result(const GString *problems, unsigned int failed, const char *summary)
{
	fputs(problems->str, stdout);
	puts(summary);
	return failed ? EXIT_FOUND : EXIT_CLEAN;
}

static int lint(GPtrArray *rules, int argc, char **argv)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *own = data_dir();
	unsigned int n = argc > 0 ? 0 : rules_lint(rules, own, out);

	for (int i = 0; i < argc; i++)
		n += rules_lint(rules, argv[i], out);
	g_autofree char *summary = g_strdup_printf("%u rules, %u problems", rules->len, n);

	return print_result(out, n, summary);
}

/* What rules test is told: ids of rules, and places of rules. */
struct test_plan {
	enum test_mode mode;
	GPtrArray *ids, *places; /* borrowed */
};

/* The rules that are named, or all; NULL when one is not there. */
static GPtrArray *select_rules(GPtrArray *rules, const GPtrArray *ids)
{
	g_autoptr(GPtrArray) some = g_ptr_array_new();

	if (ids->len == 0)
		return g_ptr_array_ref(rules);
	for (guint i = 0; i < ids->len; i++) {
		struct rule *r = rules_find(rules, ids->pdata[i]);

		if (!r) {
			no_rule(rules, ids->pdata[i]);
			return NULL;
		}
		if (!g_ptr_array_find(some, r, NULL))
			g_ptr_array_add(some, r);
	}
	return g_steal_pointer(&some);
}

/* Those of one rule lie with our own rules, or beside its file. */
static unsigned int test_one(struct rule *rule, struct likeness_index *index, enum test_mode mode, GString *out, unsigned int *cases)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_autofree char *own = data_dir();
	g_autofree char *beside = g_path_get_dirname(rule->file);
	unsigned int before = *cases, failed;

	g_ptr_array_add(one, rule);
	failed = rules_test(one, index, own, mode, out, cases);
	if (*cases == before)
		failed = rules_test(one, index, beside, mode, out, cases);
	if (*cases > before)
		return failed;
	g_string_append_printf(out, "%s: it has no case in %s/cases\n", rule->id, beside);
	*cases += 1;
	return 1;
}

static int run_plan(GPtrArray *all, const struct test_plan *plan)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GPtrArray) rules = select_rules(all, plan->ids);
	auto_free(likeness_index) struct likeness_index *index = likeness_index_new(all);
	g_autofree char *own = data_dir();
	unsigned int cases = 0, n = 0;

	if (!rules)
		return EXIT_CANNOT;
	for (guint i = 0; i < plan->places->len; i++)
		n += rules_test(rules, index, plan->places->pdata[i], plan->mode, out, &cases);
	for (guint i = 0; plan->places->len == 0 && plan->ids->len > 0 && i < rules->len; i++)
		n += test_one(rules->pdata[i], index, plan->mode, out, &cases);
	if (plan->places->len == 0 && plan->ids->len == 0)
		n = rules_test(rules, index, own, plan->mode, out, &cases);
	if (plan->mode == TEST_FIXES) {
		fputs(out->str, stdout);
		return EXIT_CLEAN;
	}
	g_autofree char *summary = g_strdup_printf("%u passed, %u failed", cases - n, n);

	return print_result(out, n, summary);
}

/* The administrator's and the user's own rules are there already. */
static bool is_loaded(const GPtrArray *rules, const char *path)
{
	g_autofree char *full = g_canonicalize_filename(path, NULL);
	size_t length = strlen(full);

	for (guint i = 0; i < rules->len; i++) {
		const char *file = ((const struct rule *)rules->pdata[i])->file;

		if (strncmp(file, full, length) == 0 && (file[length] == '/' || !file[length]))
			return true;
	}
	return false;
}

/* A word that is no rule's id, but a file, is a place of rules. */
static bool sort_words(GPtrArray *rules, struct test_plan *plan, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		g_autoptr(GError) error = NULL;

		if (strcmp(argv[i], "--write") == 0) {
			plan->mode = TEST_WRITE;
		} else if (strcmp(argv[i], "--fixes") == 0) {
			plan->mode = TEST_FIXES;
		} else if (rules_find(rules, argv[i]) ||
			   (!strchr(argv[i], '/') && !g_file_test(argv[i], G_FILE_TEST_EXISTS))) {
			g_ptr_array_add(plan->ids, argv[i]);
		} else if (is_loaded(rules, argv[i]) || rules_load(rules, argv[i], &error)) {
			g_ptr_array_add(plan->places, argv[i]);
		} else {
			cmd_fail("%s", error->message);
			return false;
		}
	}
	return true;
}

static int test(GPtrArray *rules, int argc, char **argv)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new(), places = g_ptr_array_new();
	struct test_plan plan = { .ids = ids, .places = places };

	return sort_words(rules, &plan, argc, argv) ? run_plan(rules, &plan) : EXIT_CANNOT;
}

static int print_pot(const GPtrArray *rules)
{
	g_autofree char *pot = rules_pot(rules);

	fputs(pot, stdout);
	return EXIT_CLEAN;
}

/* For the build: what need not be found out again at each run, src/rules/known.h. */
static int print_known(const GPtrArray *rules)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) files = g_ptr_array_new(), patterns = g_ptr_array_new();
	g_autofree char *text = NULL;

	for (guint i = 0; i < rules->len; i++) {
		const struct rule *r = rules->pdata[i];

		if (g_hash_table_add(seen, r->file))
			g_ptr_array_add(files, r->file);
		for (guint k = 0; k < r->logs->len; k++) {
			char *pattern = ((struct signature *)r->logs->pdata[k])->pattern;

			if (pattern && g_hash_table_add(seen, pattern))
				g_ptr_array_add(patterns, pattern);
		}
	}
	text = known_write(files, patterns);
	fputs(text, stdout);
	return EXIT_CLEAN;
}

int cmd_rules(int argc, char **argv)
{
	static const char *const verbs[] = { "list", "show", "lint", "test", "pot", "known", NULL };
	const char *verb = argc > 0 ? argv[0] : "list";
	bool takes_paths = strcmp(verb, "lint") == 0 || strcmp(verb, "pot") == 0;
	g_autoptr(GPtrArray) rules = NULL;

	if (strcmp(verb, "lint") == 0 || strcmp(verb, "known") == 0)
		known_ignore();
	rules = load(takes_paths ? argc - 1 : 0, argv + 1);
	if (!rules)
		return EXIT_CANNOT;
	if (strcmp(verb, "known") == 0)
		return print_known(rules);
	if (strcmp(verb, "list") == 0)
		return argc > 1 && strcmp(argv[1], "--causes") == 0 ? list_causes(rules)
								    : list_rules(rules);
	if (strcmp(verb, "show") == 0 && argc == 2)
		return show(rules, argv[1]);
	if (strcmp(verb, "lint") == 0)
		return lint(rules, argc - 1, argv + 1);
	if (strcmp(verb, "test") == 0)
		return test(rules, argc - 1, argv + 1);
	if (strcmp(verb, "pot") == 0)
		return print_pot(rules);
	g_autofree char *near = near_hint(verbs, verb, "");

	if (argc > 0 && *near)
		return cmd_fail("rules %s: no such thing%s", verb, near);
	return cmd_fail("rules list [--causes] | show ID | lint [DIR...] | test [--write | --fixes] [ID...] [DIR...] | pot [DIR...] | known");
}

int cmd_explain(int argc, char **argv)
{
	g_autoptr(GPtrArray) rules = argc == 1 ? load(0, NULL) : NULL;

	if (argc != 1)
		return cmd_fail("explain takes the id of one rule; 'vmdoctor rules list' shows them");
	return rules ? show(rules, argv[0]) : EXIT_CANNOT;
}
