// SPDX-License-Identifier: GPL-2.0-or-later
/* text_head - whose report this is: program, host, options; its domains */
#include "report/text/text.h"
#include "report/text_words.h"

#include "findings/report.h"
#include "base/i18n.h"
#include "report/pen.h"
#include "report/writer.h"

enum { DOMAINS_LISTED = 10 }; /* more are counted by state */
enum { NAME_COLUMNS = 32 };   /* a longer name does not push the others' columns away */

static void write_program(const struct report *r, struct pen *p)
{
	g_autofree char *time = r->taken ? text_time(r->taken) : NULL;

	pen_ink(p, INK_BOLD);
	pen_printf(p, "vmdoctor %s%s", r->version ? r->version : "", r->host.name ? ":" : "");
	pen_words(p, r->host.name);
	pen_ink(p, INK_PLAIN);
	if (time)
		pen_printf(p, _("at %s"), time);
	pen_line(p, 0);
}

static void append_part(GString *s, const char *label, const char *value)
{
	if (value)
		g_string_append_printf(s, "%s%s%s", s->len > 0 ? ", " : "", label, value);
}

static void write_versions(const struct report *r, struct pen *p)
{
	g_autoptr(GString) s = g_string_new(NULL);

	append_part(s, "libvirt ", r->host.libvirt);
	append_part(s, "QEMU ", r->host.qemu);
	append_part(s, _("kernel "), r->host.kernel);
	append_part(s, "", r->host.os);
	pen_words(p, s->str);
	pen_line(p, 0);
}

/* A user's session has other domains than the system: who looks for those must not read "no problem". */
static void write_connection(const struct report *r, struct pen *p)
{
	const char *uri = r->host.connection;

	if (!uri || !g_str_has_suffix(uri, "/session"))
		return;
	pen_printf(p, "%s: only this user's domains;", uri);
	pen_unit(p, "'vmdoctor -c qemu:///system'");
	pen_words(p, "looks at the system's");
	pen_line(p, 0);
}

static void write_options(const struct report *r, struct pen *p)
{
	if (r->options->len == 0)
		return;
	pen_words(p, _("options:"));
	for (guint i = 0; i < r->options->len; i++) {
		pen_words(p, r->options->pdata[i]);
		pen_attach(p, i + 1 < r->options->len ? "," : "");
	}
	pen_line(p, 0);
}

enum { COMMANDS_LISTED = 4, COMMAND_COLUMNS = 40 };

/* What of a pasted text counts as read, and what nobody could make anything of. */
static void write_pasted(const struct report *r, struct pen *p)
{
	const struct report_paste *paste = r->pasted;
	g_autoptr(GString) s = g_string_new(NULL);

	if (!paste)
		return;
	for (guint i = 0; i < paste->kinds->len; i++)
		append_part(s, "", paste->kinds->pdata[i]);
	if (paste->messages > 0) {
		g_autofree char *lines = g_strdup_printf(ngettext("%u line as a message", "%u lines as messages", paste->messages),
							 paste->messages);

		append_part(s, "", lines);
	}
	pen_words(p, _("pasted:"));
	pen_words(p, s->str);
	for (guint i = 0; i < MIN(paste->unknown->len, COMMANDS_LISTED); i++) {
		g_autofree char *command = g_utf8_substring(paste->unknown->pdata[i], 0,
							    MIN(COMMAND_COLUMNS, g_utf8_strlen(paste->unknown->pdata[i], -1)));

		pen_attach(p, i == 0 ? ";" : ",");
		if (i == 0)
			pen_words(p, _("not recognised:"));
		pen_words(p, command);
	}
	pen_line(p, 0);
}

static void write_domain(const struct report_domain *d, unsigned int at[2], struct pen *p)
{
	g_autofree char *state = text_state(d);
	g_autoptr(GString) system = g_string_new(NULL);

	append_part(system, "", d->machine);
	append_part(system, "", d->os);
	pen_line(p, 2);
	pen_ink(p, INK_BOLD);
	pen_words(p, d->name);
	pen_ink(p, INK_PLAIN);
	pen_tab(p, at[0]);
	pen_words(p, state);
	if (system->len == 0)
		return;
	pen_tab(p, at[1]);
	pen_words(p, system->str);
}

static void write_domains(const struct report *r, struct pen *p)
{
	unsigned int name = 0, state = 0;

	for (guint i = 0; i < r->domains->len; i++) {
		const struct report_domain *d = r->domains->pdata[i];
		g_autofree char *text = text_state(d);

		name = MAX(name, pen_columns(d->name));
		state = MAX(state, pen_columns(text));
	}
	name = MIN(name, NAME_COLUMNS) + 4;
	state = name + MIN(state, NAME_COLUMNS) + 2;
	for (guint i = 0; i < r->domains->len; i++)
		write_domain(r->domains->pdata[i], (unsigned int[]){ name, state }, p);
	pen_line(p, 0);
}

/* "24 domains: 3 paused, 21 running" */
static void write_domain_counts(const struct report *r, struct pen *p)
{
	g_autoptr(GTree) states = g_tree_new((GCompareFunc)g_strcmp0);
	g_autoptr(GString) s = g_string_new(NULL);

	for (guint i = 0; i < r->domains->len; i++) {
		const char *state = text_state_name(r->domains->pdata[i]);
		guint n = GPOINTER_TO_UINT(g_tree_lookup(states, state));

		g_tree_insert(states, (char *)state, GUINT_TO_POINTER(n + 1));
	}
	for (GTreeNode *n = g_tree_node_first(states); n; n = g_tree_node_next(n))
		g_string_append_printf(s, "%s%u %s", s->len > 0 ? ", " : "",
				       GPOINTER_TO_UINT(g_tree_node_value(n)),
				       (const char *)g_tree_node_key(n));
	pen_printf(p, _("%u domains: %s"), r->domains->len, s->str);
	pen_line(p, 0);
}

void text_head(const struct report *r, struct pen *p)
{
	write_program(r, p);
	write_versions(r, p);
	write_connection(r, p);
	write_options(r, p);
	write_pasted(r, p);
}

void text_domains(const struct report *r, const struct style *style, struct pen *p)
{
	if (r->domains->len > 0)
		pen_blank(p);
	if (r->domains->len > DOMAINS_LISTED && !style->verbose)
		write_domain_counts(r, p);
	else if (r->domains->len > 0)
		write_domains(r, p);
}
