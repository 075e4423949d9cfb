// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tasks - threads or processes at one moment, as /vmdoctor/threads/PID.txt and processes.txt give them
 */
#ifndef VMDOCTOR_TASKS_H
#define VMDOCTOR_TASKS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct task {
	uint64_t id, start_ticks, cpu, used_ticks, major_faults;
	uint64_t run_ns, delay_ns; /* meaningful only with has_sched */
	bool has_sched;
	char *cpus; /* where it may run; NULL: not known */
	char *comm; /* bytes that anybody may have chosen */
};

struct tasks {
	int64_t at_ns, boot_ns;
	unsigned int hz; /* of ticks */
	GPtrArray *list; /* of struct task */
	GHashTable *by_id;
};

/** tasks_parse - NULL: the text has no head that can be understood; lines that have not are left out */
struct tasks *tasks_parse(const char *text);
void tasks_free(struct tasks *t);
AUTO_FREE(struct tasks, tasks)
/** tasks_find - the same task, not a later one with its number; NULL: there is none */
const struct task *tasks_find(const struct tasks *t, const struct task *like);
const struct task *tasks_by_id(const struct tasks *t, uint64_t id);

#endif
