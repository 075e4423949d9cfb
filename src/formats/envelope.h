// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * envelope - a line of a log or ticket, opened: who wrote it, in answer to what, and the innermost sentence
 *
 * "Error starting domain: internal error: qemu unexpectedly closed the monitor: TIME qemu-system-x86_64:
 * -device vfio-pci,host=1:0.0: vfio 0000:01:00.0: group 1 is not viable" says that QEMU wrote "vfio
 * 0000:01:00.0: group 1 is not viable" about -device. Rules key on that before they key on sentences.
 */
#ifndef VMDOCTOR_ENVELOPE_H
#define VMDOCTOR_ENVELOPE_H

#include <glib.h>
#include <stdbool.h>

#include "base/cleanup.h"

/** What envelopes say; each is an attribute of the message fact, under its name. */
enum envelope_field {
	ENVELOPE_PROGRAM,  /* that wrote the innermost sentence: qemu, libvirt, dnsmasq, swtpm, kernel, ssh … */
	ENVELOPE_CODE,	   /* libvirt's text of its error code: "internal error" */
	ENVELOPE_FUNCTION, /* of libvirt's source: qemuProcessReportLogError */
	ENVELOPE_OPTION,   /* of QEMU's command line: "-device" */
	ENVELOPE_ARGUMENT, /* of that option */
	ENVELOPE_COMMAND,  /* QMP or guest agent command: "blockdev-add" */
	ENVELOPE_CHILD,	   /* program that libvirt ran: /usr/bin/qemu-img */
	ENVELOPE_STATUS,   /* that one's exit status or signal */
	ENVELOPE_DOMAIN,   /* whose message it is, as libvirt says it */
	ENVELOPE_FIELD_MAX_
};
extern const char *const envelope_field_names[ENVELOPE_FIELD_MAX_];

/** Something that a message names. */
enum envelope_kind {
	NAMED_PATH, NAMED_PCI, NAMED_MAC, NAMED_INTERFACE, NAMED_NETWORK, NAMED_POOL, NAMED_PID, NAMED_UNIT,
	NAMED_DISK, NAMED_USB, NAMED_KIND_MAX_
};
extern const char *const envelope_kind_names[NAMED_KIND_MAX_];

struct envelope_named {
	enum envelope_kind kind;
	char *value;
};

struct envelope {
	char *message; /* the innermost sentence, at least a word */
	char *fields[ENVELOPE_FIELD_MAX_]; /* NULL: not said */
	const char *error; /* name of the errno whose text the message holds, "EACCES"; NULL: none */
	GPtrArray *named; /* of struct envelope_named, at most ENVELOPE_NAMED_MAX, in order */
	unsigned int layers; /* how many envelopes there were; time and log level are none */
	bool is_failure; /* written as one: an error's prefix, or a word that programs use for failures */
};
#define ENVELOPE_NAMED_MAX 12

struct envelope_reader;
/** envelope_reader_new - compiles what envelopes look like: some milliseconds, once a run */
struct envelope_reader *envelope_reader_new(void);
void envelope_reader_free(struct envelope_reader *r);
AUTO_FREE(struct envelope_reader, envelope_reader)
/** envelope_open - @line: valid UTF-8 without control bytes, one kind of quote (readable_text()), at most a
 *  few KiB. envelope_done() *ret */
void envelope_open(const struct envelope_reader *r, const char *line, struct envelope *ret);
void envelope_done(struct envelope *e);

#endif
