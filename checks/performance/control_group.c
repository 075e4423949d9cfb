// SPDX-License-Identifier: GPL-2.0-or-later
/* control_group - where in the control group file systems a QEMU and its parts are. */
#include "checks/performance/control_group.h"

#include <stdio.h>
#include <string.h>

#include "source/source.h"

#define ROOT "/sys/fs/cgroup"
#define DEPTH_MAX 12

/* The path in a line "4:cpu,cpuacct:/machine.slice"; @controller "": the line "0::" of v2. */
static char *line_path(const char *text, const char *controller)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 64);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], ":", 3);
		g_auto(GStrv) names = g_strv_length(f) == 3 ? g_strsplit(f[1], ",", 0) : NULL;

		if (names && (*controller ? g_strv_contains((const char *const *)names, controller)
					  : !*f[1]) && f[2][0] == '/' && !strstr(f[2], "/../"))
			return g_strdup(f[2]);
	}
	return NULL;
}

char *control_group_dir(struct source *src, const char *pid, const char *controller, bool *ret_unified)
{
	g_autofree char *text = NULL, *path = NULL;

	if (source_readf(src, &text, "/proc/%s/cgroup", pid) < 0)
		return NULL;
	path = line_path(text, controller);
	*ret_unified = !path;
	if (!path)
		path = line_path(text, "");
	if (!path)
		return NULL;
	if (g_str_has_suffix(path, "/emulator"))
		path[strlen(path) - strlen("/emulator")] = '\0';
	/* Where cpu and cpuacct are mounted together, both names are links to it. */
	return g_strconcat(ROOT, *ret_unified ? "" : "/", *ret_unified ? "" : controller, path, NULL);
}

void cpu_quota_free(struct cpu_quota *q)
{
	if (!q)
		return;
	g_free(q->name);
	g_free(q->stat);
	g_free(q);
}

static bool read_number(struct source *src, const char *dir, const char *file, int64_t *ret)
{
	g_autofree char *path = g_strconcat(dir, "/", file, NULL);
	g_autofree char *text = NULL;

	if (source_read(src, path, &text, NULL) < 0)
		return false;
	*ret = g_ascii_strtoll(text, NULL, 10);
	return true;
}

/* v2: "max 100000" or "30000 100000". v1: -1 for none. */
static bool read_quota(struct source *src, const char *dir, struct cpu_quota *q)
{
	g_autofree char *path = g_strconcat(dir, "/cpu.max", NULL);
	g_autofree char *text = NULL;

	if (!q->is_unified)
		return read_number(src, dir, "cpu.cfs_quota_us", &q->quota_us) &&
		       read_number(src, dir, "cpu.cfs_period_us", &q->period_us) &&
		       q->quota_us > 0 && q->period_us > 0;
	return source_read(src, path, &text, NULL) >= 0 &&
	       sscanf(text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &q->quota_us, &q->period_us) == 2 &&
	       q->quota_us > 0 && q->period_us > 0;
}

static void add_quota(struct source *src, GPtrArray *quotas, const char *dir, const char *name,
		      bool is_unified)
{
	struct cpu_quota q = { .is_unified = is_unified };

	if (!read_quota(src, dir, &q))
		return;
	q.name = g_strdup(name);
	q.stat = g_strconcat(dir, "/cpu.stat", NULL);
	q.is_shared = !g_str_has_prefix(name, "vcpu") && !g_str_has_prefix(name, "iothread");
	g_ptr_array_add(quotas, g_memdup2(&q, sizeof(q)));
}

GPtrArray *control_group_quotas(struct source *src, const char *pid, const char *const *parts)
{
	GPtrArray *quotas = g_ptr_array_new_with_free_func((GDestroyNotify)cpu_quota_free);
	bool is_unified = false;
	g_autofree char *dir = control_group_dir(src, pid, "cpu", &is_unified);
	size_t top = strlen(ROOT) + (is_unified ? 0 : strlen("/cpu"));

	for (size_t i = 0; dir && parts[i]; i++) {
		g_autofree char *below = g_strconcat(dir, "/", parts[i], NULL);

		add_quota(src, quotas, below, parts[i], is_unified);
	}
	/* The domain's own group and those above it; the topmost has no limit. */
	for (int depth = 0; dir && depth < DEPTH_MAX && strlen(dir) > top + 1; depth++) {
		add_quota(src, quotas, dir, dir + top, is_unified);
		*strrchr(dir, '/') = '\0';
	}
	return quotas;
}
