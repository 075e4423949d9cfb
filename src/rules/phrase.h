// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * phrase - texts that several rules of a file have in common
 *
 * <phrase name="N">…</phrase> at the top of a file of rules, and <phrase-ref name="N"/> where a text of it goes on so.
 */
#ifndef VMDOCTOR_PHRASE_H
#define VMDOCTOR_PHRASE_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdbool.h>

/** phrase_expand - puts what each phrase holds where it is referred to, in all rules below @root
 *  Return: false with @error, "FILE:LINE: what": there is no phrase of that name */
bool phrase_expand(xmlNode *root, const char *file, GError **error);

#endif
