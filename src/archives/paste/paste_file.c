// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_file - contents of files that were shown by their path, and what ls, getfacl and namei say of files
 *
 * Source: ls(1), getfacl(1), namei(1), sysctl(8), proc(5)
 */
#include <errno.h>
#include <string.h>

#include "archives/paste/paste_private.h"
#include "base/json_make.h"
#include "source/source.h"

#define HUGEPAGES "/sys/kernel/mm/hugepages"

/* Contents */

/* Comments and blank lines left out by a filter are nobody's loss in a configuration file. */
static bool is_whole_file(struct paste *p, const struct paste_part *part)
{
	return part->whole ? !paste_is(p, "^(?:e?grep|head|tail|sed|awk)\\b", part->command) ||
				     paste_is(p, "^e?grep +-\\w*v\\w* +(['\"]?)\\^\\S*?#", part->command) :
			     false;
}

static char *read_path(struct paste *p, const char *command)
{
	char *path = paste_word(p, command, "^/(?:proc|sys|etc|run)/[\\w./:@+,-]+$");

	if (path && (strstr(path, "..") || strcmp(path, "/etc/passwd") == 0)) {
		g_free(path);
		return NULL;
	}
	return path;
}

/* A module with a parameter is loaded; which others it has, nobody said. */
static void put_module(struct paste *p, const char *path)
{
	g_auto(GStrv) f = paste_match(p, "^(/sys/module/kvm\\w*/parameters)/(\\w+)$", path);

	if (f)
		paste_put_answer(p, f[1], SOURCE_LIST, f[2]);
}

/* "No such file" is an answer, too. */
static char *file_cat(struct paste *p, const struct paste_part *part)
{
	g_autofree char *path = part->command ? read_path(p, part->command) : NULL;
	g_auto(GStrv) words = part->command ? paste_words(part->command) : NULL;
	unsigned int paths = 0;

	for (size_t i = 1; words && words[0] && words[i] && *words[i] != '|'; i++)
		paths += *words[i] == '/';
	if (!path || paths != 1 || strchr(path, '*') || !*part->text)
		return NULL;
	if (strstr(part->text, "No such file or directory") && strlen(part->text) < 300) {
		paste_put_error(p, path, SOURCE_READ, -ENOENT);
		return g_steal_pointer(&path);
	}
	if (strstr(part->text, "Permission denied") && strlen(part->text) < 300)
		return NULL;
	put_module(p, path);
	return is_whole_file(p, part) || g_str_has_prefix(path, "/etc/libvirt/") ? paste_put(p, path, part->text)
									       : paste_keep(p, "files", part);
}

/* '.' and '/' are exchanged in the names of devices. As sos.c. */
static char *file_sysctl(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *first = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^([a-z][\\w.\\-/]+) ?= ?(.*)$", lines[i]);
		g_autofree char *path = NULL, *value = NULL;

		if (!f || strstr(f[1], "..") || strstr(f[1], "//"))
			continue;
		for (char *c = f[1]; *c; c++)
			*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
		path = g_strconcat("/proc/sys/", f[1], NULL);
		value = g_strconcat(f[2], "\n", NULL);
		g_free(paste_put(p, path, value));
		if (!first)
			first = g_steal_pointer(&path);
	}
	return g_steal_pointer(&first);
}

/* `grep -H . FILE…`: "/sys/module/kvm/parameters/halt_poll_ns:200000" */
static char *file_values(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *first = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^(/(?:proc|sys)/[^:]+):(.*)$", lines[i]);
		g_autofree char *value = f ? g_strconcat(f[2], "\n", NULL) : NULL;

		if (!f || strstr(f[1], "..") || (lines[i + 1] && g_str_has_prefix(lines[i + 1], f[1])))
			continue;
		g_free(paste_put(p, f[1], value));
		if (!first)
			first = g_strdup(f[1]);
	}
	return first ? g_steal_pointer(&first) : NULL;
}

static char *file_cmdline(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/proc/cmdline", part->text);
}

static char *file_os_release(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/etc/os-release", part->text);
}

/* The default size's pages, as sysfs has them too: `grep Huge /proc/meminfo` is no /proc/meminfo. */
static void put_hugepages(struct paste *p, const char *text)
{
	static const char *const counters[][2] = { { "Total", "nr" }, { "Free", "free" }, { "Rsvd", "resv" }, { "Surp", "surplus" } };
	g_auto(GStrv) size = paste_match(p, "(?m)^Hugepagesize: +(\\d+) kB", text);
	g_autofree char *name = size ? g_strdup_printf("hugepages-%skB", size[1]) : NULL;

	if (!name)
		return;
	paste_put_answer(p, HUGEPAGES, SOURCE_LIST, name);
	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
		g_autofree char *pattern = g_strdup_printf("(?m)^HugePages_%s: +(\\d+)", counters[i][0]);
		g_autofree char *path = g_strdup_printf(HUGEPAGES "/%s/%s_hugepages", name, counters[i][1]);
		g_auto(GStrv) count = paste_match(p, pattern, text);

		if (count)
			g_free(paste_put(p, path, count[1]));
	}
}

static char *file_meminfo(struct paste *p, const struct paste_part *part)
{
	put_hugepages(p, part->text);
	return part->whole && strstr(part->text, "MemTotal:") ? paste_put(p, "/proc/meminfo", part->text) : paste_keep(p, "meminfo", part);
}

/* Which of the flags a filter took for one line, it shows whole. */
static char *file_cpuinfo(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/proc/cpuinfo", part->text);
}

/* A fragment sets what it sets; of what it leaves out, the file is the default. */
static char *file_qemu_conf(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/etc/libvirt/qemu.conf", part->text);
}

static char *file_libvirtd_conf(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/etc/libvirt/libvirtd.conf", part->text);
}

static char *file_grub(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/etc/default/grub", part->text);
}

static char *file_profile(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) f = paste_match(p, "(?m)^\\s*profile \"?(libvirt-[0-9a-f-]{36})\\b", part->text);
	g_autofree char *path = f ? g_strdup_printf("/etc/apparmor.d/libvirt/%s", f[1]) : NULL;

	return path && part->whole ? paste_put(p, path, part->text) : paste_keep(p, "apparmor", part);
}

/* Users that are looked up in it; of those that are not shown nothing is known. Groups are another thing: who is
 * in them, is concluded from all of them. */
static char *file_passwd(struct paste *p, const struct paste_part *part)
{
	return paste_put(p, "/etc/passwd", part->text);
}

/* Owners. Names have numbers that every host of these systems has, or none that is known here.
 * Source: Debian libvirt-daemon-system.postinst (64055), Fedora setup package uidgid (qemu 107, kvm 36) */
static bool id_of(const char *name, bool is_group, unsigned int *ret)
{
	static const struct {
		const char *name;
		int uid, gid;
	} known[] = { { "root", 0, 0 },	      { "libvirt-qemu", 64055, 64055 }, { "qemu", 107, 107 },
		      { "nobody", 65534, -1 }, { "nogroup", -1, 65534 },	  { "disk", -1, 6 } };

	if (g_ascii_isdigit(*name)) {
		*ret = (unsigned int)g_ascii_strtoull(name, NULL, 10);
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			int id = is_group ? known[i].gid : known[i].uid;

			*ret = (unsigned int)id;
			return id >= 0;
		}
	return false;
}

/* "-rw-rw----+" with its type, as st_mode. */
static unsigned int mode_of(const char *text)
{
	static const char types[] = "-dlcbps", *const bits = "rwxrwxrwx";
	static const unsigned int values[] = { 0100000, 0040000, 0120000, 0020000, 0060000, 0010000, 0140000 };
	unsigned int mode = strchr(types, *text) ? values[strchr(types, *text) - types] : 0;

	for (int i = 0; i < 9; i++) {
		char c = text[1 + i];

		if (c == bits[i] || c == 's' || c == 't')
			mode |= 0400u >> i;
		if (c == 's' || c == 'S' || c == 't' || c == 'T')
			mode |= i == 2 ? 04000 : i == 5 ? 02000 : 01000;
	}
	return mode;
}

/** What a line says of one file; NULL and empty where it does not. */
struct shown {
	const char *path, *mode, *owner, *group, *size, *label, *numbers, *acl, *target;
};

/* With owners that are known, and no ACL that is not shown, it is what stat(2) would say. */
static void put_stat(struct paste *p, const struct shown *s)
{
	unsigned int uid, gid, mode = mode_of(s->mode);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!id_of(s->owner, false, &uid) || !id_of(s->group, true, &gid) || (strchr(s->mode, '+') && !s->acl))
		return;
	if (*s->mode == 'l') {
		if (s->target)
			paste_put_answer(p, s->path, SOURCE_LINK, s->target);
		return;
	}
	g_string_append_printf(text, "mode=%07o uid=%u gid=%u size=%" G_GUINT64_FORMAT, mode, uid, gid,
			       s->size ? paste_bytes(s->size, 1) : 0);
	if (s->label) {
		g_autofree char *label = g_uri_escape_string(s->label, ":,", FALSE);

		g_string_append_printf(text, " label=%s", label);
	}
	paste_put_answer(p, s->path, SOURCE_STAT, text->str);
}

static void add_file(struct paste *p, const struct shown *s)
{
	JsonBuilder *b = paste_item(p, "file");

	json_make_text(b, "path", s->path);
	if (s->mode) {
		g_autofree char *octal = g_strdup_printf("%04o", mode_of(s->mode) & 07777);

		json_make_text(b, "mode", octal);
	}
	json_make_text(b, "owner", s->owner);
	json_make_text(b, "group", s->group);
	if (s->size)
		json_make_u64(b, "size-bytes", paste_bytes(s->size, 1));
	if (s->label)
		json_make_text(b, "label", s->label);
	if (s->target)
		json_make_text(b, "target", s->target);
	if (s->acl)
		json_make_text(b, "acl", s->acl);
	json_builder_end_object(b);
	if (*s->path == '/' && s->mode)
		put_stat(p, s);
}

/* `ls -l`, `ls -lZ`, `ls -Z`: mode, links, owner, group, label, size or numbers, date, name. */
#define LS_MODE "([-dlcbps][-rwxsStT]{9})([.+@]?)"
#define LS_LABEL "(\\w+_u:\\w+_r:\\w+_t:\\S+)"

static char *missing_file(struct paste *p, const char *line)
{
	g_auto(GStrv) f = paste_match(p, "^(?:ls|stat|cat): (?:cannot access|cannot stat|cannot statx|cannot open directory)? ?['‘\"]?(/[^'’\":]*)['’\"]?: (No such file or directory)", line);

	if (!f)
		return NULL;
	paste_put_error(p, f[1], SOURCE_STAT, -ENOENT);
	paste_put_error(p, f[1], SOURCE_READ, -ENOENT);
	paste_put_error(p, f[1], SOURCE_LIST, -ENOENT);
	return g_strdup(f[1]);
}

static char *place_of(const char *dir, const char *name)
{
	if (*name == '/' || !dir || !*dir)
		return g_strdup(name);
	return strcmp(name, ".") == 0 ? g_strdup(dir) :
	       strcmp(name, "..") == 0 ? g_path_get_dirname(dir) :
					 g_build_filename(dir, name, NULL);
}

static bool add_listed(struct paste *p, const char *dir, const char *line)
{
	g_auto(GStrv) l = paste_match(p, "^" LS_MODE " +\\d+ +(\\S+) +(\\S+) +(?:" LS_LABEL " +|\\? +)?(?:([\\d.,]*\\d[KMGT]?)|(\\d+, *\\d+)) +"
				      "(?:\\d{4}-\\d\\d-\\d\\d \\S+(?: [+-]\\d{4})?|\\p{L}+\\.? +\\d+\\.? +[\\d:]+|\\d+\\.? \\p{L}+\\.? +[\\d:]+) +(.*?)(?: -> (.*))?$", line);
	g_auto(GStrv) z = l ? NULL : paste_match(p, "^(?:" LS_MODE " +(\\S+) +(\\S+) +)?" LS_LABEL " +(\\S.*)$", line);
	g_autofree char *path = l || z ? place_of(dir, l ? l[8] : z[6]) : NULL, *mode = NULL;
	struct shown s = { .path = path };

	if (l) {
		mode = g_strconcat(l[1], strchr(l[2], '+') ? "+" : "", NULL);
		s = (struct shown){ path, mode, l[3], l[4], *l[6] ? l[6] : NULL, *l[5] ? l[5] : NULL, l[7], NULL, *l[9] ? l[9] : NULL };
	} else if (z) {
		mode = *z[1] ? g_strconcat(z[1], strchr(z[2], '+') ? "+" : "", NULL) : NULL;
		s = (struct shown){ .path = path, .mode = mode, .owner = mode ? z[3] : NULL, .group = mode ? z[4] : NULL, .label = z[5] };
	}
	if (path)
		add_file(p, &s);
	return path != NULL;
}

/* Names are below the directory that was asked for, or that a line "dir:" names. */
static char *file_ls(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	bool of_itself = part->command && paste_is(p, "^ls (?:\\S+ )*-\\w*d", part->command);
	g_autofree char *dir = part->command && !of_itself ? paste_word(p, part->command, "^/[^*?]*$") : NULL, *at = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) head = paste_match(p, "^(/[^:]*):$", lines[i]);
		char *missing = missing_file(p, lines[i]);

		if (head) {
			g_free(dir);
			dir = g_strdup(head[1]);
		}
		if (missing && !at)
			at = g_steal_pointer(&missing);
		g_free(missing);
		if (add_listed(p, dir, lines[i]) && !at)
			at = paste_list_path("file");
	}
	return g_steal_pointer(&at);
}

/* "# file: srv/vm.img", "# owner: root", "user::rw-", "user:64055:r-x", "mask::rwx" */
static char *file_acl(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) blocks = g_strsplit(part->text, "# file: ", 200);
	bool any = false;

	for (size_t i = 1; blocks[i - 1] && blocks[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "(?s)^([^\\n]*)\\n# owner: (\\S+)\\n# group: (\\S+)\\n(?:# flags: \\S+\\n)?(.*)$", blocks[i]);
		g_autofree char *path = f ? g_strconcat(*f[1] == '/' ? "" : "/", f[1], NULL) : NULL, *acl = NULL;

		if (!f)
			continue;
		acl = g_strdelimit(g_strstrip(g_strdup(f[4])), "\n", ',');
		add_file(p, &(struct shown){ .path = path, .owner = f[2], .group = f[3], .acl = acl });
		any = true;
	}
	return any ? paste_list_path("file") : NULL;
}

/* "f: /srv/vm.img", " drwxr-xr-x root root srv": each step below the one before. */
static char *file_namei(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *dir = NULL;
	bool any = false;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^ *([-dlcbps][-rwxsStT]{9}) +(?:(\\S+) +(\\S+) +)?(\\S.*?)(?: -> (.*))?$", lines[i]);
		g_autofree char *path = f ? place_of(dir ? dir : "/", f[4]) : NULL;

		if (g_str_has_prefix(lines[i], "f: "))
			g_clear_pointer(&dir, g_free);
		if (!f || !*f[2])
			continue;
		add_file(p, &(struct shown){ .path = path, .mode = f[1], .owner = f[2], .group = f[3], .target = *f[5] ? f[5] : NULL });
		any = true;
		g_free(dir);
		dir = g_steal_pointer(&path);
	}
	return any ? paste_list_path("file") : NULL;
}

#define QEMU_CONF "^#?(?:user|group|security_driver|dynamic_ownership|remember_owner|namespaces|cgroup_\\w+|spice_\\w+|vnc_\\w+|" \
		  "hugetlbfs_mount|stdio_handler|max_files|max_processes|nvram|migration_\\w+|clear_emulator_capabilities|" \
		  "security_default_confined|seccomp_sandbox|relaxed_acs_check|lock_manager|auto_dump_path|set_process_name) *= *[\\[\"\\d]"
#define LIBVIRTD_CONF "^(?:unix_sock_\\w+|auth_\\w+|listen_\\w+|log_\\w+|max_\\w*clients?\\w*|max_workers|min_workers|tls_\\w+|tcp_port|" \
		      "keepalive_\\w+|audit_level|ovs_timeout) *= *[\\[\"\\d]"

const struct paste_row paste_file_rows[] = {
	{ "ls", "^ls\\b", "^total \\d|^" LS_MODE " +\\d+ +\\S+ +\\S+ +|^ls: (?:cannot|/)|^(?:" LS_MODE " +\\S+ +\\S+ +)?" LS_LABEL " +/|^insgesamt \\d",
	  "^" LS_MODE " +\\S+|^total \\d|^ls: |^/[^:]*:$|^" LS_LABEL " +\\S", true, file_ls },
	{ "ls", "^ls\\b", "^" LS_LABEL " +\\S", "^" LS_LABEL " +\\S", false, file_ls },
	{ "getfacl", "^getfacl\\b", "^# file: ", "^# |^(?:default:)?(?:user|group|mask|other):", true, file_acl },
	{ "namei", "^namei\\b", "^f: /", "^ *[-dlcbps][-rwxsStT]{9} |^ *[dlbcsp-] |^f: ", false, file_namei },
	{ "sysctl", "^sysctl\\b", "^(?:net|vm|kernel|fs|dev|user)(?:\\.[\\w/-]+)+ ?= ?\\S", "^(?:net|vm|kernel|fs|dev|user)(?:\\.[\\w/-]+)+ ?= ?", false, file_sysctl },
	{ "values of /proc and /sys", "^grep\\b.* /(?:proc|sys)/", "^/(?:proc|sys)/[^: ]+:\\S", "^/(?:proc|sys)/[^: ]+:", false, file_values },
	{ "kernel command line", "^cat /proc/cmdline", "^BOOT_IMAGE=\\S+ ", NULL, false, file_cmdline },
	{ "GRUB settings", NULL, "^GRUB_\\w+=", "^#?GRUB_\\w+=|^#", true, file_grub },
	{ "os-release", "^cat /etc/os-release", "^(?:PRETTY_NAME|NAME|VERSION_ID)=", "^[A-Z_]+=", false, file_os_release },
	{ "/proc/meminfo", "^(?:cat|e?grep\\b.*) /proc/meminfo", "^(?:MemTotal|AnonHugePages|HugePages_Total): +\\d+", "^[A-Z][\\w()]+: +\\d+", false, file_meminfo },
	{ "/proc/cpuinfo", "^cat /proc/cpuinfo", "^(?:processor|vendor_id|flags)\\t+: ", "^[\\w ]+\\t*: ?|^[\\w ]+\\t*:$", true, file_cpuinfo },
	{ "qemu.conf", "^cat /etc/libvirt/qemu\\.conf", QEMU_CONF, QEMU_CONF "|^#|^ +\"|^\\]", true, file_qemu_conf },
	{ "libvirtd.conf", "^cat /etc/libvirt/libvirtd\\.conf", LIBVIRTD_CONF, LIBVIRTD_CONF "|^#", true, file_libvirtd_conf },
	{ "AppArmor profile", "^cat /etc/apparmor\\.d/", "^(?:#include <tunables/global>|profile \"?\\S+ .*\\{)", "^\\s+\\S|^[}#]|^profile |^include ", true, file_profile },
	{ "users", NULL, "^[a-z_][\\w-]*:x:\\d+:\\d+:[^:]*:/[^:]*:/\\S*$", "^[a-z_][\\w-]*:x:\\d+:\\d+:", false, file_passwd },
	{ "contents of a file", "^(?:cat|zcat|head|tail|less|e?grep) (?!.*\\.log)", NULL, NULL, false, file_cat },
	{ 0 },
};
