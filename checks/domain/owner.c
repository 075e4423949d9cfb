// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * owner - who else has a say in the definition: a manager above libvirt, or arguments for QEMU itself
 *
 * Writes, below /facts/vm:
 *   managed-by @name         the program that writes the definition anew: Nova, oVirt, KubeVirt …
 *   command-line @cpu @smp @memory @machine
 *                            values of the last such argument in <qemu:commandline>; libvirt puts
 *                            them behind its own, and of these options QEMU takes the last;
 *                            -machine with options only (smm=on) overrides nothing
 *   command-line/device @driver   a -device given there
 * Source: https://libvirt.org/drvqemu.html#pass-through-of-arbitrary-qemu-commands;
 *   nova/virt/libvirt/config.py, vdsm lib/vdsm/virt/metadata.py, kubevirt api/schema.go,
 *   vagrant-libvirt templates/domain.xml.erb, opennebula src/vmm/LibVirtDriverKVM.cc,
 *   cloudstack LibvirtVMDef.java
 */
#include "checks/check.h"

static const char *const reads[] = { NULL };

/* Where a manager leaves its name: the namespace of its metadata, or the BIOS that it gives its guests. */
static const struct sign {
	const char *name, *space, *product;
} signs[] = {
	{ "Nova", "http://openstack.org/xmlns/libvirt/nova/", "OpenStack " },
	{ "oVirt", "http://ovirt.org/vm/", "oVirt" },
	{ "oVirt", "http://ovirt.org/vm/", "RHEV Hypervisor" },
	{ "KubeVirt", "http://kubevirt.io", NULL },
	{ "OpenNebula", "http://opennebula.org/xmlns/libvirt/", NULL },
	{ "CloudStack", NULL, "CloudStack" },
};

static bool has_space(const xmlNode *domain, const char *space)
{
	const xmlNode *metadata = xml_child(domain, "metadata");

	for (const xmlNode *n = metadata ? metadata->children : NULL; n && space; n = n->next)
		if (n->ns && n->ns->href && g_str_has_prefix((const char *)n->ns->href, space))
			return true;
	return false;
}

static bool has_product(const xmlNode *domain, const char *product)
{
	const xmlNode *entry = facts_find(domain, "sysinfo/system/entry");

	for (; entry && product; entry = xml_next(entry, "entry")) {
		g_autofree char *text = xml_text(entry);

		if (g_strcmp0(facts_get(entry, "name"), "product") == 0 && g_str_has_prefix(text, product))
			return true;
	}
	return false;
}

static const char *manager_of(const xmlNode *domain)
{
	g_autofree char *description = xml_text(xml_child(domain, "description"));

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (has_space(domain, signs[i].space) || has_product(domain, signs[i].product))
			return signs[i].name;
	if (g_str_has_prefix(description, "Source: ") && strstr(description, "Vagrantfile"))
		return "Vagrant";
	return NULL;
}

static void add_manager(xmlNode *vm, const xmlNode *domain)
{
	const char *name = manager_of(domain);
	const xmlNode *at = xml_child(domain, "metadata");
	xmlNode *fact;

	if (!name)
		return;
	fact = facts_add(vm, "managed-by");
	facts_set(fact, "name", name);
	facts_from(fact, facts_get(domain, "from"), (unsigned int)MAX(xmlGetLineNo(at ? at : domain), 0));
}

/* "-machine smm=on" adds to libvirt's own -machine; "-machine q35,smm=on" names another type. */
static bool names_value(const char *value)
{
	return !memchr(value, '=', strcspn(value, ",")) || g_str_has_prefix(value, "type=") ||
	       g_str_has_prefix(value, "cpus=") || g_str_has_prefix(value, "size=");
}

static void add_option(xmlNode *fact, const char *option, const char *value)
{
	static const struct {
		const char *option, *attribute;
	} options[] = {
		{ "cpu", "cpu" }, { "smp", "smp" }, { "m", "memory" }, { "machine", "machine" }, { "M", "machine" },
	};

	if (strcmp(option, "device") == 0) {
		g_autofree char *driver = g_strndup(value, strcspn(value, ","));

		facts_set(facts_add(fact, "device"), "driver", driver);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		if (strcmp(option, options[i].option) == 0 && (option[0] == 'c' || names_value(value)))
			facts_set(fact, options[i].attribute, value);
}

static void add_command_line(xmlNode *vm, const xmlNode *domain)
{
	const xmlNode *line = xml_child(domain, "commandline"), *next;
	xmlNode *fact;

	if (!xml_child(line, "arg"))
		return;
	fact = facts_add(vm, "command-line");
	facts_from(fact, facts_get(domain, "from"), (unsigned int)MAX(xmlGetLineNo(line), 0));
	for (const xmlNode *arg = xml_child(line, "arg"); arg; arg = next) {
		const char *option = facts_get(arg, "value");

		next = xml_next(arg, "arg");
		if (option && *option == '-' && next && facts_get(next, "value"))
			add_option(fact, option + strspn(option, "-"), facts_get(next, "value"));
	}
}

static void gather_owner(struct source *src, xmlNode *vm)
{
	const xmlNode *domain = xml_child(vm, "domain");

	(void)src;
	if (!domain)
		return;
	add_manager(vm, domain);
	add_command_line(vm, domain);
}

const struct check check_owner = {
	.name = "owner",
	.summary = "managers that own the definition, and what its command line for QEMU overrides",
	.reads = reads,
	.vm = gather_owner,
};
