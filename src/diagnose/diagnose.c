// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diagnose - from a source to a ranked report.
 */
#include "diagnose/diagnose.h"

#include <fnmatch.h>
#include <string.h>

#include "findings/baseline.h"
#include "facts/facts.h"
#include "diagnose/gather.h"
#include "base/i18n.h"
#include "judge/judge.h"
#include "commands/options.h"
#include "diagnose/probe_hops.h"
#include "rules/rules.h"
#include "diagnose/sample_rows.h"
#include "diagnose/sampling.h"
#include "rules/signature.h"
#include "source/source.h"
#include "base/xml.h"

#define ADMIN_RULES "/etc/vmdoctor/rules.d"

static bool load_if_there(GPtrArray *rules, const char *dir, GError **error)
{
	return !g_file_test(dir, G_FILE_TEST_IS_DIR) || rules_load(rules, dir, error);
}

GPtrArray *diagnose_rules(const struct options *o, GError **error)
{
	g_autoptr(GPtrArray) rules = rules_new();
	g_autofree char *own = rules_dir();
	g_autofree char *user = g_build_filename(g_get_user_config_dir(), "vmdoctor/rules.d", NULL);
	bool ok = rules_load(rules, own, error) && load_if_there(rules, ADMIN_RULES, error) &&
		  load_if_there(rules, user, error);

	for (size_t i = 0; ok && o->rules && o->rules[i]; i++)
		ok = rules_load(rules, o->rules[i], error);
	for (size_t i = 0; ok && o->set && o->set[i]; i++)
		ok = rules_set(rules, o->set[i], error);
	if (ok && o->about)
		rules_keep(rules, o->about);
	return ok ? g_steal_pointer(&rules) : NULL;
}

/* The domains to look at: those named, those that match, or all. */
static GStrv choose(const struct options *o, struct source *record, const GStrv all, GError **error)
{
	g_autoptr(GPtrArray) chosen = g_ptr_array_new_with_free_func(g_free);
	GStrv list;

	if (!o->domains && !o->globs)
		return gather_recorded(record, all);
	for (size_t i = 0; o->domains && o->domains[i]; i++) {
		char *name = gather_resolve(record, all, o->domains[i], error);

		if (!name)
			return NULL;
		if (g_ptr_array_find_with_equal_func(chosen, name, g_str_equal, NULL))
			g_free(name);
		else
			g_ptr_array_add(chosen, name);
	}
	for (size_t i = 0; o->globs && all[i]; i++)
		for (size_t g = 0; o->globs[g]; g++)
			if (fnmatch(o->globs[g], all[i], 0) == 0 &&
			    !g_ptr_array_find_with_equal_func(chosen, all[i], g_str_equal, NULL))
				g_ptr_array_add(chosen, g_strdup(all[i]));
	g_ptr_array_add(chosen, NULL);
	list = g_strdupv((char **)chosen->pdata);
	if (!*list)
		g_clear_pointer(&list, g_strfreev);
	if (!list)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("no domain matches '%s'"),
			    o->globs[0]);
	return list;
}

static char *copy(const xmlNode *node, const char *name)
{
	return g_strdup(facts_get(node, name));
}

static void describe_host(struct report *r, const xmlNode *host)
{
	const xmlNode *clock = xml_child(host, "clock");
	const char *seconds = facts_get(clock, "seconds");
	g_autoptr(GDateTime) taken =
		seconds ? g_date_time_new_from_unix_utc(g_ascii_strtoll(seconds, NULL, 10)) : NULL;
	const xmlNode *version = xml_child(host, "version"), *system = xml_child(host, "system");

	r->version = g_strdup(VERSION);
	r->taken = taken ? g_date_time_format(taken, "%Y-%m-%dT%H:%M:%SZ") : NULL;
	r->host.name = copy(facts_get(version, "hostname") ? version : system, "hostname");
	r->host.libvirt = copy(version, "libvirt");
	if (g_strcmp0(facts_get(version, "type"), "QEMU") == 0)
		r->host.qemu = copy(version, "hypervisor");
	r->host.kernel = copy(system, "kernel");
	r->host.os = copy(xml_child(host, "os-release"), "pretty-name");
	r->host.connection = copy(xml_child(host, "connection"), "uri");
	r->host.unprivileged = facts_get(system, "uid") && strcmp(facts_get(system, "uid"), "0") != 0;
}

static void describe_paths(struct report_domain *d, const xmlNode *vm)
{
	for (const xmlNode *nic = xml_child(vm, "nic"); nic; nic = xml_next(nic, "nic")) {
		GPtrArray *hops = probe_hops(nic);
		struct report_path *p;

		if (!hops)
			continue;
		p = g_new0(struct report_path, 1);
		*p = (struct report_path){ copy(nic, "mac"), hops };
		g_ptr_array_add(d->paths, p);
	}
}

static void describe_domain(struct report *r, const xmlNode *vm)
{
	struct report_domain *d = report_domain_new();
	const xmlNode *info = xml_child(vm, "info");
	const char *id = facts_get(info, "id");

	d->name = copy(vm, "name");
	d->uuid = copy(vm, "uuid");
	d->state = copy(vm, "state");
	d->reason = copy(info, "reason");
	d->machine = copy(facts_find(vm, "domain/os/type"), "machine");
	d->os = copy(xml_child(vm, "guest-os"), "name");
	d->id = id ? (int)g_ascii_strtoll(id, NULL, 10) : -1;
	describe_paths(d, vm);
	sample_rows_add(d->sample, vm);
	g_ptr_array_add(r->domains, d);
}

static void describe_options(struct report *r, const struct options *o)
{
	if (o->symptom)
		g_ptr_array_add(r->options, g_strdup_printf("symptom=%s", o->symptom));
	for (size_t i = 0; o->set && o->set[i]; i++)
		g_ptr_array_add(r->options, g_strdup_printf("set=%s", o->set[i]));
	for (size_t i = 0; o->ignore && o->ignore[i]; i++)
		g_ptr_array_add(r->options, g_strdup_printf("ignore=%s", o->ignore[i]));
	if (o->no_guest)
		g_ptr_array_add(r->options, g_strdup("no-guest=yes"));
}

/* Pictures of what was measured show where these begin to count. */
static void describe_limits(struct report *r, GPtrArray *rules)
{
	for (guint i = 0; i < rules->len; i++) {
		const struct rule *rule = rules->pdata[i];

		for (guint p = 0; g_str_has_prefix(rule->id, "performance-") && p < rule->params->len; p++) {
			const struct param *param = rule->params->pdata[p];

			report_add_limit(r, rule->id, param->name, g_ascii_strtod(param->value, NULL));
		}
	}
}

struct report *diagnose_report(const struct options *o, xmlDoc *facts, GPtrArray *rules, GError **error)
{
	struct muting muting = { .ignore = o->ignore };
	struct report *r;

	if (o->baseline && !(muting.baseline = baseline_load(o->baseline, error)))
		return NULL;
	r = report_new();
	describe_host(r, facts_host(facts));
	sample_rows_add(r->sample, facts_host(facts));
	describe_options(r, o);
	describe_limits(r, rules);
	for (xmlNode *vm = xml_child(xmlDocGetRootElement(facts), "vm"); vm; vm = xml_next(vm, "vm"))
		describe_domain(r, vm);
	judge(rules, facts, r, NULL);
	judge_mute(r, &muting);
	judge_rank(r, rules, o->symptom);
	g_clear_pointer(&muting.baseline, g_hash_table_unref);
	return r;
}

static bool save_facts(const struct options *o, xmlDoc *facts, GError **error)
{
	if (!o->facts || xmlSaveFormatFileEnc(o->facts, facts, "UTF-8", 1) >= 0)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", o->facts, _("cannot be written"));
	return false;
}

xmlDoc *diagnose_facts(const struct options *o, struct source *record, GPtrArray *rules,
		       struct sampling *sampling, GError **error)
{
	g_auto(GStrv) all = NULL, chosen = NULL;
	xmlDoc *facts;

	(void)gather_domains(record, &all); /* a tree may hold logs only */
	chosen = choose(o, record, all, error);
	if (!chosen)
		return NULL;
	facts = gather_facts(record, chosen, o->from ? NULL : sampling);
	facts_setf(xmlDocGetRootElement(facts), "domains", "%u", g_strv_length(all));
	signature_scan(rules, record, facts);
	record_seal(record);
	return facts;
}

struct report *diagnose(const struct options *o, struct source *record, GPtrArray *rules,
			struct sampling *sampling, GError **error)
{
	xmlDoc *facts = diagnose_facts(o, record, rules, sampling, error);
	struct report *r = NULL;

	if (facts && save_facts(o, facts, error))
		r = diagnose_report(o, facts, rules, error);
	facts_free(facts);
	return r;
}
