// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit - what SELinux, AppArmor and seccomp refused to guests and daemons, and how starts ended
 *
 * Writes, below /facts/host, and below /facts/vm what belongs to that domain:
 *   denial @kind (selinux, apparmor, user, seccomp) @comm @perms @class @path @name @dev @source
 *     @source-type @source-categories @target @target-type @target-categories @profile @operation
 *     @count @first @last @permissive (yes, no) @vm @uuid @joined (context, uuid, pid, path, time; name: a
 *     domain made anew under this name)
 *     @known (yes: libvirt has a domain so called) @target-vm @disk (the domain's disk that it is)
 *     one for each source, target, class and object; @class invalid-context: a label @target that the
 *     policy does not know
 *   virt-start @vm @uuid @result (success, failed) @reason @announced @time   the last of each domain;
 *     announced: when its label was made up, before anything could be refused to it
 * and below the host: audit-log @records @dropped @cut @suppressed (yes), selinux @enabled @enforcing @policy,
 * audit-status @enabled @pid (of auditd, 0: none) @lost @backlog @backlog-limit, where the kernel says so.
 * Source: audit.log through audit_log.h; without it the kernel's records in other logs
 */
#include <errno.h>
#include <libaudit.h>

#include "checks/access/audit_denials.h"
#include "checks/check.h"
#include "facts/domains.h"

#define FILTERED "/vmdoctor/audit.txt"
#define STATUS "/vmdoctor/audit-status.json"
#define LOG_DIR "/var/log/audit"
/* As far back as log messages count. */
#define WINDOW_S (3 * 24 * 3600)

static const char *const reads[] = {
	FILTERED,
	STATUS,
	LOG_DIR,
	LOG_DIR "/audit.log*",
	"/var/log/kern.log",
	"/var/log/syslog",
	"/var/log/messages",
	"/var/log/journal.txt",
	"/vmdoctor/journal.txt",
	"/sys/fs/selinux/enforce",
	"/etc/selinux/config",
	"/vmdoctor/libvirt/domains",
	"/etc/libvirt/qemu",
	"/run/libvirt/qemu",
	"/var/log/libvirt/qemu",
	NULL,
};

/* Where lines go on their way to the parser. */
struct feed {
	struct audit_parser *parser;
	struct audit_filter *filter;
	const char *path;
	unsigned int number; /* of a line that was made out of another */
	GHashTable *seen;    /* hashes: syslog and kern.log have the same lines */
	bool suppressed, cut;
};

static void pass_line(void *data, const char *line, size_t size, unsigned int number)
{
	struct feed *f = data;

	audit_parser_line(f->parser, line, size, f->path, f->number ? f->number : number);
}

/* Audit logs */

static int feed_file(struct feed *f, struct source *src, const char *path)
{
	g_autofree char *text = NULL, *copied = NULL;
	size_t size = 0;
	int r = source_read(src, path, &text, &size);

	if (r < 0)
		return r;
	f->cut |= r > 0;
	f->path = g_intern_string(path);
	copied = audit_log_copied(text, size);
	audit_filter_feed(f->filter, copied ? copied : text, copied ? strlen(copied) : size);
	audit_filter_end(f->filter);
	return 0;
}

/* A case tree has the logs themselves. */
static int feed_logs(struct feed *f, struct source *src)
{
	g_auto(GStrv) names = NULL;
	g_autoptr(GPtrArray) logs = NULL;
	int r = source_list(src, LOG_DIR, &names);

	if (r < 0)
		return r;
	logs = audit_log_names(names);
	r = logs->len > 0 ? 0 : -ENOENT;
	for (size_t i = 0; i < logs->len; i++) {
		g_autofree char *path = g_build_filename(LOG_DIR, logs->pdata[i], NULL);
		int one = feed_file(f, src, path);

		if (one < 0)
			r = one;
	}
	return r;
}

/* Other carriers */

static bool is_new(struct feed *f, const char *line)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_MD5, line, -1);

	return g_hash_table_add(f->seen, g_steal_pointer(&sum));
}

static unsigned int feed_text(struct feed *f, struct source *src, const char *path, bool kernel)
{
	g_autofree char *text = NULL;
	size_t size = 0;
	unsigned int fed = 0;

	f->number = 0;
	if (source_read(src, path, &text, &size) < 0)
		return 0;
	f->path = g_intern_string(path);
	for (const char *p = text, *end = text + size, *next; p < end; p = next) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		g_autofree char *line = NULL;

		stop = stop ? stop : end;
		next = stop + 1;
		f->number++;
		f->suppressed |= memmem(p, (size_t)(stop - p), "kauditd_printk_skb", 18) != NULL;
		line = audit_log_line(p, (size_t)(stop - p), kernel, f->number);
		if (!line && kernel) /* rsyslog has the journal's form, too */
			line = audit_log_line(p, (size_t)(stop - p), false, f->number);
		if (!line || !is_new(f, line))
			continue;
		audit_filter_feed(f->filter, line, strlen(line));
		audit_filter_feed(f->filter, "\n", 1);
		fed++;
	}
	return fed;
}

/* Without auditd the kernel prints its records, a few a second; the journal got all of them. */
static void feed_others(struct feed *f, struct source *src)
{
	static const char *const journals[] = { "/var/log/journal.txt", "/vmdoctor/journal.txt" };
	static const char *const texts[] = { "/var/log/kern.log", "/var/log/syslog", "/var/log/messages",
					     "/var/log/journal.txt", "/vmdoctor/journal.txt" };
	unsigned int fed = 0;

	f->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(journals); i++)
		fed += feed_text(f, src, journals[i], false);
	f->suppressed &= fed == 0;
	for (size_t i = 0; i < G_N_ELEMENTS(texts) && fed == 0; i++)
		feed_text(f, src, texts[i], true);
	g_hash_table_unref(f->seen);
}

/* Facts */

static void set_time(xmlNode *node, const char *attr, int64_t ms)
{
	g_autoptr(GDateTime) time = ms > 0 ? g_date_time_new_from_unix_utc(ms / 1000) : NULL;
	g_autofree char *text = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S UTC") : NULL;

	facts_set(node, attr, text);
}

/* user:role:type:s0:c1,c2 */
static void set_context(xmlNode *node, const char *which, const char *context)
{
	g_auto(GStrv) parts = context ? g_strsplit(context, ":", 5) : NULL;
	g_autofree char *type = g_strconcat(which, "-type", NULL);
	g_autofree char *categories = g_strconcat(which, "-categories", NULL);

	if (!parts || g_strv_length(parts) < 3)
		return;
	facts_set(node, which, context);
	facts_set(node, type, parts[2]);
	if (parts[3] && parts[4])
		facts_set(node, categories, parts[4]);
}

static void add_denial(xmlNode *host, const struct audit_denial *d, const GStrv known)
{
	xmlNode *node = facts_add(host, "denial");

	facts_set(node, "kind", d->kind);
	facts_set(node, "comm", d->comm);
	facts_set(node, "perms", d->perms->len ? d->perms->str : NULL);
	facts_set(node, "class", d->class);
	facts_set(node, "path", d->path);
	facts_set(node, "name", d->name);
	facts_set(node, "dev", d->device);
	set_context(node, "source", d->source);
	set_context(node, "target", d->target);
	facts_set(node, "profile", d->profile);
	facts_set(node, "operation", d->operation);
	facts_setf(node, "count", "%u", d->count);
	set_time(node, "first", d->first_ms);
	set_time(node, "last", d->last_ms);
	facts_set(node, "permissive", d->permissive ? "yes" : "no");
	facts_set(node, "vm", d->vm);
	facts_set(node, "uuid", d->uuid);
	facts_set(node, "joined", d->joined);
	facts_set(node, "target-vm", d->target_vm);
	if (d->vm && known)
		facts_set(node, "known", g_strv_contains((const char *const *)known, d->vm) ? "yes" : "no");
	facts_from(node, d->from, d->line);
	facts_text(node, d->text);
}

static void add_start(xmlNode *host, const struct audit_life *l)
{
	xmlNode *node = facts_add(host, "virt-start");

	facts_set(node, "vm", l->vm);
	facts_set(node, "uuid", l->uuid);
	facts_set(node, "result", l->result);
	facts_set(node, "reason", l->reason);
	set_time(node, "announced", l->begin_ms);
	set_time(node, "time", l->start_ms);
	facts_from(node, l->path, l->line);
}

static bool is_last_start(const struct audit_denials *d, size_t index)
{
	const struct audit_life *l = d->lives->pdata[index];

	for (size_t i = index + 1; l->result && i < d->lives->len; i++) {
		const struct audit_life *later = d->lives->pdata[i];

		if (later->result && strcmp(later->uuid, l->uuid) == 0)
			return false;
	}
	return l->result != NULL;
}

static void add_all(struct source *src, xmlNode *host, struct audit_denials *d)
{
	g_auto(GStrv) known = NULL;

	if (domains_list(src, &known) < 0) /* logs alone do not say which there are */
		g_clear_pointer(&known, g_strfreev);
	audit_denials_join(d);
	for (size_t i = 0; i < d->denials->len; i++)
		if (audit_denial_matters(d->denials->pdata[i]))
			add_denial(host, d->denials->pdata[i], known);
	for (size_t i = 0; i < d->lives->len; i++)
		if (is_last_start(d, i))
			add_start(host, d->lives->pdata[i]);
}

static int64_t clock_ms(const xmlNode *host, const char *attr)
{
	const char *text = facts_get(xml_child(host, "clock"), attr);

	return text ? g_ascii_strtoll(text, NULL, 10) * 1000 : 0;
}

static void set_window(struct audit_denials *d, const xmlNode *host)
{
	int64_t now_ms = clock_ms(host, "seconds");

	d->since_ms = clock_ms(host, "since");
	d->until_ms = clock_ms(host, "until");
	if (!d->since_ms && now_ms)
		d->since_ms = now_ms - (int64_t)WINDOW_S * 1000;
}

static void add_audit(struct source *src, xmlNode *host)
{
	struct audit_denials denials;
	struct feed feed = { 0 };
	xmlNode *log;
	int r;

	audit_denials_init(&denials);
	set_window(&denials, host);
	feed.parser = audit_parser_new(audit_denials_add, &denials);
	feed.filter = audit_filter_new(pass_line, &feed);
	r = feed_file(&feed, src, FILTERED);
	feed.path = r == 0 ? FILTERED : LOG_DIR "/audit.log";
	if (r == -ENODATA)
		r = feed_logs(&feed, src);
	if (r < 0)
		feed_others(&feed, src);
	audit_filter_free(feed.filter);
	audit_parser_free(feed.parser);
	if (r != -ENODATA || denials.records > 0) {
		log = facts_add(host, "audit-log");
		facts_from(log, r < 0 ? LOG_DIR "/audit.log" : feed.path, 0);
		if (r != -ENODATA)
			facts_error(log, r);
		facts_setf(log, "records", "%u", denials.records);
		facts_setf(log, "dropped", "%u", denials.dropped);
		facts_set(log, "cut", feed.cut ? "yes" : NULL);
		facts_set(log, "suppressed", feed.suppressed ? "yes" : NULL);
		add_all(src, host, &denials);
	}
	audit_denials_done(&denials);
}

static void set_policy(void *data, const char *name, const char *value, unsigned int line G_GNUC_UNUSED)
{
	if (strcmp(name, "SELINUXTYPE") == 0)
		facts_set(data, "policy", value);
}

static void add_selinux(struct source *src, xmlNode *host)
{
	static const char path[] = "/sys/fs/selinux/enforce";
	xmlNode *node = facts_add(host, "selinux");
	g_autofree char *enforce = NULL, *config = NULL;
	int r = source_read(src, path, &enforce, NULL);

	facts_from(node, path, 0);
	if (source_read(src, "/etc/selinux/config", &config, NULL) >= 0)
		parse_shell_assignments(config, set_policy, node);
	if (r >= 0 && *enforce != '0' && *enforce != '1')
		r = -EBADMSG;
	if (r < 0 && r != -ENOENT) {
		facts_error(node, r);
		return;
	}
	facts_set(node, "enabled", r < 0 ? "no" : "yes");
	if (r >= 0)
		facts_set(node, "enforcing", *enforce == '1' ? "yes" : "no");
}

/* Only root of the host itself may ask the kernel: left out where it cannot be had. */
static void add_status(struct source *src, xmlNode *host)
{
	g_autofree char *text = NULL;

	if (source_read(src, STATUS, &text, NULL) >= 0)
		facts_json(host, "audit-status", src, STATUS);
}

static void gather_host(struct source *src, xmlNode *host)
{
	add_status(src, host);
	add_selinux(src, host);
	add_audit(src, host);
}

/* Domains */

static void move_to(xmlNode *node, xmlNode *vm)
{
	xmlUnlinkNode(node);
	xmlAddChild(vm, node);
}

static const char *source_path(const xmlNode *disk)
{
	static const char *const attrs[] = { "file", "dev", "dir" };
	const xmlNode *source = xml_child(disk, "source");
	const char *path = NULL;

	for (size_t i = 0; source && !path && i < G_N_ELEMENTS(attrs); i++)
		path = facts_get(source, attrs[i]);
	return path;
}

/* A name without directory is less than a path, but better than nothing. */
static bool is_file(const xmlNode *denial, const char *path)
{
	const char *full = facts_get(denial, "path"), *name = facts_get(denial, "name");
	g_autofree char *base = path ? g_path_get_basename(path) : NULL;

	if (!path)
		return false;
	return full ? strcmp(full, path) == 0 : name && strcmp(name, base) == 0;
}

static const char *find_disk(const xmlNode *vm, const xmlNode *denial)
{
	for (const xmlNode *n = facts_find(vm, "domain/devices/disk"); n; n = xml_next(n, "disk"))
		if (is_file(denial, source_path(n)))
			return facts_get(xml_child(n, "target"), "dev");
	for (const xmlNode *n = xml_child(vm, "image"); n; n = xml_next(n, "image"))
		if (is_file(denial, facts_get(n, "path")))
			return facts_get(n, "disk");
	return NULL;
}

static bool is_label_of(const xmlNode *vm, const char *context)
{
	const xmlNode *label = facts_find(vm, "domain/seclabel");

	for (; label; label = xml_next(label, "seclabel")) {
		g_autofree char *text = xml_text(xml_child(label, "label"));

		if (context && strcmp(text, context) == 0 && strstr(context, ":c"))
			return true;
	}
	return false;
}

/* The log's own words first; then what the domain is now. */
static bool belongs(const xmlNode *vm, xmlNode *node, const char *disk)
{
	const char *uuid = facts_get(node, "uuid"), *name = facts_get(node, "vm");
	const char *own = facts_get(vm, "uuid");
	bool named = name && g_strcmp0(name, facts_get(vm, "name")) == 0;

	if (uuid && own && g_ascii_strcasecmp(uuid, own) == 0)
		return true;
	if (uuid && named && xml_is(node, "denial"))
		facts_set(node, "joined", own ? "name" : facts_get(node, "joined"));
	if (uuid)
		return named && (!own || xml_is(node, "denial"));
	if (is_label_of(vm, facts_get(node, "source"))) {
		facts_set(node, "joined", "context");
		return true;
	}
	if (disk)
		facts_set(node, "joined", "path");
	return disk != NULL;
}

/* What was refused before the last start, whether that succeeded or failed, did not do it. */
static bool is_past(const xmlNode *vm, const char *last)
{
	const char *announced = facts_get(xml_child(vm, "virt-start"), "announced");

	return announced && g_strcmp0(last, announced) < 0;
}

static void gather_vm(struct source *src G_GNUC_UNUSED, xmlNode *vm)
{
	xmlNode *host = facts_host(vm->doc), *next;

	for (xmlNode *n = xml_child(host, "virt-start"); n; n = next) {
		next = xml_next(n, "virt-start");
		if (belongs(vm, n, NULL))
			move_to(n, vm);
	}
	for (xmlNode *n = xml_child(host, "denial"); n; n = next) {
		const char *disk = find_disk(vm, n);

		next = xml_next(n, "denial");
		if (!belongs(vm, n, disk))
			continue;
		facts_set(n, "disk", disk);
		move_to(n, vm);
		if (is_past(vm, facts_get(n, "last"))) {
			xmlUnlinkNode(n);
			xmlFreeNode(n);
		}
	}
}

const struct check check_audit = {
	.name = "audit",
	.summary = "what SELinux, AppArmor and seccomp refused, by the audit log; SELinux's state",
	.reads = reads,
	.host = gather_host,
	.vm = gather_vm,
};
