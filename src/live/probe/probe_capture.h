// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_capture - frames seen on several devices at once, each way apart
 *
 * Only ARP, ICMP, DHCP and DNS pass the filter, and of them only the first 400 bytes are copied.
 * Needs CAP_NET_RAW to open, and nothing afterwards. Source: pcap(3PCAP)
 */
#ifndef VMDOCTOR_PROBE_CAPTURE_H
#define VMDOCTOR_PROBE_CAPTURE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/probe/probe_plan.h"

#define CAPTURE_HANDLES_MAX (2 * PROBE_PLACE_MAX_)

struct probe_capture;

struct probe_capture *probe_capture_new(void);
void probe_capture_free(struct probe_capture *c);
/** probe_capture_add - both ways on @device. Return: 0; -ENETDOWN: it is not up; -EPERM, -EIO */
int probe_capture_add(struct probe_capture *c, enum probe_place place, const char *device);
/** probe_capture_dump - headers of what is seen go to @fd as a pcap file, too; takes @fd over */
int probe_capture_dump(struct probe_capture *c, int fd);
/** probe_capture_poll - what to wait for. Return: how many of @fds, CAPTURE_HANDLES_MAX at most */
size_t probe_capture_poll(const struct probe_capture *c, struct pollfd *fds);
/** probe_capture_read - hands what has come to @see, and never waits */
void probe_capture_read(struct probe_capture *c,
			void (*see)(void *data, enum probe_place place, enum probe_way way,
				    const struct packet *p),
			void *data);
/** probe_capture_send - out of @place's device. Return: 0; -ENOBUFS: nobody takes it; -EIO */
int probe_capture_send(struct probe_capture *c, enum probe_place place, const uint8_t *frame,
		       size_t size);
/** probe_capture_keep - a frame of our own port, for the dump */
void probe_capture_keep(struct probe_capture *c, const uint8_t *frame, size_t size);
/** probe_capture_dropped - frames that the kernel dropped before we saw them */
unsigned int probe_capture_dropped(struct probe_capture *c);

#endif
