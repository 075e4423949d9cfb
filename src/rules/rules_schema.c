// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules_schema - the schema that every rule file must hold to.
 */
#include "rules/rules.h"

#include <libxml/relaxng.h>
#include <stdarg.h>

#include "base/data_dir.h"

static void keep_first(void *data, const char *format, ...)
{
	char **kept = data;
	va_list args;

	va_start(args, format);
	if (!*kept)
		*kept = g_strchomp(g_strdup_vprintf(format, args));
	va_end(args);
}

static void keep_first_structured(void *data, xmlError *e)
{
	keep_first(data, "%d: %s", e->line, e->message ? e->message : "invalid");
}

/* The schema is parsed once a run; libxml2 keeps no error text on its own. */
static xmlRelaxNG *schema(void)
{
	static xmlRelaxNG *parsed; /* once a run */
	g_autofree char *dir = data_dir();
	g_autofree char *path = g_build_filename(dir, "rules.rng", NULL);
	xmlRelaxNGParserCtxt *ctxt;

	if (!parsed) {
		ctxt = xmlRelaxNGNewParserCtxt(path);
		parsed = xmlRelaxNGParse(ctxt);
		xmlRelaxNGFreeParserCtxt(ctxt);
	}
	return parsed;
}

bool rules_validate(xmlDoc *doc, const char *file, GError **error)
{
	g_autofree char *message = NULL;
	xmlRelaxNGValidCtxt *ctxt;
	int r;

	if (!schema()) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "the schema of rules, rules.rng, is missing or broken");
		return false;
	}
	ctxt = xmlRelaxNGNewValidCtxt(schema());
	xmlRelaxNGSetValidErrors(ctxt, keep_first, keep_first, &message);
	xmlRelaxNGSetValidStructuredErrors(ctxt, (xmlStructuredErrorFunc)keep_first_structured,
					   &message);
	r = xmlRelaxNGValidateDoc(ctxt, doc);
	xmlRelaxNGFreeValidCtxt(ctxt);
	if (r != 0)
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "%s:%s", file,
			    message ? message : " is not valid");
	return r == 0;
}
