// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domains - which domains there are, by libvirt's answers or, without them, by its files and logs.
 */
#include "facts/domains.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/order.h"
#include "base/xml.h"
#include "facts/facts.h"
#include "formats/near.h"
#include "source/source.h"

#define LIVE_DOMAINS "/vmdoctor/libvirt/domains"
#define QEMU_LOGS "/var/log/libvirt/qemu"

/* A tree may hold a domain's log only: NAME.log. */
static void add_log_names(struct source *src, GHashTable *names)
{
	g_auto(GStrv) files = NULL;
	int r = source_list(src, QEMU_LOGS, &files);

	for (size_t i = 0; r == 0 && files[i]; i++)
		if (g_str_has_suffix(files[i], ".log") && !g_str_has_suffix(files[i], "-swtpm.log"))
			g_hash_table_add(names, g_strndup(files[i], strlen(files[i]) - 4));
}

/* NAME.xml, NAME.inactive.xml, of a directory of domains. */
static int add_names(struct source *src, const char *dir, GHashTable *names)
{
	g_auto(GStrv) files = NULL;
	int r = source_list(src, dir, &files);

	for (size_t i = 0; r == 0 && files[i]; i++) {
		char *file = files[i];

		if (!g_str_has_suffix(file, ".xml"))
			continue;
		file[strlen(file) - strlen(".xml")] = '\0';
		if (g_str_has_suffix(file, ".inactive"))
			file[strlen(file) - strlen(".inactive")] = '\0';
		g_hash_table_add(names, source_path_unescape(file));
	}
	return r;
}

int domains_list(struct source *src, GStrv *ret_names)
{
	g_autoptr(GHashTable) set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	GHashTableIter it;
	gpointer name;
	int r = add_names(src, LIVE_DOMAINS, set);

	/* Without libvirt's answer, its files: what it would load. */
	if (r < 0 && (add_names(src, "/etc/libvirt/qemu", set) == 0) |
			     (add_names(src, "/run/libvirt/qemu", set) == 0))
		r = 0;
	if (r < 0)
		add_log_names(src, set);
	g_hash_table_iter_init(&it, set);
	while (g_hash_table_iter_next(&it, &name, NULL))
		g_ptr_array_add(sorted, name);
	g_ptr_array_sort(sorted, order_by_bytes);
	g_ptr_array_add(sorted, NULL);
	*ret_names = g_strdupv((char **)sorted->pdata);
	return r;
}

static bool is_recorded(struct source *src, const char *name)
{
	static const char *const places[] = { LIVE_DOMAINS "/%s.xml", LIVE_DOMAINS "/%s.inactive.xml",
					      "/etc/libvirt/qemu/%s.xml", "/run/libvirt/qemu/%s.xml",
					      "/var/log/libvirt/qemu/%s.log" };
	g_autofree char *file = source_path_escape(name);

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_auto(GStrv) around = g_strsplit(places[i], "%s", 2);
		g_autofree char *path = g_strjoinv(file, around);
		g_autofree char *text = NULL;

		if (source_read(src, path, &text, NULL) != -ENODATA)
			return true;
	}
	return false;
}

GStrv domains_recorded(struct source *src, const GStrv names)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();

	for (size_t i = 0; names[i]; i++)
		if (is_recorded(src, names[i]))
			g_strv_builder_add(kept, names[i]);
	return g_strv_builder_end(kept);
}

/* The domain whose libvirt says that it is @typed: a UUID or a running id. */
static bool is_called(struct source *src, const char *name, const char *typed)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *info = g_strdup_printf("/vmdoctor/libvirt/info/%s.json", file);
	g_autofree char *conf = g_strdup_printf("/etc/libvirt/qemu/%s.xml", file);
	auto_free(facts) xmlDoc *scratch = facts_new();
	xmlNode *said = facts_json(facts_host(scratch), "info", src, info);
	const char *id = facts_get(said, "id"), *uuid = facts_get(said, "uuid");
	bool called = (id && strcmp(id, typed) == 0) || (uuid && g_ascii_strcasecmp(uuid, typed) == 0);

	if (!uuid) {
		xmlNode *domain = facts_adopt(facts_host(scratch), "domain", src, conf);
		g_autofree char *text = xml_text(xml_child(domain, "uuid"));

		called = g_ascii_strcasecmp(text, typed) == 0;
	}
	return called;
}

static void set_no_such_domain(const GStrv names, const char *typed, GError **error)
{
	g_autofree char *near = near_words((const char *const *)names, typed);

	if (near)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("no domain '%s'; did you mean %s?"), typed, near);
	else if (!*names)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _("no domain '%s': none is known here"), typed);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    _("no domain '%s' among %u; 'virsh list --all' shows them"), typed,
			    g_strv_length((GStrv)names));
}

char *domains_resolve(struct source *src, const GStrv names, const char *typed, GError **error)
{
	bool number = *typed && strspn(typed, "0123456789") == strlen(typed);

	if (g_strv_contains((const char *const *)names, typed))
		return g_strdup(typed);
	for (size_t i = 0; (number || g_uuid_string_is_valid(typed)) && names[i]; i++)
		if (is_called(src, names[i], typed))
			return g_strdup(names[i]);
	set_no_such_domain(names, typed, error);
	return NULL;
}
