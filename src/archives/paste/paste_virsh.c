// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_virsh - what virsh prints in tables. Source: virsh(1)
 */
#include <errno.h>
#include <string.h>

#include "archives/paste/paste_private.h"
#include "archives/sos/sos_text.h"
#include "base/json_make.h"
#include "source/source.h"

#define STATES "running|idle|paused|in shutdown|shut off|crashed|pmsuspended|no state"

/* virsh's words for states and those of the API. As sos_text.c. */
static const char *state_of(const char *word)
{
	return strcmp(word, "idle") == 0	? "blocked" :
	       strcmp(word, "in shutdown") == 0 ? "shutdown" :
	       strcmp(word, "shut off") == 0	? "shutoff" :
	       strcmp(word, "no state") == 0	? "nostate" :
						  word;
}

static bool is_active(const char *state)
{
	return strcmp(state, "shutoff") != 0 && strcmp(state, "crashed") != 0;
}

static char *info_path(const char *name)
{
	g_autofree char *file = source_path_escape(name);

	return g_strdup_printf("/vmdoctor/libvirt/info/%s.json", file);
}

/* What says more, dominfo's, stays. */
static void keep_info(struct paste *p, const char *name, const char *state, char *json)
{
	if (json && !g_hash_table_contains(p->infos, name)) {
		g_hash_table_insert(p->infos, g_strdup(name), json);
		if (is_active(state))
			g_hash_table_add(p->active, g_strdup(name));
	} else {
		g_free(json);
	}
}

static void put_state(struct paste *p, const char *name, const char *id, const char *word, const char *reason)
{
	const char *state = state_of(word);
	JsonBuilder *b = json_make_object();

	json_make_text(b, "name", name);
	if (id)
		json_make_int(b, "id", *id == '-' ? -1 : g_ascii_strtoll(id, NULL, 10));
	json_make_text(b, "state", state);
	if (reason)
		json_make_text(b, "reason", reason);
	json_make_bool(b, "active", is_active(state));
	keep_info(p, name, state, json_make_end(b));
}

/* " 1    web   running": a name may hold blanks. */
static char *file_list(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *path = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^ *(-|\\d+) +(\\S.*?) +(" STATES ")$", lines[i]);

		if (!f)
			continue;
		put_state(p, f[2], f[1], f[3], NULL);
		if (!path)
			path = info_path(f[2]);
	}
	return path ? g_steal_pointer(&path) : g_strdup("-");
}

static char *file_info(struct paste *p, const struct paste_part *part)
{
	g_autofree char *name = NULL, *json = sos_info(part->text, &name);
	bool is_off = json && strstr(json, "\"shutoff\"");

	if (!json || !name)
		return NULL;
	keep_info(p, name, is_off ? "shutoff" : "running", g_steal_pointer(&json));
	return info_path(name);
}

/* "paused (I/O error)" with --reason. Source: libvirt tools/virsh-domain-monitor.c */
static char *file_state(struct paste *p, const struct paste_part *part)
{
	g_autofree char *name = paste_word(p, part->command, "^(?!domstate$)");
	g_auto(GStrv) f = paste_match(p, "^(" STATES ")(?: \\(([^)]*)\\))?\\s*$", part->text);

	if (!name || !f)
		return NULL;
	put_state(p, name, NULL, f[1], strcmp(f[2], "I/O error") == 0 ? "ioerror" : NULL);
	return info_path(name);
}

/* Only --all lists what is not active; who shows one of those had it. */
static bool lists_all(const struct paste_part *part)
{
	return part->whole && ((part->command && strstr(part->command, "--all")) ||
			       (strstr(part->text, "inactive") && (!part->command || !strstr(part->command, "--inactive"))));
}

static char *put_activity(struct paste *p, const char *kind, const char *name, const char *state, const char *autostart,
			  const char *persistent)
{
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/%s/%s.json", kind, file);
	JsonBuilder *b = json_make_object();

	json_make_bool(b, "active", strcmp(state, "inactive") != 0);
	json_make_bool(b, "autostart", strcmp(autostart, "yes") == 0);
	if (*persistent)
		json_make_bool(b, "persistent", strcmp(persistent, "yes") == 0);
	return paste_put_json(p, path, json_make_end(b));
}

/* " default   active   yes   yes"; a pool's line ends earlier, or goes on with sizes (--details). */
static char *file_activity(struct paste *p, const struct paste_part *part, const char *kind, const char *pattern)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *path = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, pattern, lines[i]);
		g_autofree char *at = f ? put_activity(p, kind, f[1], f[2], f[3], f[4]) : NULL;

		if (at && !path)
			path = g_steal_pointer(&at);
	}
	return path ? g_steal_pointer(&path) : g_strdup("-");
}

static char *file_networks(struct paste *p, const struct paste_part *part)
{
	p->all_networks |= lists_all(part);
	return file_activity(p, part, "netinfo", "^ *(\\S.*?) +(active|inactive) +(yes|no)(?: +(yes|no))?$");
}

static char *file_pools(struct paste *p, const struct paste_part *part)
{
	p->all_pools |= lists_all(part);
	return file_activity(p, part, "poolinfo", "^ *(\\S.*?) +(active|running|inactive) +(yes|no)(?: +(yes|no) .*)?$");
}

static char *file_netinfo(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) f = paste_match(p, "(?s)^Name: +(\\S[^\\n]*)\\nUUID: .*\\nActive: +(yes|no)\\nPersistent: +(yes|no)\\nAutostart: +(yes|no)",
				      part->text);

	return f ? put_activity(p, "netinfo", f[1], strcmp(f[2], "yes") == 0 ? "active" : "inactive", f[4], f[3]) : NULL;
}

static char *file_poolinfo(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) f = paste_match(p, "(?s)^Name: +(\\S[^\\n]*)\\nUUID: .*\\nState: +(running|inactive|degraded|building)\\nPersistent: +(yes|no)\\n"
				      "Autostart: +(yes|no)", part->text);

	return f ? put_activity(p, "poolinfo", f[1], f[2], f[4], f[3]) : NULL;
}

static char *file_version(struct paste *p, const struct paste_part *part)
{
	return paste_put_json(p, "/vmdoctor/libvirt/version.json", sos_version(part->text, p->hostname));
}

static char *file_nodeinfo(struct paste *p, const struct paste_part *part)
{
	return paste_put_json(p, "/vmdoctor/libvirt/nodeinfo.json", sos_nodeinfo(part->text));
}

static char *file_table(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "virsh", part);
}

#define RULER "^ *-{5,}$|"

const struct paste_row paste_virsh_rows[] = {
	{ "virsh list", "^virsh list\\b", "^ *Id +Name +State$", RULER "^ *(?:-|\\d+) +\\S.* (?:" STATES ")$", true, file_list },
	{ "virsh dominfo", "^virsh dominfo\\b", "^Id: +(?:-|\\d+)$", "^[A-Z][\\w() ]+: ", false, file_info },
	{ "virsh domstate", "^virsh domstate\\b", "^(?:" STATES ")(?: \\([^)]*\\))?$", NULL, false, file_state },
	{ "virsh net-info", "^virsh net-info\\b", "^Name: +\\S", "^[A-Z][\\w ]+: ", false, file_netinfo },
	{ "virsh pool-info", "^virsh pool-info\\b", "^Name: +\\S", "^[A-Z][\\w ]+: ", false, file_poolinfo },
	{ "virsh pool-list", "^virsh pool-list\\b", "^ *Name +State +Autostart(?: +Persistent +Capacity.*)?$", RULER "^ *\\S.* (?:active|running|inactive) +(?:yes|no)\\b", true, file_pools },
	{ "virsh net-list", "^virsh net-list\\b", "^ *Name +State +Autostart(?: +Persistent)?$", RULER "^ *\\S.* (?:active|inactive) +(?:yes|no)\\b", true, file_networks },
	{ "virsh version", "^virsh version\\b", "^Compiled against library: ", "^(?:Using|Running) \\w+: ", false, file_version },
	{ "virsh nodeinfo", "^virsh nodeinfo\\b", "^CPU model: +\\w+$", "^[A-Z][\\w() ]+: ", false, file_nodeinfo },
	{ "virsh domblklist", "^virsh domblklist\\b", "^ *(?:Type +Device +)?Target +Source$", RULER "^ *(?:\\S+ +\\S+ +)?\\w+ +\\S+", true, file_table },
	{ "virsh domiflist", "^virsh domiflist\\b", "^ *Interface +Type +Source +Model +MAC", RULER "^ *\\S+ +\\w+ +.*[0-9a-f:]{17}$", true, file_table },
	{ "virsh domifaddr", "^virsh domifaddr\\b", "^ *Name +MAC address +Protocol +Address", RULER "^ *\\S+ +[0-9a-f:-]+ +\\S+ +\\S+", true, file_table },
	{ "virsh net-dhcp-leases", "^virsh net-dhcp-leases\\b", "^ *Expiry Time +MAC address", RULER "^ *\\d{4}-\\d\\d-\\d\\d ", true, file_table },
	{ "virsh vol-list", "^virsh vol-list\\b", "^ *Name +Path$", RULER "^ *\\S.* +/\\S+", true, file_table },
	{ "virsh snapshot-list", "^virsh snapshot-list\\b", "^ *Name +Creation Time +State", RULER "^ *\\S.* \\d{4}-\\d\\d-\\d\\d ", true, file_table },
	{ 0 },
};
