// SPDX-License-Identifier: GPL-2.0-or-later
/* traced - see traced.h. The trace is a recording with that one file in it. */
#include "diagnose/traced.h"

#include "diagnose/diagnose.h"
#include "diagnose/gather.h"
#include "facts/facts.h"
#include "rules/rules.h"
#include "source/source.h"

/* Of all other rules what they need is not there. */
static void keep_those_of_traces(GPtrArray *rules)
{
	for (guint i = 0; i < rules->len;) {
		const struct rule *r = rules->pdata[i];

		if (r->where && g_str_has_prefix(r->where, "/facts/vm/trace"))
			i++;
		else
			g_ptr_array_remove_index(rules, i);
	}
}

struct report *diagnose_traced(const struct request *rq, const char *json, const GStrv domains, GError **error)
{
	g_autoptr(GPtrArray) rules = diagnose_rules(rq, error);
	auto_free(source) struct source *record = rules ? record_new(NULL) : NULL;
	auto_free(facts) xmlDoc *facts = NULL;

	if (!rules)
		return NULL;
	keep_those_of_traces(rules);
	record_put_text(record, "/vmdoctor/trace.json", json);
	facts = gather_facts(record, domains, NULL);
	return diagnose_report(rq, facts, rules, error);
}
