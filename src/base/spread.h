// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spread - many small jobs in as many processes as there are CPUs
 *
 * Processes, for the program has no threads (source_guard.c says why); a job that crashes takes
 * only those with it that its process had yet to do.
 */
#ifndef VMDOCTOR_SPREAD_H
#define VMDOCTOR_SPREAD_H

#include <glib.h>

/** Does job @i; what it has to say is added to @out. @data is its process's own copy. */
typedef void (*spread_job)(void *data, guint i, GString *out);

/**
 * spread_jobs - does the jobs 0 … @count - 1
 * Return: what each said, in their order; NULL for those that were not done, or not to the end
 */
GPtrArray *spread_jobs(guint count, spread_job job, void *data);

#endif
