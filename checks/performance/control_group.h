// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control_group - where in the control group file systems a QEMU and its parts are
 */
#ifndef VMDOCTOR_CONTROL_GROUP_H
#define VMDOCTOR_CONTROL_GROUP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct source;

/** Globs for a check's reads. */
#define CONTROL_GROUP_READS "/proc/*/cgroup", "/sys/fs/cgroup/*"

/**
 * control_group_dir - the directory of the group of process @pid for @controller, without a last part
 * "/emulator", into which libvirt moves QEMU's other threads
 * @ret_unified: is it of cgroup v2?
 * Return: NULL when its place is not known. Source: cgroups(7), proc(5); libvirt cgroups.html
 */
char *control_group_dir(struct source *src, const char *pid, const char *controller, bool *ret_unified);

/** A limit on CPU time that holds for some of a domain's threads. */
struct cpu_quota {
	char *name;	/* "vcpu0", "emulator", or of a group above the domain its path */
	char *stat;	/* the file that counts, cpu.stat */
	bool is_shared; /* several threads use it up together */
	bool is_unified;
	int64_t quota_us, period_us;
};
void cpu_quota_free(struct cpu_quota *q);
/** control_group_quotas - those that are set, at most 64 parts; @parts: NULL-ended names below the
 *  domain's own group */
GPtrArray *control_group_quotas(struct source *src, const char *pid, const char *const *parts);

#endif
