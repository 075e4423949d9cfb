// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parse - small texts of the field: versions, sizes, CPU lists, configuration files
 */
#ifndef VMDOCTOR_PARSE_H
#define VMDOCTOR_PARSE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** parse_version_compare - <0, 0, >0; runs of digits by value, all else by bytes: 2.10 > 2.9 */
int parse_version_compare(const char *a, const char *b);
/** parse_unit_bytes - "KiB", "MB", "G", "bytes" …; 0 for none. Source: libvirt virScaleInteger() */
double parse_unit_bytes(const char *unit);
/** parse_size_text - for people: "1.5 GiB" */
char *parse_size_text(uint64_t bytes);
/** parse_u64 - all of @text a decimal number? */
bool parse_u64(const char *text, uint64_t *ret);

/** parse_cpulist - "0-3,^2,8" as sorted unsigned ints, each once; NULL when it is none, or names
 *  a CPU above 65535. Source: libvirt formatdomain "cpuset", Linux cpuset(7) List format */
GArray *parse_cpulist(const char *text);
GArray *parse_cpulist_minus(const GArray *a, const GArray *b);
char *parse_cpulist_text(const GArray *cpus);

/** parse_shell_quote - bare when that is safe, else in single quotes */
char *parse_shell_quote(const char *text);
/** parse_distance - edits (insert, delete, change) from @a to @b, capped at @most + 1 */
unsigned int parse_distance(const char *a, const char *b, unsigned int most);

/**
 * parse_conf - calls @set for each setting of a libvirt configuration file
 * Strings lose their quotes; a list is given as its text without brackets and quotes, items
 * separated by ", ". Source: libvirt src/util/virconf.c
 */
void parse_conf(const char *text, void (*set)(void *data, const char *name, const char *value,
					      unsigned int line), void *data);

/** parse_shell_assignments - the NAME=value lines of os-release(5) and the like, unquoted */
void parse_shell_assignments(const char *text,
			     void (*set)(void *data, const char *name, const char *value,
					 unsigned int line), void *data);

#endif
