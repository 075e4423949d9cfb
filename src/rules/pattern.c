// SPDX-License-Identifier: GPL-2.0-or-later
/* pattern - see pattern.h. Source: pcre2pattern(3). */
#include "rules/pattern.h"

#include <stdbool.h>
#include <string.h>

enum kind { SEQUENCE, CHOICE, TEXT, REPEAT, NOTHING };

struct node {
	enum kind kind;
	GPtrArray *children; /* of struct node */
	char text[8];	     /* of TEXT: one that it may be */
	bool is_exact;	     /* and no other */
	unsigned int least;  /* of REPEAT */
};

struct reader {
	const char *p;
	GPtrArray *choices; /* of struct node, borrowed */
};

static struct node *read_choice(struct reader *r);

static void node_free(gpointer data)
{
	struct node *n = data;

	g_clear_pointer(&n->children, g_ptr_array_unref);
	g_free(n);
}

static struct node *node_new(enum kind kind)
{
	struct node *n = g_new0(struct node, 1);

	n->kind = kind;
	n->children = g_ptr_array_new_with_free_func(node_free);
	return n;
}

static struct node *text_new(const char *text, size_t size)
{
	struct node *n = node_new(TEXT);

	memcpy(n->text, text, MIN(size, sizeof(n->text) - 1));
	return n;
}

static struct node *exact_new(char c)
{
	struct node *n = text_new(&c, 1);

	n->is_exact = true;
	return n;
}

/* What a class of characters is shown by. */
static const char *sample_of(char letter)
{
	switch (letter) {
	case 'd':
	case 'h':
		return "1";
	case 's':
		return " ";
	case 'b':
	case 'B':
	case 'A':
	case 'z':
	case 'Z':
	case 'K':
		return ""; /* a place, no character */
	case 'w':
	case 'S':
	case 'D':
	case 'N':
		return "w";
	case 'W':
		return "-";
	case 'n':
		return "\n";
	case 't':
		return "\t";
	default:
		return NULL;
	}
}

static struct node *read_escape(struct reader *r)
{
	const char *sample = sample_of(*r->p);
	char c = *r->p;

	r->p += c != '\0';
	return sample ? text_new(sample, strlen(sample)) : exact_new(c);
}

/* [abc], [^abc]: the first member, or the first of some that is none. */
static struct node *read_set(struct reader *r)
{
	static const char others[] = "qx1-/ ";
	bool negated = *r->p == '^';
	const char *begin = r->p + negated, *end = begin + (*begin == ']');
	g_autofree char *members = NULL;
	char first = *begin;

	while (*end && *end != ']')
		end += *end == '\\' && end[1] ? 2 : 1;
	r->p = *end ? end + 1 : end;
	if (!negated && first == '\\')
		return sample_of(begin[1]) ? text_new(sample_of(begin[1]), 1) : text_new(begin + 1, 1);
	if (!negated)
		return text_new(&first, 1);
	members = g_strndup(begin, (gsize)(end - begin));
	for (const char *o = others; *o; o++)
		if (!strchr(members, *o))
			return text_new(o, 1);
	return text_new("q", 1);
}

/* After "(": a group; lookarounds and settings give nothing. */
static struct node *read_group(struct reader *r)
{
	bool nothing = false;
	struct node *n;

	if (*r->p == '?') {
		const char *p = r->p + 1;

		nothing = *p == '=' || *p == '!' || (*p == '<' && (p[1] == '=' || p[1] == '!'));
		if (*p == '<' && !nothing)
			p = strchr(p, '>') ? strchr(p, '>') + 1 : p;
		else if (nothing)
			p += *p == '<' ? 2 : 1;
		else
			p += strcspn(p, ":)>") + (p[strcspn(p, ":)>")] != ')' && p[strcspn(p, ":)>")] != '\0');
		r->p = p;
	} else if (*r->p == '*') { /* (*LIMIT_MATCH=…) */
		r->p += strcspn(r->p, ")");
	}
	n = read_choice(r);
	r->p += *r->p == ')';
	if (!nothing)
		return n;
	/* Its choices are none of the text. */
	while (r->choices->len > 0 && g_ptr_array_index(r->choices, r->choices->len - 1) == n)
		g_ptr_array_remove_index(r->choices, r->choices->len - 1);
	n->kind = NOTHING;
	return n;
}

static struct node *read_atom(struct reader *r)
{
	char c = *r->p++;

	switch (c) {
	case '(':
		return read_group(r);
	case '[':
		return read_set(r);
	case '\\':
		return read_escape(r);
	case '.':
		return text_new("x", 1);
	case '^':
	case '$':
		return node_new(NOTHING);
	default:
		return exact_new(c);
	}
}

static struct node *read_repeat(struct reader *r, struct node *atom)
{
	struct node *n;
	unsigned int least = 1;

	if (*r->p == '*' || *r->p == '?')
		least = 0;
	else if (*r->p == '{' && g_ascii_isdigit(r->p[1]))
		least = (unsigned int)g_ascii_strtoull(r->p + 1, NULL, 10);
	else if (*r->p != '+')
		return atom;
	r->p += *r->p == '{' ? strcspn(r->p, "}") + 1 : 1;
	r->p += *r->p == '?' || *r->p == '+'; /* lazy, possessive */
	n = node_new(REPEAT);
	n->least = MIN(least, 40);
	g_ptr_array_add(n->children, atom);
	return n;
}

static struct node *read_sequence(struct reader *r)
{
	struct node *n = node_new(SEQUENCE);

	while (*r->p && *r->p != '|' && *r->p != ')')
		g_ptr_array_add(n->children, read_repeat(r, read_atom(r)));
	return n;
}

static struct node *read_choice(struct reader *r)
{
	struct node *n = node_new(CHOICE);

	g_ptr_array_add(n->children, read_sequence(r));
	while (*r->p == '|') {
		r->p++;
		g_ptr_array_add(n->children, read_sequence(r));
	}
	if (n->children->len > 1)
		g_ptr_array_add(r->choices, n);
	return n;
}

static bool holds(const struct node *n, const struct node *wanted)
{
	if (n == wanted)
		return true;
	for (guint i = 0; wanted && n->kind != NOTHING && i < n->children->len; i++)
		if (holds(n->children->pdata[i], wanted))
			return true;
	return false;
}

static void write_node(GString *out, const struct node *n, const struct node *wanted, guint branch)
{
	guint chosen = 0, times = n->kind == REPEAT ? n->least : 1;

	if (n->kind == NOTHING)
		return;
	g_string_append(out, n->text);
	if (n->kind == CHOICE) {
		for (guint i = 0; i < n->children->len; i++)
			if (n != wanted && holds(n->children->pdata[i], wanted))
				chosen = i;
		write_node(out, n->children->pdata[n == wanted ? branch : chosen], wanted, branch);
		return;
	}
	if (n->kind == REPEAT && times == 0 && holds(n, wanted))
		times = 1;
	for (guint k = 0; k < times; k++)
		for (guint i = 0; i < n->children->len; i++)
			write_node(out, n->children->pdata[i], wanted, branch);
}

static void add_sample(GPtrArray *samples, const struct node *root, const struct node *wanted, guint branch)
{
	GString *out = g_string_new(NULL);

	write_node(out, root, wanted, branch);
	g_ptr_array_add(samples, g_string_free(out, FALSE));
}

GPtrArray *pattern_samples(const char *pattern)
{
	GPtrArray *samples = g_ptr_array_new_with_free_func(g_free);
	struct reader r = { pattern, g_ptr_array_new() };
	struct node *root = read_choice(&r);

	add_sample(samples, root, NULL, 0);
	for (guint i = 0; i < r.choices->len; i++) {
		const struct node *choice = r.choices->pdata[i];

		for (guint b = 0; b < choice->children->len; b++)
			if (holds(root, choice))
				add_sample(samples, root, choice, b);
	}
	g_ptr_array_unref(r.choices);
	node_free(root);
	return samples;
}

/* Sets of literals: a sequence has the best of its parts', a choice those of all its branches. */

static size_t shortest(const GPtrArray *set)
{
	size_t least = G_MAXSIZE;

	for (guint i = 0; i < set->len; i++)
		least = MIN(least, strlen(set->pdata[i]));
	return set->len > 0 ? least : 0;
}

/* Longer literals are rarer; of equals the smaller set. Frees the other. */
static GPtrArray *better_of(GPtrArray *a, GPtrArray *b)
{
	bool is_b = b && (!a || shortest(b) > shortest(a) || (shortest(b) == shortest(a) && b->len < a->len));
	GPtrArray *worse = is_b ? a : b;

	if (worse)
		g_ptr_array_unref(worse);
	return is_b ? b : a;
}

static GPtrArray *set_of_run(GString *run)
{
	GPtrArray *set = NULL;

	if (run->len > 0) {
		set = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(set, g_ascii_strdown(run->str, -1));
		g_string_truncate(run, 0);
	}
	return set;
}

static GPtrArray *literals_of(const struct node *n);

static GPtrArray *literals_of_choice(const struct node *n)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < n->children->len; i++) {
		GPtrArray *set = literals_of(n->children->pdata[i]);

		if (!set || all->len + set->len > PATTERN_LITERALS_MAX) {
			if (set)
				g_ptr_array_unref(set);
			g_ptr_array_unref(all);
			return NULL;
		}
		g_ptr_array_extend_and_steal(all, set);
	}
	return all;
}

static bool is_of_run(const struct node *n)
{
	return n->kind == TEXT && n->is_exact && !strchr("'\"`", n->text[0]) && (unsigned char)n->text[0] < 0x80;
}

static GPtrArray *literals_of_sequence(const struct node *n)
{
	g_autoptr(GString) run = g_string_new(NULL);
	GPtrArray *best = NULL;

	for (guint i = 0; i < n->children->len; i++) {
		const struct node *child = n->children->pdata[i];

		if (is_of_run(child)) {
			g_string_append(run, child->text);
			continue;
		}
		best = better_of(best, set_of_run(run));
		best = better_of(best, literals_of(child));
	}
	return better_of(best, set_of_run(run));
}

/* NULL: there may be none in a match. */
static GPtrArray *literals_of(const struct node *n)
{
	switch (n->kind) {
	case SEQUENCE:
		return literals_of_sequence(n);
	case CHOICE:
		return literals_of_choice(n);
	case REPEAT:
		return n->least > 0 ? literals_of(n->children->pdata[0]) : NULL;
	default:
		return NULL;
	}
}

char **pattern_literals(const char *pattern)
{
	struct reader r = { pattern, g_ptr_array_new() };
	struct node *root = read_choice(&r);
	GPtrArray *set = literals_of(root);

	g_ptr_array_unref(r.choices);
	node_free(root);
	if (!set || shortest(set) < PATTERN_LITERAL_BYTES_MIN) {
		if (set)
			g_ptr_array_unref(set);
		return NULL;
	}
	g_ptr_array_add(set, NULL);
	return (char **)g_ptr_array_free(set, FALSE);
}
