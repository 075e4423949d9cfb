// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/likeness.h"

#include <math.h>
#include <string.h>

#include "base/words.h"
#include "rules/rules.h"
#include "rules/signature.h"

#define TEXT_BYTES_MAX ((size_t)64 << 10)
#define REPEATS_MAX 3 /* of a word in the text */
#define SATURATION 4.0 /* Okapi's k1 and b: found on threads of several hundred users */
#define LENGTH 0.75
#define BY_CHANCE 20 /* a text that is about one cause is hardly about twenty */
#define COMMON_MAX 6 /* words shown */

/* How much a word says where it stands; found as above. */
enum { IN_NAME, IN_TITLE, IN_REPORT, IN_FIX, IN_PATTERN, PLACE_MAX_ };
static const double weights[PLACE_MAX_] = { 2, 3, 1.5, 0.7, 0.5 };

struct document {
	const struct rule *rule;
	GHashTable *weights; /* stem -> double * */
	double length;
};

struct likeness_index {
	const GPtrArray *rules;
	struct words *words;
	GPtrArray *causes; /* of struct document: NULL until a text is looked at */
};

static void document_free(void *p)
{
	struct document *d = p;

	g_hash_table_unref(d->weights);
	g_free(d);
}

static struct document *document_new(const struct rule *rule)
{
	struct document *d = g_new0(struct document, 1);

	d->rule = rule;
	d->weights = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	return d;
}

static void likeness_free(void *p)
{
	struct likeness *l = p;

	g_free(l->words);
	g_free(l);
}

static void add_word(GHashTable *all, const char *stem, double weight)
{
	double *have = g_hash_table_lookup(all, stem);

	if (!have) {
		have = g_new0(double, 1);
		g_hash_table_insert(all, (char *)stem, have);
	}
	*have += weight;
}

static void add_text(struct words *w, GHashTable *all, const char *text, double weight)
{
	const char *word, *stem;
	size_t size;

	while ((word = words_next(&text, &size))) {
		stem = words_stem(w, word, size);
		if (stem)
			add_word(all, stem, weight);
	}
}

static void add_parts(struct words *w, struct document *d, const GPtrArray *parts, double weight)
{
	g_autoptr(GString) words = g_string_new(NULL);

	rule_text_words(parts, words);
	add_text(w, d->weights, words->str, weight);
}

/* A letter behind a backslash is no letter of a word. */
static char *pattern_words(const char *pattern)
{
	char *words = g_strdup(pattern);

	for (char *p = words; (p = strchr(p, '\\')) && p[1]; p += 2)
		p[0] = p[1] = ' ';
	return words;
}

static void add_rule(struct words *w, struct document *d, const struct rule *rule)
{
	add_text(w, d->weights, rule->id, weights[IN_NAME]);
	add_text(w, d->weights, rule->cause, weights[IN_NAME]);
	add_parts(w, d, rule->title.english, weights[IN_TITLE]);
	for (guint i = 0; i < rule->reports->len; i++)
		add_parts(w, d, ((struct rule_report *)rule->reports->pdata[i])->message.english, weights[IN_REPORT]);
	for (guint i = 0; i < rule->fixes->len; i++)
		add_parts(w, d, ((struct rule_fix *)rule->fixes->pdata[i])->text.english, weights[IN_FIX]);
	for (guint i = 0; i < rule->logs->len; i++) {
		const struct signature *s = rule->logs->pdata[i];
		g_autofree char *words = s->pattern ? pattern_words(s->pattern) : NULL;

		if (words)
			add_text(w, d->weights, words, weights[IN_PATTERN]);
	}
}

static void measure(struct document *d)
{
	GHashTableIter it;
	gpointer weight;

	g_hash_table_iter_init(&it, d->weights);
	while (g_hash_table_iter_next(&it, NULL, &weight))
		d->length += *(double *)weight;
}

static void close_documents(GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++)
		measure(all->pdata[i]);
}

static GPtrArray *of_causes(struct words *w, const GPtrArray *rules)
{
	g_autoptr(GHashTable) causes = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *all = g_ptr_array_new_with_free_func(document_free);

	for (guint i = 0; i < rules->len; i++) {
		const struct rule *rule = rules->pdata[i];
		struct document *d = g_hash_table_lookup(causes, rule->cause);

		if (!d) {
			d = document_new(rule);
			g_ptr_array_add(all, d);
			g_hash_table_insert(causes, rule->cause, d);
		}
		add_rule(w, d, rule);
	}
	close_documents(all);
	return all;
}

static GPtrArray *of_rules(struct words *w, const GPtrArray *rules, const char *cause)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(document_free);

	for (guint i = 0; i < rules->len; i++) {
		const struct rule *rule = rules->pdata[i];

		if (strcmp(rule->cause, cause) != 0)
			continue;
		g_ptr_array_add(all, document_new(rule));
		add_rule(w, all->pdata[all->len - 1], rule);
	}
	close_documents(all);
	return all;
}

/* How telling a word is: one that few causes have, more than one that many have. Source: Robertson, Spärck Jones. */
static double rarity(const GPtrArray *all, const char *stem)
{
	guint with = 0;

	for (guint i = 0; i < all->len; i++)
		with += g_hash_table_contains(((struct document *)all->pdata[i])->weights, stem);
	return with ? log((all->len - with + 0.5) / (with + 0.5) + 1) : 0;
}

/* Each word's worth in the text: how telling it is, and a little more when it stands there again. */
static void weigh_query(GHashTable *query, const GPtrArray *all)
{
	GHashTableIter it;
	gpointer stem, count;

	g_hash_table_iter_init(&it, query);
	while (g_hash_table_iter_next(&it, &stem, &count)) {
		double *n = count;

		*n = rarity(all, stem) * sqrt(MIN(*n, REPEATS_MAX));
	}
}

static double part_of(const struct document *d, const char *stem, double worth, double mean)
{
	const double *f = g_hash_table_lookup(d->weights, stem);

	return f ? worth * *f * (SATURATION + 1) / (*f + SATURATION * (1 - LENGTH + LENGTH * d->length / mean)) : 0;
}

static double score_of(const struct document *d, GHashTable *query, double mean)
{
	GHashTableIter it;
	gpointer stem, worth;
	double score = 0;

	g_hash_table_iter_init(&it, query);
	while (g_hash_table_iter_next(&it, &stem, &worth))
		score += part_of(d, stem, *(double *)worth, mean);
	return score;
}

struct scored {
	const struct document *d;
	double score;
};

/* Equals in the order of their rules' names. */
static gint by_score(gconstpointer a, gconstpointer b)
{
	const struct scored *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return strcmp(x->d->rule->id, y->d->rule->id);
}

static GArray *rank(const GPtrArray *all, GHashTable *query)
{
	GArray *ranked = g_array_new(FALSE, FALSE, sizeof(struct scored));
	double mean = 0;

	for (guint i = 0; i < all->len; i++)
		mean += ((struct document *)all->pdata[i])->length / all->len;
	for (guint i = 0; i < all->len; i++) {
		struct scored s = { all->pdata[i], score_of(all->pdata[i], query, mean) };

		g_array_append_val(ranked, s);
	}
	g_array_sort(ranked, by_score);
	return ranked;
}

struct common {
	const char *stem;
	double part;
};

static gint by_part(gconstpointer a, gconstpointer b)
{
	const struct common *x = a, *y = b;

	if (x->part != y->part)
		return x->part > y->part ? -1 : 1;
	return strcmp(x->stem, y->stem);
}

/* As the user wrote it: a stem is no word. */
static char *word_of(struct words *w, const char *text, const char *stem)
{
	const char *word;
	size_t size;

	while ((word = words_next(&text, &size)))
		if (g_strcmp0(words_stem(w, word, size), stem) == 0)
			return g_strndup(word, size);
	return NULL;
}

static char *common_words(struct words *w, const struct document *d, GHashTable *query, const char *text, guint *ret_count)
{
	g_autoptr(GArray) common = g_array_new(FALSE, FALSE, sizeof(struct common));
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter it;
	gpointer stem, worth;

	g_hash_table_iter_init(&it, query);
	while (g_hash_table_iter_next(&it, &stem, &worth)) {
		struct common c = { stem, part_of(d, stem, *(double *)worth, d->length) };

		if (c.part > 0)
			g_array_append_val(common, c);
	}
	g_array_sort(common, by_part);
	*ret_count = common->len;
	for (guint i = 0; i < common->len && i < COMMON_MAX; i++)
		g_ptr_array_add(words, word_of(w, text, g_array_index(common, struct common, i).stem));
	g_ptr_array_add(words, NULL);
	return g_strjoinv(", ", (char **)words->pdata);
}

/* Of the rules of a cause the one that the text is most like. */
static const struct rule *best_rule(struct likeness_index *x, const char *cause, GHashTable *query)
{
	g_autoptr(GPtrArray) all = of_rules(x->words, x->rules, cause);
	g_autoptr(GArray) ranked = rank(all, query);

	return g_array_index(ranked, struct scored, 0).d->rule;
}

static struct likeness *likeness_new(struct likeness_index *x, const struct scored *s, GHashTable *query, const char *text)
{
	struct likeness *l = g_new0(struct likeness, 1);

	l->rule = best_rule(x, s->d->rule->cause, query);
	l->score = s->score;
	l->words = common_words(x->words, s->d, query, text, &l->common);
	return l;
}

struct likeness_index *likeness_index_new(const GPtrArray *rules)
{
	struct likeness_index *x = g_new0(struct likeness_index, 1);

	x->rules = rules;
	return x;
}

void likeness_index_free(struct likeness_index *x)
{
	if (!x)
		return;
	g_clear_pointer(&x->causes, g_ptr_array_unref);
	words_free(x->words);
	g_free(x);
}

static void read_rules(struct likeness_index *x)
{
	if (x->causes)
		return;
	x->words = words_new();
	x->causes = of_causes(x->words, x->rules);
}

GPtrArray *likeness_find(struct likeness_index *x, const char *text, guint max)
{
	g_autofree char *head = g_strndup(text, strnlen(text, TEXT_BYTES_MAX));
	g_autoptr(GHashTable) query = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GArray) ranked = NULL;
	GPtrArray *found = g_ptr_array_new_with_free_func(likeness_free);

	read_rules(x);
	add_text(x->words, query, head, 1);
	weigh_query(query, x->causes);
	ranked = rank(x->causes, query);
	for (guint i = 0; i < MIN(ranked->len, max); i++) {
		const struct scored *s = &g_array_index(ranked, struct scored, i);
		const struct scored *chance = &g_array_index(ranked, struct scored, MIN(BY_CHANCE, ranked->len) - 1);
		struct likeness *l;

		if (s->score <= 0)
			break;
		l = likeness_new(x, s, query, head);
		l->lead = s->score / MAX(chance->score, 1);
		g_ptr_array_add(found, l);
	}
	return found;
}
