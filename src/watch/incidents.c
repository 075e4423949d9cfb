// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * incidents - findings of one interval after the other become what happened: from when to when, and how often
 *
 * The journal gets each when it begins, with a MESSAGE_ID of its own: journalctl MESSAGE_ID=… finds them all.
 * Source: sd_journal_send(3), systemd.journal-fields(7)
 */
#include "watch/watch.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include "diagnose/request.h"
#include "findings/report.h"
#include "store/store.h"

/* Made once at random; it never changes: others look for it. */
#define INCIDENT_ID "5b7c0f6e3d2a4e0f9a41d8c7e6b2f013"
#define EVENTS "/vmdoctor/events.json"
#define SAME_US (3600 * INT64_C(1000000)) /* after which the same thing is something new */
#define SLACK_US (3 * INT64_C(1000000))

struct incident {
	int64_t id, begin_us, end_us, count;
};

struct incidents {
	GHashTable *by_key; /* key of the finding -> struct incident */
};

struct incidents *incidents_new(void)
{
	struct incidents *all = g_new0(struct incidents, 1);

	all->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return all;
}

void incidents_free(struct incidents *all)
{
	g_hash_table_unref(all->by_key);
	g_free(all);
}

static void tell_journal(const struct store_incident *i)
{
	sd_journal_send("MESSAGE=%s%s%s", i->domain ? i->domain : "", i->domain ? ": " : "", i->title, "MESSAGE_ID=" INCIDENT_ID, "PRIORITY=%d",
			strcmp(i->severity, severity_names[SEVERITY_CRITICAL]) == 0 ? LOG_CRIT :
			strcmp(i->severity, severity_names[SEVERITY_ERROR]) == 0    ? LOG_ERR :
										      LOG_WARNING,
			"VMDOCTOR_RULE=%s", i->rule, "VMDOCTOR_CAUSE=%s", i->cause, "VMDOCTOR_SUBJECT=%s", i->subject, "VMDOCTOR_DOMAIN=%s",
			i->domain ? i->domain : "", "VMDOCTOR_MESSAGE=%s", i->message, NULL);
}

static const struct finding *find(const struct report *r, const char *key)
{
	for (guint i = 0; key && i < r->findings->len; i++)
		if (strcmp(((const struct finding *)r->findings->pdata[i])->key, key) == 0)
			return r->findings->pdata[i];
	return NULL;
}

/* What follows from something that is said itself is not said again. */
static bool is_wanted(const struct report *r, const struct finding *f)
{
	const struct finding *root = find(r, f->explained_by);

	return f->severity >= SEVERITY_WARNING && (!root || root->severity < SEVERITY_WARNING);
}

/* Of an event it is known when it was; of what was measured, in which interval. */
static int64_t begin_of(const struct judged *j, const struct finding *f)
{
	unsigned int line;

	for (guint i = 0; i < f->evidence->len; i++) {
		const struct evidence *e = f->evidence->pdata[i];

		if (g_strcmp0(e->source, EVENTS) == 0 && e->locator && sscanf(e->locator, "line %u", &line) == 1 && line > 0 &&
		    line <= j->events->len)
			return g_array_index(j->events, int64_t, line - 1);
	}
	return 0;
}

/* Return: is it new, or has it come again? */
static bool go_on(struct incident *i, int64_t begin_us, int64_t end_us, int64_t interval_us)
{
	bool is_again = i->count > 0 && begin_us > i->end_us + interval_us / 2 + SLACK_US;
	bool is_new = i->count == 0 || begin_us > i->end_us + SAME_US || end_us < i->begin_us;

	if (is_new)
		*i = (struct incident){ .begin_us = begin_us };
	i->count += is_new || is_again;
	i->end_us = MAX(i->end_us, end_us);
	return is_new || is_again;
}

static bool take(struct incidents *all, const struct watch_request *w, struct store *s, const struct judged *j, const struct finding *f, GError **error)
{
	struct incident *known = g_hash_table_lookup(all->by_key, f->key), next = known ? *known : (struct incident){ 0 };
	int64_t event_us = begin_of(j, f), begin_us = event_us ? event_us : j->from_us, end_us = event_us ? event_us : j->to_us;
	bool is_news = go_on(&next, begin_us, end_us, w->interval_s * INT64_C(1000000));
	const struct store_incident i = { next.id, next.begin_us, next.end_us, next.count, j->round, f->rule, f->cause,
					  severity_names[f->severity], f->domain, f->subject, f->title, f->message };

	if (known && next.end_us == known->end_us && next.count == known->count)
		return true; /* an event that was seen before */
	next.id = store_incident(s, &i, error);
	if (next.id == 0)
		return false;
	g_hash_table_replace(all->by_key, g_strdup(f->key), g_memdup2(&next, sizeof(next)));
	if (is_news) {
		tell_journal(&i);
		w->say(w->data, &i);
	}
	return true;
}

bool incidents_take(struct incidents *all, const struct watch_request *w, struct store *s, const struct judged *j, GError **error)
{
	for (guint i = 0; i < j->report->findings->len; i++) {
		const struct finding *f = j->report->findings->pdata[i];

		if (is_wanted(j->report, f) && !take(all, w, s, j, f, error))
			return false;
	}
	return true;
}
