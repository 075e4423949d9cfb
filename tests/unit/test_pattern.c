// SPDX-License-Identifier: GPL-2.0-or-later
/* pattern: literals that every match holds, and texts for each alternative. */
#include "test.h"

#include <string.h>

#include "rules/known.h"
#include "rules/pattern.h"

static void assert_literals(const char *pattern, const char *wanted)
{
	g_auto(GStrv) got = pattern_literals(pattern);
	g_autofree char *joined = got ? g_strjoinv("|", got) : g_strdup("-");

	assert_string_equal(joined, wanted);
}

static void the_longest_run_is_the_literal(void **state G_GNUC_UNUSED)
{
	assert_literals("Cannot (?<x>\\w+) interface MTU on '", " interface mtu on ");
	assert_literals("abcd\\.efgh", "abcd.efgh");
}

static void each_branch_has_its_own(void **state G_GNUC_UNUSED)
{
	assert_literals("(cannot|could not) open", "cannot|could not");
	assert_literals("first one|second", "first one|second");
}

static void what_may_be_missing_is_none(void **state G_GNUC_UNUSED)
{
	assert_literals("(optional words)?rest", "rest");
	assert_literals("(?=.*ahead of it)x+", "-");
	assert_literals("a.b", "-");
	assert_literals("(longer|)", "-");
}

static void quotes_end_a_run(void **state G_GNUC_UNUSED)
{
	assert_literals("network '(?<n>[^']+)' is not", "network ");
}

/* What the prefilter promises: a text that matches holds a literal. */
static void every_sample_that_matches_holds_one(void **state G_GNUC_UNUSED)
{
	static const char *const patterns[] = {
		"(unable to set|cannot bind to).{0,9}nodeset",
		"kvm(_intel|_amd)?: \\w+ (is )?not supported by (this )?CPU",
		"(?<a>x(y|z(1|2)+))end[^\\]]+ of (it|them){2}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		g_autoptr(GPtrArray) samples = pattern_samples(patterns[i]);
		g_auto(GStrv) literals = pattern_literals(patterns[i]);

		assert_true(samples->len > 2);
		for (guint k = 0; k < samples->len; k++) {
			g_autofree char *low = g_ascii_strdown(samples->pdata[k], -1);
			bool holds = false;

			assert_true(g_regex_match_simple(patterns[i], samples->pdata[k], 0, 0));
			for (size_t n = 0; literals[n]; n++)
				holds |= strstr(low, literals[n]) != NULL;
			assert_true(holds);
		}
	}
}

static void broken_patterns_end(void **state G_GNUC_UNUSED)
{
	static const char *const patterns[] = { "(", "[", "\\", "a{", "(?", "(?<", "(?<n", "x{99999999}", "(*", ")", "a|(b|", "[^", "(?i" };

	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		g_autoptr(GPtrArray) samples = pattern_samples(patterns[i]);
		g_auto(GStrv) literals = pattern_literals(patterns[i]);

		assert_true(samples->len > 0);
	}
}

static void what_the_build_found_out_is_written_a_line_each(void **state)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new(), patterns = g_ptr_array_new();
	g_autofree char *text = NULL, *path = NULL;
	int fd = g_file_open_tmp("known-XXXXXX", &path, NULL);

	(void)state;
	assert_int_equal(write(fd, "<rules/>", 8), 8);
	close(fd);
	g_ptr_array_add(files, path);
	g_ptr_array_add(patterns, (char *)"(cannot|unable to) open (file|socket)");
	text = known_write(files, patterns);
	unlink(path);
	assert_non_null(strstr(text, "\nfile 8-"));
	assert_non_null(strstr(text, "\n(cannot|unable to) open (file|socket)\t"));
	known_ignore();
	assert_false(known_file(path, "<rules/>", 8));
	assert_null(known_literals("(cannot|unable to) open (file|socket)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_run_is_the_literal), cmocka_unit_test(each_branch_has_its_own),
		cmocka_unit_test(what_may_be_missing_is_none),	  cmocka_unit_test(quotes_end_a_run),
		cmocka_unit_test(every_sample_that_matches_holds_one), cmocka_unit_test(broken_patterns_end),
		cmocka_unit_test(what_the_build_found_out_is_written_a_line_each),
	};

	return cmocka_run_group_tests_name("rules/pattern", tests, NULL, NULL);
}
