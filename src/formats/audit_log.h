// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_log - the few records about guests in an audit log of any size
 *
 * An audit log may hold gigabytes of logins and services. The filter looks at the first bytes of
 * each line and lets pass what concerns QEMU, libvirt and their helpers: refusals, and libvirt's
 * own records; also the SYSCALL record of the same event. What it lets pass goes to libauparse.
 */
#ifndef VMDOCTOR_AUDIT_LOG_H
#define VMDOCTOR_AUDIT_LOG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/* The filter: memory for one line, whatever the size of the log. */
#define AUDIT_LINE_CAP_BYTES ((size_t)64 << 10)

struct audit_filter;
/** What is called with each line that passes; @line has no newline, @number counts from 1. */
typedef void audit_keep(void *data, const char *line, size_t size, unsigned int number);

struct audit_filter *audit_filter_new(audit_keep *keep, void *data);
void audit_filter_free(struct audit_filter *f);
/** audit_filter_feed - the next bytes of a file, cut anywhere; a line over AUDIT_LINE_CAP_BYTES is dropped */
void audit_filter_feed(struct audit_filter *f, const char *bytes, size_t size);
/** audit_filter_end - of a file: its last line may lack the newline, and numbers begin anew */
void audit_filter_end(struct audit_filter *f);
/** audit_filter_fd - all that can be read from @fd, as one file. Return: 0, -errno */
int audit_filter_fd(struct audit_filter *f, int fd);

/** audit_log_names - audit.log and its rotations among @names, oldest first; free the array only */
GPtrArray *audit_log_names(const GStrv names);
/**
 * audit_log_line - a line of a kernel log, syslog or journal text as a line of an audit log
 * "… audit: type=1400 audit(1700000000.123:45): avc: …", with @kernel; else the journal's own
 * "… audit[812]: AVC avc: …", which has no serial: @number stands for it.
 * Return: the line, or NULL. Source: Linux kernel/audit.c kauditd_printk_skb(); journald-audit.c
 */
char *audit_log_line(const char *line, size_t size, bool kernel, unsigned int number);

/**
 * audit_log_copied - the records of a log that passed through a terminal or a mail: one a line again
 * Records that were wrapped are joined, several on one line are parted, the kernel's are told as auditd's, and
 * times as "ausearch -i" prints them become numbers (taken as UTC).
 * Return: the text, or NULL: it is a log as auditd wrote it, or larger than people copy (256 KiB).
 */
char *audit_log_copied(const char *text, size_t size);

/* The parser. */

struct audit_parser;
struct audit_record {
	struct audit_parser *parser;
	int type; /* AUDIT_AVC … of linux/audit.h, libaudit.h */
	int64_t time_ms;
	unsigned long serial;
	const char *text; /* the line as it stands; borrowed */
	const char *path; /* where it was read; borrowed */
	unsigned int line;
};
typedef void audit_found(void *data, const struct audit_record *r);

/** audit_parser_new - @found is called for each record, events in any order; NULL: no memory */
struct audit_parser *audit_parser_new(audit_found *found, void *data);
/** audit_parser_line - one line; @path must live as long as the parser */
void audit_parser_line(struct audit_parser *p, const char *line, size_t size, const char *path,
		       unsigned int number);
/** audit_parser_free - what waits for more is given to @found first */
void audit_parser_free(struct audit_parser *p);
AUTO_FREE(struct audit_parser, audit_parser)
/**
 * audit_record_get - the value of a field, without quotes, hex decoded; NULL: none, or unset
 * It may hold any bytes but NUL. Of a user's record the fields inside msg='…' count, too.
 */
char *audit_record_get(const struct audit_record *r, const char *name);
/** audit_record_perms - what stands in "{ read write }", or NULL */
char *audit_record_perms(const struct audit_record *r);

#endif
