// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events - what libvirt reports by itself: that a domain ended, a disk failed, a guest panicked
 */
#ifndef VMDOCTOR_LIVE_EVENTS_H
#define VMDOCTOR_LIVE_EVENTS_H

#include <glib.h>
#include <stdint.h>

/** Whoever listens, and what of a line has come. */
struct events {
	int child, fd; /* fd: to be polled; a child of its own, since a daemon that hangs keeps libvirt's calls */
	GString *begun;
};

/** events_begin - @uri: NULL: libvirt's default. Return: 0 or -errno */
int events_begin(struct events *e, const char *uri);
/**
 * events_next - a line that has come, without waiting; NULL: none
 * A JSON object {"at-us", "kind", "domain", "what", "detail", …}, all texts but the time. Kinds: "lifecycle", "io-error",
 * "watchdog", "monitor" (QEMU's broke), "job" (of a block device), "agent", "memory" (failed), "removal" (of a device), and
 * without a domain "connection", "what": "open", "lost". g_free() it.
 */
char *events_next(struct events *e);
void events_end(struct events *e);

#endif
