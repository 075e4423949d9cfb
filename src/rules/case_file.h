// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * case_file - a rule's case: one text file with members, or a directory; and what it lies over
 */
#ifndef VMDOCTOR_CASE_FILE_H
#define VMDOCTOR_CASE_FILE_H

#include <glib.h>
#include <stdbool.h>

struct case_head;
struct source;

/** case_is_file - is @path one text file with members, *.case? */
bool case_is_file(const char *path);
/** case_open - the members of the file @path as a case tree, without what it lies over */
struct source *case_open(const char *path, GError **error);
/**
 * case_base_open - what lies under a case: cases/base and the directories that @base names
 * @dir: of the rules; what it does not have, this program's own rules have
 * @base: "running measured", the upper one last
 * @lower: what lies under all; owned
 */
struct source *case_base_open(const char *dir, const char *base, struct source *lower, GError **error);
/** case_base_near - what the file @path, DIR/cases/ID/NAME.case, lies over */
struct source *case_base_near(const char *path, struct source *lower, GError **error);

/** case_head_load - of the file or the directory @path; empty where it says nothing of itself */
struct case_head *case_head_load(const char *path, GError **error);
/** case_head_save - @text instead of its head; of a domain XML file: does nothing */
bool case_head_save(const char *path, const char *text, GError **error);

#endif
