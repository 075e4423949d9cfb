// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tasks - threads or processes at one moment.
 *
 * Source: src/source/source_sample.c writes what is parsed here; a recording may hold anything instead.
 */
#include "checks/performance/tasks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/parse.h"

#define TASKS_MAX 65536
#define FIELDS 9

static void task_free(void *p)
{
	struct task *t = p;

	g_free(t->cpus);
	g_free(t->comm);
	g_free(t);
}

void tasks_free(struct tasks *t)
{
	if (!t)
		return;
	g_ptr_array_unref(t->list);
	g_hash_table_unref(t->by_id);
	g_free(t);
}

static struct task *parse_line(const char *line)
{
	g_auto(GStrv) f = g_strsplit(line, " ", FIELDS);
	struct task t = { 0 };

	if (g_strv_length(f) != FIELDS || !parse_u64(f[0], &t.id) || !parse_u64(f[1], &t.start_ticks) ||
	    !parse_u64(f[2], &t.cpu) || !parse_u64(f[3], &t.used_ticks) ||
	    !parse_u64(f[4], &t.major_faults))
		return NULL;
	/* Kernels before 5.14 say "0 0 0" of all threads where nothing counts. */
	t.has_sched = parse_u64(f[5], &t.run_ns) && parse_u64(f[6], &t.delay_ns) &&
		      (t.run_ns > 0 || t.used_ticks == 0);
	t.cpus = strcmp(f[7], "-") == 0 ? NULL : g_strdup(f[7]);
	t.comm = g_uri_unescape_string(f[8], NULL);
	if (!t.comm)
		t.comm = g_strdup("?");
	return g_memdup2(&t, sizeof(t));
}

struct tasks *tasks_parse(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", TASKS_MAX);
	struct tasks t = { 0 };

	if (!lines[0] || sscanf(lines[0], "at %" SCNd64 " boot %" SCNd64 " hz %u", &t.at_ns, &t.boot_ns,
				&t.hz) != 3 || t.hz == 0)
		return NULL;
	t.list = g_ptr_array_new_with_free_func(task_free);
	t.by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	for (size_t i = 1; lines[i]; i++) {
		struct task *one = parse_line(lines[i]);

		if (!one)
			continue;
		g_ptr_array_add(t.list, one);
		g_hash_table_replace(t.by_id, &one->id, one);
	}
	return g_memdup2(&t, sizeof(t));
}

const struct task *tasks_by_id(const struct tasks *t, uint64_t id)
{
	return g_hash_table_lookup(t->by_id, &id);
}

const struct task *tasks_find(const struct tasks *t, const struct task *like)
{
	const struct task *found = tasks_by_id(t, like->id);

	return found && found->start_ticks == like->start_ticks ? found : NULL;
}
