// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * picture - the host between two samples: its domains, their XML, processes, control groups
 *
 * No logs: the host keeps those itself. No guest is asked.
 */
#include "watch/watch.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "clean/clean.h"
#include "diagnose/diagnose.h"
#include "diagnose/gather.h"
#include "diagnose/request.h"
#include "facts/domains.h"
#include "facts/facts.h"
#include "source/source.h"

/** All but what the host keeps anyhow, and what changes with each look. */
struct without_logs {
	struct source source;
	struct source *below;
};

static void ask(struct source *src, const struct query *q, struct answer *ret)
{
	static const char *const kept[] = { "/var/log/", "/vmdoctor/audit", "/vmdoctor/libvirt/guest/", "/vmdoctor/open/" };

	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		if (g_str_has_prefix(q->path, kept[i])) {
			ret->error = -ENODATA;
			return;
		}
	source_ask(((struct without_logs *)src)->below, q, ret);
}

static void free_it(struct source *src)
{
	source_free(((struct without_logs *)src)->below);
	g_free(src);
}

static struct source *without_logs_new(struct source *below)
{
	static const struct source_ops ops = { .ask = ask, .free = free_it };
	struct without_logs *w = g_new0(struct without_logs, 1);

	*w = (struct without_logs){ { &ops }, below };
	return &w->source;
}

static bool has_libvirt(struct source *record)
{
	auto_free(facts) xmlDoc *scratch = facts_new();

	return facts_is(facts_json(facts_host(scratch), "connection", record, "/vmdoctor/libvirt/connection.json"), "ok", "yes");
}

bool picture_take(struct picture *p, const struct request *rq)
{
	struct source *live = source_live_new(rq->connect, false, NULL);
	struct picture new = { .live = source_clean_new(live, NULL) };
	g_auto(GStrv) all = NULL, chosen = NULL;

	new.record = record_new(without_logs_new(source_borrow(new.live)));
	if (!has_libvirt(new.record) || domains_list(new.record, &all) < 0 || !(chosen = diagnose_domains(rq, new.record, all, NULL))) {
		picture_done(&new);
		return false;
	}
	new.facts = gather_facts(new.record, chosen, NULL);
	new.paths = g_ptr_array_new_with_free_func(g_free);
	gather_plan(new.record, new.facts, new.paths);
	g_ptr_array_insert(new.paths, 0, g_strdup("/vmdoctor/monotonic"));
	record_seal(new.record);
	source_live_rest(live);
	picture_done(p);
	*p = new;
	malloc_trim(0); /* taking it needs several times what it is */
	return true;
}

void picture_done(struct picture *p)
{
	facts_free(p->facts);
	source_free(p->record);
	source_free(p->live);
	if (p->paths)
		g_ptr_array_unref(p->paths);
	*p = (struct picture){ 0 };
}
