// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * asked - what the kernel was asked for, by the nouns of a sentence that ends in the text of an errno
 */
#ifndef VMDOCTOR_ASKED_H
#define VMDOCTOR_ASKED_H

/**
 * asked_of - the part of the kernel that a message is about
 * Return: "loop", "tap", "bridge", "address", "interface", "mount", "label", "cgroup", "lock", "socket", "process",
 * "assignment", "attribute" or "file"; NULL: it names none. The first of them that the sentence names, in this order.
 * Source: libvirt, callers of virReportSystemError() in src/util, src/qemu, src/security and src/storage.
 */
const char *asked_of(const char *sentence);

#endif
