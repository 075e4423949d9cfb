// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host_use - what the host's CPUs, memory and disks were used for between two readings
 *
 * Writes, below /facts/host, only where a sample was taken:
 *   cpu-use @window-ms @cpus and of all time of all CPUs @user-percent (without guests) @nice-percent
 *           @system-percent @iowait-percent @irq-percent @softirq-percent @steal-percent (this host is a
 *           guest, and waited) @guest-percent @idle-percent
 *     cpu @id @busy-percent @guest-percent @steal-percent @iowait-percent
 *   pressure @resource (cpu, io, memory) @some-percent @full-percent
 *   memory-use @swap-in-kib-per-s @swap-out-kib-per-s @oom-kills @numa-pages-migrated-per-s
 *              @numa-faults-per-s
 *   ksm @run @pages-sharing @cpu-percent (of one CPU, of ksmd)
 *   cpu-frequency @governor @driver @minimum-mhz @maximum-mhz @limit-mhz @current-mhz (mean, of at most 64)
 *   disk-use @name @device ("8:1") @busy-percent @latency-ms @requests: of disks and partitions with requests
 *   consumer @pid @name @cpu-percent (of one CPU) @cpus (where it may run) @group @domain (of a QEMU): the
 *            ten that used most, of 5 % or more
 * The kernel counts a guest's time in user, too, and a low-priority one's in nice: it is taken out there.
 * Source: proc(5) /proc/stat, /proc/vmstat; Linux Documentation/accounting/psi.rst, admin-guide/iostats.rst,
 * admin-guide/mm/ksm.rst, admin-guide/pm/cpufreq.rst
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "checks/check.h"
#include "checks/performance/control_group.h"
#include "checks/performance/reading.h"
#include "checks/performance/sample_stats.h"
#include "checks/performance/tasks.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define KSM_DIR "/sys/kernel/mm/ksm"
#define PROCESSES "/vmdoctor/processes.txt"

static const char *const reads[] = {
	"/vmdoctor/monotonic", "/proc/stat",   "/proc/vmstat",	   "/proc/diskstats",
	"/proc/pressure/*",    PROCESSES,      "/proc/*/cmdline",  CPU_DIR "/*",
	KSM_DIR "/*",	       "/vmdoctor/threads/*", CONTROL_GROUP_READS, NULL,
};

#define LIST_MAX 32768	     /* as many as one answer has: more may be missing */
#define CPUS_MAX 1024	     /* of facts */
#define FREQUENCIES_MAX 64   /* of CPUs whose frequency is read */
#define DISKS_MAX 256
#define CONSUMERS_MAX 10
#define CONSUMER_PERCENT_MIN 5.0

static const char *const resources[] = { "cpu", "io", "memory" };

static char *frequency_path(unsigned int cpu, const char *file)
{
	return g_strdup_printf(CPU_DIR "/cpu%u/cpufreq/%s", cpu, file);
}

static bool has_frequencies(struct source *src)
{
	g_autofree char *path = frequency_path(0, "scaling_governor"), *text = NULL;

	return source_read(src, path, &text, NULL) >= 0;
}

static void plan(struct source *src, xmlNode *host, GPtrArray *paths)
{
	static const char *const fixed[] = {
		"/proc/stat", "/proc/vmstat", "/proc/diskstats", "/proc/pressure/cpu",
		"/proc/pressure/io", "/proc/pressure/memory", PROCESSES,
	};
	const char *count = facts_get(xml_child(host, "cpus"), "count");
	unsigned int cpus = count ? (unsigned int)MIN(g_ascii_strtoull(count, NULL, 10), FREQUENCIES_MAX) : 0;

	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(paths, g_strdup(fixed[i]));
	for (unsigned int i = 0; i < cpus && (i > 0 || has_frequencies(src)); i++)
		g_ptr_array_add(paths, frequency_path(i, "scaling_cur_freq"));
}

/* CPU time */

enum mode { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, GUEST, GUEST_NICE, MODES };

/** Clock ticks of one line of /proc/stat. */
struct cpu_time {
	uint64_t ticks[MODES];
};

static bool parse_cpu_line(const char *text, const char *name, struct cpu_time *ret)
{
	*ret = (struct cpu_time){ 0 };
	for (const char *line = text; line; line = strchr(line, '\n')) {
		char *p;

		line += *line == '\n';
		if (!g_str_has_prefix(line, name) || line[strlen(name)] != ' ')
			continue;
		p = (char *)(uintptr_t)line + strlen(name);
		for (int i = 0; i < MODES; i++) {
			char *end;

			ret->ticks[i] = g_ascii_strtoull(p, &end, 10);
			if (end == p || *p == '\n')
				return i >= STEAL; /* older kernels have fewer */
			p = end;
		}
		return true;
	}
	return false;
}

/* Ticks of each mode in the window, and their sum. Idle and iowait may go back a little: 0 then. */
static double differ(const struct cpu_time *a, const struct cpu_time *b, double ret_ticks[MODES])
{
	double total = 0;

	for (int i = 0; i < MODES; i++)
		ret_ticks[i] = b->ticks[i] > a->ticks[i] ? (double)(b->ticks[i] - a->ticks[i]) : 0;
	for (int i = 0; i <= STEAL; i++)
		total += ret_ticks[i];
	ret_ticks[USER] = MAX(ret_ticks[USER] - ret_ticks[GUEST], 0);
	ret_ticks[NICE] = MAX(ret_ticks[NICE] - ret_ticks[GUEST_NICE], 0);
	ret_ticks[GUEST] += ret_ticks[GUEST_NICE];
	return total;
}

static void set_percent(xmlNode *node, const char *name, double part, double whole)
{
	reading_set(node, name, whole > 0 ? part * 100 / whole : NAN);
}

static void add_one_cpu(xmlNode *use, const struct reading *r, unsigned int id)
{
	char name[16];
	struct cpu_time a, b;
	double ticks[MODES], total;
	xmlNode *cpu;

	g_snprintf(name, sizeof(name), "cpu%u", id);
	if (!parse_cpu_line(r->first, name, &a) || !parse_cpu_line(r->last, name, &b))
		return;
	total = differ(&a, &b, ticks);
	cpu = facts_add(use, "cpu");
	facts_setf(cpu, "id", "%u", id);
	set_percent(cpu, "busy-percent", total - ticks[IDLE] - ticks[IOWAIT], total);
	set_percent(cpu, "guest-percent", ticks[GUEST], total);
	set_percent(cpu, "iowait-percent", ticks[IOWAIT], total);
	set_percent(cpu, "steal-percent", ticks[STEAL], total);
}

static void add_cpu_use(struct source *src, xmlNode *host, int64_t window_ns)
{
	static const char *const names[] = {
		[USER] = "user-percent", [NICE] = "nice-percent",     [SYSTEM] = "system-percent",
		[IDLE] = "idle-percent", [IOWAIT] = "iowait-percent", [IRQ] = "irq-percent",
		[SOFTIRQ] = "softirq-percent", [STEAL] = "steal-percent", [GUEST] = "guest-percent",
	};
	xmlNode *use = facts_add(host, "cpu-use");
	double ticks[MODES], total;
	struct cpu_time a, b;
	struct reading r;

	facts_from(use, "/proc/stat", 0);
	facts_setf(use, "window-ms", "%" G_GINT64_FORMAT, window_ns / 1000000);
	facts_set(use, "cpus", facts_get(xml_child(host, "cpus"), "count"));
	if (!facts_error(use, reading_get(src, "/proc/stat", &r) ? 0 : r.error) &&
	    parse_cpu_line(r.first, "cpu", &a) && parse_cpu_line(r.last, "cpu", &b)) {
		total = differ(&a, &b, ticks);
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			set_percent(use, names[i], ticks[i], total);
		for (unsigned int i = 0; i < CPUS_MAX; i++)
			add_one_cpu(use, &r, i);
	}
	reading_done(&r);
}

/* Memory */

static void set_vmstat(xmlNode *use, const char *attr, const struct reading *r, const char *key, double unit,
		       int64_t window_ns)
{
	uint64_t n;

	if (reading_line_rise(r, key, &n))
		reading_set_rate(use, attr, (double)n * unit, window_ns);
}

static void add_memory_use(struct source *src, xmlNode *host, int64_t window_ns)
{
	const char *page = facts_get(xml_child(host, "system"), "page-bytes");
	double page_kib = page ? g_ascii_strtod(page, NULL) / 1024 : 4;
	xmlNode *use = facts_add(host, "memory-use");
	struct reading r;
	uint64_t n;

	facts_from(use, "/proc/vmstat", 0);
	if (!facts_error(use, reading_get(src, "/proc/vmstat", &r) ? 0 : r.error)) {
		set_vmstat(use, "swap-in-kib-per-s", &r, "pswpin", page_kib, window_ns);
		set_vmstat(use, "swap-out-kib-per-s", &r, "pswpout", page_kib, window_ns);
		set_vmstat(use, "numa-pages-migrated-per-s", &r, "numa_pages_migrated", 1, window_ns);
		set_vmstat(use, "numa-faults-per-s", &r, "numa_hint_faults", 1, window_ns);
		if (reading_line_rise(&r, "oom_kill", &n))
			facts_setf(use, "oom-kills", "%" G_GUINT64_FORMAT, n);
	}
	reading_done(&r);
}

/* Frequencies */

static char *read_word(struct source *src, char *path)
{
	g_autofree char *owned = path;
	char *text = NULL;

	return source_read(src, owned, &text, NULL) >= 0 ? g_strstrip(text) : NULL;
}

static void set_mhz(xmlNode *node, const char *attr, struct source *src, const char *file)
{
	g_autofree char *khz = read_word(src, frequency_path(0, file));
	uint64_t n;

	if (khz && parse_u64(khz, &n))
		facts_setf(node, attr, "%" G_GUINT64_FORMAT, n / 1000);
}

static void add_frequency(struct source *src, xmlNode *host)
{
	g_autofree char *governor = read_word(src, frequency_path(0, "scaling_governor"));
	g_autofree char *driver = read_word(src, frequency_path(0, "scaling_driver"));
	double sum = 0;
	unsigned int n = 0;
	xmlNode *node;

	if (!governor)
		return;
	node = facts_add(host, "cpu-frequency");
	facts_from(node, CPU_DIR "/cpu0/cpufreq", 0);
	facts_set(node, "governor", governor);
	facts_set(node, "driver", driver);
	set_mhz(node, "minimum-mhz", src, "cpuinfo_min_freq");
	set_mhz(node, "maximum-mhz", src, "cpuinfo_max_freq");
	set_mhz(node, "limit-mhz", src, "scaling_max_freq");
	for (unsigned int cpu = 0; cpu < FREQUENCIES_MAX; cpu++) {
		g_autofree char *path = frequency_path(cpu, "scaling_cur_freq");
		struct reading r;

		if (reading_get(src, path, &r)) {
			sum += g_ascii_strtod(r.last, NULL);
			n++;
		}
		reading_done(&r);
	}
	if (n > 0)
		facts_setf(node, "current-mhz", "%.0f", sum / n / 1000);
}

/* Disks: device numbers and name are fields 1 to 3; requests, their ms and the busy ms are fields 4, 8, 7, 11, 13 of the line. */

struct disk_time {
	char name[64];
	unsigned int major, minor;
	uint64_t reads, read_ms, writes, write_ms, busy_ms;
};

static bool parse_disk(const char *line, struct disk_time *d)
{
	return sscanf(line,
		      " %u %u %63s %" G_GUINT64_FORMAT " %*u %*u %" G_GUINT64_FORMAT
		      " %" G_GUINT64_FORMAT " %*u %*u %" G_GUINT64_FORMAT " %*u %" G_GUINT64_FORMAT,
		      &d->major, &d->minor, d->name, &d->reads, &d->read_ms, &d->writes, &d->write_ms, &d->busy_ms) == 8;
}

static void add_disk(xmlNode *host, const struct disk_time *a, const struct disk_time *b, int64_t window_ns)
{
	double requests = (double)(b->reads - a->reads) + (double)(b->writes - a->writes);
	double ms = (double)(b->read_ms - a->read_ms) + (double)(b->write_ms - a->write_ms);
	xmlNode *disk;

	if (b->reads < a->reads || b->writes < a->writes || b->read_ms < a->read_ms ||
	    b->write_ms < a->write_ms || b->busy_ms < a->busy_ms || requests <= 0)
		return;
	disk = facts_add(host, "disk-use");
	facts_from(disk, "/proc/diskstats", 0);
	facts_set(disk, "name", b->name);
	facts_setf(disk, "device", "%u:%u", b->major, b->minor);
	facts_setf(disk, "requests", "%.0f", requests);
	reading_set_ms(disk, "latency-ms", ms / requests);
	reading_set(disk, "busy-percent",
		    MIN((double)(b->busy_ms - a->busy_ms) * 1e8 / (double)window_ns, 100));
}

static void add_disks(struct source *src, xmlNode *host, int64_t window_ns)
{
	g_autoptr(GHashTable) before = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_auto(GStrv) first = NULL, last = NULL;
	struct disk_time d, *known;
	struct reading r;

	if (reading_get(src, "/proc/diskstats", &r)) {
		first = g_strsplit(r.first, "\n", 4 * DISKS_MAX);
		last = g_strsplit(r.last, "\n", DISKS_MAX);
	}
	reading_done(&r);
	for (size_t i = 0; first && first[i]; i++)
		if (parse_disk(first[i], &d)) {
			known = g_memdup2(&d, sizeof(d));
			g_hash_table_replace(before, known->name, known);
		}
	for (size_t i = 0; last && last[i]; i++)
		if (parse_disk(last[i], &d) && (known = g_hash_table_lookup(before, d.name)))
			add_disk(host, known, &d, window_ns);
}

/* Who used the CPU */

/** A process and what it used. */
struct user {
	const struct task *task;
	double percent;
};

static int by_use(gconstpointer a, gconstpointer b)
{
	const struct user *x = a, *y = b;

	if (x->percent != y->percent)
		return x->percent > y->percent ? -1 : 1;
	return x->task->id < y->task->id ? -1 : 1;
}

static GArray *users_of(const struct tasks *before, const struct tasks *after)
{
	GArray *users = g_array_new(FALSE, FALSE, sizeof(struct user));
	double window_s = (double)(after->at_ns - before->at_ns) / 1e9;

	for (guint i = 0; window_s >= 0.1 && i < after->list->len; i++) {
		const struct task *task = after->list->pdata[i], *was = tasks_find(before, task);
		uint64_t had = was ? was->used_ticks : 0;
		struct user u = { task, 0 };

		if (task->used_ticks < had || (!was && before->list->len >= LIST_MAX))
			continue;
		/* One that is not in the first list had used nothing, or did not exist. */
		u.percent = (double)(task->used_ticks - had) * 100 / after->hz / window_s;
		g_array_append_val(users, u);
	}
	g_array_sort(users, by_use);
	return users;
}

/* "guest=NAME" of QEMU's option -name; commas in a name are doubled. Other programs' arguments are their
   own business. */
static char *domain_of(struct source *src, const struct task *task)
{
	g_autofree char *path = g_strdup_printf("/proc/%" G_GUINT64_FORMAT "/cmdline", task->id);
	g_autofree char *text = NULL;
	const char *name = NULL;
	size_t size = 0;

	if ((!strstr(task->comm, "qemu") && !strstr(task->comm, "kvm")) ||
	    source_read(src, path, &text, &size) < 0)
		return NULL;
	for (size_t at = 0; at < size; at += strlen(text + at) + 1)
		if (g_str_has_prefix(text + at, "guest="))
			name = text + at + strlen("guest=");
	if (!name)
		return NULL;
	GString *plain = g_string_new(NULL);

	for (; *name && !(*name == ',' && name[1] != ','); name += 1 + (*name == ','))
		g_string_append_c(plain, *name);
	return g_string_free(plain, FALSE);
}

/* Where the vCPUs of a QEMU may run: its main thread may be elsewhere. Known of domains in the sample. */
static char *guest_cpus(struct source *src, const struct task *task)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/threads/%" G_GUINT64_FORMAT ".txt", task->id);
	g_autoptr(GString) all = g_string_new(NULL);
	g_autoptr(GArray) cpus = NULL;
	struct tasks *t;
	struct reading r;

	t = reading_get(src, path, &r) ? tasks_parse(r.last) : NULL;
	reading_done(&r);
	for (guint i = 0; t && i < t->list->len; i++) {
		const struct task *one = t->list->pdata[i];

		if (one->cpus && g_str_has_prefix(one->comm, "CPU "))
			g_string_append_printf(all, "%s%s", all->len > 0 ? "," : "", one->cpus);
	}
	tasks_free(t);
	cpus = parse_cpulist(all->str);
	return cpus ? parse_cpulist_text(cpus) : g_strdup(task->cpus);
}

static char *group_of(struct source *src, const struct task *task)
{
	g_autofree char *pid = g_strdup_printf("%" G_GUINT64_FORMAT, task->id);
	bool is_unified = false;
	g_autofree char *dir = control_group_dir(src, pid, "cpu", &is_unified);
	const char *root = is_unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";

	return dir ? g_strdup(dir + strlen(root)) : NULL;
}

static void add_consumer(struct source *src, xmlNode *host, const struct user *u)
{
	g_autofree char *domain = domain_of(src, u->task), *group = group_of(src, u->task);
	g_autofree char *cpus = domain ? guest_cpus(src, u->task) : g_strdup(u->task->cpus);
	xmlNode *node = facts_add(host, "consumer");

	facts_from(node, PROCESSES, 0);
	facts_setf(node, "pid", "%" G_GUINT64_FORMAT, u->task->id);
	facts_set(node, "name", u->task->comm);
	facts_set(node, "domain", domain);
	facts_set(node, "group", group && *group ? group : NULL);
	facts_set(node, "cpus", cpus);
	reading_set(node, "cpu-percent", u->percent);
}

static void add_ksm(struct source *src, xmlNode *host, const GArray *users)
{
	g_autofree char *run = read_word(src, g_strdup(KSM_DIR "/run"));
	g_autofree char *sharing = read_word(src, g_strdup(KSM_DIR "/pages_sharing"));
	xmlNode *ksm;

	if (!run)
		return;
	ksm = facts_add(host, "ksm");
	facts_from(ksm, KSM_DIR, 0);
	facts_set(ksm, "run", run);
	facts_set(ksm, "pages-sharing", sharing);
	for (guint i = 0; users && i < users->len; i++) {
		const struct user *u = &g_array_index(users, struct user, i);

		if (strcmp(u->task->comm, "ksmd") == 0)
			reading_set(ksm, "cpu-percent", u->percent);
	}
}

static void add_consumers(struct source *src, xmlNode *host)
{
	struct tasks *before = NULL, *after = NULL;
	g_autoptr(GArray) users = NULL;
	struct reading r;

	if (reading_get(src, PROCESSES, &r)) {
		before = tasks_parse(r.first);
		after = tasks_parse(r.last);
	}
	reading_done(&r);
	if (before && after)
		users = users_of(before, after);
	for (guint i = 0; users && i < users->len && i < CONSUMERS_MAX; i++)
		if (g_array_index(users, struct user, i).percent >= CONSUMER_PERCENT_MIN)
			add_consumer(src, host, &g_array_index(users, struct user, i));
	add_ksm(src, host, users);
	tasks_free(before);
	tasks_free(after);
}

static void measure(struct source *src, xmlNode *host)
{
	int64_t window_ns = reading_window(src);

	if (window_ns == 0)
		return;
	add_cpu_use(src, host, window_ns);
	for (size_t i = 0; i < G_N_ELEMENTS(resources); i++) {
		g_autofree char *path = g_strconcat("/proc/pressure/", resources[i], NULL);

		sample_pressure(src, host, path, resources[i], window_ns);
	}
	add_memory_use(src, host, window_ns);
	add_frequency(src, host);
	add_disks(src, host, window_ns);
	add_consumers(src, host);
}

const struct check check_host_use = {
	.name = "host_use",
	.summary = "what the host did between two readings",
	.reads = reads,
	.host_sample = { plan, measure },
};
