// SPDX-License-Identifier: GPL-2.0-or-later
/* What shells are told to offer. */
#include "test.h"

#include "commands/complete.h"
#include "commands/options.h"

#define TREE "tests/golden/web/tree"

static const struct complete_command commands[] = {
	{ "check", "[OPTIONS] [DOMAIN...]", "diagnose", FOR_CHECK },
	{ "top", "[OPTIONS] [DOMAIN...]", "again and again", FOR_TOP },
	{ "diff", "A B", "what changed", FOR_DIFF },
	{ "rules", "list|show ID", "what it knows", 0 },
	{ "explain", "ID", "a rule", 0 },
	{ "help", "[COMMAND]", "this", 0 },
	{ NULL, NULL, NULL, 0 },
};

/* The candidates for @line, whose last word ends at its end; their descriptions cut off. */
static char *offered(const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 0);
	g_autofree char *text = complete(commands, words);
	g_autoptr(GRegex) description = g_regex_new("\t.*$", G_REGEX_MULTILINE, 0, NULL);
	char *plain = g_regex_replace_literal(description, text, -1, 0, "", 0, NULL);

	return g_strchomp(g_strdelimit(plain, "\n", ' '));
}

static void each_word_is_offered_what_fits_there(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *line, *offered;
	} table[] = {
		{ "ex", "explain" },
		{ "help d", "diff" },
		{ "check --sym", "--symptom=" },
		{ "--sym", "--symptom=" },
		{ "-s slow-c", "slow-cpu" },
		{ "-qs slow-c", "slow-cpu" },
		{ "-sslow-c", "-sslow-cpu" },
		{ "--symptom slow-c", "slow-cpu" },
		{ "--symptom=slow-c", "--symptom=slow-cpu" },
		{ "--symptom = slow-c", "--symptom=slow-cpu" },
		{ "check --color =", "--color=always --color=never --color=auto" },
		{ "-F ht", "html" },
		{ "diff -F ", "text json html" },
		{ "--fail-on c", "critical" },
		{ "--color n", "never" },
		{ "audit --to debian1", "debian10 debian11 debian12 debian13" },
		{ "--from ", ":file" },
		{ "--from=x", ":file" },
		{ "--rules ", ":directory" },
		{ "--timeout ", "" },
		{ "diff ", ":file" },
		{ "explain machine-mi", "machine-missing" },
		{ "rules ", "list show lint test pot" },
		{ "rules show machine-mi", "machine-missing" },
		{ "rules list -", "--causes" },
		{ "rules lint ", ":file" },
		{ "rules test rng-rate machine-mi", "machine-missing" },
		{ "--ignore machine-mi", "machine-missing" },
		{ "check -f " TREE " w", "web" },
		{ "check -f " TREE " -- w", "web" },
		{ "-f " TREE " web ", "good" }, /* web is given already */
		{ "check -f /nonexistent ", "" },
		{ "check -c qemu+ssh://root@host.invalid/system ", "" },
		{ "check -c test:///default ", "test" },
		{ "--no-such-option --fail-on c", "critical" },
		{ "= = =", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *got = offered(table[i].line);
		const char *want = table[i].offered;

		if (strcmp(got, want) != 0)
			fail_msg("'%s': '%s', not '%s'", table[i].line, got, want);
	}
}

static void options_of_one_command_are_offered_there_only(void **state G_GNUC_UNUSED)
{
	g_autofree char *top = offered("top --rou"), *check = offered("check --rou");

	assert_string_equal(top, "--rounds=");
	assert_string_equal(check, "");
}

static void all_thresholds_are_offered_with_their_rule(void **state G_GNUC_UNUSED)
{
	g_autofree char *got = offered("--set disk-");

	assert_true(g_str_has_prefix(got, "disk-"));
	assert_true(g_str_has_suffix(got, "="));
}

static void no_word_at_all_is_the_first_word(void **state G_GNUC_UNUSED)
{
	char *none[] = { NULL };
	g_autofree char *text = complete(commands, none);

	assert_true(g_str_has_prefix(text, "check\tdiagnose\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_is_offered_what_fits_there),
		cmocka_unit_test(options_of_one_command_are_offered_there_only),
		cmocka_unit_test(all_thresholds_are_offered_with_their_rule),
		cmocka_unit_test(no_word_at_all_is_the_first_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
