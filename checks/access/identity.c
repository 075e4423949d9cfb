// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * identity - permission by uid, groups, mode and ACL; the walk along a path.
 */
#include "checks/access/identity.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/parse.h"

#define LINKS_MAX 40 /* path_resolution(7) */

const char *const verdict_names[VERDICT_MAX_] = { "no", "yes", "unknown" };

static bool parse_id(const char *text, unsigned int *ret)
{
	uint64_t number;

	if (!text || !parse_u64(text, &number) || number >= G_MAXUINT32)
		return false;
	*ret = (unsigned int)number;
	return true;
}

/* The fields of the first line for which @field is @value; passwd(5) and group(5) alike. */
static GStrv find_line(const char *text, unsigned int field, const char *value)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		GStrv f = g_strsplit(lines[i], ":", 0);

		if (g_strv_length(f) >= 4 && strcmp(f[field], value) == 0)
			return f;
		g_strfreev(f);
	}
	return NULL;
}

/* "+12" is a number; "12" may be somebody's name. Source: libvirt virGetUserID() */
static bool find_id(const char *text, const char *name, unsigned int *ret)
{
	g_auto(GStrv) f = *name == '+' ? NULL : find_line(text, 0, name);

	if (f)
		return parse_id(f[2], ret);
	return parse_id(*name == '+' ? name + 1 : name, ret);
}

bool userdb_uid(const struct userdb *db, const char *text, unsigned int *ret)
{
	return find_id(db->passwd, text, ret);
}

bool userdb_gid(const struct userdb *db, const char *text, unsigned int *ret)
{
	return find_id(db->group, text, ret);
}

bool userdb_primary(const struct userdb *db, unsigned int uid, unsigned int *ret)
{
	g_autofree char *number = g_strdup_printf("%u", uid);
	g_auto(GStrv) f = find_line(db->passwd, 2, number);

	return f && parse_id(f[3], ret);
}

static bool has_group(const struct identity *id, unsigned int gid)
{
	for (guint i = 0; i < id->groups->len; i++)
		if (g_array_index(id->groups, guint, i) == gid)
			return true;
	return false;
}

static void add_group(struct identity *id, unsigned int gid)
{
	if (!has_group(id, gid))
		g_array_append_val(id->groups, gid);
}

static void add_memberships(struct identity *id, const char *group)
{
	g_auto(GStrv) lines = g_strsplit(group, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], ":", 4);
		g_auto(GStrv) members = NULL;
		unsigned int gid;

		if (g_strv_length(f) != 4 || !parse_id(f[2], &gid))
			continue;
		members = g_strsplit(f[3], ",", 0);
		if (g_strv_contains((const char *const *)members, id->user))
			add_group(id, gid);
	}
}

void identity_set(struct identity *ret, const struct userdb *db, unsigned int uid, unsigned int gid)
{
	g_autofree char *number = g_strdup_printf("%u", uid);
	g_auto(GStrv) f = find_line(db->passwd, 2, number);
	unsigned int primary;

	*ret = (struct identity){ .known = true, .uid = uid, .gid = gid };
	ret->groups = g_array_new(FALSE, FALSE, sizeof(guint));
	ret->user = g_strdup(f ? f[0] : number);
	add_group(ret, gid);
	if (!f)
		return;
	if (parse_id(f[3], &primary))
		add_group(ret, primary);
	if (db->group)
		add_memberships(ret, db->group);
	ret->groups_known = db->group != NULL;
}

void identity_done(struct identity *id)
{
	g_clear_pointer(&id->user, g_free);
	g_clear_pointer(&id->groups, g_array_unref);
	id->known = false;
}

/* Permissions */

/** One entry of an ACL: "user:64055:r-x". */
struct acl_entry {
	bool is_user, is_group, is_mask;
	bool is_named;
	unsigned int id, perm;
};

static unsigned int perm_of(const char *text)
{
	return (strchr(text, 'r') ? ACCESS_READ : 0) | (strchr(text, 'w') ? ACCESS_WRITE : 0) |
	       (strchr(text, 'x') ? ACCESS_EXECUTE : 0);
}

static GArray *parse_acl(const char *acl)
{
	GArray *entries = g_array_new(FALSE, TRUE, sizeof(struct acl_entry));
	g_auto(GStrv) words = g_strsplit(acl ? acl : "", ",", 0);

	for (size_t i = 0; words[i]; i++) {
		g_auto(GStrv) f = g_strsplit(words[i], ":", 3);
		struct acl_entry e = { 0 };

		if (g_strv_length(f) != 3)
			continue;
		e.is_user = strcmp(f[0], "user") == 0;
		e.is_group = strcmp(f[0], "group") == 0;
		e.is_mask = strcmp(f[0], "mask") == 0;
		e.is_named = parse_id(f[1], &e.id);
		e.perm = perm_of(f[2]);
		g_array_append_val(entries, e);
	}
	return entries;
}

static unsigned int mask_of(const GArray *acl)
{
	for (guint i = 0; i < acl->len; i++)
		if (g_array_index(acl, struct acl_entry, i).is_mask)
			return g_array_index(acl, struct acl_entry, i).perm;
	return 7;
}

static enum verdict grants(unsigned int perm, unsigned int want)
{
	return (perm & want) == want ? VERDICT_YES : VERDICT_NO;
}

/* The permissions of a group entry count when the process is in it; one that grants all suffices.
 */
struct group_vote {
	bool is_member, is_granted;
	bool may_grant, may_refuse; /* groups that it may be in, for all that is known */
};

static void vote(struct group_vote *v, const struct identity *id, unsigned int gid,
		 unsigned int perm, unsigned int want)
{
	bool granted = grants(perm, want) == VERDICT_YES;

	if (has_group(id, gid)) {
		v->is_member = true;
		v->is_granted |= granted;
	} else if (!id->groups_known) {
		v->may_grant |= granted;
		v->may_refuse |= !granted;
	}
}

static struct group_vote vote_all(const struct identity *id, const struct source_stat *st,
				  const GArray *acl, unsigned int want)
{
	struct group_vote v = { 0 };
	unsigned int mask = mask_of(acl);

	if (acl->len == 0)
		vote(&v, id, st->gid, st->mode >> 3 & 7, want);
	for (guint i = 0; i < acl->len; i++) {
		const struct acl_entry *e = &g_array_index(acl, struct acl_entry, i);

		if (e->is_group)
			vote(&v, id, e->is_named ? e->id : st->gid, e->perm & mask, want);
	}
	return v;
}

static enum verdict may_by_bits(const struct identity *id, const struct source_stat *st,
				const GArray *acl, unsigned int want)
{
	enum verdict other = grants(st->mode & 7, want);
	struct group_vote v;

	if (id->uid == st->uid)
		return grants(st->mode >> 6 & 7, want);
	for (guint i = 0; i < acl->len; i++) {
		const struct acl_entry *e = &g_array_index(acl, struct acl_entry, i);

		if (e->is_user && e->is_named && e->id == id->uid)
			return grants(e->perm & mask_of(acl), want);
	}
	v = vote_all(id, st, acl, want);
	if (v.is_member && v.is_granted)
		return VERDICT_YES;
	if (v.is_member)
		return v.may_grant ? VERDICT_UNKNOWN : VERDICT_NO;
	if (other == VERDICT_YES ? v.may_refuse : v.may_grant)
		return VERDICT_UNKNOWN;
	return other;
}

enum verdict identity_may(const struct identity *id, const struct source_stat *st,
			  unsigned int want)
{
	g_autoptr(GArray) acl = NULL;

	if (!id->known)
		return VERDICT_UNKNOWN;
	if (id->uid == 0)
		return S_ISDIR(st->mode) || !(want & ACCESS_EXECUTE) || st->mode & 0111
			       ? VERDICT_YES
			       : VERDICT_NO;
	acl = parse_acl(st->acl);
	return may_by_bits(id, st, acl, want);
}

/* The walk */

static void step_free(void *p)
{
	struct path_step *step = p;

	g_free(step->path);
	source_stat_done(&step->st);
	g_free(step);
}

static struct path_step *add_step(struct source *src, GPtrArray *steps, const char *path)
{
	struct path_step *step = g_new0(struct path_step, 1);

	step->path = g_strdup(path);
	step->verdict = VERDICT_UNKNOWN;
	step->error = source_stat(src, path, &step->st);
	g_ptr_array_add(steps, step);
	return step;
}

/* Return: 0, or -errno of the look or for what is no directory. */
static int enter(struct source *src, const struct identity *id, GPtrArray *steps, const char *path)
{
	struct path_step *step;

	for (guint i = 0; i < steps->len; i++)
		if (strcmp(((struct path_step *)steps->pdata[i])->path, path) == 0)
			return 0; /* a link led back: once is enough */
	step = add_step(src, steps, path);
	if (step->error)
		return step->error;
	if (!S_ISDIR(step->st.mode))
		return -ENOTDIR;
	step->verdict = identity_may(id, &step->st, ACCESS_EXECUTE);
	return 0;
}

/* Components of @path go on top of @rest, the first one uppermost. */
static void push_components(GQueue *rest, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", 0);

	for (guint i = g_strv_length(names); i-- > 0;)
		if (*names[i] && strcmp(names[i], ".") != 0)
			g_queue_push_head(rest, g_strdup(names[i]));
}

/* One component down. *at is the directory so far. Return: as path_walk(). */
static int descend(struct source *src, const struct identity *id, GPtrArray *steps, GQueue *rest,
		   char **at, unsigned int *links)
{
	g_autofree char *name = g_queue_pop_head(rest);
	g_autofree char *here = NULL, *target = NULL;

	if (strcmp(name, "..") == 0) {
		here = g_path_get_dirname(*at);
	} else {
		here = g_build_filename(*at, name, NULL);
		if (source_link(src, here, &target) == 0) {
			if (++*links > LINKS_MAX)
				return -ELOOP;
			push_components(rest, target);
			if (*target != '/')
				return 0;
			g_free(here);
			here = g_strdup("/");
		} else if (g_queue_is_empty(rest)) {
			return add_step(src, steps, here)->error;
		}
	}
	g_free(*at);
	*at = g_steal_pointer(&here);
	return enter(src, id, steps, *at);
}

int path_walk(struct source *src, const struct identity *id, const char *path,
	      GPtrArray **ret_steps)
{
	GPtrArray *steps = g_ptr_array_new_with_free_func(step_free);
	g_autofree char *at = g_strdup("/");
	GQueue rest = G_QUEUE_INIT;
	unsigned int links = 0;
	int r = enter(src, id, steps, at);

	push_components(&rest, path);
	while (r == 0 && !g_queue_is_empty(&rest))
		r = descend(src, id, steps, &rest, &at, &links);
	g_queue_clear_full(&rest, g_free);
	*ret_steps = steps;
	return r;
}
