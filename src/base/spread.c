// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spread - many small jobs in as many processes as there are CPUs.
 *
 * What a job said comes back through a file without a name, which, unlike a pipe, nobody has to
 * read while the jobs are done: its length, and the text.
 */
#include "base/spread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
	pid_t pid; /* -1: there is none */
	FILE *said;
};

static void work(struct worker *w, guint first, guint step, guint count, spread_job job, void *data)
{
	for (guint i = first; i < count; i += step) {
		g_autoptr(GString) out = g_string_new(NULL);
		guint32 length;

		job(data, i, out);
		length = (guint32)out->len;
		/* At once, so that a later crash takes nothing with it. */
		if (fwrite(&length, sizeof(length), 1, w->said) != 1 ||
		    fwrite(out->str, 1, length, w->said) != length || fflush(w->said) != 0)
			exit(EXIT_FAILURE);
	}
	/* Not _exit(): a build with sanitizers looks for leaks there. */
	exit(EXIT_SUCCESS);
}

/* NULL: there is no more, or not all of it. */
static char *read_said(FILE *said)
{
	g_autofree char *text = NULL;
	guint32 length;

	if (fread(&length, sizeof(length), 1, said) != 1)
		return NULL;
	text = g_malloc0((gsize)length + 1);
	return fread(text, 1, length, said) == length ? g_steal_pointer(&text) : NULL;
}

static void wait_for(struct worker *w)
{
	while (w->pid > 0 && waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (w->said)
		rewind(w->said);
}

GPtrArray *spread_jobs(guint count, spread_job job, void *data)
{
	guint processes = MAX(1, MIN(count, g_get_num_processors()));
	g_autofree struct worker *workers = g_new0(struct worker, processes);
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	/* What is buffered now would be written by each process. */
	fflush(NULL);
	for (guint i = 0; i < processes; i++) {
		struct worker *w = &workers[i];

		w->said = tmpfile();
		w->pid = w->said ? fork() : -1;
		if (w->pid == 0)
			work(w, i, processes, count, job, data);
	}
	for (guint i = 0; i < processes; i++)
		wait_for(&workers[i]);
	for (guint i = 0; i < count; i++) {
		struct worker *w = &workers[i % processes];

		g_ptr_array_add(all, w->said ? read_said(w->said) : NULL);
	}
	for (guint i = 0; i < processes; i++)
		if (workers[i].said)
			fclose(workers[i].said);
	return all;
}
