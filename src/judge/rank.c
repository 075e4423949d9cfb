// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rank - which finding to look at first.
 *
 * Score: how bad, times how sure; a finding that explains the complaint moves half the way to 1,
 * and the others lose half; where the complaint is only in a person's words, an eighth, and none loses. What
 * stands in the text that the user gave moves a quarter of the way. A root is at least as bad as the worst that it
 * explains.
 */
#include <fnmatch.h>
#include <string.h>

#include "judge/judge.h"
#include "rules/rules.h"

static const double severity_weight[SEVERITY_MAX_] = { 0.1, 0.3, 0.55, 0.8, 0.95 };
static const double confidence_weight[CONFIDENCE_MAX_] = { 0.6, 0.85, 1.0 };

/* "ID" or "ID:GLOB"; the glob may name the subject, or domain/subject. */
static bool is_ignored(const struct finding *f, const char *pattern)
{
	g_auto(GStrv) sides = g_strsplit(pattern, ":", 2);
	g_autofree char *both = g_strdup_printf("%s/%s", f->domain ? f->domain : "", f->subject);

	if (!sides[0] || fnmatch(sides[0], f->rule, 0) != 0)
		return false;
	return !sides[1] || fnmatch(sides[1], f->subject, 0) == 0 || fnmatch(sides[1], both, 0) == 0;
}

static bool is_muted(const struct finding *f, const struct muting *m)
{
	for (size_t i = 0; m->ignore && m->ignore[i]; i++)
		if (is_ignored(f, m->ignore[i]))
			return true;
	return m->baseline && g_hash_table_contains(m->baseline, f->key);
}

void judge_mute(struct report *report, const struct muting *muting)
{
	for (size_t i = report->findings->len; i-- > 0;)
		if (is_muted(report->findings->pdata[i], muting)) {
			g_ptr_array_remove_index(report->findings, (guint)i);
			report->muted++;
			report->fired--;
		}
}

static enum fallback fallback_of(const struct finding *f, GPtrArray *rules)
{
	const struct rule *r = rules_find(rules, f->rule);

	return r ? r->fallback : FALLBACK_NO;
}

static bool is_about_text_of(const struct finding *f, const struct finding *fallback)
{
	for (guint i = 0; i < f->evidence->len; i++)
		for (guint k = 0; k < fallback->evidence->len; k++) {
			const struct evidence *a = f->evidence->pdata[i], *b = fallback->evidence->pdata[k];

			if (strcmp(a->source, b->source) == 0 &&
			    (f->severity >= SEVERITY_WARNING || g_strcmp0(a->locator, b->locator) == 0))
				return true;
		}
	return false;
}

void judge_fallbacks(struct report *report, GPtrArray *rules)
{
	GPtrArray *all = report->findings;

	for (guint i = all->len; i-- > 0;) {
		const struct finding *f = all->pdata[i];
		enum fallback own = fallback_of(f, rules);
		bool explained = false;

		for (guint k = 0; own && k < all->len && !explained; k++)
			explained = fallback_of(all->pdata[k], rules) < own && is_about_text_of(all->pdata[k], f);
		if (explained) {
			g_ptr_array_remove_index(all, i);
			report->fired--;
		}
	}
}

static bool rule_explains(const struct rule *r, const struct finding *root, const struct finding *f)
{
	for (size_t i = 0; r && i < r->explains->len; i++) {
		const struct explains *e = r->explains->pdata[i];

		if (e->same_subject && strcmp(root->subject, f->subject) != 0)
			continue;
		if (g_strcmp0(e->rule, f->rule) == 0 || g_strcmp0(e->cause, f->cause) == 0)
			return true;
	}
	return false;
}

static struct finding *by_key(GHashTable *keys, const char *key)
{
	return key ? g_hash_table_lookup(keys, key) : NULL;
}

static struct finding *root_of(GHashTable *keys, struct finding *f)
{
	struct finding *above;

	while ((above = by_key(keys, f->explained_by)))
		f = above;
	return f;
}

/* The better of two roots is the surer, worse one; a cycle is refused, and so is a rule's own. */
static void consider(GHashTable *keys, struct finding *root, struct finding *f)
{
	struct finding *now = by_key(keys, f->explained_by);

	if (strcmp(root->rule, f->rule) == 0 || root_of(keys, root) == f)
		return;
	if (now && (now->score > root->score ||
		    (now->score == root->score && strcmp(now->key, root->key) <= 0)))
		return;
	g_free(f->explained_by);
	f->explained_by = g_strdup(root->key);
}

/* The host's findings explain every domain's; a line of a daemon's log may be about any domain. */
static bool is_about(const struct finding *root, const struct finding *f, GPtrArray *rules)
{
	const struct rule *r = f->domain ? NULL : rules_find(rules, f->rule);

	return !root->domain || g_strcmp0(root->domain, f->domain) == 0 || (r && r->logs->len > 0);
}

static void find_roots(struct report *report, GPtrArray *rules, GHashTable *keys)
{
	GPtrArray *all = report->findings;

	for (size_t i = 0; i < all->len; i++) {
		struct finding *root = all->pdata[i];
		const struct rule *r = rules_find(rules, root->rule);

		if (!r || r->explains->len == 0)
			continue;
		for (size_t j = 0; j < all->len; j++) {
			struct finding *f = all->pdata[j];

			if (rule_explains(r, root, f) && is_about(root, f, rules))
				consider(keys, root, f);
		}
	}
}

static bool is_of_log(const struct finding *f, GPtrArray *rules)
{
	const struct rule *r = rules_find(rules, f->rule);

	return r && r->logs->len > 0;
}

static bool is_better(const struct finding *a, const struct finding *b)
{
	return a->score != b->score ? a->score > b->score : strcmp(a->key, b->key) < 0;
}

/* Two rules that read the same cause out of the same line say one thing: the better one says it. */
static void fold_twins(struct report *report, GPtrArray *rules, GHashTable *keys)
{
	g_autoptr(GHashTable) lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *all = report->findings;

	for (guint pass = 0; pass < 2; pass++)
		for (guint i = 0; i < all->len; i++) {
			struct finding *f = all->pdata[i], *best;
			const struct evidence *e = f->evidence->pdata[0];
			char *key;

			if (!e->locator || !g_str_has_prefix(e->locator, "line ") || !is_of_log(f, rules))
				continue;
			key = g_strdup_printf("%s\t%s\t%s", f->cause, e->source, e->locator);
			best = g_hash_table_lookup(lines, key);
			if (pass == 0 && (!best || is_better(f, best))) {
				g_hash_table_replace(lines, key, f);
				continue;
			}
			g_free(key);
			if (pass == 1 && best != f && !f->explained_by)
				consider(keys, best, f);
		}
}

/* Out of a log, of whose lines two rules say different things: then neither line says it beyond doubt. */
static bool disagree(const struct finding *a, const struct finding *b)
{
	if (a == b || strcmp(a->cause, b->cause) == 0 || g_strcmp0(a->explained_by, b->key) == 0 ||
	    g_strcmp0(b->explained_by, a->key) == 0)
		return false;
	for (guint i = 0; i < a->evidence->len; i++)
		for (guint k = 0; k < b->evidence->len; k++) {
			const struct evidence *x = a->evidence->pdata[i], *y = b->evidence->pdata[k];

			if (x->locator && g_str_has_prefix(x->locator, "line ") && strcmp(x->source, y->source) == 0 &&
			    g_strcmp0(x->locator, y->locator) == 0)
				return true;
		}
	return false;
}

static void doubt_contradictions(struct report *report, GPtrArray *rules)
{
	g_autoptr(GPtrArray) doubtful = g_ptr_array_new();

	for (guint i = 0; i < report->findings->len; i++) {
		struct finding *f = report->findings->pdata[i];
		bool contradicted = false;

		for (guint k = 0; f->confidence == CONFIDENCE_CERTAIN && is_of_log(f, rules) && !contradicted &&
				  k < report->findings->len; k++) {
			const struct finding *other = report->findings->pdata[k];

			contradicted = other->severity >= SEVERITY_WARNING && is_of_log(other, rules) && disagree(f, other);
		}
		if (contradicted)
			g_ptr_array_add(doubtful, f);
	}
	for (guint i = 0; i < doubtful->len; i++)
		((struct finding *)doubtful->pdata[i])->confidence = CONFIDENCE_LIKELY;
}

/* The user asks about it, so it goes before smells of the same host that nobody asked about; what is an error goes
 * before them anyway, and behind what the host itself proves. */
static bool is_of_given_text(const struct finding *f)
{
	for (guint i = 0; i < f->evidence->len; i++)
		if (g_str_has_prefix(((struct evidence *)f->evidence->pdata[i])->source, "/vmdoctor/error"))
			return true;
	return false;
}

static void score(struct finding *f, GPtrArray *rules, struct complaint complaint)
{
	f->score = severity_weight[f->severity] * confidence_weight[f->confidence];
	if (f->severity < SEVERITY_ERROR && is_of_given_text(f) && fallback_of(f, rules) == FALLBACK_NO)
		f->score += (1 - f->score) / 4;
	if (f->is_told)
		f->score += (1 - f->score) / 2;
	if (!complaint.symptom)
		return;
	if (g_strv_contains((const char *const *)f->symptoms, complaint.symptom))
		f->score += (1 - f->score) / (complaint.is_chosen ? 2 : 8);
	else if (complaint.is_chosen)
		f->score /= 2;
}

/* Of what was found by itself, not as a last resort: what @matches, the best scored. */
static struct finding *best_of(struct report *report, GPtrArray *rules, bool (*matches)(const struct finding *f, const char *what),
			       const char *what)
{
	struct finding *best = NULL;

	for (guint i = 0; i < report->findings->len; i++) {
		struct finding *f = report->findings->pdata[i];

		score(f, rules, (struct complaint){ 0 });
		if (fallback_of(f, rules) == FALLBACK_NO && matches(f, what) && (!best || f->score > best->score))
			best = f;
	}
	return best;
}

static bool has_symptom(const struct finding *f, const char *symptom)
{
	return g_strv_contains((const char *const *)f->symptoms, symptom);
}

static bool has_cause(const struct finding *f, const char *cause)
{
	return g_strcmp0(f->cause, cause) == 0;
}

static bool is_guessed(const GPtrArray *all, const char *cause)
{
	for (guint i = 0; i < all->len; i++)
		if (has_cause(all->pdata[i], cause))
			return true;
	return false;
}

void judge_complaint(struct report *report, GPtrArray *rules, const char *symptom, const GPtrArray *causes)
{
	GPtrArray *all = report->findings;
	struct finding *best = NULL;

	for (guint i = 0; !best && i < causes->len; i++) {
		best = best_of(report, rules, has_cause, causes->pdata[i]);
		if (!best && is_guessed(all, causes->pdata[i])) /* nothing that was found is nearer to the words */
			return;
	}
	if (!best && symptom)
		best = best_of(report, rules, has_symptom, symptom);
	if (!best)
		return;
	best->severity = MAX(best->severity, SEVERITY_WARNING);
	best->confidence = MIN(best->confidence, CONFIDENCE_LIKELY);
	best->is_told = true;
	for (guint i = all->len; i-- > 0;)
		if (fallback_of(all->pdata[i], rules) == FALLBACK_LAST || (fallback_of(all->pdata[i], rules) && has_cause(all->pdata[i], best->cause))) {
			g_ptr_array_remove_index(all, i);
			report->fired--;
		}
}

static int by_rank(gconstpointer a, gconstpointer b, gpointer keys)
{
	struct finding *x = *(struct finding *const *)a, *y = *(struct finding *const *)b;
	struct finding *rx = root_of(keys, x), *ry = root_of(keys, y);

	if (rx != ry) {
		if (rx->score != ry->score)
			return rx->score > ry->score ? -1 : 1;
		return strcmp(rx->key, ry->key);
	}
	if ((x == rx) != (y == ry))
		return x == rx ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return strcmp(x->key, y->key);
}

void judge_rank(struct report *report, GPtrArray *rules, struct complaint complaint)
{
	g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *all = report->findings;

	for (size_t i = 0; i < all->len; i++) {
		struct finding *f = all->pdata[i];

		score(f, rules, complaint);
		g_hash_table_insert(keys, f->key, f);
	}
	find_roots(report, rules, keys);
	fold_twins(report, rules, keys);
	doubt_contradictions(report, rules);
	for (size_t i = 0; i < all->len; i++) {
		struct finding *f = all->pdata[i], *root = root_of(keys, f);

		/* What causes something is as bad as that. */
		root->severity = MAX(root->severity, f->severity);
		root->score = MAX(root->score, f->score);
	}
	g_ptr_array_sort_with_data(all, by_rank, keys);
	for (size_t i = 0; i < all->len; i++)
		((struct finding *)all->pdata[i])->rank = (unsigned int)i + 1;
}
