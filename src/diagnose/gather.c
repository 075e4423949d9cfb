// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather - running the checks.
 */
#include "diagnose/gather.h"

#include <fnmatch.h>
#include <string.h>

#include "checks/check.h"
#include "facts/facts.h"
#include "base/i18n.h"
#include "base/progress.h"
#include "diagnose/sampling.h"
#include "logs/scan.h"
#include "source/source.h"
#include "base/xml.h"

#define CHECK(name) extern const struct check check_##name;
#include "checks/checks.def"
#undef CHECK

static const struct check *const checks[] = {
#define CHECK(name) &check_##name,
#include "checks/checks.def"
#undef CHECK
};

/* Lets a check ask only what it declared: the list of reads is what users are promised. */
struct gate {
	struct source source;
	struct source *below;
	const struct check *check;
};

static bool is_declared(const struct check *check, const char *path)
{
	for (size_t i = 0; check->reads[i]; i++)
		if (strcmp(check->reads[i], "image:") == 0 ||
		    fnmatch(check->reads[i], path, 0) == 0)
			return true;
	return false;
}

/* As fnmatch(), which is slow: most globs differ before their first star. */
static bool is_like(const char *glob, const char *path)
{
	return strncmp(glob, path, strcspn(glob, "*?[\\")) == 0 && fnmatch(glob, path, 0) == 0;
}

bool gather_may_read(const char *path)
{
	for (size_t c = 0; c < G_N_ELEMENTS(checks); c++)
		for (size_t i = 0; checks[c]->reads[i]; i++)
			if (is_like(checks[c]->reads[i], path))
				return true;
	return scan_may_read(path);
}

static void gate_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct gate *gate = (struct gate *)src;

	if (!is_declared(gate->check, q->path))
		g_error("check '%s' does not declare that it reads %s", gate->check->name, q->path);
	source_ask(gate->below, q, ret);
}

static const struct source_ops gate_ops = { .ask = gate_ask };

static void show_domain(struct progress *p, size_t done, size_t all, const char *name)
{
	if (!progress_is_due(p))
		return;
	g_autofree char *shown = g_strescape(name, NULL);
	g_autofree char *text = g_strdup_printf(_("domain %zu of %zu, %.40s"), done, all, shown);

	progress_say(p, text);
}

static const struct check_sample *sample_of(const struct check *check, const xmlNode *node)
{
	return xml_is(node, "host") ? &check->host_sample : &check->vm_sample;
}

static void plan_one(struct source *src, xmlNode *node, GPtrArray *paths)
{
	for (size_t c = 0; c < G_N_ELEMENTS(checks); c++) {
		struct gate gate = { { &gate_ops }, src, checks[c] };

		if (sample_of(checks[c], node)->plan)
			sample_of(checks[c], node)->plan(&gate.source, node, paths);
	}
}

static void measure_one(struct source *src, xmlNode *node)
{
	for (size_t c = 0; c < G_N_ELEMENTS(checks); c++) {
		struct gate gate = { { &gate_ops }, src, checks[c] };

		if (sample_of(checks[c], node)->measure)
			sample_of(checks[c], node)->measure(&gate.source, node);
	}
}

void gather_plan(struct source *src, xmlDoc *facts, GPtrArray *paths)
{
	for (xmlNode *n = xmlDocGetRootElement(facts)->children; n; n = n->next)
		plan_one(src, n, paths);
}

/* The host first: what it did explains what domains had to wait for. */
void gather_measure(struct source *src, xmlDoc *facts)
{
	for (xmlNode *n = xmlDocGetRootElement(facts)->children; n; n = n->next)
		measure_one(src, n);
}

static void gather_sample(struct source *src, xmlDoc *facts, struct sampling *sampling)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	if (sampling && sampling->seconds == 0)
		return;
	if (sampling) {
		gather_plan(src, facts, paths);
		sampling_read(src, paths, sampling);
	}
	gather_measure(src, facts);
}

xmlDoc *gather_facts(struct source *src, const GStrv domains, struct sampling *sampling)
{
	struct progress progress = { .begin_us = g_get_monotonic_time() };
	xmlDoc *facts = facts_new();

	for (size_t c = 0; c < G_N_ELEMENTS(checks); c++) {
		struct gate gate = { { &gate_ops }, src, checks[c] };

		if (checks[c]->host)
			checks[c]->host(&gate.source, facts_host(facts));
	}
	for (size_t d = 0; domains[d]; d++) {
		xmlNode *vm = facts_add_vm(facts, domains[d]);

		show_domain(&progress, d + 1, g_strv_length(domains), domains[d]);
		for (size_t c = 0; c < G_N_ELEMENTS(checks); c++) {
			struct gate gate = { { &gate_ops }, src, checks[c] };

			if (checks[c]->vm)
				checks[c]->vm(&gate.source, vm);
		}
	}
	progress_end(&progress);
	gather_sample(src, facts, sampling);
	return facts;
}
