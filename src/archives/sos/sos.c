// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos - the table: which command's output is which answer
 *
 * Files that sos copies lie where they lay on the host and need no row here. Outputs of commands
 * are found by what manifest.json says was run; without it by the names that sos gives them:
 * sos_commands/PLUGIN/ and the command, each run of other characters as '_', '/' as '.'.
 */
#include "archives/sos/sos.h"

#include <errno.h>
#include <string.h>

#include "base/json_make.h"
#include "base/json_read.h"
#include "base/order.h"
#include "formats/parse.h"
#include "archives/sos/sos_net.h"
#include "archives/sos/sos_text.h"
#include "source/source.h"
#include "base/xml.h"

#define MANIFEST "/sos_reports/manifest.json"
#define COMMANDS "/sos_commands"
#define DOMAINS "/vmdoctor/libvirt/domains"
#define NETWORKS "/vmdoctor/libvirt/networks"

static const char *const plugins[] = { "virsh", "kernel",  "host",	"date",
				       "logs",	"selinux", "systemd", "networking", NULL };

struct sos {
	struct source *record;
	GHashTable *outputs; /* mangled command -> path of its output */
	GHashTable *cut;	       /* mangled commands of which sos kept the end only */
	GPtrArray *domains, *networks; /* names of files that were put */
	char *hostname;
};

/* A half table would look like a host that lacks the rest: all of it, or none. */
static const struct table {
	const char *command, *file;
	char *(*make)(const char *text);
} tables[] = {
	{ "ip_-s_-d_link", "link", sos_net_links },
	{ "ip_-o_addr", "address", sos_net_addresses },
	{ "ip_route_show_table_all", "route", sos_net_routes },
	{ "ip_-4_rule", "policy", sos_net_rules },
	{ "ip_-s_-s_neigh_show", "neighbour", sos_net_neighbours },
	{ "bridge_-s_-s_-d_-t_fdb_show", "fdb", sos_net_fdb },
};

/* Of the many outputs about the network, those that are known. */
static bool is_wanted(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		if (strcmp(name, tables[i].command) == 0)
			return true;
	return false;
}

bool sos_may_read(const char *path)
{
	/* Where files of interest are links to: /etc/os-release, and what was longer than sos takes. */
	static const char *const targets[] = { "/usr/lib/os-release", "/sos_strings/logs/",
					       "/sos_strings/libvirt/" };

	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++)
		if (g_str_has_prefix(path, targets[i]))
			return true;
	if (strcmp(path, MANIFEST) == 0)
		return true;
	for (size_t i = 0; plugins[i]; i++) {
		g_autofree char *dir = g_strdup_printf(COMMANDS "/%s/", plugins[i]);

		if (g_str_has_prefix(path, dir))
			return strcmp(plugins[i], "networking") != 0 || is_wanted(path + strlen(dir));
	}
	return false;
}

/* "/usr/bin/virsh -r list --all" as "virsh_-r_list_--all". Source: sos Plugin._mangle_command() */
static char *mangle(const char *command)
{
	static const char *const dirs[] = { "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/" };
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++)
		if (g_str_has_prefix(command, dirs[i])) {
			command += strlen(dirs[i]);
			break;
		}
	for (const char *p = command; *p; p++) {
		if (g_ascii_isalnum(*p) || strchr("_-.", *p))
			g_string_append_c(out, *p);
		else if (*p == '/')
			g_string_append_c(out, '.');
		else if (out->len == 0 || out->str[out->len - 1] != '_')
			g_string_append_c(out, '_');
	}
	return g_string_free(out, FALSE);
}

static void add_listed(struct sos *s, const char *plugin)
{
	g_autofree char *dir = g_strdup_printf(COMMANDS "/%s", plugin);
	g_auto(GStrv) names = NULL;

	if (source_list(s->record, dir, &names) < 0)
		return;
	for (size_t i = 0; names[i]; i++)
		g_hash_table_insert(s->outputs, g_strdup(names[i]), g_build_filename(dir, names[i], NULL));
}

static bool is_true(JsonObject *o, const char *name)
{
	JsonNode *n = json_object_get_member(o, name);

	return n && JSON_NODE_HOLDS_VALUE(n) && json_node_get_boolean(n);
}

/* What failed is no answer, but for `virsh list`: that it failed says that there is no libvirt. */
static void add_command(struct sos *s, JsonObject *o)
{
	const char *exec = json_read_text(o, "exec"), *path = json_read_text(o, "filepath");
	g_autofree char *name = exec ? mangle(exec) : NULL;

	if (!name || !path || strstr(path, ".."))
		return;
	if (is_true(o, "truncated"))
		g_hash_table_add(s->cut, g_strdup(name));
	if (json_read_int(o, "return_code", 0) != 0 && !g_str_has_prefix(name, "virsh_-r_list"))
		g_hash_table_remove(s->outputs, name);
	else
		g_hash_table_insert(s->outputs, g_steal_pointer(&name), g_strconcat("/", path, NULL));
}

static void add_manifest(struct sos *s)
{
	g_autofree char *text = NULL;
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *all;

	if (source_read(s->record, MANIFEST, &text, NULL) < 0 ||
	    !json_read_load(parser, text, -1, NULL))
		return;
	all = json_read_object(json_read_root(parser), "components");
	all = json_read_object(json_read_object(all, "report"), "plugins");
	for (size_t i = 0; all && plugins[i]; i++) {
		JsonArray *commands = json_read_array(json_read_object(all, plugins[i]), "commands");

		for (guint c = 0; c < json_read_length(commands); c++)
			add_command(s, json_read_item(commands, c));
	}
}

/* One row's work: @text is the output. */

static void put_text(struct sos *s, const char *path, const char *text)
{
	g_autofree char *there = NULL;

	/* What a file of the host says counts more. */
	if (source_read(s->record, path, &there, NULL) == -ENODATA)
		record_put_text(s->record, path, text);
}

static void put_made(struct sos *s, const char *path, char *made)
{
	if (made)
		put_text(s, path, made);
	g_free(made);
}

static void put_capabilities(struct sos *s, const char *text)
{
	if (*text == '<')
		put_text(s, "/vmdoctor/libvirt/capabilities.xml", text);
}

static void put_nodeinfo(struct sos *s, const char *text)
{
	put_made(s, "/vmdoctor/libvirt/nodeinfo.json", sos_nodeinfo(text));
}

static void put_version(struct sos *s, const char *text)
{
	put_made(s, "/vmdoctor/libvirt/version.json", sos_version(text, s->hostname));
}

static void put_host(struct sos *s, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", 3);

	if (words[0] && words[1] && !s->hostname)
		s->hostname = g_strdup(words[1]);
	put_made(s, "/vmdoctor/host.json", sos_host(text));
}

static void put_clock(struct sos *s, const char *text)
{
	int64_t seconds;

	if (sos_clock(text, &seconds))
		put_made(s, "/vmdoctor/clock", g_strdup_printf("%" G_GINT64_FORMAT "\n", seconds));
}

static void put_journal(struct sos *s, const char *text)
{
	put_text(s, "/var/log/journal.txt", text);
}

/* `virsh -r list --all` answered, or said why not. */
static void put_connection(struct sos *s, const char *text)
{
	const char *why = strstr(text, "error:");
	JsonBuilder *b = json_make_object();

	json_make_text(b, "uri", "qemu:///system");
	json_make_bool(b, "ok", why == NULL);
	json_make_text(b, "error", why ? strrchr(text, ':') + strspn(strrchr(text, ':'), ": ") : NULL);
	json_make_bool(b, "read-only", true);
	json_make_text(b, "driver", "QEMU");
	json_make_bool(b, "local", true);
	json_make_text(b, "log-dir", "/var/log/libvirt/qemu");
	json_make_text(b, "config-dir", "/etc/libvirt/qemu");
	json_make_text(b, "run-dir", "/run/libvirt/qemu");
	put_made(s, "/vmdoctor/libvirt/connection.json", json_make_end(b));
}

/* The name of what an XML text describes, as a file name; NULL: it is no <@root>. */
static char *file_of(const char *text, const char *root, bool *ret_active)
{
	g_autoptr(xmlDoc) doc = *text == '<' ? xml_parse(text, strlen(text), root, NULL, NULL) : NULL;
	const xmlNode *node = doc ? xmlDocGetRootElement(doc) : NULL;
	g_autofree char *name = xml_is(node, root) ? xml_object_name(node) : NULL;
	g_autofree char *id = node ? xml_attr(node, "id") : NULL;

	*ret_active = id != NULL;
	return name && *name ? source_path_escape(name) : NULL;
}

static void put_error(struct sos *s, const char *path, int error)
{
	const struct query q = { .verb = SOURCE_READ, .path = path };
	struct answer a = { .error = error };

	record_put(s->record, &q, &a);
}

static void put_domain(struct sos *s, const char *text)
{
	bool active;
	g_autofree char *file = file_of(text, "domain", &active);
	g_autofree char *live = g_strdup_printf(DOMAINS "/%s.xml", file);
	g_autofree char *inactive = g_strdup_printf(DOMAINS "/%s.inactive.xml", file);

	if (!file)
		return;
	put_text(s, active ? live : inactive, text);
	if (!active)
		put_error(s, live, -ENOENT);
	g_ptr_array_add(s->domains, g_strconcat(file, active ? ".xml" : ".inactive.xml", NULL));
}

static void put_info(struct sos *s, const char *text)
{
	g_autofree char *name = NULL;
	char *json = sos_info(text, &name);
	g_autofree char *file = name ? source_path_escape(name) : NULL;
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/info/%s.json", file);

	put_made(s, path, json);
}

static void put_network(struct sos *s, const char *text)
{
	bool active;
	g_autofree char *file = file_of(text, "network", &active);
	g_autofree char *path = g_strdup_printf(NETWORKS "/%s.xml", file);

	if (!file)
		return;
	put_text(s, path, text);
	g_ptr_array_add(s->networks, g_strconcat(file, ".xml", NULL));
}

static void put_netinfo(struct sos *s, const char *text)
{
	g_autoptr(GPtrArray) nets = sos_networks(text);

	for (size_t i = 0; i < nets->len; i++) {
		const struct sos_net *net = nets->pdata[i];
		g_autofree char *file = source_path_escape(net->name);
		g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/netinfo/%s.json", file);
		JsonBuilder *b = json_make_object();

		json_make_bool(b, "active", net->active);
		json_make_bool(b, "autostart", net->autostart);
		json_make_bool(b, "persistent", net->persistent);
		put_made(s, path, json_make_end(b));
	}
}

/* The machine is the one that QEMU took, so this is the answer for that name only. */
static void put_domcapabilities(struct sos *s, const char *text)
{
	g_autoptr(xmlDoc) doc = *text == '<' ? xml_parse(text, strlen(text), "virsh", NULL, NULL) : NULL;
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;

	if (!xml_is(root, "domainCapabilities"))
		return;
	g_autofree char *arch = xml_text(xml_child(root, "arch"));
	g_autofree char *type = xml_text(xml_child(root, "domain"));
	g_autofree char *machine = xml_text(xml_child(root, "machine"));
	g_autofree char *path = xml_text(xml_child(root, "path"));
	g_autofree char *emulator = source_path_escape(path);
	g_autofree char *file = g_strdup_printf("/vmdoctor/libvirt/domcapabilities/%s,%s,%s,%s.xml", arch,
						type, machine, emulator);

	put_text(s, file, text);
}

/* Of `sysctl -a`; '.' and '/' are exchanged in the names of devices. Source: sysctl(8) */
static void put_sysctl(struct sos *s, const char *text)
{
	static const char *const names[] = { "net.", "vm.overcommit_memory " };
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(lines[i], " = ", 2);
		g_autofree char *path = NULL, *value = NULL;

		if (g_strv_length(pair) != 2 || (!g_str_has_prefix(lines[i], names[0]) &&
						 !g_str_has_prefix(lines[i], names[1])))
			continue;
		for (char *p = pair[0]; *p; p++)
			*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
		if (strstr(pair[0], "..") || strstr(pair[0], "//"))
			continue;
		path = g_strconcat("/proc/sys/", pair[0], NULL);
		value = g_strconcat(pair[1], "\n", NULL);
		put_text(s, path, value);
	}
}

/* "Current mode:                   enforcing"; disabled: there is no such file. */
static void put_selinux(struct sos *s, const char *text)
{
	static const char path[] = "/sys/fs/selinux/enforce";
	const char *mode = strstr(text, "Current mode:");

	mode = mode ? mode + strlen("Current mode:") : "";
	mode += strspn(mode, " \t");
	if (g_str_has_prefix(mode, "enforcing"))
		put_text(s, path, "1");
	else if (g_str_has_prefix(mode, "permissive"))
		put_text(s, path, "0");
	else if (strstr(text, "SELinux status:") && strstr(text, "disabled"))
		put_error(s, path, -ENOENT);
}

/* First match of a path wins, so what says more stands above. A '*' stands for a name. */
static const struct row {
	const char *command;
	void (*put)(struct sos *s, const char *text);
} rows[] = {
	{ "uname_-a", put_host },
	{ "date_--utc", put_clock },
	{ "date", put_clock },
	{ "timedatectl", put_clock },
	{ "virsh_-r_list_--all", put_connection },
	{ "virsh_-r_version", put_version },
	{ "virsh_-r_capabilities", put_capabilities },
	{ "virsh_-r_domcapabilities", put_domcapabilities },
	{ "virsh_-r_nodeinfo", put_nodeinfo },
	{ "virsh_-r_dumpxml_*", put_domain },
	{ "virsh_-r_dominfo_*", put_info },
	{ "virsh_-r_net-dumpxml_*", put_network },
	{ "virsh_-r_net-list_--all", put_netinfo },
	{ "journalctl_--no-pager", put_journal },
	{ "journalctl_--no-pager_--boot", put_journal },
	{ "journalctl_--no-pager_--catalog_--boot", put_journal },
	{ "sysctl_-a", put_sysctl },
	{ "sestatus", put_selinux },
	{ "sestatus_-b", put_selinux },
};

static void apply(struct sos *s, const struct row *row, const char *path)
{
	g_autofree char *text = NULL;

	if (source_read(s->record, path, &text, NULL) < 0)
		return;
	/* A virsh that failed leaves its message. */
	if (g_str_has_prefix(text, "error:") && row->put != put_connection)
		return;
	row->put(s, text);
}

static void apply_row(struct sos *s, const struct row *row)
{
	size_t stem = strcspn(row->command, "*");
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(s->outputs), (GCompareFunc)strcmp);

	for (GList *n = names; n; n = n->next)
		if (row->command[stem] ? g_str_has_prefix(n->data, "virsh_") &&
						 strncmp(n->data, row->command, stem) == 0
				       : strcmp(n->data, row->command) == 0)
			apply(s, row, g_hash_table_lookup(s->outputs, n->data));
}

static void apply_table(struct sos *s, const struct table *t)
{
	const char *path = g_hash_table_lookup(s->outputs, t->command);
	g_autofree char *to = g_strdup_printf("/vmdoctor/net/%s.json", t->file), *text = NULL;

	/* 1: more than was read. */
	if (!path || g_hash_table_contains(s->cut, t->command) || source_read(s->record, path, &text, NULL) != 0)
		return;
	put_made(s, to, t->make(text));
}

/* Domains that are defined and were not dumped are known by libvirt's own files. */
static void add_defined(struct sos *s)
{
	g_auto(GStrv) names = NULL;

	if (source_list(s->record, "/etc/libvirt/qemu", &names) < 0)
		return;
	for (size_t i = 0; names[i]; i++)
		if (g_str_has_suffix(names[i], ".xml")) {
			g_autofree char *file = g_strndup(names[i], strlen(names[i]) - 4);

			g_ptr_array_add(s->domains, g_strconcat(file, ".inactive.xml", NULL));
		}
}

static void put_list(struct sos *s, const char *dir, GPtrArray *names)
{
	const struct query q = { .verb = SOURCE_LIST, .path = dir };
	struct answer a = { 0 };
	GString *text = g_string_new(NULL);

	g_ptr_array_sort(names, order_by_bytes);
	for (size_t i = 0; i < names->len; i++)
		if (i == 0 || strcmp(names->pdata[i], names->pdata[i - 1]) != 0)
			g_string_append_printf(text, "%s\n", (char *)names->pdata[i]);
	a.data = g_string_free_to_bytes(text);
	record_put(s->record, &q, &a);
}

void sos_map(struct source *record)
{
	struct sos s = { .record = record };
	g_auto(GStrv) commands = NULL;

	if (source_list(record, COMMANDS, &commands) < 0)
		return;
	s.outputs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	s.cut = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	s.domains = g_ptr_array_new_with_free_func(g_free);
	s.networks = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; plugins[i]; i++)
		add_listed(&s, plugins[i]);
	add_manifest(&s);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		apply_row(&s, &rows[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		apply_table(&s, &tables[i]);
	if (s.domains->len > 0) {
		add_defined(&s);
		put_list(&s, DOMAINS, s.domains);
	}
	if (s.networks->len > 0)
		put_list(&s, NETWORKS, s.networks);
	g_hash_table_unref(s.outputs);
	g_hash_table_unref(s.cut);
	g_ptr_array_unref(s.domains);
	g_ptr_array_unref(s.networks);
	g_free(s.hostname);
}
