// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * upgrade - the tables of rules/upgrade/, and what a target's name means.
 */
#include "rules/upgrade_target.h"

#include <string.h>

#include "base/data_dir.h"
#include "base/i18n.h"
#include "formats/near.h"
#include "formats/parse.h"
#include "rules/rules.h"

static void table_add(struct upgrade_table *t, const char *line)
{
	g_auto(GStrv) cells = g_strsplit(line, "\t", 0);
	GStrv row = g_new0(char *, g_strv_length(t->columns) + 1);

	for (guint i = 0; i < g_strv_length(t->columns); i++)
		row[i] = g_strdup(i < g_strv_length(cells) ? cells[i] : "");
	g_ptr_array_add(t->rows, row);
}

static struct upgrade_table *table_read(const char *name)
{
	g_autofree char *dir = data_dir(), *path = g_strdup_printf("%s/upgrade/%s.tsv", dir, name);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	struct upgrade_table *t;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 0);
	t = g_new0(struct upgrade_table, 1);
	t->columns = g_strsplit(g_str_has_prefix(lines[0], "# ") ? lines[0] + 2 : lines[0], "\t", 0);
	t->rows = g_ptr_array_new();
	for (size_t i = 1; lines[i]; i++)
		if (*lines[i] && *lines[i] != '#')
			table_add(t, lines[i]);
	return t;
}

const struct upgrade_table *upgrade_table(const char *name)
{
	static GHashTable *tables; /* once a run */
	struct upgrade_table *t;

	if (!tables)
		tables = g_hash_table_new(g_str_hash, g_str_equal);
	t = g_hash_table_lookup(tables, name);
	if (!t && (t = table_read(name)))
		g_hash_table_insert(tables, g_strdup(name), t);
	return t;
}

const char *upgrade_cell(const struct upgrade_table *t, const GStrv row, const char *column)
{
	for (size_t i = 0; row && t->columns[i]; i++)
		if (strcmp(t->columns[i], column) == 0)
			return row[i];
	return "";
}

static bool has_word(const char *words, const char *word)
{
	g_auto(GStrv) all = g_strsplit(words, " ", 0);

	return g_strv_contains((const char *const *)all, word);
}

GStrv upgrade_find(const struct upgrade_table *t, const char *column, const char *value)
{
	for (guint i = 0; t && value && *value && i < t->rows->len; i++)
		if (has_word(upgrade_cell(t, t->rows->pdata[i], column), value))
			return t->rows->pdata[i];
	return NULL;
}

static char *or_null(const char *text)
{
	return *text ? g_strdup(text) : NULL;
}

char *upgrade_names(const char *separator)
{
	const struct upgrade_table *t = upgrade_table("releases");
	GString *all = g_string_new(NULL);

	for (guint i = 0; t && i < t->rows->len; i++) {
		g_auto(GStrv) names = g_strsplit(upgrade_cell(t, t->rows->pdata[i], "names"), " ", 0);

		for (size_t n = 0; names[n]; n++)
			g_string_append_printf(all, "%s%s", all->len > 0 ? separator : "", names[n]);
	}
	return g_string_free(all, FALSE);
}

static void set_unknown(const char *text, GError **error)
{
	g_autofree char *all = upgrade_names(" ");
	g_auto(GStrv) names = g_strsplit(all, " ", 0);
	g_autofree char *near = near_hint((const char *const *)names, text, _("; '--to list' shows them"));

	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--to %s: %s%s", text,
		    _("not a known target (qemu-9.2, libvirt-10.4, debian13, ubuntu24.04, rhel9.4, "
		      "fedora42, a capabilities XML file)"), near);
}

/* "13" of "debian13 trixie": the first name's digits. */
static char *version_of(const char *names)
{
	const char *digits = strpbrk(names, "0123456789");

	return digits ? g_strndup(digits, strspn(digits, "0123456789.")) : NULL;
}

static bool is_version(const char *text)
{
	return *text && strspn(text, "0123456789.") == strlen(text);
}

/* "qemu-9.2" after "qemu-" */
static bool takes_version(const char *word, const char *prefix, char **version)
{
	g_auto(GStrv) parts = g_strsplit(word, prefix, 2); /* of "": nothing at all */

	if (!parts[0] || *parts[0] || !parts[1] || !is_version(parts[1]))
		return false;
	g_free(*version);
	*version = g_strdup(parts[1]);
	return true;
}

static bool parse_one(const char *word, struct upgrade_target *t, GError **error)
{
	const struct upgrade_table *releases = upgrade_table("releases");

	if (takes_version(word, "qemu-", &t->qemu) || takes_version(word, "libvirt-", &t->libvirt))
		return true;
	t->release = upgrade_find(releases, "names", word);
	if (!t->release) {
		set_unknown(word, error);
		return false;
	}
	if (!t->qemu)
		t->qemu = or_null(upgrade_cell(releases, t->release, "qemu"));
	if (!t->libvirt)
		t->libvirt = or_null(upgrade_cell(releases, t->release, "libvirt"));
	t->version = version_of(upgrade_cell(releases, t->release, "names"));
	return true;
}

bool upgrade_target_parse(const char *text, struct upgrade_target *ret, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ",", 0);
	struct upgrade_target t = { 0 };

	if (!upgrade_table("releases")) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			    _("rules/upgrade/releases.tsv cannot be read"));
		return false;
	}
	if (!words[0])
		return parse_one("", &t, error);
	for (size_t i = 0; words[i]; i++)
		if (!parse_one(g_strstrip(words[i]), &t, error)) {
			upgrade_target_done(&t);
			return false;
		}
	*ret = t;
	return true;
}

void upgrade_target_done(struct upgrade_target *t)
{
	g_free(t->qemu);
	g_free(t->libvirt);
	g_free(t->version);
	*t = (struct upgrade_target){ 0 };
}

const char *upgrade_minimum_qemu(const char *libvirt)
{
	const struct upgrade_table *t = upgrade_table("minimum-qemu");
	const char *least = NULL;

	for (guint i = 0; t && libvirt && i < t->rows->len; i++)
		if (parse_version_compare(libvirt, upgrade_cell(t, t->rows->pdata[i], "libvirt")) >= 0)
			least = upgrade_cell(t, t->rows->pdata[i], "qemu");
	return least;
}
