// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process - the QEMU process of a running domain: whom it runs as, and its limits
 *
 * Writes, below /facts/vm, of a running domain:
 *   process @pid @uid @gid (effective) @groups @capabilities (effective, hexadecimal)
 *           @no-new-privileges @seccomp (yes, no) @threads
 *           @locked-kib @open-files @open-files-limit @locked-limit-kib (or "unlimited")
 *   @error where there is none, or where the PID belongs to another process by now (ESRCH).
 * The PID is that of libvirt's PID file, or of its status file; it counts only while the command line
 * of that process names the domain's UUID.
 * Source: proc(5) /proc/PID/status, limits, cmdline; libvirt src/qemu/qemu_process.c
 * qemuProcessLaunch() (the PID file)
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"*/libvirt/qemu/*.pid", "/proc/*/cmdline", "/proc/*/status", "/proc/*/limits", "/proc/*/fd",
	NULL,
};

static bool is_number(const char *text)
{
	uint64_t n;

	return text && parse_u64(text, &n) && n > 0 && n <= INT32_MAX;
}

/* NULL, with *ret_error set, when libvirt's file does not say. */
static char *read_pid(struct source *src, const xmlNode *vm, xmlNode *process, int *ret_error)
{
	const char *status = facts_get(xml_child(vm, "domstatus"), "pid");
	const xmlNode *host = xml_child(vm->parent, "host");
	const char *dir = facts_get(xml_child(host, "connection"), "run-dir");
	const char *name = facts_get(vm, "name");
	g_autofree char *path = g_strdup_printf("%s/%s.pid", dir ? dir : "/run/libvirt/qemu", name);
	g_autofree char *text = NULL;

	*ret_error = strchr(name, '/') ? -EINVAL : 0;
	if (*ret_error == 0 && g_str_has_suffix(dir ? dir : "/libvirt/qemu", "/libvirt/qemu"))
		*ret_error = MIN(source_read(src, path, &text, NULL), 0);
	else if (!*ret_error)
		*ret_error = -ENODATA;
	facts_from(process, path, 0);
	if (text && is_number(g_strstrip(text)))
		return g_steal_pointer(&text);
	return is_number(status) ? g_strdup(status) : NULL;
}

/* A PID is used again after a while. Arguments end with a NUL each. */
static int check_owner(struct source *src, const char *pid, const char *uuid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid);
	g_autofree char *text = NULL;
	size_t size = 0;
	int r = source_read(src, path, &text, &size);

	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	return uuid && g_strstr_len(text, -1, uuid) == NULL &&
			       memmem(text, size, uuid, strlen(uuid)) == NULL
		       ? -ESRCH
		       : 0;
}

/* "Uid:\t1\t2\t3\t4": the value of @key, to the line's end; NULL: no such line. */
static char *status_value(const char *text, const char *key)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	for (size_t i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], key) && lines[i][strlen(key)] == ':')
			return g_strstrip(g_strdup(lines[i] + strlen(key) + 1));
	return NULL;
}

static void set_word(xmlNode *process, const char *name, const char *text, const char *key,
		     unsigned int word)
{
	g_autofree char *value = status_value(text, key);
	g_auto(GStrv) words = value ? g_strsplit_set(value, " \t", 0) : NULL;

	if (words && g_strv_length(words) > word)
		facts_set(process, name, words[word]);
}

static void add_status(struct source *src, const char *pid, xmlNode *process)
{
	g_autofree char *text = NULL, *groups = NULL, *seccomp = NULL, *nnp = NULL;

	if (source_readf(src, &text, "/proc/%s/status", pid) < 0)
		return;
	set_word(process, "uid", text, "Uid", 1);
	set_word(process, "gid", text, "Gid", 1);
	set_word(process, "capabilities", text, "CapEff", 0);
	set_word(process, "threads", text, "Threads", 0);
	set_word(process, "locked-kib", text, "VmLck", 0);
	groups = status_value(text, "Groups");
	nnp = status_value(text, "NoNewPrivs");
	seccomp = status_value(text, "Seccomp");
	facts_set(process, "groups", groups);
	if (nnp)
		facts_set(process, "no-new-privileges", strcmp(nnp, "0") == 0 ? "no" : "yes");
	if (seccomp)
		facts_set(process, "seccomp", strcmp(seccomp, "0") == 0 ? "no" : "yes");
}

/* The soft limit: what counts. "Max open files            1024                 4096    files" */
static char *soft_limit(const char *text, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	for (size_t i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], name)) {
			char *value = lines[i] + strlen(name);

			value += strspn(value, " ");
			return g_strndup(value, strcspn(value, " "));
		}
	return NULL;
}

static void add_limits(struct source *src, const char *pid, xmlNode *process)
{
	g_autofree char *text = NULL, *files = NULL, *locked = NULL;
	uint64_t bytes;

	if (source_readf(src, &text, "/proc/%s/limits", pid) < 0)
		return;
	files = soft_limit(text, "Max open files");
	locked = soft_limit(text, "Max locked memory");
	facts_set(process, "open-files-limit", files);
	if (locked && parse_u64(locked, &bytes))
		facts_setf(process, "locked-limit-kib", "%" G_GUINT64_FORMAT, bytes / 1024);
	else
		facts_set(process, "locked-limit-kib", locked);
}

static void add_open_files(struct source *src, const char *pid, xmlNode *process)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/fd", pid);
	g_auto(GStrv) names = NULL;

	if (source_list(src, path, &names) == 0 && names[0] && *names[0])
		facts_setf(process, "open-files", "%u", g_strv_length(names));
}

static void gather_process(struct source *src, xmlNode *vm)
{
	const char *type = facts_get(xml_child(vm, "domain"), "type");
	g_autofree char *pid = NULL;
	xmlNode *process;
	int error;

	if (g_strcmp0(facts_get(vm, "active"), "yes") != 0 ||
	    (g_strcmp0(type, "kvm") != 0 && g_strcmp0(type, "qemu") != 0))
		return;
	process = facts_add(vm, "process");
	pid = read_pid(src, vm, process, &error);
	if (!pid) {
		(void)facts_error(process, error < 0 ? error : -EBADMSG);
		return;
	}
	if (facts_error(process, check_owner(src, pid, facts_get(vm, "uuid"))))
		return;
	facts_set(process, "pid", pid);
	add_status(src, pid, process);
	add_limits(src, pid, process);
	add_open_files(src, pid, process);
}

const struct check check_process = {
	.name = "process",
	.summary = "a running domain's QEMU process: identity and limits",
	.reads = reads,
	.vm = gather_process,
};
