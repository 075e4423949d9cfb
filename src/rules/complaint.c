// SPDX-License-Identifier: GPL-2.0-or-later
/* complaint - see complaint.h */
#include "rules/complaint.h"

#include <glib.h>
#include <string.h>

#include "base/data_dir.h"
#include "rules/rules.h"
#include "rules/signature.h"

#define TEXT_BYTES_MAX (64 << 10)

static bool says(const char *pattern, const char *text)
{
	g_autoptr(GRegex) regex = signature_regex(pattern, NULL);

	return regex && g_regex_match(regex, text, 0, NULL);
}

char *complaint_symptom(const char *text)
{
	g_autofree char *dir = data_dir(), *path = g_build_filename(dir, "complaints.tsv", NULL);
	g_autofree char *table = NULL, *head = g_utf8_make_valid(text, (gssize)MIN(strlen(text), TEXT_BYTES_MAX));
	g_auto(GStrv) rows = NULL;

	if (!g_file_get_contents(path, &table, NULL, NULL))
		return NULL;
	rows = g_strsplit(table, "\n", -1);
	for (size_t i = 0; rows[i]; i++) {
		g_auto(GStrv) fields = g_strsplit(rows[i], "\t", 2);

		if (*rows[i] != '#' && g_strv_length(fields) == 2 && g_strv_contains(symptom_names, fields[0]) &&
		    says(fields[1], head))
			return g_strdup(fields[0]);
	}
	return NULL;
}
