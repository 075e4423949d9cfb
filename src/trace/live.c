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

#include "trace/tep.h"

#define PREFIX "vmdoctor-"

enum { BUFFER_KIB = 4096, POLL_MS = 50 };

static const struct {
	const char *system, *event;
	bool is_disk;
} wanted[] = {
	{ "sched", "sched_switch", false },  { "sched", "sched_waking", false },     { "sched", "sched_migrate_task", false },
	{ "kvm", "kvm_entry", false },	     { "kvm", "kvm_exit", false },	     { "kvm", "kvm_userspace_exit", false },
	{ "kvm", "kvm_fpu", false },	     { "kvm", "kvm_vcpu_wakeup", false },    { "kvm", "kvm_inj_virq", false },
	{ "kvm", "kvm_pio", false },	     { "kvm", "kvm_set_irq", false },	     { "kvm", "kvm_msi_set_irq", false },
	{ "block", "block_rq_insert", true }, { "block", "block_rq_issue", true }, { "block", "block_rq_complete", true },
};

struct live {
	struct tracefs_instance *instance;
	struct tep_handle *tep;
	struct trace_tep *decoder;
	struct analysis *analysis;
	struct trace_info *info;
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

	free(text);
	return ok;
}

/* Return: how many events could be switched on */
static int enable(struct live *l, const struct live_request *r)
{
	int n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if ((r->disk || !wanted[i].is_disk) && parse_format(l, wanted[i].system, wanted[i].event) &&
		    tracefs_event_enable(l->instance, wanted[i].system, wanted[i].event) == 0)
			n++;
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

static bool begin(struct live *l, const struct live_request *r, GError **error)
{
	g_autofree char *name = g_strdup_printf(PREFIX "%d", (int)getpid());

	if (geteuid() != 0)
		return fail(error, "a live trace needs root; a recorded one does not: --from PATH");
	if (!tracefs_tracing_dir())
		return fail(error, "there is no tracefs here: mount -t tracefs nodev /sys/kernel/tracing; "
				   "containers and kernels without ftrace have none");
	remove_dead();
	l->tep = tep_alloc();
	l->instance = tracefs_instance_create(name);
	if (!l->instance)
		return fail(error, "the kernel refuses a trace of our own (lockdown=confidentiality, or no right to write in tracefs)");
	if (!prepare_tep(l) || tracefs_instance_file_write(l->instance, "trace_clock", "mono") < 0)
		return fail(error, "the kernel does not say how its events look, or has no clock mono");
	(void)tracefs_instance_set_buffer_size(l->instance, BUFFER_KIB, -1);
	l->decoder = trace_tep_new(l->tep);
	live_names(l->analysis, false);
	return enable(l, r) >= 3 || fail(error, "the kernel refuses the events of the scheduler");
}

static void end(struct live *l)
{
	if (l->instance) {
		tracefs_event_disable(l->instance, NULL, NULL);
		tracefs_instance_destroy(l->instance);
		tracefs_instance_free(l->instance);
	}
	trace_tep_free(l->decoder);
	if (l->tep)
		tep_free(l->tep);
}

static int take(struct tep_event *event G_GNUC_UNUSED, struct tep_record *record, int cpu, void *data)
{
	struct live *l = data;
	struct trace_event e = { .kind = TRACE_LOST, .ns = record->ts, .cpu = cpu, .tid = -1, .n = { record->missed_events } };

	if (record->missed_events)
		analysis_take(l->analysis, &e);
	if (trace_tep_decode(l->decoder, record, cpu, &e)) {
		l->info->events++;
		analysis_take(l->analysis, &e);
	}
	return 0;
}

/* Return: the signal that ended it; 0: time was up */
static int follow(struct live *l, const struct live_request *r, const sigset_t *signals)
{
	gint64 until = g_get_monotonic_time() + r->seconds * G_USEC_PER_SEC;
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int ended_by = 0;

	while (ended_by <= 0 && g_get_monotonic_time() < until) {
		ended_by = sigtimedwait(signals, NULL, &pause);
		tracefs_iterate_raw_events(l->tep, l->instance, NULL, 0, take, l);
	}
	tracefs_event_disable(l->instance, NULL, NULL);
	live_names(l->analysis, true);
	tracefs_iterate_raw_events(l->tep, l->instance, NULL, 0, take, l);
	return MAX(ended_by, 0);
}

int trace_live(const struct live_request *request, struct analysis *a, struct trace_info *info, GError **error)
{
	struct live l = { .analysis = a, .info = info };
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
