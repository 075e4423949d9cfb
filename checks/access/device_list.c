// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device_list - the device nodes that a domain needs: may its control group open them, and are they in
 * its own /dev?
 *
 * Of a running domain, writes below /facts/vm one node for each list that counts; all must say yes:
 *   device-list @kind (bpf, v1) @entries @list ("c 1:3 rw, c 136:* rw", shortened) @known (no: a program
 *               whose decision cannot be read)
 *   or one with @error where the lists cannot be read; none where nothing is refused
 * and on the nodes access @device of the check of that name:
 *   @cgroup (yes, no)  do the lists grant what is wanted? absent: not known
 *   @in-qemu (yes, no)  is there such a node in QEMU's /dev? absent: not known
 * Of a domain that is off, on those nodes access that libvirt does not admit by itself:
 *   @admitted (yes, no)  is it in qemu.conf's cgroup_device_acl, or in the default for that?
 * Source: Linux Documentation/admin-guide/cgroup-v1/devices.rst; libvirt src/qemu/qemu_cgroup.c
 * qemuSetupDevicesCgroup(), src/util/vircgroupv2devices.c, qemu_namespace.c qemuDomainSetupAllDevices()
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/access/security.h"

static const char *const reads[] = {
	"/vmdoctor/cgroup/*", "/proc/*/cgroup", "/sys/fs/cgroup/devices/*", "/proc/*/root/dev/*", NULL,
};

#define LIST_CHARS 400
#define ENTRIES_MAX 4096u

/* One open is granted by one entry, or not at all: rights of several are not added up. */
static bool entry_grants(const char *entry, char type, unsigned int major, unsigned int minor,
			 const char *want)
{
	g_auto(GStrv) f = g_strsplit(entry, " ", 3);
	g_auto(GStrv) number = g_strv_length(f) == 3 ? g_strsplit(f[1], ":", 2) : NULL;

	if (!number || g_strv_length(number) != 2 || (*f[0] != type && *f[0] != 'a'))
		return false;
	if (strcmp(number[0], "*") != 0 && g_ascii_strtoull(number[0], NULL, 10) != major)
		return false;
	if (strcmp(number[1], "*") != 0 && g_ascii_strtoull(number[1], NULL, 10) != minor)
		return false;
	for (const char *w = want; *w; w++)
		if (!strchr(f[2], *w))
			return false;
	return true;
}

/** One list: the entries of a program, or the file of cgroup v1. */
struct list {
	xmlNode *node;
	GPtrArray *entries; /* owned texts */
	bool known;
};

static void list_free(void *data)
{
	struct list *l = data;

	g_ptr_array_unref(l->entries);
	g_free(l);
}

static struct list *add_list(GPtrArray *lists, bool known)
{
	struct list *l = g_new0(struct list, 1);

	l->entries = g_ptr_array_new_with_free_func(g_free);
	l->known = known;
	g_ptr_array_add(lists, l);
	return l;
}

static void add_entry(struct list *l, const char *line)
{
	if (*line && l->entries->len < ENTRIES_MAX)
		g_ptr_array_add(l->entries, g_strdup(line));
}

static void write_list(xmlNode *vm, struct list *l, const char *kind, const char *from)
{
	g_autoptr(GString) text = g_string_new(NULL);

	l->node = facts_add(vm, "device-list");
	for (guint i = 0; i < l->entries->len && text->len < LIST_CHARS; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", (char *)l->entries->pdata[i]);
	facts_set(l->node, "kind", kind);
	facts_setf(l->node, "entries", "%u", l->entries->len);
	facts_set(l->node, "list", text->str);
	facts_set(l->node, "known", l->known ? "yes" : "no");
	facts_from(l->node, from, 0);
}

/* Return: 0; -errno: whether there are programs is not known. */
static int read_bpf(struct source *src, xmlNode *vm, const char *pid, GPtrArray *lists)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/cgroup/%s/devices.txt", pid);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	struct list *l = NULL;
	guint first = lists->len;
	int r = source_read(src, path, &text, NULL);

	/* No cgroup2 mounted, or a kernel without such programs. */
	if (r == -ENOENT || r == -ENOSYS || r == -EINVAL)
		return 0;
	if (r < 0)
		return r;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], "program "))
			l = add_list(lists, strcmp(lines[i], "program libvirt") == 0 && r == 0);
		else if (l)
			add_entry(l, lines[i]);
	for (; first < lists->len; first++)
		write_list(vm, lists->pdata[first], "bpf", path);
	return 0;
}

/* The path in "5:devices:/machine/qemu-1-web.libvirt-qemu"; NULL: not in use. */
static char *v1_group(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], ":", 3);
		g_auto(GStrv) controllers = g_strv_length(f) == 3 ? g_strsplit(f[1], ",", 0) : NULL;

		if (controllers && g_strv_contains((const char *const *)controllers, "devices"))
			return g_strdup(f[2]);
	}
	return NULL;
}

static int read_v1(struct source *src, xmlNode *vm, const char *pid, GPtrArray *lists)
{
	g_autofree char *text = NULL, *group = NULL, *path = NULL, *list = NULL;
	g_auto(GStrv) lines = NULL;
	struct list *l;
	int r = source_readf(src, &text, "/proc/%s/cgroup", pid);

	if (r < 0)
		return r;
	group = v1_group(text);
	if (!group)
		return 0;
	path = g_strdup_printf("/sys/fs/cgroup/devices%s/devices.list",
			       strcmp(group, "/") == 0 ? "" : group);
	r = source_read(src, path, &list, NULL);
	if (r != 0 || !*list)
		return r < 0 ? r : -EBADMSG;
	lines = g_strsplit(list, "\n", 0);
	l = add_list(lists, true);
	for (size_t i = 0; lines[i]; i++)
		add_entry(l, lines[i]);
	write_list(vm, l, "v1", path);
	return 0;
}

/* Every list must grant it; what an unknown one says is unknown. */
static enum verdict judge_lists(const GPtrArray *lists, const char *device, const char *want)
{
	enum verdict v = VERDICT_YES;
	unsigned int major, minor;
	char type;

	if (sscanf(device, "%c %u:%u", &type, &major, &minor) != 3)
		return VERDICT_UNKNOWN;
	for (guint i = 0; i < lists->len; i++) {
		const struct list *l = lists->pdata[i];
		bool grants = false;

		for (guint e = 0; e < l->entries->len && !grants; e++)
			grants = entry_grants(l->entries->pdata[e], type, major, minor, want);
		if (!grants && l->known)
			return VERDICT_NO;
		if (!l->known)
			v = VERDICT_UNKNOWN;
	}
	return v;
}

/* QEMU may have a /dev of its own; links on the way are resolved already. */
static void look_inside(struct source *src, const char *pid, xmlNode *access)
{
	const char *path = facts_get(xmlGetLastChild(access), "path");
	g_autofree char *inside = NULL;
	struct source_stat st = { 0 };
	int r;

	if (!path || !g_str_has_prefix(path, "/dev/"))
		return;
	inside = g_strdup_printf("/proc/%s/root%s", pid, path);
	r = source_stat(src, inside, &st);
	source_stat_done(&st);
	if (r == 0 || r == -ENOENT)
		facts_set(access, "in-qemu", r == 0 ? "yes" : "no");
}

static void judge_running(struct source *src, xmlNode *vm, const char *pid)
{
	g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func(list_free);
	int bpf = read_bpf(src, vm, pid, lists), v1 = read_v1(src, vm, pid, lists);
	int error = bpf < 0 ? bpf : v1;

	if (error < 0)
		(void)facts_error(facts_add(vm, "device-list"), error);
	for (xmlNode *a = xml_child(vm, "access"); a; a = xml_next(a, "access")) {
		const char *device = facts_get(a, "device"), *want = facts_get(a, "want");
		enum verdict v;

		if (!device || !want)
			continue;
		look_inside(src, pid, a);
		v = judge_lists(lists, device, want);
		if (v == VERDICT_NO || (v == VERDICT_YES && error == 0))
			facts_set(a, "cgroup", verdict_names[v]);
	}
}

/* What libvirt admits where cgroup_device_acl is not set; a wider list than any one version's. */
static const char *const defaults[] = {
	"/dev/null", "/dev/full", "/dev/zero",	"/dev/random", "/dev/urandom",	  "/dev/ptmx",
	"/dev/kvm",  "/dev/rtc",  "/dev/hpet", "/dev/vfio/vfio", "/dev/userfaultfd", NULL,
};

/* No device of the XML: libvirt does not know that QEMU opens it, or takes it for granted. */
static bool is_unasked(const xmlNode *access)
{
	const char *role = facts_get(access, "role");

	return g_strcmp0(role, "kvm") == 0 || g_strcmp0(role, "argument") == 0;
}

/* The same node as a device of the XML: libvirt admits it for that. */
static bool is_device_too(const xmlNode *vm, const char *device)
{
	for (const xmlNode *a = xml_child(vm, "access"); a; a = xml_next(a, "access"))
		if (!is_unasked(a) && g_strcmp0(facts_get(a, "device"), device) == 0)
			return true;
	return false;
}

static void judge_stopped(xmlNode *vm)
{
	const char *setting = security_setting(vm, "cgroup_device_acl");
	g_auto(GStrv) own = setting ? g_strsplit(setting, ", ", 0) : NULL;
	const char *const *list = own ? (const char *const *)own : defaults;

	for (xmlNode *a = xml_child(vm, "access"); a; a = xml_next(a, "access")) {
		const char *device = facts_get(a, "device"), *path = facts_get(a, "path");
		const char *last = facts_get(xmlGetLastChild(a), "path");
		bool yes;

		if (!device || !is_unasked(a))
			continue;
		yes = g_strv_contains(list, path) || (last && g_strv_contains(list, last)) ||
		      is_device_too(vm, device);
		facts_set(a, "admitted", yes ? "yes" : "no");
	}
}

/* Neither lists nor namespaces are made for a user's own daemon. */
static void gather_device_list(struct source *src, xmlNode *vm)
{
	const char *pid = facts_get(xml_child(vm, "process"), "pid");

	if (security_is_session(vm))
		return;
	if (pid)
		judge_running(src, vm, pid);
	else if (g_strcmp0(facts_get(vm, "active"), "no") == 0)
		judge_stopped(vm);
}

const struct check check_device_list = {
	.name = "device_list",
	.summary = "the device list of a domain's control group, and its own /dev",
	.reads = reads,
	.vm = gather_device_list,
};
