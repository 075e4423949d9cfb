// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diagnose - from a source to a ranked report.
 */
#include "diagnose/diagnose.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archives/paste/paste.h"
#include "base/data_dir.h"
#include "findings/baseline.h"
#include "facts/facts.h"
#include "diagnose/gather.h"
#include "diagnose/lookback.h"
#include "facts/domains.h"
#include "base/i18n.h"
#include "judge/judge.h"
#include "diagnose/request.h"
#include "diagnose/describe.h"
#include "rules/likeness.h"
#include "rules/rules.h"
#include "diagnose/sampling.h"
#include "logs/alike.h"
#include "logs/scan.h"
#include "source/source.h"
#include "base/xml.h"

#define ADMIN_RULES "/etc/vmdoctor/rules.d"

/* What rules say is read, and pasted, by whoever runs this: root believes root alone, as sudo(8) does its plug-ins. */
static bool is_believed(const char *path)
{
	struct stat st;

	if (geteuid() != 0)
		return true;
	return stat(path, &st) == 0 && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static bool load_if_there(GPtrArray *rules, const char *dir, GError **error)
{
	if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
		return true;
	if (is_believed(dir))
		return rules_load(rules, dir, error);
	g_printerr(_("vmdoctor: %s: not used: root does not believe rules that others may write\n"), dir);
	return true;
}

GPtrArray *diagnose_rules(const struct request *rq, GError **error)
{
	g_autoptr(GPtrArray) rules = rules_new();
	g_autofree char *own = data_dir();
	g_autofree char *user = g_build_filename(g_get_user_config_dir(), "vmdoctor/rules.d", NULL);
	bool ok = rules_load(rules, own, error) && load_if_there(rules, ADMIN_RULES, error) &&
		  load_if_there(rules, user, error);

	for (size_t i = 0; ok && rq->rules && rq->rules[i]; i++)
		ok = rules_load(rules, rq->rules[i], error);
	for (size_t i = 0; ok && rq->set && rq->set[i]; i++)
		ok = rules_set(rules, rq->set[i], error);
	ok = ok && rules_known(rules, rq->ignore, error);
	if (ok && rq->about)
		rules_keep(rules, rq->about);
	return ok ? g_steal_pointer(&rules) : NULL;
}

GStrv diagnose_domains(const struct request *rq, struct source *record, const GStrv all, GError **error)
{
	g_autoptr(GPtrArray) chosen = g_ptr_array_new_with_free_func(g_free);
	GStrv list;

	if (!rq->domains && !rq->globs)
		return domains_recorded(record, all);
	for (size_t i = 0; rq->domains && rq->domains[i]; i++) {
		char *name = domains_resolve(record, all, rq->domains[i], error);

		if (!name)
			return NULL;
		if (g_ptr_array_find_with_equal_func(chosen, name, g_str_equal, NULL))
			g_free(name);
		else
			g_ptr_array_add(chosen, name);
	}
	for (size_t i = 0; rq->globs && all[i]; i++)
		for (size_t g = 0; rq->globs[g]; g++)
			if (fnmatch(rq->globs[g], all[i], 0) == 0 &&
			    !g_ptr_array_find_with_equal_func(chosen, all[i], g_str_equal, NULL))
				g_ptr_array_add(chosen, g_strdup(all[i]));
	g_ptr_array_add(chosen, NULL);
	list = g_strdupv((char **)chosen->pdata);
	if (!*list)
		g_clear_pointer(&list, g_strfreev);
	if (!list)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("no domain matches '%s'"),
			    rq->globs[0]);
	return list;
}

/* What was said by an option, else what was said in words. */
static struct complaint complaint_of(const struct request *rq, xmlDoc *facts)
{
	if (rq->symptom)
		return (struct complaint){ .symptom = rq->symptom, .is_chosen = true };
	return (struct complaint){ .symptom = facts_get(xml_child(facts_host(facts), "complaint"), "symptom") };
}

/* Of two a person's words are, too, that something failed or cannot be; what programs write has an envelope or an errno besides. */
#define WEIGHT_OF_WORDS 2
#define COMMON_WORDS 2 /* fewer are like anything */

static bool is_told_only(xmlDoc *facts)
{
	const xmlNode *chosen = facts_child(facts_host(facts), "message", "chosen", "yes");

	return chosen && facts_number(chosen, "weight") <= WEIGHT_OF_WORDS && !facts_get(chosen, "program") && !facts_get(chosen, "errno");
}

/* Borrowed from @facts. */
static GPtrArray *causes_told(xmlDoc *facts)
{
	GPtrArray *causes = g_ptr_array_new();

	for (const xmlNode *a = xml_child(facts_host(facts), "alike"); a; a = xml_next(a, "alike"))
		if (facts_number(a, "common") >= COMMON_WORDS)
			g_ptr_array_add(causes, (gpointer)facts_get(a, "cause"));
	return causes;
}

static bool is_of_xml(const struct finding *f)
{
	for (guint i = 0; i < f->evidence->len; i++)
		if (strstr(((const struct evidence *)f->evidence->pdata[i])->source, "/" PASTE_UNNAMED ".xml"))
			return true;
	return false;
}

/* Of a domain of which a part of its XML was pasted, what is not shown may be there. */
static void doubt_fragments(struct report *r, xmlDoc *facts)
{
	const xmlNode *fragment = facts_child(facts_host(facts), "pasted", "kind", PASTE_FRAGMENT);

	for (guint i = 0; fragment && i < r->findings->len; i++) {
		struct finding *f = r->findings->pdata[i];

		if (f->severity > SEVERITY_ADVICE && is_of_xml(f))
			f->confidence = CONFIDENCE_POSSIBLE;
	}
}

struct report *diagnose_report(const struct request *rq, xmlDoc *facts, GPtrArray *rules, GError **error)
{
	auto_free(baseline) struct baseline *baseline = rq->baseline ? baseline_load(rq->baseline, error) : NULL;
	const struct muting muting = { .ignore = rq->ignore, .baseline = baseline ? baseline->keys : NULL };
	struct complaint complaint = complaint_of(rq, facts);
	struct report *r;

	if (rq->baseline && !baseline)
		return NULL;
	r = report_new();
	describe(r, rq, facts, rules);
	judge(rules, facts, r, NULL);
	judge_fallbacks(r, rules);
	if (baseline)
		baseline_compare(baseline, r);
	judge_mute(r, &muting);
	doubt_fragments(r, facts);
	if (is_told_only(facts)) {
		g_autoptr(GPtrArray) causes = causes_told(facts);

		judge_complaint(r, rules, complaint.symptom, causes);
	}
	judge_rank(r, rules, complaint);
	return r;
}

static bool save_facts(const struct request *rq, xmlDoc *facts, GError **error)
{
	if (!rq->facts || xmlSaveFormatFileEnc(rq->facts, facts, "UTF-8", 1) >= 0)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", rq->facts, _("cannot be written"));
	return false;
}

xmlDoc *diagnose_facts(const struct request *rq, struct source *record, GPtrArray *rules,
		       struct sampling *sampling, GError **error)
{
	auto_free(likeness_index) struct likeness_index *index = likeness_index_new(rules);
	g_auto(GStrv) all = NULL, chosen = NULL;
	xmlDoc *facts;

	(void)domains_list(record, &all); /* a tree may hold logs only */
	chosen = diagnose_domains(rq, record, all, error);
	if (!chosen)
		return NULL;
	facts = gather_facts(record, chosen, rq->from || lookback_is(record) ? NULL : sampling);
	facts_setf(xmlDocGetRootElement(facts), "domains", "%u", g_strv_length(all));
	scan_logs(rules, record, facts);
	alike_add(rules, index, record, facts);
	record_seal(record);
	return facts;
}

struct report *diagnose(const struct request *rq, struct source *record, GPtrArray *rules,
			struct sampling *sampling, GError **error)
{
	auto_free(facts) xmlDoc *facts = diagnose_facts(rq, record, rules, sampling, error);
	struct report *r = NULL;

	if (facts && save_facts(rq, facts, error))
		r = diagnose_report(rq, facts, rules, error);
	return r;
}
