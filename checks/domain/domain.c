// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain - one domain as libvirt has it
 *
 * Writes, below /facts/vm: domain (verbatim: live XML when it runs, else the persistent one),
 * inactive/domain (the persistent XML of one that runs), info (state, reason, autostart …), and
 * on vm itself @uuid @state @reason @active; disk-errors/disk-errors @disk @kind (no-space, unspec)
 * of one that is paused for an I/O error: only then, as the question goes to QEMU's monitor.
 * A domain of another hypervisor (Xen, LXC, bhyve …) is foreign @type and has no domain: what rules say
 * of QEMU is not so there.
 * Without libvirt's answers: /run/libvirt/qemu/NAME.xml (status XML, whose <domain> is the live
 * one) and /etc/libvirt/qemu/NAME.xml.
 * Source: formatdomain.html, virDomainGetXMLDesc(), libvirt src/conf/domain_conf.c (domstatus)
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/domains/*",
	"/vmdoctor/libvirt/info/*",
	"/vmdoctor/libvirt/diskerrors/*",
	"/vmdoctor/libvirt/version.json",
	"/run/libvirt/qemu/*.xml",
	"/etc/libvirt/qemu/*.xml",
	NULL,
};

static bool failed(const xmlNode *node)
{
	return facts_get(node, "error") != NULL;
}

static void drop(xmlNode *node)
{
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

/* A status file holds more than the domain; the domain becomes a child of vm like any other. */
static xmlNode *add_status_domain(struct source *src, xmlNode *vm, const char *file)
{
	g_autofree char *path = g_strdup_printf("/run/libvirt/qemu/%s.xml", file);
	xmlNode *status = facts_adopt(vm, "domstatus", src, path);
	xmlNode *domain = xml_child(status, "domain");

	if (failed(status) || !domain) {
		drop(status);
		return NULL;
	}
	xmlUnlinkNode(domain);
	xmlAddChild(vm, domain);
	facts_set(domain, "from", path);
	return domain;
}

static xmlNode *add_live(struct source *src, xmlNode *vm, const char *file)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/domains/%s.xml", file);
	xmlNode *domain = facts_adopt(vm, "domain", src, path);
	const char *error = facts_get(domain, "error");

	if (!error)
		return domain;
	/* Not running, as libvirt knows; or libvirt did not say, and its files may. */
	if (strcmp(error, "ENOENT") == 0) {
		drop(domain);
		return NULL;
	}
	if (strcmp(error, "ENODATA") == 0) {
		drop(domain);
		return add_status_domain(src, vm, file);
	}
	return domain;
}

static xmlNode *add_inactive(struct source *src, xmlNode *parent, const char *file)
{
	g_autofree char *api = g_strdup_printf("/vmdoctor/libvirt/domains/%s.inactive.xml", file);
	g_autofree char *conf = g_strdup_printf("/etc/libvirt/qemu/%s.xml", file);
	xmlNode *domain = facts_adopt(parent, "domain", src, api);

	if (failed(domain) && strcmp(facts_get(domain, "error"), "ENOENT") != 0) {
		drop(domain);
		domain = facts_adopt(parent, "domain", src, conf);
	}
	return domain;
}

/* Without info of the API the status file tells whether it runs. */
static void set_identity(xmlNode *vm, const xmlNode *domain, const xmlNode *info, bool live)
{
	const char *state = facts_get(info, "state"), *reason = facts_get(info, "reason");
	const xmlNode *status = xml_child(vm, "domstatus");
	g_autofree char *uuid = xml_text(xml_child(domain, "uuid"));

	if (!state && status) {
		state = facts_get(status, "state");
		reason = facts_get(status, "reason");
	}
	facts_set(vm, "uuid", *uuid ? uuid : facts_get(info, "uuid"));
	facts_set(vm, "state", state);
	facts_set(vm, "reason", reason);
	if (state || live)
		facts_set(vm, "active", live ? "yes" : "no");
}

/* "test" is libvirt's own play driver, which imitates QEMU's. */
static bool is_foreign(const char *type)
{
	static const char *const ours[] = { "qemu", "kvm", "kqemu", "hvf", "test", NULL };

	return type && *type && !g_strv_contains(ours, type);
}

static void set_foreign(xmlNode *vm, xmlNode *domain)
{
	xmlNode *foreign, *inactive = xml_child(vm, "inactive");

	if (!is_foreign(facts_get(domain, "type")))
		return;
	foreign = facts_add(vm, "foreign");
	facts_set(foreign, "type", facts_get(domain, "type"));
	facts_from(foreign, facts_get(domain, "from"), (unsigned int)MAX(xmlGetLineNo(domain), 0));
	drop(domain);
	if (inactive)
		drop(inactive);
}

static void gather_domain(struct source *src, xmlNode *vm)
{
	g_autofree char *file = source_path_escape(facts_get(vm, "name"));
	g_autofree char *info = g_strdup_printf("/vmdoctor/libvirt/info/%s.json", file);
	xmlNode *said = facts_json(vm, "info", src, info);
	xmlNode *domain = add_live(src, vm, file);
	bool live = domain && !failed(domain);

	if (live)
		add_inactive(src, facts_add(vm, "inactive"), file);
	else if (!domain)
		domain = add_inactive(src, vm, file);
	set_identity(vm, domain, said, live);
	if (g_strcmp0(facts_get(vm, "state"), "paused") == 0 &&
	    g_strcmp0(facts_get(vm, "reason"), "ioerror") == 0) {
		g_autofree char *errors = g_strdup_printf("/vmdoctor/libvirt/diskerrors/%s.json", file);

		facts_json(vm, "disk-errors", src, errors);
	}
	set_foreign(vm, domain);
}

const struct check check_domain = {
	.name = "domain",
	.summary = "the domain's XML, live and persistent, and its state",
	.reads = reads,
	.vm = gather_domain,
};
