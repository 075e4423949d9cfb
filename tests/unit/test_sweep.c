// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fault sweep: a real recording, judged again with each of its reads refused, never made, or
 * empty. Missing data must never look like a fault: no finding may appear that was not there.
 */
#include "test.h"

#include <errno.h>

#include "diagnose/diagnose.h"
#include "findings/report.h"
#include "diagnose/request.h"
#include "source/source.h"

#define TREE "tests/golden/web/tree"

/* Answers the @at-th question wrongly. */
struct saboteur {
	struct source source;
	struct source *below;
	unsigned int asked, at;
	int error; /* 0: an empty answer */
	char *path; /* of the question that was hit */
};

static void sabotage(struct source *src, const struct query *q, struct answer *ret)
{
	struct saboteur *s = (struct saboteur *)src;

	/* An image without a header is a fault indeed. */
	if (++s->asked != s->at || (s->error == 0 && q->verb == SOURCE_HEAD)) {
		source_ask(s->below, q, ret);
		return;
	}
	g_free(s->path);
	s->path = g_strdup(q->path);
	ret->error = s->error;
	if (s->error == 0)
		ret->data = g_bytes_new(NULL, 0);
}

static void saboteur_free(struct source *src)
{
	g_free(((struct saboteur *)src)->path);
	source_free(((struct saboteur *)src)->below);
	g_free(src);
}

static const struct source_ops saboteur_ops = { .ask = sabotage, .free = saboteur_free };

/* Judges the tree with one question hit. Return: its findings' keys; @ret_asked: how many questions. */
static GHashTable *keys_with(GPtrArray *rules, unsigned int at, int error, unsigned int *ret_asked,
			     char **ret_path)
{
	struct saboteur *s = g_new0(struct saboteur, 1);
	struct request o = { 0 };
	GHashTable *keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct source *record;
	struct report *r;

	*s = (struct saboteur){ { &saboteur_ops }, source_tree_new(TREE, NULL), 0, at, error, NULL };
	assert_non_null(s->below);
	record = record_new(&s->source);
	r = diagnose(&o, record, rules, NULL, NULL);
	assert_non_null(r);
	for (guint i = 0; i < r->findings->len; i++)
		g_hash_table_add(keys, g_strdup(((struct finding *)r->findings->pdata[i])->key));
	*ret_asked = s->asked;
	*ret_path = g_strdup(s->path);
	report_free(r);
	source_free(record);
	return keys;
}

/* Files whose emptiness says something true of the host. */
static bool may_be_empty(const char *path)
{
	return strcmp(path, "/etc/resolv.conf") == 0; /* resolv.conf(5): no name server is known */
}

static void sweep(int error)
{
	struct request o = { 0 };
	g_autoptr(GPtrArray) rules = diagnose_rules(&o, NULL);
	g_autofree char *none = NULL;
	unsigned int questions, asked;
	g_autoptr(GHashTable) healthy = keys_with(rules, 0, 0, &questions, &none);

	assert_true(questions > 50);
	assert_true(g_hash_table_size(healthy) > 0);
	for (unsigned int at = 1; at <= questions; at++) {
		g_autofree char *path = NULL;
		g_autoptr(GHashTable) keys = keys_with(rules, at, error, &asked, &path);
		GHashTableIter it;
		gpointer key;

		g_hash_table_iter_init(&it, keys);
		while (g_hash_table_iter_next(&it, &key, NULL))
			if (!g_hash_table_contains(healthy, key) && (error || !may_be_empty(path)))
				fail_msg("without %s (%s) there is a finding %s", path,
					 error ? g_strerror(-error) : "empty", (char *)key);
	}
}

static void a_refused_read_makes_no_finding(void **state G_GNUC_UNUSED)
{
	sweep(-EACCES);
}

static void a_read_that_was_never_made_makes_no_finding(void **state G_GNUC_UNUSED)
{
	sweep(-ENODATA);
}

static void an_empty_answer_makes_no_finding(void **state G_GNUC_UNUSED)
{
	sweep(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_read_makes_no_finding),
		cmocka_unit_test(a_read_that_was_never_made_makes_no_finding),
		cmocka_unit_test(an_empty_answer_makes_no_finding),
	};

	xml_init();
	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
