// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * access_walk - one path as QEMU would meet it: the first component that says no, and why
 *
 * Writes the node access that access.c describes.
 * Source: libvirt src/security/security_dac.c (who is given what), src/qemu/qemu_domain.c
 * qemuDomainGetImageIds, path_resolution(7), acl(5)
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "checks/access/access.h"
#include "checks/check.h"

/* Here the file's server or program decides, and modes may be made up. */
static bool is_foreign(const char *type)
{
	static const char *const types[] = { "cifs", "smb3",   "9p",	    "virtiofs",
					     "afs",  "vboxsf", "glusterfs", "gpfs",
					     "vfat", "exfat",  "ntfs3",	    NULL };

	return type && (g_str_has_prefix(type, "fuse") || g_strv_contains(types, type));
}

static bool is_nfs(const char *type)
{
	return type && g_str_has_prefix(type, "nfs");
}

static bool is_read_only(const struct source_fs *fs)
{
	g_auto(GStrv) flags = g_strsplit(fs->flags ? fs->flags : "", ",", 0);

	return g_strv_contains((const char *const *)flags, "ro");
}

static unsigned int wanted_bits(const char *want)
{
	return (strchr(want, 'r') ? ACCESS_READ : 0) | (strchr(want, 'w') ? ACCESS_WRITE : 0) |
	       (strchr(want, 'x') ? ACCESS_EXECUTE : 0);
}

/** What comes of one path: the verdict and, of a no, which link and why. Borrowed but for fs_type.
 */
struct outcome {
	enum verdict verdict;
	const char *link, *reason;
	char *fs_type;
	bool read_only;
};

static void say(xmlNode *access, enum verdict v, const char *link, const char *reason)
{
	facts_set(access, "verdict", verdict_names[v]);
	if (v == VERDICT_NO) {
		facts_set(access, "link", link);
		facts_set(access, "reason", reason);
	}
}

/* What the file's bits say after libvirt has, or has not, made QEMU's user its owner. */
static enum verdict judge_bits(const struct scene *s, const struct need *need,
			       const struct source_stat *st, bool can_change)
{
	struct source_stat given = *st;
	unsigned int want = wanted_bits(need->want);
	enum verdict now = identity_may(&s->who, st, want), then;

	given.uid = s->who.uid;
	given.gid = s->who.gid;
	then = identity_may(&s->who, &given, want);
	if (need->owner_change == VERDICT_NO || !can_change)
		return now;
	if (need->owner_change == VERDICT_YES)
		return then;
	return now == then ? now : VERDICT_UNKNOWN;
}

/* Root may be nobody on an NFS server; then the chown fails, silently, and the owner stays. */
static void judge_nfs(const struct scene *s, const struct need *need, const struct path_step *leaf,
		      struct outcome *ret)
{
	bool nobody = leaf->st.uid == 65534 || leaf->st.uid == 4294967294u;

	ret->verdict = judge_bits(s, need, &leaf->st, false);
	ret->reason = nobody ? "squash" : "mode";
	/* Root's own rights end there, too. */
	if (s->who.uid == 0 ||
	    (ret->verdict == VERDICT_NO && need->owner_change != VERDICT_NO && !nobody))
		ret->verdict = VERDICT_UNKNOWN;
}

static void judge_leaf(const struct scene *s, const struct need *need, const struct path_step *leaf,
		       struct outcome *ret)
{
	struct source_fs fs = { 0 };
	bool device = S_ISCHR(leaf->st.mode) || S_ISBLK(leaf->st.mode);
	bool known = device || source_fs(s->src, leaf->path, &fs) == 0;

	ret->link = leaf->path;
	ret->reason = "mode";
	ret->read_only = !device && is_read_only(&fs);
	ret->verdict = judge_bits(s, need, &leaf->st, !ret->read_only);
	if (ret->read_only && strchr(need->want, 'w')) {
		ret->verdict = VERDICT_NO;
		ret->reason = "read-only-mount";
	} else if (is_nfs(fs.type) && !device) {
		judge_nfs(s, need, leaf, ret);
	} else if ((is_foreign(fs.type) || !known) && ret->verdict == VERDICT_NO) {
		ret->verdict = VERDICT_UNKNOWN;
	} else if (fs.type && !fs.flags && strchr(need->want, 'w') && ret->verdict == VERDICT_YES) {
		ret->verdict = VERDICT_UNKNOWN; /* unless it is mounted read-only for QEMU */
	}
	ret->fs_type = g_steal_pointer(&fs.type);
	source_fs_done(&fs);
}

/* A directory that refuses; on a foreign file system its mode says nothing certain. */
static void judge_directory(const struct scene *s, const struct path_step *dir, struct outcome *ret)
{
	struct source_fs fs = { 0 };

	(void)source_fs(s->src, dir->path, &fs);
	ret->verdict = is_foreign(fs.type) ? VERDICT_UNKNOWN : VERDICT_NO;
	ret->link = dir->path;
	ret->reason = "search";
	g_free(ret->fs_type);
	ret->fs_type = g_steal_pointer(&fs.type);
	source_fs_done(&fs);
}

static const char *reason_of(int error)
{
	switch (error) {
	case -ENOENT:
		return "missing";
	case -ENOTDIR:
		return "not-directory";
	case -ELOOP:
		return "loop";
	default:
		return NULL;
	}
}

/* Where the walk ended, unless a directory on the way is known to refuse: then the first of those.
 */
static void judge_path(const struct scene *s, const GPtrArray *steps, int r, struct outcome *ret)
{
	guint dirs = r == 0 ? steps->len - 1 : steps->len;

	if (r != 0) {
		ret->verdict = reason_of(r) ? VERDICT_NO : VERDICT_UNKNOWN;
		ret->link = ((const struct path_step *)steps->pdata[steps->len - 1])->path;
		ret->reason = reason_of(r);
	}
	for (guint i = 0; i < dirs; i++) {
		const struct path_step *step = steps->pdata[i];

		if (step->error == 0 && step->verdict == VERDICT_NO) {
			judge_directory(s, step, ret);
			return;
		}
		/* It may refuse: no yes is certain. */
		if (step->error == 0 && step->verdict == VERDICT_UNKNOWN &&
		    ret->verdict == VERDICT_YES)
			ret->verdict = VERDICT_UNKNOWN;
	}
}

static void add_step(xmlNode *access, const struct path_step *step)
{
	xmlNode *node = facts_add(access, "step");

	facts_set(node, "path", step->path);
	facts_from(node, step->path, 0);
	if (facts_error(node, step->error))
		return;
	facts_setf(node, "mode", "%04o", step->st.mode & 07777);
	facts_setf(node, "uid", "%u", step->st.uid);
	facts_setf(node, "gid", "%u", step->st.gid);
	facts_set(node, "acl", step->st.acl);
	facts_set(node, "verdict", verdict_names[step->verdict]);
}

/* A node's number as device lists have it; what chattr(1) set. */
static void set_kind(xmlNode *access, const struct source_stat *st)
{
	if (S_ISCHR(st->mode) || S_ISBLK(st->mode))
		facts_setf(access, "device", "%c %u:%u", S_ISCHR(st->mode) ? 'c' : 'b',
			   major(st->rdev), minor(st->rdev));
	facts_set(access, "attributes",
		  st->is_immutable ? "immutable" : st->is_append_only ? "append-only" : NULL);
}

static void judge(const struct scene *s, const struct need *need, xmlNode *access)
{
	g_autoptr(GPtrArray) steps = NULL;
	int r = path_walk(s->src, &s->who, need->path, &steps);
	struct path_step *last = steps->pdata[steps->len - 1];
	struct outcome o = { .verdict = VERDICT_UNKNOWN };

	if (r == 0) {
		judge_leaf(s, need, last, &o);
		last->verdict = o.verdict;
	}
	facts_set(access, "owner-change",
		  verdict_names[o.read_only ? VERDICT_NO : need->owner_change]);
	facts_set(access, "read-only", o.read_only ? "yes" : NULL);
	if (r == 0)
		set_kind(access, &last->st);
	judge_path(s, steps, r, &o);
	facts_set(access, "fs-type", o.fs_type);
	say(access, o.verdict, o.link, o.reason);
	/* What was never looked at is unknown; what could not be seen has its reason. */
	if (r != -ENODATA && o.verdict == VERDICT_UNKNOWN)
		(void)facts_error(access, r);
	for (guint i = 0; i < steps->len; i++)
		add_step(access, steps->pdata[i]);
	g_free(o.fs_type);
}

static void set_identity_facts(const struct identity *who, xmlNode *access)
{
	g_autoptr(GString) groups = g_string_new(NULL);

	if (!who->known)
		return;
	for (guint i = 0; i < who->groups->len; i++)
		g_string_append_printf(groups, "%s%u", i ? " " : "",
				       g_array_index(who->groups, guint, i));
	facts_setf(access, "uid", "%u", who->uid);
	facts_setf(access, "gid", "%u", who->gid);
	facts_set(access, "user", who->user);
	facts_set(access, "groups", groups->str);
}

void access_need(const struct scene *s, const struct need *need)
{
	xmlNode *access = facts_add(s->vm, "access");

	facts_set(access, "path", need->path);
	facts_from(access, need->path, 0);
	facts_set(access, "role", need->role);
	facts_set(access, "disk", need->disk);
	facts_set(access, "want", need->want);
	set_identity_facts(&s->who, access);
	judge(s, need, access);
}

void access_presence(const struct scene *s, const char *role, const char *const *places)
{
	xmlNode *access = facts_add(s->vm, "access");
	int r = -ENOENT;

	for (size_t i = 0; places[i] && r == -ENOENT; i++) {
		struct source_stat st = { 0 };

		r = source_stat(s->src, places[i], &st);
		source_stat_done(&st);
	}
	facts_set(access, "path", places[0]);
	facts_from(access, places[0], 0);
	facts_set(access, "role", role);
	say(access,
	    r == 0	   ? VERDICT_YES
	    : r == -ENOENT ? VERDICT_NO
			   : VERDICT_UNKNOWN,
	    places[0], "missing");
	if (r != -ENOENT && r != -ENODATA)
		(void)facts_error(access, r);
}
