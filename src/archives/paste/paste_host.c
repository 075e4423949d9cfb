// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_host - virt-host-validate, SELinux and AppArmor, services, packages, limits, CPU and memory.
 *
 * Source: virt-host-validate(1), getenforce(8), sestatus(8), aa-status(8), systemctl(1), rpm(8), dpkg-query(1),
 * bash(1) ulimit, lscpu(1), free(1)
 */
#include <errno.h>
#include <string.h>

#include "archives/paste/paste_private.h"
#include "archives/sos/sos_text.h"
#include "base/json_make.h"
#include "source/source.h"

/* "  QEMU: Checking if device /dev/kvm exists   : FAIL (Check that the 'kvm-intel' …)" */
static char *file_validate(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^ *(QEMU|LXC|BHYVE|CH): Checking (?:for |if )?(.*?) *: (PASS|FAIL|WARN|NOTE)(?: \\((.*)\\)?)?$", lines[i]);
		g_autofree char *result = f ? g_ascii_strdown(f[3], -1) : NULL, *driver = f ? g_ascii_strdown(f[1], -1) : NULL;
		JsonBuilder *b;

		if (!f)
			continue;
		b = paste_item(p, "validate");
		json_make_text(b, "driver", driver);
		json_make_text(b, "what", f[2]);
		json_make_text(b, "result", result);
		g_strchomp(f[4]);
		if (g_str_has_suffix(f[4], ")") && !strchr(f[4], '('))
			f[4][strlen(f[4]) - 1] = '\0';
		if (*f[4])
			json_make_text(b, "hint", f[4]);
		json_builder_end_object(b);
	}
	return paste_list_path("validate");
}

#define ENFORCE "/sys/fs/selinux/enforce"

static char *put_mode(struct paste *p, const char *mode)
{
	if (g_ascii_strncasecmp(mode, "enforcing", 9) == 0)
		return paste_put(p, ENFORCE, "1");
	if (g_ascii_strncasecmp(mode, "permissive", 10) == 0)
		return paste_put(p, ENFORCE, "0");
	paste_put_error(p, ENFORCE, SOURCE_READ, -ENOENT);
	return g_strdup(ENFORCE);
}

static char *file_enforce(struct paste *p, const struct paste_part *part)
{
	/* Where no command stands above it, that is a word like another. */
	return part->command || !g_str_has_prefix(part->text, "Disabled") ? put_mode(p, part->text) : NULL;
}

static char *file_sestatus(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) mode = paste_match(p, "Current mode: +(\\w+)", part->text);
	g_auto(GStrv) off = paste_match(p, "SELinux status: +disabled", part->text);

	return mode || off ? put_mode(p, mode ? mode[1] : "disabled") : NULL;
}

/* "12 profiles are in enforce mode." and names below it, as /sys/kernel/security/apparmor/profiles has them;
 * "(complain)" stands behind a process only. */
static char *file_aa_status(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autoptr(GString) profiles = g_string_new(NULL);
	g_autofree char *mode = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^\\d+ (profiles|processes) are (?:in )?(\\w+)", lines[i]);
		g_auto(GStrv) name = mode ? paste_match(p, "^ {2,}(\\S.*)$", lines[i]) : NULL;

		if (f) {
			g_free(mode);
			mode = strcmp(f[1], "profiles") == 0 && strcmp(f[2], "loaded") != 0 ? g_strdup(f[2]) : NULL;
		} else if (name) {
			g_string_append_printf(profiles, "%s (%s)\n", name[1], mode);
		}
	}
	return part->whole && profiles->len > 0 ? paste_put(p, "/sys/kernel/security/apparmor/profiles", profiles->str)
						: paste_keep(p, "aa-status", part);
}

/* Services */

static void add_unit(struct paste *p, const char *name, const char *load, const char *state, const char *sub, const char *enabled,
		     const char *result)
{
	JsonBuilder *b = paste_item(p, "unit");

	json_make_text(b, "name", name);
	if (*load)
		json_make_text(b, "load", load);
	if (*state)
		json_make_text(b, "state", state);
	if (*sub)
		json_make_text(b, "sub", sub);
	if (*enabled)
		json_make_text(b, "enabled", enabled);
	if (*result)
		json_make_text(b, "result", result);
	json_builder_end_object(b);
}

static char *file_unit(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) name = paste_match(p, "^\\S+ ([\\w@.:\\\\-]+\\.\\w+)(?: - |\\n)", part->text);
	g_auto(GStrv) load = paste_match(p, "\\n +Loaded: ([\\w-]+)(?: \\([^;)]*(?:; ([\\w-]+))?)?", part->text);
	g_auto(GStrv) state = paste_match(p, "\\n +Active: ([\\w-]+)(?: \\((?:Result: )?([\\w-]+)\\))?(?: \\(Result: ([\\w-]+)\\))?", part->text);

	if (!name || !load || !state)
		return NULL;
	add_unit(p, name[1], load[1], state[1], strcmp(state[1], "failed") == 0 ? "" : state[2], load[2],
		 strcmp(state[1], "failed") == 0 ? state[2] : state[3]);
	return paste_list_path("unit");
}

static char *file_units(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^\\W{0,4}([\\w@.:\\\\-]+\\.(?:service|socket|timer|mount|path|target)) +(loaded|not-found|masked) +(\\w+) +(\\w+)", lines[i]);

		if (f)
			add_unit(p, f[1], f[2], f[3], f[4], "", "");
	}
	return paste_list_path("unit");
}

/* `systemctl is-active libvirtd` */
static char *file_is_active(struct paste *p, const struct paste_part *part)
{
	g_autofree char *unit = part->command && strstr(part->command, " is-") ? paste_word(p, part->command, "^(?!is-\\w+$)[\\w@.-]+$") : NULL;
	g_auto(GStrv) f = paste_match(p, "^([\\w-]+)\\s*$", part->text);
	g_autofree char *name = unit ? g_strconcat(unit, strchr(unit, '.') ? "" : ".service", NULL) : NULL;
	bool enabled = part->command && strstr(part->command, "is-enabled");

	if (!name || !f)
		return NULL;
	add_unit(p, name, "", enabled ? "" : f[1], "", enabled ? f[1] : "", "");
	return paste_list_path("unit");
}

/* Packages */

static void add_package(struct paste *p, const char *name, const char *version)
{
	JsonBuilder *b = paste_item(p, "package");

	json_make_text(b, "name", name);
	json_make_text(b, "version", version);
	json_builder_end_object(b);
}

static char *file_packages(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", 2000);
	bool any = false;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) dpkg = paste_match(p, "^ii +([\\w.+-]+)(?::\\w+)? +(\\S+)", lines[i]);
		g_auto(GStrv) rpm = dpkg ? NULL : paste_match(p, "^([a-zA-Z][\\w+.-]*?)-(\\d[\\w.+~^:]*-[\\w.+~^]+)\\.(?:x86_64|aarch64|noarch|ppc64le|s390x|i686)$", lines[i]);
		GStrv f = dpkg ? dpkg : rpm;

		if (f) {
			add_package(p, f[1], f[2]);
			any = true;
		}
	}
	return any ? paste_list_path("package") : NULL;
}

/* Limits, CPU, memory, system */

/* "max locked memory       (kbytes, -l) 65536" */
static char *file_ulimit(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^([a-z][a-z/ -]*?) +\\((?:([^,)]*), )?-(\\w)\\) +(\\S+)$", lines[i]);
		JsonBuilder *b;

		if (!f)
			continue;
		b = paste_item(p, "limit");
		json_make_text(b, "name", f[1]);
		if (*f[2])
			json_make_text(b, "unit", f[2]);
		json_make_text(b, "soft", f[4]);
		json_builder_end_object(b);
	}
	return paste_list_path("limit");
}

static char *file_limits(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) f = part->command ? paste_match(p, "(/proc/\\d+/limits)", part->command) : NULL;

	return f ? paste_put(p, f[1], part->text) : paste_keep(p, "limits", part);
}

/* The flags, as /proc/cpuinfo has them: all that is looked for there. */
static char *file_lscpu(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) flags = paste_match(p, "(?m)^ *Flags: +(.*)$", part->text);
	g_auto(GStrv) online = paste_match(p, "(?m)^ *On-line CPU\\(s\\) list: +([\\d,-]+)$", part->text);
	g_autofree char *text = flags ? g_strdup_printf("flags\t\t: %s\n", flags[1]) : NULL;
	g_autofree char *list = online ? g_strconcat(online[1], "\n", NULL) : NULL;

	if (list)
		g_free(paste_put(p, "/sys/devices/system/cpu/online", list));
	return text ? paste_put(p, "/proc/cpuinfo", text) : paste_keep(p, "lscpu", part);
}

static uint64_t free_unit(const char *command)
{
	g_autofree char *options = command ? g_strdup(command) : g_strdup("");

	return strstr(options, " -m") || strstr(options, " --mebi") ? (uint64_t)1 << 20 :
	       strstr(options, " -g") || strstr(options, " --gibi") ? (uint64_t)1 << 30 :
	       strstr(options, " -b")				    ? 1 :
								      1024;
}

/* "Mem:  15Gi  4.1Gi  1.0Gi  312Mi  10Gi  11Gi". Without the command the unit is only known where it is
 * printed: 16 million of what, nobody can tell from kibibytes' usual size. */
static char *file_free(struct paste *p, const struct paste_part *part)
{
	static const char number[] = "(?m)^Mem: +([\\d.,]+[KMGT]?i?B?) +([\\d.,]+\\w*) +([\\d.,]+\\w*) +[\\d.,]+\\w* +[\\d.,]+\\w* +([\\d.,]+\\w*)";
	g_auto(GStrv) mem = paste_match(p, number, part->text);
	g_auto(GStrv) swap = paste_match(p, "(?m)^Swap: +([\\d.,]+\\w*) +([\\d.,]+\\w*) +([\\d.,]+\\w*)", part->text);
	uint64_t unit = free_unit(part->command);
	g_autoptr(GString) text = g_string_new(NULL);

	if (!mem || (!part->command && g_ascii_isdigit(mem[1][strlen(mem[1]) - 1]) && strlen(mem[1]) < 6))
		return paste_keep(p, "free", part);
	g_string_append_printf(text, "MemTotal: %" G_GUINT64_FORMAT " kB\nMemFree: %" G_GUINT64_FORMAT " kB\nMemAvailable: %" G_GUINT64_FORMAT " kB\n",
			       paste_bytes(mem[1], unit) / 1024, paste_bytes(mem[3], unit) / 1024, paste_bytes(mem[4], unit) / 1024);
	if (swap)
		g_string_append_printf(text, "SwapTotal: %" G_GUINT64_FORMAT " kB\nSwapFree: %" G_GUINT64_FORMAT " kB\n",
				       paste_bytes(swap[1], unit) / 1024, paste_bytes(swap[3], unit) / 1024);
	return paste_put(p, "/proc/meminfo", text->str);
}

static char *file_uname(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) words = paste_words(part->text);

	if (words[0] && words[1] && !p->hostname)
		p->hostname = g_strdup(words[1]);
	return paste_put_json(p, "/vmdoctor/host.json", sos_host(part->text));
}

static char *file_version(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "versions", part);
}

const struct paste_row paste_host_rows[] = {
	{ "virt-host-validate", "^virt-host-validate\\b", "^ *(?:QEMU|LXC|BHYVE|CH): Checking ", "^ *(?:QEMU|LXC|BHYVE|CH): Checking |^ {20,}\\S", false, file_validate },
	{ "getenforce", "^getenforce\\b", "^(?:Enforcing|Permissive)$", NULL, false, file_enforce },
	{ "getenforce", "^getenforce\\b", "^Disabled$", NULL, false, file_enforce },
	{ "sestatus", "^sestatus\\b", "^SELinux status: ", "^[A-Z][\\w ]+: ", false, file_sestatus },
	{ "aa-status", "^(?:aa-status|apparmor_status)\\b", "^apparmor module is loaded|^\\d+ profiles are loaded", "^\\d+ (?:profiles|processes) |^ +\\S", false, file_aa_status },
	{ "systemctl status", "^(?:systemctl status|service \\S+ status)", "^[●○×↻*x] [\\w@.:\\\\-]+\\.(?:service|socket|timer|mount|target|path)\\b", "^\\s+\\S", false, file_unit },
	{ "systemctl is-active", "^systemctl is-(?:active|enabled|failed)\\b", "^(?:active|inactive|failed|activating|enabled|disabled|static|masked|indirect|unknown)$", NULL, false, file_is_active },
	{ "systemctl list-units", "^systemctl\\b(?! (?:status|is-))", "^ *(?:UNIT +LOAD|\\W{0,4}[\\w@.:\\\\-]+\\.(?:service|socket) +(?:loaded|not-found|masked) )", "^\\W{0,4}[\\w@.:\\\\-]+\\.\\w+ +(?:loaded|not-found|masked) ", false, file_units },
	{ "dpkg -l", "^(?:dpkg|dpkg-query) ", "^(?:Desired=Unknown|\\|/ Err|ii +[\\w.+:-]+ +\\d)", "^[|+][|/+]|^\\|{1,2}/|^ii |^[a-z]{2} +\\S+ +\\S|^\\| Status", false, file_packages },
	{ "rpm -q", "^rpm -q|^dnf |^yum ", "^[a-zA-Z][\\w+.-]*-\\d[\\w.+~^:]*-[\\w.+~^]+\\.(?:x86_64|aarch64|noarch|ppc64le|s390x|i686)$", "^[a-zA-Z][\\w+.-]*-\\d[\\w.+~^:]*-[\\w.+~^]+\\.\\w+$", false, file_packages },
	{ "ulimit -a", "^ulimit\\b", "^(?:core file size|real-time non-blocking time) +\\(", "^[a-z][a-z/ -]* +\\(.*\\) +\\S+$", false, file_ulimit },
	{ "limits of a process", "^(?:cat /proc/\\d+/limits|prlimit)", "^Limit +Soft Limit +Hard Limit", "^Max ", false, file_limits },
	{ "lscpu", "^lscpu\\b", "^Architecture: +\\S", "^[A-Z][\\w() .,/-]+: +\\S|^ {2,}\\S", true, file_lscpu },
	{ "free", "^free\\b", "^ +total +used +free", "^(?:Mem|Swap|Total|-/\\+ buffers/cache): ", false, file_free },
	{ "uname -a", "^uname -a", "^Linux \\S+ \\d+\\.\\d+\\.\\d+\\S* #\\d", NULL, false, file_uname },
	{ "version of QEMU or libvirt", "^(?:qemu-\\S+|libvirtd|virtqemud|virsh|kvm) (?:-version|--version|-V)", "^QEMU emulator version \\d|^libvirtd \\(libvirt\\) \\d", "^Copyright ", false, file_version },
	{ 0 },
};
