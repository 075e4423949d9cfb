// SPDX-License-Identifier: GPL-2.0-or-later
/* trace_words - what all formats say of a trace in the same order and words */
#include <inttypes.h>
#include <string.h>

#include "report/trace/trace.h"
#include "base/i18n.h"
#include "trace/reader.h"
#include "trace/vcpu.h"

char *trace_time(guint64 ns)
{
	static const char *const units[] = { "ns", "µs", "ms", "s" };
	double value = (double)ns;
	size_t unit = 0;

	while (value >= 1000 && unit + 1 < G_N_ELEMENTS(units)) {
		value /= 1000;
		unit++;
	}
	return g_strdup_printf("%.4g %s", value, units[unit]);
}

static GPtrArray *sorted(GHashTable *table, GCompareFunc compare)
{
	GPtrArray *all = g_ptr_array_new();
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		g_ptr_array_add(all, value);
	g_ptr_array_sort(all, compare);
	return all;
}

static gint by_owner(gconstpointer left, gconstpointer right)
{
	const struct owner *a = *(struct owner *const *)left, *b = *(struct owner *const *)right;

	return a->ns != b->ns ? (a->ns < b->ns) - (a->ns > b->ns) : strcmp(a->name, b->name);
}

static gint by_exit(gconstpointer left, gconstpointer right)
{
	const struct exit_stat *a = *(struct exit_stat *const *)left, *b = *(struct exit_stat *const *)right;

	return a->handled_ns != b->handled_ns ? (a->handled_ns < b->handled_ns) - (a->handled_ns > b->handled_ns) :
						strcmp(a->reason, b->reason);
}

static gint by_place(gconstpointer left, gconstpointer right)
{
	const struct place *a = *(struct place *const *)left, *b = *(struct place *const *)right;

	return a->handled_ns != b->handled_ns ? (a->handled_ns < b->handled_ns) - (a->handled_ns > b->handled_ns) :
						(a->id > b->id) - (a->id < b->id);
}

static gint by_device(gconstpointer left, gconstpointer right)
{
	const struct disk *a = *(struct disk *const *)left, *b = *(struct disk *const *)right;

	return (a->device > b->device) - (a->device < b->device);
}

static gint by_name(gconstpointer left, gconstpointer right)
{
	return strcmp((*(struct source_line *const *)left)->name, (*(struct source_line *const *)right)->name);
}

GPtrArray *trace_owners(const struct vcpu *v)
{
	return sorted(v->owners, by_owner);
}

GPtrArray *trace_exits(const struct vcpu *v)
{
	return sorted(v->exits, by_exit);
}

GPtrArray *trace_places(const struct vcpu *v)
{
	return sorted(v->places, by_place);
}

GPtrArray *trace_disks(const struct analysis *a)
{
	return sorted(a->disks, by_device);
}

GPtrArray *trace_lines(const struct analysis *a)
{
	return sorted(a->lines, by_name);
}

static gint by_page(gconstpointer left, gconstpointer right)
{
	const struct trace_page *a = left, *b = right;

	return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : (a->at > b->at) - (a->at < b->at);
}

GArray *trace_pages(const struct vcpu *v)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct trace_page));
	GHashTableIter iter;
	gpointer page, n;

	g_hash_table_iter_init(&iter, v->pages);
	while (g_hash_table_iter_next(&iter, &page, &n)) {
		const struct trace_page p = { (guint64)GPOINTER_TO_SIZE(page) << 12, GPOINTER_TO_UINT(n) };

		g_array_append_val(all, p);
	}
	g_array_sort(all, by_page);
	return all;
}

GPtrArray *trace_doubts(const struct analysis *a, const struct trace_info *info)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);

	if (a->has_lost || info->kernel_lost > 0)
		g_ptr_array_add(all, g_strdup_printf(_("Events were lost (%" PRIu64 " or more): the time around them is unknown."),
						     MAX(a->lost, info->kernel_lost)));
	if (info->is_shed)
		g_ptr_array_add(all, g_strdup(_("There were too many events: from some time on, devices, ports and interrupts are missing.")));
	if (info->is_full)
		g_ptr_array_add(all, g_strdup(_("The trace ended early: its file is as large as it may be.")));
	if (a->vcpus->len > 0 && !a->has_entries)
		g_ptr_array_add(all, g_strdup(_("The trace has no kvm_entry: guest and hypervisor cannot be told apart.")));
	if (a->vcpus->len == 0)
		g_ptr_array_add(all, g_strdup(_("The trace shows no vCPU.")));
	if (*info->clock && strcmp(info->clock, "mono") != 0 && strcmp(info->clock, "boot") != 0)
		g_ptr_array_add(all, g_strdup_printf(_("Clock %s: its times cannot be compared with logs."), info->clock));
	return all;
}
