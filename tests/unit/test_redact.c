// SPDX-License-Identifier: GPL-2.0-or-later
/* Other names and addresses, with the same relations. */
#include "test.h"

#include <arpa/inet.h>
#include <string.h>

#include "redact/redact.h"

static const guint8 key[REDACT_KEY_BYTES] = "of the tests";

static uint32_t v4(const char *text)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return ntohl(a.s_addr);
}

static unsigned int shared_bits(uint32_t a, uint32_t b)
{
	unsigned int n = 0;

	while (n < 32 && ((a ^ b) >> (31 - n) & 1) == 0)
		n++;
	return n;
}

static void addresses_share_what_they_shared(void **state G_GNUC_UNUSED)
{
	static const char *const all[] = { "10.0.0.1", "10.0.7.9", "10.200.3.4", "172.16.5.1", "172.31.0.2", "172.32.0.2",
					   "192.168.122.1", "192.168.122.254", "192.168.0.9", "192.167.1.1", "8.8.8.8",
					   "9.9.9.9", "100.64.0.1", "203.0.114.1", "192.0.2.1", "127.0.0.1" };

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(all); j++)
			assert_int_equal(shared_bits(v4(all[i]), v4(all[j])),
					 shared_bits(redact_ipv4(key, v4(all[i])), redact_ipv4(key, v4(all[j]))));
}

static void what_has_a_meaning_keeps_it(void **state G_GNUC_UNUSED)
{
	static const char *const kept[] = { "0.0.0.0", "127.0.0.53", "169.254.1.1", "192.0.2.7", "203.0.113.9",
					    "224.0.0.251", "255.255.255.0", "255.255.255.255" };

	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		assert_int_equal(redact_ipv4(key, v4(kept[i])), v4(kept[i]));
	assert_int_equal(redact_ipv4(key, v4("10.1.2.3")) >> 24, 10);
	assert_int_equal(redact_ipv4(key, v4("172.16.2.3")) >> 20, v4("172.16.0.0") >> 20);
	assert_int_equal(redact_ipv4(key, v4("192.168.2.3")) >> 16, v4("192.168.0.0") >> 16);
	assert_int_not_equal(redact_ipv4(key, v4("192.168.2.3")), v4("192.168.2.3"));
	assert_int_not_equal(redact_ipv4(key, v4("8.8.8.8")), v4("8.8.8.8"));
}

static struct redact *some(void)
{
	struct redact *r = redact_new(key);

	redact_add_name(r, REDACT_DOMAIN, "web");
	redact_add_name(r, REDACT_DOMAIN, "web-db");
	redact_add_name(r, REDACT_DOMAIN, "qemu");
	redact_add_name(r, REDACT_HOST, "kvm1");
	redact_add_name(r, REDACT_USER, "joe");
	redact_add_name(r, REDACT_NETWORK, "acme-lan");
	redact_add_name(r, REDACT_PATH, "acme");
	redact_add_name(r, REDACT_PATH, "status");
	redact_add_name(r, REDACT_PATH, "web-data");
	redact_add_name(r, REDACT_PATH, "images");
	return r;
}

static void names_are_whole_words(void **state G_GNUC_UNUSED)
{
	static const char *const pairs[][2] = {
		{ "/srv/web.qcow2", "/srv/vm-1.qcow2" },
		{ "web-db web webby cobweb web1", "vm-2 vm-1 webby cobweb web1" },
		{ "mount=%2Fsrv%2Fweb", "mount=%2Fsrv%2Fvm-1" },
		{ "qemu\\x2d3\\x2dweb.scope", "qemu\\x2d3\\x2dvm-1.scope" },
		{ "kvm1 qemu-system-x86_64 -name guest=qemu,debug", "host-1 qemu-system-x86_64 -name guest=vm-3,debug" },
		{ "/var/log/libvirt/qemu/qemu.log", "/var/log/libvirt/qemu/vm-3.log" },
		{ "/srv/acme/web-data.qcow2 acme status", "/srv/path-1/path-3.qcow2 acme status" },
		{ "/proc/12/status /srv/status/images/x", "/proc/12/status /srv/path-2/images/x" },
		{ "/vmdoctor/open/%2Fsrv%2Facme%2Fb", "/vmdoctor/open/%2Fsrv%2Fpath-1%2Fb" },
		{ "acme.img", "path-1.img" },
		{ "network='acme-lan'", "network='net-1'" },
		{ "/home/joe/x <name>web</name>", "/home/user-1/x <name>vm-1</name>" },
		{ "07:00:00.123 version 6.1.0 0000:00:1f.2", "07:00:00.123 version 6.1.0 0000:00:1f.2" },
	};
	struct redact *r = some();

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *out = redact_text(r, pairs[i][0], strlen(pairs[i][0]), NULL);

		assert_string_equal(out, pairs[i][1]);
	}
	redact_free(r);
}

static void tap_and_guest_stay_a_pair(void **state G_GNUC_UNUSED)
{
	static const char text[] = "52:54:00:04:5a:87 FE:54:00:04:5A:87 ff:ff:ff:ff:ff:ff 01:52:54:00:04:5a:87 "
				   "fe80::5054:ff:fe04:5a87 ::1 2001:db8::1 "
				   "66bd8800-49ed-4ca7-99c4-0f524f85d118 66BD8800-49ED-4CA7-99C4-0F524F85D118";
	struct redact *r = some();
	g_autofree char *out = redact_text(r, text, strlen(text), NULL);

	assert_string_equal(out, "02:00:00:00:00:01 fe:00:00:00:00:01 ff:ff:ff:ff:ff:ff 01:02:00:00:00:00:01 "
				 "fe80::ff:fe00:1 ::1 2001:db8::1 "
				 "00000000-0000-4000-8000-000000000001 00000000-0000-4000-8000-000000000001");
	assert_null(redact_left(r, out, strlen(out)));
	assert_non_null(redact_left(r, text, strlen(text)));
	redact_free(r);
}

/* Tens of thousands of addresses in megabytes of a log: each place is looked at once. */
static void many_originals_are_looked_for_at_once(void **state G_GNUC_UNUSED)
{
	struct redact *r = some();
	g_autoptr(GString) log = g_string_new(NULL);
	g_autofree char *out = NULL;
	gint64 begin = g_get_monotonic_time();
	size_t size;

	for (unsigned int i = 0; i < 40000; i++)
		g_string_append_printf(log, "Nov 21 10:00:00 h kernel: %u.%u.%u.7 52:54:00:%02x:%02x:01 said web-%u\n", 11 + i % 80, i / 250,
				       i % 250, i >> 8 & 0xff, i & 0xff, i);
	out = redact_text(r, log->str, log->len, &size);
	assert_null(redact_left(r, out, size));
	assert_non_null(redact_left(r, log->str, log->len));
	assert_true(g_get_monotonic_time() - begin < 30 * G_USEC_PER_SEC);
	redact_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_share_what_they_shared),
		cmocka_unit_test(what_has_a_meaning_keeps_it),
		cmocka_unit_test(names_are_whole_words),
		cmocka_unit_test(tap_and_guest_stay_a_pair),
		cmocka_unit_test(many_originals_are_looked_for_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
