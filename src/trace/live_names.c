// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live_names - what a live host knows of the threads of a trace, as notes.
 *
 * Source: proc(5); QEMU's manual, "-name guest=NAME" (a comma in it is doubled); Linux
 * Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat", and virt/kvm/kvm_main.c (debugfs)
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include "trace/live.h"
#include "trace/vcpu.h"

enum { TASKS_MAX = 4096, XML_MAX_BYTES = 8 << 20 };

static const char debugfs[] = "/sys/kernel/debug/kvm";

struct telling {
	note_sink *sink;
	void *data;
	bool is_end;
	int pid;
};

static void tell(const struct telling *t, char *note)
{
	t->sink(t->data, note);
	g_free(note);
}

/* After "-name": "guest=web,debug-threads=on", or "web". g_free() it */
static char *domain_of(const char *value)
{
	GString *name = g_string_new(NULL);

	if (g_str_has_prefix(value, "guest="))
		value += strlen("guest=");
	for (; *value && (*value != ',' || value[1] == ','); value++) {
		value += *value == ',';
		g_string_append_c(name, *value);
	}
	return g_string_free(name, FALSE);
}

/* NULL: no QEMU, or one without a name. */
static char *name_of(const char *pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid), *text = NULL;
	gsize length = 0;

	if (!g_file_get_contents(path, &text, &length, NULL) || !memmem(text, length, "qemu", 4))
		return NULL;
	for (gsize at = 0; at < length; at += strlen(text + at) + 1)
		if (strcmp(text + at, "-name") == 0 && at + sizeof("-name") < length)
			return domain_of(text + at + sizeof("-name"));
	return NULL;
}

static guint64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (guint64)t.tv_sec * 1000000000U + (guint64)t.tv_nsec;
}

static void read_task(const struct telling *t, const char *tid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%s/schedstat", t->pid, tid), *text = NULL;
	struct schedstat s = { 0 };

	if (g_file_get_contents(path, &text, NULL, NULL) &&
	    sscanf(text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &s.run, &s.delay) == 2)
		s.at = now_ns();
	tell(t, note_thread((int)g_ascii_strtoll(tid, NULL, 10), t->pid, &s, t->is_end));
}

static void take_place(void *data, const char *device, const char *text)
{
	const struct telling *t = data;

	tell(t, note_device(t->pid, device, text));
}

/* What virsh edit shows; of a transient domain, what libvirt keeps while it runs. */
static void read_xml(struct telling *t, const char *domain)
{
	static const char *const dirs[] = { "/etc/libvirt/qemu", "/run/libvirt/qemu" };

	for (size_t i = 0; i < G_N_ELEMENTS(dirs) && !strchr(domain, '/'); i++) {
		g_autofree char *path = g_strdup_printf("%s/%s.xml", dirs[i], domain), *text = NULL;
		gsize size = 0;

		if (!g_file_get_contents(path, &text, &size, NULL) || size > XML_MAX_BYTES)
			continue;
		places_of_xml(text, size, path, take_place, t);
		return;
	}
}

static void read_process(struct telling *t, const char *pid)
{
	g_autofree char *domain = name_of(pid), *dir = g_strdup_printf("/proc/%s/task", pid);
	g_autoptr(GDir) d = domain ? g_dir_open(dir, 0, NULL) : NULL;
	const char *tid;

	t->pid = (int)g_ascii_strtoll(pid, NULL, 10);
	if (d && !t->is_end) {
		tell(t, note_domain(t->pid, domain));
		read_xml(t, domain);
	}
	for (int n = 0; d && n < TASKS_MAX && (tid = g_dir_read_name(d)); n++)
		read_task(t, tid);
}

static bool read_number(const char *dir, const char *name, long long *ret)
{
	g_autofree char *path = g_build_filename(dir, name, NULL), *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && sscanf(text, "%lld", ret) == 1;
}

/* debugfs: kvm/PID-FD/vcpuN/{pid,tsc-offset} */
static void read_offsets(const struct telling *t, const char *vm)
{
	g_autofree char *dir = g_build_filename(debugfs, vm, NULL);
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	const char *name;
	long long tid, offset;

	while (d && (name = g_dir_read_name(d))) {
		g_autofree char *vcpu = g_build_filename(dir, name, NULL);

		if (g_str_has_prefix(name, "vcpu") && read_number(vcpu, "pid", &tid) && read_number(vcpu, "tsc-offset", &offset))
			tell(t, note_offset((int)tid, offset));
	}
}

/* The TSC between two looks at the clock, the closest of some. */
static void read_tsc(const struct telling *t)
{
#ifdef __x86_64__
	guint64 tsc = 0, at = 0, best = G_MAXUINT64;

	for (int i = 0; i < 16; i++) {
		guint64 before = now_ns(), cycles = __rdtsc(), after = now_ns();

		if (after - before >= best)
			continue;
		best = after - before;
		tsc = cycles;
		at = before + best / 2;
	}
	tell(t, note_tsc(tsc, at));
#else
	(void)t;
#endif
}

void live_names(note_sink *sink, void *data, bool is_end)
{
	struct telling t = { .sink = sink, .data = data, .is_end = is_end };
	g_autoptr(GDir) d = g_dir_open("/proc", 0, NULL), vms = g_dir_open(debugfs, 0, NULL);
	const char *name;

	read_tsc(&t);
	while (d && (name = g_dir_read_name(d)))
		if (g_ascii_isdigit(*name))
			read_process(&t, name);
	while (vms && (name = g_dir_read_name(vms)))
		if (g_ascii_isdigit(*name))
			read_offsets(&t, name);
}
