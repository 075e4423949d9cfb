// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_facts_side - a diagnosis as findings and properties.
 */
#include "commands/diff/diff.h"

#include <string.h>

#include "facts/facts.h"
#include "findings/report.h"
#include "source/source.h"
#include "base/xml.h"

#define LOG_LINES_MAX 20000

static void add_findings(struct diff_side *s, const struct report *r)
{
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];
		struct diff_finding *copy = g_new0(struct diff_finding, 1);

		*copy = (struct diff_finding){ g_strdup(f->key),     g_strdup(f->rule),
					       g_strdup(severity_names[f->severity]),
					       g_strdup(f->domain),  g_strdup(f->subject),
					       g_strdup(f->title),   g_strdup(f->message),
					       g_strdup(f->title_local), g_strdup(f->message_local) };
		diff_side_add_finding(s, copy);
	}
}

/* Figures under the row's kind and what names it: "vcpu 0 run-percent". */
static void add_figures(struct diff_side *s, const char *domain, const GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct sample_row *row = rows->pdata[i];
		const struct sample_value *who = row->values->len ? row->values->pdata[0] : NULL;

		for (guint n = 1; n < row->values->len; n++) {
			const struct sample_value *v = row->values->pdata[n];
			g_autofree char *name = g_strdup_printf("%s %s %s", row->kind, who->text, v->name);

			diff_side_add(s, DIFF_FIGURE, domain, name, v->text);
		}
	}
}

static void add_names(struct diff_side *s, const GPtrArray *domains)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *all = NULL;

	for (guint i = 0; i < domains->len; i++)
		g_ptr_array_add(names, ((struct report_domain *)domains->pdata[i])->name);
	g_ptr_array_add(names, NULL);
	all = g_strjoinv(", ", (char **)names->pdata);
	diff_side_add(s, DIFF_HOST, NULL, "domains", all);
}

static void add_report(struct diff_side *s, const struct report *r)
{
	s->taken = g_strdup(r->taken);
	add_findings(s, r);
	diff_side_add(s, DIFF_HOST, NULL, "libvirt", r->host.libvirt);
	diff_side_add(s, DIFF_HOST, NULL, "QEMU", r->host.qemu);
	diff_side_add(s, DIFF_HOST, NULL, "kernel", r->host.kernel);
	diff_side_add(s, DIFF_HOST, NULL, "operating system", r->host.os);
	add_figures(s, NULL, r->sample);
	add_names(s, r->domains);
	for (guint i = 0; i < r->domains->len; i++) {
		const struct report_domain *d = r->domains->pdata[i];

		diff_side_add(s, DIFF_DOMAIN, d->name, "uuid", d->uuid);
		diff_side_add(s, DIFF_DOMAIN, d->name, "state", d->state);
		diff_side_add(s, DIFF_DOMAIN, d->name, "machine type", d->machine);
		diff_side_add(s, DIFF_GUEST, d->name, "system", d->os);
		add_figures(s, d->name, d->sample);
	}
}

/* An attribute of a fact, under a name of its own. */
static void add_fact(struct diff_side *s, enum diff_area area, const char *domain, const xmlNode *node,
		     const char *attribute, const char *name)
{
	diff_side_add(s, area, domain, name, node ? facts_get(node, attribute) : NULL);
}

static void add_settings(struct diff_side *s, const xmlNode *host)
{
	for (const xmlNode *c = xml_child(host, "config"); c; c = xml_next(c, "config"))
		for (const xmlNode *n = xml_child(c, "setting"); n; n = xml_next(n, "setting")) {
			g_autofree char *name = g_strdup_printf("%s %s", facts_get(c, "from"),
								facts_get(n, "name"));

			diff_side_add(s, DIFF_HOST, NULL, name, facts_get(n, "value"));
		}
	for (const xmlNode *n = xml_child(xml_child(host, "net"), "sysctl"); n; n = xml_next(n, "sysctl"))
		if (!strstr(facts_get(n, "name"), "conntrack_count")) {
			g_autofree char *name = g_strdup_printf("sysctl net/%s", facts_get(n, "name"));

			diff_side_add(s, DIFF_HOST, NULL, name, facts_get(n, "value"));
		}
}

static void add_host(struct diff_side *s, const xmlNode *host)
{
	const xmlNode *cpu = facts_find(host, "capabilities/host/cpu");
	g_autofree char *model = cpu ? xml_text(xml_child(cpu, "model")) : NULL;

	diff_side_add(s, DIFF_HOST, NULL, "CPU model", model && *model ? model : NULL);
	add_fact(s, DIFF_HOST, NULL, xml_child(cpu, "microcode"), "version", "CPU microcode");
	add_fact(s, DIFF_HOST, NULL, xml_child(host, "cpus"), "online", "CPUs online");
	add_fact(s, DIFF_HOST, NULL, xml_child(host, "memory"), "total-kib", "memory, KiB");
	add_fact(s, DIFF_HOST, NULL, xml_child(host, "selinux"), "mode", "SELinux");
	for (const xmlNode *n = xml_child(host, "network"); n; n = xml_next(n, "network")) {
		g_autofree char *name = g_strdup_printf("network %s active", facts_get(n, "name"));

		diff_side_add(s, DIFF_HOST, NULL, name, facts_get(n, "active"));
	}
	add_settings(s, host);
}

static void add_vm(struct diff_side *s, const xmlNode *vm)
{
	const char *domain = facts_get(vm, "name");
	const xmlNode *inactive = facts_find(vm, "inactive/domain"), *guest = xml_child(vm, "guest");
	const xmlNode *xml = inactive ? inactive : xml_child(vm, "domain");

	if (xml && !facts_get(xml, "error"))
		diff_add_domain(s, domain, xml);
	add_fact(s, DIFF_GUEST, domain, guest, "os-kernel-release", "kernel");
	add_fact(s, DIFF_GUEST, domain, guest, "hostname", "hostname");
	add_fact(s, DIFF_GUEST, domain, xml_child(vm, "guest-os"), "id", "system id");
	for (const xmlNode *n = xml_child(vm, "image"); n; n = xml_next(n, "image")) {
		g_autofree char *name = g_strdup_printf("image of %s, level %s", facts_get(n, "disk"),
							facts_get(n, "depth"));

		diff_side_add(s, DIFF_DEVICE, domain, name, facts_get(n, "path"));
	}
}

/* What the diagnosis read of the kernel's log; each kind of line once. */
static void add_log(struct diff_side *s, struct source *record, const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (source_read(record, path, &text, NULL) < 0)
		return;
	lines = g_strsplit(text, "\n", 0);
	for (guint i = 0; i < MIN(g_strv_length(lines), LOG_LINES_MAX); i++) {
		g_autofree char *line = diff_log_line(lines[i]);

		if (line)
			diff_side_add(s, DIFF_LOG, NULL, line, "");
	}
}

struct diff_side *diff_side_of_facts(const char *name, xmlDoc *facts, const struct report *r,
				     struct source *record)
{
	static const char *const logs[] = { "/var/log/kern.log", "/var/log/messages", "/var/log/syslog",
					    "/var/log/journal.txt" };
	struct diff_side *s = diff_side_new(name);

	add_report(s, r);
	add_host(s, facts_host(facts));
	for (const xmlNode *vm = xml_child(xmlDocGetRootElement(facts), "vm"); vm; vm = xml_next(vm, "vm"))
		add_vm(s, vm);
	for (size_t i = 0; i < G_N_ELEMENTS(logs); i++)
		add_log(s, record, logs[i]);
	return s;
}
