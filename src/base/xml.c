// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xml - the one door for parsing XML.
 */
#include "base/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlmemory.h>

static void *alloc_or_abort(size_t size)
{
	return g_malloc(size);
}

static void *realloc_or_abort(void *p, size_t size)
{
	return g_realloc(p, size);
}

static void ignore(void *ctx G_GNUC_UNUSED, const char *format G_GNUC_UNUSED, ...)
{
}

/* Errors reach callers by xmlCtxtGetLastError(); nothing is to be printed behind our back. */
#if LIBXML_VERSION >= 21200
static void ignore_structured(void *ctx G_GNUC_UNUSED, const xmlError *e G_GNUC_UNUSED)
#else
static void ignore_structured(void *ctx G_GNUC_UNUSED, xmlError *e G_GNUC_UNUSED)
#endif
{
}

void xml_init(void)
{
	xmlMemSetup(g_free, alloc_or_abort, realloc_or_abort, g_strdup);
	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, ignore);
	xmlSetStructuredErrorFunc(NULL, ignore_structured);
}

static void set_error(GError **error, const char *name, xmlParserCtxt *ctxt)
{
	const xmlError *e = xmlCtxtGetLastError(ctxt);
	g_autofree char *what = g_strdup(e && e->message ? e->message : "cannot be parsed");

	g_strchomp(what);
	g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "%s:%d:%d: %s", name,
		    e ? e->line : 0, e ? e->int2 : 0, what);
}

static xmlDoc *parse(const char *bytes, size_t size, const char *name, xmlDict *dict, int options, GError **error)
{
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	g_autoptr(xmlDoc) doc = NULL;

	if (dict) {
		xmlDictFree(ctxt->dict);
		ctxt->dict = dict;
		xmlDictReference(dict);
	}
	doc = xmlCtxtReadMemory(ctxt, bytes, (int)MIN(size, (size_t)G_MAXINT), NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_BIG_LINES | options);
	if (!doc)
		set_error(error, name, ctxt);
	else if (doc->intSubset || doc->extSubset) {
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE,
			    "%s: has a document type declaration, which is refused", name);
		g_clear_pointer(&doc, xmlFreeDoc);
	}
	xmlFreeParserCtxt(ctxt);
	return g_steal_pointer(&doc);
}

xmlDoc *xml_parse(const char *bytes, size_t size, const char *name, xmlDict *dict, GError **error)
{
	return parse(bytes, size, name, dict, XML_PARSE_NOBLANKS, error);
}

xmlDoc *xml_parse_words(const char *bytes, size_t size, const char *name, GError **error)
{
	return parse(bytes, size, name, NULL, 0, error);
}

xmlDoc *xml_parse_file(const char *path, GError **error)
{
	g_autofree char *bytes = NULL;
	gsize size;

	if (!g_file_get_contents(path, &bytes, &size, error))
		return NULL;
	return xml_parse_words(bytes, size, path, error);
}

char *xml_attr(const xmlNode *node, const char *name)
{
	return (char *)xmlGetNoNsProp(node, BAD_CAST name);
}

char *xml_text(const xmlNode *node)
{
	g_autofree char *raw = (char *)xmlNodeGetContent(node);
	g_auto(GStrv) words = g_strsplit_set(raw ? raw : "", " \t\r\n", -1);
	GString *out = g_string_new(NULL);

	for (size_t i = 0; words[i]; i++)
		if (words[i][0])
			g_string_append_printf(out, "%s%s", out->len ? " " : "", words[i]);
	return g_string_free(out, FALSE);
}

char *xml_object_name(const xmlNode *object)
{
	const xmlNode *node = xml_child(object, "name");
	g_autofree xmlChar *raw = node ? xmlNodeGetContent(node) : NULL;

	return g_strdup(raw ? (const char *)raw : "");
}

bool xml_is(const xmlNode *node, const char *name)
{
	return node && node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *first_called(xmlNode *node, const char *name)
{
	while (node && !xml_is(node, name))
		node = node->next;
	return node;
}

xmlNode *xml_child(const xmlNode *node, const char *name)
{
	return node ? first_called(node->children, name) : NULL;
}

xmlNode *xml_next(const xmlNode *node, const char *name)
{
	return first_called(node->next, name);
}
