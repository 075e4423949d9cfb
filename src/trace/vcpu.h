// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu - what each vCPU of a trace did, from its host's events alone
 *
 * Two variables per thread: what it is in (guest, hypervisor, QEMU), and whether it has a CPU.  Time
 * that a vCPU waited is charged to whoever ran on that CPU meanwhile.  Times are nanoseconds.
 */
#ifndef VMDOCTOR_TRACE_VCPU_H
#define VMDOCTOR_TRACE_VCPU_H

#include <glib.h>

#include "base/cleanup.h"
#include "trace/event.h"

enum vcpu_state {
	VCPU_UNKNOWN,	 /* before its first event, and where events were lost */
	VCPU_GUEST,	 /* the guest's own code */
	VCPU_HYPERVISOR, /* KVM handles an exit */
	VCPU_QEMU,	 /* the device model */
	VCPU_RUNNING,	 /* has a CPU; guest and hypervisor cannot be told apart */
	VCPU_PREEMPTED,	 /* wants a CPU, lost it */
	VCPU_WAKING,	 /* woken, not yet on a CPU */
	VCPU_HALTED,	 /* sleeps: the guest is idle */
	VCPU_BLOCKED,	 /* sleeps in QEMU */
	VCPU_STUCK,	 /* sleeps uninterruptibly: the host pages, or waits for storage */
	VCPU_STATE_MAX_
};

extern const char *const vcpu_state_names[];

enum { LATENCY_BUCKETS = 40, VECTORS = 256 };

/** A count of times; bucket i is from 2^i to 2^(i+1) ns */
struct latency {
	guint64 n, sum, most, buckets[LATENCY_BUCKETS];
};

/** Exits of one reason. */
struct exit_stat {
	const char *reason; /* interned */
	guint64 n;
	guint64 handled_ns; /* on a CPU until the guest ran again: without preemption and sleep */
};

/** A port, or a page of addresses, at which a guest reached for a device. */
struct place {
	guint64 id, at;
	bool is_port;
	guint64 n, handled_ns; /* as exit_stat */
};

/** Who ran while a vCPU waited. */
struct owner {
	char *name; /* "VM/vCPU 0", a comm, "idle" */
	guint64 ns, longest_ns, longest_at;
	bool is_vcpu;
	int tid; /* of a vCPU */
};

/** A stretch of time in one state. */
struct stretch {
	guint64 from;
	guint8 state;
};

/** What the kernel counted of a thread; ns. at: when it was read, CLOCK_MONOTONIC */
struct schedstat {
	guint64 run, delay, at;
};

struct vcpu {
	int tid, pid, id; /* id: of the vCPU, -1: not known */
	char *domain;	  /* "vm-of-pid-140", or "vm-of-tid-144" where nothing tells */
	bool has_offset, offset_changes;
	gint64 tsc_offset; /* guest's TSC less the host's */
	guint64 ns[VCPU_STATE_MAX_];
	guint64 preemptions, migrations, injected[VECTORS];
	guint64 user_exits, cr0_writes;
	guint64 poll_hits, poll_ns; /* halts that polling ended, without sleep */
	GHashTable *exits;  /* reason -> struct exit_stat */
	GHashTable *owners; /* name -> struct owner */
	/* Where the guest was when an interrupt of the host took it out: as good as samples. */
	guint64 in_kernel, in_user;
	GHashTable *pages; /* page of code -> count */
	GHashTable *places; /* of struct place: what exits were about */
	struct latency wake, preempted;
	GArray *stretches; /* of struct stretch */
	struct schedstat before, after; /* as the kernel counted it; at 0: not known */
};

/** A heat map: counts by column (time) and row. Columns beyond HEAT_COLUMNS are left out. */
struct heat {
	guint rows, columns; /* columns: up to the last that has a count */
	guint64 unit; /* of a row, where it is not fixed; 0: nothing was counted */
	GArray *cells;	     /* guint32, column by column; NULL: there is none */
};

/** Requests of one block device. */
struct disk {
	guint64 device; /* major << 20 | minor */
	GHashTable *open; /* sector -> struct open_request */
	GArray *times;	  /* ns each, guint64; at most a million; sorted once analysis_end() was called */
	struct latency latency, queued; /* from issue to completion; in the kernel's queue before it */
	guint64 sectors, unmatched;
	struct heat offsets, sizes; /* of requests; a row is unit sectors; log2 of bytes. Of the first disks only */
};

/** Something that comes again and again: a line of an interrupt controller. */
struct source_line {
	char *name;
	guint64 n, last;
	GArray *gaps; /* as disk.times; at most 8192 */
};

struct net_use {
	guint64 sent, sent_bytes, received, received_bytes;
	guint64 slice, slice_bytes; /* of 10 ms, in which it is now */
};

enum heat_kind {
	HEAT_EXITS,    /* rows: where in the second, from 0 up */
	HEAT_INJECTED, /* the same */
	HEAT_RAISED,   /* the same, of lines and messages of interrupt controllers */
	HEAT_DISK,     /* rows: latency, four per power of two, from 2^10 ns */
	HEAT_NET,      /* rows: bytes of an interface in 10 ms, as HEAT_DISK; counts are of such slices */
	HEAT_MAX_
};

/* 128 rows divide no usual timer's period, so that it shows as lines. */
enum { HEAT_COLUMNS = 120, HEAT_ROWS = 128 };

struct analysis {
	guint64 first, last; /* of the window */
	guint64 events, lost; /* lost: as far as the trace says how many */
	bool has_lost, has_entries;
	GPtrArray *vcpus; /* of struct vcpu, by domain and id once analysis_end() was called */
	GPtrArray *others; /* of vCPUs that nobody asked for */
	GHashTable *disks; /* of struct disk */
	GHashTable *lines; /* name -> struct source_line */
	GHashTable *nets; /* name -> struct net_use */
	GHashTable *devices; /* "PID DEVICE" -> where in the XML */
	struct heat heats[HEAT_MAX_]; /* a column is a second */
	GPtrArray *guests; /* of struct joined: traces of guests */
	struct flow *flow; /* of the task that was asked for; NULL: none was */
	struct analysis_state *state;
};

struct analysis *analysis_new(void);
void analysis_free(struct analysis *a);
AUTO_FREE(struct analysis, analysis)
/** analysis_take - a trace_sink */
void analysis_take(void *analysis, const struct trace_event *e);
/** analysis_know - what a live host says of a thread: its process, its schedstat */
void analysis_know(struct analysis *a, int tid, int pid, const struct schedstat *s, bool is_end);
/** analysis_know_domain - the name of a QEMU's domain; the first one counts, as for what follows */
void analysis_know_domain(struct analysis *a, int pid, const char *domain);
/** analysis_know_device - where in its XML a device of place_name() is */
void analysis_know_device(struct analysis *a, int pid, const char *device, const char *text);
/** analysis_know_offset - of a vCPU's TSC */
void analysis_know_offset(struct analysis *a, int tid, gint64 offset);
/** analysis_tids - int: the vCPUs' and other threads of the domains @names, as far as they are known by now */
GArray *analysis_tids(const struct analysis *a, GStrv names);
/**
 * analysis_keep - after analysis_end(): only vCPUs of the domains @names are reported
 * Return: the first name that no domain has, NULL: there is none
 */
const char *analysis_keep(struct analysis *a, GStrv names);
/** analysis_end - closes what is open at the time of the last event */
void analysis_end(struct analysis *a);

/** heat_new - an empty one */
void heat_new(struct heat *h);
/** heat_add_scaled - as heat_add(); rows become twice as high as often as @value needs it */
void heat_add_scaled(struct heat *h, guint64 column, guint64 value);
/** heat_add - one more */
void heat_add(struct heat *h, guint64 column, guint64 row);
/** heat_at - the count of a cell */
guint32 heat_at(const struct heat *h, guint column, guint row);

/** vcpu_name - "web/vCPU 0 (tid 144)"; g_free() it */
char *vcpu_name(const struct vcpu *v);
/** vcpu_ran - the time that it had a CPU, in ns */
guint64 vcpu_ran(const struct vcpu *v);

/** latency_add - one time more */
void latency_add(struct latency *l, guint64 ns);
/** latency_quantile - the upper end of the bucket that holds it, in ns, at most the longest time; 0: there is none */
guint64 latency_quantile(const struct latency *l, double q);
/** source_line_period - the median gap in ns; 0: it does not come regularly (most gaps are not within 10 % of it) */
guint64 source_line_period(const struct source_line *l);
/** numbers_sort - guint64, ascending */
void numbers_sort(GArray *numbers);
/** numbers_quantile - of sorted guint64 */
guint64 numbers_quantile(const GArray *numbers, double q);

/** exit_reason - as the kernel prints it; @isa: 1 VMX, 2 SVM. An unknown one is a hexadecimal number; interned */
const char *exit_reason(int64_t isa, int64_t reason);

/* places.c */
/** place_name - what is there in a PC, "COM1"; NULL: not known */
const char *place_name(const struct place *p);
/** place_xml - "/etc/libvirt/qemu/web.xml:57: <serial type='pty'>"; NULL: not known. After analysis_end() */
const char *place_xml(const struct analysis *a, const struct vcpu *v, const struct place *p);
/** Takes a device's place_name(), and where in the XML it is. */
typedef void place_sink(void *data, const char *device, const char *text);
/** places_of_xml - tells @sink of all devices at known places that the domain has; @file: what @xml is called */
void places_of_xml(const char *xml, size_t size, const char *file, place_sink *sink, void *data);

#endif
