// SPDX-License-Identifier: GPL-2.0-or-later
/* Whom QEMU runs as, what mode and ACL say to that, and the walk along a path. */
#include "test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "checks/access/identity.h"

static const struct userdb users = {
	.passwd = "root:x:0:0:root:/root:/bin/sh\n"
		  "qemu:x:64055:107:QEMU:/:/sbin/nologin\n"
		  "1000:x:2000:2000:a name of digits:/:/bin/sh\n"
		  "broken line\n",
	.group = "kvm:x:107:\nqemu:x:64055:\nimages:x:50:other,qemu\nothers:x:51:qemux\n",
};

static struct source_stat file(unsigned int mode, unsigned int uid, unsigned int gid,
			       const char *acl)
{
	return (struct source_stat){ .mode = mode, .uid = uid, .gid = gid, .acl = (char *)acl };
}

#define assert_may(id, mode, uid, gid, acl, want, expected)                                        \
	do {                                                                                       \
		struct source_stat st_ = file(mode, uid, gid, acl);                                \
		assert_int_equal(identity_may(id, &st_, want), expected);                          \
	} while (0)

static void names_become_numbers(void **state G_GNUC_UNUSED)
{
	unsigned int id = 7;

	assert_true(userdb_uid(&users, "qemu", &id));
	assert_int_equal(id, 64055);
	assert_true(userdb_uid(&users, "1000", &id)); /* a name first, as libvirt has it */
	assert_int_equal(id, 2000);
	assert_true(userdb_uid(&users, "+1000", &id));
	assert_int_equal(id, 1000);
	assert_true(userdb_uid(&users, "1001", &id));
	assert_int_equal(id, 1001);
	assert_false(userdb_uid(&users, "nosuch", &id));
	assert_false(userdb_uid(&users, "+", &id));
	assert_false(userdb_uid(&users, "", &id));
	assert_true(userdb_gid(&users, "images", &id));
	assert_int_equal(id, 50);
}

static void owner_group_other(void **state G_GNUC_UNUSED)
{
	struct identity id;

	identity_set(&id, &users, 64055, 64055);
	assert_true(id.groups_known);
	assert_string_equal(id.user, "qemu");
	assert_may(&id, 0100600, 64055, 0, NULL, 6, VERDICT_YES);
	assert_may(&id, 0100400, 64055, 0, NULL, 6, VERDICT_NO);
	/* The owner's bits count for the owner, also where the group or others have more. */
	assert_may(&id, 0100066, 64055, 64055, NULL, 4, VERDICT_NO);
	assert_may(&id, 0100660, 0, 64055, NULL, 6, VERDICT_YES);
	assert_may(&id, 0100660, 0, 107, NULL, 6, VERDICT_YES); /* by passwd */
	assert_may(&id, 0100660, 0, 50, NULL, 6, VERDICT_YES);	/* by group */
	assert_may(&id, 0100660, 0, 51, NULL, 6, VERDICT_NO);
	assert_may(&id, 0100606, 0, 107, NULL, 4, VERDICT_NO);
	assert_may(&id, 0100644, 0, 0, NULL, 4, VERDICT_YES);
	assert_may(&id, 0100644, 0, 0, NULL, 6, VERDICT_NO);
	assert_may(&id, 0040711, 0, 0, NULL, 1, VERDICT_YES);
	assert_may(&id, 0040744, 0, 0, NULL, 1, VERDICT_NO);
	identity_done(&id);
}

static void acl_entries_and_their_mask(void **state G_GNUC_UNUSED)
{
	static const char user[] = "user:64055:--x,group::---,mask::--x";
	static const char masked[] = "user:64055:--x,group::---,mask::---";
	static const char group[] = "group::---,group:50:rw-,group:107:r--,mask::rwx";
	static const char owners[] = "user:1:rwx,group::r-x,mask::rwx";
	struct identity id;

	identity_set(&id, &users, 64055, 64055);
	assert_may(&id, 0040710, 0, 0, user, 1, VERDICT_YES);
	assert_may(&id, 0040710, 0, 0, user, 5, VERDICT_NO);
	assert_may(&id, 0040701, 0, 0, masked, 1, VERDICT_NO);
	assert_may(&id, 0100670, 0, 0, group, 6, VERDICT_YES);
	/* One group that grants all: rights of several are not added up. */
	assert_may(&id, 0100670, 0, 0, "group::---,group:50:-w-,group:107:r--,mask::rwx", 6,
		   VERDICT_NO);
	/* With an ACL the mode's middle bits are the mask, not the group's. */
	assert_may(&id, 0040770, 0, 64055, owners, 2, VERDICT_NO);
	assert_may(&id, 0040770, 0, 64055, owners, 1, VERDICT_YES);
	assert_may(&id, 0040775, 0, 9, "user:1:rwx,group::r-x,mask::rwx", 1, VERDICT_YES);
	assert_may(&id, 0040700, 0, 0, "nonsense,user:,::", 1, VERDICT_NO);
	identity_done(&id);
}

static void root_may(void **state G_GNUC_UNUSED)
{
	struct identity id;

	identity_set(&id, &users, 0, 0);
	assert_may(&id, 0100000, 5, 5, NULL, 6, VERDICT_YES);
	assert_may(&id, 0040700, 5, 5, NULL, 1, VERDICT_YES);
	assert_may(&id, 0100644, 0, 0, NULL, 1, VERDICT_NO);
	assert_may(&id, 0100645, 5, 5, NULL, 1, VERDICT_YES);
	identity_done(&id);
}

/* Groups that may or may not be there: only what no group changes is known. */
static void unknown_groups_are_no_refusal(void **state G_GNUC_UNUSED)
{
	static const struct userdb nothing = { NULL, NULL };
	struct identity id, nobody = { 0 };

	identity_set(&id, &nothing, 64055, 64055);
	assert_false(id.groups_known);
	assert_string_equal(id.user, "64055");
	assert_may(&id, 0020660, 0, 107, NULL, 6, VERDICT_UNKNOWN);
	assert_may(&id, 0020600, 0, 107, NULL, 6, VERDICT_NO);
	assert_may(&id, 0020666, 0, 107, NULL, 6, VERDICT_YES);
	assert_may(&id, 0020606, 0, 107, NULL, 6, VERDICT_UNKNOWN);
	assert_may(&id, 0020660, 0, 64055, NULL, 6, VERDICT_YES);
	assert_may(&id, 0020600, 64055, 0, NULL, 6, VERDICT_YES);
	assert_may(&nobody, 0100666, 0, 0, NULL, 6, VERDICT_UNKNOWN);
	identity_done(&id);
}

/* The walk */

static void put(struct source *src, enum source_verb verb, const char *path, const char *text,
		int error)
{
	const struct query q = { .verb = verb, .path = path };
	struct answer a = { .error = error, .data = text ? g_bytes_new(text, strlen(text)) : NULL };

	record_put(src, &q, &a);
}

static void put_dir(struct source *src, const char *path, const char *mode)
{
	g_autofree char *text = g_strdup_printf("mode=0040%s uid=0 gid=0", mode);

	put(src, SOURCE_LINK, path, NULL, -EINVAL);
	put(src, SOURCE_STAT, path, text, 0);
}

static struct source *world(void)
{
	struct source *src = record_new(NULL);

	put_dir(src, "/", "755");
	put_dir(src, "/srv", "755");
	put_dir(src, "/srv/shut", "700");
	put(src, SOURCE_LINK, "/srv/shut/f", NULL, -EINVAL);
	put(src, SOURCE_STAT, "/srv/shut/f", "mode=0100644 uid=0 gid=0", 0);
	put(src, SOURCE_LINK, "/srv/to", "shut/../shut//./f", 0);
	put(src, SOURCE_LINK, "/srv/far", "/srv/to", 0);
	put(src, SOURCE_LINK, "/srv/a", "b", 0);
	put(src, SOURCE_LINK, "/srv/b", "/srv/a", 0);
	put(src, SOURCE_LINK, "/srv/gone", NULL, -ENOENT);
	put(src, SOURCE_STAT, "/srv/gone", NULL, -ENOENT);
	put(src, SOURCE_LINK, "/srv/secret", NULL, -EACCES);
	put(src, SOURCE_STAT, "/srv/secret", NULL, -EACCES);
	return src;
}

/* Return: as path_walk(); *ret_text: "/=yes /srv=yes /srv/shut=no …" */
static int walk(const char *path, char **ret_text)
{
	struct source *src = world();
	g_autoptr(GPtrArray) steps = NULL;
	GString *text = g_string_new(NULL);
	struct identity id;
	int r;

	identity_set(&id, &users, 64055, 64055);
	r = path_walk(src, &id, path, &steps);
	for (guint i = 0; i < steps->len; i++) {
		const struct path_step *s = steps->pdata[i];

		g_string_append_printf(text, "%s%s=%s", i ? " " : "", s->path,
				       verdict_names[s->verdict]);
	}
	identity_done(&id);
	source_free(src);
	*ret_text = g_string_free(text, FALSE);
	return r;
}

#define assert_walk(path, result, expected)                                                        \
	do {                                                                                       \
		g_autofree char *text_ = NULL;                                                     \
		assert_int_equal(walk(path, &text_), result);                                      \
		assert_string_equal(text_, expected);                                              \
	} while (0)

static void each_directory_is_a_step(void **state G_GNUC_UNUSED)
{
	static const char shut[] = "/=yes /srv=yes /srv/shut=no /srv/shut/f=unknown";

	assert_walk("/srv/shut/f", 0, shut);
	assert_walk("//srv/./shut///f", 0, shut);
	assert_walk("/srv/shut/../shut/f", 0, shut);
	assert_walk("/srv/gone", -ENOENT, "/=yes /srv=yes /srv/gone=unknown");
	assert_walk("/srv/secret/f", -EACCES, "/=yes /srv=yes /srv/secret=unknown");
	assert_walk("/srv/shut/f/x", -ENOTDIR, "/=yes /srv=yes /srv/shut=no /srv/shut/f=unknown");
	assert_walk("/never/looked", -ENODATA, "/=yes /never=unknown");
}

static void links_are_followed_and_loops_end(void **state G_GNUC_UNUSED)
{
	static const char shut[] = "/=yes /srv=yes /srv/shut=no /srv/shut/f=unknown";

	assert_walk("/srv/to", 0, shut);
	assert_walk("/srv/far", 0, shut);
	assert_walk("/srv/a", -ELOOP, "/=yes /srv=yes");
	assert_walk("/srv/a/x/y", -ELOOP, "/=yes /srv=yes");
}

/* A real ACL, as setfacl(1) makes it, comes through the source; it is what the kernel obeys. */
static void a_file_s_acl_is_read(void **state G_GNUC_UNUSED)
{
	static const unsigned char raw[] = {
		2,    0, 0, 0,			       /* version */
		1,    0, 7, 0, 0xff, 0xff, 0xff, 0xff, /* owner rwx */
		2,    0, 1, 0, 0x37, 0xfa, 0,	 0,    /* user 64055 --x */
		4,    0, 5, 0, 0xff, 0xff, 0xff, 0xff, /* group r-x */
		0x10, 0, 5, 0, 0xff, 0xff, 0xff, 0xff, /* mask r-x */
		0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* others --- */
	};
	g_autofree char *dir = g_dir_make_tmp("vmdoctor-test-XXXXXX", NULL);
	struct source *src = source_fs_new("/");
	struct source_stat st = { 0 };
	int r = setxattr(dir, "system.posix_acl_access", raw, sizeof(raw), 0);

	if (r == 0) {
		assert_int_equal(source_stat(src, dir, &st), 0);
		assert_string_equal(st.acl, "user:64055:--x,group::r-x,mask::r-x");
		source_stat_done(&st);
		(void)removexattr(dir, "system.posix_acl_access");
	}
	assert_int_equal(source_stat(src, dir, &st), 0);
	assert_null(st.acl);
	source_stat_done(&st);
	source_free(src);
	g_rmdir(dir);
	if (r < 0)
		skip(); /* no ACLs on this file system */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_numbers),
		cmocka_unit_test(owner_group_other),
		cmocka_unit_test(acl_entries_and_their_mask),
		cmocka_unit_test(root_may),
		cmocka_unit_test(unknown_groups_are_no_refusal),
		cmocka_unit_test(each_directory_is_a_step),
		cmocka_unit_test(links_are_followed_and_loops_end),
		cmocka_unit_test(a_file_s_acl_is_read),
	};

	xml_init();
	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
