// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port - what a bridge knows of a guest's MAC address, and the filters on the guest's tap
 *
 * Writes, below /facts/host/net:
 *   fdb @mac @link @master @state @vlan  what bridges have learnt, or were told
 * and below /facts/vm/nic:
 *   learnt @link @own (yes: the guest's own tap) @state @vlan  where the bridge thinks that its MAC is;
 *       at most 8 of them
 *   host-mac @link  a device of the host, the bridge or a port of it, with the guest's MAC
 *   filter @name @error (ENOENT: libvirt has none so called) @missing (one that it refers to, and that
 *       is not there) @rules (yes, no) @address (its parameter IP, several joined)
 *       @in-force (yes, no: does the packet filter know the guest's tap? of a running domain)
 *   vhost-net @error  of /dev/vhost-net, where the interface would use it
 * Source: bridge(8) fdb; formatnwfilter.html; formatdomain.html#setting-nic-driver-specific-options
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/net/fdb.json",
	"/vmdoctor/net/nft.json",
	"/vmdoctor/libvirt/nwfilters/*",
	"/dev/vhost-net",
	NULL,
};

#define LEARNT_MAX 8
#define FILTERS_MAX 64

/* Where the MAC is. */

/* Permanent ones are the bridge's own and its ports' addresses. */
static void gather_host(struct source *src, xmlNode *host)
{
	static const char path[] = "/vmdoctor/net/fdb.json";
	xmlNode *net = xml_child(host, "net"), *next;
	auto_free(facts) xmlDoc *scratch = facts_new();
	xmlNode *list = facts_json(facts_host(scratch), "list", src, path);

	for (xmlNode *n = net ? xml_child(list, "fdb") : NULL; n; n = next) {
		next = xml_next(n, "fdb");
		if (facts_is(n, "state", "permanent") || !facts_get(n, "master") || !facts_get(n, "link"))
			continue;
		xmlUnlinkNode(n);
		xmlAddChild(net, xmlDocCopyNode(n, net->doc, 1));
		xmlFreeNode(n);
	}
}

static void add_learnt(xmlNode *nic, const xmlNode *net)
{
	const char *mac = facts_get(nic, "mac"), *bridge = facts_get(nic, "bridge");
	const char *device = facts_get(nic, "device");
	unsigned int n = 0;

	for (const xmlNode *e = xml_child(net, "fdb"); e && n < LEARNT_MAX; e = xml_next(e, "fdb")) {
		xmlNode *node;

		if (!facts_is(e, "mac", mac) || !facts_is(e, "master", bridge))
			continue;
		node = facts_add(nic, "learnt");
		facts_set(node, "link", facts_get(e, "link"));
		facts_set(node, "own", g_strcmp0(device, facts_get(e, "link")) == 0 ? "yes" : "no");
		facts_set(node, "state", facts_get(e, "state"));
		facts_set(node, "vlan", facts_get(e, "vlan"));
		facts_from(node, "/vmdoctor/net/fdb.json", 0);
		n++;
	}
}

static void add_host_mac(xmlNode *nic, const xmlNode *net)
{
	const char *mac = facts_get(nic, "mac"), *bridge = facts_get(nic, "bridge");

	for (const xmlNode *l = xml_child(net, "link"); l; l = xml_next(l, "link")) {
		xmlNode *node;

		if (!facts_is(l, "mac", mac) || facts_is(l, "name", facts_get(nic, "device")) ||
		    !(facts_is(l, "master", bridge) || facts_is(l, "name", bridge)))
			continue;
		node = facts_add(nic, "host-mac");
		facts_set(node, "link", facts_get(l, "name"));
		facts_from(node, facts_get(l, "from"), 0);
	}
}

/* Filters. */

struct walk {
	struct source *src;
	xmlNode *filter, *scratch;
	GHashTable *seen;
};

static void follow(struct walk *w, const char *name)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/nwfilters/%s.xml", file);
	const char *error;
	xmlNode *xml;

	if (g_hash_table_size(w->seen) >= FILTERS_MAX || !g_hash_table_add(w->seen, g_strdup(name)))
		return;
	xml = facts_adopt(w->scratch, "filter", w->src, path);
	error = facts_get(xml, "error");
	if (error && facts_is(w->filter, "name", name)) {
		facts_set(w->filter, "error", error);
	} else if (error && strcmp(error, "ENOENT") == 0) {
		facts_set(w->filter, "missing", name);
	}
	if (xml_child(xml, "rule"))
		facts_set(w->filter, "rules", "yes");
	for (const xmlNode *n = xml_child(xml, "filterref"); n; n = xml_next(n, "filterref"))
		if (facts_get(n, "filter"))
			follow(w, facts_get(n, "filter"));
}

/* The device's name as a word of the rule set; chains are called libvirt-I-vnet0, FO-vnet0 … */
static bool names_device(const char *rules, const char *device)
{
	size_t length = strlen(device);

	for (const char *at = strstr(rules, device); at; at = strstr(at + length, device))
		if (at > rules && !g_ascii_isalnum(at[-1]) && !g_ascii_isalnum(at[length]))
			return true;
	return false;
}

static void set_in_force(struct source *src, xmlNode *filter, const char *device)
{
	g_autofree char *rules = NULL;

	if (!device || !*device || source_read(src, "/vmdoctor/net/nft.json", &rules, NULL) != 0)
		return;
	facts_set(filter, "in-force", names_device(rules, device) ? "yes" : "no");
}

static void set_addresses(xmlNode *filter, const xmlNode *ref)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (const xmlNode *n = xml_child(ref, "parameter"); n; n = xml_next(n, "parameter"))
		if (facts_is(n, "name", "IP") && facts_get(n, "value") && text->len < 400)
			g_string_append_printf(text, "%s%s", text->len ? " " : "", facts_get(n, "value"));
	facts_set(filter, "address", text->len ? text->str : NULL);
}

static void add_filter(struct source *src, xmlNode *nic, const xmlNode *ref)
{
	auto_free(facts) xmlDoc *scratch = facts_new();
	struct walk w = { src, facts_add(nic, "filter"), facts_host(scratch),
			  g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
	const char *name = facts_get(ref, "filter");
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/nwfilters/%s.xml", file);

	facts_set(w.filter, "name", name);
	facts_from(w.filter, path, 0);
	follow(&w, name);
	if (!facts_get(w.filter, "rules"))
		facts_set(w.filter, "rules", "no");
	set_addresses(w.filter, ref);
	if (facts_get(nic, "device"))
		set_in_force(src, w.filter, facts_get(nic, "device"));
	g_hash_table_unref(w.seen);
}

/* QEMU moves the packets itself where the kernel's vhost is not there, and nobody says a word. */
static void add_vhost(struct source *src, xmlNode *nic, const xmlNode *interface, const xmlNode *domain)
{
	static const char *const types[] = { "network", "bridge", "direct", "ethernet", NULL };
	const char *type = facts_get(nic, "type"), *model = facts_get(nic, "model");
	struct source_stat st = { 0 };
	xmlNode *node;
	int r;

	if (!facts_is(domain, "type", "kvm") || !type || !g_strv_contains(types, type) || !model ||
	    !g_str_has_prefix(model, "virtio") || facts_is(xml_child(interface, "driver"), "name", "qemu"))
		return;
	r = source_stat(src, "/dev/vhost-net", &st);
	source_stat_done(&st);
	if (r == -ENODATA)
		return;
	node = facts_add(nic, "vhost-net");
	facts_from(node, "/dev/vhost-net", 0);
	facts_error(node, r);
}

static void gather_vm(struct source *src, xmlNode *vm)
{
	const xmlNode *net = xml_child(facts_host(vm->doc), "net"), *domain = xml_child(vm, "domain");
	const xmlNode *interface = facts_find(domain, "devices/interface");
	xmlNode *nic = xml_child(vm, "nic");

	/* The nic facts are in the order of the interfaces. */
	for (; nic && interface; nic = xml_next(nic, "nic"), interface = xml_next(interface, "interface")) {
		if (facts_get(nic, "bridge") && facts_get(nic, "mac")) {
			if (facts_get(nic, "device"))
				add_learnt(nic, net);
			add_host_mac(nic, net);
		}
		if (facts_get(xml_child(interface, "filterref"), "filter"))
			add_filter(src, nic, xml_child(interface, "filterref"));
		add_vhost(src, nic, interface, domain);
	}
}

const struct check check_port = {
	.name = "port",
	.summary = "where bridges think that a guest's MAC address is, and filters on its tap",
	.reads = reads,
	.host = gather_host,
	.vm = gather_vm,
};
