// SPDX-License-Identifier: GPL-2.0-or-later
/* What commands print, as a sosreport holds it. */
#include "test.h"

#include <errno.h>

#include "sos.h"
#include "sos_text.h"
#include "source.h"

static void a_date_counts_in_universal_time_only(void **state G_GNUC_UNUSED)
{
	int64_t s = 0;

	assert_true(sos_clock("Fri Feb 11 00:10:03 UTC 2022\n", &s));
	assert_int_equal(s, 1644538203);
	assert_true(sos_clock("Fri 11 Feb 2022 12:10:03 AM UTC\n", &s));
	assert_int_equal(s, 1644538203);
	assert_true(sos_clock("               Local time: Fri 2022-02-11 01:10:03 CET\n"
			      "           Universal time: Fri 2022-02-11 00:10:03 UTC\n", &s));
	assert_int_equal(s, 1644538203);
	s = 7;
	assert_false(sos_clock("Fri Feb 11 01:10:03 CET 2022\n", &s));
	assert_false(sos_clock("", &s));
	assert_int_equal(s, 7);
}

static void network_names_may_hold_blanks(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) nets = sos_networks(" Name       State    Autostart   Persistent\n"
						 "--------------------------------------------\n"
						 " my net     active   yes         yes\n"
						 " b          inactive no          no\n\n");
	const struct sos_net *net;

	assert_int_equal(nets->len, 2);
	net = nets->pdata[0];
	assert_string_equal(net->name, "my net");
	assert_true(net->active && net->autostart && net->persistent);
	net = nets->pdata[1];
	assert_false(net->active || net->autostart || net->persistent);
}

static void what_is_no_output_gives_nothing(void **state G_GNUC_UNUSED)
{
	static const char *const texts[] = { "", "\n", "error: failed", ":", "Name:\nUUID:\nState:", "Linux" };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *name = NULL;
		g_autoptr(GPtrArray) nets = sos_networks(texts[i]);

		assert_null(sos_nodeinfo(texts[i]));
		assert_null(sos_version(texts[i], "h"));
		assert_null(sos_info(texts[i], &name));
		assert_null(sos_host(texts[i]));
		assert_int_equal(nets->len, 0);
	}
}

static void the_machine_is_found_on_debian_and_red_hat(void **state G_GNUC_UNUSED)
{
	g_autofree char *debian = sos_host("Linux a 6.1.0-41-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 "
					   "(2025-11-09) x86_64 GNU/Linux\n");
	g_autofree char *red_hat = sos_host("Linux b 5.14.0-362.el9.aarch64 #1 SMP Tue Nov 7 2023 aarch64 "
					    "aarch64 aarch64 GNU/Linux\n");

	assert_non_null(strstr(debian, "\"x86_64\""));
	assert_non_null(strstr(red_hat, "\"aarch64\""));
}

static void the_manifest_says_what_failed_and_where_outputs_are(void **state G_GNUC_UNUSED)
{
	struct source *record = record_new(NULL);
	const struct query q = { .verb = SOURCE_LIST, .path = "/sos_commands" };
	struct answer list = { .data = g_bytes_new_static("kernel\n", 7) };
	g_autofree char *text = NULL, *enforce = NULL;

	record_put(record, &q, &list);
	record_put_text(record, "/sos_reports/manifest.json",
			"{\"components\": {\"report\": {\"plugins\": {\"kernel\": {\"commands\": ["
			"{\"exec\": \"/usr/bin/uname -a\", \"filepath\": \"sos_commands/kernel/odd\", \"return_code\": 0},"
			"{\"exec\": \"sysctl -a\", \"filepath\": \"sos_commands/kernel/sysctl\", \"return_code\": 1},"
			"{\"exec\": 3}, 4, {\"exec\": \"date\", \"filepath\": \"../../x\"}]},"
			"\"virsh\": 5}}}}");
	record_put_text(record, "/sos_commands/kernel/odd", "Linux a 6.1 #1 SMP 1 2 x86_64 GNU/Linux\n");
	record_put_text(record, "/sos_commands/kernel/sysctl", "net.ipv4.ip_forward = 0\n");
	sos_map(record);
	assert_int_equal(source_read(record, "/vmdoctor/host.json", &text, NULL), 0);
	assert_int_equal(source_read(record, "/proc/sys/net/ipv4/ip_forward", &enforce, NULL), -ENODATA);
	source_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_counts_in_universal_time_only),
		cmocka_unit_test(network_names_may_hold_blanks),
		cmocka_unit_test(what_is_no_output_gives_nothing),
		cmocka_unit_test(the_machine_is_found_on_debian_and_red_hat),
		cmocka_unit_test(the_manifest_says_what_failed_and_where_outputs_are),
	};

	xml_init();
	return cmocka_run_group_tests_name("sos", tests, NULL, NULL);
}
