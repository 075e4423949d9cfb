// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xml - the one door for parsing XML
 */
#ifndef VMDOCTOR_XML_H
#define VMDOCTOR_XML_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

/**
 * xml_parse - a document from bytes that nobody vouches for
 * @name: what to call it in messages, "etc/libvirt/qemu/web.xml"
 * @dict: share names with this dictionary, or NULL
 * @error: on failure "NAME:LINE:COLUMN: what is wrong"
 * No network, no DTD (entity bombs, external entities), depth at most 256 (libxml2's own limit),
 * not without bounds on text (XML_PARSE_HUGE is off).
 * Return: the document, or NULL. Source: libxml2 parser.h
 */
xmlDoc *xml_parse(const char *bytes, size_t size, const char *name, xmlDict *dict, GError **error);
/** xml_parse_words - the same of a text with elements: blanks between them count */
xmlDoc *xml_parse_words(const char *bytes, size_t size, const char *name, GError **error);
/** xml_parse_file - of the program's own files (rules, schemas), as xml_parse_words() does */
xmlDoc *xml_parse_file(const char *path, GError **error);
/** xml_init - once, before anything else: memory through GLib, errors not to stderr */
void xml_init(void);

/** xml_attr - the value of an attribute without namespace; owned by the caller, NULL if absent */
char *xml_attr(const xmlNode *node, const char *name);
/** xml_text - an element's text, blanks folded into one and trimmed; never NULL */
char *xml_text(const xmlNode *node);
/** xml_object_name - what a domain, network or pool is called, blanks and all: libvirt takes names as they stand, and "web" and
 *  "web " are two. Source: libvirt virDomainDefParseXML(). "" where there is none; g_free() it */
char *xml_object_name(const xmlNode *object);
/** xml_child - the first child element called @name, or NULL; xml_next: its next sibling so called */
xmlNode *xml_child(const xmlNode *node, const char *name);
xmlNode *xml_next(const xmlNode *node, const char *name);
bool xml_is(const xmlNode *node, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlDoc, xmlFreeDoc)

#endif
