// SPDX-License-Identifier: GPL-2.0-or-later
/* Words as stems, and which cause a text is about by them. */
#include "test.h"

#include <unistd.h>

#include "base/words.h"
#include "rules/likeness.h"
#include "rules/rules.h"

#define RULE(id, cause, title, report)                                                                             \
	"<rule id='" id "' cause='" cause "' severity='warning' confidence='certain' symptoms='crash' "            \
	"context='/facts/host' subject='@name'><title>" title "</title><report test='true()'>" report "</report>" \
	"<fix>do</fix><reference href='https://example.org/'>R</reference></rule>"

static GPtrArray *load(const char *rules)
{
	g_autofree char *text = g_strdup_printf("<rules>%s</rules>", rules), *file = NULL;
	GPtrArray *list = rules_new();
	int fd = g_file_open_tmp("vmdoctor-rules-XXXXXX.xml", &file, NULL);

	close(fd);
	assert_true(g_file_set_contents(file, text, -1, NULL));
	assert_true(rules_load(list, file, NULL));
	unlink(file);
	return list;
}

static GPtrArray *some_rules(void)
{
	return load(RULE("net-macvtap", "macvtap", "With macvtap, guest and host do not reach each other", "The parent interface bypasses the host.")
		    RULE("net-other", "macvtap", "A filter of macvtap", "Multicast is dropped by the filter for macvtap guests.")
		    RULE("disk-bus", "disk-bus", "The disk <value-of select='@dev'/> is emulated", "Emulated controllers cost the guest much CPU.")
		    RULE("cpu-model", "cpu-model", "The CPU model is old", "Crypto is slow without AES<choose><when test='1'> or SSE4</when></choose>."));
}

static void words_are_runs_of_letters_and_digits_as_stems(void **state G_GNUC_UNUSED)
{
	auto_free(words) struct words *w = words_new();
	const char *at = "The guests' freezing-disk: vda, 100 x 5", *word;
	g_autoptr(GString) stems = g_string_new(NULL);
	size_t size;

	while ((word = words_next(&at, &size))) {
		const char *stem = words_stem(w, word, size);

		g_string_append_printf(stems, "%s ", stem ? stem : "-");
	}
	assert_string_equal(stems->str, "- guest freez disk vda 100 - - ");
	assert_string_equal(words_stem(w, "Guests", 6), "guest");
}

static void the_cause_whose_words_a_text_has_comes_first(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) rules = some_rules();
	auto_free(likeness_index) struct likeness_index *x = likeness_index_new(rules);
	g_autoptr(GPtrArray) found = likeness_find(x, "Our macvtap guests never reach their parent's interface; hosts?", 3);
	const struct likeness *first = found->pdata[0];

	assert_string_equal(first->rule->id, "net-macvtap");
	assert_string_equal(first->rule->cause, "macvtap");
	assert_true(first->common >= 5);
	assert_non_null(strstr(first->words, "macvtap"));
	assert_non_null(strstr(first->words, "interface"));
	assert_true(found->len < 2 || ((struct likeness *)found->pdata[1])->score < first->score);
}

static void words_of_every_alternative_count_and_values_are_no_words(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) rules = some_rules();
	auto_free(likeness_index) struct likeness_index *x = likeness_index_new(rules);
	g_autoptr(GPtrArray) found = likeness_find(x, "does it have SSE4?", 1), none = likeness_find(x, "dev of the coffee", 1);

	assert_int_equal(found->len, 1);
	assert_string_equal(((struct likeness *)found->pdata[0])->rule->id, "cpu-model");
	assert_int_equal(none->len, 0);
}

static void an_outline_has_the_last_alternative_and_dots_for_values(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) rules = some_rules();
	g_autoptr(GString) out = g_string_new(NULL);

	rule_text_outline(rules_find(rules, "disk-bus")->title.english, out);
	assert_string_equal(out->str, "The disk … is emulated");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_runs_of_letters_and_digits_as_stems),
		cmocka_unit_test(the_cause_whose_words_a_text_has_comes_first),
		cmocka_unit_test(words_of_every_alternative_count_and_values_are_no_words),
		cmocka_unit_test(an_outline_has_the_last_alternative_and_dots_for_values),
	};

	return cmocka_run_group_tests_name("rules/likeness", tests, NULL, NULL);
}
