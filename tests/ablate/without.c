// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * without - the program with one of its mechanisms switched off, to see what that mechanism is worth
 *
 * Linked in front of the program with ld's --wrap (see the Makefile, ablate), so that the program itself has no
 * switches. VMDOCTOR_WITHOUT names the mechanism; without it all are as they were.
 */
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/asked.h"
#include "formats/audit_log.h"
#include "formats/envelope.h"
#include "formats/untangle.h"
#include "archives/paste/paste.h"
#include "judge/judge.h"
#include "live/translation.h"
#include "logs/alike.h"
#include "logs/scan_state.h"
#include "rules/complaint.h"

#define WRAPPED(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static bool without(const char *mechanism)
{
	return g_strcmp0(getenv("VMDOCTOR_WITHOUT"), mechanism) == 0;
}

static void line_free(gpointer data)
{
	struct text_line *l = data;

	g_free(l->text);
	g_free(l);
}

WRAPPED(GPtrArray *, untangle, const char *text, size_t size)
{
	g_autofree char *copy = g_strndup(text, size);
	g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
	GPtrArray *plain;

	if (!without("normalise"))
		return __real_untangle(text, size);
	plain = g_ptr_array_new_with_free_func(line_free);
	for (unsigned int i = 0; lines[i]; i++) {
		struct text_line *l = g_new0(struct text_line, 1);

		*l = (struct text_line){ .text = g_strdup(lines[i]), .number = i + 1 };
		g_ptr_array_add(plain, l);
	}
	return plain;
}

WRAPPED(void, envelope_open, const struct envelope_reader *r, const char *line, struct envelope *ret)
{
	__real_envelope_open(r, line, ret);
	if (!without("envelopes"))
		return;
	g_free(ret->message);
	ret->message = g_strdup(line);
	for (int i = 0; i < ENVELOPE_FIELD_MAX_; i++)
		g_clear_pointer(&ret->fields[i], g_free);
	ret->layers = 0;
}

WRAPPED(const char *, asked_of, const char *sentence)
{
	return without("nouns") ? NULL : __real_asked_of(sentence);
}

WRAPPED(const char *, asked_place, const char *path)
{
	return without("places") ? NULL : __real_asked_place(path);
}

WRAPPED(void, paste_file, struct source *record, const char *text, size_t size)
{
	if (!without("recognisers"))
		__real_paste_file(record, text, size);
}

WRAPPED(char *, translation_undo, const char *text)
{
	return without("languages") ? NULL : __real_translation_undo(text);
}

WRAPPED(char *, complaint_symptom, const char *text)
{
	return without("complaint") ? NULL : __real_complaint_symptom(text);
}

WRAPPED(void, alike_add, GPtrArray *rules, struct likeness_index *index, struct source *src, xmlDoc *facts)
{
	if (!without("likeness"))
		__real_alike_add(rules, index, src, facts);
}

WRAPPED(void, judge_fallbacks, struct report *report, GPtrArray *rules)
{
	if (!without("fallbacks"))
		__real_judge_fallbacks(report, rules);
}

WRAPPED(void, scan_unwrapped, struct scan *scan, const struct log *log, const GPtrArray *lines)
{
	if (!without("unwrapping"))
		__real_scan_unwrapped(scan, log, lines);
}
