// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp - the DHCP and DNS server of an interface's network, its addresses, and this guest's share
 *
 * Writes, below /facts/vm/nic, where the network is one of libvirt's own that is active:
 *   dhcp-server @network @conf @wanted (yes, no: does libvirt run a dnsmasq for it?)
 *     @dhcp (yes: for IPv4) @upstream (forwarder, resolv.conf, none: whom it asks for foreign names)
 *     @pid @running (yes, no) @reason (no-pid-file, no-process, other-process)
 *     @error: not known whether it runs
 *   dhcp-pool @size @taken @free @leases (all of the network's that hold now), IPv4 addresses
 *     @ranges @own-lease (yes, no: has this guest one?)
 *   reservation @address @in-subnet (yes, no) @holder (another MAC with a lease of it)
 *     @rival (another MAC that the XML gives the same address): the XML's host entry for this guest
 * Taken: leased now, or reserved by the XML, or the host's own.
 * Source: formatnetwork.html#addressing, formatnetwork.html#dns; dnsmasq(8) --dhcp-host,
 * --leasefile-ro; libvirt src/network/bridge_driver.c networkStartDhcpDaemon()
 */
#include <errno.h>

#include "checks/check.h"
#include "formats/ipv4.h"

static const char *const reads[] = {
	"/run/libvirt/network/*.pid",
	"/proc/*/cmdline",
	"/proc/1/comm",
	"/vmdoctor/libvirt/leases/*",
	NULL,
};

#define CONF_DIR "/var/lib/libvirt/dnsmasq"
#define RANGES_MAX 256

static bool is_ipv4(const xmlNode *ip)
{
	return g_strcmp0(facts_get(ip, "family"), "ipv6") != 0;
}

/* Is it running? */

/* hidepid= of proc(5) makes processes of others look as if they were not there. */
static int no_process(struct source *src)
{
	g_autofree char *text = NULL;

	return source_read(src, "/proc/1/comm", &text, NULL) == -ENOENT ? -EACCES : -ESRCH;
}

/* 0: the process is this network's dnsmasq; 1: another one. A PID is used again after a while. */
static int look_at(struct source *src, const char *pid, const char *conf)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid);
	g_autofree char *text = NULL;
	size_t size = 0;
	int r = source_read(src, path, &text, &size);

	if (r == -ENOENT)
		return no_process(src);
	if (r < 0)
		return r;
	if (size == 0)
		return -ENODATA; /* a process that is just ending has none */
	return memmem(text, size, "dnsmasq", strlen("dnsmasq")) && memmem(text, size, conf, strlen(conf))
		       ? 0
		       : 1;
}

static void set_state(xmlNode *server, const char *running, const char *reason)
{
	facts_set(server, "running", running);
	facts_set(server, "reason", reason);
}

static void set_running(struct source *src, xmlNode *server, const char *name, const char *conf)
{
	g_autofree char *path = g_strdup_printf("/run/libvirt/network/%s.pid", name);
	g_autofree char *pid = NULL;
	uint64_t number;
	int r = source_read(src, path, &pid, NULL);

	facts_from(server, path, 0);
	if (r == -ENOENT) {
		set_state(server, "no", "no-pid-file");
		return;
	}
	if (facts_error(server, MIN(r, 0)))
		return;
	if (!parse_u64(g_strstrip(pid), &number) || number == 0 || number > INT32_MAX) {
		facts_error(server, -EBADMSG);
		return;
	}
	facts_set(server, "pid", pid);
	r = look_at(src, pid, conf);
	if (r == 0)
		set_state(server, "yes", NULL);
	else if (r == 1 || r == -ESRCH)
		set_state(server, "no", r == 1 ? "other-process" : "no-process");
	else
		facts_error(server, r);
}

static bool has_dhcp(const xmlNode *ip)
{
	const xmlNode *dhcp = xml_child(ip, "dhcp");

	return xml_child(dhcp, "range") || xml_child(dhcp, "host");
}

static const char *upstream_of(const xmlNode *dns)
{
	const xmlNode *f = xml_child(dns, "forwarder");

	if (facts_is(dns, "enable", "no"))
		return "none";
	while (f && (!facts_get(f, "addr") || facts_get(f, "domain")))
		f = xml_next(f, "forwarder");
	return f ? "forwarder" : "resolv.conf";
}

static bool is_file_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/');
}

static xmlNode *add_server(struct source *src, xmlNode *nic, const xmlNode *xml)
{
	const char *name = facts_get(nic, "network"), *upstream = upstream_of(xml_child(xml, "dns"));
	const char *run_dir = facts_get(facts_find(facts_host(nic->doc), "connection"), "run-dir");
	g_autofree char *conf = g_strdup_printf(CONF_DIR "/%s.conf", name);
	xmlNode *server = facts_add(nic, "dhcp-server");
	bool any = false, ipv4 = false;

	for (const xmlNode *ip = xml_child(xml, "ip"); ip; ip = xml_next(ip, "ip")) {
		any |= has_dhcp(ip);
		ipv4 |= has_dhcp(ip) && is_ipv4(ip);
	}
	facts_set(server, "network", name);
	facts_set(server, "conf", conf);
	facts_set(server, "wanted", any || strcmp(upstream, "none") != 0 ? "yes" : "no");
	facts_set(server, "dhcp", ipv4 ? "yes" : "no");
	facts_set(server, "upstream", upstream);
	/* A user's own libvirt keeps its files elsewhere. */
	if (!is_file_name(name) || (run_dir && strcmp(run_dir, "/run/libvirt/qemu") != 0))
		facts_error(server, -ENODATA);
	else
		set_running(src, server, name, conf);
	return server;
}

/* Its addresses. */

struct range {
	uint32_t first, last;
};

struct pool {
	GArray *ranges;	   /* of struct range; sorted, none overlaps */
	GHashTable *taken; /* addresses in ranges */
};

static int by_first(gconstpointer a, gconstpointer b)
{
	const struct range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static void pool_merge(struct pool *p)
{
	g_array_sort(p->ranges, by_first);
	for (guint i = 1; i < p->ranges->len;) {
		struct range *a = &g_array_index(p->ranges, struct range, i - 1);
		const struct range *b = a + 1;

		if (b->first > a->last) {
			i++;
			continue;
		}
		a->last = MAX(a->last, b->last);
		g_array_remove_index(p->ranges, i);
	}
}

static void pool_take(struct pool *p, const char *address)
{
	uint32_t a;

	if (!ipv4_parse(address, &a))
		return;
	for (guint i = 0; i < p->ranges->len; i++) {
		const struct range *r = &g_array_index(p->ranges, struct range, i);

		if (a >= r->first && a <= r->last)
			g_hash_table_add(p->taken, GUINT_TO_POINTER(a));
	}
}

static void pool_fill(struct pool *p, const xmlNode *xml)
{
	for (const xmlNode *ip = xml_child(xml, "ip"); ip; ip = xml_next(ip, "ip")) {
		const xmlNode *dhcp = is_ipv4(ip) ? xml_child(ip, "dhcp") : NULL;

		for (const xmlNode *n = xml_child(dhcp, "range"); n; n = xml_next(n, "range")) {
			struct range r;

			if (p->ranges->len < RANGES_MAX && ipv4_parse(facts_get(n, "start"), &r.first) &&
			    ipv4_parse(facts_get(n, "end"), &r.last) && r.first <= r.last)
				g_array_append_val(p->ranges, r);
		}
	}
	pool_merge(p);
	for (const xmlNode *ip = xml_child(xml, "ip"); ip; ip = xml_next(ip, "ip")) {
		pool_take(p, is_ipv4(ip) ? facts_get(ip, "address") : NULL);
		for (const xmlNode *n = xml_child(xml_child(ip, "dhcp"), "host"); n;
		     n = xml_next(n, "host"))
			pool_take(p, facts_get(n, "ip"));
	}
}

static uint64_t pool_size(const struct pool *p)
{
	uint64_t size = 0;

	for (guint i = 0; i < p->ranges->len; i++) {
		const struct range *r = &g_array_index(p->ranges, struct range, i);

		size += (uint64_t)r->last - r->first + 1;
	}
	return size;
}

/* An expiry of 0 is never. */
static bool holds(const xmlNode *lease, const xmlNode *host)
{
	uint64_t expires = 0, now = 0;

	if (!facts_is(lease, "type", "ipv4"))
		return false;
	if (!parse_u64(facts_get(lease, "expires-s") ? facts_get(lease, "expires-s") : "", &expires) ||
	    expires == 0 || !facts_get(xml_child(host, "clock"), "seconds"))
		return true;
	return !parse_u64(facts_get(xml_child(host, "clock"), "seconds"), &now) || expires >= now;
}

static void set_ranges(xmlNode *node, const xmlNode *xml)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (const xmlNode *ip = xml_child(xml, "ip"); ip; ip = xml_next(ip, "ip"))
		for (const xmlNode *n = is_ipv4(ip) ? xml_child(xml_child(ip, "dhcp"), "range") : NULL;
		     n && text->len < 200; n = xml_next(n, "range"))
			g_string_append_printf(text, "%s%s to %s", text->len ? ", " : "",
					       facts_get(n, "start"), facts_get(n, "end"));
	facts_set(node, "ranges", text->str);
}

static void add_pool(xmlNode *nic, const xmlNode *xml, const xmlNode *leases, const char *path)
{
	const xmlNode *host = facts_host(nic->doc);
	struct pool p = { g_array_new(FALSE, FALSE, sizeof(struct range)),
			  g_hash_table_new(NULL, NULL) };
	bool own = false;
	unsigned int held = 0;
	xmlNode *node;

	pool_fill(&p, xml);
	for (const xmlNode *l = xml_child(leases, "leases"); l; l = xml_next(l, "leases"))
		if (holds(l, host)) {
			pool_take(&p, facts_get(l, "address"));
			own |= g_ascii_strcasecmp(facts_get(l, "mac") ? facts_get(l, "mac") : "",
						  facts_get(nic, "mac")) == 0;
			held++;
		}
	if (p.ranges->len) {
		node = facts_add(nic, "dhcp-pool");
		facts_setf(node, "size", "%" G_GUINT64_FORMAT, pool_size(&p));
		facts_setf(node, "taken", "%u", g_hash_table_size(p.taken));
		facts_setf(node, "free", "%" G_GUINT64_FORMAT,
			   pool_size(&p) - g_hash_table_size(p.taken));
		facts_setf(node, "leases", "%u", held);
		facts_set(node, "own-lease", own ? "yes" : "no");
		set_ranges(node, xml);
		facts_from(node, path, 0);
	}
	g_array_unref(p.ranges);
	g_hash_table_unref(p.taken);
}

/* The address that the XML keeps for this guest. */

static bool ip_holds(const xmlNode *ip, uint32_t address)
{
	struct ipv4_subnet s;

	return ipv4_subnet_of(facts_get(ip, "address"), facts_get(ip, "prefix"),
			      facts_get(ip, "netmask"), &s) &&
	       ipv4_is_in(address, &s);
}

static const char *lease_holder(const xmlNode *host, const xmlNode *leases, const char *address,
				const char *mac)
{
	for (const xmlNode *l = xml_child(leases, "leases"); l; l = xml_next(l, "leases"))
		if (holds(l, host) && facts_is(l, "address", address) && facts_get(l, "mac") &&
		    g_ascii_strcasecmp(facts_get(l, "mac"), mac) != 0)
			return facts_get(l, "mac");
	return NULL;
}

static const char *rival_of(const xmlNode *dhcp, const xmlNode *mine)
{
	const xmlNode *n = xml_child(dhcp, "host");

	while (n && (n == mine || !facts_get(n, "mac") || !facts_is(n, "ip", facts_get(mine, "ip")) ||
		     g_ascii_strcasecmp(facts_get(n, "mac"), facts_get(mine, "mac")) == 0))
		n = xml_next(n, "host");
	return n ? facts_get(n, "mac") : NULL;
}

static void add_reservation(xmlNode *nic, const xmlNode *ip, const xmlNode *leases)
{
	const char *mac = facts_get(nic, "mac");
	const xmlNode *dhcp = xml_child(ip, "dhcp"), *mine = facts_child(dhcp, "host", "mac", mac);
	const char *address = facts_get(mine, "ip");
	uint32_t a;
	xmlNode *node;

	if (!mine || !ipv4_parse(address, &a))
		return;
	node = facts_add(nic, "reservation");
	facts_set(node, "address", address);
	facts_set(node, "in-subnet", ip_holds(ip, a) ? "yes" : "no");
	facts_set(node, "holder", lease_holder(facts_host(nic->doc), leases, address, mac));
	facts_set(node, "rival", rival_of(dhcp, mine));
}

static void add_nic(struct source *src, xmlNode *nic, const xmlNode *network)
{
	const xmlNode *xml = xml_child(network, "network");
	g_autofree char *file = source_path_escape(facts_get(network, "name"));
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/leases/%s.json", file);
	xmlNode *server = add_server(src, nic, xml), *leases;

	if (!facts_is(server, "dhcp", "yes") || !facts_get(nic, "mac"))
		return;
	leases = facts_json(nic, "leases", src, path);
	if (!facts_get(leases, "error"))
		add_pool(nic, xml, leases, path);
	for (const xmlNode *ip = xml_child(xml, "ip"); ip; ip = xml_next(ip, "ip"))
		if (is_ipv4(ip))
			add_reservation(nic, ip, leases);
	xmlUnlinkNode(leases);
	xmlFreeNode(leases);
}

/* Of other modes (a bridge of the host's, macvtap) libvirt serves no addresses. */
static bool is_served(const xmlNode *nic)
{
	static const char *const modes[] = { "nat", "route", "open", "isolated", NULL };
	const char *mode = facts_get(nic, "mode");

	return mode && g_strv_contains(modes, mode);
}

static void gather_dhcp(struct source *src, xmlNode *vm)
{
	const xmlNode *host = facts_host(vm->doc);

	for (xmlNode *n = xml_child(vm, "nic"); n; n = xml_next(n, "nic")) {
		const xmlNode *network = facts_child(host, "network", "name", facts_get(n, "network"));

		if (network && is_served(n) && facts_is(network, "active", "yes") &&
		    facts_find(network, "network/ip"))
			add_nic(src, n, network);
	}
}

const struct check check_dhcp = {
	.name = "dhcp",
	.summary = "a network's DHCP and DNS server, its free addresses, a guest's reservation",
	.reads = reads,
	.vm = gather_dhcp,
};
