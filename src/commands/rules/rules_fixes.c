// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_fixes - what findings of cases say is to be done, for those who try the commands
 */
#include <json-glib/json-glib.h>

#include "commands/rules/rules_check.h"
#include "findings/finding.h"
#include "base/json_make.h"
#include "report/json_fix.h"

static void append_fix(const char *path, const struct finding *f, const struct fix *fix, GString *out)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *line = NULL;

	json_builder_begin_object(b);
	json_make_text(b, "case", path);
	json_make_text(b, "rule", f->rule);
	json_make_text(b, "domain", f->domain);
	json_make_text(b, "subject", f->subject);
	json_make_fix(b, fix);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	line = json_to_string(root, FALSE);
	g_string_append_printf(out, "%s\n", line);
}

void rules_append_fixes(const char *path, const struct finding *f, GString *out)
{
	for (guint i = 0; i < f->fixes->len; i++)
		append_fix(path, f, f->fixes->pdata[i], out);
}
