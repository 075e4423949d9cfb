// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diagnose - from a source to a ranked report: what every diagnosing command shares
 */
#ifndef VMDOCTOR_DIAGNOSE_H
#define VMDOCTOR_DIAGNOSE_H

#include <glib.h>
#include <libxml/tree.h>

struct request;
struct report;
struct sampling;
struct source;

/** diagnose_rules - this program's rules, the administrator's, the user's and --rules; --set done */
GPtrArray *diagnose_rules(const struct request *rq, GError **error);
/** diagnose_open - what @rq names as a record; a live host without libvirt is an error here
 *  @hidden: gets the secrets that were hidden in what was read, as keys; or NULL */
struct source *diagnose_open(const struct request *rq, GHashTable *hidden, GError **error);
/** diagnose_open_path - a bundle or a sosreport (archive or directory), a case tree, the
 *  members of a .case file as one, or one domain XML file as a tree of that file */
struct source *diagnose_open_path(const char *path, GError **error);
/** diagnose_domains - of @all those to look at: named, matched, or every one; NULL with @error */
GStrv diagnose_domains(const struct request *rq, struct source *record, const GStrv all, GError **error);
/** diagnose_facts - what the checks and the logs say; seals @record. facts_free() it */
xmlDoc *diagnose_facts(const struct request *rq, struct source *record, GPtrArray *rules,
		       struct sampling *sampling, GError **error);
/** diagnose_report - what the rules say of @facts, ranked */
struct report *diagnose_report(const struct request *rq, xmlDoc *facts, GPtrArray *rules, GError **error);
/** diagnose - the whole way; @record is sealed. NULL with @error: no such domain, bad baseline */
struct report *diagnose(const struct request *rq, struct source *record, GPtrArray *rules,
			struct sampling *sampling, GError **error);

#endif
