// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state - what is remembered while a trace is read; private to the analysis
 */
#ifndef VMDOCTOR_TRACE_STATE_H
#define VMDOCTOR_TRACE_STATE_H

#include "trace/vcpu.h"

enum context { IN_UNKNOWN, IN_GUEST, IN_KVM, IN_QEMU };
enum sched { NOT_KNOWN, RUNNING, PREEMPTED, WAKING, SLEEPING };

struct thread {
	int tid, pid, cpu; /* cpu: where it ran, or waits */
	char comm[TRACE_COMM];
	struct vcpu *vcpu; /* NULL: it is none; borrowed */
	enum context in;
	enum sched sched;
	bool is_stuck; /* sleeps uninterruptibly */
	struct schedstat before, after;
	guint64 since, charged, waits_since;
	struct exit_stat *exit; /* being handled; borrowed */
	struct place *place; /* what it is about; borrowed */
	bool has_offset, offset_changes;
	gint64 tsc_offset;
	guint64 exit_on_cpu;
	struct owner *by; /* of the stretch being charged */
	guint64 by_ns;
};

struct cpu {
	int running; /* tid; -1: not known */
	guint64 last; /* event */
	GPtrArray *waiting; /* threads of vCPUs; borrowed */
};

struct analysis_state {
	GHashTable *threads; /* tid -> struct thread */
	GHashTable *cpus;    /* number -> struct cpu */
	GHashTable *domains; /* pid -> name */
};

struct thread *thread_get(struct analysis *a, int tid, const char *comm);
void thread_account(const struct analysis *a, struct thread *t, guint64 now);
void thread_recognise(struct analysis *a, struct thread *t, bool does_kvm);
bool vcpu_take(struct analysis *a, struct thread *t, const struct trace_event *e);
GHashTable *owners_new(void);

/* sched.c */
enum { CPUS_MAX = 65536 }; /* more than any kernel is built for: a trace may name any number */
/** cpu_number - as a trace has it; -1 where no CPU has that number */
int cpu_number(int64_t number);
/** cpu_get - @number is from cpu_number(), not -1 */
struct cpu *cpu_get(struct analysis *a, int number);
void sched_take(struct analysis *a, const struct trace_event *e);
void sched_lost(struct analysis *a, const struct trace_event *e);
/** sched_charge - what @t waited until @now is charged to who runs on @c */
void sched_charge(struct analysis *a, struct thread *t, const struct cpu *c, guint64 now);

/* places.c */
/** place_of - NULL: there are too many */
struct place *place_of(struct vcpu *v, bool is_port, guint64 at);

/* devices.c */
void devices_take(struct analysis *a, const struct trace_event *e);
/** devices_end - what is open at the end */
void devices_end(struct analysis *a);
void disk_free(gpointer disk);
void source_line_free(gpointer line);

#endif
