// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_os - which system the guest runs, and which devices that system can drive
 *
 * Writes, below /facts/vm:
 *   libosinfo @id            what the domain's metadata says
 *   guest ...                what the guest agent says (os-id, os-version-id, os-pretty-name …),
 *                            asked only where its channel is connected; @error otherwise
 *   guest-os @id @short-id @name @family @eol-date @basis (agent, libosinfo, or id: the database
 *            does not know it, and what stands here is what its id gives away)
 *            @virtio-net @virtio-blk @virtio-scsi @virtio-balloon @virtio-rng @virtio-gpu
 *            @virtio-input @q35: native, driver (to be installed), no, unknown
 *            @secure-boot …  out of osinfo-db
 * The agent's word wins over the metadata, which nobody keeps up to date.
 * Windows never lists virtio as native, and the database has no drivers for its newest releases:
 * from Windows 7 and 2008 R2 on there are virtio-win drivers, so those are "driver".  A system
 * without any device in the database is "unknown": silence there is no knowledge.
 * Source: libosinfo(3), osinfo-db, virDomainGetGuestInfo()
 */
#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/guest/*",
	"/vmdoctor/osinfo/*",
	NULL,
};

#define LIBOSINFO_NS "http://libosinfo.org/xmlns/libvirt/domain/1.0"
#define AGENT_CHANNEL "org.qemu.guest_agent.0"

static const struct device {
	const char *name;   /* of the attribute */
	const char *ids[3]; /* ends of osinfo-db's device ids: virtio 0.9, virtio 1.0 */
} devices[] = {
	{ "virtio-net", { "/1af4/1000", "/1af4/1041" } },
	{ "virtio-blk", { "/1af4/1001", "/1af4/1042" } },
	{ "virtio-scsi", { "/1af4/1004", "/1af4/1048" } },
	{ "virtio-balloon", { "/1af4/1002", "/1af4/1045" } },
	{ "virtio-rng", { "/1af4/1005", "/1af4/1044" } },
	{ "virtio-gpu", { "/1af4/1050" } },
	{ "virtio-input", { "/1af4/1052" } },
	{ "q35", { "/chipset/x86/q35" } },
};

static const xmlNode *metadata_os(const xmlNode *domain)
{
	for (const xmlNode *n = xml_child(domain, "metadata") ? xml_child(domain, "metadata")->children
							       : NULL;
	     n; n = n->next)
		if (xml_is(n, "libosinfo") && n->ns &&
		    strcmp((const char *)n->ns->href, LIBOSINFO_NS) == 0)
			return xml_child(n, "os");
	return NULL;
}

static void add_libosinfo(xmlNode *vm, const xmlNode *domain)
{
	const xmlNode *os = metadata_os(domain);
	xmlNode *fact;

	if (!os || !facts_get(os, "id"))
		return;
	fact = facts_add(vm, "libosinfo");
	facts_set(fact, "id", facts_get(os, "id"));
	facts_from(fact, facts_get(domain, "from"), (unsigned int)MAX(xmlGetLineNo(os), 0));
}

static const xmlNode *agent_channel(const xmlNode *domain)
{
	const xmlNode *c = facts_find(domain, "devices/channel");

	for (; c; c = xml_next(c, "channel"))
		if (g_strcmp0(facts_get(xml_child(c, "target"), "name"), AGENT_CHANNEL) == 0)
			return xml_child(c, "target");
	return NULL;
}

static void add_guest(struct source *src, xmlNode *vm, const xmlNode *domain)
{
	g_autofree char *name = source_path_escape(facts_get(vm, "name"));
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/guest/%s/info.json", name);
	const char *state = facts_get(agent_channel(domain), "state");

	if (g_strcmp0(facts_get(vm, "active"), "yes") == 0 && g_strcmp0(state, "connected") == 0)
		facts_json(vm, "guest", src, path);
}

static bool has_device(const xmlNode *os, const char *element, const char *attr,
		       const struct device *d)
{
	for (const xmlNode *n = xml_child(os, element); n; n = xml_next(n, element))
		for (size_t i = 0; d->ids[i]; i++)
			if (facts_get(n, attr) && g_str_has_suffix(facts_get(n, attr), d->ids[i]))
				return true;
	return false;
}

/* Windows NT 6.1 is the first with drivers in today's virtio-win. */
static bool is_windows_with_drivers(const xmlNode *os)
{
	const char *version = facts_get(os, "version");

	return g_strcmp0(facts_get(os, "family"), "winnt") == 0 && version &&
	       parse_version_compare(version, "6.1") >= 0;
}

static const char *support(const xmlNode *os, const struct device *d)
{
	if (has_device(os, "devices", "id", d))
		return "native";
	if (g_str_has_prefix(d->name, "virtio-") &&
	    (has_device(os, "driver-devices", "value", d) || is_windows_with_drivers(os)))
		return "driver";
	return xml_child(os, "devices") ? "no" : "unknown";
}

static bool add_os(struct source *src, xmlNode *vm, const char *id, const char *basis)
{
	g_autofree char *escaped = source_path_escape(id);
	g_autofree char *path = g_strdup_printf("/vmdoctor/osinfo/%s.json", escaped);
	xmlNode *os = facts_json(vm, "guest-os", src, path);

	if (facts_get(os, "error")) {
		xmlUnlinkNode(os);
		xmlFreeNode(os);
		return false;
	}
	facts_set(os, "basis", basis);
	for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
		facts_set(os, devices[i].name, support(os, &devices[i]));
	/* 60 nodes a domain that no rule asks for. */
	for (xmlNode *n; (n = xml_child(os, "devices")) || (n = xml_child(os, "driver-devices"));) {
		xmlUnlinkNode(n);
		xmlFreeNode(n);
	}
	return true;
}

/* Who makes what; a system that osinfo-db does not know yet is newer than those that it knows. */
static const struct maker {
	const char *start, *family, *version, *virtio;
} makers[] = {
	{ "http://microsoft.com/win/", "winnt", "10.0", "driver" },
	{ "http://debian.org/", "linux", NULL, "native" },
	{ "http://ubuntu.com/", "linux", NULL, "native" },
	{ "http://fedoraproject.org/", "linux", NULL, "native" },
	{ "http://redhat.com/", "linux", NULL, "native" },
	{ "http://centos.org/", "linux", NULL, "native" },
	{ "http://almalinux.org/", "linux", NULL, "native" },
	{ "http://rockylinux.org/", "linux", NULL, "native" },
	{ "http://oracle.com/ol/", "linux", NULL, "native" },
	{ "http://opensuse.org/", "linux", NULL, "native" },
	{ "http://suse.com/", "linux", NULL, "native" },
	{ "http://archlinux.org/", "linux", NULL, "native" },
	{ "http://alpinelinux.org/", "linux", NULL, "native" },
	{ "http://nixos.org/", "linux", NULL, "native" },
	{ "http://libosinfo.org/linux/", "linux", NULL, "native" },
};

static void set_by_maker(xmlNode *os, const struct maker *m)
{
	facts_set(os, "family", m->family);
	facts_set(os, "version", m->version);
	for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
		facts_set(os, devices[i].name,
			  g_str_has_prefix(devices[i].name, "virtio-") ? m->virtio : "unknown");
}

/* "http://debian.org/debian/14" is debian 14, a Linux. */
static void add_os_by_id(xmlNode *vm, const xmlNode *libosinfo)
{
	const char *id = facts_get(libosinfo, "id");
	g_auto(GStrv) parts = g_strsplit(id, "/", -1);
	guint n = g_strv_length(parts);
	g_autofree char *name = n > 1 ? g_strdup_printf("%s %s", parts[n - 2], parts[n - 1]) : NULL;

	for (size_t i = 0; name && i < G_N_ELEMENTS(makers); i++) {
		xmlNode *os;

		if (!g_str_has_prefix(id, makers[i].start))
			continue;
		os = facts_add(vm, "guest-os");
		facts_set(os, "id", id);
		facts_set(os, "name", name);
		facts_set(os, "basis", "id");
		facts_set(os, "from", facts_get(libosinfo, "from"));
		facts_set(os, "line", facts_get(libosinfo, "line"));
		set_by_maker(os, &makers[i]);
		return;
	}
}

static char *agent_id(const xmlNode *guest)
{
	const char *id = facts_get(guest, "os-id"), *version = facts_get(guest, "os-version-id");

	return id && version ? g_strdup_printf("short/%s,%s", id, version) : NULL;
}

static void gather_guest_os(struct source *src, xmlNode *vm)
{
	const xmlNode *domain = xml_child(vm, "domain");
	g_autofree char *said = NULL;
	const char *id;

	add_libosinfo(vm, domain);
	add_guest(src, vm, domain);
	said = agent_id(xml_child(vm, "guest"));
	if (said && add_os(src, vm, said, "agent"))
		return;
	id = facts_get(xml_child(vm, "libosinfo"), "id");
	if (id && !add_os(src, vm, id, "libosinfo"))
		add_os_by_id(vm, xml_child(vm, "libosinfo"));
}

const struct check check_guest_os = {
	.name = "guest_os",
	.summary = "the guest's operating system and what it can drive",
	.reads = reads,
	.vm = gather_guest_os,
};
