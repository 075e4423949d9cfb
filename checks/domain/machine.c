// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * machine - the domain's machine type against those that its emulator offers
 *
 * Writes, below /facts/vm:
 *   machine @name @family (pc-q35) @version (3.1) @offered (yes, no; absent: not known)
 *           @canonical (of an alias) @deprecated (yes) @newest (of the same family)
 *           @max-cpus; @from: which of libvirt's answers says so
 *   domain-capabilities  what libvirt says of this emulator, machine, arch and virt type, verbatim
 * The list in the host's capabilities is that of the default emulator of the arch; for a domain
 * with another one, only domcapabilities tells: it fails with EINVAL on an unknown machine.
 * Source: formatcaps.html, formatdomaincaps.html, virConnectGetDomainCapabilities()
 */
#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/domcapabilities",
	"/vmdoctor/libvirt/domcapabilities/*",
	NULL,
};

/* What a domain asks for. Strings are owned. */
struct wish {
	char *machine, *arch, *virttype, *emulator;
};

static void wish_done(struct wish *w)
{
	g_free(w->machine);
	g_free(w->arch);
	g_free(w->virttype);
	g_free(w->emulator);
}

static struct wish wish_of(const xmlNode *domain)
{
	const xmlNode *type = facts_find(domain, "os/type");

	return (struct wish){
		.machine = g_strdup(facts_get(type, "machine")),
		.arch = g_strdup(facts_get(type, "arch")),
		.virttype = g_strdup(facts_get(domain, "type")),
		.emulator = xml_text(facts_find(domain, "devices/emulator")),
	};
}

static const xmlNode *arch_of(const xmlNode *capabilities, const char *arch)
{
	for (const xmlNode *g = xml_child(capabilities, "guest"); g; g = xml_next(g, "guest")) {
		const xmlNode *a = xml_child(g, "arch");
		g_autofree char *os = xml_text(xml_child(g, "os_type"));

		if (strcmp(os, "hvm") == 0 && g_strcmp0(facts_get(a, "name"), arch) == 0)
			return a;
	}
	return NULL;
}

/* The element that holds the machines and the emulator for @virttype: <domain>'s win. */
static const xmlNode *list_of(const xmlNode *arch, const char *virttype)
{
	const xmlNode *d = xml_child(arch, "domain");

	while (d && g_strcmp0(facts_get(d, "type"), virttype) != 0)
		d = xml_next(d, "domain");
	return d && xml_child(d, "machine") ? d : arch;
}

static bool is_its_emulator(const xmlNode *arch, const xmlNode *list, const char *emulator)
{
	g_autofree char *common = xml_text(xml_child(arch, "emulator"));
	g_autofree char *own = xml_text(xml_child(list, "emulator"));

	return !*emulator || strcmp(*own ? own : common, emulator) == 0;
}

/* "pc-q35-rhel9.4.0": family "pc-q35-rhel", version "9.4.0"; "q35": family "q35", no version. */
static void split_name(const char *name, char **ret_family, char **ret_version)
{
	size_t end = strlen(name);

	while (end > 0 && (g_ascii_isdigit(name[end - 1]) || name[end - 1] == '.'))
		end--;
	if (!strchr(name + end, '.'))
		end = strlen(name);
	*ret_version = g_strdup(name + end);
	*ret_family = g_strndup(name, end > 0 && name[end - 1] == '-' ? end - 1 : end);
}

static void set_from_entry(xmlNode *fact, const xmlNode *entry)
{
	facts_set(fact, "offered", "yes");
	facts_set(fact, "canonical", facts_get(entry, "canonical"));
	facts_set(fact, "deprecated", facts_get(entry, "deprecated"));
	facts_set(fact, "max-cpus", facts_get(entry, "maxCpus"));
}

static void search_list(xmlNode *fact, const xmlNode *list, const char *machine)
{
	g_autofree char *family = NULL, *version = NULL, *newest = NULL, *newest_version = NULL;

	split_name(machine, &family, &version);
	facts_set(fact, "offered", "no");
	for (const xmlNode *m = xml_child(list, "machine"); m; m = xml_next(m, "machine")) {
		g_autofree char *name = xml_text(m);
		g_autofree char *f = NULL, *v = NULL;

		split_name(name, &f, &v);
		if (strcmp(name, machine) == 0)
			set_from_entry(fact, m);
		if (!*v || strcmp(f, family) != 0 ||
		    (newest && parse_version_compare(v, newest_version) <= 0))
			continue;
		g_free(newest);
		g_free(newest_version);
		newest = g_strdup(name);
		newest_version = g_strdup(v);
	}
	facts_set(fact, "newest", newest);
}

static char *component(const char *text)
{
	g_autofree char *escaped = source_path_escape(text ? text : "");
	g_auto(GStrv) pieces = g_strsplit(escaped, ",", 0);

	return g_strjoinv("%2C", pieces);
}

static char *domcaps_path(const struct wish *w, const char *machine)
{
	g_autofree char *arch = component(w->arch), *type = component(w->virttype);
	g_autofree char *m = component(machine), *emulator = component(w->emulator);

	return g_strdup_printf("/vmdoctor/libvirt/domcapabilities/%s,%s,%s,%s.xml", arch, type, m,
			       emulator);
}

static void call_domcaps(xmlNode *caps)
{
	xmlNodeSetName(caps, BAD_CAST "domain-capabilities");
}

/* Somebody's `virsh domcapabilities >x.xml` in a tree counts when it is of the same emulator. */
static bool adopt_any(struct source *src, xmlNode *vm, const struct wish *w)
{
	static const char dir[] = "/vmdoctor/libvirt/domcapabilities";
	g_auto(GStrv) files = NULL;

	if (source_list(src, dir, &files) < 0)
		return false;
	for (size_t i = 0; files[i] && *files[i]; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", dir, files[i]);
		xmlNode *caps = facts_adopt(vm, "domainCapabilities", src, path);
		g_autofree char *emulator = xml_text(xml_child(caps, "path"));
		g_autofree char *arch = xml_text(xml_child(caps, "arch"));
		g_autofree char *type = xml_text(xml_child(caps, "domain"));

		if (strcmp(emulator, w->emulator) == 0 && g_strcmp0(arch, w->arch) == 0 &&
		    g_strcmp0(type, w->virttype) == 0) {
			call_domcaps(caps);
			return true;
		}
		xmlUnlinkNode(caps);
		xmlFreeNode(caps);
	}
	return false;
}

static xmlNode *add_domcaps(struct source *src, xmlNode *vm, const struct wish *w)
{
	g_autofree char *path = domcaps_path(w, w->machine);
	xmlNode *caps = facts_adopt(vm, "domainCapabilities", src, path);
	const char *error = facts_get(caps, "error");

	if (g_strcmp0(error, "ENODATA") == 0 && adopt_any(src, vm, w)) {
		xmlUnlinkNode(caps);
		xmlFreeNode(caps);
		return NULL;
	}
	call_domcaps(caps);
	return caps;
}

/* Another emulator than the host's default one: it takes the machine, or says that it does not. */
static void judge_by_domcaps(xmlNode *fact, const xmlNode *caps, const struct wish *w)
{
	const char *error = facts_get(caps, "error");
	g_autofree char *canonical = xml_text(xml_child(caps, "machine"));

	if (!caps)
		return;
	facts_set(fact, "from", facts_get(caps, "from"));
	if (!error) {
		facts_set(fact, "offered", "yes");
		if (*canonical && g_strcmp0(canonical, w->machine) != 0)
			facts_set(fact, "canonical", canonical);
	} else if (strcmp(error, "EINVAL") == 0) {
		facts_set(fact, "offered", "no");
	} else {
		facts_set(fact, "error", error);
	}
}

static void add_machine(struct source *src, xmlNode *vm, const struct wish *w)
{
	const xmlNode *capabilities = xml_child(facts_host(vm->doc), "capabilities");
	const xmlNode *arch = arch_of(capabilities, w->arch);
	const xmlNode *list = arch ? list_of(arch, w->virttype) : NULL;
	xmlNode *fact = facts_add(vm, "machine");
	xmlNode *caps = add_domcaps(src, vm, w);
	g_autofree char *family = NULL, *version = NULL;

	split_name(w->machine, &family, &version);
	facts_set(fact, "name", w->machine);
	facts_set(fact, "family", family);
	facts_set(fact, "version", *version ? version : NULL);
	facts_set(fact, "from", facts_get(capabilities, "from"));
	if (list && is_its_emulator(arch, list, w->emulator))
		search_list(fact, list, w->machine);
	else if (caps && (!capabilities || !facts_get(capabilities, "error")))
		judge_by_domcaps(fact, caps, w);
	else
		facts_set(fact, "error", capabilities ? facts_get(capabilities, "error") : "ENODATA");
}

static void gather_machine(struct source *src, xmlNode *vm)
{
	struct wish w = wish_of(xml_child(vm, "domain"));

	if (w.machine && w.arch && w.virttype)
		add_machine(src, vm, &w);
	wish_done(&w);
}

const struct check check_machine = {
	.name = "machine",
	.summary = "the machine types that the domain's emulator offers",
	.reads = reads,
	.vm = gather_machine,
};
