// SPDX-License-Identifier: GPL-2.0-or-later
/* What commands print, as a sosreport holds it. */
#include "test.h"

#include <errno.h>

#include "archives/sos/sos.h"
#include "archives/sos/sos_net.h"
#include "archives/sos/sos_text.h"
#include "source/source.h"

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

/* The JSON without its blanks. */
static char *dense(char *json)
{
	g_auto(GStrv) parts = g_strsplit_set(json ? json : "", " \n", -1);

	g_free(json);
	return g_strjoinv("", parts);
}

#define assert_dense(json, expected)                                                               \
	do {                                                                                       \
		g_autofree char *got_ = dense(json);                                               \
		assert_string_equal(got_, expected);                                               \
	} while (0)

static void links_have_their_kind_and_their_port(void **state G_GNUC_UNUSED)
{
	assert_dense(sos_net_links(
		"3: vnet0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast master virbr0 state UNKNOWN mode DEFAULT\n"
		"    link/ether fe:54:00:95:6e:9a brd ff:ff:ff:ff:ff:ff promiscuity 1  allmulti 1 minmtu 68 maxmtu 65521 \n"
		"    tun type tap pi off vnet_hdr on persist off \n"
		"    bridge_slave state forwarding priority 32 cost 2 hairpin off learning on flood on isolated on bcast_flood on\n"
		"    RX:  bytes packets errors dropped  missed   mcast           \n"
		"             7       1      2       3       0       0 \n"
		"    TX:  bytes packets errors dropped carrier collsns           \n"
		"             0       0      0       2       0       0 \n"),
		"{\"link\":[{\"ifindex\":3,\"up\":true,\"running\":true,\"loopback\":false,\"name\":\"vnet0\",\"carrier\":true,"
		"\"mtu\":1500,\"qdisc\":\"pfifo_fast\",\"master\":\"virbr0\",\"mac\":\"fe:54:00:95:6e:9a\",\"promiscuity\":1,"
		"\"kind\":\"tun\",\"port-state\":3,\"port-learning\":true,\"port-flood\":true,\"port-broadcast-flood\":true,"
		"\"port-hairpin\":false,\"port-isolated\":true,\"rx-bytes\":7,\"rx-packets\":1,\"rx-errors\":2,\"rx-dropped\":3,"
		"\"tx-bytes\":0,\"tx-packets\":0,\"tx-errors\":0,\"tx-dropped\":2}]}");
	assert_dense(sos_net_links(
		"5: eth0.5@eth0: <BROADCAST> mtu 1400 qdisc noop state DOWN\n    link/ether 52:54:00:aa:bb:cc brd ff:ff:ff:ff:ff:ff\n"
		"    vlan protocol 802.1Q id 5 <REORDER_HDR>\n    alias bridge stp_state 1\n"
		"6: v@if9: <UP> mtu 1500 qdisc noop\n    link/none\n    altname enp1s0\n"),
		"{\"link\":[{\"ifindex\":5,\"up\":false,\"running\":false,\"loopback\":false,\"lower\":\"eth0\",\"name\":\"eth0.5\","
		"\"mtu\":1400,\"qdisc\":\"noop\",\"mac\":\"52:54:00:aa:bb:cc\",\"kind\":\"vlan\",\"vlan\":5},"
		"{\"ifindex\":6,\"up\":true,\"running\":true,\"loopback\":false,\"name\":\"v\",\"carrier\":false,\"mtu\":1500,"
		"\"qdisc\":\"noop\"}]}");
}

static void addresses_and_routes_say_whose_they_are(void **state G_GNUC_UNUSED)
{
	assert_dense(sos_net_addresses("2: virbr0    inet 192.168.122.1/24 brd 192.168.122.255 scope global virbr0\\       valid_lft forever\n"
				       "4: ppp0    inet 10.0.0.1 peer 10.0.0.2/32 scope global ppp0\\ x\n"
				       "4: e    inet6 fe80::1/64 scope link \\       valid_lft forever\n"),
		     "{\"address\":[{\"link\":\"virbr0\",\"family\":4,\"prefix\":24,\"peer\":\"192.168.122.1\",\"address\":\"192.168.122.1\"},"
		     "{\"link\":\"ppp0\",\"family\":4,\"prefix\":32,\"peer\":\"10.0.0.2\",\"address\":\"10.0.0.1\"},"
		     "{\"link\":\"e\",\"family\":6,\"prefix\":64,\"address\":\"fe80::1\"}]}");
	assert_dense(sos_net_routes("default via 10.9.8.1 dev eth0 proto dhcp metric 100 \n1.2.3.0/24 \n\tnexthop via 10.9.8.3 dev eth0 weight 1 \n"
				    "\tnexthop via 10.9.8.4 dev eth1 weight 1 \nblackhole 172.21.0.0/16 \nx/8 dev eth0\n9.0.0.0/8 dev e table mine\n"
				    "local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 \n"
				    "default dev e metric 1024 pref medium\n"),
		     "{\"route\":[{\"family\":4,\"to\":\"default\",\"type\":\"unicast\",\"table\":254,\"gateway\":\"10.9.8.1\",\"metric\":100,"
		     "\"link\":\"eth0\"},{\"family\":4,\"to\":\"1.2.3.0/24\",\"type\":\"unicast\",\"table\":254,\"link\":\"eth0\"},"
		     "{\"family\":4,\"to\":\"172.21.0.0/16\",\"type\":\"blackhole\",\"table\":254},"
		     "{\"family\":4,\"to\":\"127.0.0.1/32\",\"type\":\"local\",\"table\":255,\"source\":\"127.0.0.1\",\"link\":\"lo\"},"
		     "{\"family\":6,\"to\":\"default\",\"type\":\"unicast\",\"table\":254,\"metric\":1024,\"link\":\"e\"}]}");
	assert_dense(sos_net_rules("0:\tfrom all lookup local\n502:\tfrom 10.1.0.0/16 fwmark 0x10 iif br0 blackhole\n"),
		     "{\"rule\":[{\"family\":4,\"source\":\"default\",\"destination\":\"default\",\"action\":\"lookup\",\"priority\":0,"
		     "\"table\":255},{\"family\":4,\"source\":\"10.1.0.0/16\",\"destination\":\"default\",\"action\":\"blackhole\","
		     "\"priority\":502,\"iif\":\"br0\",\"fwmark\":16}]}");
}

static void neighbours_have_their_state(void **state G_GNUC_UNUSED)
{
	assert_dense(sos_net_neighbours("10.9.8.77 dev eth0 lladdr 52:54:00:11:22:33  used 1/1/1probes 0 PERMANENT \n"
					"fe80::1 dev e router FAILED\n"),
		     "{\"neighbour\":[{\"link\":\"eth0\",\"family\":4,\"state\":\"permanent\",\"address\":\"10.9.8.77\","
		     "\"mac\":\"52:54:00:11:22:33\"},{\"link\":\"e\",\"family\":6,\"state\":\"failed\",\"address\":\"fe80::1\"}]}");
	assert_dense(sos_net_fdb("52:54:00:99:99:99 dev vnet0 vlan 7 used 1/1 master virbr0 static\n52:54:00:99:99:98 dev vnet0 used 3/2 master virbr0\n"),
		     "{\"fdb\":[{\"link\":\"vnet0\",\"state\":\"noarp\",\"mac\":\"52:54:00:99:99:99\",\"master\":\"virbr0\",\"vlan\":7},"
		     "{\"link\":\"vnet0\",\"state\":\"reachable\",\"mac\":\"52:54:00:99:99:98\",\"master\":\"virbr0\"}]}");
}

static void what_is_no_table_gives_none(void **state G_GNUC_UNUSED)
{
	static const char *const none[] = { "", "\n", "RTNETLINK answers: Operation not supported\n", "1: : <", "1: <", "1: a: <U> ", "1: x: <\n x", "\t\t",
					    "default", "0:", "bash: ip: command not found\n" };

	for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
		g_free(sos_net_links(none[i])); /* whatever it makes of it, it ends */
		assert_null(sos_net_addresses(none[i]));
		assert_null(sos_net_rules(none[i]));
		if (none[i][strspn(none[i], "\n")]) {
			assert_null(sos_net_neighbours(none[i]));
			assert_null(sos_net_fdb(none[i]));
		}
	}
	assert_dense(sos_net_neighbours("\n"), "{\"neighbour\":[]}");
	assert_dense(sos_net_fdb(""), "{\"fdb\":[]}");
	assert_null(sos_net_links("RTNETLINK answers: Operation not supported\n"));
	assert_null(sos_net_routes("RTNETLINK answers: Operation not supported\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_counts_in_universal_time_only),
		cmocka_unit_test(network_names_may_hold_blanks),
		cmocka_unit_test(what_is_no_output_gives_nothing),
		cmocka_unit_test(the_machine_is_found_on_debian_and_red_hat),
		cmocka_unit_test(the_manifest_says_what_failed_and_where_outputs_are),
		cmocka_unit_test(links_have_their_kind_and_their_port),
		cmocka_unit_test(addresses_and_routes_say_whose_they_are),
		cmocka_unit_test(neighbours_have_their_state),
		cmocka_unit_test(what_is_no_table_gives_none),
	};

	xml_init();
	return cmocka_run_group_tests_name("sos", tests, NULL, NULL);
}
