// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sampling - reading the same counters twice, with time between
 */
#ifndef VMDOCTOR_SAMPLING_H
#define VMDOCTOR_SAMPLING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct source;

/** How long to measure, if at all. */
struct sampling {
	unsigned int seconds; /* 0: not at all */
	/* Instead of the own wait, which shows progress and ends by SIGINT. Return: has it been ended early? */
	bool (*wait)(void *data, int64_t until_us);
	void *data;
	bool was_interrupted; /* out: SIGINT ended it early; what there was until then counts */
};

/** What is left for all else of a run when the time for a sample is cut to its deadline. */
#define SAMPLING_RESERVE_US (3 * G_USEC_PER_SEC)

/**
 * sampling_read - every path of @paths, and the clock, at ticks 1 and 2
 * @record: a record_new(); questions for ticks are sealed afterwards
 * The wait between counts from the end of the first round, ends early at the record's deadline or by
 * SIGINT, and shows its progress on a terminal.  What libvirt is asked comes last in each round, so that
 * a domain which does not answer costs the others' other counters nothing.
 */
void sampling_read(struct source *record, GPtrArray *paths, struct sampling *s);

#endif
