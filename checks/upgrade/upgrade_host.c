// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * upgrade_host - what the host is to be upgraded to, and what of this host will not fit there
 *
 * Only where a target was named (/vmdoctor/target). Writes, below /facts/host,
 *   target @name @title @qemu @libvirt @minimum-qemu @family @release @user @security @firewall
 *          @cgroup @daemons @pc @q35, as far as the target says
 *          @cgroup-here (v1, v2) @firewall-here @daemons-here: of this host; the latter two by the table
 *          of releases, where network.conf does not say
 *          @apparmor-local (yes, no): has local rules in the file that libvirt read before 9.6
 *   hook-use @path @iptables @cgroup-v1 @libvirtd (yes): what a hook speaks of; its other text is not kept
 * Source: rules/upgrade/; Linux Documentation/admin-guide/cgroup-v2.rst (cgroup.controllers is in its root);
 * libvirt.org/hooks.html
 */
#include <errno.h>

#include "checks/check.h"
#include "rules/upgrade_target.h"

#define TARGET "/vmdoctor/target"
#define CGROUP_V2 "/sys/fs/cgroup/cgroup.controllers"
#define CGROUP_V1 "/sys/fs/cgroup/cpu"
#define APPARMOR_LOCAL "/etc/apparmor.d/local/abstractions/libvirt-qemu"

static const char *const reads[] = {
	TARGET, CGROUP_V2, CGROUP_V1, APPARMOR_LOCAL, "/etc/libvirt/hooks/*", NULL,
};

static void set_known(xmlNode *node, const char *name, const char *value)
{
	if (value && *value)
		facts_set(node, name, value);
}

static void set_release(xmlNode *node, const struct upgrade_target *t)
{
	static const char *const columns[] = { "title",	   "family", "user",	"security", "firewall",
					       "cgroup", "daemons", "pc", "q35" };
	const struct upgrade_table *releases = upgrade_table("releases");

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		set_known(node, columns[i], upgrade_cell(releases, t->release, columns[i]));
	set_known(node, "release", t->version);
}

static const char *backend_setting(const xmlNode *host)
{
	for (const xmlNode *c = xml_child(host, "config"); c; c = xml_next(c, "config"))
		for (const xmlNode *n = xml_child(c, "setting"); n; n = xml_next(n, "setting"))
			if (g_strcmp0(facts_get(c, "daemon"), "network") == 0 &&
			    g_strcmp0(facts_get(n, "name"), "firewall_backend") == 0)
				return facts_get(n, "value");
	return NULL;
}

/* What the release that runs here does by itself. */
static void set_here(xmlNode *node, const xmlNode *host)
{
	const struct upgrade_table *releases = upgrade_table("releases");
	const xmlNode *os = xml_child(host, "os-release");
	const char *id = facts_get(os, "id"), *version = facts_get(os, "version-id"), *backend = backend_setting(host);
	g_autofree char *name = id && version ? g_strconcat(id, version, NULL) : NULL;
	GStrv row = name && releases ? upgrade_find(releases, "names", name) : NULL;

	set_known(node, "firewall-here", backend ? backend : row ? upgrade_cell(releases, row, "firewall") : NULL);
	if (row)
		set_known(node, "daemons-here", upgrade_cell(releases, row, "daemons"));
}

static xmlNode *add_target(struct source *src, xmlNode *host)
{
	struct upgrade_target t = { 0 };
	g_autofree char *text = NULL;
	xmlNode *node;

	if (source_read(src, TARGET, &text, NULL) < 0)
		return NULL;
	node = facts_add(host, "target");
	facts_from(node, TARGET, 0);
	facts_set(node, "name", g_strstrip(text));
	facts_set(node, "title", text);
	if (g_str_has_prefix(text, "/")) { /* a file of capabilities, or an emulator */
		facts_set(node, "asked", "yes");
		return node;
	}
	if (!upgrade_target_parse(text, &t, NULL)) {
		facts_error(node, -EINVAL);
		return node;
	}
	set_known(node, "qemu", t.qemu);
	set_known(node, "libvirt", t.libvirt);
	set_known(node, "minimum-qemu", upgrade_minimum_qemu(t.libvirt));
	if (t.release)
		set_release(node, &t);
	set_here(node, host);
	upgrade_target_done(&t);
	return node;
}

static void add_cgroup(struct source *src, xmlNode *target)
{
	struct source_stat st = { 0 };

	if (source_stat(src, CGROUP_V2, &st) == 0)
		facts_set(target, "cgroup-here", "v2");
	else if (source_stat(src, CGROUP_V1, &st) == 0)
		facts_set(target, "cgroup-here", "v1");
	source_stat_done(&st);
}

/* A line that is no comment makes it one's own. */
static bool has_rule(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++)
		if (*g_strstrip(lines[i]) && *lines[i] != '#')
			return true;
	return false;
}

static void add_apparmor(struct source *src, xmlNode *target)
{
	g_autofree char *text = NULL;
	int r = source_read(src, APPARMOR_LOCAL, &text, NULL);

	if (r == 0 || r == -ENOENT)
		facts_set(target, "apparmor-local", r == 0 && has_rule(text) ? "yes" : "no");
}

/* What hooks speak of, and does not work after some upgrades. */
static const struct {
	const char *name, *regex;
} uses[] = {
	{ "iptables", "^[^#\\n]*\\b(ip6?tables|LIBVIRT_(FW[IOX]|INP|OUT|PRT))\\b" },
	{ "cgroup-v1", "^[^#\\n]*/sys/fs/cgroup/(cpu|cpuset|memory|blkio|devices|cpu,cpuacct)/" },
	{ "libvirtd", "^[^#\\n]*\\b(systemctl|service)\\b[^#\\n]*\\blibvirtd\\b|^[^#\\n]*/etc/libvirt/libvirtd\\.conf" },
};

static void add_hook(struct source *src, xmlNode *host, const xmlNode *hook)
{
	const char *path = facts_get(hook, "path");
	g_autofree char *text = NULL;
	xmlNode *node = facts_add(host, "hook-use");

	facts_set(node, "path", path);
	facts_from(node, path, 0);
	if (facts_error(node, source_read(src, path, &text, NULL)))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(uses); i++)
		if (g_regex_match_simple(uses[i].regex, text, G_REGEX_MULTILINE | G_REGEX_RAW, 0))
			facts_set(node, uses[i].name, "yes");
}

static void gather_upgrade_host(struct source *src, xmlNode *host)
{
	xmlNode *target = add_target(src, host);

	if (!target || facts_get(target, "error"))
		return;
	add_cgroup(src, target);
	add_apparmor(src, target);
	for (const xmlNode *n = xml_child(host, "hook"); n; n = xml_next(n, "hook"))
		if (g_strcmp0(facts_get(n, "executable"), "yes") == 0)
			add_hook(src, host, n);
}

const struct check check_upgrade_host = {
	.name = "upgrade_host",
	.summary = "what a planned upgrade changes for the host",
	.reads = reads,
	.host = gather_upgrade_host,
};
