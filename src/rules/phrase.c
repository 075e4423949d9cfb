// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/phrase.h"

#include "base/xml.h"

static const xmlNode *phrase_of(const xmlNode *root, const char *name)
{
	const xmlNode *n = xml_child(root, "phrase");

	for (; n; n = xml_next(n, "phrase")) {
		g_autofree char *own = xml_attr(n, "name");

		if (g_strcmp0(own, name) == 0)
			return n;
	}
	return NULL;
}

static bool replace(xmlNode *ref, const xmlNode *root, const char *file, GError **error)
{
	g_autofree char *name = xml_attr(ref, "name");
	const xmlNode *phrase = phrase_of(root, name);

	if (!phrase) {
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "%s:%ld: no phrase '%s' in this file", file,
			    xmlGetLineNo(ref), name);
		return false;
	}
	for (xmlNode *c = phrase->children; c; c = c->next)
		xmlAddPrevSibling(ref, xmlCopyNode(c, 1));
	xmlUnlinkNode(ref);
	xmlFreeNode(ref);
	return true;
}

/* A phrase holds no other (rules.rng), so what was put in is not looked at again. */
static bool expand(xmlNode *node, const xmlNode *root, const char *file, GError **error)
{
	bool ok = true;

	for (xmlNode *n = node->children, *next; n && ok; n = next) {
		next = n->next;
		ok = xml_is(n, "phrase-ref") ? replace(n, root, file, error) : expand(n, root, file, error);
	}
	return ok;
}

bool phrase_expand(xmlNode *root, const char *file, GError **error)
{
	return expand(root, root, file, error);
}
