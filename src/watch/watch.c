// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch - the loop: events as they come, a sample each interval, a picture now and then, and what the rules say of it
 *
 * Between samples nothing wakes it but what libvirt reports. What does not answer is a row that says so: every source
 * has its deadline, libvirt's events are listened to by a child.
 * Source: sd_notify(3), sd_watchdog_enabled(3), signalfd(2)
 */
#include "watch/watch.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/json_read.h"
#include "diagnose/diagnose.h"
#include "diagnose/gather.h"
#include "diagnose/request.h"
#include "facts/facts.h"
#include "findings/report.h"
#include "judge/judge.h"
#include "live/events.h"
#include "rules/rules.h"
#include "source/source.h"
#include "store/store.h"

enum { PICTURE_S = 600, EVENTS_S = 90 /* for so long an event is judged again */, GAP_S = 150 };

/** An event that is still judged. */
struct event {
	int64_t at_us;
	char *json;
};

struct watcher {
	const struct watch_request *w;
	GPtrArray *rules;
	struct store *store;
	struct events events;
	struct incidents *incidents;
	struct picture picture;
	GHashTable *before; /* path -> struct answer, of the round before */
	GPtrArray *recent;  /* of struct event */
	int signals;
	unsigned int tick;
	int64_t picture_us, round_us; /* of the monotonic clock; real time */
	bool is_stale; /* something happened: the picture is of before */
	char *said; /* the last trouble that was printed */
};

static void event_free(void *data)
{
	struct event *e = data;

	g_free(e->json);
	g_free(e);
}

static void answer_free(void *data)
{
	answer_done(data);
	g_free(data);
}

/* The same trouble is said once. */
static void complain(struct watcher *t, GError **error)
{
	const char *text = *error ? (*error)->message : "";

	if (*error && g_strcmp0(t->said, text) != 0) {
		fprintf(stderr, "vmdoctor: %s\n", text);
		g_free(t->said);
		t->said = g_strdup(text);
	}
	g_clear_error(error);
}

/* Of others what they need is not read here: what was measured, and what was reported. */
static void keep_those_of_samples(GPtrArray *rules)
{
	static const char *const about[] = { "/facts/vm/sample", "/facts/vm/event", "/facts/vm[event]", "/facts/host[event]", "/facts/host/cpu-use", "/facts/host/pressure",
					     "/facts/host/ksm", "/facts/host/cpu-frequency" };

	for (guint i = 0; i < rules->len;) {
		const struct rule *r = rules->pdata[i];
		bool keep = false;

		for (size_t k = 0; r->where && k < G_N_ELEMENTS(about); k++)
			keep |= g_str_has_prefix(r->where, about[k]);
		if (keep)
			i++;
		else
			g_ptr_array_remove_index(rules, i);
	}
}

static void take_picture(struct watcher *t)
{
	g_autoptr(GError) error = NULL;

	t->is_stale = false;
	t->picture_us = g_get_monotonic_time();
	if (!picture_take(&t->picture, t->w->request))
		return;
	if (!store_state(t->store, g_get_real_time(), t->picture.record, &error))
		complain(t, &error);
}

/* What libvirt answers comes last: a domain that hangs costs the others' other counters nothing. */
static GPtrArray *read_all(struct watcher *t)
{
	GPtrArray *paths = t->picture.paths, *answers = g_ptr_array_new_with_free_func(answer_free);

	t->tick++;
	for (guint i = 0; i < paths->len; i++)
		g_ptr_array_add(answers, g_new0(struct answer, 1));
	for (int slow = 0; slow < 2; slow++)
		for (guint i = 0; i < paths->len; i++) {
			const struct query q = { SOURCE_READ, t->tick, paths->pdata[i] };

			if (g_str_has_prefix(q.path, "/vmdoctor/libvirt/") == slow)
				source_ask(t->picture.live, &q, answers->pdata[i]);
		}
	return answers;
}

static void put_tick(struct source *record, unsigned int tick, const char *path, const struct answer *from)
{
	const struct query q = { SOURCE_READ, tick, path };
	struct answer a = *from;

	if (a.data)
		g_bytes_ref(a.data);
	record_put(record, &q, &a);
}

/* As the store has them: a line each. */
static void put_events(struct watcher *t, struct source *record, GArray *times)
{
	g_autoptr(GString) text = g_string_new("[");

	for (guint i = 0; i < t->recent->len; i++) {
		const struct event *e = t->recent->pdata[i];

		g_string_append_printf(text, "%s%s", i ? ",\n" : "", e->json);
		g_array_append_val(times, e->at_us);
	}
	g_string_append(text, "]\n");
	record_put_text(record, "/vmdoctor/events.json", text->str);
}

static struct source *window_of(struct watcher *t, GPtrArray *answers, int64_t now_us, GArray *times)
{
	struct source *record = record_new(NULL);
	g_autofree char *clock = g_strdup_printf("%" G_GINT64_FORMAT "\n", now_us / G_USEC_PER_SEC);

	for (guint i = 0; i < t->picture.paths->len; i++) {
		const char *path = t->picture.paths->pdata[i];
		const struct answer *before = g_hash_table_lookup(t->before, path);

		if (!before)
			continue;
		put_tick(record, 1, path, before);
		put_tick(record, 2, path, answers->pdata[i]);
	}
	put_events(t, record, times);
	record_put_text(record, "/vmdoctor/clock", clock);
	return source_overlay_new(record, source_borrow(t->picture.record));
}

/* By the rules that a sample is judged by, over the facts of the picture. */
static void judge_window(struct watcher *t, GPtrArray *answers, int64_t now_us, int64_t round)
{
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
	auto_free(source) struct source *window = window_of(t, answers, now_us, times);
	auto_free(facts) xmlDoc *facts = xmlCopyDoc(t->picture.facts, 1);
	auto_free(report) struct report *r = report_new();
	const struct muting muting = { .ignore = t->w->request->ignore };
	const struct judged j = { r, t->round_us, now_us, round, times };
	g_autoptr(GError) error = NULL;

	gather_measure(window, facts);
	judge(t->rules, facts, r, NULL);
	judge_mute(r, &muting);
	judge_rank(r, t->rules, (struct complaint){ 0 });
	if (!incidents_take(t->incidents, t->w, t->store, &j, &error))
		complain(t, &error);
}

static void remember(struct watcher *t, GPtrArray *answers, int64_t now_us)
{
	g_hash_table_remove_all(t->before);
	g_ptr_array_set_free_func(answers, NULL);
	for (guint i = 0; i < answers->len; i++)
		g_hash_table_replace(t->before, g_strdup(t->picture.paths->pdata[i]), answers->pdata[i]);
	t->round_us = now_us;
}

static void forget_events(struct watcher *t, int64_t now_us)
{
	while (t->recent->len > 0 && now_us - ((struct event *)t->recent->pdata[0])->at_us > EVENTS_S * INT64_C(1000000))
		g_ptr_array_remove_index(t->recent, 0);
}

static void one_round(struct watcher *t)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) answers = NULL;
	int64_t now_us, round;

	if (t->is_stale || !t->picture.facts || g_get_monotonic_time() - t->picture_us > PICTURE_S * INT64_C(1000000))
		take_picture(t);
	if (!t->picture.facts)
		return;
	answers = read_all(t);
	now_us = g_get_real_time();
	round = store_round(t->store, now_us, t->picture.paths, answers, &error);
	complain(t, &error);
	forget_events(t, now_us);
	/* After a suspend, or where the clock was set, the interval is none. */
	if (now_us - t->round_us > GAP_S * INT64_C(1000000) || now_us <= t->round_us) {
		g_hash_table_remove_all(t->before);
		t->round_us = now_us;
	}
	judge_window(t, answers, now_us, round);
	remember(t, answers, now_us);
}

/* Of these the picture changes, or what is read at each round. */
static bool changes_picture(JsonObject *o)
{
	static const char *const kinds[] = { "lifecycle", "removal", "connection", "io-error", NULL };
	const char *kind = json_read_text(o, "kind");

	return kind && g_strv_contains(kinds, kind);
}

static void take_event(struct watcher *t, char *json)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *o = json_read_load(parser, json, -1, NULL) ? json_read_root(parser) : NULL;
	g_autoptr(GError) error = NULL;
	struct event *e;

	if (!o) {
		g_free(json);
		return;
	}
	e = g_new0(struct event, 1);
	*e = (struct event){ json_read_int(o, "at-us", g_get_real_time()), json };
	t->is_stale |= changes_picture(o);
	if (!store_event(t->store, e->at_us, json, &error))
		complain(t, &error);
	g_ptr_array_add(t->recent, e);
}

/* Return: is it over? */
static bool wait_until(struct watcher *t, int64_t until_us)
{
	int64_t left_us;

	while ((left_us = until_us - g_get_monotonic_time()) > 0) {
		struct pollfd p[2] = { { .fd = t->signals, .events = POLLIN }, { .fd = t->events.fd, .events = POLLIN } };
		char *json;

		if (poll(p, 2, (int)(left_us / 1000 + 1)) <= 0)
			continue;
		if (p[0].revents)
			return true;
		while ((json = events_next(&t->events)))
			take_event(t, json);
		if (p[1].revents & (POLLHUP | POLLERR)) { /* it died: libvirt, or whoever */
			events_end(&t->events);
			events_begin(&t->events, t->w->request->connect);
			g_usleep(G_USEC_PER_SEC);
		}
	}
	return false;
}

static void run(struct watcher *t)
{
	int64_t interval_us = t->w->interval_s * INT64_C(1000000), next_us = g_get_monotonic_time();
	bool is_over = false;

	while (!is_over) {
		one_round(t);
		sd_notify(0, t->tick <= 1 ? "READY=1\nWATCHDOG=1" : "WATCHDOG=1");
		next_us = MAX(next_us + interval_us, g_get_monotonic_time());
		is_over = wait_until(t, next_us);
	}
	sd_notify(0, "STOPPING=1");
}

static void block_signals(struct watcher *t)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	t->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool begin(struct watcher *t, GError **error)
{
	const struct store_limits limits = { t->w->keep_s, t->w->max_bytes };
	g_autofree char *note = NULL;
	int r;

	t->rules = diagnose_rules(t->w->request, error);
	if (!t->rules)
		return false;
	keep_those_of_samples(t->rules);
	malloc_trim(0); /* of some 900 rules some 40 are left, and children begin with what there is now */
	t->store = store_create(t->w->dir, &limits, &note, error);
	if (note)
		fprintf(stderr, "vmdoctor: %s\n", note);
	if (!t->store)
		return false;
	r = events_begin(&t->events, t->w->request->connect);
	if (r < 0)
		g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, g_strerror(-r));
	return r == 0;
}

bool watch(const struct watch_request *w, GError **error)
{
	struct watcher t = { .w = w, .signals = -1, .events = { .fd = -1 } };
	bool ok = begin(&t, error);

	t.incidents = incidents_new();
	t.before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_free);
	t.recent = g_ptr_array_new_with_free_func(event_free);
	if (ok) {
		block_signals(&t);
		run(&t);
		close(t.signals);
	}
	events_end(&t.events);
	picture_done(&t.picture);
	incidents_free(t.incidents);
	store_free(t.store);
	g_hash_table_unref(t.before);
	g_ptr_array_unref(t.recent);
	g_clear_pointer(&t.rules, g_ptr_array_unref);
	g_free(t.said);
	return ok;
}
