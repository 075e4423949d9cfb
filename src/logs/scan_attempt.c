// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scan_attempt - which attempt to start which domain a line belongs to
 *
 * Few of the daemon's errors name the domain.  But as libvirt gives up a start, it writes "shutting down,
 * reason=failed" into the domain's own log, in the next milliseconds.
 * Source: libvirt src/qemu/qemu_process.c (qemuProcessStart, qemuProcessStop).
 */
#include "logs/scan_state.h"

#include "facts/facts.h"
#include "base/xml.h"

#define GIVEN_UP_MS 300 /* from the error to the end of the attempt: what was set up is taken down first */
#define ATTEMPT_S 60	/* messages of one attempt to start come within this time */

/* The end of an attempt that failed. */
struct failure {
	int64_t ms;
	xmlNode *vm;
};

static gint by_time(gconstpointer a, gconstpointer b)
{
	const struct failure *x = a, *y = b;

	return x->ms < y->ms ? -1 : x->ms > y->ms;
}

void scan_know_failures(struct scan *scan, xmlNode *vm)
{
	for (const xmlNode *n = xml_child(xml_child(vm, "qemu-log"), "failed"); n; n = xml_next(n, "failed")) {
		struct failure f = { scan_ms(scan, facts_get(n, "time")), vm };

		if (f.ms)
			g_array_append_val(scan->failures, f);
	}
}

GArray *scan_failures_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct failure));
}

void scan_failures_sort(struct scan *scan)
{
	g_array_sort(scan->failures, by_time);
}

/* The first that ended at @ms or later. */
static guint first_from(const GArray *failures, int64_t ms)
{
	guint low = 0, high = failures->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(failures, struct failure, middle).ms < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

xmlNode *scan_vm_failed(const struct scan *scan, const char *text)
{
	int64_t ms = scan->failures->len > 0 ? scan_ms(scan, text) : 0;
	xmlNode *found = NULL;

	for (guint i = ms ? first_from(scan->failures, ms) : scan->failures->len; i < scan->failures->len; i++) {
		const struct failure *f = &g_array_index(scan->failures, struct failure, i);

		if (f->ms > ms + GIVEN_UP_MS)
			break;
		if (found && found != f->vm)
			return NULL;
		found = f->vm;
	}
	return found;
}

/* The newest match about @vm, or NULL. */
static const struct hit *newest_of(const struct scan *scan, const xmlNode *vm)
{
	const struct hit *newest = NULL;
	GHashTableIter it;
	gpointer p;

	g_hash_table_iter_init(&it, scan->hits);
	while (g_hash_table_iter_next(&it, NULL, &p)) {
		const struct hit *hit = p;

		if (hit->node && hit->node->parent == vm && hit->last_s &&
		    (!newest || hit->last_s > newest->last_s || (hit->last_s == newest->last_s && hit->last_ms > newest->last_ms)))
			newest = hit;
	}
	return newest;
}

/* How many attempts failed after the one and before the other time. */
static unsigned int failures_between(const struct scan *scan, const xmlNode *vm, int64_t from_ms, int64_t to_ms)
{
	unsigned int failures = 0;

	for (guint i = first_from(scan->failures, from_ms); i < scan->failures->len; i++) {
		const struct failure *f = &g_array_index(scan->failures, struct failure, i);

		if (f->ms >= to_ms)
			break;
		failures += f->vm == vm;
	}
	return failures;
}

/* One failure is that of the line itself; a second one is of a later attempt, and so is what was said after the first. */
static bool is_of_older(const struct scan *scan, const xmlNode *vm, int64_t ms, int64_t newest_ms)
{
	return failures_between(scan, vm, ms, INT64_MAX) > 1 || failures_between(scan, vm, ms, newest_ms) > 0;
}

bool scan_is_older_attempt(const struct scan *scan, const struct hit *hit)
{
	const xmlNode *vm = hit->node->parent;
	const struct hit *newest;

	if (vm == scan->host || scan->since_s || !hit->last_s || g_strcmp0(facts_get(vm, "active"), "no") != 0)
		return false;
	newest = newest_of(scan, vm);
	return hit->last_s < newest->last_s - ATTEMPT_S ||
	       (hit->last_ms && is_of_older(scan, vm, hit->last_ms, newest->last_ms));
}
