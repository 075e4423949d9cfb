// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_cgroup - which devices a process may open, by the BPF programs of its control groups
 */
#ifndef VMDOCTOR_SOURCE_CGROUP_H
#define VMDOCTOR_SOURCE_CGROUP_H

#include <glib.h>

#define SOURCE_CGROUP "/vmdoctor/cgroup/"

/**
 * source_cgroup_devices - appends the device programs that count in the cgroup2 directory @dir
 * Return: 0; -EPERM without the capabilities; -EINVAL, -ENOSYS where the kernel has no such programs
 */
int source_cgroup_devices(int dir, GString *text);

#endif
