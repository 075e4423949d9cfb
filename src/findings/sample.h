// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample - what was measured, as rows of typed values: no writer guesses a unit from a name
 */
#ifndef VMDOCTOR_SAMPLE_H
#define VMDOCTOR_SAMPLE_H

#include <glib.h>
#include <stdbool.h>

/** What a value is for. */
enum sample_role {
	SAMPLE_MEASURE, /* a number that was measured: a curve */
	SAMPLE_LABEL,	/* tells this row from others of its kind: the id of a vCPU, the target of a disk */
	SAMPLE_ABOUT,	/* says something of the row, even where it is a number: a thread's id, a list of CPUs */
};

/** In what a measure is counted, and what base unit that is for Prometheus. Source:
 *  https://prometheus.io/docs/practices/naming/ */
struct sample_unit {
	const char *suffix;	 /* of our names: "-ms-per-s" */
	const char *base_suffix; /* "_seconds_per_second" */
	double factor;		 /* from ours to the base unit */
};

struct sample_value {
	char *name; /* as in the facts: "run-percent" */
	char *text; /* as it was read */
	bool is_number;
	double number; /* NaN where it is none */
	enum sample_role role;
	const struct sample_unit *unit; /* never NULL; without a unit its suffixes are empty */
};

/** One line of what was measured: a vCPU, a disk, the host's CPUs. */
struct sample_row {
	char *kind;	   /* "vcpu" */
	GPtrArray *values; /* of struct sample_value */
};

struct sample_row *sample_row_new(const char *kind);
void sample_row_free(struct sample_row *row);
/** sample_row_add - the one place where a value gets its type, out of the name that the facts gave it */
void sample_row_add(struct sample_row *row, const char *name, const char *text);
/** sample_row_value - NULL: it has none */
const struct sample_value *sample_row_value(const struct sample_row *row, const char *name);
/** sample_row_get - its text; NULL: it has none */
const char *sample_row_get(const struct sample_row *row, const char *name);
/** sample_row_number - NaN: it has none, or that is no number */
double sample_row_number(const struct sample_row *row, const char *name);

#endif
