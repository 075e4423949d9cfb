// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * when - points in time as journalctl takes them
 */
#ifndef VMDOCTOR_WHEN_H
#define VMDOCTOR_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/**
 * when_parse - "2026-11-21 08:30", "08:30", "yesterday", "-1h 30min", "2 days ago", "@1763700000"
 * @now_s: what "now" is, seconds since the epoch: of a recording, the time it was taken
 * Local time unless it ends in " UTC". Return: false when it is none.
 * Source: systemd.time(7), "Parsing Timestamps", "Parsing Time Spans"
 */
bool when_parse(const char *text, int64_t now_s, int64_t *ret_s);

#endif
