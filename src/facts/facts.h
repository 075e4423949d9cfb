// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * facts - the one XML document that checks write and rules read
 *
 *	/facts/host/…           what is so of the host
 *	/facts/vm[@name]/…      what is so of one domain; libvirt's own XML is below it, verbatim:
 *	/facts/vm/domain        the live XML of a running domain, else the persistent one
 *	/facts/vm/inactive/domain   the persistent XML of a running domain
 *
 * Own names are kebab-case with their unit (total-kib).  @from and @line say where a node was
 * read; @error is the errno name of a read that failed (ENODATA: never looked).  Its schema,
 * with the meaning of each name, is rules/facts.rng.
 */
#ifndef VMDOCTOR_FACTS_H
#define VMDOCTOR_FACTS_H

#include <glib.h>

#include <libxml/tree.h>
#include <stdbool.h>

#include "base/cleanup.h"

struct source;

/** facts_new - <facts><host/></facts>; facts_free() it */
xmlDoc *facts_new(void);
void facts_free(xmlDoc *facts);
AUTO_FREE(xmlDoc, facts)
xmlNode *facts_host(xmlDoc *facts);
/** facts_keep - what a check parsed once for all domains; facts_free() has @destroy free it, too.
 *  @key: the check's name and what it is. It is no fact: no rule sees it, nothing writes it. */
void facts_keep(xmlDoc *facts, const char *key, void *data, GDestroyNotify destroy);
/** facts_kept - @data, owned by the document; NULL: none was kept */
void *facts_kept(xmlDoc *facts, const char *key);
/** facts_add_vm - a <vm name=…>; the same order in gives the same document */
xmlNode *facts_add_vm(xmlDoc *facts, const char *name);

/** facts_add - a new last child; bytes that XML cannot hold are written as \xNN, here as below */
xmlNode *facts_add(xmlNode *parent, const char *element);
/** facts_set - an attribute; a NULL value sets none */
void facts_set(xmlNode *node, const char *name, const char *value);
void facts_setf(xmlNode *node, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);
void facts_text(xmlNode *node, const char *text);
/** facts_from - where @node was read; @line 0: the whole file */
void facts_from(xmlNode *node, const char *path, unsigned int line);
/** facts_error - true when @r < 0, and then @node has @error */
bool facts_error(xmlNode *node, int r);

/**
 * facts_adopt - the XML file @path becomes a child of @parent, as it is
 * Its root gets @from. When it cannot be read or parsed, the child is an empty @element with
 * @from and @error (EBADMSG: not XML, with the parser's words in @message; EFBIG: over the cap).
 * Return: the new child.
 */
xmlNode *facts_adopt(xmlNode *parent, const char *element, struct source *src, const char *path);
/**
 * facts_json - the JSON object in @path becomes a child @element of @parent
 * Scalars become attributes ('.' in names is '-', true/false are yes/no); an array or object
 * becomes child elements called as its member. On failure @error as with facts_adopt().
 */
xmlNode *facts_json(xmlNode *parent, const char *element, struct source *src, const char *path);

/** facts_get - an attribute's value, or NULL; owned by the document while it is not changed */
const char *facts_get(const xmlNode *node, const char *name);
/** facts_is - has @node the attribute @name, and is it @value? */
bool facts_is(const xmlNode *node, const char *name, const char *value);
/** facts_number - an attribute as a decimal number; 0 where it is none, or above UINT_MAX */
unsigned int facts_number(const xmlNode *node, const char *name);
/** facts_find - the first descendant by a path of child element names, "devices/disk"; or NULL */
xmlNode *facts_find(const xmlNode *node, const char *path);
/** facts_child - the first child @element whose @name is @value, in any case; or NULL */
xmlNode *facts_child(const xmlNode *node, const char *element, const char *name, const char *value);

#endif
