// SPDX-License-Identifier: GPL-2.0-or-later
/* Small texts of the field, and image headers. */
#include "test.h"

#include "formats/image_header.h"
#include "formats/parse.h"

static void versions_are_ordered_by_number(void **state G_GNUC_UNUSED)
{
	assert_int_equal(parse_version_compare("2.10", "2.9"), 1);
	assert_int_equal(parse_version_compare("7.2.22", "7.2.22"), 0);
	assert_int_equal(parse_version_compare("7.2", "7.2.1"), -1);
	assert_int_equal(parse_version_compare("rhel9.4.0", "rhel9.10.0"), -1);
	assert_int_equal(parse_version_compare("007", "7"), 0);
	assert_int_equal(parse_version_compare("", "1"), -1);
}

static void units_are_those_of_libvirt(void **state G_GNUC_UNUSED)
{
	assert_true(parse_unit_bytes("KiB") == 1024);
	assert_true(parse_unit_bytes("KB") == 1000);
	assert_true(parse_unit_bytes("G") == 1024.0 * 1024 * 1024);
	assert_true(parse_unit_bytes("bytes") == 1);
	assert_true(parse_unit_bytes("furlong") == 0);
	assert_true(parse_unit_bytes("") == 0);
}

static void check_cpulist(const char *text, const char *expected)
{
	g_autoptr(GArray) cpus = parse_cpulist(text);
	g_autofree char *back = cpus ? parse_cpulist_text(cpus) : g_strdup("(none)");

	assert_string_equal(back, expected);
}

static void cpu_lists_take_ranges_and_exclusions(void **state G_GNUC_UNUSED)
{
	check_cpulist("0-3,^2,8", "0-1,3,8");
	check_cpulist("3,1,2", "1-3");
	check_cpulist("", "");
	check_cpulist("4-2", "(none)");
	check_cpulist("0-99999999999", "(none)");
	check_cpulist("x", "(none)");
}

static void shell_words_are_quoted_when_they_must(void **state G_GNUC_UNUSED)
{
	g_autofree char *plain = parse_shell_quote("web-01.example");
	g_autofree char *blank = parse_shell_quote("my vm");
	g_autofree char *evil = parse_shell_quote("x'; rm -rf /; '");
	g_autofree char *option = parse_shell_quote("-rf");
	g_auto(GStrv) words = NULL;

	assert_string_equal(plain, "web-01.example");
	assert_string_equal(blank, "'my vm'");
	assert_string_equal(option, "'-rf'");
	assert_true(g_shell_parse_argv(evil, NULL, &words, NULL));
	assert_string_equal(words[0], "x'; rm -rf /; '");
}

static void names_that_come_close_have_a_small_distance(void **state G_GNUC_UNUSED)
{
	assert_int_equal(parse_distance("web", "wbe", 3), 2);
	assert_int_equal(parse_distance("web", "web1", 3), 1);
	assert_int_equal(parse_distance("web", "database", 3), 4);
	assert_int_equal(parse_distance("", "", 3), 0);
}

static void collect(void *data, const char *name, const char *value, unsigned int line)
{
	g_string_append_printf(data, "%s=%s@%u;", name, value, line);
}

static void libvirts_configuration_is_read_with_lists_over_lines(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) got = g_string_new(NULL);

	parse_conf("# x = 1\nlog_level = 1\n  user = \"root\" # no\nacl = [\n  \"/dev/null\",\n"
		   "  # \"/dev/no\",\n  \"/dev/kvm\"\n]\nempty=\nopen = [ \"a\"\n", collect, got);
	assert_string_equal(got->str, "log_level=1@2;user=root@3;acl=/dev/null, /dev/kvm@4;empty=@9;"
				      "open=a@10;");
}

/* A version 3 header of 104 bytes, then extensions, then the backing name. */
static size_t make_qcow2(unsigned char *b, uint32_t extension_length)
{
	static const unsigned char head[] = { 'Q', 'F', 'I', 0xfb, 0, 0, 0, 3 };

	memset(b, 0, 512);
	memcpy(b, head, sizeof(head));
	b[15] = 128;		/* backing offset */
	b[19] = 9;		/* backing length */
	b[24 + 3] = 1;		/* 4 GiB */
	b[79] = 2;		/* corrupt */
	b[103] = 104;		/* header length */
	memcpy(b + 104, "\xe2\x79\x2a\xca", 4);
	b[111] = (unsigned char)extension_length;
	b[108] = (unsigned char)(extension_length >> 24);
	memcpy(b + 112, "raw", 3);
	memcpy(b + 128, "base.img!", 9);
	return 137;
}

static void a_qcow2_header_names_backing_file_and_format(void **state G_GNUC_UNUSED)
{
	unsigned char b[512];
	struct image_header h;

	image_header_parse(b, make_qcow2(b, 3), &h);
	assert_string_equal(h.format, "qcow2");
	assert_string_equal(h.backing, "base.img!");
	assert_string_equal(h.backing_format, "raw");
	assert_true(h.is_corrupt && !h.is_dirty && !h.is_broken);
	assert_true(h.virtual_bytes == UINT64_C(1) << 32);
	image_header_done(&h);
}

static void a_header_that_is_cut_or_lies_is_broken(void **state G_GNUC_UNUSED)
{
	unsigned char b[512];
	struct image_header h;
	size_t size = make_qcow2(b, 3);

	for (size_t n = 4; n < size; n++) {
		g_autofree unsigned char *exact = g_memdup2(b, n); /* ASan sees every overrun */

		image_header_parse(exact, n, &h);
		assert_true(h.is_broken);
		image_header_done(&h);
	}
	make_qcow2(b, 0xff000003);
	image_header_parse(b, size, &h);
	assert_true(h.is_broken);
	image_header_done(&h);
	image_header_parse("", 0, &h);
	assert_string_equal(h.format, "raw");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_ordered_by_number),
		cmocka_unit_test(units_are_those_of_libvirt),
		cmocka_unit_test(cpu_lists_take_ranges_and_exclusions),
		cmocka_unit_test(shell_words_are_quoted_when_they_must),
		cmocka_unit_test(names_that_come_close_have_a_small_distance),
		cmocka_unit_test(libvirts_configuration_is_read_with_lists_over_lines),
		cmocka_unit_test(a_qcow2_header_names_backing_file_and_format),
		cmocka_unit_test(a_header_that_is_cut_or_lies_is_broken),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
