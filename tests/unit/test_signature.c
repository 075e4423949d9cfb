// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The signature engine: what it finds in logs, whose it is, and that no line can hurt it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "facts/facts.h"
#include "rules/rules.h"
#include "logs/scan.h"
#include "rules/signature.h"
#include "source/source.h"
#include "base/xml.h"

#define ERROR_TXT "/vmdoctor/error.txt"
#define DAEMON_LOG "/var/log/libvirt/libvirtd.log"

/* A rule with as many signatures as are added. */
static struct rule *rule_new(GPtrArray *rules, const char *id)
{
	struct rule *r = g_new0(struct rule, 1);

	r->id = g_strdup(id);
	r->logs = g_ptr_array_new_with_free_func((GDestroyNotify)signature_free);
	g_ptr_array_add(rules, r);
	return r;
}

static void rule_done(void *p)
{
	struct rule *r = p;

	g_free(r->id);
	g_ptr_array_unref(r->logs);
	g_free(r);
}

static void want(struct rule *r, const char *logs, const char *literal, const char *regex)
{
	struct signature *s = signature_new(logs, literal, regex, false, NULL);

	assert_non_null(s);
	g_ptr_array_add(r->logs, s);
}

struct world {
	GPtrArray *rules;
	struct rule *rule; /* the first */
	struct source *src;
	xmlDoc *facts;
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	w->rules = g_ptr_array_new_with_free_func(rule_done);
	w->rule = rule_new(w->rules, "logs-one");
	w->src = record_new(NULL);
	w->facts = facts_new();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	g_ptr_array_unref(w->rules);
	source_free(w->src);
	facts_free(w->facts);
	g_free(w);
	return 0;
}

static xmlNode *add_vm(struct world *w, const char *name, const char *uuid)
{
	xmlNode *vm = facts_add_vm(w->facts, name);

	facts_set(vm, "uuid", uuid);
	return vm;
}

/* As the qemu_log check would leave it. */
static void add_qemu_log(struct world *w, xmlNode *vm, const char *text, const char *start_line)
{
	g_autofree char *path = g_strdup_printf("/var/log/libvirt/qemu/%s.log", facts_get(vm, "name"));
	xmlNode *log = facts_add(vm, "qemu-log"), *start;

	facts_from(log, path, 0);
	record_put_text(w->src, path, text);
	if (!start_line)
		return;
	start = facts_add(log, "start");
	facts_set(start, "line", start_line);
	facts_set(start, "time", "2026-11-20 12:00:00.000+0000");
}

static xmlNode *scan(struct world *w)
{
	scan_logs(w->rules, w->src, w->facts);
	return xml_child(facts_host(w->facts), "match");
}

static void put_bytes(struct world *w, const char *path, const char *bytes, size_t size)
{
	struct answer a = { .data = g_bytes_new(bytes, size) };

	record_put(w->src, &(struct query){ .verb = SOURCE_READ, .path = path }, &a);
}

static void assert_attr(const xmlNode *node, const char *name, const char *value)
{
	const char *is = facts_get(node, name);

	assert_non_null(is);
	assert_string_equal(is, value);
}

static void a_literal_alone_matches_in_any_case(void **state)
{
	struct world *w = *state;
	xmlNode *m;

	want(w->rule, "daemon", "Full Disk", NULL);
	record_put_text(w->src, ERROR_TXT, "nothing\nthe FULL disk hums\n");
	m = scan(w);
	assert_attr(m, "rule", "logs-one");
	assert_attr(m, "log", "error");
	assert_attr(m, "line", "2");
	assert_attr(m, "count", "1");
}

static void a_regex_decides_after_the_literal(void **state)
{
	struct world *w = *state;

	want(w->rule, "daemon", "denied", "permission denied: (?<path>/\\S+)");
	record_put_text(w->src, ERROR_TXT, "entry denied: /x\npermission granted: /y\n");
	assert_null(scan(w));
}

static void named_groups_become_attributes(void **state)
{
	struct world *w = *state;
	xmlNode *m;

	want(w->rule, "daemon", "lock", "get '(?<permission>\\w+)' lock( on (?<path>\\S+))?|lock (?<path>/\\S+)");
	record_put_text(w->src, ERROR_TXT, "Failed to get \"write\" lock on /a b");
	m = scan(w);
	assert_attr(m, "permission", "write");
	assert_attr(m, "path", "/a");
}

static void each_kind_of_quote_is_the_plain_one(void **state)
{
	struct world *w = *state;
	xmlNode *m;

	want(w->rule, "daemon", "open", "open '(?<path>[^']+)'");
	record_put_text(w->src, ERROR_TXT, "open “/1”\nopen ‘/2’\nopen `/3'\nopen \"/4\"\nopen «/5»\n");
	m = scan(w);
	for (unsigned int i = 1; i <= 5; i++, m = xml_next(m, "match")) {
		g_autofree char *path = g_strdup_printf("/%u", i);

		assert_attr(m, "path", path);
	}
	assert_null(m);
}

static void lines_are_counted_with_their_times(void **state)
{
	struct world *w = *state;
	xmlNode *m;

	want(w->rule, "daemon", "boom", NULL);
	record_put_text(w->src, DAEMON_LOG,
			"2026-11-20 10:00:00.123+0000: 7: error : boom\n"
			"2026-11-20 10:00:01.000+0000: 7: error : quiet\n"
			"2026-11-20 10:00:02.000+0000: 7: error : boom\n");
	put_bytes(w, "/var/log/syslog", "", 0);
	record_put(w->src, &(struct query){ .verb = SOURCE_LIST, .path = "/var/log/libvirt" },
		   &(struct answer){ .data = g_bytes_new_static("libvirtd.log\nqemu\n", 18) });
	m = scan(w);
	assert_attr(m, "count", "2");
	assert_attr(m, "first", "2026-11-20 10:00:00.123+0000");
	assert_attr(m, "last", "2026-11-20 10:00:02.000+0000");
	assert_attr(m, "from", DAEMON_LOG);
	assert_attr(m, "line", "1");
}

static void differing_first_groups_are_different_matches(void **state)
{
	struct world *w = *state;
	xmlNode *m;
	unsigned int n = 0;

	want(w->rule, "daemon", "file", "file (?<path>\\S+) by (?<pid>\\d+)");
	record_put_text(w->src, ERROR_TXT, "file a by 1\nfile b by 1\nfile a by 2\n");
	m = scan(w);
	assert_attr(m, "path", "a");
	assert_attr(m, "pid", "1");
	assert_attr(m, "count", "2");
	assert_attr(xml_next(m, "match"), "path", "b");
	for (; m; m = xml_next(m, "match"))
		n++;
	assert_int_equal(n, 2);
}

static void many_matches_do_not_make_many_facts(void **state)
{
	struct world *w = *state;
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned int n = 0;

	want(w->rule, "daemon", "file", "file (?<path>\\S+)");
	for (unsigned int i = 0; i < 1000; i++)
		g_string_append_printf(text, "file %u\n", i);
	record_put_text(w->src, ERROR_TXT, text->str);
	for (xmlNode *m = scan(w); m; m = xml_next(m, "match"))
		n++;
	assert_true(n <= 18);
}

static void wrapped_text_is_tried_unwrapped(void **state)
{
	struct world *w = *state;
	struct rule *hard = rule_new(w->rules, "logs-two");
	xmlNode *m;

	want(w->rule, "daemon", "group 1 is", "group 1 is not viable");
	want(hard, "daemon", "O_DIRECT", "not support O_DIRECT");
	record_put_text(w->src, ERROR_TXT, "vfio 0000:01:00.0: failed to set up the device: group 1 is not\n   viable\nthe file system below /srv/guests/prod/images does not supp\nort O_DIRECT\n");
	m = scan(w);
	assert_attr(m, "rule", "logs-one");
	assert_attr(xml_next(m, "match"), "rule", "logs-two");
	assert_null(facts_get(m, "line"));
}

/* What stands in two messages is none: a pattern that takes no line break stops at the second one's beginning. */
static void messages_below_each_other_are_not_joined(void **state)
{
	struct world *w = *state;
	struct rule *told = rule_new(w->rules, "logs-two");
	xmlNode *m;

	want(w->rule, "daemon", "curl", "curl[^\\n]*failed");
	want(told, "daemon", "curl", "curl.{0,200}failed");
	record_put_text(w->src, ERROR_TXT, "root@h:~# virsh attach-device web a-cdrom-behind-a-server-for-curl.xml\nerror: the moon failed\n");
	m = scan(w);
	assert_attr(m, "rule", "logs-two");
	assert_null(xml_next(m, "match"));
}

static void put_daemon_log(struct world *w, const char *text)
{
	record_put_text(w->src, DAEMON_LOG, text);
	record_put(w->src, &(struct query){ .verb = SOURCE_LIST, .path = "/var/log/libvirt" },
		   &(struct answer){ .data = g_bytes_new_static("libvirtd.log\n", 13) });
}

#define STAMP "2026-11-20 12:00:00.000+0000: 700: error : "

static void a_daemons_log_that_was_copied_is_joined(void **state)
{
	struct world *w = *state;

	want(w->rule, "daemon", NULL, "does not support 'virtio' video device");
	put_daemon_log(w, STAMP "qemuValidate:4692 : unsupported configuration: this\nQEMU, whose long name tells where it was built, does not support\n'virtio' video device\n");
	assert_non_null(scan(w));
}

/* A daemon's own log has lines that go on, too; what stands in two of them is no message. */
static void a_daemons_own_log_is_not_joined(void **state)
{
	struct world *w = *state;
	g_autoptr(GString) text = g_string_new(NULL);

	want(w->rule, "daemon", NULL, "does not support 'virtio' video device");
	for (int i = 0; i < 10; i++)
		g_string_append(text, STAMP "virNetSocketReadWire:1793 : End of file while reading data\n");
	g_string_append(text, STAMP "qemuValidate:4692 : this QEMU, whose name is long, does not support\n'virtio' video device\n");
	put_daemon_log(w, text->str);
	assert_null(scan(w));
}

static void a_line_that_was_seen_is_not_counted_again_unwrapped(void **state)
{
	struct world *w = *state;

	want(w->rule, "daemon", "boom", NULL);
	record_put_text(w->src, ERROR_TXT, "boom\nboom\n");
	assert_attr(scan(w), "count", "2");
}

static void a_line_counts_once_for_a_rule(void **state)
{
	struct world *w = *state;
	xmlNode *m;

	want(w->rule, "daemon", "late", "(?<path>/\\S+) late");
	want(w->rule, "daemon", "early", "early (?<name>\\w+)");
	record_put_text(w->src, ERROR_TXT, "early one /x late\n");
	m = scan(w);
	assert_attr(m, "path", "/x");
	assert_attr(m, "count", "1");
	assert_null(xml_next(m, "match"));
}

static void only_the_wanted_logs_count(void **state)
{
	struct world *w = *state;
	struct rule *kernel = rule_new(w->rules, "logs-two");

	want(w->rule, "audit", "boom", NULL);
	want(kernel, "kernel", "boom", NULL);
	record_put_text(w->src, DAEMON_LOG, "boom");
	record_put_text(w->src, "/var/log/audit/audit.log", "type=AVC msg=audit(1.1:2): boom");
	assert_attr(scan(w), "rule", "logs-one");
	assert_null(xml_next(xml_child(facts_host(w->facts), "match"), "match"));
}

static void a_domain_gets_what_names_it(void **state)
{
	struct world *w = *state;
	xmlNode *web = add_vm(w, "web 1", "4dea22b3-1d52-d8f3-2516-782e98ab3fa0");
	xmlNode *db = add_vm(w, "db", "5dea22b3-1d52-d8f3-2516-782e98ab3fa0");

	want(w->rule, "kernel", "boom", NULL);
	record_put_text(w->src, "/var/log/kern.log",
			"boom domain 'web 1'\nboom guest=db,debug\n"
			"boom profile=\"libvirt-4DEA22B3-1d52-d8f3-2516-782e98ab3fa0\"\nboom database\n");
	assert_attr(scan(w), "count", "1"); /* the host's: "database" is not db */
	assert_attr(xml_child(db, "match"), "count", "1");
	assert_attr(xml_child(web, "match"), "count", "2");
}

static void the_kernel_knows_control_groups_and_processes(void **state)
{
	struct world *w = *state;
	xmlNode *web = add_vm(w, "web 1-a", NULL), *db = add_vm(w, "db", NULL);

	facts_set(facts_add(db, "process"), "pid", "4711");
	want(w->rule, "kernel", "boom", "boom (in process (?<pid>\\d+))?");
	record_put_text(w->src, "/var/log/kern.log",
			"boom /machine.slice/machine-qemu\\x2d12\\x2dweb1\\x2da.scope/libvirt\n"
			"boom /machine/qemu-3-web1-a.libvirt-qemu/emulator\n"
			"boom in process 4711\nboom in process 47\nboom /machine/qemu-3-web1.libvirt-qemu\n");
	assert_attr(scan(w), "count", "1"); /* the host's: the last, process 47 is another hit */
	assert_attr(xml_child(web, "match"), "count", "2");
	assert_attr(xml_child(db, "match"), "count", "1");
}

static void an_error_text_belongs_to_the_only_domain(void **state)
{
	struct world *w = *state;
	xmlNode *vm = add_vm(w, "web", NULL);

	want(w->rule, "daemon", "boom", NULL);
	record_put_text(w->src, ERROR_TXT, "boom");
	assert_null(scan(w));
	assert_non_null(xml_child(vm, "match"));
}

static void a_qemu_log_counts_from_its_last_start_without_the_command(void **state)
{
	struct world *w = *state;
	xmlNode *vm = add_vm(w, "web", NULL);
	xmlNode *m;

	want(w->rule, "qemu", "boom", NULL);
	add_qemu_log(w, vm, "boom\nstart\n-name boom \\\n-device boom\nqemu: boom\n", "2");
	scan(w);
	m = xml_child(vm, "match");
	assert_attr(m, "count", "1");
	assert_attr(m, "line", "5");
	assert_attr(m, "log", "qemu");
}

static void what_was_before_the_present_run_is_past(void **state)
{
	struct world *w = *state;
	xmlNode *vm = add_vm(w, "web", NULL);

	facts_set(vm, "active", "yes");
	want(w->rule, "daemon", "boom", NULL);
	add_qemu_log(w, vm, "start\n", "1");
	record_put_text(w->src, "/var/log/syslog",
			"2026-11-20T11:59:59+0000 h libvirtd[1]: boom domain 'web'\n");
	scan(w);
	assert_null(xml_child(vm, "match"));
}

static void old_lines_are_left_out_where_the_time_is_known(void **state)
{
	struct world *w = *state;
	xmlNode *clock = facts_add(facts_host(w->facts), "clock");
	xmlNode *m;

	facts_set(clock, "seconds", "1795176000"); /* 2026-11-20 12:00 UTC */
	want(w->rule, "kernel", "boom", NULL);
	record_put_text(w->src, "/var/log/kern.log",
			"Nov 10 10:00:00 h kernel: boom\nDec 24 10:00:00 h kernel: boom\n"
			"Nov 20 10:00:00 h kernel: boom\n2026-11-01 10:00:00.000+0000: boom\n[ 12.5] boom\n");
	m = scan(w);
	assert_attr(m, "count", "2");
	assert_attr(m, "first", "Nov 20 10:00:00");
}

static void hostile_bytes_are_shown_and_do_no_harm(void **state)
{
	static const char bytes[] = "bo\0om\nx\xff\xfe boom \x1b[31m\0 \xc3\n\0\0\0\n\\\nboom";
	struct world *w = *state;
	xmlNode *m;

	want(w->rule, "daemon", "boom", ".*boom.*");
	put_bytes(w, ERROR_TXT, bytes, sizeof(bytes) - 1);
	m = scan(w);
	assert_attr(m, "line", "2");
	assert_attr(m, "count", "2");
	assert_true(g_utf8_validate((const char *)m->children->content, -1, NULL));
	assert_null(strchr((const char *)m->children->content, '\x1b'));
}

static void of_a_line_of_a_megabyte_the_end_counts(void **state)
{
	struct world *w = *state;
	g_autofree char *text = g_malloc(1 << 20);
	xmlNode *m;

	memset(text, 'a', 1 << 20);
	memcpy(text + 5000, "boom", 4);
	memcpy(text + (1 << 20) - 100, "late", 4);
	want(w->rule, "daemon", "boom", NULL);
	want(w->rule, "daemon", "late", "(a+)+b");
	want(rule_new(w->rules, "logs-two"), "daemon", "late", "(?<path>aa.*)late");
	put_bytes(w, ERROR_TXT, text, 1 << 20);
	m = scan(w);
	assert_attr(m, "rule", "logs-two");
	assert_true(strlen((const char *)m->children->content) < 500);
	assert_null(xml_next(m, "match"));
}

static void a_text_with_nothing_in_it_is_fine(void **state)
{
	struct world *w = *state;

	want(w->rule, "daemon", "boom", NULL);
	put_bytes(w, ERROR_TXT, "", 0);
	put_bytes(w, "/var/log/kern.log", "\n\n\n", 3);
	assert_null(scan(w));
}

static void bad_signatures_are_refused(void **state G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	assert_null(signature_new("daemon", "abc", NULL, false, &error));
	g_clear_error(&error);
	assert_null(signature_new("diary", "abcd", NULL, false, &error));
	assert_non_null(strstr(error->message, "diary"));
	g_clear_error(&error);
	assert_null(signature_new("daemon", "abcd", "(", false, &error));
	assert_non_null(error);
}

static void an_unreadable_log_is_a_fact(void **state)
{
	struct world *w = *state;
	struct answer a = { .error = -13 };

	want(w->rule, "audit", "boom", NULL);
	record_put(w->src, &(struct query){ .verb = SOURCE_READ, .path = "/var/log/audit/audit.log" }, &a);
	assert_null(scan(w));
	assert_attr(xml_child(facts_host(w->facts), "log"), "error", "EACCES");
}

/* Three runs: the newest, an older one in the same log, one that was moved aside. */
static void put_runs(struct world *w)
{
	static const char dir[] = "/var/log/libvirt/qemu";
	const char *const names = "web.log\nweb.log.0\nweb.log.1.gz\nweb2.log\n";
	struct answer a = { .data = g_bytes_new(names, strlen(names)) };
	xmlNode *vm = add_vm(w, "web", NULL);

	want(w->rule, "qemu", "boom", "boom (?<name>\\w+)");
	add_qemu_log(w, vm, "2026-11-19 12:00:00.000+0000: starting up\nboom older\n"
			    "2026-11-20 12:00:00.000+0000: starting up\nboom newest\n", "3");
	record_put(w->src, &(struct query){ .verb = SOURCE_LIST, .path = dir }, &a);
	record_put_text(w->src, "/var/log/libvirt/qemu/web.log.0",
			"2026-11-01 12:00:00.000+0000: starting up\nboom rotated\n");
	record_put_text(w->src, "/var/log/libvirt/qemu/web2.log", "boom other\n");
}

static unsigned int runs_found(struct world *w, const char *since, const char *until)
{
	xmlNode *clock = facts_add(facts_host(w->facts), "clock");
	unsigned int n = 0;

	facts_set(clock, "seconds", "1795242010"); /* 2026-11-21 */
	facts_set(clock, "since", since);
	facts_set(clock, "until", until);
	scan_logs(w->rules, w->src, w->facts);
	for (xmlNode *vm = xml_child(xmlDocGetRootElement(w->facts), "vm"); vm; vm = xml_next(vm, "vm"))
		for (xmlNode *m = xml_child(vm, "match"); m; m = xml_next(m, "match"))
			n++;
	return n;
}

static void unasked_the_last_run_counts(void **state)
{
	put_runs(*state);
	assert_int_equal(runs_found(*state, NULL, NULL), 1);
}

static void asked_for_older_runs_and_rotated_logs_count(void **state)
{
	put_runs(*state);
	assert_int_equal(runs_found(*state, "1790000000", NULL), 3);
}

static void lines_without_time_have_that_of_their_run(void **state)
{
	put_runs(*state);
	/* 2026-11-19 00:00 to 2026-11-20 00:00 */
	assert_int_equal(runs_found(*state, "1795046400", "1795132800"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unasked_the_last_run_counts),
		TEST(asked_for_older_runs_and_rotated_logs_count),
		TEST(lines_without_time_have_that_of_their_run),
		TEST(a_literal_alone_matches_in_any_case),
		TEST(a_regex_decides_after_the_literal),
		TEST(named_groups_become_attributes),
		TEST(each_kind_of_quote_is_the_plain_one),
		TEST(lines_are_counted_with_their_times),
		TEST(differing_first_groups_are_different_matches),
		TEST(many_matches_do_not_make_many_facts),
		TEST(wrapped_text_is_tried_unwrapped),
		TEST(messages_below_each_other_are_not_joined),
		TEST(a_daemons_log_that_was_copied_is_joined),
		TEST(a_daemons_own_log_is_not_joined),
		TEST(a_line_that_was_seen_is_not_counted_again_unwrapped),
		TEST(a_line_counts_once_for_a_rule),
		TEST(only_the_wanted_logs_count),
		TEST(a_domain_gets_what_names_it),
		TEST(the_kernel_knows_control_groups_and_processes),
		TEST(an_error_text_belongs_to_the_only_domain),
		TEST(a_qemu_log_counts_from_its_last_start_without_the_command),
		TEST(what_was_before_the_present_run_is_past),
		TEST(old_lines_are_left_out_where_the_time_is_known),
		TEST(hostile_bytes_are_shown_and_do_no_harm),
		TEST(of_a_line_of_a_megabyte_the_end_counts),
		TEST(a_text_with_nothing_in_it_is_fine),
		TEST(bad_signatures_are_refused),
		TEST(an_unreadable_log_is_a_fact),
	};

	xml_init();
	return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
