// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_host - what libvirt says of the host, its networks, storage pools and network filters
 *
 * Source: libvirt's API reference, libvirt-{host,network,storage,nwfilter}.html.
 */
#include "live/virt/virt.h"

#include <errno.h>
#include <string.h>

#include "base/json_make.h"
#include "source/source.h"

/* Takes over libvirt's @text. g_free() is free() since GLib 2.46, so the caller may g_free() it. */
static int text_or_error(char *text, char **ret_text)
{
	if (!text)
		return virt_errno();
	*ret_text = text;
	return 0;
}

static void add_version(JsonBuilder *b, const char *key, int r, unsigned long version)
{
	g_autofree char *text = r == 0 ? virt_version_text(version) : NULL;

	json_make_text(b, key, text);
}

int virt_read_version(virConnectPtr conn, const char *name G_GNUC_UNUSED, char **ret_text)
{
	unsigned long version = 0;
	g_autofree char *uri = virConnectGetURI(conn);
	g_autofree char *hostname = virConnectGetHostname(conn);
	JsonBuilder *b;
	int r = virConnectGetLibVersion(conn, &version);

	if (r < 0)
		return virt_errno();
	b = json_make_object();
	add_version(b, "libvirt", r, version);
	r = virGetVersion(&version, NULL, NULL);
	add_version(b, "client", r, version);
	r = virConnectGetVersion(conn, &version);
	add_version(b, "hypervisor", r, version);
	json_make_text(b, "type", virConnectGetType(conn));
	json_make_text(b, "uri", uri);
	json_make_text(b, "hostname", hostname);
	*ret_text = json_make_end(b);
	return 0;
}

int virt_read_capabilities(virConnectPtr conn, const char *name G_GNUC_UNUSED, char **ret_text)
{
	return text_or_error(virConnectGetCapabilities(conn), ret_text);
}

int virt_read_nodeinfo(virConnectPtr conn, const char *name G_GNUC_UNUSED, char **ret_text)
{
	virNodeInfo info;
	unsigned long long free_bytes;
	JsonBuilder *b;

	if (virNodeGetInfo(conn, &info) < 0)
		return virt_errno();
	info.model[sizeof(info.model) - 1] = '\0';
	free_bytes = virNodeGetFreeMemory(conn);
	b = json_make_object();
	json_make_text(b, "model", info.model);
	json_make_u64(b, "memory-kib", info.memory);
	if (free_bytes > 0) /* 0 says that it could not be found out */
		json_make_u64(b, "free-memory-kib", free_bytes / 1024);
	else
		json_make_text(b, "free-memory-kib", NULL);
	json_make_int(b, "cpus", info.cpus);
	json_make_int(b, "mhz", info.mhz);
	json_make_int(b, "nodes", info.nodes);
	json_make_int(b, "sockets", info.sockets);
	json_make_int(b, "cores", info.cores);
	json_make_int(b, "threads", info.threads);
	*ret_text = json_make_end(b);
	return 0;
}

/* The plain text of one field; NULL for an empty one: libvirt's choice. */
static char *field_or_default(const char *escaped)
{
	return *escaped ? source_path_unescape(escaped) : NULL;
}

int virt_read_domcapabilities(virConnectPtr conn, const char *name, char **ret_text)
{
	g_auto(GStrv) fields = g_strsplit(name, ",", -1);
	g_autofree char *arch = NULL, *virttype = NULL, *machine = NULL, *emulator = NULL;

	if (g_strv_length(fields) != 4)
		return -ENOENT;
	arch = field_or_default(fields[0]);
	virttype = field_or_default(fields[1]);
	machine = field_or_default(fields[2]);
	emulator = field_or_default(fields[3]);
	return text_or_error(
		virConnectGetDomainCapabilities(conn, emulator, arch, machine, virttype, 0),
		ret_text);
}

int virt_read_network(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virNetwork) net = virNetworkLookupByName(conn, name);

	return net ? text_or_error(virNetworkGetXMLDesc(net, 0), ret_text) : virt_errno();
}

int virt_read_netinfo(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virNetwork) net = virNetworkLookupByName(conn, name);
	g_autofree char *bridge = NULL;
	JsonBuilder *b;
	int autostart = -1;

	if (!net)
		return virt_errno();
	if (virNetworkGetAutostart(net, &autostart) < 0)
		autostart = -1;
	bridge = virNetworkGetBridgeName(net); /* macvtap and SR-IOV networks have none */
	b = json_make_object();
	json_make_bool(b, "active", virNetworkIsActive(net));
	json_make_bool(b, "autostart", autostart);
	json_make_bool(b, "persistent", virNetworkIsPersistent(net));
	json_make_text(b, "bridge", bridge);
	*ret_text = json_make_end(b);
	return 0;
}

static void add_lease(JsonBuilder *b, const virNetworkDHCPLease *lease)
{
	json_builder_begin_object(b);
	json_make_text(b, "interface", lease->iface);
	json_make_int(b, "expires-s", lease->expirytime);
	json_make_text(b, "type", lease->type == VIR_IP_ADDR_TYPE_IPV6 ? "ipv6" : "ipv4");
	json_make_text(b, "mac", lease->mac);
	json_make_text(b, "iaid", lease->iaid);
	json_make_text(b, "address", lease->ipaddr);
	json_make_int(b, "prefix", lease->prefix);
	json_make_text(b, "hostname", lease->hostname);
	json_make_text(b, "client-id", lease->clientid);
	json_builder_end_object(b);
}

int virt_read_leases(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virNetwork) net = virNetworkLookupByName(conn, name);
	virNetworkDHCPLeasePtr *leases = NULL;
	JsonBuilder *b;
	int n;

	if (!net)
		return virt_errno();
	n = virNetworkGetDHCPLeases(net, NULL, &leases, 0);
	if (n < 0)
		return virt_errno();
	b = json_make_object();
	json_make_open_array(b, "leases");
	for (int i = 0; i < n; i++) {
		add_lease(b, leases[i]);
		virNetworkDHCPLeaseFree(leases[i]);
	}
	json_builder_end_array(b);
	g_free(leases);
	*ret_text = json_make_end(b);
	return 0;
}

int virt_read_pool(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virStoragePool) pool = virStoragePoolLookupByName(conn, name);

	return pool ? text_or_error(virStoragePoolGetXMLDesc(pool, 0), ret_text) : virt_errno();
}

int virt_read_poolinfo(virConnectPtr conn, const char *name, char **ret_text)
{
	static const char *const states[] = {
		[VIR_STORAGE_POOL_INACTIVE] = "inactive",
		[VIR_STORAGE_POOL_BUILDING] = "building",
		[VIR_STORAGE_POOL_RUNNING] = "running",
		[VIR_STORAGE_POOL_DEGRADED] = "degraded",
		[VIR_STORAGE_POOL_INACCESSIBLE] = "inaccessible",
	};
	g_autoptr(virStoragePool) pool = virStoragePoolLookupByName(conn, name);
	g_autofree char *state = NULL;
	virStoragePoolInfo info;
	JsonBuilder *b;
	int autostart = -1;

	if (!pool || virStoragePoolGetInfo(pool, &info) < 0)
		return virt_errno();
	if (virStoragePoolGetAutostart(pool, &autostart) < 0)
		autostart = -1;
	state = virt_word(states, G_N_ELEMENTS(states), info.state);
	b = json_make_object();
	json_make_bool(b, "active", virStoragePoolIsActive(pool));
	json_make_bool(b, "autostart", autostart);
	json_make_bool(b, "persistent", virStoragePoolIsPersistent(pool));
	json_make_text(b, "state", state);
	json_make_u64(b, "capacity-bytes", info.capacity);
	json_make_u64(b, "allocation-bytes", info.allocation);
	json_make_u64(b, "available-bytes", info.available);
	*ret_text = json_make_end(b);
	return 0;
}

int virt_read_nwfilter(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virNWFilter) filter = virNWFilterLookupByName(conn, name);

	return filter ? text_or_error(virNWFilterGetXMLDesc(filter, 0), ret_text) : virt_errno();
}

static void add_xml(GPtrArray *names, const char *name)
{
	g_autofree char *escaped = source_path_escape(name);

	g_ptr_array_add(names, g_strconcat(escaped, ".xml", NULL));
}

int virt_list_networks(virConnectPtr conn, GPtrArray *names)
{
	virNetworkPtr *all = NULL;
	int n = virConnectListAllNetworks(conn, &all, 0);

	if (n < 0)
		return virt_errno();
	for (int i = 0; i < n; i++) {
		add_xml(names, virNetworkGetName(all[i]));
		virNetworkFree(all[i]);
	}
	g_free(all);
	return 0;
}

int virt_list_pools(virConnectPtr conn, GPtrArray *names)
{
	virStoragePoolPtr *all = NULL;
	int n = virConnectListAllStoragePools(conn, &all, 0);

	if (n < 0)
		return virt_errno();
	for (int i = 0; i < n; i++) {
		add_xml(names, virStoragePoolGetName(all[i]));
		virStoragePoolFree(all[i]);
	}
	g_free(all);
	return 0;
}

int virt_list_nwfilters(virConnectPtr conn, GPtrArray *names)
{
	virNWFilterPtr *all = NULL;
	int n = virConnectListAllNWFilters(conn, &all, 0);

	if (n < 0)
		return virt_errno();
	for (int i = 0; i < n; i++) {
		add_xml(names, virNWFilterGetName(all[i]));
		virNWFilterFree(all[i]);
	}
	g_free(all);
	return 0;
}
