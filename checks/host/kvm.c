// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kvm - is hardware virtualisation there, and may it be used?
 *
 * Writes, below /facts/host/kvm: device @path @mode (octal, no type) @uid @gid @label,
 * module @name @nested (loaded), and @cpu-flag (vmx, svm, none; absent: no x86, or not known).
 * Source: Linux Documentation/admin-guide/kernel-parameters.txt "kvm."; proc(5) cpuinfo
 */
#include "checks/check.h"

static const char *const reads[] = {
	"/dev/kvm",
	"/sys/module/kvm*/parameters",
	"/sys/module/kvm*/parameters/nested",
	"/proc/cpuinfo",
	NULL,
};

static void add_device(struct source *src, xmlNode *kvm)
{
	static const char path[] = "/dev/kvm";
	xmlNode *device = facts_add(kvm, "device");
	struct source_stat st = { 0 };

	facts_set(device, "path", path);
	facts_from(device, path, 0);
	if (facts_error(device, source_stat(src, path, &st)))
		return;
	facts_setf(device, "mode", "%04o", st.mode & 07777);
	facts_setf(device, "uid", "%u", st.uid);
	facts_setf(device, "gid", "%u", st.gid);
	facts_set(device, "label", st.label);
	source_stat_done(&st);
}

static void add_module(struct source *src, xmlNode *kvm, const char *name)
{
	g_autofree char *dir = g_strdup_printf("/sys/module/%s/parameters", name);
	g_autofree char *nested = g_strdup_printf("%s/nested", dir);
	g_autofree char *value = NULL;
	g_auto(GStrv) params = NULL;
	xmlNode *module;

	if (source_list(src, dir, &params) < 0)
		return;
	module = facts_add(kvm, "module");
	facts_set(module, "name", name);
	facts_from(module, dir, 0);
	if (source_read(src, nested, &value, NULL) == 0)
		facts_set(module, "nested", g_strstrip(value));
}

static void add_cpu_flag(struct source *src, xmlNode *kvm)
{
	static const char path[] = "/proc/cpuinfo";
	g_autofree char *text = NULL;
	g_autoptr(GRegex) flag = g_regex_new("^flags\\s*:.*\\b(vmx|svm)\\b", G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	facts_from(kvm, path, 0);
	if (source_read(src, path, &text, NULL) < 0)
		return;
	if (g_regex_match(flag, text, 0, &match)) {
		g_autofree char *word = g_match_info_fetch(match, 1);

		facts_set(kvm, "cpu-flag", word);
	} else if (g_regex_match_simple("^flags\\s*:", text, G_REGEX_MULTILINE, 0)) {
		facts_set(kvm, "cpu-flag", "none");
	}
}

static void gather_host(struct source *src, xmlNode *host)
{
	static const char *const modules[] = { "kvm", "kvm_amd", "kvm_intel" };
	xmlNode *kvm = facts_add(host, "kvm");

	add_cpu_flag(src, kvm);
	add_device(src, kvm);
	for (size_t i = 0; i < G_N_ELEMENTS(modules); i++)
		add_module(src, kvm, modules[i]);
}

const struct check check_kvm = {
	.name = "kvm",
	.summary = "KVM modules and /dev/kvm",
	.reads = reads,
	.host = gather_host,
};
