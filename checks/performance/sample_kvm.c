// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample_kvm - why a guest left guest mode, and how long the host polled for it
 *
 * Writes on /facts/vm/sample/vcpu, of libvirt's counters, or on sample/kvm, of debugfs, where they are of
 * the whole domain: @exits-per-s @io-exits-per-s @mmio-exits-per-s @halt-exits-per-s @irq-exits-per-s
 * @irq-window-exits-per-s @irq-injections-per-s @emulations-per-s @hypercalls-per-s @page-faults-per-s
 * @signal-exits-per-s @yield-attempts-per-s (the guest asked for a vCPU to run that is preempted) @yields-per-s
 * (and that was possible) @poll-percent (of the window; both kinds of polling) @poll-fail-percent (of polling
 * that was in vain); and
 *   kvm @small-pages-percent (of the memory that is mapped for the guest, what is in pages of 4 KiB)
 *       @basis (libvirt, debugfs, none) @hidden-by (lockdown, permission, absent: no such files)
 * Names are not stable by libvirt's own word: what is not there gives no attribute.
 * Source: Linux Documentation/virt/kvm/halt-polling.rst; arch/x86/kvm/x86.c kvm_vcpu_stats_desc;
 * kernel_lockdown(7); virsh domstats
 */
#include <errno.h>
#include <math.h>

#include "checks/check.h"
#include "checks/performance/reading.h"
#include "checks/performance/sample_stats.h"

#define DEBUGFS "/sys/kernel/debug/kvm"
#define VCPUS_MAX 1024

static const struct counter {
	const char *attr, *kvm;
} counters[] = {
	{ "exits-per-s", "exits" },
	{ "io-exits-per-s", "io_exits" },
	{ "mmio-exits-per-s", "mmio_exits" },
	{ "halt-exits-per-s", "halt_exits" },
	{ "irq-exits-per-s", "irq_exits" },
	{ "irq-window-exits-per-s", "irq_window_exits" },
	{ "irq-injections-per-s", "irq_injections" },
	{ "emulations-per-s", "insn_emulation" },
	{ "hypercalls-per-s", "hypercalls" },
	{ "page-faults-per-s", "pf_fixed" },
	{ "signal-exits-per-s", "signal_exits" },
	{ "yield-attempts-per-s", "directed_yield_attempted" },
	{ "yields-per-s", "directed_yield_successful" },
};

/** Where a counter of KVM comes from. */
struct counts {
	const struct reading_json *json; /* libvirt's, or NULL */
	unsigned int vcpu;
	struct source *src;
	const char *dir; /* debugfs */
	int64_t window_ns;
};

static bool rise(const struct counts *c, const char *kvm, double *ret)
{
	g_autofree char *name = NULL;
	struct reading r;
	uint64_t n = 0;
	bool ok;

	if (c->json) {
		name = g_strdup_printf("vcpu.%u.%s.sum", c->vcpu, kvm);
		ok = reading_json_rise(c->json, name, &n);
	} else {
		name = g_strconcat(c->dir, "/", kvm, NULL);
		ok = reading_get(c->src, name, &r);
		if (ok) {
			g_strstrip(r.first);
			g_strstrip(r.last);
			ok = reading_rise(r.first, r.last, &n);
		}
		reading_done(&r);
	}
	*ret = (double)n;
	return ok;
}

static void set_counts(xmlNode *node, const struct counts *c)
{
	double n, hit, miss;

	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		if (rise(c, counters[i].kvm, &n))
			reading_set_rate(node, counters[i].attr, n, c->window_ns);
	if (!rise(c, "halt_poll_success_ns", &hit) || !rise(c, "halt_poll_fail_ns", &miss))
		return;
	reading_set(node, "poll-percent", (hit + miss) * 100 / (double)c->window_ns);
	reading_set(node, "poll-fail-percent", hit + miss > 0 ? miss * 100 / (hit + miss) : 0);
}

static bool libvirt_has(const xmlNode *vm)
{
	return facts_get(facts_find(vm, "stats/vcpu"), "exits-sum") != NULL;
}

static bool is_kvm(const xmlNode *vm)
{
	return g_strcmp0(facts_get(xml_child(vm, "domain"), "type"), "kvm") == 0;
}

/* The directory PID-FD of the process; NULL with *ret_error set. */
static char *debugfs_dir(struct source *src, const char *pid, int *ret_error)
{
	g_autofree char *prefix = g_strconcat(pid ? pid : "?", "-", NULL);
	g_auto(GStrv) names = NULL;

	*ret_error = source_list(src, DEBUGFS, &names);
	for (size_t i = 0; *ret_error == 0 && names[i]; i++)
		if (g_str_has_prefix(names[i], prefix) && !strchr(names[i], '/'))
			return g_strconcat(DEBUGFS "/", names[i], NULL);
	if (*ret_error == 0)
		*ret_error = -ENOENT;
	return NULL;
}

void sample_kvm_plan(struct source *src, const xmlNode *vm, GPtrArray *paths)
{
	g_autofree char *dir = NULL;
	int error;

	if (!is_kvm(vm) || libvirt_has(vm))
		return;
	dir = debugfs_dir(src, facts_get(xml_child(vm, "process"), "pid"), &error);
	for (size_t i = 0; dir && i < G_N_ELEMENTS(counters); i++)
		g_ptr_array_add(paths, g_strconcat(dir, "/", counters[i].kvm, NULL));
	if (!dir)
		return;
	g_ptr_array_add(paths, g_strconcat(dir, "/halt_poll_success_ns", NULL));
	g_ptr_array_add(paths, g_strconcat(dir, "/halt_poll_fail_ns", NULL));
}

/* root is refused for two reasons only: lockdown, or a container's policy. */
static const char *hidden_by(struct source *src, int error)
{
	g_autofree char *lockdown = NULL;

	if (error == -ENOENT || error == -ENODATA)
		return error == -ENOENT ? "absent" : NULL;
	if (source_read(src, "/sys/kernel/security/lockdown", &lockdown, NULL) >= 0 &&
	    !strstr(lockdown, "[none]"))
		return "lockdown";
	return "permission";
}

static void add_debugfs(struct source *src, const xmlNode *vm, xmlNode *sample, int64_t window_ns)
{
	int error;
	g_autofree char *dir = debugfs_dir(src, facts_get(xml_child(vm, "process"), "pid"), &error);
	const struct counts c = { .src = src, .dir = dir, .window_ns = window_ns };
	xmlNode *kvm = facts_add(sample, "kvm");
	g_autofree char *exits = dir ? g_strconcat(dir, "/exits", NULL) : NULL;
	struct reading r = { 0 };

	if (exits && !reading_get(src, exits, &r))
		error = r.error;
	reading_done(&r);
	if (dir && error == 0)
		set_counts(kvm, &c);
	facts_set(kvm, "basis", error == 0 ? "debugfs" : "none");
	if (error)
		facts_set(kvm, "hidden-by", hidden_by(src, error));
}

/* vCPUs are those of the threads; without these they begin here. */
static xmlNode *vcpu_of(xmlNode *sample, unsigned int id)
{
	g_autofree char *text = g_strdup_printf("%u", id);
	xmlNode *n = xml_child(sample, "vcpu");

	while (n && g_strcmp0(facts_get(n, "id"), text) != 0)
		n = xml_next(n, "vcpu");
	if (!n) {
		n = facts_add(sample, "vcpu");
		facts_set(n, "id", text);
	}
	return n;
}

static double kib_of(const xmlNode *pages, const char *attr, double kib_each)
{
	const char *n = facts_get(pages, attr);

	return n ? g_ascii_strtod(n, NULL) * kib_each : 0;
}

/* Of what KVM has mapped for the guest; nothing where it maps by other means. */
static void set_small_pages(xmlNode *kvm, const xmlNode *vm)
{
	const xmlNode *pages = facts_find(vm, "stats/vm");
	double small = kib_of(pages, "pages_4k-cur", 4);
	double all = small + kib_of(pages, "pages_2m-cur", 2048) + kib_of(pages, "pages_1g-cur", 1048576);

	if (all > 0)
		reading_set(kvm, "small-pages-percent", small * 100 / all);
}

void sample_kvm(struct source *src, const xmlNode *vm, xmlNode *sample, const struct reading_json *r,
		int64_t window_ns)
{
	struct counts c = { .json = r, .window_ns = window_ns };
	bool any = false;

	if (!is_kvm(vm))
		return;
	for (c.vcpu = 0; c.vcpu < VCPUS_MAX; c.vcpu++) {
		g_autofree char *state = g_strdup_printf("vcpu.%u.state", c.vcpu);
		double n;

		if (!json_object_has_member(r->after, state))
			break;
		if (!rise(&c, "exits", &n))
			continue;
		set_counts(vcpu_of(sample, c.vcpu), &c);
		any = true;
	}
	if (any)
		facts_set(facts_add(sample, "kvm"), "basis", "libvirt");
	else
		add_debugfs(src, vm, sample, window_ns);
	set_small_pages(xml_child(sample, "kvm"), vm);
}
