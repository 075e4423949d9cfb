// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * asked - what the kernel was asked for, by the nouns of a sentence that ends in the text of an errno
 */
#ifndef VMDOCTOR_ASKED_H
#define VMDOCTOR_ASKED_H

/**
 * asked_of - the part of the kernel that a message is about
 * Return: "kvm", "loop", "tap", "bridge", "address", "interface", "mount", "label", "cgroup", "lock", "socket", "process",
 * "assignment", "attribute" or "file"; NULL: it names none. The first of them that the sentence names, in this order.
 * Source: libvirt, callers of virReportSystemError() in src/util, src/qemu, src/security and src/storage.
 */
const char *asked_of(const char *sentence);
/**
 * asked_place - what a path of the host is for
 * Return: "kvm", "tun", "hugepages", "cgroup", "pci", "nvram", "firmware", "emulator", "helper", "daemon-socket", "agent-socket",
 * "log" or "certificate"; NULL: nothing known.
 * Source: the default paths of libvirt's meson.options and of Debian's, Fedora's, SUSE's and Arch's packages.
 */
const char *asked_place(const char *path);

#endif
