// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event - what one line of a kernel trace says, whichever tracer wrote it
 *
 * A reader fills in struct trace_event and hands it on; nothing behind it knows of files.  Which names
 * an event and its fields have in ftrace, perf and LTTng stands in one table (event.c).
 * Source: format files below /sys/kernel/tracing/events of Linux 6.1 and 6.18; lttng-modules 2.13,
 * include/instrumentation/events
 */
#ifndef VMDOCTOR_TRACE_EVENT_H
#define VMDOCTOR_TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trace_kind {
	TRACE_SWITCH,  /* n: tid, state, next tid; s: comm, next comm */
	TRACE_WAKING,  /* n: tid, target cpu; s: comm */
	TRACE_MIGRATE, /* n: tid, from, to; s: comm */
	TRACE_ENTRY,   /* n: vcpu */
	TRACE_EXIT,    /* n: vcpu, reason, isa, rip; s: reason in words, of text only */
	TRACE_USER,    /* back to QEMU. n: reason, errno; s: reason in words, of text only */
	TRACE_FPU,     /* n: 1 loaded, 0 unloaded */
	TRACE_WAKEUP,  /* the end of a halt. n: ns, 1: it slept, 0: polling sufficed */
	TRACE_INJECT,  /* n: vector, 1: once more; s: that in words, of text only */
	TRACE_PIO,     /* n: port */
	TRACE_MMIO,    /* n: guest physical address */
	TRACE_RAISE,   /* a line of an interrupt controller. n: gsi, level */
	TRACE_MSI,     /* n: vector */
	TRACE_ISSUE,   /* n: device, sector, sectors; s: operation, comm */
	TRACE_COMPLETE,/* as TRACE_ISSUE */
	TRACE_INSERT,  /* into a queue of the kernel's. As TRACE_ISSUE */
	TRACE_SENT,    /* n: bytes; s: interface */
	TRACE_RECEIVED,/* as TRACE_SENT */
	TRACE_CR,      /* of a guest. n: which, 1 written */
	TRACE_IRQ,     /* n: number; s: name */
	TRACE_SOFTIRQ, /* n: vector */
	TRACE_TIMER,   /* n: address of the function; s: its name, of text only */
	TRACE_VECTOR,  /* an interrupt of the CPU's own. n: vector */
	TRACE_OFFSET,  /* of a guest's TSC. n: vcpu, before, after */
	TRACE_NOTE,    /* s: text that a program put into the trace */
	TRACE_LOST,    /* events are missing just before this on its CPU. n: how many; -1: not known */
	TRACE_KIND_MAX_
};

enum { TRACE_NUMBERS = 4, TRACE_STRINGS = 2, TRACE_TEXT = 160, TRACE_COMM = 16 };

/* Slots of n by kind. */
enum { SWITCH_PREV, SWITCH_STATE, SWITCH_NEXT };
enum { EXIT_VCPU, EXIT_REASON, EXIT_ISA, EXIT_RIP };
enum { BLOCK_DEV, BLOCK_SECTOR, BLOCK_SECTORS };

/* What was going on when the event was written. Source: Linux include/linux/trace_events.h */
enum { TRACE_IN_HARDIRQ = 0x08, TRACE_IN_SOFTIRQ = 0x10 };

/* prev_state; 0x100 and above: preempted in the kernel. Source: Linux include/trace/events/sched.h */
enum { STATE_RUNNABLE = 0, STATE_UNINTERRUPTIBLE = 2, STATE_PREEMPTED = 0x100 };

struct trace_event {
	enum trace_kind kind;
	uint64_t ns; /* of the trace's clock; cycles where trace_info.is_cycles */
	int cpu;     /* -1: not known */
	int tid;     /* who ran; -1: not known */
	int pid;     /* its process; 0: not known */
	unsigned int flags; /* TRACE_IN_… */
	char comm[TRACE_COMM]; /* of tid; empty: not known */
	int64_t n[TRACE_NUMBERS];
	char s[TRACE_STRINGS][TRACE_TEXT];
};

/** Where a value goes: 'd' a number, 's' text */
struct trace_field {
	char type;
	unsigned char slot;
	const char *names[3]; /* in order of preference */
};

struct trace_row {
	enum trace_kind kind;
	const char *names[8]; /* of the event, without its system */
	struct trace_field fields[6];
	const char *text[3]; /* how it is printed; see trace_match() */
};

/** trace_rows - the table; the last row has no names */
extern const struct trace_row trace_rows[];
/** trace_row_find - by the event's name, with or without "system:"; NULL: of no use here */
const struct trace_row *trace_row_find(const char *name);

/**
 * trace_match - does @text look like @pattern?  Then its values go to @e.
 * In a pattern {dN} is a number, {xN} a hexadecimal one, {tN} a task's state, {vN} "major,minor", {sN}
 * text, {-} anything; N is the slot.  A value ends where the rest of the pattern fits, so that a comm
 * that looks like the next field cannot shift the others.
 */
bool trace_match(const char *pattern, const char *text, struct trace_event *e);

/** trace_read_text - copies at most @size - 1 bytes of @text, of @length */
void trace_read_text(char *to, size_t size, const char *text, size_t length);

#endif
