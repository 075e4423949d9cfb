// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample_stats - the parts of a domain's sample that are not its threads
 */
#ifndef VMDOCTOR_SAMPLE_STATS_H
#define VMDOCTOR_SAMPLE_STATS_H

#include <glib.h>
#include <libxml/tree.h>
#include <stdint.h>

struct source;

#define SAMPLE_STATS_READS                                                                         \
	"/sys/kernel/debug/kvm", "/sys/kernel/debug/kvm/*", "/sys/kernel/security/lockdown"

void sample_stats_plan(struct source *src, xmlNode *vm, GPtrArray *paths);
/** sample_stats - disk, nic, memory and kvm below @sample. Return: 0 or -errno of libvirt's counters */
int sample_stats(struct source *src, const xmlNode *vm, xmlNode *sample);
/** sample_memory - the element memory, with what /proc/PID/status says of QEMU's memory */
xmlNode *sample_memory(struct source *src, xmlNode *sample, const char *pid, int64_t window_ns);
/** sample_pressure - one element pressure out of the PSI file @path (µs). Source: psi.rst */
void sample_pressure(struct source *src, xmlNode *parent, const char *path, const char *resource,
		     int64_t window_ns);
struct reading_json;
/** sample_latency - histograms of the disk that libvirt's counters call block.@block */
void sample_latency(xmlNode *sample, const char *target, const struct reading_json *r, unsigned int block);
/** sample_kvm - KVM's counters: vcpu/@… out of libvirt's, or an element kvm out of debugfs */
void sample_kvm(struct source *src, const xmlNode *vm, xmlNode *sample, const struct reading_json *r,
		int64_t window_ns);
void sample_kvm_plan(struct source *src, const xmlNode *vm, GPtrArray *paths);

#endif
