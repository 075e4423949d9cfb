// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * evidence - what a node of the facts says, and where that was read.
 *
 * The nearest ancestor with @from names the file; a node of libvirt's XML has its line from the
 * parser and gets its path in that file, an own node has @line.
 */
#include <string.h>

#include "facts/facts.h"
#include "judge/judge.h"
#include "base/xml.h"

#define TEXT_CAP_CHARS 300

/* The element that came with @from: the root of what was read. */
static const xmlNode *origin_of(const xmlNode *node)
{
	while (node && node->type == XML_ELEMENT_NODE && !facts_get(node, "from"))
		node = node->parent;
	return node && node->type == XML_ELEMENT_NODE ? node : NULL;
}

static unsigned int twin_index(const xmlNode *node, bool *ret_has_twins)
{
	unsigned int index = 1;

	*ret_has_twins = xml_next(node, (const char *)node->name) != NULL;
	for (const xmlNode *n = node->prev; n; n = n->prev)
		if (xml_is(n, (const char *)node->name)) {
			index++;
			*ret_has_twins = true;
		}
	return index;
}

static char *path_below(const xmlNode *origin, const xmlNode *node)
{
	GString *path = g_string_new(NULL);

	for (; node; node = node->parent) {
		bool twins;
		unsigned int index = twin_index(node, &twins);
		g_autofree char *step = twins && node != origin
						? g_strdup_printf("/%s[%u]", node->name, index)
						: g_strdup_printf("/%s", node->name);

		g_string_prepend(path, step);
		if (node == origin)
			break;
	}
	return g_string_free(path, FALSE);
}

static char *locator_of(const xmlNode *origin, const xmlNode *node)
{
	const char *line = facts_get(node, "line");
	g_autofree char *path = NULL;

	if (line)
		return g_strdup_printf("line %s", line);
	if (!origin || node->line == 0)
		return NULL;
	path = path_below(origin, node);
	return g_strdup_printf("line %ld, %s", xmlGetLineNo(node), path);
}

static void append_attr(GString *out, const xmlAttr *attr)
{
	g_autofree char *value = (char *)xmlNodeGetContent((const xmlNode *)attr);

	if (strcmp((const char *)attr->name, "from") != 0 &&
	    strcmp((const char *)attr->name, "line") != 0)
		g_string_append_printf(out, " %s='%s'", attr->name, value);
}

/* Of forty counters the rule meant these; @name says whose they are. */
static char *attrs_text(xmlNode *const *attrs, int n)
{
	const xmlNode *element = attrs[0]->parent;
	const xmlAttr *name = xmlHasProp(element, BAD_CAST "name");
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "<%s", element->name);
	if (name)
		append_attr(out, name);
	for (int i = 0; i < n; i++)
		if ((const xmlAttr *)attrs[i] != name)
			append_attr(out, (const xmlAttr *)attrs[i]);
	g_string_append(out, "/>");
	return g_string_free(out, FALSE);
}

static bool has_elements(const xmlNode *node)
{
	for (const xmlNode *n = node->children; n; n = n->next)
		if (n->type == XML_ELEMENT_NODE)
			return true;
	return false;
}

/* A log line is its own best words; anything else is shown as its start tag. */
static char *text_of(const xmlNode *node)
{
	GString *out = g_string_new(NULL);
	g_autofree char *content = has_elements(node) ? g_strdup("") : xml_text(node);
	glong length;

	if ((facts_get(node, "line") || facts_get(node, "from")) && *content) {
		g_string_append(out, content);
	} else {
		g_string_append_printf(out, "<%s", node->name);
		for (const xmlAttr *a = node->properties; a; a = a->next)
			append_attr(out, a);
		if (*content)
			g_string_append_printf(out, ">%s</%s>", content, node->name);
		else
			g_string_append(out, has_elements(node) ? ">" : "/>");
	}
	length = g_utf8_strlen(out->str, -1);
	if (length > TEXT_CAP_CHARS) {
		g_string_truncate(out, (gsize)(g_utf8_offset_to_pointer(out->str, TEXT_CAP_CHARS) -
					       out->str));
		g_string_append(out, "…");
	}
	return g_string_free(out, FALSE);
}

/* What was pasted is no more than what somebody showed. */
static char *source_of(const xmlNode *origin)
{
	const char *from = origin ? facts_get(origin, "from") : "facts";
	const xmlNode *host = origin ? facts_host(origin->doc) : NULL;

	if (host && facts_child(host, "pasted-answer", "at", from))
		return g_strdup_printf("(pasted) %s", from);
	return g_strdup(from);
}

struct evidence *evidence_of(xmlNode *const *nodes, int n)
{
	const xmlNode *node = nodes[0];
	struct evidence *e = g_new0(struct evidence, 1);
	const xmlNode *element = node->type == XML_ELEMENT_NODE ? node : node->parent;
	const xmlNode *origin = origin_of(element);

	e->source = source_of(origin);
	e->locator = locator_of(origin, element);
	e->text = node->type == XML_ATTRIBUTE_NODE ? attrs_text(nodes, n) : text_of(element);
	return e;
}
