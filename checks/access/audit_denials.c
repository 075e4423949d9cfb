// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_denials - grouping refusals, and joining them to domains.
 *
 * libvirt says which SELinux context a domain gets before its QEMU runs (VIRT_MACHINE_ID), and
 * QEMU's pid after it started (VIRT_CONTROL op=start). Categories and pids are used again, so a
 * join counts only within a domain's life. VIRT_RESOURCE says res=success for a start that
 * failed, and reason=deny when a device list is set up: neither is read as a verdict.
 * Source: libvirt src/conf/domain_audit.c; Linux security/selinux/avc.c, security/apparmor/audit.c
 */
#include "checks/access/audit_denials.h"

#include <string.h>

#include <libaudit.h>

#define GROUPS_MAX 400
#define TEXT_CAP_BYTES 400
#define INVALID_CONTEXT "invalid-context"

static void denial_free(void *p)
{
	struct audit_denial *d = p;
	char **const owned[] = { &d->comm,   &d->pid,	  &d->class, &d->path,	    &d->name,
				 &d->device, &d->inode,   &d->profile, &d->operation, &d->source,
				 &d->target, &d->text,    &d->vm,    &d->uuid,	    &d->target_vm };

	for (size_t i = 0; i < G_N_ELEMENTS(owned); i++)
		g_free(*owned[i]);
	g_string_free(d->perms, TRUE);
	g_free(d);
}

static void life_free(void *p)
{
	struct audit_life *l = p;
	char **const owned[] = { &l->vm, &l->uuid, &l->context, &l->image_context,
				 &l->result, &l->reason, &l->pid };

	for (size_t i = 0; i < G_N_ELEMENTS(owned); i++)
		g_free(*owned[i]);
	g_free(l);
}

void audit_denials_init(struct audit_denials *d)
{
	*d = (struct audit_denials){ 0 };
	d->denials = g_ptr_array_new_with_free_func(denial_free);
	d->lives = g_ptr_array_new_with_free_func(life_free);
	d->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	d->latest = g_hash_table_new(g_str_hash, g_str_equal);
	d->disks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void audit_denials_done(struct audit_denials *d)
{
	g_hash_table_unref(d->groups);
	g_hash_table_unref(d->latest);
	g_hash_table_unref(d->disks);
	g_ptr_array_unref(d->denials);
	g_ptr_array_unref(d->lives);
}

/* Lives */

static struct audit_life *life_new(struct audit_denials *d, const struct audit_record *r,
				   const char *uuid)
{
	struct audit_life *l = g_new0(struct audit_life, 1);

	l->uuid = g_strdup(uuid);
	l->vm = audit_record_get(r, "vm");
	l->begin_ms = r->time_ms;
	g_ptr_array_add(d->lives, l);
	g_hash_table_insert(d->latest, l->uuid, l);
	return l;
}

/* One that was announced and has not ended, nor, for a new announcement, begun. */
static struct audit_life *open_life(struct audit_denials *d, const struct audit_record *r,
				    const char *uuid, bool announced)
{
	struct audit_life *l = g_hash_table_lookup(d->latest, uuid);

	if (!l || l->end_ms || (announced && l->result))
		l = life_new(d, r, uuid);
	return l;
}

static void add_machine_id(struct audit_denials *d, const struct audit_record *r)
{
	g_autofree char *uuid = audit_record_get(r, "uuid");
	g_autofree char *model = audit_record_get(r, "model");
	struct audit_life *l;

	if (!uuid)
		return;
	l = open_life(d, r, uuid, true);
	if (g_strcmp0(model, "selinux") != 0)
		return;
	if (l->context) /* the end of the one before was lost */
		l = life_new(d, r, uuid);
	l->context = audit_record_get(r, "vm-ctx");
	l->image_context = audit_record_get(r, "img-ctx");
}

static void add_control(struct audit_denials *d, const struct audit_record *r)
{
	g_autofree char *uuid = audit_record_get(r, "uuid");
	g_autofree char *op = audit_record_get(r, "op");
	struct audit_life *l;

	if (!uuid || !op)
		return;
	l = open_life(d, r, uuid, false);
	if (strcmp(op, "stop") == 0)
		l->end_ms = r->time_ms;
	if (strcmp(op, "start") != 0 || l->result)
		return;
	l->result = audit_record_get(r, "res");
	l->reason = audit_record_get(r, "reason");
	l->pid = audit_record_get(r, "vm-pid");
	l->start_ms = r->time_ms;
	l->path = r->path;
	l->line = r->line;
	if (g_strcmp0(l->result, "success") != 0)
		l->end_ms = r->time_ms;
}

/* A daemon that was refused a file acts for the domain that has this disk. */
static void add_resource(struct audit_denials *d, const struct audit_record *r)
{
	g_autofree char *disk = audit_record_get(r, "new-disk");
	char *uuid = disk ? audit_record_get(r, "uuid") : NULL;

	if (uuid)
		g_hash_table_replace(d->disks, g_steal_pointer(&disk), uuid);
}

/* Denials */

static bool is_daemon_or_guest(const char *context)
{
	static const char *const types[] = { ":svirt", ":virtd_t", ":virtqemud_t", ":virtstoraged_t",
					     ":virtnetworkd_t", ":virtnodedevd_t", ":virtnwfilterd_t",
					     ":virtsecretd_t", ":virtinterfaced_t", ":virtproxyd_t",
					     ":virtlogd_t", ":virtlockd_t", ":virt_", ":qemu",
					     ":swtpm", ":passt", ":dnsmasq_t", NULL };

	for (size_t i = 0; types[i]; i++)
		if (strstr(context, types[i]))
			return true;
	return false;
}

/* Numbers of processes differ from one denial to the next of the same kind. */
static void hide_pids(char *path)
{
	size_t n;

	if (!path || !g_str_has_prefix(path, "/proc/"))
		return;
	n = strspn(path + strlen("/proc/"), "0123456789");
	if (n > 0) {
		path[strlen("/proc/")] = '*';
		memmove(path + strlen("/proc/*"), path + strlen("/proc/") + n,
			strlen(path + strlen("/proc/") + n) + 1);
	}
}

static bool is_numbered(const char *name)
{
	return name && *name && strspn(name, "0123456789") == strlen(name);
}

static struct audit_denial *read_selinux(const struct audit_record *r)
{
	struct audit_denial *d = g_new0(struct audit_denial, 1);
	g_autofree char *permissive = audit_record_get(r, "permissive");
	g_autofree char *perms = audit_record_perms(r);

	d->kind = r->type == AUDIT_USER_AVC ? "user" : "selinux";
	d->source = audit_record_get(r, "scontext");
	d->target = audit_record_get(r, "tcontext");
	d->class = audit_record_get(r, "tclass");
	d->path = audit_record_get(r, "path");
	d->name = audit_record_get(r, "name");
	d->device = audit_record_get(r, "dev");
	d->inode = audit_record_get(r, "ino");
	d->permissive = g_strcmp0(permissive, "1") == 0;
	d->perms = g_string_new(perms);
	return d;
}

static struct audit_denial *read_apparmor(const struct audit_record *r, const char *verdict)
{
	struct audit_denial *d = g_new0(struct audit_denial, 1);
	g_autofree char *mask = audit_record_get(r, "denied_mask");

	d->kind = "apparmor";
	d->profile = audit_record_get(r, "profile");
	d->operation = audit_record_get(r, "operation");
	d->class = audit_record_get(r, "class");
	d->path = audit_record_get(r, "name");
	d->permissive = strcmp(verdict, "ALLOWED") == 0;
	d->perms = g_string_new(mask);
	return d;
}

static struct audit_denial *read_seccomp(const struct audit_record *r)
{
	struct audit_denial *d = g_new0(struct audit_denial, 1);

	d->kind = "seccomp";
	d->source = audit_record_get(r, "subj");
	d->operation = audit_record_get(r, "syscall");
	d->path = audit_record_get(r, "exe");
	d->perms = g_string_new(NULL);
	return d;
}

/* A label that the policy does not know; whose, the join tells. */
static struct audit_denial *read_invalid(const struct audit_record *r)
{
	struct audit_denial *d = g_new0(struct audit_denial, 1);

	d->kind = "selinux";
	d->class = g_strdup(INVALID_CONTEXT);
	d->target = audit_record_get(r, "invalid_context");
	d->operation = audit_record_get(r, "op");
	d->perms = g_string_new(NULL);
	return d;
}

/* NULL: no refusal, or none that concerns us. */
static struct audit_denial *read_denial(const struct audit_record *r)
{
	g_autofree char *apparmor = audit_record_get(r, "apparmor");
	struct audit_denial *d;

	if (r->type == AUDIT_SELINUX_ERR)
		return read_invalid(r);
	if (r->type == AUDIT_SECCOMP)
		d = read_seccomp(r);
	else if (apparmor && (strcmp(apparmor, "DENIED") == 0 || strcmp(apparmor, "ALLOWED") == 0))
		d = read_apparmor(r, apparmor);
	else if (!apparmor && strstr(r->text, "denied  {"))
		d = read_selinux(r);
	else
		return NULL;
	d->comm = audit_record_get(r, "comm");
	d->pid = audit_record_get(r, r->type == AUDIT_USER_AVC ? "spid" : "pid");
	if ((strcmp(d->kind, "selinux") == 0 || strcmp(d->kind, "user") == 0) &&
	    (!d->source || !d->target || !d->class || !is_daemon_or_guest(d->source))) {
		denial_free(d);
		return NULL;
	}
	hide_pids(d->path);
	return d;
}

/* Of one file there is a name first, and a path when it is open: its inode tells that it is one.
 * What a process may not do to itself is one thing each: execmem is judged apart. */
static char *group_key(const struct audit_denial *d)
{
	bool by_inode = d->inode && d->device && strcmp(d->device, "proc") != 0 &&
			!(d->path && g_str_has_prefix(d->path, "anon_inode:"));
	bool is_process = d->class && strcmp(d->class, "process") == 0;
	const char *object = by_inode		  ? d->inode
			     : d->path		  ? d->path
			     : is_process	  ? d->perms->str
			     : is_numbered(d->name) ? "*"
						  : d->name;

	return g_strdup_printf("%s\t%s\t%s\t%s\t%s\t%s\t%s", d->kind, d->source ? d->source : "",
			       d->target ? d->target : "", d->class ? d->class : "",
			       by_inode ? d->device : "", object ? object : "",
			       d->profile ? d->profile : "");
}

static void add_perms(GString *all, const char *more)
{
	g_auto(GStrv) words = g_strsplit(more, " ", 0);

	for (size_t i = 0; words[i]; i++) {
		g_auto(GStrv) had = g_strsplit(all->str, " ", 0);

		if (*words[i] && !g_strv_contains((const char *const *)had, words[i]))
			g_string_append_printf(all, "%s%s", all->len ? " " : "", words[i]);
	}
}

static void take(char **into, char **from)
{
	if (!*into)
		*into = g_steal_pointer(from);
}

/* One that was enforced counts more than any that were not. */
static void merge(struct audit_denial *group, struct audit_denial *d)
{
	if (d->permissive && !group->permissive)
		return;
	if (group->permissive && !d->permissive) {
		group->permissive = false;
		group->count = 0;
		group->first_ms = d->first_ms;
		g_string_truncate(group->perms, 0);
		group->from = d->from;
		group->line = d->line;
		g_free(group->text);
		group->text = g_steal_pointer(&d->text);
	}
	group->count++;
	group->first_ms = MIN(group->first_ms, d->first_ms);
	group->last_ms = MAX(group->last_ms, d->last_ms);
	add_perms(group->perms, d->perms->str);
	take(&group->path, &d->path);
	take(&group->name, &d->name);
	take(&group->comm, &d->comm);
}

static void add_denial(struct audit_denials *all, const struct audit_record *r)
{
	struct audit_denial *d = read_denial(r), *group;
	g_autofree char *key = d ? group_key(d) : NULL;

	if (!d)
		return;
	d->count = 1;
	d->first_ms = d->last_ms = r->time_ms;
	d->from = r->path;
	d->line = r->line;
	d->text = g_strndup(r->text, MIN(strcspn(r->text, "\035"), TEXT_CAP_BYTES));
	group = g_hash_table_lookup(all->groups, key);
	if (group) {
		merge(group, d);
	} else if (all->denials->len < GROUPS_MAX) {
		g_ptr_array_add(all->denials, d);
		g_hash_table_insert(all->groups, g_steal_pointer(&key), d);
		return;
	} else {
		all->dropped++;
	}
	denial_free(d);
}

static bool is_outside(const struct audit_denials *d, int64_t time_ms)
{
	return time_ms < d->since_ms || (d->until_ms && time_ms > d->until_ms);
}

void audit_denials_add(void *data, const struct audit_record *r)
{
	struct audit_denials *d = data;

	d->records++;
	if (r->type == AUDIT_VIRT_MACHINE_ID)
		add_machine_id(d, r);
	else if (r->type == AUDIT_VIRT_CONTROL)
		add_control(d, r);
	else if (r->type == AUDIT_VIRT_RESOURCE)
		add_resource(d, r);
	else if (!is_outside(d, r->time_ms))
		add_denial(d, r);
}

/* Joining */

static bool is_within(const struct audit_life *l, int64_t ms)
{
	return ms >= l->begin_ms && (!l->end_ms || ms <= l->end_ms);
}

/* The newest life that fits; a later one may have got the same categories. */
static const struct audit_life *find_life(const struct audit_denials *all,
					  const struct audit_denial *d, bool by_context)
{
	for (size_t i = all->lives->len; i-- > 0;) {
		const struct audit_life *l = all->lives->pdata[i];
		const char *has = by_context ? l->context : l->pid;
		const char *wants = by_context ? d->source : d->pid;

		if (has && wants && strcmp(has, wants) == 0 && strcmp(has, "0") != 0 &&
		    is_within(l, d->last_ms))
			return l;
	}
	return NULL;
}

static void set_vm(struct audit_denial *d, const char *uuid, const char *vm, const char *joined)
{
	if (d->joined)
		return;
	d->uuid = g_strdup(uuid);
	d->vm = g_strdup(vm);
	d->joined = joined;
}

/* The only start that was going on while a daemon was refused something, all times. */
static const struct audit_life *find_start(const struct audit_denials *all,
					   const struct audit_denial *d)
{
	const struct audit_life *found = NULL;

	if (!d->source || !strstr(d->source, ":virt") || strstr(d->source, ":virtlog"))
		return NULL;
	for (size_t i = 0; i < all->lives->len; i++) {
		const struct audit_life *l = all->lives->pdata[i];

		if (d->first_ms < l->begin_ms || d->last_ms > l->start_ms)
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}

static const struct audit_life *find_label(const struct audit_denials *all, const char *label)
{
	for (size_t i = all->lives->len; label && i-- > 0;) {
		const struct audit_life *l = all->lives->pdata[i];

		if (g_strcmp0(l->context, label) == 0 || g_strcmp0(l->image_context, label) == 0)
			return l;
	}
	return NULL;
}

bool audit_denial_matters(const struct audit_denial *d)
{
	return d->joined || g_strcmp0(d->class, INVALID_CONTEXT) != 0;
}

/* Without categories a context is that of many. */
static bool has_categories(const char *context)
{
	return context && strstr(context, ":c");
}

static void join_one(struct audit_denials *all, struct audit_denial *d)
{
	const struct audit_life *l = has_categories(d->source) ? find_life(all, d, true) : NULL;
	const char *uuid = NULL;

	if (g_strcmp0(d->class, INVALID_CONTEXT) == 0)
		l = find_label(all, d->target);
	if (l)
		set_vm(d, l->uuid, l->vm, "context");
	if (d->profile && g_str_has_prefix(d->profile, "libvirt-") &&
	    g_uuid_string_is_valid(d->profile + strlen("libvirt-"))) {
		uuid = d->profile + strlen("libvirt-");
		l = g_hash_table_lookup(all->latest, uuid);
		set_vm(d, uuid, l ? l->vm : NULL, "uuid");
	}
	l = d->pid ? find_life(all, d, false) : NULL;
	if (l && is_within(l, d->first_ms))
		set_vm(d, l->uuid, l->vm, "pid");
	uuid = d->path ? g_hash_table_lookup(all->disks, d->path) : NULL;
	l = uuid ? g_hash_table_lookup(all->latest, uuid) : NULL;
	if (uuid)
		set_vm(d, uuid, l ? l->vm : NULL, "path");
	l = find_start(all, d);
	if (l)
		set_vm(d, l->uuid, l->vm, "time");
}

/* Whose image is it, by its label at the time? */
static void find_owner(const struct audit_denials *all, struct audit_denial *d)
{
	for (size_t i = all->lives->len; i-- > 0 && has_categories(d->target);) {
		const struct audit_life *l = all->lives->pdata[i];

		if (g_strcmp0(l->image_context, d->target) == 0 && l->begin_ms <= d->last_ms) {
			if (g_strcmp0(l->uuid, d->uuid) != 0)
				d->target_vm = g_strdup(l->vm);
			return;
		}
	}
}

void audit_denials_join(struct audit_denials *d)
{
	for (size_t i = 0; i < d->denials->len; i++) {
		join_one(d, d->denials->pdata[i]);
		find_owner(d, d->denials->pdata[i]);
	}
}
