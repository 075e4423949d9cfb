// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete_values - the lists that completion offers from: domains, rules, formats …
 */
#include <stdbool.h>
#include <string.h>

#include "commands/complete.h"
#include "diagnose/diagnose.h"
#include "findings/finding.h"
#include "facts/domains.h"
#include "diagnose/request.h"
#include "rules/rules.h"
#include "source/source.h"
#include "rules/upgrade_target.h"
#include "report/writer.h"

#define LIBVIRT_DEADLINE_S 2

/* A word with a control byte cannot be one line of the answer, nor be typed. */
static bool is_printable(const char *word)
{
	for (; *word; word++)
		if (g_ascii_iscntrl(*word))
			return false;
	return true;
}

void complete_add(const struct complete_line *line, const char *word, const char *description)
{
	if (g_str_has_prefix(word, line->word) && is_printable(word))
		g_string_append_printf(line->out, "%s%s\t%s\n", line->prefix, word, description);
}

static void add_all(const struct complete_line *line, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		complete_add(line, words[i], "");
}

static void add_formats(const struct complete_line *line)
{
	static const char *const few[] = { "text", "json", NULL };
	static const char *const with_few[] = { "diff", "merge", NULL };
	g_autofree char *names = writer_names();
	g_auto(GStrv) all = g_strsplit(names, ", ", 0);

	if (g_strv_contains(with_few, line->command)) {
		add_all(line, few);
		if (strcmp(line->command, "diff") == 0)
			complete_add(line, "html", "");
		return;
	}
	for (size_t i = 0; all[i]; i++)
		complete_add(line, all[i], writer_find(all[i])->summary);
}

static void add_severities(const struct complete_line *line)
{
	for (int i = SEVERITY_MAX_ - 1; i >= 0; i--)
		complete_add(line, severity_names[i], "");
}

static void add_releases(const struct complete_line *line)
{
	const struct upgrade_table *t = upgrade_table("releases");

	for (guint i = 0; t && i < t->rows->len; i++) {
		g_auto(GStrv) names = g_strsplit(upgrade_cell(t, t->rows->pdata[i], "names"), " ", 0);

		for (size_t n = 0; names[n]; n++)
			complete_add(line, names[n], upgrade_cell(t, t->rows->pdata[i], "title"));
	}
}

/* A title without its values: "Machine type … is older than this QEMU". */
static char *title_of(const struct rule *r)
{
	const GPtrArray *parts = rule_text_local(&r->title);
	GString *title = g_string_new(NULL);

	for (guint i = 0; i < parts->len; i++) {
		const struct part *part = parts->pdata[i];

		g_string_append(title, part->words ? part->words : "…");
	}
	return g_strdelimit(g_string_free(title, FALSE), "\n\t", ' ');
}

static void add_rules(const struct complete_line *line)
{
	const struct request all = { 0 };
	g_autoptr(GPtrArray) rules = diagnose_rules(&all, NULL);

	for (guint i = 0; rules && i < rules->len; i++) {
		const struct rule *r = rules->pdata[i];
		g_autofree char *title = title_of(r);

		complete_add(line, r->id, title);
	}
}

/* ID.PARAM=, with the default. */
static void add_params(const struct complete_line *line)
{
	const struct request all = { 0 };
	g_autoptr(GPtrArray) rules = diagnose_rules(&all, NULL);

	for (guint i = 0; rules && i < rules->len; i++) {
		const struct rule *r = rules->pdata[i];

		for (guint n = 0; n < r->params->len; n++) {
			const struct param *p = r->params->pdata[n];
			g_autofree char *word = g_strdup_printf("%s.%s=", r->id, p->name);
			g_autofree char *text = g_strdup_printf("default: %s %s", p->value, p->unit);

			complete_add(line, word, g_strchomp(text));
		}
	}
}

/* Another host's libvirt is not asked for a keystroke: it may want a password. */
static bool is_local(const char *uri)
{
	return !uri || !*uri || strstr(uri, ":///");
}

static bool may_ask(const struct complete_line *line)
{
	if (line->from)
		return true;
	return is_local(line->connect) &&
	       (line->connect || (is_local(g_getenv("LIBVIRT_DEFAULT_URI")) &&
				  is_local(g_getenv("VIRSH_DEFAULT_CONNECT_URI"))));
}

static bool is_given(const struct complete_line *line, const char *name)
{
	return g_ptr_array_find_with_equal_func(line->operands, name, g_str_equal, NULL);
}

/* What cannot be asked gives no candidates: a shell shows no errors here. */
static void add_domains(const struct complete_line *line)
{
	const struct request rq = { .connect = line->connect,
				    .from = line->from,
				    .timeout_s = LIBVIRT_DEADLINE_S,
				    .no_guest = TRUE };
	auto_free(source) struct source *record = may_ask(line) ? diagnose_open(&rq, NULL, NULL) : NULL;
	g_auto(GStrv) names = NULL;

	if (record && domains_list(record, &names) == 0)
		for (size_t i = 0; names[i]; i++)
			if (!is_given(line, names[i]))
				complete_add(line, names[i], "domain");
}

/** How the values of an option are completed. */
static const struct {
	const char *option;
	void (*add)(const struct complete_line *line);
} lists[] = {
	{ "format", add_formats },	{ "fail-on", add_severities }, { "to", add_releases },
	{ "ignore", add_rules },	{ "set", add_params },	     { "domain-glob", add_domains },
};

/** How they are where a few words will do; or by what the help calls the value. */
static const struct {
	const char *option, *kind;
	const char *words[6]; /* NULL-ended */
} words[] = {
	{ "color", NULL, { "always", "never", "auto" } },
	{ "connect", NULL, { "qemu:///system", "qemu:///session" } },
	{ "to-emulator", NULL, { ":file" } },
	{ NULL, "TIME", { "today", "yesterday", "-1h", "-1day" } },
	{ NULL, "FILE", { ":file" } },
	{ NULL, "PATH", { ":file" } },
	{ NULL, "DIR", { ":directory" } },
};

/* A shell's own completion takes over; nothing else can be offered beside it. */
static void add_word(const struct complete_line *line, const char *word)
{
	if (word[0] == ':')
		g_string_append_printf(line->out, "%s\n", word);
	else
		complete_add(line, word, "");
}

void complete_option_value(const struct complete_line *line, const char *option, const char *kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (strcmp(lists[i].option, option) == 0) {
			lists[i].add(line);
			return;
		}
	if (strcmp(option, "symptom") == 0)
		add_all(line, symptom_names);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_strcmp0(words[i].option, option) != 0 && g_strcmp0(words[i].kind, kind) != 0)
			continue;
		for (size_t n = 0; words[i].words[n]; n++)
			add_word(line, words[i].words[n]);
		return;
	}
}

static void add_rules_arguments(const struct complete_line *line)
{
	static const char *const verbs[] = { "list", "show", "lint", "test", "pot", NULL };
	static const char *const causes[] = { "--causes", NULL };
	const char *verb = line->operands->len ? line->operands->pdata[0] : NULL;

	if (!verb)
		add_all(line, verbs);
	else if (strcmp(verb, "list") == 0)
		add_all(line, causes);
	else if ((strcmp(verb, "show") == 0 && line->operands->len == 1) || strcmp(verb, "test") == 0)
		add_rules(line);
	else if (strcmp(verb, "lint") == 0 || strcmp(verb, "pot") == 0)
		add_word(line, ":file");
}

void complete_operand(const struct complete_line *line)
{
	static const char *const of_files[] = { "diff", "merge", "scrub-check", NULL };

	if (g_strv_contains(of_files, line->command))
		add_word(line, ":file");
	else if (strcmp(line->command, "rules") == 0)
		add_rules_arguments(line);
	else if (strcmp(line->command, "explain") == 0)
		add_rules(line);
	else if (strcmp(line->command, "help") == 0)
		for (const struct complete_command *c = line->commands; c->name; c++)
			complete_add(line, c->name, c->summary);
	else
		add_domains(line);
}
