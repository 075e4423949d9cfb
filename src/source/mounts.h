// SPDX-License-Identifier: GPL-2.0-or-later
/* mounts - how a file's file system is mounted, for QEMU and the other services of the host */
#ifndef VMDOCTOR_MOUNTS_H
#define VMDOCTOR_MOUNTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * mounts_may_hang - does @path lie on a file system that another host or a program serves, so that a call on it may wait
 * for ever? By its name alone: it is not touched. Source: proc_pid_mountinfo(5)
 */
bool mounts_may_hang(const char *path);

/**
 * mounts_describe - appends " type=ext4 mount=/srv flags=rw,relatime", values percent-escaped
 * @fd: the file, O_PATH will do; @mount_id: its stx_mnt_id, see statx(2)
 * Without flags= where PID 1 is not known to have that file at that path; nothing at all where
 * mountinfo cannot be read. Source: proc_pid_mountinfo(5).
 */
void mounts_describe(GString *text, int fd, uint64_t mount_id);

#endif
