// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete - takes a command line apart as far as it stands, and offers options.
 */
#include "commands/complete.h"

#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "commands/options.h"

static const struct option_row *find_long(const char *name, size_t length)
{
	for (const struct option_row *r = option_rows; r->name; r++)
		if (strlen(r->name) == length && strncmp(r->name, name, length) == 0)
			return r;
	return NULL;
}

static const struct option_row *find_short(char letter)
{
	for (const struct option_row *r = option_rows; r->name; r++)
		if (r->letter == letter)
			return r;
	return NULL;
}

/* The option that @word gives a value, or whose value comes next: "--from=X", "-fX", "-qf". */
static const struct option_row *option_of(const char *word, const char **ret_value)
{
	const char *equals = strchr(word, '=');

	*ret_value = NULL;
	if (word[0] != '-' || !word[1])
		return NULL;
	if (word[1] == '-') {
		const struct option_row *o = find_long(word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2));

		*ret_value = equals ? equals + 1 : NULL;
		return o && o->value ? o : NULL;
	}
	for (const char *c = word + 1; *c; c++) {
		const struct option_row *o = find_short(*c);

		if (!o || !o->value)
			continue;
		*ret_value = c[1] ? c + 1 : NULL;
		return o;
	}
	return NULL;
}

static const struct complete_command *find_command(const struct complete_command *commands, const char *word)
{
	for (; commands->name; commands++)
		if (strcmp(commands->name, word) == 0)
			return commands;
	return NULL;
}

static void offer_options(const struct complete_line *line)
{
	for (const struct option_row *r = option_rows; r->name; r++) {
		g_autofree char *word = g_strconcat("--", r->name, r->value ? "=" : "", NULL);

		if (r->commands & line->options)
			complete_add(line, word, _(r->text));
	}
}

/* "--format" "=" "js" becomes "--format=js"; bash takes the equals sign for a word of its own. */
static GPtrArray *join_words(char **words)
{
	GPtrArray *joined = g_ptr_array_new_with_free_func(g_free);
	bool glue = false;

	for (size_t i = 0; words[i]; i++) {
		char *last = joined->len ? joined->pdata[joined->len - 1] : NULL;
		bool equals = strcmp(words[i], "=") == 0 && last && g_str_has_prefix(last, "--");

		if (last && (equals || glue)) {
			joined->pdata[joined->len - 1] = g_strconcat(last, words[i], NULL);
			g_free(last);
		} else {
			g_ptr_array_add(joined, g_strdup(words[i]));
		}
		glue = equals && !glue;
	}
	return joined;
}

static void keep_source(struct complete_line *line, const struct option_row *o, const char *value)
{
	if (strcmp(o->name, "connect") == 0)
		line->connect = value;
	if (strcmp(o->name, "from") == 0)
		line->from = value;
}

/* Sorts all words but the last. Return: the option whose value the last one is, or NULL. */
static const struct option_row *sort_words(struct complete_line *line, const GPtrArray *words, guint begin,
					   bool *ret_only_operands)
{
	*ret_only_operands = false;
	for (guint i = begin; i + 1 < words->len; i++) {
		const char *word = words->pdata[i], *value;
		const struct option_row *o = *ret_only_operands ? NULL : option_of(word, &value);

		if (!*ret_only_operands && strcmp(word, "--") == 0)
			*ret_only_operands = true;
		else if (o && !value && i + 2 == words->len)
			return o;
		else if (o)
			keep_source(line, o, value ? value : words->pdata[++i]);
		else if (*ret_only_operands || word[0] != '-')
			g_ptr_array_add(line->operands, words->pdata[i]);
	}
	return NULL;
}

static void offer_commands(const struct complete_line *line)
{
	for (const struct complete_command *c = line->commands; c->name; c++)
		complete_add(line, c->name, c->summary);
}

static void complete_last(struct complete_line *line, const GPtrArray *words)
{
	const struct complete_command *command = words->len > 1 ? find_command(line->commands, words->pdata[0]) : NULL;
	const struct option_row *o, *of_word;
	const char *value = NULL;
	bool only_operands;

	if (command) {
		line->command = command->name;
		line->options = command->options;
	}
	o = sort_words(line, words, command != NULL, &only_operands);
	if (o) {
		complete_option_value(line, o->name, o->value);
		return;
	}
	of_word = only_operands ? NULL : option_of(line->word, &value);
	if (of_word && value) {
		g_autofree char *prefix = g_strndup(line->word, (size_t)(value - line->word));

		line->prefix = prefix;
		line->word = value;
		complete_option_value(line, of_word->name, of_word->value);
		return;
	}
	if (words->len == 1)
		offer_commands(line);
	if (line->word[0] == '-' && !only_operands && line->options)
		offer_options(line);
	else
		complete_operand(line);
}

char *complete(const struct complete_command *commands, char **words)
{
	g_autoptr(GPtrArray) joined = join_words(words);
	g_autoptr(GPtrArray) operands = g_ptr_array_new();
	struct complete_line line = { .commands = commands, .command = "check", .options = FOR_CHECK, .word = "", .prefix = "",
				      .operands = operands, .out = g_string_new(NULL) };

	if (joined->len == 0)
		g_ptr_array_add(joined, g_strdup(""));
	line.word = joined->pdata[joined->len - 1];
	complete_last(&line, joined);
	return g_string_free(line.out, FALSE);
}
