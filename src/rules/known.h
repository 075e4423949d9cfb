// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * known - what the build found out about the program's own rules, so that no run finds it out again
 *
 * Beside the directory of the rules lies a file that names each rule file, by a fingerprint of its bytes, that holds to
 * the schema and whose patterns compile, and the literals of each pattern (pattern.h). Whoever may write there may write
 * the rules, too, so it needs no more trust than they do. Strangers' rules, and a file that was changed since, are
 * checked as they are read.
 */
#ifndef VMDOCTOR_KNOWN_H
#define VMDOCTOR_KNOWN_H

#include <glib.h>
#include <stdbool.h>

/** known_file - is the rule file @path of these bytes known to be sound? Never, outside the program's own directory */
bool known_file(const char *path, const char *bytes, size_t size);
/** known_literals - of a pattern; NULL: not known. g_strfreev() it */
GStrv known_literals(const char *pattern);
/** known_ignore - from now on nothing is known: for those who check */
void known_ignore(void);

/** known_write - the text of such a file about @files (paths of rule files) and @patterns, each once; g_free() it
 *  Files that cannot be read are left out. */
char *known_write(const GPtrArray *files, const GPtrArray *patterns);

#endif
