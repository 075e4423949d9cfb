// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What checks write of any case of the rules holds to rules/facts.rng: a fact is declared once, and
 * no check writes another.
 */
#include "test.h"

#include <libxml/relaxng.h>
#include <string.h>

#include "base/data_dir.h"
#include "diagnose/diagnose.h"
#include "diagnose/gather.h"
#include "facts/domains.h"
#include "facts/facts.h"
#include "logs/alike.h"
#include "logs/scan.h"
#include "rules/case_file.h"
#include "rules/case_head.h"
#include "rules/likeness.h"
#include "rules/rules.h"
#include "source/source.h"

struct world {
	char *dir;
	GPtrArray *rules;
	xmlRelaxNG *schema;
	struct likeness_index *index;
	struct source *knowledge;
	unsigned int cases;
};

static void say(void *data, const xmlError *e)
{
	print_message("%s:%d: %s", (const char *)data, e->line, e->message);
}

static xmlRelaxNG *load_schema(const char *dir)
{
	g_autofree char *path = g_build_filename(dir, "facts.rng", NULL);
	xmlRelaxNGParserCtxt *ctxt = xmlRelaxNGNewParserCtxt(path);
	xmlRelaxNG *schema = xmlRelaxNGParse(ctxt);

	xmlRelaxNGFreeParserCtxt(ctxt);
	return schema;
}

/* Read anew: the line that libxml2 names is then that of what --facts would write. */
static bool is_valid(const struct world *w, xmlDoc *facts, const char *path)
{
	xmlRelaxNGValidCtxt *ctxt = xmlRelaxNGNewValidCtxt(w->schema);
	int r;

	xmlRelaxNGSetValidStructuredErrors(ctxt, (xmlStructuredErrorFunc)say, (void *)path);
	r = xmlRelaxNGValidateDoc(ctxt, facts);
	xmlRelaxNGFreeValidCtxt(ctxt);
	return r == 0;
}

static bool case_holds(struct world *w, const char *path)
{
	g_autoptr(GError) error = NULL;
	struct source *top = diagnose_open_path(path, &error);
	struct case_head *head = case_head_load(path, &error);
	g_auto(GStrv) domains = NULL;
	struct source *base, *src;
	xmlDoc *facts;
	bool holds;

	assert_non_null(top);
	assert_non_null(head);
	base = case_base_open(w->dir, head->base, source_borrow(w->knowledge), &error);
	assert_non_null(base);
	src = record_new(source_overlay_new(top, base));
	(void)domains_list(src, &domains);
	facts = gather_facts(src, domains, NULL);
	scan_logs(w->rules, src, facts);
	alike_add(w->rules, w->index, src, facts);
	holds = is_valid(w, facts, path);
	facts_free(facts);
	source_free(src);
	case_head_free(head);
	w->cases++;
	return holds;
}

/* Return: how many do not hold. */
static unsigned int rule_fails(struct world *w, const char *id)
{
	g_autofree char *folder = g_build_filename(w->dir, "cases", id, NULL);
	g_autoptr(GDir) d = g_dir_open(folder, 0, NULL);
	unsigned int failed = 0;
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		failed += !case_holds(w, path);
	}
	return failed;
}

static void the_facts_of_every_case_are_declared(void **state G_GNUC_UNUSED)
{
	g_autofree char *dir = data_dir();
	struct world w = { .dir = dir, .rules = rules_new(), .schema = load_schema(dir) };
	g_autoptr(GError) error = NULL;
	unsigned int failed = 0;

	assert_non_null(w.schema);
	assert_true(rules_load(w.rules, dir, &error));
	w.index = likeness_index_new(w.rules);
	w.knowledge = record_new(source_knowledge_new());
	for (guint i = 0; i < w.rules->len; i++)
		failed += rule_fails(&w, ((const struct rule *)w.rules->pdata[i])->id);
	print_message("%u cases, the facts of %u are not as facts.rng says\n", w.cases, failed);
	assert_int_equal(failed, 0);
	assert_true(w.cases > 1000);
	likeness_index_free(w.index);
	source_free(w.knowledge);
	xmlRelaxNGFree(w.schema);
	g_ptr_array_unref(w.rules);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_facts_of_every_case_are_declared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
