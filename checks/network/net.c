// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net - the host's network as the kernel has it, and libvirt's networks
 *
 * Writes /facts/host/net with, of source_net.c's files, link, address, route, rule, neighbour;
 * @error where the devices could not be read. Below it sysctl @name @value: some of those that
 * decide about guests' packets. And /facts/host/network @name @active @autostart
 * @bridge, with libvirt's XML of it (network) below.
 * Source: rtnetlink(7); formatnetwork.html
 */
#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/net/*.json",
	"/proc/sys/net/*",
	"/vmdoctor/libvirt/networks",
	"/vmdoctor/libvirt/networks/*",
	"/vmdoctor/libvirt/netinfo/*",
	"/etc/libvirt/qemu/networks",
	"/etc/libvirt/qemu/networks/*.xml",
	NULL,
};

/* The objects of one file, as children of @net. */
static void add_list(struct source *src, xmlNode *net, const char *name)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/net/%s.json", name);
	xmlNode *list = facts_json(net, name, src, path), *next;
	const char *error = facts_get(list, "error");

	if (error) {
		facts_set(net, "error", error);
		xmlUnlinkNode(list);
		xmlFreeNode(list);
		return;
	}
	for (xmlNode *n = list->children; n; n = next) {
		next = n->next;
		xmlUnlinkNode(n);
		xmlAddChild(net, n);
		facts_from(n, path, 0);
	}
	xmlUnlinkNode(list);
	xmlFreeNode(list);
}

/* Source: Linux Documentation/networking/ip-sysctl.rst, nf_conntrack-sysctl.rst */
static const char *const sysctls[] = {
	"ipv4/ip_forward",	"ipv4/conf/all/rp_filter",	    "ipv6/conf/all/forwarding",
	"netfilter/nf_conntrack_count", "netfilter/nf_conntrack_max",
	"bridge/bridge-nf-call-iptables",
};

static void add_sysctl(struct source *src, xmlNode *net, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/sys/net/%s", name);
	g_autofree char *text = NULL;
	xmlNode *node;

	if (source_read(src, path, &text, NULL) < 0)
		return; /* a module that is not loaded */
	node = facts_add(net, "sysctl");
	facts_set(node, "name", name);
	facts_set(node, "value", g_strstrip(text));
	facts_from(node, path, 0);
}

static void add_network(struct source *src, xmlNode *host, const char *name)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *info = g_strdup_printf("/vmdoctor/libvirt/netinfo/%s.json", file);
	g_autofree char *live = g_strdup_printf("/vmdoctor/libvirt/networks/%s.xml", file);
	g_autofree char *saved = g_strdup_printf("/etc/libvirt/qemu/networks/%s.xml", file);
	xmlNode *network = facts_json(host, "network", src, info), *xml;

	facts_set(network, "name", name);
	xml = facts_adopt(network, "network", src, live);
	if (facts_get(xml, "error")) {
		xmlUnlinkNode(xml);
		xmlFreeNode(xml);
		facts_adopt(network, "network", src, saved);
	}
}

/* NAME.xml of a directory; in libvirt's own one, links (autostart/) are no networks. */
static int add_networks(struct source *src, xmlNode *host, const char *dir)
{
	g_auto(GStrv) names = NULL;
	int r = source_list(src, dir, &names);

	for (size_t i = 0; r == 0 && names[i]; i++)
		if (g_str_has_suffix(names[i], ".xml")) {
			g_autofree char *file = g_strndup(names[i], strlen(names[i]) - 4);
			g_autofree char *name = source_path_unescape(file);

			add_network(src, host, name);
		}
	return r;
}

static void gather_net(struct source *src, xmlNode *host)
{
	static const char *const lists[] = { "link", "address", "route", "policy", "neighbour" };
	xmlNode *net = facts_add(host, "net");

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		add_list(src, net, lists[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(sysctls); i++)
		add_sysctl(src, net, sysctls[i]);
	if (add_networks(src, host, "/vmdoctor/libvirt/networks") < 0)
		add_networks(src, host, "/etc/libvirt/qemu/networks");
}

const struct check check_net = {
	.name = "net",
	.summary = "network devices, addresses, routes, libvirt's networks",
	.reads = reads,
	.host = gather_net,
};
