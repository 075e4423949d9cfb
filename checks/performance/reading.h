// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reading - what was read at ticks 1 and 2, and what can be computed from two counters
 *
 * A counter that went back (restart, overflow, reset) gives nothing: an absent attribute, never a
 * wrong number.
 */
#ifndef VMDOCTOR_READING_H
#define VMDOCTOR_READING_H

#include <json-glib/json-glib.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdint.h>

struct source;

/* A window shorter than this gives rates that say nothing. */
#define READING_WINDOW_MIN_NS (100 * INT64_C(1000000))

enum { TICK_FIRST = 1, TICK_LAST = 2 };

/** The same path at both ticks. */
struct reading {
	char *first, *last; /* NULL where it could not be read */
	int error;	    /* of the later one first */
};

/** reading_get - true when both are there; reading_done() it in any case */
bool reading_get(struct source *src, const char *path, struct reading *ret);
void reading_done(struct reading *r);
/** reading_window - of /vmdoctor/monotonic, in ns; 0: no sample was taken, or too short a one */
int64_t reading_window(struct source *src);

/** reading_rise - @after - @before, both texts of decimal numbers; false: it went back, or is none */
bool reading_rise(const char *before, const char *after, uint64_t *ret);
/** reading_line - the value after @key and blanks or ':' at the start of a line; NULL: no such line */
char *reading_line(const char *text, const char *key);
/** reading_line_rise - of the value of such a line at both ticks */
bool reading_line_rise(const struct reading *r, const char *key, uint64_t *ret);

/** A JSON object at both ticks. */
struct reading_json {
	JsonParser *first, *last;
	JsonObject *before, *after; /* NULL unless both were read */
};
bool reading_json_get(struct source *src, const char *path, struct reading_json *ret, int *ret_error);
void reading_json_done(struct reading_json *r);
/** reading_json_u64 - a member; numbers from 2^63 on are texts there */
bool reading_json_u64(JsonObject *o, const char *name, uint64_t *ret);
bool reading_json_rise(const struct reading_json *r, const char *name, uint64_t *ret);

/** reading_set - an attribute with one decimal; a value that is no number sets none */
void reading_set(xmlNode *node, const char *name, double value);
/** reading_set_ms - a latency; below 1 ms with two decimals, as SSDs take some hundredths */
void reading_set_ms(xmlNode *node, const char *name, double ms);
/** reading_set_rate - @rise per second of @window_ns */
void reading_set_rate(xmlNode *node, const char *name, double rise, int64_t window_ns);

#endif
