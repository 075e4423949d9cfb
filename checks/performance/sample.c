// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample - what a running domain did between two readings: CPU time of its threads, and its counters
 *
 * Writes, below /facts/vm, only where a sample was taken:
 *   sample @window-ms @age-s (of QEMU) @running (yes, no: paused in one of the readings)
 *          @threads-error, @counters-error: errno names where one half is missing
 *     vcpu @id @tid @run-percent @delay-ms-per-s (ready to run, and no CPU free) @delay-percent (of what
 *          it asked for) @contention-ms-per-s (delay without what its own quotas took)
 *          @throttled-ms-per-s @cpus (where it may run) @last-cpu; KVM's counts: checks/sample_stats.c
 *     thread @kind (emulator, iothread, vhost, other) @count @run-percent @delay-ms-per-s
 *     quota @name @quota-us @period-us @throttled-ms-per-s @throttled-percent (of its periods) @shared
 *     pressure @resource @some-percent @full-percent: of the domain's control group
 *   and disk, nic, memory, kvm: checks/sample_stats.c; latency-histogram: checks/sample_latency.c
 * Each number is of the domain's own window, whose ends are known to microseconds.  A thread that
 * came or went, a QEMU that was started anew, a counter that went back: no attribute.
 * Run and delay are those of the kernel's scheduler; delay is what a guest sees as steal.
 * Source: Linux Documentation/scheduler/sched-stats.rst, sched-bwc.rst (throttled_time),
 * Documentation/accounting/psi.rst; libvirt names the threads "CPU N/KVM", "IO iothreadN" (QEMU
 * option -name debug-threads=on)
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "checks/check.h"
#include "checks/performance/control_group.h"
#include "base/errname.h"
#include "checks/performance/reading.h"
#include "checks/performance/sample_stats.h"
#include "checks/performance/tasks.h"

static const char *const reads[] = {
	"/vmdoctor/threads/*", "/vmdoctor/processes.txt", "/vmdoctor/monotonic",
	"/vmdoctor/libvirt/sample/*", "/vmdoctor/clock", "/proc/*/status", CONTROL_GROUP_READS, SAMPLE_STATS_READS, NULL,
};

#define PARTS_MAX 64
#define THREADS_NS_MIN READING_WINDOW_MIN_NS

static const char *const resources[] = { "cpu", "io", "memory" };

static char *threads_path(const char *pid)
{
	return g_strdup_printf("/vmdoctor/threads/%s.txt", pid);
}

static GPtrArray *quotas_of(struct source *src, const xmlNode *vm, const char *pid)
{
	g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
	g_auto(GStrv) names = NULL;
	const char *count = facts_get(xml_child(vm, "info"), "vcpus");
	unsigned int vcpus = count ? (unsigned int)MIN(g_ascii_strtoull(count, NULL, 10), PARTS_MAX) : 0;

	g_strv_builder_add(parts, "emulator");
	for (unsigned int i = 0; i < vcpus; i++) {
		g_autofree char *name = g_strdup_printf("vcpu%u", i);

		g_strv_builder_add(parts, name);
	}
	names = g_strv_builder_end(parts);
	return control_group_quotas(src, pid, (const char *const *)names);
}

/* Of the domain's group in cgroup v2; v1 has no pressure files. */
static char *pressure_path(struct source *src, const char *pid, const char *resource)
{
	bool is_unified = false;
	g_autofree char *dir = control_group_dir(src, pid, resource, &is_unified);

	return dir && is_unified ? g_strdup_printf("%s/%s.pressure", dir, resource) : NULL;
}

static void add_path(GPtrArray *paths, char *path)
{
	if (path)
		g_ptr_array_add(paths, path);
}

static void plan(struct source *src, xmlNode *vm, GPtrArray *paths)
{
	const char *pid = facts_get(xml_child(vm, "process"), "pid");

	if (g_strcmp0(facts_get(vm, "active"), "yes") != 0)
		return;
	if (pid) {
		g_autoptr(GPtrArray) quotas = quotas_of(src, vm, pid);

		add_path(paths, threads_path(pid));
		add_path(paths, g_strdup_printf("/proc/%s/status", pid));
		for (guint i = 0; i < quotas->len; i++)
			add_path(paths, g_strdup(((struct cpu_quota *)quotas->pdata[i])->stat));
		for (size_t i = 0; i < G_N_ELEMENTS(resources); i++)
			add_path(paths, pressure_path(src, pid, resources[i]));
	}
	sample_stats_plan(src, vm, paths);
}

/* Threads */

/** The threads of one QEMU at both ticks. */
struct threads {
	struct tasks *before, *after;
	int64_t window_ns;
};

static void threads_done(struct threads *t)
{
	tasks_free(t->before);
	tasks_free(t->after);
}

/* Return: 0, -ESRCH when it is not the same process any more, -errno */
static int threads_get(struct source *src, const char *pid, struct threads *ret)
{
	g_autofree char *path = threads_path(pid);
	const struct task *first, *last;
	struct reading r;
	int error = reading_get(src, path, &r) ? 0 : r.error;

	ret->before = r.first ? tasks_parse(r.first) : NULL;
	ret->after = r.last ? tasks_parse(r.last) : NULL;
	reading_done(&r);
	if (error)
		return error == -ENOENT ? -ESRCH : error;
	if (!ret->before || !ret->after)
		return -EBADMSG;
	first = tasks_by_id(ret->before, g_ascii_strtoull(pid, NULL, 10));
	last = first ? tasks_find(ret->after, first) : NULL;
	ret->window_ns = ret->after->at_ns - ret->before->at_ns;
	if (!last)
		return -ESRCH;
	return ret->window_ns >= THREADS_NS_MIN ? 0 : -ERANGE;
}

/** What a thread did in the window. */
struct use {
	double run_ns, delay_ns, used_ticks, faults;
	bool has_sched;
};

static bool use_of(const struct task *after, const struct threads *t, struct use *ret)
{
	const struct task *before = tasks_find(t->before, after);

	if (!before || after->used_ticks < before->used_ticks ||
	    after->major_faults < before->major_faults)
		return false;
	*ret = (struct use){ .used_ticks = (double)(after->used_ticks - before->used_ticks),
			     .faults = (double)(after->major_faults - before->major_faults) };
	ret->has_sched = before->has_sched && after->has_sched && after->run_ns >= before->run_ns &&
			 after->delay_ns >= before->delay_ns;
	if (ret->has_sched) {
		ret->run_ns = (double)(after->run_ns - before->run_ns);
		ret->delay_ns = (double)(after->delay_ns - before->delay_ns);
	}
	return true;
}

static double percent(double part, double whole)
{
	return whole > 0 ? part * 100 / whole : NAN;
}

/* What the quota of this vCPU and those above it took, at most all of its delay. */
static double throttled_ns(xmlNode *sample, unsigned int id)
{
	g_autofree char *own = g_strdup_printf("vcpu%u", id);
	double ms = 0;

	for (xmlNode *q = xml_child(sample, "quota"); q; q = xml_next(q, "quota")) {
		const char *name = facts_get(q, "name"), *taken = facts_get(q, "throttled-ms-per-s");

		if (taken && (g_str_equal(name, own) || strchr(name, '/')))
			ms += g_ascii_strtod(taken, NULL);
	}
	return ms;
}

static void add_vcpu(xmlNode *sample, unsigned int id, const struct task *task, const struct threads *t,
		     const struct use *u)
{
	xmlNode *vcpu = facts_add(sample, "vcpu");
	double window = (double)t->window_ns;
	double delay = u->delay_ns * 1000 / window, throttled = throttled_ns(sample, id);

	facts_setf(vcpu, "id", "%u", id);
	facts_setf(vcpu, "tid", "%" G_GUINT64_FORMAT, task->id);
	facts_set(vcpu, "cpus", task->cpus);
	facts_setf(vcpu, "last-cpu", "%" G_GUINT64_FORMAT, task->cpu);
	if (!u->has_sched) {
		/* the clock's ticks, 10 ms, are all that this kernel has */
		reading_set(vcpu, "run-percent",
			    percent(u->used_ticks / t->after->hz, window / 1e9));
		return;
	}
	reading_set(vcpu, "run-percent", percent(u->run_ns, window));
	reading_set(vcpu, "delay-ms-per-s", delay);
	reading_set(vcpu, "delay-percent", u->run_ns + u->delay_ns > 0
						   ? percent(u->delay_ns, u->run_ns + u->delay_ns) : 0);
	reading_set(vcpu, "throttled-ms-per-s", MIN(throttled, delay));
	reading_set(vcpu, "contention-ms-per-s", MAX(delay - throttled, 0));
}

static const char *kind_of(const char *comm, uint64_t id, uint64_t pid)
{
	if (g_str_has_prefix(comm, "IO iothread") || g_str_has_prefix(comm, "IO mon_iothread"))
		return "iothread";
	if (g_str_has_prefix(comm, "vhost-"))
		return "vhost";
	return id == pid ? "emulator" : "other";
}

static void add_kind(xmlNode *sample, const struct threads *t, const char *kind, uint64_t pid)
{
	struct use sum = { .has_sched = true }, one;
	unsigned int count = 0, id;
	xmlNode *node;

	for (guint i = 0; i < t->after->list->len; i++) {
		const struct task *task = t->after->list->pdata[i];

		if (sscanf(task->comm, "CPU %u/", &id) == 1 || !use_of(task, t, &one) || !one.has_sched ||
		    !g_str_equal(kind_of(task->comm, task->id, pid), kind))
			continue;
		sum.run_ns += one.run_ns;
		sum.delay_ns += one.delay_ns;
		count++;
	}
	if (count == 0)
		return;
	node = facts_add(sample, "thread");
	facts_set(node, "kind", kind);
	facts_setf(node, "count", "%u", count);
	reading_set(node, "run-percent", percent(sum.run_ns, (double)t->window_ns));
	reading_set_rate(node, "delay-ms-per-s", sum.delay_ns / 1e6, t->window_ns);
}

static int by_id(gconstpointer a, gconstpointer b)
{
	const struct task *x = *(const struct task *const *)a, *y = *(const struct task *const *)b;
	unsigned int i = 0, j = 0;

	if (sscanf(x->comm, "CPU %u/", &i) == 1 && sscanf(y->comm, "CPU %u/", &j) == 1 && i != j)
		return i < j ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void add_threads(xmlNode *sample, const struct threads *t, const char *pid)
{
	static const char *const kinds[] = { "emulator", "iothread", "vhost", "other" };
	unsigned int id;
	struct use u;

	g_ptr_array_sort(t->after->list, by_id);
	for (guint i = 0; i < t->after->list->len; i++) {
		const struct task *task = t->after->list->pdata[i];

		if (sscanf(task->comm, "CPU %u/", &id) == 1 && use_of(task, t, &u))
			add_vcpu(sample, id, task, t, &u);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		add_kind(sample, t, kinds[i], g_ascii_strtoull(pid, NULL, 10));
}

static void add_faults(xmlNode *memory, const struct threads *t)
{
	double faults = 0;
	struct use u;

	for (guint i = 0; i < t->after->list->len; i++)
		if (use_of(t->after->list->pdata[i], t, &u))
			faults += u.faults;
	reading_set_rate(memory, "qemu-major-faults-per-s", faults, t->window_ns);
}

/* Quotas and pressure */

static void add_quota(struct source *src, xmlNode *sample, const struct cpu_quota *q, int64_t window_ns)
{
	xmlNode *node = facts_add(sample, "quota");
	uint64_t taken, periods, hit;
	struct reading r;

	facts_from(node, q->stat, 0);
	facts_set(node, "name", q->name);
	facts_set(node, "shared", q->is_shared ? "yes" : "no");
	facts_setf(node, "quota-us", "%" G_GINT64_FORMAT, q->quota_us);
	facts_setf(node, "period-us", "%" G_GINT64_FORMAT, q->period_us);
	if (!facts_error(node, reading_get(src, q->stat, &r) ? 0 : r.error)) {
		/* v2 counts µs, v1 ns */
		if (reading_line_rise(&r, q->is_unified ? "throttled_usec" : "throttled_time", &taken))
			reading_set_rate(node, "throttled-ms-per-s",
					 (double)taken / (q->is_unified ? 1e3 : 1e6), window_ns);
		if (reading_line_rise(&r, "nr_periods", &periods) && periods > 0 &&
		    reading_line_rise(&r, "nr_throttled", &hit))
			reading_set(node, "throttled-percent", percent((double)hit, (double)periods));
	}
	reading_done(&r);
}

static void add_quotas(struct source *src, xmlNode *sample, const xmlNode *vm, const char *pid,
		       int64_t window_ns)
{
	g_autoptr(GPtrArray) quotas = quotas_of(src, vm, pid);

	for (guint i = 0; i < quotas->len; i++)
		add_quota(src, sample, quotas->pdata[i], window_ns);
}

static void add_pressure(struct source *src, xmlNode *sample, const char *pid, int64_t window_ns)
{
	for (size_t i = 0; i < G_N_ELEMENTS(resources); i++) {
		g_autofree char *path = pressure_path(src, pid, resources[i]);

		if (path)
			sample_pressure(src, sample, path, resources[i], window_ns);
	}
}

static void set_errname(xmlNode *node, const char *name, int error)
{
	if (error < 0)
		facts_set(node, name, errname(error));
}

static void measure_process(struct source *src, xmlNode *vm, xmlNode *sample, const char *pid)
{
	struct threads t = { 0 };
	int error = threads_get(src, pid, &t);

	set_errname(sample, "threads-error", error);
	if (error == 0) {
		uint64_t start = tasks_by_id(t.after, g_ascii_strtoull(pid, NULL, 10))->start_ticks;
		int64_t age_s = t.after->boot_ns / 1000000000 - (int64_t)(start / t.after->hz);

		facts_setf(sample, "window-ms", "%" G_GINT64_FORMAT, t.window_ns / 1000000);
		facts_setf(sample, "age-s", "%" G_GINT64_FORMAT, MAX(age_s, 0));
		add_quotas(src, sample, vm, pid, t.window_ns);
		add_threads(sample, &t, pid);
		add_pressure(src, sample, pid, t.window_ns);
		add_faults(sample_memory(src, sample, pid, t.window_ns), &t);
	}
	threads_done(&t);
}

static void measure(struct source *src, xmlNode *vm)
{
	const char *pid = facts_get(xml_child(vm, "process"), "pid");
	xmlNode *sample;

	if (g_strcmp0(facts_get(vm, "active"), "yes") != 0 || reading_window(src) == 0)
		return;
	sample = facts_add(vm, "sample");
	if (pid)
		measure_process(src, vm, sample, pid);
	else
		set_errname(sample, "threads-error", -ENODATA);
	set_errname(sample, "counters-error", sample_stats(src, vm, sample));
}

const struct check check_sample = {
	.name = "sample",
	.summary = "what a running domain did between two readings",
	.reads = reads,
	.vm_sample = { plan, measure },
};
