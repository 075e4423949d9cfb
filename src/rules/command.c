// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * command - what programs take for a name, an option or a list, and what they change
 *
 * virsh and virt-xml as of libvirt 9.0 and virt-manager 4.1.
 */
#include "rules/command.h"

#include <string.h>

#include "formats/parse.h"

#define WORD G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_"

/** A simple command in a line: its words, quotes and all. */
struct simple {
	GPtrArray *words;
	const char *end; /* of its last word */
};

static bool is_separator(char c)
{
	return c && strchr(";|&()\n", c);
}

/* The end of the word at @p: a blank or separator outside quotes; "2>&1" is one word. */
static const char *word_end(const char *p)
{
	const char *begin = p;
	char quote = 0;

	for (; *p; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '\'' || *p == '"')
			quote = *p;
		else if (*p == '\\' && p[1])
			p++;
		else if (g_ascii_isspace(*p) || (is_separator(*p) && !(*p == '&' && p > begin && p[-1] == '>')))
			break;
	}
	return p;
}

/* The words of the simple command at *@p, which becomes its end; "sudo" and "VAR=x" are none of them. */
static struct simple next_simple(const char **p)
{
	struct simple s = { .words = g_ptr_array_new_with_free_func(g_free) };

	while (is_separator(**p) || g_ascii_isspace(**p))
		++*p;
	s.end = *p;
	while (**p && !is_separator(**p)) {
		const char *end = word_end(*p);
		g_autofree char *word = g_strndup(*p, (gsize)(end - *p));
		bool is_before = s.words->len == 0 && (strcmp(word, "sudo") == 0 || strchr(word, '='));

		if (!is_before && *word)
			g_ptr_array_add(s.words, g_steal_pointer(&word));
		s.end = end;
		for (*p = end; g_ascii_isspace(**p) && **p != '\n';)
			++*p;
	}
	return s;
}

static const char *word_at(const struct simple *s, guint i)
{
	return i < s->words->len ? s->words->pdata[i] : "";
}

static bool is_among(const char *word, const char *const *list)
{
	return g_strv_contains(list, word);
}

/* virt-xml and virt-install take a comma in a value for the end of it, two for one. */
static bool takes_lists(const char *before)
{
	static const char *const programs[] = { "virt-xml", "virt-install", NULL };
	size_t n = strlen(before);
	bool takes = false;

	if (n == 0 || !strchr("=,", before[n - 1]))
		return false;
	for (const char *p = before; *p;) {
		struct simple s = next_simple(&p);

		takes = is_among(word_at(&s, 0), programs);
		g_ptr_array_unref(s.words);
	}
	return takes;
}

char *command_value(const char *before, const char *value)
{
	g_auto(GStrv) parts = strchr(value, ',') && takes_lists(before) ? g_strsplit(value, ",", -1) : NULL;
	g_autofree char *doubled = parts ? g_strjoinv(",,", parts) : NULL;

	return parse_shell_quote(doubled ? doubled : value);
}

/* The option that says what the first name behind a command of virsh is. */
static const char *virsh_option(const char *command)
{
	static const struct {
		const char *begin, *option;
	} table[] = {
		{ "net-", "--network" }, { "pool-", "--pool" },	     { "vol-", "--pool" },    { "nwfilter-", "--nwfilter" },
		{ "iface-", "--interface" }, { "nodedev-", "--device" }, { "secret-", "--secret" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (g_str_has_prefix(command, table[i].begin))
			return table[i].option;
	return "--domain";
}

/* Quotes at the begin of a word were put there by parse_shell_quote(): no rule writes them. */
static bool is_dashed_name(const char *word)
{
	return g_str_has_prefix(word, "'-");
}

/* @s again, with names that are names to its program. */
static void append_simple(GString *out, const struct simple *s)
{
	static const char *const takers[] = { "ls", "stat", "cat", "grep", "chown", "chmod", "rm", "mv", "cp", "namei", "du", NULL };
	const char *program = word_at(s, 0), *last = NULL;
	bool has_end = false;

	for (guint i = 0; i < s->words->len; i++) {
		const char *word = s->words->pdata[i];
		bool is_name = i > 0 && is_dashed_name(word) && !g_str_has_prefix(word_at(s, i - 1), "--");

		if (is_name && strcmp(program, "virt-xml") == 0) {
			last = word;
			continue;
		}
		if (is_name && strcmp(program, "virsh") == 0)
			g_string_append_printf(out, " %s", virsh_option(word_at(s, 1)));
		else if (is_name && is_among(program, takers) && !has_end)
			has_end = g_string_append(out, " --") != NULL;
		g_string_append_printf(out, "%s%s", i > 0 ? " " : "", word);
	}
	if (last)
		g_string_append_printf(out, " -- %s", last);
}

char *command_finish(const char *command)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *p = command;

	if (!strstr(command, " '-"))
		return g_strdup(command);
	while (*p) {
		const char *begin = p + strspn(p, ";|&()\n\t "), *rest = begin;
		struct simple s = next_simple(&rest);
		const char *first = s.words->len > 0 ? strstr(begin, word_at(&s, 0)) : s.end;

		g_string_append_len(out, p, first - p);
		append_simple(out, &s);
		p = s.end;
		g_ptr_array_unref(s.words);
		if (p == begin)
			break;
	}
	g_string_append(out, p);
	return g_strdup(out->str);
}

void command_fill_in(const char *text, GPtrArray *found)
{
	static const char *const placeholders[] = {
		"ADDRESS", "BACKING", "BITMAP", "BRIDGE", "BYTES", "CHECKPOINT", "COPY", "COUNT", "DESTINATION",
		"DEVICE", "DIRECTORY", "DOMAIN", "FILE", "GROUP", "HOST", "IFACE", "IMAGE", "NAME", "NETWORK", "NEW",
		"NEW-NAME", "NEW-PLACE", "NEWNAME", "NEW_VARS", "NODES", "OLD", "OLD_VARS", "ORIGINAL", "OVERLAY",
		"PATH", "POOL", "PORTAL", "PROGRAM", "SEED", "SERVER", "SHORTER", "SIZE", "SNAPSHOT", "TAG",
		"TOP-IMAGE", "TYPE", "URL", "USER", "UUID", "VOLUME", "WIN11", NULL
	};

	for (const char *p = text; *p; p += strcspn(p, WORD)) {
		size_t n = strspn(p, WORD);
		g_autofree char *word = g_strndup(p, n);

		/* "$USER" is known to the shell */
		if (n > 0 && is_among(word, placeholders) && (p == text || p[-1] != '$') &&
		    !g_ptr_array_find_with_equal_func(found, word, g_str_equal, NULL))
			g_ptr_array_add(found, g_steal_pointer(&word));
		p += n;
	}
}

bool command_acts(const char *text)
{
	bool acts = false;

	for (const char *p = text; *p && !acts;) {
		struct simple s = next_simple(&p);

		acts = command_words_act(s.words);
		g_ptr_array_unref(s.words);
	}
	return acts;
}
