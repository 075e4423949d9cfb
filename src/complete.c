// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete - takes a command line apart as far as it stands, and offers options.
 *
 * Options are read from the help that users see.  One whose description begins with a command's
 * name and a colon ("top: …") is offered for that command only.
 */
#include "complete.h"

#include <stdbool.h>
#include <string.h>

#include "options.h"

/** An option of the help; strings are owned by its match. */
struct option {
	char *letter, *name, *kind, *text; /* letter and kind may be "" */
};

static void option_free(struct option *o)
{
	g_free(o->letter);
	g_free(o->name);
	g_free(o->kind);
	g_free(o->text);
	g_free(o);
}

/* "  -F, --format=NAME    format of the report" */
static GPtrArray *read_options(void)
{
	GPtrArray *options = g_ptr_array_new_with_free_func((GDestroyNotify)option_free);
	g_autofree char *help = options_help();
	g_autoptr(GRegex) row = g_regex_new("^ +(?:-(\\w), )?--([\\w-]+)(?:=(\\S+))? +(.*)$",
					    G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	g_regex_match(row, help, 0, &match);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		struct option *o = g_new0(struct option, 1);

		o->letter = g_match_info_fetch(match, 1);
		o->name = g_match_info_fetch(match, 2);
		o->kind = g_match_info_fetch(match, 3);
		o->text = g_match_info_fetch(match, 4);
		g_ptr_array_add(options, o);
	}
	return options;
}

static const struct option *find_long(const GPtrArray *options, const char *name, size_t length)
{
	for (guint i = 0; i < options->len; i++) {
		const struct option *o = options->pdata[i];

		if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
			return o;
	}
	return NULL;
}

static const struct option *find_short(const GPtrArray *options, char letter)
{
	for (guint i = 0; i < options->len; i++) {
		const struct option *o = options->pdata[i];

		if (o->letter[0] == letter && letter)
			return o;
	}
	return NULL;
}

/* The option that @word gives a value, or whose value comes next: "--from=X", "-fX", "-qf". */
static const struct option *option_of(const GPtrArray *options, const char *word, const char **ret_value)
{
	const char *equals = strchr(word, '=');

	*ret_value = NULL;
	if (word[0] != '-' || !word[1])
		return NULL;
	if (word[1] == '-') {
		const struct option *o = find_long(options, word + 2,
						   equals ? (size_t)(equals - word - 2) : strlen(word + 2));

		*ret_value = equals ? equals + 1 : NULL;
		return o && o->kind[0] ? o : NULL;
	}
	for (const char *c = word + 1; *c; c++) {
		const struct option *o = find_short(options, *c);

		if (!o || !o->kind[0])
			continue;
		*ret_value = c[1] ? c + 1 : NULL;
		return o;
	}
	return NULL;
}

static bool is_command(const struct complete_command *commands, const char *word)
{
	for (; commands->name; commands++)
		if (strcmp(commands->name, word) == 0)
			return true;
	return false;
}

/* "top: end after N tables" is about top. */
static bool is_offered(const struct complete_line *line, const struct option *o)
{
	size_t length = strcspn(o->text, ": ");
	g_autofree char *first = g_strndup(o->text, length);

	return o->text[length] != ':' || !is_command(line->commands, first) ||
	       strcmp(first, line->command) == 0;
}

static void offer_options(const struct complete_line *line, const GPtrArray *options)
{
	for (guint i = 0; i < options->len; i++) {
		const struct option *o = options->pdata[i];
		g_autofree char *word = g_strconcat("--", o->name, o->kind[0] ? "=" : "", NULL);

		if (is_offered(line, o))
			complete_add(line, word, o->text);
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

static void keep_source(struct complete_line *line, const struct option *o, const char *value)
{
	if (strcmp(o->name, "connect") == 0)
		line->connect = value;
	if (strcmp(o->name, "from") == 0)
		line->from = value;
}

/* Sorts all words but the last. Return: the option whose value the last one is, or NULL. */
static const struct option *sort_words(struct complete_line *line, const GPtrArray *options,
				       const GPtrArray *words, guint begin, bool *ret_only_operands)
{
	*ret_only_operands = false;
	for (guint i = begin; i + 1 < words->len; i++) {
		const char *word = words->pdata[i], *value;
		const struct option *o = *ret_only_operands ? NULL : option_of(options, word, &value);

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

static bool takes_options(const struct complete_line *line)
{
	static const char *const none[] = { "rules", "explain", "help", "scrub-check", "--version", NULL };

	return !g_strv_contains(none, line->command);
}

static void complete_last(struct complete_line *line, const GPtrArray *options, const GPtrArray *words)
{
	bool has_command = words->len > 1 && is_command(line->commands, words->pdata[0]);
	const struct option *o, *of_word;
	const char *value = NULL;
	bool only_operands;

	if (has_command)
		line->command = words->pdata[0];
	o = sort_words(line, options, words, has_command, &only_operands);
	if (o) {
		complete_option_value(line, o->name, o->kind);
		return;
	}
	of_word = only_operands ? NULL : option_of(options, line->word, &value);
	if (of_word && value) {
		g_autofree char *prefix = g_strndup(line->word, (size_t)(value - line->word));

		line->prefix = prefix;
		line->word = value;
		complete_option_value(line, of_word->name, of_word->kind);
		return;
	}
	if (words->len == 1)
		offer_commands(line);
	if (line->word[0] == '-' && !only_operands && takes_options(line))
		offer_options(line, options);
	else
		complete_operand(line);
}

char *complete(const struct complete_command *commands, char **words)
{
	g_autoptr(GPtrArray) options = read_options();
	g_autoptr(GPtrArray) joined = join_words(words);
	g_autoptr(GPtrArray) operands = g_ptr_array_new();
	struct complete_line line = { .commands = commands, .command = "check", .word = "", .prefix = "",
				      .operands = operands, .out = g_string_new(NULL) };

	if (joined->len == 0)
		g_ptr_array_add(joined, g_strdup(""));
	line.word = joined->pdata[joined->len - 1];
	complete_last(&line, options, joined);
	return g_string_free(line.out, FALSE);
}
