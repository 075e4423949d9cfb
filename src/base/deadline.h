// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deadline - when a run is to be over, whatever it waits for
 *
 * Whoever reads or thinks asks deadline_is_over() and leaves the rest undecided. For what cannot ask, a system call on
 * storage that hangs or a loop that nobody foresaw, a thread ends the process GRACE_S later: the kernel ends such a
 * call for a process that dies, where it would not for a signal.
 */
#ifndef VMDOCTOR_DEADLINE_H
#define VMDOCTOR_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * deadline_start - of this process; once
 * @seconds: from now on, above 0
 * @status, @line: what it exits with, and prints on standard output (NULL: nothing), when nothing else ends it in time
 */
void deadline_start(int seconds, int status, const char *line);
/** deadline_us - of g_get_monotonic_time(); INT64_MAX: there is none */
int64_t deadline_us(void);
bool deadline_is_over(void);

#endif
