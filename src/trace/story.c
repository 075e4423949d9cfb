// SPDX-License-Identifier: GPL-2.0-or-later
/* story - see story.h. The host's trace is read twice where guests join: first for how fast its TSC counts. */
#include "trace/story.h"

#include "trace/flow.h"
#include "trace/join.h"
#include "trace/live.h"

/** Two that want the same events. */
struct tee {
	struct analysis *analysis;
	struct timeline *timeline;
};

static void tee_take(void *data, const struct trace_event *e)
{
	const struct tee *t = data;

	analysis_take(t->analysis, e);
	timeline_take(t->timeline, e);
}

static bool find_rate(const struct story_request *r, struct clock_rate *ret, bool *ret_cycles, GError **error)
{
	struct rate_finder *finder = rate_new();
	struct trace_info info;
	bool ok = trace_read(r->path, r->seconds, &info, rate_take, finder, error), known = rate_end(finder, ok && info.is_cycles, ret);

	*ret_cycles = info.is_cycles;
	if (ok && !known)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%s: it does not say how fast the TSC counts, so no guest can be joined: record it by --save, or with clock x86-tsc and "
			    "the events kvm_exit, kvm_vcpu_wakeup and sched_switch while a guest idles", r->path);
	return ok && known;
}

static bool read_host(const struct story_request *r, const struct clock_rate *rate, struct tee *tee, struct trace_info *info, GError **error)
{
	struct warp warp = { .sink = tee_take, .data = tee };
	bool ok;

	if (rate)
		warp.rate = *rate;
	ok = trace_read(r->path, r->seconds, info, rate ? warp_take : tee_take, rate ? (void *)&warp : tee, error);
	if (rate)
		info->is_cycles = false; /* they are nanoseconds now */
	return ok;
}

static bool join_all(const struct story_request *r, struct analysis *a, const struct clock_rate *rate, GError **error)
{
	for (size_t i = 0; r->guests && r->guests[i]; i++) {
		struct join_request one = { 0 };
		struct joined *j = join_parse(r->guests[i], &one, error) ? join_guest(&one, a, rate, error) : NULL;

		join_request_clear(&one);
		if (!j)
			return false;
		g_ptr_array_add(a->guests, j);
	}
	return true;
}

/* In the guests first, in their order. */
static bool follow_task(const char *task, struct analysis *a, const struct timeline *host, GError **error)
{
	for (guint i = 0; task && !a->flow && i < a->guests->len; i++) {
		const struct joined *j = a->guests->pdata[i];

		if (timeline_find(j->timeline, task))
			a->flow = flow_of(a, host, j, task);
	}
	if (task && !a->flow)
		a->flow = flow_of(a, host, NULL, task);
	if (task && !a->flow)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "--flow %s: no task of that name or number, nor a vCPU (DOMAIN/NUMBER)", task);
	return !task || a->flow;
}

bool story_read(const struct story_request *r, struct analysis *a, struct trace_info *info, GError **error)
{
	auto_free(timeline) struct timeline *host = timeline_new();
	struct tee tee = { a, host };
	struct clock_rate rate = { 0 };
	bool is_cycles = false;

	if (r->guests && !find_rate(r, &rate, &is_cycles, error))
		return false;
	if (!read_host(r, is_cycles ? &rate : NULL, &tee, info, error))
		return false;
	analysis_end(a);
	if (info->is_cycles)
		return true; /* whoever asked has to say so */
	return join_all(r, a, &rate, error) && follow_task(r->task, a, host, error);
}

int story_live(const struct live_request *live, const char *task, struct analysis *a, struct trace_info *info, GError **error)
{
	auto_free(timeline) struct timeline *host = timeline_new();
	struct live_request request = *live;
	int ended_by;

	request.also = task ? timeline_take : NULL;
	request.also_data = host;
	ended_by = trace_live(&request, a, info, error);
	if (ended_by < 0)
		return -1;
	analysis_end(a);
	return follow_task(task, a, host, error) ? ended_by : -1;
}
