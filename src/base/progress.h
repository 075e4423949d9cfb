// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * progress - one line on a terminal's standard error while there is to be waited
 */
#ifndef VMDOCTOR_PROGRESS_H
#define VMDOCTOR_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/** One piece of work. */
struct progress {
	int64_t begin_us; /* g_get_monotonic_time(), when the user began to wait */
	int64_t said_us;
	bool is_shown;
};

/** progress_is_due - on a terminal, after the first second, ten times a second: is there to be said something? */
bool progress_is_due(const struct progress *p);
/** progress_say - "vmdoctor: TEXT" in place of what was said before; control bytes are the caller's to escape */
void progress_say(struct progress *p, const char *text);
/** progress_end - the line is erased, if there is one */
void progress_end(struct progress *p);

#endif
