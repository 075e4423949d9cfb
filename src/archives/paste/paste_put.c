// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_put - where parts are filed; small helpers of the families.
 */
#include <errno.h>
#include <string.h>

#include "archives/paste/paste_private.h"
#include "base/json_make.h"
#include "formats/parse.h"
#include "source/source.h"

/* What a host, a tree or an earlier part says, counts more. */
static bool is_free(struct paste *p, const char *path, int verb)
{
	const struct query q = { .verb = (enum source_verb)verb, .path = path };
	struct answer a;
	bool unknown;

	source_ask(p->record, &q, &a);
	unknown = a.error == -ENODATA;
	answer_done(&a);
	return unknown;
}

void paste_put_answer(struct paste *p, const char *path, int verb, const char *text)
{
	const struct query q = { .verb = (enum source_verb)verb, .path = path };
	struct answer a = { .data = g_bytes_new(text, strlen(text)) };

	if (is_free(p, path, verb)) {
		record_put(p->record, &q, &a);
		g_hash_table_add(p->answers, g_strdup(path));
	}
	answer_done(&a);
}

void paste_put_error(struct paste *p, const char *path, int verb, int error)
{
	const struct query q = { .verb = (enum source_verb)verb, .path = path };
	struct answer a = { .error = error };

	if (is_free(p, path, verb)) {
		record_put(p->record, &q, &a);
		g_hash_table_add(p->answers, g_strdup(path));
	}
}

char *paste_put(struct paste *p, const char *path, const char *text)
{
	paste_put_answer(p, path, SOURCE_READ, text);
	return g_strdup(path);
}

char *paste_put_json(struct paste *p, const char *path, char *json)
{
	char *at = json ? paste_put(p, path, json) : NULL;

	g_free(json);
	return at;
}

char *paste_keep(struct paste *p, const char *name, const struct paste_part *part)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/pasted/%s.txt", name);

	return paste_put(p, path, part->text);
}

char *paste_list_path(const char *name)
{
	return g_strdup_printf("/vmdoctor/pasted/%s.json", name);
}

/* The number of p->matched, from 1. Lines come in their order, so the search goes on where the last one was found. */
static unsigned int line_of_matched(struct paste *p)
{
	const char *at = strstr(p->shown_from, p->matched);

	if (!at) {
		p->shown_from = p->part->text;
		p->shown_line = p->first;
		at = strstr(p->shown_from, p->matched);
	}
	for (; at && p->shown_from < at; p->shown_from++)
		p->shown_line += *p->shown_from == '\n';
	return at ? p->shown_line : p->first;
}

#define SHOWN_MAX_BYTES 300

static void show_matched(struct paste *p, JsonBuilder *b)
{
	g_autofree char *shown = NULL, *valid = NULL;

	if (!p->matched || !*p->matched)
		return;
	shown = g_strndup(p->matched, SHOWN_MAX_BYTES);
	valid = g_utf8_make_valid(g_strstrip(shown), -1);
	json_make_text(b, "shown", valid);
	json_make_u64(b, "shown-line", line_of_matched(p));
}

JsonBuilder *paste_item(struct paste *p, const char *name)
{
	JsonBuilder *b = g_hash_table_lookup(p->lists, name);

	if (!b) {
		b = json_make_object();
		json_make_open_array(b, name);
		g_hash_table_insert(p->lists, g_strdup(name), b);
	}
	json_builder_begin_object(b);
	show_matched(p, b);
	return b;
}

static GRegex *regex_of(struct paste *p, const char *pattern)
{
	GRegex *regex = g_hash_table_lookup(p->regexes, pattern);

	if (!regex) {
		g_autoptr(GError) error = NULL;

		regex = g_regex_new(pattern, G_REGEX_OPTIMIZE, 0, &error);
		if (!regex)
			g_error("%s: %s", pattern, error->message);
		g_hash_table_insert(p->regexes, g_strdup(pattern), regex);
	}
	return regex;
}

bool paste_is(struct paste *p, const char *pattern, const char *text)
{
	return g_regex_match(regex_of(p, pattern), text, 0, NULL);
}

static void keep_matched(struct paste *p, const char *text, const GMatchInfo *m)
{
	int at = 0;
	const char *begin, *end;

	(void)g_match_info_fetch_pos(m, 0, &at, NULL);
	begin = text + at + (text[at] == '\n');
	end = strchr(begin, '\n');
	while (begin > text && begin[-1] != '\n')
		begin--;
	g_free(p->matched);
	p->matched = end ? g_strndup(begin, (gsize)(end - begin)) : g_strdup(begin);
}

GStrv paste_match(struct paste *p, const char *pattern, const char *text)
{
	GRegex *regex = regex_of(p, pattern);
	g_autoptr(GMatchInfo) m = NULL;
	g_autoptr(GStrvBuilder) groups = g_strv_builder_new();

	if (!g_regex_match(regex, text, 0, &m))
		return NULL;
	keep_matched(p, text, m);
	/* Groups that had no part in it are empty, so that all are there. */
	for (int i = 0; i <= g_regex_get_capture_count(regex); i++) {
		g_autofree char *group = g_match_info_fetch(m, i);

		g_strv_builder_add(groups, group ? group : "");
	}
	return g_strv_builder_end(groups);
}

GStrv paste_words(const char *line)
{
	g_auto(GStrv) parts = g_strsplit_set(line, " \t", -1);
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();

	for (size_t i = 0; parts[i]; i++)
		if (*parts[i])
			g_strv_builder_add(words, parts[i]);
	return g_strv_builder_end(words);
}

char *paste_word(struct paste *p, const char *command, const char *pattern)
{
	g_auto(GStrv) words = command ? paste_words(command) : NULL;

	for (size_t i = 1; words && words[0] && words[i]; i++) {
		g_autofree char *bare = g_strdup(words[i]);

		if (strchr("|;&<>", *bare))
			break;
		if (strchr("'\"", *bare)) {
			memmove(bare, bare + 1, strlen(bare));
			bare[strcspn(bare, "'\"")] = '\0';
		}
		if (*bare != '-' && paste_is(p, pattern, bare))
			return g_steal_pointer(&bare);
	}
	return NULL;
}

uint64_t paste_bytes(const char *text, uint64_t unit)
{
	g_autofree char *point = g_strdelimit(g_strdup(text), ",", '.');
	char *end;
	double n = g_ascii_strtod(point, &end), factor;

	end += strspn(end, " ");
	end[strcspn(end, " )")] = '\0';
	/* free(1) says "Gi"; ls and df count in 1024 and say "G". */
	if (strlen(end) == 2 && end[1] == 'i')
		end[1] = '\0';
	factor = *end ? parse_unit_bytes(end) : (double)unit;
	return n < 0 || n * factor > 9e18 ? 0 : (uint64_t)(n * factor);
}
