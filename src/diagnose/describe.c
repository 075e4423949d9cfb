// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe - the head of a report, out of the facts.
 */
#include "diagnose/describe.h"

#include <string.h>

#include "base/xml.h"
#include "diagnose/probe_hops.h"
#include "diagnose/request.h"
#include "diagnose/sample_rows.h"
#include "facts/facts.h"
#include "findings/report.h"
#include "rules/rules.h"

#define DOMAINS_WHOLE 3

static char *copy(const xmlNode *node, const char *name)
{
	return g_strdup(facts_get(node, name));
}

static void describe_host(struct report *r, const xmlNode *host)
{
	const xmlNode *clock = xml_child(host, "clock");
	const char *seconds = facts_get(clock, "seconds");
	g_autoptr(GDateTime) taken =
		seconds ? g_date_time_new_from_unix_utc(g_ascii_strtoll(seconds, NULL, 10)) : NULL;
	const xmlNode *version = xml_child(host, "version"), *system = xml_child(host, "system");

	r->version = g_strdup(VERSION);
	r->taken = taken ? g_date_time_format(taken, "%Y-%m-%dT%H:%M:%SZ") : NULL;
	r->host.name = copy(facts_get(version, "hostname") ? version : system, "hostname");
	r->host.libvirt = copy(version, "libvirt");
	if (g_strcmp0(facts_get(version, "type"), "QEMU") == 0)
		r->host.qemu = copy(version, "hypervisor");
	r->host.kernel = copy(system, "kernel");
	r->host.os = copy(xml_child(host, "os-release"), "pretty-name");
	r->host.connection = copy(xml_child(host, "connection"), "uri");
	r->host.unprivileged = facts_get(system, "uid") && strcmp(facts_get(system, "uid"), "0") != 0;
}

static void describe_paths(struct report_domain *d, const xmlNode *vm)
{
	for (const xmlNode *nic = xml_child(vm, "nic"); nic; nic = xml_next(nic, "nic")) {
		GPtrArray *hops = probe_hops(nic);
		struct report_path *p;

		if (!hops)
			continue;
		p = g_new0(struct report_path, 1);
		*p = (struct report_path){ copy(nic, "mac"), hops };
		g_ptr_array_add(d->paths, p);
	}
}

/* As libvirt has it: without what facts say of where it came from. */
static char *xml_of(const xmlNode *domain)
{
	xmlNode *plain = domain && !facts_get(domain, "error") ? xmlCopyNode((xmlNode *)domain, 1) : NULL;
	xmlBuffer *buffer = plain ? xmlBufferCreate() : NULL;
	char *text;

	if (!plain)
		return NULL;
	xmlUnsetProp(plain, BAD_CAST "from");
	xmlNodeDump(buffer, NULL, plain, 0, 1);
	text = g_strdup((const char *)xmlBufferContent(buffer));
	xmlBufferFree(buffer);
	xmlFreeNode(plain);
	return text;
}

static char *command_of(const xmlNode *log)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (const xmlNode *n = xml_child(log, "command"); n; n = xml_next(n, "command")) {
		g_autofree char *line = xml_text(n);

		g_string_append_printf(text, "%s\n", line);
	}
	return text->len > 0 ? g_strdup(text->str) : NULL;
}

/* What a maintainer asks for next. Of more domains nobody reads it all, and of thousands it would be all memory. */
static void describe_whole(struct report_domain *d, const xmlNode *vm)
{
	d->xml = xml_of(xml_child(vm, "domain"));
	d->command = command_of(xml_child(vm, "qemu-log"));
}

static void describe_domain(struct report *r, const xmlNode *vm, bool is_whole)
{
	struct report_domain *d = report_domain_new();
	const xmlNode *info = xml_child(vm, "info");
	const char *id = facts_get(info, "id");

	d->name = copy(vm, "name");
	d->uuid = copy(vm, "uuid");
	d->state = copy(vm, "state");
	d->reason = copy(info, "reason");
	d->machine = copy(facts_find(vm, "domain/os/type"), "machine");
	d->os = copy(xml_child(vm, "guest-os"), "name");
	if (is_whole)
		describe_whole(d, vm);
	d->id = id ? (int)g_ascii_strtoll(id, NULL, 10) : -1;
	describe_paths(d, vm);
	sample_rows_add(d->sample, vm);
	g_ptr_array_add(r->domains, d);
}

static void describe_options(struct report *r, const struct request *rq)
{
	if (rq->symptom)
		g_ptr_array_add(r->options, g_strdup_printf("symptom=%s", rq->symptom));
	for (size_t i = 0; rq->set && rq->set[i]; i++)
		g_ptr_array_add(r->options, g_strdup_printf("set=%s", rq->set[i]));
	for (size_t i = 0; rq->ignore && rq->ignore[i]; i++)
		g_ptr_array_add(r->options, g_strdup_printf("ignore=%s", rq->ignore[i]));
	if (rq->no_guest)
		g_ptr_array_add(r->options, g_strdup("no-guest=yes"));
}

static void describe_paste(struct report *r, const xmlNode *host)
{
	const xmlNode *text = xml_child(host, "pasted-text");

	if (!xml_child(host, "pasted") && !xml_child(host, "pasted-unknown"))
		return;
	r->pasted = report_paste_new();
	r->pasted->messages = facts_number(text, "messages");
	for (const xmlNode *n = xml_child(host, "pasted"); n; n = xml_next(n, "pasted"))
		if (!g_ptr_array_find_with_equal_func(r->pasted->kinds, facts_get(n, "kind"), g_str_equal, NULL))
			g_ptr_array_add(r->pasted->kinds, copy(n, "kind"));
	for (const xmlNode *n = xml_child(host, "pasted-unknown"); n; n = xml_next(n, "pasted-unknown"))
		if (!g_ptr_array_find_with_equal_func(r->pasted->unknown, facts_get(n, "command"), g_str_equal, NULL))
			g_ptr_array_add(r->pasted->unknown, copy(n, "command"));
}

/* Pictures of what was measured show where these begin to count. */
static void describe_limits(struct report *r, GPtrArray *rules)
{
	for (guint i = 0; i < rules->len; i++) {
		const struct rule *rule = rules->pdata[i];

		for (guint p = 0; p < rule->params->len; p++) {
			const struct param *param = rule->params->pdata[p];

			for (size_t m = 0; param->charts[m]; m++)
				report_add_limit(r, param->charts[m], g_ascii_strtod(param->value, NULL));
		}
	}
}

void describe(struct report *r, const struct request *rq, xmlDoc *facts, GPtrArray *rules)
{
	xmlNode *first = xml_child(xmlDocGetRootElement(facts), "vm");
	unsigned int vms = 0;

	for (xmlNode *vm = first; vm; vm = xml_next(vm, "vm"))
		vms++;
	describe_host(r, facts_host(facts));
	sample_rows_add(r->sample, facts_host(facts));
	r->target = copy(xml_child(facts_host(facts), "target"), "title");
	describe_options(r, rq);
	describe_paste(r, facts_host(facts));
	describe_limits(r, rules);
	for (xmlNode *vm = first; vm; vm = xml_next(vm, "vm"))
		describe_domain(r, vm, vms <= DOMAINS_WHOLE);
}
