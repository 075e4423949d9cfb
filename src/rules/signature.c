// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signature - what a rule looks for in logs, out of its <log> elements.
 */
#include "rules/signature.h"

#include <string.h>

#include "rules/known.h"
#include "rules/pattern.h"

#define MATCH_LIMIT "200000" /* steps, see pcre2pattern(3); a line of 2 KiB takes up to 20000 */

static const char *const log_names[SIGNATURE_LOG_MAX_] = {
	[SIGNATURE_QEMU] = "qemu",     [SIGNATURE_DAEMON] = "daemon",
	[SIGNATURE_KERNEL] = "kernel", [SIGNATURE_AUDIT] = "audit",
	[SIGNATURE_JOURNAL] = "journal", [SIGNATURE_SWTPM] = "swtpm",
	[SIGNATURE_ERROR] = "error",
};

/* Signatures */

static unsigned int parse_logs(const char *words, GError **error)
{
	g_auto(GStrv) list = g_strsplit(words ? words : "", " ", 0);
	unsigned int logs = SIGNATURE_BIT(ERROR);

	for (size_t i = 0; list[i]; i++) {
		unsigned int n = 0;

		while (n < SIGNATURE_LOG_MAX_ && strcmp(log_names[n], list[i]) != 0)
			n++;
		if (n == SIGNATURE_LOG_MAX_ && *list[i]) {
			g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
				    "there is no log '%s'", list[i]);
			return 0;
		}
		if (*list[i])
			logs |= 1u << n;
	}
	return logs;
}

/* The names in "(?<name>…", each once. */
static GStrv group_names(const char *regex)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *p = regex;

	while (p && (p = strstr(p, "(?<"))) {
		size_t n = strspn(p += 3, G_CSET_a_2_z G_CSET_DIGITS);
		g_autofree char *name = g_strndup(p, n);

		if (n > 0 && p[n] == '>' &&
		    !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			g_ptr_array_add(names, g_steal_pointer(&name));
	}
	g_ptr_array_add(names, NULL);
	return (GStrv)g_ptr_array_steal(names, NULL);
}

/* A pattern that a hostile line leads into endless search gives up: no match. */
GRegex *signature_regex(const char *pattern, GError **error)
{
	g_autofree char *limited = g_strconcat("(*LIMIT_MATCH=" MATCH_LIMIT ")", pattern, NULL);

	return g_regex_new(limited, G_REGEX_CASELESS | G_REGEX_DOTALL | G_REGEX_DUPNAMES | G_REGEX_NO_AUTO_CAPTURE, 0,
			   error);
}

/* What is given counts where nothing can be derived; an alternative that it would kill is lint's business. */
static GStrv literals_of(const char *literal, const char *regex, GError **error)
{
	GStrv derived = regex ? known_literals(regex) : NULL;
	g_autoptr(GStrvBuilder) one = g_strv_builder_new();

	if (!derived && regex)
		derived = pattern_literals(regex);
	if (derived)
		return derived;
	if (!literal || strlen(literal) < SIGNATURE_HEAD_BYTES) {
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
			    "no text of %d bytes stands in every match of '%s': it needs a literal",
			    SIGNATURE_HEAD_BYTES, regex ? regex : "");
		return NULL;
	}
	g_strv_builder_add(one, literal);
	return g_strv_builder_end(one);
}

struct signature *signature_new(const char *logs, const char *literal, const char *regex, bool is_known,
				GError **error)
{
	unsigned int bits = parse_logs(logs, error);
	g_autoptr(GRegex) compiled = bits && regex && !is_known ? signature_regex(regex, error) : NULL;
	GStrv literals = bits && (!regex || is_known || compiled) ? literals_of(literal, regex, error) : NULL;
	struct signature *s;

	if (!literals)
		return NULL;
	s = g_new0(struct signature, 1);
	*s = (struct signature){ bits, literals, g_strdup(regex), g_steal_pointer(&compiled), group_names(regex) };
	return s;
}

const GRegex *signature_compiled(struct signature *s)
{
	if (s->pattern && !s->regex)
		s->regex = signature_regex(s->pattern, NULL);
	return s->regex;
}

void signature_free(struct signature *s)
{
	g_free(s->pattern);
	g_strfreev(s->literals);
	g_clear_pointer(&s->regex, g_regex_unref);
	g_strfreev(s->groups);
	g_free(s);
}
