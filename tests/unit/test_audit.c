// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Audit logs: what the filter lets pass, what the parser makes of each record format, how refusals
 * are grouped and joined to domains, and that no bytes can hurt any of it.
 */
#include "test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <libaudit.h>
#include <stdlib.h>
#include <unistd.h>

#include "checks/access/audit_denials.h"
#include "formats/audit_log.h"
#include "checks/check.h"

extern const struct check check_audit;

#define UUID "1632b1fd-1693-4b6b-883d-eded1cf6d824"
#define CTX "system_u:system_r:svirt_t:s0:c97,c636"
#define AVC(stamp, perms, object)                                                                  \
	"type=AVC msg=audit(" stamp "): avc:  denied  { " perms                                    \
	" } for  pid=516 comm=\"qemu-system-x86\" " object " scontext=" CTX                        \
	" tcontext=system_u:object_r:default_t:s0 tclass=file permissive=0\n"
#define VIRT(type, stamp, rest)                                                                    \
	"type=VIRT_" type " msg=audit(" stamp "): pid=355 uid=0 auid=4294967295 ses=4294967295 "   \
	"subj=system_u:system_r:virtd_t:s0 msg='virt=qemu " rest                                   \
	" exe=\"/usr/sbin/libvirtd\" hostname=? addr=? terminal=? res=success'\035UID=\"root\" "   \
	"AUID=\"unset\"\n"
#define MACHINE_ID(stamp)                                                                          \
	VIRT("MACHINE_ID", stamp,                                                                  \
	     "vm=\"web\" uuid=" UUID " vm-ctx=" CTX                                                \
	     " img-ctx=system_u:object_r:svirt_image_t:s0:c97,c636 model=selinux")

/* Filter */

static void keep(void *data, const char *line, size_t size, unsigned int number)
{
	g_string_append_printf(data, "%u:%.*s\n", number, (int)MIN(size, 40), line);
}

/* Fed in pieces of @piece bytes, 0: all at once. */
static char *filtered(const char *text, size_t size, size_t piece)
{
	GString *out = g_string_new(NULL);
	struct audit_filter *f = audit_filter_new(keep, out);

	for (size_t at = 0; at < size; at += piece ? piece : size)
		audit_filter_feed(f, text + at, MIN(piece ? piece : size, size - at));
	audit_filter_end(f);
	audit_filter_free(f);
	return g_string_free(out, FALSE);
}

static const char mixed[] =
	"type=USER_LOGIN msg=audit(1.000:1): pid=1 msg='op=login acct=\"qemu denied\"'\n"
	"type=AVC msg=audit(2.000:2): avc:  denied  { read } for  pid=9 comm=\"sshd\" scontext=u:r:sshd_t:s0\n"
	AVC("3.000:3", "read", "name=\"a\"")
	"type=SYSCALL msg=audit(2.000:2): arch=c000003e syscall=257 comm=\"sshd\"\n"
	"type=SYSCALL msg=audit(3.000:3): arch=c000003e syscall=257 comm=\"qemu-system-x86\"\n"
	"type=AVC msg=audit(4.000:4): apparmor=\"STATUS\" operation=\"profile_load\" name=\"libvirt-x\"\n"
	"node=host1 type=VIRT_CONTROL msg=audit(5.000:5): pid=1 msg='virt=qemu op=stop'\n"
	"type=AVCX msg=audit(6.000:6): denied qemu\n"
	"\n"
	"type=VIRT_RESOURCE msg=audit(7.000:7): x";

static void the_filter_keeps_guests_records_and_their_syscalls(void **state)
{
	g_autofree char *out = filtered(mixed, strlen(mixed), 0);
	g_auto(GStrv) lines = g_strsplit(out, "\n", 0);

	(void)state;
	assert_int_equal(g_strv_length(lines), 5); /* four, and what is after the last newline */
	assert_true(g_str_has_prefix(lines[0], "3:type=AVC "));
	assert_true(g_str_has_prefix(lines[1], "5:type=SYSCALL "));
	assert_true(g_str_has_prefix(lines[2], "7:node=host1 type=VIRT_CONTROL"));
	assert_true(g_str_has_prefix(lines[3], "10:type=VIRT_RESOURCE"));
}

static void it_does_not_matter_where_the_bytes_are_cut(void **state)
{
	g_autofree char *whole = filtered(mixed, strlen(mixed), 0);

	(void)state;
	for (size_t piece = 1; piece < 200; piece++) {
		g_autofree char *out = filtered(mixed, strlen(mixed), piece);

		assert_string_equal(out, whole);
	}
}

static void a_line_without_end_takes_no_memory_and_its_successor_counts(void **state)
{
	GString *text = g_string_new("type=VIRT_CONTROL msg=audit(1.000:1): ");
	g_autofree char *out = NULL;

	(void)state;
	for (int i = 0; i < 100000; i++)
		g_string_append(text, "abcdefgh");
	g_string_append(text, "\ntype=VIRT_CONTROL msg=audit(2.000:2): x\n");
	out = filtered(text->str, text->len, 4096);
	assert_true(g_str_has_prefix(out, "2:type=VIRT_CONTROL msg=audit(2"));
	g_string_free(text, TRUE);
}

static void random_bytes_do_no_harm(void **state)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	struct audit_denials d;

	(void)state;
	for (int round = 0; round < 300; round++) {
		g_autofree char *text = g_strdup(MACHINE_ID("3.000:2") AVC("3.000:3", "read", "name=\"a\""));
		size_t size = strlen(text);
		struct audit_parser *p;

		for (int i = 0; i < 12; i++)
			text[g_rand_int_range(rand, 0, (gint32)size)] = (char)g_rand_int(rand);
		g_free(filtered(text, size, 7));
		audit_denials_init(&d);
		p = audit_parser_new(audit_denials_add, &d);
		for (char *line = text, *end; line < text + size; line = end + 1) {
			end = memchr(line, '\n', (size_t)(text + size - line));
			end = end ? end : text + size;
			audit_parser_line(p, line, (size_t)(end - line), "/x", 1);
		}
		audit_parser_free(p);
		audit_denials_join(&d);
		audit_denials_done(&d);
	}
}

static void rotations_are_read_oldest_first(void **state)
{
	g_auto(GStrv) names = g_strsplit("audit.log audit.log.1 audit.log.10 audit.log.2 audit.log.1.gz "
					 "audit.log. other", " ", 0);
	g_autoptr(GPtrArray) logs = audit_log_names(names);

	(void)state;
	assert_int_equal(logs->len, 4);
	assert_string_equal(logs->pdata[0], "audit.log.10");
	assert_string_equal(logs->pdata[1], "audit.log.2");
	assert_string_equal(logs->pdata[2], "audit.log.1");
	assert_string_equal(logs->pdata[3], "audit.log");
}

static char *as_line(const char *text, bool kernel)
{
	return audit_log_line(text, strlen(text), kernel, 7);
}

static void other_logs_carry_records_in_other_forms(void **state)
{
	g_autofree char *kernel = as_line("Nov 21 06:20:00 h kernel: [ 19.5] audit: type=1400 audit(1.002:21): avc:  denied", true);
	g_autofree char *virt = as_line("audit: type=2500 audit(1.002:22): pid=1 msg='op=start'", true);
	g_autofree char *journal = as_line("2026-11-21T06:20:00+0000 h audit[812]: AVC avc:  denied  { read }", false);

	(void)state;
	assert_string_equal(kernel, "type=AVC msg=audit(1.002:21): avc:  denied");
	assert_string_equal(virt, "type=VIRT_CONTROL msg=audit(1.002:22): pid=1 msg='op=start'");
	assert_string_equal(journal, "type=AVC msg=audit(1795242000.000:7): avc:  denied  { read }");
	assert_null(as_line("audit: type=9999999999999999999 audit(1.002:22): x", true));
	assert_null(as_line("audit: type=AVC audit(1.002:22): x", true));
	assert_null(as_line("h systemd[1]: Starting auditd.service: AVC x", false));
	assert_null(as_line("2026-11-21T06:20:00+0000 h audit[812]: NOSUCHTYPE x", false));
}

/* Parser and denials */

static void denials_of(struct audit_denials *d, const char *text)
{
	struct audit_parser *p;
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	audit_denials_init(d);
	p = audit_parser_new(audit_denials_add, d);
	for (unsigned int i = 0; lines[i]; i++)
		if (*lines[i])
			audit_parser_line(p, lines[i], strlen(lines[i]), "/var/log/audit/audit.log", i + 1);
	audit_parser_free(p);
	audit_denials_join(d);
}

static void a_name_and_then_a_path_of_one_inode_are_one(void **state)
{
	struct audit_denials d;
	const struct audit_denial *one;

	(void)state;
	denials_of(&d, AVC("3.000:3", "read", "name=\"a.qcow2\" dev=\"vda\" ino=5")
		       AVC("3.000:3", "open", "path=\"/srv/a.qcow2\" dev=\"vda\" ino=5")
		       AVC("9.500:4", "read write", "path=\"/srv/a.qcow2\" dev=\"vda\" ino=5"));
	assert_int_equal(d.denials->len, 1);
	one = d.denials->pdata[0];
	assert_string_equal(one->path, "/srv/a.qcow2");
	assert_string_equal(one->perms->str, "read open write");
	assert_int_equal(one->count, 3);
	assert_int_equal(one->first_ms, 3000);
	assert_int_equal(one->last_ms, 9500);
	assert_int_equal(one->line, 1);
	audit_denials_done(&d);
}

static void what_a_process_may_not_do_to_itself_is_one_thing_each(void **state)
{
	static const char lines[] =
		"type=AVC msg=audit(5.000:1): avc:  denied  { getsched } for  pid=1 comm=\"virtlogd\" "
		"scontext=s:r:virtlogd_t:s0 tcontext=s:r:virtlogd_t:s0 tclass=process permissive=0\n"
		"type=AVC msg=audit(5.000:2): avc:  denied  { execmem } for  pid=1 comm=\"virtlogd\" "
		"scontext=s:r:virtlogd_t:s0 tcontext=s:r:virtlogd_t:s0 tclass=process permissive=0\n"
		"type=AVC msg=audit(6.000:3): avc:  denied  { execmem } for  pid=1 comm=\"virtlogd\" "
		"scontext=s:r:virtlogd_t:s0 tcontext=s:r:virtlogd_t:s0 tclass=process permissive=0\n";
	struct audit_denials d;

	(void)state;
	denials_of(&d, lines);
	assert_int_equal(d.denials->len, 2);
	assert_int_equal(((const struct audit_denial *)d.denials->pdata[1])->count, 2);
	assert_string_equal(((const struct audit_denial *)d.denials->pdata[1])->perms->str, "execmem");
	audit_denials_done(&d);
}

static void strings_in_hex_are_decoded_and_enrichment_is_cut(void **state)
{
	struct audit_denials d;
	const struct audit_denial *one;
	const struct audit_life *life;

	(void)state;
	denials_of(&d, VIRT("CONTROL", "2.000:2", "op=start reason=booted vm=72656C206E6F uuid=" UUID " vm-pid=453")
		       "type=AVC msg=audit(3.000:3): apparmor=\"DENIED\" operation=\"open\" profile=\"libvirt-" UUID
		       "\" name=2F746D702F77697468206120 pid=453 comm=4350552030 requested_mask=\"r\" "
		       "denied_mask=\"r\" fsuid=64055 ouid=0\035FSUID=\"x\" OUID=\"root\"\n");
	assert_int_equal(d.denials->len, 1);
	one = d.denials->pdata[0];
	assert_string_equal(one->kind, "apparmor");
	assert_string_equal(one->path, "/tmp/with a ");
	assert_string_equal(one->comm, "CPU 0");
	assert_string_equal(one->uuid, UUID);
	assert_string_equal(one->vm, "rel no");
	assert_string_equal(one->joined, "uuid");
	assert_null(strchr(one->text, '\035'));
	life = d.lives->pdata[0];
	assert_string_equal(life->result, "success");
	assert_string_equal(life->pid, "453");
	audit_denials_done(&d);
}

static void an_enforced_refusal_counts_more_than_permissive_ones(void **state)
{
	g_autofree char *soft = g_strdup(AVC("3.000:3", "getattr", "name=\"a\" dev=\"vda\" ino=5"));
	g_autofree char *text = NULL;
	struct audit_denials d;
	const struct audit_denial *one;

	(void)state;
	strstr(soft, "permissive=0")[strlen("permissive=")] = '1';
	text = g_strconcat(soft, AVC("4.000:4", "read", "name=\"a\" dev=\"vda\" ino=5"), soft, NULL);
	denials_of(&d, text);
	assert_int_equal(d.denials->len, 1);
	one = d.denials->pdata[0];
	assert_false(one->permissive);
	assert_int_equal(one->count, 1);
	assert_string_equal(one->perms->str, "read");
	audit_denials_done(&d);
	denials_of(&d, soft);
	one = d.denials->pdata[0];
	assert_true(one->permissive);
	audit_denials_done(&d);
}

static void categories_are_joined_only_within_a_domains_life(void **state)
{
	struct audit_denials d;
	const struct audit_denial *one;

	(void)state;
	/* c97,c636 belongs to web until it stops; the refusal comes after that. */
	denials_of(&d, MACHINE_ID("1.000:1") VIRT("CONTROL", "2.000:2", "op=stop reason=destroyed vm=\"web\" uuid=" UUID " vm-pid=0")
		       AVC("3.000:3", "read", "name=\"a\" dev=\"vda\" ino=5"));
	one = d.denials->pdata[0];
	assert_null(one->joined);
	audit_denials_done(&d);
	denials_of(&d, MACHINE_ID("1.000:1") AVC("1.500:3", "read", "name=\"a\" dev=\"vda\" ino=5")
		       VIRT("CONTROL", "2.000:2", "op=stop reason=destroyed vm=\"web\" uuid=" UUID " vm-pid=0"));
	one = d.denials->pdata[0];
	assert_string_equal(one->joined, "context");
	assert_string_equal(one->vm, "web");
	audit_denials_done(&d);
}

/* After a boot serials begin again, and time tells events apart. */
static void restarted_serials_do_not_mix_events(void **state)
{
	struct audit_denials d;

	(void)state;
	denials_of(&d, AVC("100.000:5", "read", "name=\"a\" dev=\"vda\" ino=5")
		       "type=SYSTEM_BOOT msg=audit(500.000:1): pid=1\n"
		       AVC("500.100:5", "read", "name=\"b\" dev=\"vda\" ino=6"));
	assert_int_equal(d.denials->len, 2);
	audit_denials_done(&d);
}

static void libvirts_own_records_are_no_refusals(void **state)
{
	struct audit_denials d;
	const struct audit_life *life;
	g_autoptr(GString) failed = g_string_new(VIRT("CONTROL", "3.000:9", "op=start reason=booted vm=\"web\" uuid=" UUID " vm-pid=0"));
	g_autofree char *text = NULL;

	(void)state;
	g_string_replace(failed, "res=success", "res=failed", 0);
	text = g_strconcat(MACHINE_ID("1.000:1"),
			   VIRT("RESOURCE", "1.100:2", "resrc=cgroup reason=deny vm=\"web\" uuid=" UUID " cgroup=\"/x/\" class=all"),
			   VIRT("RESOURCE", "1.200:3", "resrc=disk reason=start vm=\"web\" uuid=" UUID " old-disk=\"?\" new-disk=\"/srv/n1.qcow2\""),
			   failed->str, NULL);
	denials_of(&d, text);
	assert_int_equal(d.denials->len, 0);
	assert_int_equal(d.lives->len, 1);
	life = d.lives->pdata[0];
	assert_string_equal(life->result, "failed");
	audit_denials_done(&d);
}

static void the_number_of_groups_is_bounded(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct audit_denials d;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		g_autofree char *avc = g_strdup(AVC("9.000:XXXX", "read", "name=\"a\" dev=\"vda\" ino=NNNN"));
		g_autofree char *number = g_strdup_printf("%04d", i + 1000);

		memcpy(strstr(avc, "XXXX"), number, 4);
		memcpy(strstr(avc, "NNNN"), number, 4);
		g_string_append(text, avc);
	}
	denials_of(&d, text->str);
	assert_true(d.denials->len < 500);
	assert_int_equal(d.denials->len + d.dropped, 3000);
	audit_denials_done(&d);
}

/* The check */

static void what_may_not_be_read_says_so(void **state)
{
	struct source *src = record_new(NULL);
	struct answer refused = { .error = -EACCES };
	const struct query q = { .verb = SOURCE_READ, .path = "/vmdoctor/audit.txt" };
	xmlDoc *facts = facts_new();

	(void)state;
	record_put(src, &q, &refused);
	check_audit.host(src, facts_host(facts));
	assert_xpath(facts, "host/audit-log/@error", "EACCES");
	assert_xpath(facts, "count(host/denial)", "0");
	facts_free(facts);
	source_free(src);
}

static void records_that_were_copied_are_whole_again(void **state)
{
	static const char wrapped[] = "  audit: type=1400 audit(1588465721.729:1232):\n    apparmor=\"DENIED\" operation=\"open\"\n";
	static const char glued[] = "type=PROCTITLE msg=audit(05/31/2024 05:27:41.876:878) : proctitle=x type=AVC msg=audit(05/31/2024 05:27:41.876:878) : avc:  denied\n";
	static const char sound[] = "\ntype=AVC msg=audit(1.500:3): avc:  denied\n";
	g_autofree char *one = audit_log_copied(wrapped, strlen(wrapped)), *two = audit_log_copied(glued, strlen(glued));

	(void)state;
	assert_string_equal(one, "type=AVC msg=audit(1588465721.729:1232): apparmor=\"DENIED\" operation=\"open\"\n");
	assert_string_equal(two, "type=PROCTITLE msg=audit(1717133261.876:878): proctitle=x\ntype=AVC msg=audit(1717133261.876:878): avc:  denied\n");
	assert_null(audit_log_copied(sound, strlen(sound)));
}

static void lines_keep_their_number_and_hostile_names_their_bytes(void **state)
{
	struct source *src = record_new(NULL);
	xmlDoc *facts = facts_new();

	(void)state;
	record_put_text(src, "/vmdoctor/audit.txt",
			"\n" MACHINE_ID("1.000:1") AVC("1.500:3", "read", "name=1B5B324A3C612F3E dev=\"vda\" ino=5"));
	check_audit.host(src, facts_host(facts));
	assert_xpath(facts, "host/denial/@line", "3");
	assert_xpath(facts, "host/denial/@from", "/vmdoctor/audit.txt");
	assert_xpath(facts, "host/denial/@name", "\\x1B[2J<a/>");
	assert_xpath(facts, "host/denial/@source-categories", "c97,c636");
	assert_xpath(facts, "host/denial/@first", "1970-01-01 00:00:01 UTC");
	assert_xpath(facts, "host/denial/@vm", "web");
	facts_free(facts);
	source_free(src);
}

static void the_live_source_keeps_the_newest_lines_of_all_rotations(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("audit-XXXXXX", NULL);
	g_autofree char *old = g_build_filename(dir, "audit.log.1", NULL);
	g_autofree char *now = g_build_filename(dir, "audit.log", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GString) big = g_string_new(NULL);
	struct source *src = source_audit_new(dir);
	size_t size = 0;

	(void)state;
	assert_int_equal(source_read(src, "/vmdoctor/audit.txt", &text, &size), -ENOENT);
	while (big->len < 20 << 20)
		g_string_append(big, VIRT("RESOURCE", "1.000:1", "resrc=mem reason=start old-mem=0 new-mem=1"));
	assert_true(g_file_set_contents(old, big->str, (gssize)big->len, NULL));
	assert_true(g_file_set_contents(now, MACHINE_ID("2.000:2"), -1, NULL));
	assert_int_equal(source_read(src, "/vmdoctor/audit.txt", &text, &size), 1);
	assert_true(size <= source_cap_bytes("/vmdoctor/audit.txt"));
	assert_true(size > source_cap_bytes("/vmdoctor/audit.txt") / 2);
	assert_true(g_str_has_prefix(text, "type=VIRT_RESOURCE"));
	assert_true(g_str_has_suffix(text, MACHINE_ID("2.000:2")));
	source_free(src);
	g_unlink(old);
	g_unlink(now);
	g_rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_filter_keeps_guests_records_and_their_syscalls),
		cmocka_unit_test(it_does_not_matter_where_the_bytes_are_cut),
		cmocka_unit_test(a_line_without_end_takes_no_memory_and_its_successor_counts),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(rotations_are_read_oldest_first),
		cmocka_unit_test(other_logs_carry_records_in_other_forms),
		cmocka_unit_test(a_name_and_then_a_path_of_one_inode_are_one),
		cmocka_unit_test(what_a_process_may_not_do_to_itself_is_one_thing_each),
		cmocka_unit_test(strings_in_hex_are_decoded_and_enrichment_is_cut),
		cmocka_unit_test(an_enforced_refusal_counts_more_than_permissive_ones),
		cmocka_unit_test(categories_are_joined_only_within_a_domains_life),
		cmocka_unit_test(restarted_serials_do_not_mix_events),
		cmocka_unit_test(libvirts_own_records_are_no_refusals),
		cmocka_unit_test(the_number_of_groups_is_bounded),
		cmocka_unit_test(what_may_not_be_read_says_so),
		cmocka_unit_test(records_that_were_copied_are_whole_again),
		cmocka_unit_test(lines_keep_their_number_and_hostile_names_their_bytes),
		cmocka_unit_test(the_live_source_keeps_the_newest_lines_of_all_rotations),
	};

	xml_init();
	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
