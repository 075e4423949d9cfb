// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * start - what a start needs of the host besides the files that the domain names
 *
 * Writes, below /facts/host:
 *   hooks (error ENOENT: there are none) and
 *   hook @name (qemu, qemu.d/50-gpu …) @path @executable (yes, no)   at most 64
 *   space @path @free-bytes @size-bytes @fs-type @fs-flags  where libvirt and QEMU must write
 *   commit @policy (0, 1, 2) @limit-kib @committed-kib
 * and below /facts/vm, for each network that the domain uses and that does not run:
 *   dnsmasq @network @program (yes, no: is it there) @dns (yes, no)
 *     taken @address @port @protocol (udp, tcp) @listener (address)   somebody else listens there
 * dnsmasq binds port 53 of each address of the network; a socket on all addresses keeps it from
 * that. Port 67 says nothing: libvirt's own share it, each bound to its bridge.
 * Source: libvirt.org/hooks.html, formatnetwork.html; dnsmasq(8) --bind-dynamic; proc(5) net/udp;
 * Linux Documentation/mm/overcommit-accounting.rst
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/etc/libvirt/hooks",
	"/etc/libvirt/hooks/*",
	"/run",
	"/var/lib/libvirt",
	"/var/log/libvirt",
	"/proc/sys/vm/overcommit_memory",
	"/proc/meminfo",
	"/proc/net/udp",
	"/proc/net/tcp",
	"/usr/sbin/dnsmasq",
	"/usr/bin/dnsmasq",
	"/vmdoctor/libvirt/networks/*.xml",
	NULL,
};

#define HOOKS "/etc/libvirt/hooks"
#define HOOKS_MAX 64
#define DNS_PORT 53
#define TCP_LISTEN 10	/* TCP_LISTEN of tcp_states.h, 0A */
#define UDP_UNBOUND 7	/* TCP_CLOSE: no peer, 07 */

static const char *const drivers[] = { "daemon", "qemu", "network", "lxc", "libxl" };

/* Hooks */

static void add_hook(struct source *src, xmlNode *host, const char *name)
{
	g_autofree char *path = g_strdup_printf(HOOKS "/%s", name);
	struct source_stat st = { 0 };
	int r = source_stat(src, path, &st);
	xmlNode *hook;

	if (r == 0 && (st.mode & 0170000) == 0100000) {
		hook = facts_add(host, "hook");
		facts_set(hook, "name", name);
		facts_set(hook, "path", path);
		facts_set(hook, "executable", st.mode & 0111 ? "yes" : "no");
		facts_from(hook, path, 0);
	}
	source_stat_done(&st);
}

static unsigned int add_hook_dir(struct source *src, xmlNode *host, const char *driver)
{
	g_autofree char *dir = g_strdup_printf(HOOKS "/%s.d", driver);
	g_auto(GStrv) names = NULL;
	unsigned int n = 0;

	if (source_list(src, dir, &names) < 0)
		return 0;
	for (; n < HOOKS_MAX && names[n]; n++) {
		g_autofree char *name = g_strdup_printf("%s.d/%s", driver, names[n]);

		add_hook(src, host, name);
	}
	return n;
}

static void add_hooks(struct source *src, xmlNode *host)
{
	g_auto(GStrv) names = NULL;
	xmlNode *hooks = facts_add(host, "hooks");

	facts_from(hooks, HOOKS, 0);
	if (facts_error(hooks, source_list(src, HOOKS, &names)))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++) {
		g_autofree char *dir = g_strdup_printf("%s.d", drivers[i]);

		if (g_strv_contains((const char *const *)names, drivers[i]))
			add_hook(src, host, drivers[i]);
		if (g_strv_contains((const char *const *)names, dir))
			add_hook_dir(src, host, drivers[i]);
	}
}

/* Space and memory */

static void add_space(struct source *src, xmlNode *host)
{
	static const char *const paths[] = { "/run", "/var/lib/libvirt", "/var/log/libvirt" };

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		struct source_fs fs = { 0 };
		xmlNode *node = facts_add(host, "space");

		facts_set(node, "path", paths[i]);
		facts_from(node, paths[i], 0);
		if (facts_error(node, source_fs(src, paths[i], &fs)))
			continue;
		facts_set(node, "fs-type", fs.type);
		facts_set(node, "fs-flags", fs.flags);
		facts_setf(node, "free-bytes", "%" G_GUINT64_FORMAT, fs.free_bytes);
		facts_setf(node, "size-bytes", "%" G_GUINT64_FORMAT, fs.size_bytes);
		source_fs_done(&fs);
	}
}

static void set_meminfo(xmlNode *node, const char *attr, const char *text, const char *key)
{
	const char *at = strstr(text, key);

	if (at)
		facts_setf(node, attr, "%" G_GUINT64_FORMAT,
			   g_ascii_strtoull(at + strlen(key), NULL, 10));
}

static void add_commit(struct source *src, xmlNode *host)
{
	static const char path[] = "/proc/sys/vm/overcommit_memory";
	g_autofree char *policy = NULL, *meminfo = NULL;
	xmlNode *node = facts_add(host, "commit");

	facts_from(node, path, 0);
	if (facts_error(node, source_read(src, path, &policy, NULL)))
		return;
	facts_set(node, "policy", g_strstrip(policy));
	if (source_read(src, "/proc/meminfo", &meminfo, NULL) == 0) {
		set_meminfo(node, "limit-kib", meminfo, "CommitLimit:");
		set_meminfo(node, "committed-kib", meminfo, "Committed_AS:");
	}
}

static void gather_host(struct source *src, xmlNode *host)
{
	add_hooks(src, host);
	add_space(src, host);
	add_commit(src, host);
}

/* The DNS and DHCP server of a network */

static bool is_there(struct source *src, const char *path, bool *known)
{
	struct source_stat st = { 0 };
	int r = source_stat(src, path, &st);

	source_stat_done(&st);
	*known &= r == 0 || r == -ENOENT;
	return r == 0;
}

static void set_program(struct source *src, xmlNode *node)
{
	bool known = true;
	bool there = is_there(src, "/usr/sbin/dnsmasq", &known) ||
		     is_there(src, "/usr/bin/dnsmasq", &known);

	if (there || known)
		facts_set(node, "program", there ? "yes" : "no");
}

/* "0100007F" is 127.0.0.1: the four bytes as they lie in memory, read as one number. */
static char *address_text(uint64_t number)
{
	uint32_t bytes = (uint32_t)number;
	const unsigned char *b = (const unsigned char *)&bytes;

	return g_strdup_printf("%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
}

struct listen_at {
	const char *protocol, *path;
	unsigned int state;
};

/* "  12: 0100007F:0035 00000000:0000 07 …" */
static void add_listener(xmlNode *node, const struct listen_at *l, const char *line, const char *address)
{
	g_autoptr(GRegex) regex = g_regex_new(
		"^\\s*\\d+: ([0-9A-F]{8}):([0-9A-F]{4}) [0-9A-F]{8}:[0-9A-F]{4} ([0-9A-F]{2}) ", 0, 0, NULL);
	g_autoptr(GMatchInfo) m = NULL;

	if (!g_regex_match(regex, line, 0, &m))
		return;
	g_autofree char *ip = g_match_info_fetch(m, 1), *port = g_match_info_fetch(m, 2);
	g_autofree char *state = g_match_info_fetch(m, 3);
	g_autofree char *bound = address_text(g_ascii_strtoull(ip, NULL, 16));
	xmlNode *taken;

	if (g_ascii_strtoull(port, NULL, 16) != DNS_PORT ||
	    g_ascii_strtoull(state, NULL, 16) != l->state ||
	    (strcmp(bound, "0.0.0.0") != 0 && strcmp(bound, address) != 0))
		return;
	taken = facts_add(node, "taken");
	facts_set(taken, "address", address);
	facts_setf(taken, "port", "%d", DNS_PORT);
	facts_set(taken, "protocol", l->protocol);
	facts_set(taken, "listener", bound);
	facts_from(taken, l->path, 0);
}

static void add_taken(struct source *src, xmlNode *node, const char *address)
{
	static const struct listen_at places[] = { { "tcp", "/proc/net/tcp", TCP_LISTEN },
						   { "udp", "/proc/net/udp", UDP_UNBOUND } };

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *text = NULL;
		g_auto(GStrv) lines = NULL;

		if (source_read(src, places[i].path, &text, NULL) < 0)
			continue;
		lines = g_strsplit(text, "\n", -1);
		for (size_t n = 0; lines[n]; n++)
			if (strstr(lines[n], ":0035 ")) /* 53 */
				add_listener(node, &places[i], lines[n], address);
	}
}

/* A network without addresses of the host's has no dnsmasq; family is ipv4 unless it says so. */
static void add_dnsmasq(struct source *src, xmlNode *vm, const char *network)
{
	g_autofree char *file = source_path_escape(network);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/networks/%s.xml", file);
	xmlNode *node = facts_add(vm, "dnsmasq");
	xmlNode *xml = facts_adopt(node, "network", src, path);
	const char *dns = facts_get(xml_child(xml, "dns"), "enable");
	bool serves = !g_str_equal(dns ? dns : "yes", "no");

	facts_set(node, "network", network);
	facts_from(node, path, 0);
	if (facts_get(xml, "error")) {
		facts_set(node, "error", facts_get(xml, "error"));
	} else if (xml_child(xml, "ip")) {
		set_program(src, node);
		facts_set(node, "dns", serves ? "yes" : "no");
		for (const xmlNode *ip = xml_child(xml, "ip"); serves && ip; ip = xml_next(ip, "ip"))
			if (facts_get(ip, "address") && !strchr(facts_get(ip, "address"), ':'))
				add_taken(src, node, facts_get(ip, "address"));
	}
	xmlUnlinkNode(xml);
	xmlFreeNode(xml);
}

static void gather_vm(struct source *src, xmlNode *vm)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (const xmlNode *n = xml_child(vm, "uses-network"); n; n = xml_next(n, "uses-network")) {
		const char *name = facts_get(n, "name");

		if (name && g_strcmp0(facts_get(n, "active"), "no") == 0 &&
		    g_hash_table_add(seen, (gpointer)name))
			add_dnsmasq(src, vm, name);
	}
}

const struct check check_start = {
	.name = "start",
	.summary = "hook scripts, space, memory policy and DNS ports that a start needs",
	.reads = reads,
	.host = gather_host,
	.vm = gather_vm,
};
