// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather - running the checks.
 */
#include "diagnose/gather.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checks/check.h"
#include "facts/facts.h"
#include "base/i18n.h"
#include "formats/parse.h"
#include "base/progress.h"
#include "diagnose/sampling.h"
#include "rules/signature.h"
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

#define LIVE_DOMAINS "/vmdoctor/libvirt/domains"
#define QEMU_LOGS "/var/log/libvirt/qemu"
#define SUGGESTIONS_MAX 3

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
	return signature_reads(path);
}

static void gate_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct gate *gate = (struct gate *)src;

	if (!is_declared(gate->check, q->path))
		g_error("check '%s' does not declare that it reads %s", gate->check->name, q->path);
	source_ask(gate->below, q, ret);
}

static const struct source_ops gate_ops = { .ask = gate_ask };

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A tree may hold a domain's log only: NAME.log. */
static void add_log_names(struct source *src, GHashTable *names)
{
	g_auto(GStrv) files = NULL;
	int r = source_list(src, QEMU_LOGS, &files);

	for (size_t i = 0; r == 0 && files[i]; i++)
		if (g_str_has_suffix(files[i], ".log") && !g_str_has_suffix(files[i], "-swtpm.log"))
			g_hash_table_add(names, g_strndup(files[i], strlen(files[i]) - 4));
}

/* NAME.xml, NAME.inactive.xml, of a directory of domains. */
static int add_names(struct source *src, const char *dir, GHashTable *names)
{
	g_auto(GStrv) files = NULL;
	int r = source_list(src, dir, &files);

	for (size_t i = 0; r == 0 && files[i]; i++) {
		char *file = files[i];

		if (!g_str_has_suffix(file, ".xml"))
			continue;
		file[strlen(file) - strlen(".xml")] = '\0';
		if (g_str_has_suffix(file, ".inactive"))
			file[strlen(file) - strlen(".inactive")] = '\0';
		g_hash_table_add(names, source_path_unescape(file));
	}
	return r;
}

int gather_domains(struct source *src, GStrv *ret_names)
{
	g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	GHashTableIter it;
	gpointer name;
	int r = add_names(src, LIVE_DOMAINS, set);

	/* Without libvirt's answer, its files: what it would load. */
	if (r < 0 && (add_names(src, "/etc/libvirt/qemu", set) == 0) |
			     (add_names(src, "/run/libvirt/qemu", set) == 0))
		r = 0;
	if (r < 0)
		add_log_names(src, set);
	g_hash_table_iter_init(&it, set);
	while (g_hash_table_iter_next(&it, &name, NULL))
		g_ptr_array_add(sorted, name);
	g_ptr_array_sort(sorted, by_name);
	g_ptr_array_add(sorted, NULL);
	*ret_names = g_strdupv((char **)sorted->pdata);
	return r;
}

static bool is_recorded(struct source *src, const char *name)
{
	static const char *const places[] = { LIVE_DOMAINS "/%s.xml", LIVE_DOMAINS "/%s.inactive.xml",
					      "/etc/libvirt/qemu/%s.xml", "/run/libvirt/qemu/%s.xml",
					      "/var/log/libvirt/qemu/%s.log" };
	g_autofree char *file = source_path_escape(name);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_auto(GStrv) around = g_strsplit(places[i], "%s", 2);
		g_autofree char *path = g_strjoinv(file, around);
		g_autofree char *text = NULL;

		if (source_read(src, path, &text, NULL) != -ENODATA)
			return true;
	}
	return false;
}

GStrv gather_recorded(struct source *src, const GStrv names)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

	for (size_t i = 0; names[i]; i++)
		if (is_recorded(src, names[i]))
			g_strv_builder_add(kept, names[i]);
	return g_strv_builder_end(kept);
}

/* The domain whose libvirt says that it is @typed: a UUID or a running id. */
static bool is_called(struct source *src, const char *name, const char *typed)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *info = g_strdup_printf("/vmdoctor/libvirt/info/%s.json", file);
	g_autofree char *conf = g_strdup_printf("/etc/libvirt/qemu/%s.xml", file);
	xmlDoc *scratch = facts_new();
	xmlNode *said = facts_json(facts_host(scratch), "info", src, info);
	const char *id = facts_get(said, "id"), *uuid = facts_get(said, "uuid");
	bool called = (id && strcmp(id, typed) == 0) || (uuid && g_ascii_strcasecmp(uuid, typed) == 0);

	if (!uuid) {
		xmlNode *domain = facts_adopt(facts_host(scratch), "domain", src, conf);
		g_autofree char *text = xml_text(xml_child(domain, "uuid"));

		called = g_ascii_strcasecmp(text, typed) == 0;
	}
	facts_free(scratch);
	return called;
}

static void set_no_such_domain(const GStrv names, const char *typed, GError **error)
{
	g_autoptr(GString) close = g_string_new(NULL);
	unsigned int said = 0;

	for (unsigned int distance = 0; distance <= 3; distance++)
		for (size_t i = 0; names[i] && said < SUGGESTIONS_MAX; i++) {
			g_autofree char *a = g_utf8_casefold(names[i], -1);
			g_autofree char *b = g_utf8_casefold(typed, -1);
			bool prefix = distance == 3 && g_str_has_prefix(a, b);

			if (parse_distance(a, b, 3) != distance && !prefix)
				continue;
			g_string_append_printf(close, "%s'%s'", said++ ? ", " : "", names[i]);
		}
	if (said)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    _("no domain '%s'; did you mean %s?"), typed, close->str);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    _("no domain '%s' among %u; 'virsh list --all' shows them"), typed,
			    g_strv_length((GStrv)names));
}

char *gather_resolve(struct source *src, const GStrv names, const char *typed, GError **error)
{
	bool number = *typed && strspn(typed, "0123456789") == strlen(typed);

	if (g_strv_contains((const char *const *)names, typed))
		return g_strdup(typed);
	for (size_t i = 0; (number || g_uuid_string_is_valid(typed)) && names[i]; i++)
		if (is_called(src, names[i], typed))
			return g_strdup(names[i]);
	set_no_such_domain(names, typed, error);
	return NULL;
}

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

/* The host first: what it did explains what domains had to wait for. */
static void gather_sample(struct source *src, xmlDoc *facts, struct sampling *sampling)
{
	xmlNode *first = xmlDocGetRootElement(facts)->children;
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	if (sampling && sampling->seconds == 0)
		return;
	for (xmlNode *n = first; n && sampling; n = n->next)
		plan_one(src, n, paths);
	if (sampling)
		sampling_read(src, paths, sampling);
	for (xmlNode *n = first; n; n = n->next)
		measure_one(src, n);
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
