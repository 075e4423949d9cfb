// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * upgrade - a domain seen from the versions that the host is to be upgraded to
 *
 * Only where a target was named (host/target, by the check upgrade_host). Writes
 *   vm/upgrade
 *     machine @name (as on disk) @type (what an alias means here) @known @vendor @since @deprecated
 *             @removed @like, of rules/upgrade/machines.tsv; @offered (yes, no) @offered-deprecated
 *             where the target was asked itself: its capabilities, or an emulator
 *     cpu @name @since @deprecated @removed @rhel-deprecated @rhel-removed
 *     feature, default, trap: rows of rules/upgrade/{features,defaults,migration}.tsv whose xpath finds
 *             something in the domain, with the columns as attributes, and @count
 *     label @model @type @label: what the XML says of security labels
 * Source: rules/upgrade/
 */
#include <errno.h>

#include <libxml/xpath.h>

#include "checks/check.h"
#include "rules/upgrade_target.h"

#define TARGET_CAPABILITIES "/vmdoctor/target-capabilities.xml"

static const char *const reads[] = {
	TARGET_CAPABILITIES,
	"/vmdoctor/libvirt/domcapabilities/*",
	NULL,
};

static void set_known(xmlNode *node, const char *name, const char *value)
{
	if (value && *value)
		facts_set(node, name, value);
}

/* What is kept for the next start: the persistent XML. */
static xmlNode *persistent(const xmlNode *vm)
{
	xmlNode *inactive = facts_find(vm, "inactive/domain");

	return inactive ? inactive : xml_child(vm, "domain");
}

/* Every machine that the target's capabilities list for this architecture. */
static bool is_offered(const xmlNode *capabilities, const char *arch, const char *machine,
		       bool *ret_deprecated)
{
	for (const xmlNode *g = xml_child(capabilities, "guest"); g; g = xml_next(g, "guest")) {
		const xmlNode *a = xml_child(g, "arch");

		if (!a || g_strcmp0(facts_get(a, "name"), arch) != 0)
			continue;
		for (const xmlNode *m = xml_child(a, "machine"); m; m = xml_next(m, "machine")) {
			g_autofree char *name = xml_text(m);

			if (strcmp(name, machine) != 0)
				continue;
			*ret_deprecated = g_strcmp0(facts_get(m, "deprecated"), "yes") == 0;
			return true;
		}
	}
	return false;
}

static void ask_capabilities(struct source *src, xmlNode *node, const char *arch, const char *machine)
{
	auto_free(facts) xmlDoc *scratch = facts_new();
	xmlNode *caps = facts_adopt(facts_host(scratch), "capabilities", src, TARGET_CAPABILITIES);
	bool deprecated = false, offered;

	if (facts_get(caps, "error")) {
		facts_set(node, "error", facts_get(caps, "error"));
	} else {
		offered = is_offered(caps, arch, machine, &deprecated);
		facts_set(node, "offered", offered ? "yes" : "no");
		facts_set(node, "offered-deprecated", deprecated ? "yes" : "no");
	}
}

/* libvirt asks the emulator: an error says that it has no such machine. */
static void ask_emulator(struct source *src, xmlNode *node, const char *emulator, const char *arch,
			 const char *type, const char *machine)
{
	g_autofree char *file = source_path_escape(emulator);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/domcapabilities/%s,%s,%s,%s.xml", arch,
						type, machine, file);
	g_autofree char *text = NULL;
	int r = source_read(src, path, &text, NULL);

	facts_from(node, path, 0);
	if (r >= 0)
		facts_set(node, "offered", "yes");
	else if (r == -EINVAL || r == -ENOENT)
		facts_set(node, "offered", "no");
	else
		facts_error(node, r);
}

static void add_machine(struct source *src, xmlNode *upgrade, const xmlNode *vm, const xmlNode *domain,
			const char *target)
{
	const struct upgrade_table *machines = upgrade_table("machines");
	const xmlNode *type = facts_find(domain, "os/type");
	const char *name = facts_get(type, "machine"), *arch = facts_get(type, "arch");
	const char *means = facts_get(xml_child(vm, "machine"), "canonical");
	const char *running = facts_get(facts_find(vm, "domain/os/type"), "machine");
	static const char *const columns[] = { "vendor", "since", "deprecated", "removed", "like", "verified" };
	xmlNode *node;
	GStrv row;

	if (!name || !arch)
		return;
	node = facts_add(upgrade, "machine");
	facts_set(node, "name", name);
	facts_set(node, "arch", arch);
	facts_set(node, "type", means ? means : running ? running : name);
	row = upgrade_find(machines, "machine", facts_get(node, "type"));
	facts_set(node, "known", row ? "yes" : "no");
	facts_from(node, "upgrade/machines.tsv", 0);
	for (size_t i = 0; row && i < G_N_ELEMENTS(columns); i++)
		set_known(node, columns[i], upgrade_cell(machines, row, columns[i]));
	if (g_str_has_suffix(target, ".xml"))
		ask_capabilities(src, node, arch, name);
	else if (*target == '/')
		ask_emulator(src, node, target, arch, facts_get(domain, "type"), name);
}

static unsigned int count_nodes(xmlXPathContext *xpath, xmlNode *domain, const char *expression)
{
	xmlXPathObject *found;
	unsigned int n = 0;

	xpath->node = domain;
	found = xmlXPathEval(BAD_CAST expression, xpath);
	if (found && found->type == XPATH_NODESET && found->nodesetval)
		n = (unsigned int)found->nodesetval->nodeNr;
	xmlXPathFreeObject(found);
	return n;
}

/* What of a table's rows the domain has, each as an element. */
static void add_rows(xmlNode *upgrade, xmlNode *domain, const char *table, const char *element)
{
	const struct upgrade_table *t = upgrade_table(table);
	g_autofree char *from = g_strdup_printf("upgrade/%s.tsv", table);
	xmlXPathContext *xpath = xmlXPathNewContext(domain->doc);

	for (guint i = 0; t && i < t->rows->len; i++) {
		const GStrv row = t->rows->pdata[i];
		unsigned int n = count_nodes(xpath, domain, upgrade_cell(t, row, "xpath"));
		xmlNode *node = n ? facts_add(upgrade, element) : NULL;

		for (size_t c = 0; node && t->columns[c]; c++)
			if (strcmp(t->columns[c], "xpath") != 0)
				set_known(node, t->columns[c], row[c]);
		if (!node)
			continue;
		facts_setf(node, "count", "%u", n);
		facts_from(node, from, 0);
	}
	xmlXPathFreeContext(xpath);
}

/* Labels that the XML asks for itself: the target may have another security driver, other users. */
static void add_labels(xmlNode *upgrade, const xmlNode *domain)
{
	for (const xmlNode *n = xml_child(domain, "seclabel"); n; n = xml_next(n, "seclabel")) {
		g_autofree char *label = xml_text(xml_child(n, "label"));
		xmlNode *node = facts_add(upgrade, "label");

		facts_set(node, "model", facts_get(n, "model"));
		facts_set(node, "type", facts_get(n, "type"));
		set_known(node, "label", label);
		facts_from(node, facts_get(domain, "from"), 0);
	}
}

static void add_cpu(xmlNode *upgrade, const xmlNode *domain)
{
	static const char *const columns[] = { "since", "deprecated", "removed", "rhel-deprecated",
					       "rhel-removed" };
	const struct upgrade_table *models = upgrade_table("cpu-models");
	g_autofree char *name = xml_text(facts_find(domain, "cpu/model"));
	GStrv row = *name ? upgrade_find(models, "model", name) : NULL;
	xmlNode *node = row ? facts_add(upgrade, "cpu") : NULL;

	if (!node)
		return;
	facts_set(node, "name", name);
	facts_from(node, "upgrade/cpu-models.tsv", 0);
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		set_known(node, columns[i], upgrade_cell(models, row, columns[i]));
}

static void gather_upgrade(struct source *src, xmlNode *vm)
{
	const xmlNode *target = xml_child(facts_host(vm->doc), "target");
	xmlNode *domain = persistent(vm), *running = xml_child(vm, "domain"), *upgrade;

	if (!target || !domain || facts_get(domain, "error"))
		return;
	upgrade = facts_add(vm, "upgrade");
	add_machine(src, upgrade, vm, domain, facts_get(target, "name"));
	add_rows(upgrade, domain, "features", "feature");
	add_rows(upgrade, domain, "defaults", "default");
	if (running && !facts_get(running, "error"))
		add_rows(upgrade, running, "migration", "trap");
	add_cpu(upgrade, domain);
	add_labels(upgrade, domain);
}

const struct check check_upgrade = {
	.name = "upgrade",
	.summary = "what a planned upgrade takes away from a domain",
	.reads = reads,
	.vm = gather_upgrade,
};
