// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * security - whom QEMU runs as, and what libvirt labels, out of facts that are there
 */
#include "checks/access/security.h"

#include <string.h>

#include "facts/facts.h"
#include "formats/parse.h"
#include "base/xml.h"

static const xmlNode *find_host(const xmlNode *vm)
{
	return xml_child(vm->parent, "host");
}

/* Of the wanted element and model: <seclabel model='dac'>, <secmodel><model>selinux. */
const xmlNode *security_label(const xmlNode *parent, const char *model)
{
	const xmlNode *label = xml_child(parent, "seclabel");

	while (label && g_strcmp0(facts_get(label, "model"), model) != 0)
		label = xml_next(label, "seclabel");
	return label;
}

const xmlNode *security_model(const xmlNode *vm, const char *model)
{
	const xmlNode *m = facts_find(find_host(vm), "capabilities/host/secmodel");

	for (; m; m = xml_next(m, "secmodel")) {
		g_autofree char *name = xml_text(xml_child(m, "model"));

		if (strcmp(name, model) == 0)
			return m;
	}
	return NULL;
}

static const xmlNode *qemu_conf(const xmlNode *vm)
{
	const xmlNode *config = xml_child(find_host(vm), "config");

	while (config && g_strcmp0(facts_get(config, "daemon"), "qemu") != 0)
		config = xml_next(config, "config");
	return config;
}

const char *security_setting(const xmlNode *vm, const char *name)
{
	const xmlNode *s = xml_child(qemu_conf(vm), "setting");

	while (s && g_strcmp0(facts_get(s, "name"), name) != 0)
		s = xml_next(s, "setting");
	return facts_get(s, "value");
}

bool security_is_session(const xmlNode *vm)
{
	const char *uri = facts_get(xml_child(find_host(vm), "connection"), "uri");

	return uri && strstr(uri, "/session") != NULL;
}

/* Identity */

/* "user:group", "+12:+34", or one of both. */
static bool parse_label(const struct userdb *db, const char *label, unsigned int *ret_uid,
			unsigned int *ret_gid)
{
	g_auto(GStrv) f = g_strsplit(label, ":", 2);

	return g_strv_length(f) == 2 && userdb_uid(db, f[0], ret_uid) &&
	       userdb_gid(db, f[1], ret_gid);
}

static char *base_label(const xmlNode *vm, const xmlNode *domain)
{
	const xmlNode *b = xml_child(security_model(vm, "dac"), "baselabel");

	for (; b; b = xml_next(b, "baselabel"))
		if (g_strcmp0(facts_get(b, "type"), facts_get(domain, "type")) == 0)
			return xml_text(b);
	return g_strdup("");
}

static char *conf_label(const xmlNode *vm)
{
	const char *user = security_setting(vm, "user"), *group = security_setting(vm, "group");

	return user && group ? g_strdup_printf("%s:%s", user, group) : g_strdup("");
}

/* Image-based systems keep the system's own users apart. Source: nss-altfiles */
static char *read_users(struct source *src, const char *file)
{
	g_autofree char *etc = g_strconcat("/etc/", file, NULL);
	g_autofree char *lib = g_strconcat("/usr/lib/", file, NULL);
	g_autofree char *own = NULL, *more = NULL;

	if (source_read(src, etc, &own, NULL) != 0)
		return NULL;
	(void)source_read(src, lib, &more, NULL);
	return g_strdup_printf("%s\n%s", own, more ? more : "");
}

/* The user's own daemon runs QEMU as the user. */
static void session_identity(const xmlNode *vm, const struct userdb *db, struct identity *ret)
{
	const char *me = facts_get(xml_child(find_host(vm), "system"), "uid");
	unsigned int uid, gid;

	if (me && userdb_uid(db, me, &uid) && uid > 0 && userdb_primary(db, uid, &gid))
		identity_set(ret, db, uid, gid);
}

void security_identity(struct source *src, const xmlNode *vm, struct identity *ret)
{
	g_autofree char *passwd = read_users(src, "passwd"), *group = read_users(src, "group");
	const struct userdb db = { passwd, group };
	const xmlNode *domain = xml_child(vm, "domain");
	g_autofree char *own = xml_text(xml_child(security_label(domain, "dac"), "label"));
	g_autofree char *base = base_label(vm, domain);
	g_autofree char *conf = conf_label(vm);
	const char *label = *own ? own : *base ? base : conf;
	unsigned int uid, gid;

	*ret = (struct identity){ 0 };
	if (security_is_session(vm))
		session_identity(vm, &db, ret);
	else if (*label && parse_label(&db, label, &uid, &gid))
		identity_set(ret, &db, uid, gid);
}

static enum verdict is_dynamic(const xmlNode *vm)
{
	const char *error = facts_get(qemu_conf(vm), "error");
	const char *value = security_setting(vm, "dynamic_ownership");

	if (security_is_session(vm))
		return VERDICT_NO;
	if (!qemu_conf(vm) || (error && strcmp(error, "ENOENT") != 0))
		return VERDICT_UNKNOWN;
	return value && strcmp(value, "0") == 0 ? VERDICT_NO : VERDICT_YES;
}

bool security_forbids(const xmlNode *label)
{
	const char *relabel = facts_get(label, "relabel"), *type = facts_get(label, "type");

	if (relabel)
		return strcmp(relabel, "no") == 0;
	return g_strcmp0(type, "none") == 0 || g_strcmp0(type, "static") == 0;
}

enum verdict security_gives_owner(const xmlNode *vm)
{
	return security_forbids(security_label(xml_child(vm, "domain"), "dac")) ? VERDICT_NO
										: is_dynamic(vm);
}

const xmlNode *security_disk(const xmlNode *domain, const char *dev, const xmlNode **at)
{
	const xmlNode *first = facts_find(domain, "devices/disk"), *begin = *at ? *at : first, *disk = begin;

	while (disk && g_strcmp0(facts_get(xml_child(disk, "target"), "dev"), dev) != 0) {
		disk = xml_next(disk, "disk");
		if (!disk && begin != first)
			disk = first;
		if (disk == begin)
			return NULL;
	}
	*at = disk ? disk : begin;
	return disk;
}
