// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostdev - devices of the host that are assigned to a domain, and what stands in their way
 *
 * Writes, below /facts/vm, one node for each PCI device or USB device by vendor and product:
 *   host-device @type (pci, usb) @address ("0000:03:00.0", or "046d:c52b") @managed (yes, no)
 *     pci: @driver (absent: none) @group (of the IOMMU; absent: none)
 *     with one member @address @driver @class (bridge, other) @assigned (yes: to this domain, too) for each
 *     other device of the group
 *     usb: @count  how many of them are plugged in
 *   @error ENOENT: the host has no such device
 * and, when there is a PCI one:
 *   iommu @units @groups (how many) @argument (what the kernel's command line says of it)
 *         @interrupt-remapping (no: no unit is able to; absent: it is, or that is not known)
 *         @unsafe-interrupts (yes, no: what vfio_iommu_type1 was told; absent: not loaded)
 * Source: Linux Documentation/driver-api/vfio.rst, ABI/testing/sysfs-class-iommu-intel-iommu (ecap; bit 3
 * is IR in the VT-d specification), sysfs-kernel-iommu_groups; formatdomain.html#host-device-assignment
 */
#include <errno.h>

#include "checks/check.h"
#include "source/usb.h"

static const char *const reads[] = {
	"/sys/bus/pci/devices/*", "/sys/bus/usb/devices", "/sys/bus/usb/devices/*",
	"/sys/class/iommu", "/sys/class/iommu/*", "/sys/kernel/iommu_groups",
	"/sys/kernel/iommu_groups/*", "/sys/module/vfio_iommu_type1/parameters/*", "/proc/cmdline", NULL,
};

#define DEVICES_MAX 64u
#define MEMBERS_MAX 64u
#define PCI "/sys/bus/pci/devices/"

/* The last component of a link's target; NULL: no link, or not known, with *ret_error set. */
static char *link_name(struct source *src, const char *dir, const char *name, int *ret_error)
{
	g_autofree char *path = g_strdup_printf("%s/%s", dir, name);
	g_autofree char *target = NULL;

	*ret_error = source_link(src, path, &target);
	return target ? g_path_get_basename(target) : NULL;
}

static char *read_word(struct source *src, const char *dir, const char *name, int *ret_error)
{
	char *text = NULL;

	*ret_error = MIN(source_readf(src, &text, "%s/%s", dir, name), 0);
	return text ? g_strstrip(text) : NULL;
}

static unsigned int count_names(struct source *src, const char *dir, int *ret_error)
{
	g_auto(GStrv) names = NULL;

	*ret_error = source_list(src, dir, &names);
	return *ret_error == 0 && names[0] && *names[0] ? g_strv_length(names) : 0;
}

/* IOMMU */

static void set_arguments(struct source *src, xmlNode *iommu)
{
	g_autofree char *text = NULL;
	g_autoptr(GString) said = g_string_new(NULL);
	g_auto(GStrv) words = NULL;

	if (source_read(src, "/proc/cmdline", &text, NULL) < 0)
		return;
	words = g_strsplit_set(g_strstrip(text), " \n", 0);
	for (size_t i = 0; words[i]; i++)
		if (g_str_has_prefix(words[i], "intel_iommu=") ||
		    g_str_has_prefix(words[i], "amd_iommu=") || g_str_has_prefix(words[i], "iommu="))
			g_string_append_printf(said, "%s%s", said->len ? " " : "", words[i]);
	facts_set(iommu, "argument", said->str);
}

/* No unit can remap interrupts: only where each one's capabilities say so. */
static void set_remapping(struct source *src, xmlNode *iommu)
{
	g_auto(GStrv) names = NULL;
	unsigned int unable = 0, units = 0;

	if (source_list(src, "/sys/class/iommu", &names) < 0)
		return;
	for (size_t i = 0; names[i] && *names[i]; i++, units++) {
		g_autofree char *dir = g_strdup_printf("/sys/class/iommu/%s/intel-iommu", names[i]);
		int error;
		g_autofree char *ecap = read_word(src, dir, "ecap", &error);

		unable += ecap && *ecap && !(g_ascii_strtoull(ecap, NULL, 16) & 8);
	}
	if (units > 0 && unable == units)
		facts_set(iommu, "interrupt-remapping", "no");
}

static void add_iommu(struct source *src, xmlNode *vm)
{
	xmlNode *iommu = facts_add(vm, "iommu");
	int units_error, groups_error, error;
	unsigned int units = count_names(src, "/sys/class/iommu", &units_error);
	unsigned int groups = count_names(src, "/sys/kernel/iommu_groups", &groups_error);
	g_autofree char *unsafe = read_word(src, "/sys/module/vfio_iommu_type1/parameters",
					    "allow_unsafe_interrupts", &error);

	facts_from(iommu, "/sys/kernel/iommu_groups", 0);
	if (groups_error == -ENOENT)
		groups_error = 0;
	if (facts_error(iommu, groups_error))
		return;
	if (units_error == 0 || units_error == -ENOENT)
		facts_setf(iommu, "units", "%u", units);
	facts_setf(iommu, "groups", "%u", groups);
	if (unsafe)
		facts_set(iommu, "unsafe-interrupts", *unsafe == 'Y' || *unsafe == '1' ? "yes" : "no");
	set_arguments(src, iommu);
	set_remapping(src, iommu);
}

/* PCI */

static long hex(const xmlNode *address, const char *name)
{
	const char *text = facts_get(address, name);

	return text ? strtol(text, NULL, 16) : 0;
}

static char *pci_address(const xmlNode *address)
{
	return g_strdup_printf("%04lx:%02lx:%02lx.%lx", hex(address, "domain"), hex(address, "bus"),
			       hex(address, "slot"), hex(address, "function"));
}

/* As a hostdev, or as an interface of type hostdev. */
static bool is_assigned(const xmlNode *vm, const char *address)
{
	static const char *const kinds[] = { "hostdev", "interface" };
	const xmlNode *devices = facts_find(vm, "domain/devices");

	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (const xmlNode *n = xml_child(devices, kinds[k]); n; n = xml_next(n, kinds[k])) {
			const xmlNode *a = xml_child(xml_child(n, "source"), "address");
			g_autofree char *text = pci_address(a);
			const char *type = facts_get(k == 0 ? n : a, "type");

			if (a && g_strcmp0(type, "pci") == 0 && strcmp(text, address) == 0)
				return true;
		}
	return false;
}

static void add_member(struct source *src, xmlNode *device, const char *address)
{
	g_autofree char *dir = g_strconcat(PCI, address, NULL);
	xmlNode *member = facts_add(device, "member");
	int error, class_error;
	g_autofree char *driver = link_name(src, dir, "driver", &error);
	g_autofree char *class = read_word(src, dir, "class", &class_error);

	facts_set(member, "address", address);
	facts_from(member, dir, 0);
	facts_set(member, "driver", driver);
	if (error != -ENOENT && facts_error(member, error))
		return;
	if (class)
		facts_set(member, "class", g_str_has_prefix(class, "0x0604") ? "bridge" : "other");
	if (is_assigned(device->parent, address))
		facts_set(member, "assigned", "yes");
}

static void add_members(struct source *src, xmlNode *device, const char *group)
{
	g_autofree char *dir = g_strdup_printf("/sys/kernel/iommu_groups/%s/devices", group);
	g_auto(GStrv) names = NULL;

	if (source_list(src, dir, &names) < 0)
		return;
	for (size_t i = 0; i < MEMBERS_MAX && names[i] && *names[i]; i++)
		if (g_strcmp0(names[i], facts_get(device, "address")) != 0)
			add_member(src, device, names[i]);
}

static void add_pci(struct source *src, xmlNode *vm, const xmlNode *hostdev, const xmlNode *address)
{
	g_autofree char *name = pci_address(address);
	g_autofree char *dir = g_strconcat(PCI, name, NULL);
	g_autofree char *vendor = NULL, *driver = NULL, *group = NULL;
	xmlNode *device = facts_add(vm, "host-device");
	const char *managed = facts_get(hostdev, "managed");
	int error, group_error;

	facts_set(device, "type", "pci");
	facts_set(device, "address", name);
	facts_set(device, "managed", g_strcmp0(managed, "yes") == 0 ? "yes" : "no");
	facts_from(device, dir, 0);
	vendor = read_word(src, dir, "vendor", &error);
	if (facts_error(device, error))
		return;
	driver = link_name(src, dir, "driver", &error);
	group = link_name(src, dir, "iommu_group", &group_error);
	facts_set(device, "driver", driver);
	facts_set(device, "group", group);
	if ((error < 0 && error != -ENOENT && facts_error(device, error)) ||
	    (group_error < 0 && group_error != -ENOENT && facts_error(device, group_error)))
		return;
	if (group && g_ascii_isdigit(*group))
		add_members(src, device, group);
}

/* USB */

static void add_usb(struct source *src, xmlNode *vm, const xmlNode *source)
{
	const char *vendor = facts_get(xml_child(source, "vendor"), "id");
	const char *product = facts_get(xml_child(source, "product"), "id");
	const char *policy = facts_get(source, "startupPolicy");
	xmlNode *device;
	int count;

	if (!vendor || !product || (policy && strcmp(policy, "mandatory") != 0))
		return;
	device = facts_add(vm, "host-device");
	facts_set(device, "type", "usb");
	facts_setf(device, "address", "%04lx:%04lx", strtoul(vendor, NULL, 16),
		   strtoul(product, NULL, 16));
	facts_from(device, "/sys/bus/usb/devices", 0);
	count = usb_count(src, vendor, product);
	if (!facts_error(device, count))
		facts_setf(device, "count", "%d", count);
}

static void gather_hostdev(struct source *src, xmlNode *vm)
{
	const xmlNode *devices = facts_find(vm, "domain/devices");
	static const char *const kinds[] = { "hostdev", "interface" };
	unsigned int devices_seen = 0;
	bool pci = false;

	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (const xmlNode *n = xml_child(devices, kinds[k]); n; n = xml_next(n, kinds[k])) {
			const xmlNode *source = xml_child(n, "source");
			const xmlNode *address = xml_child(source, "address");
			const char *type = facts_get(k == 0 ? n : address, "type");

			if ((k == 1 && g_strcmp0(facts_get(n, "type"), "hostdev") != 0) ||
			    devices_seen++ >= DEVICES_MAX)
				continue;
			if (g_strcmp0(type, "pci") == 0 && address) {
				add_pci(src, vm, n, address);
				pci = true;
			} else if (g_strcmp0(type, "usb") == 0 && !address) {
				add_usb(src, vm, source);
			}
		}
	if (pci)
		add_iommu(src, vm);
}

const struct check check_hostdev = {
	.name = "hostdev",
	.summary = "host devices assigned to a domain: driver, IOMMU group",
	.reads = reads,
	.vm = gather_hostdev,
};
