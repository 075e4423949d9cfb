// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * case_head - what a rule's case says of itself.
 */
#include "rules/case_head.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "source/txtar.h"

#define HEAD_BYTES_MAX ((gsize)64 << 10) /* of a stranger's file, too */

struct key {
	const char *name;
	size_t offset; /* of the string in struct case_expect */
};

static const struct key keys[] = {
	{ "title", offsetof(struct case_expect, title) },
	{ "severity", offsetof(struct case_expect, severity) },
	{ "confidence", offsetof(struct case_expect, confidence) },
	{ "domain", offsetof(struct case_expect, domain) },
	{ "subject", offsetof(struct case_expect, subject) },
};

static char **place_of(const struct case_expect *e, const struct key *key)
{
	return (char **)((char *)(uintptr_t)e + key->offset);
}

static void expect_free(void *data)
{
	struct case_expect *e = data;

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		g_free(*place_of(e, &keys[i]));
	g_ptr_array_unref(e->messages);
	g_free(e);
}

void case_head_free(struct case_head *head)
{
	if (!head)
		return;
	g_free(head->base);
	g_ptr_array_unref(head->remarks);
	g_ptr_array_unref(head->expects);
	g_free(head);
}

static struct case_head *head_new(void)
{
	struct case_head *head = g_new0(struct case_head, 1);

	head->base = g_strdup("");
	head->remarks = g_ptr_array_new_with_free_func(g_free);
	head->expects = g_ptr_array_new_with_free_func(expect_free);
	return head;
}

/* Names of directories become part of a path: nothing but a word. */
static const char *set_base(struct case_head *head, const char *words)
{
	static const char letters[] = G_CSET_a_2_z G_CSET_DIGITS "- ";

	if (*head->base)
		return "'base' is there twice";
	if (words[strspn(words, letters)] || strstr(words, "  "))
		return "'base' takes words, separated by a blank";
	g_free(head->base);
	head->base = g_strdup(words);
	return NULL;
}

/* NULL, or what is wrong. */
static const char *set(struct case_head *head, const char *name, const char *value, unsigned int line)
{
	struct case_expect *e = head->expects->len ? head->expects->pdata[head->expects->len - 1] : NULL;

	if (!*value)
		return "says nothing";
	if (strcmp(name, "base") == 0)
		return set_base(head, value);
	if (strcmp(name, "title") == 0) {
		e = g_new0(struct case_expect, 1);
		e->line = line;
		e->messages = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(head->expects, e);
	}
	if (!e)
		return "stands before the first 'title'";
	if (strcmp(name, "message") == 0) {
		g_ptr_array_add(e->messages, g_strdup(value));
		return NULL;
	}
	if ((strcmp(name, "severity") == 0 && severity_parse(value) < 0) ||
	    (strcmp(name, "confidence") == 0 && confidence_parse(value) < 0))
		return "is none";
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(name, keys[i].name) != 0)
			continue;
		if (*place_of(e, &keys[i]))
			return "is there twice";
		*place_of(e, &keys[i]) = g_strdup(value);
		return NULL;
	}
	return "not known; there are base, title, severity, confidence, domain, subject, message";
}

static const char *read_line(struct case_head *head, char *line, unsigned int number)
{
	char *colon = strchr(line, ':');

	if (*line == '#') {
		g_ptr_array_add(head->remarks, g_strdup(line));
		return NULL;
	}
	if (!*line)
		return NULL;
	if (!colon)
		return "not '# …', 'base: …', 'title: …'";
	*colon = '\0';
	return set(head, g_strchomp(line), g_strstrip(colon + 1), number);
}

/* @lines are changed. */
static bool read_lines(struct case_head *head, GStrv lines, const char *name, GError **error)
{
	for (unsigned int i = 0; lines[i]; i++) {
		const char *wrong = read_line(head, g_strchomp(lines[i]), i + 1);

		if (!wrong)
			continue;
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s: %s", name, i + 1, lines[i], wrong);
		return false;
	}
	return true;
}

struct case_head *case_head_parse(const char *text, gsize size, const char *name, GError **error)
{
	gsize length = txtar_comment(text, size);
	struct case_head *head = NULL;

	if (length <= HEAD_BYTES_MAX && !memchr(text, '\0', length)) {
		g_autofree char *comment = g_strndup(text, length);
		g_auto(GStrv) lines = g_strsplit(comment, "\n", -1);

		head = head_new();
		if (!read_lines(head, lines, name, error))
			g_clear_pointer(&head, case_head_free);
	} else {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%s:1: more than 64 KiB, or NUL bytes, before the first '-- PATH --'", name);
	}
	return head;
}

static const char *said_of(const struct finding *f, const char *key)
{
	if (strcmp(key, "title") == 0)
		return f->title;
	if (strcmp(key, "severity") == 0)
		return severity_names[f->severity];
	if (strcmp(key, "confidence") == 0)
		return confidence_names[f->confidence];
	return strcmp(key, "domain") == 0 ? f->domain : f->subject;
}

/* A line of a head has no blanks at its ends. */
static char *stripped(const char *text)
{
	return g_strstrip(g_strdup(text ? text : ""));
}

static bool compare_one(const struct case_expect *e, const struct finding *f, GString *out)
{
	bool same = true;

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		const char *want = *place_of(e, &keys[i]);
		g_autofree char *said = stripped(said_of(f, keys[i].name));

		if (!want || strcmp(want, said) == 0)
			continue;
		g_string_append_printf(out, "  line %u: the %s is not what was expected\n    expected  %s\n    it says   %s\n",
				       e->line, keys[i].name, want, said);
		same = false;
	}
	for (guint i = 0; i < e->messages->len; i++) {
		const char *want = e->messages->pdata[i];

		if (strstr(f->message, want))
			continue;
		g_string_append_printf(out, "  line %u: the message does not have it\n    expected  … %s …\n    it says   %s\n",
				       e->line, want, f->message);
		same = false;
	}
	return same;
}

bool case_head_compare(const struct case_head *head, const GPtrArray *findings, GString *out)
{
	guint expected = head->expects->len;
	bool same = true;

	if (expected == 0)
		return true;
	for (guint i = 0; i < MIN(expected, findings->len); i++)
		same &= compare_one(head->expects->pdata[i], findings->pdata[i], out);
	for (guint i = findings->len; i < expected; i++) {
		const struct case_expect *e = head->expects->pdata[i];

		g_string_append_printf(out, "  line %u: not found\n    expected  %s\n", e->line, e->title);
	}
	for (guint i = expected; i < findings->len; i++)
		g_string_append_printf(out, "  not expected\n    it says   %s\n",
				       ((const struct finding *)findings->pdata[i])->title);
	return same && expected == findings->len;
}

/* What was seen, with its values; what follows from it comes behind it. */
static char *first_sentence(const char *message)
{
	const char *end = strstr(message, ". ");
	g_autofree char *sentence = end ? g_strndup(message, (gsize)(end + 1 - message)) : g_strdup(message);

	return stripped(sentence);
}

static void write_messages(GString *out, const struct case_expect *e, const struct finding *f, bool messages)
{
	for (guint i = 0; e && i < e->messages->len; i++)
		g_string_append_printf(out, "message: %s\n", (const char *)e->messages->pdata[i]);
	if (messages && (!e || e->messages->len == 0)) {
		g_autofree char *sentence = first_sentence(f->message);

		g_string_append_printf(out, "message: %s\n", sentence);
	}
}

char *case_head_text(const struct case_head *head, const GPtrArray *findings, bool messages)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < head->remarks->len; i++)
		g_string_append_printf(out, "%s\n", (const char *)head->remarks->pdata[i]);
	if (*head->base)
		g_string_append_printf(out, "base: %s\n", head->base);
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *f = findings->pdata[i];

		if (i > 0)
			g_string_append_c(out, '\n');
		for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
			g_autofree char *said = stripped(said_of(f, keys[k].name));

			/* That of the bases, and so of nearly all cases, is called vm. */
			if (*said && !(strcmp(keys[k].name, "domain") == 0 && strcmp(said, "vm") == 0))
				g_string_append_printf(out, "%s: %s\n", keys[k].name, said);
		}
		write_messages(out, i < head->expects->len ? head->expects->pdata[i] : NULL, f, messages);
	}
	return g_string_free(out, FALSE);
}
