// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * access_device - the device nodes, sockets and directories of sockets that a domain's devices need
 *
 * Roles: rng, tpm, input, usb, vfio, serial, pipe, argument (a node in qemu:commandline), socket (that
 * QEMU connects to): opened by QEMU. tun, vhost-net, vhost-vsock, chardev-dir (where a socket or a file
 * is to be made): opened by libvirt as root, who hands the descriptor over.
 * Source: formatdomain.html; libvirt src/qemu/qemu_{interface,vhost_vsock,namespace}.c;
 * src/security/security_dac.c (nodes of inputs, TPMs, chardevs and hostdevs are given to QEMU's user;
 * those of rng are not)
 */
#include <errno.h>

#include "checks/access/access.h"
#include "checks/check.h"

#define ARGUMENT_NODES_MAX 32u

static bool is_active(const struct scene *s)
{
	return g_strcmp0(facts_get(s->vm, "active"), "yes") == 0;
}

static void add_node(const struct scene *s, const char *role, const char *path, const char *want,
		     enum verdict owner_change)
{
	if (path && *path == '/')
		access_need(s, &(struct need){ .role = role,
					       .path = path,
					       .want = want,
					       .owner_change = owner_change });
}

static void add_rngs(const struct scene *s, const xmlNode *devices)
{
	for (const xmlNode *n = xml_child(devices, "rng"); n; n = xml_next(n, "rng")) {
		const xmlNode *backend = xml_child(n, "backend");
		g_autofree char *path = xml_text(backend);

		if (g_strcmp0(facts_get(backend, "model"), "random") == 0)
			add_node(s, "rng", path, "r", VERDICT_NO);
	}
}

static void add_tpms(const struct scene *s, const xmlNode *devices)
{
	for (const xmlNode *n = xml_child(devices, "tpm"); n; n = xml_next(n, "tpm")) {
		const xmlNode *backend = xml_child(n, "backend");

		if (g_strcmp0(facts_get(backend, "type"), "passthrough") == 0)
			add_node(s, "tpm", facts_get(xml_child(backend, "device"), "path"), "rw",
				 s->relabel);
	}
}

static void add_inputs(const struct scene *s, const xmlNode *devices)
{
	for (const xmlNode *n = xml_child(devices, "input"); n; n = xml_next(n, "input")) {
		const xmlNode *source = xml_child(n, "source");
		const char *path = facts_get(source, "dev");

		add_node(s, "input", path ? path : facts_get(source, "evdev"), "rw", s->relabel);
	}
}

/* Host devices */

/* A sysfs address is hexadecimal, as "0x03"; -1 where there is none. */
static long number(const xmlNode *address, const char *name, int base)
{
	const char *text = facts_get(address, name);

	return text ? strtol(text, NULL, base) : -1;
}

static void add_usb(const struct scene *s, const xmlNode *address)
{
	long bus = number(address, "bus", 0), device = number(address, "device", 0);
	g_autofree char *path = g_strdup_printf("/dev/bus/usb/%03ld/%03ld", bus, device);

	if (bus > 0 && device > 0)
		add_node(s, "usb", path, "rw", s->relabel);
}

/* The group's node is there only while its devices are bound to vfio: before the start it says nothing. */
static void add_vfio(const struct scene *s, const char *device)
{
	g_autofree char *link = g_strconcat(device, "/iommu_group", NULL);
	g_autofree char *target = NULL, *group = NULL, *path = NULL;

	if (!is_active(s) || source_link(s->src, link, &target) < 0)
		return;
	group = g_path_get_basename(target);
	path = g_strdup_printf("/dev/vfio/%s", group);
	if (g_ascii_isdigit(*group))
		add_node(s, "vfio", path, "rw", s->relabel);
}

static void add_hostdevs(const struct scene *s, const xmlNode *devices)
{
	for (const xmlNode *n = xml_child(devices, "hostdev"); n; n = xml_next(n, "hostdev")) {
		const xmlNode *address = xml_child(xml_child(n, "source"), "address");
		const char *type = facts_get(n, "type"), *uuid = facts_get(address, "uuid");
		const char *policy = facts_get(xml_child(n, "source"), "startupPolicy");
		g_autofree char *device = NULL;

		if (g_strcmp0(type, "usb") == 0 && (!policy || strcmp(policy, "mandatory") == 0))
			add_usb(s, address);
		if (g_strcmp0(type, "mdev") == 0 && uuid && !strchr(uuid, '/'))
			device = g_strconcat("/sys/bus/mdev/devices/", uuid, NULL);
		if (g_strcmp0(type, "pci") == 0 && number(address, "bus", 16) >= 0)
			device = g_strdup_printf("/sys/bus/pci/devices/%04lx:%02lx:%02lx.%lx",
						 MAX(number(address, "domain", 16), 0),
						 number(address, "bus", 16),
						 MAX(number(address, "slot", 16), 0),
						 MAX(number(address, "function", 16), 0));
		if (device)
			add_vfio(s, device);
	}
}

/* Character devices */

static void add_directory(const struct scene *s, const char *path)
{
	g_autofree char *dir = g_path_get_dirname(path);
	const char *const places[] = { dir, NULL };

	/* libvirt makes those that it picks itself. */
	if (!g_str_has_prefix(path, "/var/lib/libvirt/qemu/") && !g_str_has_prefix(path, "/run/libvirt/") &&
	    !g_str_has_prefix(path, "/var/run/libvirt/") && !g_str_has_prefix(path, "/var/log/libvirt/"))
		access_presence(s, "chardev-dir", places);
}

static void add_chardev(const struct scene *s, const xmlNode *chardev)
{
	const xmlNode *source = xml_child(chardev, "source");
	const char *type = facts_get(chardev, "type"), *path = facts_get(source, "path");
	bool connects = g_strcmp0(facts_get(source, "mode"), "connect") == 0;
	const char *again = facts_get(xml_child(source, "reconnect"), "enabled");

	if (!type || !path || *path != '/')
		return;
	if (strcmp(type, "dev") == 0)
		add_node(s, "serial", path, "rw", s->relabel);
	else if (strcmp(type, "unix") == 0 && connects && g_strcmp0(again, "yes") != 0)
		add_node(s, "socket", path, "rw", s->relabel);
	else if (strcmp(type, "file") == 0 || (strcmp(type, "unix") == 0 && !connects))
		add_directory(s, path);
}

static void add_chardevs(const struct scene *s, const xmlNode *devices)
{
	static const char *const kinds[] = { "serial", "parallel", "console", "channel" };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		for (const xmlNode *n = xml_child(devices, kinds[i]); n; n = xml_next(n, kinds[i])) {
			const char *target = facts_get(xml_child(n, "target"), "type");

			/* The first console is the first serial port again. */
			if (strcmp(kinds[i], "console") != 0 || g_strcmp0(target, "serial") != 0)
				add_chardev(s, n);
		}
}

/* What libvirt opens for QEMU */

static bool wants_tap(const xmlNode *interface)
{
	const char *type = facts_get(interface, "type");

	return g_strcmp0(type, "network") == 0 || g_strcmp0(type, "bridge") == 0;
}

static void add_network(const struct scene *s, const xmlNode *devices)
{
	static const char *const tun[] = { "/dev/net/tun", NULL };
	static const char *const net[] = { "/dev/vhost-net", NULL };
	static const char *const vsock[] = { "/dev/vhost-vsock", NULL };
	bool tap = false, vhost = false;

	for (const xmlNode *n = xml_child(devices, "interface"); n; n = xml_next(n, "interface")) {
		tap |= wants_tap(n);
		vhost |= g_strcmp0(facts_get(xml_child(n, "driver"), "name"), "vhost") == 0;
	}
	if (tap)
		access_presence(s, "tun", tun);
	if (vhost)
		access_presence(s, "vhost-net", net);
	if (xml_child(devices, "vsock"))
		access_presence(s, "vhost-vsock", vsock);
}

/* Nodes in the arguments that are passed on as they are */

/* These are made by whoever opens them, or kept in every guest's own /dev. */
static bool is_made_up(const char *path)
{
	static const char *const dirs[] = { "/dev/shm", "/dev/hugepages", "/dev/mqueue", "/dev/pts",
					    "/dev/fd",	"/dev/std",	  "/dev/null" };

	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++)
		if (g_str_has_prefix(path, dirs[i]))
			return true;
	return false;
}

static void add_argument(const struct scene *s, const char *value, GHashTable *seen)
{
	g_autoptr(GRegex) re = g_regex_new("(?:^|[=:,\"])(/dev/[^,\"'\\s]+)", 0, 0, NULL);
	g_autoptr(GMatchInfo) m = NULL;

	if (!g_utf8_validate(value, -1, NULL))
		return;
	g_regex_match(re, value, 0, &m);
	for (; g_match_info_matches(m); g_match_info_next(m, NULL)) {
		g_autofree char *path = g_match_info_fetch(m, 1);

		if (is_made_up(path) || g_hash_table_size(seen) >= ARGUMENT_NODES_MAX ||
		    !g_hash_table_add(seen, g_strdup(path)))
			continue;
		add_node(s, "argument", path, "r", VERDICT_NO);
	}
}

static void add_arguments(const struct scene *s)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const xmlNode *arg = facts_find(s->domain, "commandline/arg");

	for (; arg; arg = xml_next(arg, "arg"))
		if (facts_get(arg, "value"))
			add_argument(s, facts_get(arg, "value"), seen);
}

void access_devices(const struct scene *s)
{
	const xmlNode *devices = xml_child(s->domain, "devices");

	add_rngs(s, devices);
	add_tpms(s, devices);
	add_inputs(s, devices);
	add_hostdevs(s, devices);
	add_chardevs(s, devices);
	add_network(s, devices);
	add_arguments(s);
}
