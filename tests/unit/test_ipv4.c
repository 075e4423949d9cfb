// SPDX-License-Identifier: GPL-2.0-or-later
/* IPv4 addresses and subnets. */
#include "test.h"

#include "formats/ipv4.h"

static void an_address_is_four_numbers_and_nothing_else(void **state G_GNUC_UNUSED)
{
	uint32_t a = 7;

	assert_true(ipv4_parse("192.0.2.1", &a));
	assert_int_equal(a, 0xc0000201);
	assert_false(ipv4_parse("192.0.2", &a));
	assert_false(ipv4_parse("192.0.2.1 ", &a));
	assert_false(ipv4_parse("2001:db8::1", &a));
	assert_false(ipv4_parse("", &a));
	assert_false(ipv4_parse(NULL, &a));
	assert_int_equal(a, 0xc0000201);
}

static void a_subnet_has_no_host_bits(void **state G_GNUC_UNUSED)
{
	struct ipv4_subnet s;

	assert_true(ipv4_subnet_make("192.168.122.1", "24", &s));
	assert_int_equal(s.net, 0xc0a87a00);
	assert_int_equal(s.bits, 24);
	assert_true(ipv4_subnet_make("192.0.2.1", "32", &s));
	assert_int_equal(s.net, 0xc0000201);
	assert_false(ipv4_subnet_make("192.0.2.1", "33", &s));
	assert_false(ipv4_subnet_make("192.0.2.1", NULL, &s));
	assert_false(ipv4_subnet_make("192.0.2.1", "-1", &s));
}

static void default_is_everything(void **state G_GNUC_UNUSED)
{
	struct ipv4_subnet s;

	assert_true(ipv4_subnet_parse("default", &s));
	assert_true(ipv4_is_in(0, &s) && ipv4_is_in(UINT32_MAX, &s));
	assert_true(ipv4_subnet_parse("10.0.0.0/8", &s));
	assert_true(ipv4_is_in(0x0affffff, &s));
	assert_false(ipv4_is_in(0x0b000000, &s));
	assert_false(ipv4_subnet_parse("10.0.0.0", &s));
	assert_false(ipv4_subnet_parse("fe80::/64", &s));
	assert_false(ipv4_subnet_parse(NULL, &s));
}

static void a_mask_is_one_run_of_bits(void **state G_GNUC_UNUSED)
{
	unsigned int bits = 99;

	assert_true(ipv4_mask_bits("255.255.255.0", &bits) && bits == 24);
	assert_true(ipv4_mask_bits("0.0.0.0", &bits) && bits == 0);
	assert_true(ipv4_mask_bits("255.255.255.255", &bits) && bits == 32);
	assert_false(ipv4_mask_bits("255.0.255.0", &bits));
	assert_false(ipv4_mask_bits("24", &bits));
}

static void a_prefix_goes_before_a_mask(void **state G_GNUC_UNUSED)
{
	struct ipv4_subnet s;

	assert_true(ipv4_subnet_of("10.1.2.3", NULL, "255.255.0.0", &s) && s.net == 0x0a010000);
	assert_true(ipv4_subnet_of("10.1.2.3", "8", "255.255.0.0", &s) && s.bits == 8);
	assert_false(ipv4_subnet_of("10.1.2.3", NULL, NULL, &s));
	assert_false(ipv4_subnet_of(NULL, "8", NULL, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_four_numbers_and_nothing_else),
		cmocka_unit_test(a_subnet_has_no_host_bits),
		cmocka_unit_test(default_is_everything),
		cmocka_unit_test(a_mask_is_one_run_of_bits),
		cmocka_unit_test(a_prefix_goes_before_a_mask),
	};

	return cmocka_run_group_tests_name("ipv4", tests, NULL, NULL);
}
