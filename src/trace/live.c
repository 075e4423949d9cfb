// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live - a trace of the running kernel, by libtracefs.
 *
 * Signals are blocked while there is an instance and taken where the program waits, so that it is always
 * removed; after SIGKILL the next start does it.  Only the formats that are needed are parsed.
 * Source: libtracefs(3); Linux Documentation/trace/ftrace.rst, "Instances"
 */
#include "trace/live.h"

#include "trace/reader.h"
#include "trace/vcpu.h"

#ifdef HAVE_TRACEFS
#include <errno.h>
#include <event-parse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#include "trace/save.h"
#include "trace/tep.h"

#define PREFIX "vmdoctor-"

enum { BUFFER_KIB = 4096, POLL_MS = 50, EVENTS_MOST = 500000, EVENT_BYTES_TYPICAL = 48 };

/* What a trace can do without, when there is too much of it: it tells of devices and reasons, not of states. */
enum wanted_for { ALWAYS, DETAIL, DISK, FLOW };

static const struct {
	const char *system, *event;
	enum wanted_for what;
	bool by_vcpu; /* its thread is that of a vCPU */
} wanted[] = {
	{ "sched", "sched_switch", ALWAYS, false },	{ "sched", "sched_waking", ALWAYS, false },
	{ "sched", "sched_migrate_task", ALWAYS, false }, { "kvm", "kvm_entry", ALWAYS, true },
	{ "kvm", "kvm_exit", ALWAYS, true },		{ "kvm", "kvm_userspace_exit", ALWAYS, true },
	{ "kvm", "kvm_fpu", ALWAYS, true },		{ "kvm", "kvm_vcpu_wakeup", ALWAYS, true },
	{ "kvm", "kvm_inj_virq", DETAIL, true },	{ "kvm", "kvm_pio", DETAIL, true },
	{ "kvm", "kvm_mmio", DETAIL, true },		{ "kvm", "kvm_fast_mmio", DETAIL, true },
	{ "kvm", "kvm_set_irq", DETAIL, false },	{ "kvm", "kvm_msi_set_irq", DETAIL, false },
	{ "kvm", "kvm_cr", DETAIL, true },		{ "kvm", "kvm_write_tsc_offset", ALWAYS, false },
	{ "block", "block_rq_insert", DISK, false },
	{ "block", "block_rq_issue", DISK, false },	{ "block", "block_rq_complete", DISK, false },
	{ "irq", "irq_handler_entry", FLOW, false },	{ "irq", "softirq_entry", FLOW, false },
	{ "timer", "hrtimer_expire_entry", FLOW, false },
	{ "net", "net_dev_queue", DISK, false },	{ "net", "netif_receive_skb", DISK, false },
};

struct live {
	struct tracefs_instance *instance;
	struct tep_handle *tep;
	struct trace_tep *decoder;
	struct saving *saving; /* NULL: what is read is taken at once */
	struct analysis *analysis;
	const struct live_request *request;
	struct trace_info *info;
	gint64 slice; /* when the last second began, µs */
	guint64 slice_events;
};

/* A process of that number that is no vmdoctor is another one. */
static bool is_alive(const char *pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/comm", pid), *comm = NULL;

	return g_file_get_contents(path, &comm, NULL, NULL) && g_str_has_prefix(comm, "vmdoctor");
}

static void remove_dead(void)
{
	g_autofree char *dir = g_build_filename(tracefs_tracing_dir(), "instances", NULL);
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	const char *name;

	while (d && (name = g_dir_read_name(d))) {
		const char *pid = name + strlen(PREFIX);
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (g_str_has_prefix(name, PREFIX) && *pid && strspn(pid, "0123456789") == strlen(pid) && !is_alive(pid))
			(void)rmdir(path);
	}
}

static bool parse_format(struct live *l, const char *system, const char *event)
{
	int size = 0;
	char *text = tracefs_event_file_read(NULL, system, event, "format", &size);
	bool ok = text && tep_parse_event(l->tep, text, (unsigned long)size, system) == 0;

	if (ok && l->saving)
		save_format(l->saving, system, text, size);
	free(text);
	return ok;
}

/* The kernel takes at most 4 KiB of it: then all are traced, and left out of the report. NULL: no filter */
static char *make_filter(const struct live *l, GStrv domains)
{
	g_autoptr(GArray) tids = domains ? analysis_tids(l->analysis, domains) : NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; tids && i < tids->len; i++)
		g_string_append_printf(text, "%scommon_pid==%d", i ? "||" : "", g_array_index(tids, int, i));
	return text->len > 0 && text->len < 4000 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

static bool is_wanted(enum wanted_for what, const struct live_request *r)
{
	return what == DISK ? r->disk : what == FLOW ? r->also != NULL : true;
}

/* Return: how many events could be switched on */
static int enable(struct live *l, const struct live_request *r)
{
	g_autofree char *filter = make_filter(l, r->domains);
	int n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		if (!is_wanted(wanted[i].what, r) || (r->only_scheduler && strcmp(wanted[i].system, "sched") != 0) || !parse_format(l, wanted[i].system, wanted[i].event))
			continue;
		if (filter && wanted[i].by_vcpu)
			(void)tracefs_event_file_write(l->instance, wanted[i].system, wanted[i].event, "filter", filter);
		n += tracefs_event_enable(l->instance, wanted[i].system, wanted[i].event) == 0;
	}
	return n;
}

static bool prepare_tep(struct live *l)
{
	int size = 0;
	char *text = tracefs_instance_file_read(NULL, "events/header_page", &size);
	bool ok = text && tep_parse_header_page(l->tep, text, (unsigned long)size, sizeof(long)) == 0;

	free(text);
	tep_set_loglevel(TEP_LOG_CRITICAL);
	if (ok)
		tracefs_load_cmdlines(NULL, l->tep);
	return ok;
}

static bool fail(GError **error, const char *text)
{
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, text);
	return false;
}

static void take_note(void *data, const char *note)
{
	note_take(data, note);
}

static void write_note(void *data, const char *note)
{
	(void)tracefs_printf(data, "%.*s", TRACE_TEXT - 1, note);
}

static void tell_names(const struct live *l, bool is_end)
{
	if (l->saving)
		live_names(write_note, l->instance, is_end);
	live_names(take_note, l->analysis, is_end);
}

static bool begin_saving(struct live *l, const struct live_request *r, GError **error)
{
	if (!r->save)
		return true;
	l->saving = save_begin(l->instance, r->save, error);
	return l->saving && (parse_format(l, "ftrace", "print") || fail(error, "the kernel does not say how its notes look"));
}

/* libtracefs would mount it where it is not: that is not ours to do. */
static bool has_tracefs(void)
{
	static const char *const dirs[] = { "/sys/kernel/tracing/instances", "/sys/kernel/debug/tracing/instances" };

	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++)
		if (access(dirs[i], F_OK) == 0)
			return tracefs_tracing_dir() != NULL;
	return false;
}

static bool begin(struct live *l, const struct live_request *r, GError **error)
{
	g_autofree char *name = g_strdup_printf(PREFIX "%d", (int)getpid());

	if (geteuid() != 0)
		return fail(error, "a live trace needs root; a recorded one does not: --from PATH");
	if (!has_tracefs())
		return fail(error, "there is no tracefs here: mount -t tracefs nodev /sys/kernel/tracing; "
				   "containers and kernels without ftrace have none");
	remove_dead();
	l->tep = tep_alloc();
	l->instance = tracefs_instance_create(name);
	if (!l->instance)
		return fail(error, "the kernel refuses a trace of our own (lockdown=confidentiality, or no right to write in tracefs)");
	if (!prepare_tep(l) || tracefs_instance_file_write(l->instance, "trace_clock", "mono") < 0)
		return fail(error, "the kernel does not say how its events look, or has no clock mono");
	(void)tracefs_instance_set_buffer_size(l->instance, r->buffer_kib ? r->buffer_kib : BUFFER_KIB, -1);
	l->decoder = trace_tep_new(l->tep);
	if (!begin_saving(l, r, error))
		return false;
	tell_names(l, false);
	return enable(l, r) >= 3 || fail(error, "the kernel refuses the events of the scheduler");
}

static void end(struct live *l)
{
	save_free(l->saving);
	if (l->instance) {
		tracefs_print_close(l->instance); /* open, it would hold the instance */
		tracefs_event_disable(l->instance, NULL, NULL);
		tracefs_instance_destroy(l->instance);
		tracefs_instance_free(l->instance);
	}
	trace_tep_free(l->decoder);
	if (l->tep)
		tep_free(l->tep);
}

static void give(void *data, const struct trace_event *e)
{
	const struct live *l = data;

	analysis_take(l->analysis, e);
	if (l->request->also)
		l->request->also(l->request->also_data, e);
}

static int take(struct tep_event *event G_GNUC_UNUSED, struct tep_record *record, int cpu, void *data)
{
	struct live *l = data;
	struct trace_event e = { .kind = TRACE_LOST, .ns = record->ts, .cpu = cpu, .tid = -1, .n = { record->missed_events } };

	if (record->missed_events)
		give(l, &e);
	if (trace_tep_decode(l->decoder, record, cpu, &e)) {
		l->info->events++;
		give(l, &e);
	}
	return 0;
}

/* Return: false: there is no room for more. */
static bool drain(struct live *l)
{
	if (l->saving)
		return save_drain(l->saving);
	tracefs_iterate_raw_events(l->tep, l->instance, NULL, 0, take, l);
	return true;
}

static void shed(struct live *l)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (wanted[i].what == DETAIL)
			(void)tracefs_event_disable(l->instance, wanted[i].system, wanted[i].event);
	l->info->is_shed = true;
}

/* The circuit breaker: more than so many events in a second. */
static void look_at_rate(struct live *l, guint64 most)
{
	guint64 events = l->saving ? save_bytes(l->saving) / EVENT_BYTES_TYPICAL : l->info->events;
	gint64 now = g_get_monotonic_time();

	if (now - l->slice < G_USEC_PER_SEC)
		return;
	if (!l->info->is_shed && l->slice && (double)(events - l->slice_events) * G_USEC_PER_SEC > (double)most * (double)(now - l->slice))
		shed(l);
	l->slice = now;
	l->slice_events = events;
}

/* "overrun: 12", "dropped events: 3" of each CPU. Source: Linux kernel/trace/trace.c, tracing_stats_read() */
static guint64 count_lost(const struct live *l)
{
	static const char *const words[] = { "\noverrun: ", "\ndropped events: " };
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	guint64 lost = 0;

	for (long cpu = 0; cpu < cpus; cpu++) {
		g_autofree char *name = g_strdup_printf("per_cpu/cpu%ld/stats", cpu);
		char *text = tracefs_instance_file_read(l->instance, name, NULL);

		for (size_t i = 0; text && i < G_N_ELEMENTS(words); i++) {
			const char *at = strstr(text, words[i]);

			lost += at ? g_ascii_strtoull(at + strlen(words[i]), NULL, 10) : 0;
		}
		free(text);
	}
	return lost;
}

/* Return: the signal that ended it; 0: time was up */
static int follow(struct live *l, const struct live_request *r, const sigset_t *signals)
{
	gint64 until = g_get_monotonic_time() + r->seconds * G_USEC_PER_SEC;
	const struct timespec pause = { .tv_nsec = (r->poll_ms ? r->poll_ms : POLL_MS) * 1000000L };
	int ended_by = 0;

	while (ended_by <= 0 && !l->info->is_full && g_get_monotonic_time() < until) {
		ended_by = sigtimedwait(signals, NULL, &pause);
		l->info->is_full = !drain(l);
		look_at_rate(l, r->events_most ? r->events_most : EVENTS_MOST);
	}
	tracefs_event_disable(l->instance, NULL, NULL);
	tell_names(l, true);
	drain(l);
	l->info->kernel_lost = count_lost(l);
	return MAX(ended_by, 0);
}

/* What was saved is read as anybody else's trace: so it is known to be readable. */
static bool read_saved(struct live *l, const char *path, GError **error)
{
	struct trace_info read;

	if (!save_end(l->saving, error) || !trace_read(path, 0, &read, give, l, error))
		return false;
	l->info->events = read.events;
	return true;
}

int trace_live(const struct live_request *request, struct analysis *a, struct trace_info *info, GError **error)
{
	struct live l = { .analysis = a, .request = request, .info = info };
	sigset_t signals, before;
	int status = -1;

	*info = (struct trace_info){ .format = "live", .clock = "mono" };
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &before);
	if (begin(&l, request, error))
		status = follow(&l, request, &signals);
	if (status >= 0 && l.saving && !read_saved(&l, request->save, error))
		status = -1;
	end(&l);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
#else
int trace_live(const struct live_request *request G_GNUC_UNUSED, struct analysis *a G_GNUC_UNUSED,
	       struct trace_info *info G_GNUC_UNUSED, GError **error)
{
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS,
			    "this vmdoctor was built without libtracefs: it reads recorded traces only, --from PATH");
	return -1;
}
#endif
