// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_json_side - a JSON report as findings and properties.
 */
#include "commands/diff/diff.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json_read.h"

static void add_finding(struct diff_side *s, JsonObject *o)
{
	struct diff_finding *f;

	if (!json_read_text(o, "key"))
		return;
	f = g_new0(struct diff_finding, 1);
	*f = (struct diff_finding){ g_strdup(json_read_text(o, "key")),      g_strdup(json_read_text(o, "rule")),
				    g_strdup(json_read_text(o, "severity")), g_strdup(json_read_text(o, "domain")),
				    g_strdup(json_read_text(o, "subject")),  g_strdup(json_read_text(o, "title")),
				    g_strdup(json_read_text(o, "message")), NULL, NULL };
	diff_side_add_finding(s, f);
}

static void add_domain(struct diff_side *s, JsonObject *o)
{
	const char *name = json_read_text(o, "name");

	if (!name)
		return;
	diff_side_add(s, DIFF_DOMAIN, name, "uuid", json_read_text(o, "uuid"));
	diff_side_add(s, DIFF_DOMAIN, name, "state", json_read_text(o, "state"));
	diff_side_add(s, DIFF_DOMAIN, name, "machine type", json_read_text(o, "machine"));
	diff_side_add(s, DIFF_GUEST, name, "system", json_read_text(o, "os"));
}

static void add_names(struct diff_side *s, JsonArray *domains)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (guint i = 0; i < json_read_length(domains); i++) {
		const char *name = json_read_text(json_read_item(domains, i), "name");

		if (name)
			g_string_append_printf(all, "%s%s", all->len ? ", " : "", name);
	}
	diff_side_add(s, DIFF_HOST, NULL, "domains", all->str);
}

static void add_host(struct diff_side *s, JsonObject *root)
{
	JsonObject *host = json_read_object(root, "host");

	diff_side_add(s, DIFF_HOST, NULL, "libvirt", json_read_text(host, "libvirt"));
	diff_side_add(s, DIFF_HOST, NULL, "QEMU", json_read_text(host, "qemu"));
	diff_side_add(s, DIFF_HOST, NULL, "kernel", json_read_text(host, "kernel"));
	diff_side_add(s, DIFF_HOST, NULL, "operating system", json_read_text(host, "os"));
}

struct diff_side *diff_side_of_json(const char *name, const char *text, gsize size, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	struct diff_side *s;
	JsonObject *root;
	JsonArray *a;

	if (!json_read_load(parser, text, (gssize)size, error))
		return NULL;
	root = json_read_root(parser);
	if (g_strcmp0(json_read_text(root, "schema"), "vmdoctor.report/1") != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _("%s: not a vmdoctor JSON report"), name);
		return NULL;
	}
	s = diff_side_new(name);
	s->is_summary = true;
	s->taken = g_strdup(json_read_text(root, "taken"));
	add_host(s, root);
	a = json_read_array(root, "findings");
	for (guint i = 0; i < json_read_length(a); i++)
		add_finding(s, json_read_item(a, i));
	a = json_read_array(root, "domains");
	add_names(s, a);
	for (guint i = 0; i < json_read_length(a); i++)
		add_domain(s, json_read_item(a, i));
	return s;
}
