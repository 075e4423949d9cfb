// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signature - texts of logs and error messages that rules are about
 *
 * A rule with <log> children names what it looks for and where. One pass over each log finds all
 * of them, and what was found is a fact:
 *
 *	match @rule @log @count @first @last @NAME…   the first line that matched, as text
 *
 * below the vm that the line is about (its own QEMU or swtpm log, or its name or UUID in the
 * line), else below the host. @first and @last are the lines' times as they stand there; @NAME
 * is what the named group NAME of the regex matched. Lines that differ in the first named group
 * are different matches. Each log that was looked at is a fact, too: log @kind @lines @from.
 */
#ifndef VMDOCTOR_SIGNATURE_H
#define VMDOCTOR_SIGNATURE_H

#include <glib.h>
#include <stdbool.h>

/** Where a text is looked for; in --error texts all are, for people paste any log there. */
enum signature_log {
	SIGNATURE_QEMU,	   /* the domain's QEMU log since its last start */
	SIGNATURE_DAEMON,  /* libvirtd and the modular daemons */
	SIGNATURE_KERNEL,
	SIGNATURE_AUDIT,
	SIGNATURE_JOURNAL, /* any other program: dnsmasq, systemd, … */
	SIGNATURE_SWTPM,
	SIGNATURE_ERROR,   /* what the user saw */
	SIGNATURE_LOG_MAX_
};

#define SIGNATURE_HEAD_BYTES 4 /* of a literal: what the scan looks for first */
#define SIGNATURE_BIT(log) (1u << SIGNATURE_##log)

/** One <log> of a rule. */
struct signature {
	unsigned int logs; /* bits of enum signature_log */
	GStrv literals;	   /* one of them is in every matching line, upper or lower case; decides cheaply */
	char *pattern;	   /* sees each kind of quote as ', upper case as lower; NULL: none */
	GRegex *regex;	   /* of the pattern, once it was asked for */
	GStrv groups;	   /* the names of its groups, in order */
};

/** signature_new - @logs: words, "qemu daemon"; NULL with @error set
 *  @literal: NULL: derived from @regex, where that is possible; @regex: NULL: the literal is all; @is_known: that
 *  it compiles needs no proof (known.h) */
struct signature *signature_new(const char *logs, const char *literal, const char *regex, bool is_known,
				GError **error);
/** signature_compiled - the pattern, compiled when first needed: of thousands a run needs a few; NULL: none */
const GRegex *signature_compiled(struct signature *s);
void signature_free(struct signature *s);
/** signature_regex - of a rule's kind of pattern: any case, with a limit on its search */
GRegex *signature_regex(const char *pattern, GError **error);

#endif
