// SPDX-License-Identifier: GPL-2.0-or-later
/* Facts, XPath, verdicts, ranking: rules written into a file of the test's own. */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "judge/judge.h"
#include "rules/rules.h"
#include "source/source.h"

#define RULE(id, context, inner)                                                                   \
	"<rule id='" id "' cause='c' severity='warning' confidence='certain' symptoms='crash' "    \
	"context='" context "' subject='@name'><title>T</title>" inner                             \
	"<fix>do <command>virsh start <value-of select='$domain'/></command></fix>"                \
	"<reference href='https://example.org/'>R</reference>"

static GPtrArray *load(const char *rules, GError **error)
{
	g_autofree char *text = g_strdup_printf("<rules>%s</rules>", rules);
	g_autofree char *file = NULL;
	g_autoptr(GPtrArray) list = rules_new();
	int fd = g_file_open_tmp("vmdoctor-rules-XXXXXX.xml", &file, NULL);
	bool ok;

	assert_true(fd >= 0);
	close(fd);
	assert_true(g_file_set_contents(file, text, -1, NULL));
	ok = rules_load(list, file, error);
	unlink(file);
	return ok ? g_steal_pointer(&list) : NULL;
}

/* One vm with the given name and inner facts. */
static xmlDoc *facts_with(const char *name, const char *state)
{
	xmlDoc *facts = facts_new();
	xmlNode *vm = facts_add_vm(facts, name);
	xmlNode *node = facts_add(vm, "machine");

	facts_from(node, "/etc/x", 7);
	facts_set(node, "name", "n1");
	facts_set(node, "version", state);
	return facts;
}

static struct report *judge_told(const char *rules, xmlDoc *facts, const char *symptom, const char *cause)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) list = load(rules, &error);
	struct report *r = report_new();

	if (!list)
		fail_msg("%s", error->message);
	judge(list, facts, r, NULL);
	judge_fallbacks(r, list);
	if (symptom || cause) {
		g_autoptr(GPtrArray) causes = g_ptr_array_new();

		if (cause)
			g_ptr_array_add(causes, (gpointer)cause);
		judge_complaint(r, list, symptom, causes);
	}
	judge_rank(r, list, (struct complaint){ .symptom = symptom });
	facts_free(facts);
	return r;
}

static struct report *judge_with(const char *rules, xmlDoc *facts)
{
	return judge_told(rules, facts, NULL, NULL);
}

static const struct finding *nth(const struct report *r, guint i)
{
	assert_true(i < r->findings->len);
	return r->findings->pdata[i];
}

static void a_report_that_is_true_fires_with_evidence_and_quoted_command(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-b", "/facts/vm/machine", "<report test=\"@version='1'\">v <value-of select='@version'/></report>")
		"</rule>", facts_with("my vm", "1"));
	const struct finding *f = nth(r, 0);
	const struct evidence *e = f->evidence->pdata[0];

	assert_string_equal(f->key, "a-b/my vm/n1");
	assert_string_equal(f->message, "v 1");
	assert_string_equal(e->source, "/etc/x");
	assert_string_equal(e->locator, "line 7");
	assert_string_equal(((struct fix *)f->fixes->pdata[0])->command, "virsh start 'my vm'");
	assert_int_equal(f->rank, 1);
	report_free(r);
}

#define FOUND(id, cause, severity, symptom)                                                                                   \
	"<rule id='" id "' cause='" cause "' severity='" severity "' confidence='certain' symptoms='" symptom "' "            \
	"context='/facts/vm/machine' subject='@name'><title>T</title><report test='true()'>found</report><fix>do</fix>"       \
	"<reference href='https://example.org/'>R</reference></rule>"

static void what_somebody_tells_of_is_answered_first_and_not_for_certain(void **state G_GNUC_UNUSED)
{
	static const char rules[] = FOUND("a-one", "one", "advice", "security") FOUND("b-two", "two", "info", "slow-disk");
	struct report *silent = judge_told(rules, facts_with("vm", "1"), NULL, NULL);
	struct report *symptom = judge_told(rules, facts_with("vm", "1"), "slow-disk", NULL);
	struct report *cause = judge_told(rules, facts_with("vm", "1"), "slow-disk", "one");

	assert_string_equal(nth(silent, 0)->rule, "a-one");
	assert_int_equal(nth(silent, 0)->severity, SEVERITY_ADVICE);
	assert_string_equal(nth(symptom, 0)->rule, "b-two");
	assert_int_equal(nth(symptom, 0)->severity, SEVERITY_WARNING);
	assert_int_equal(nth(symptom, 0)->confidence, CONFIDENCE_LIKELY);
	assert_string_equal(nth(cause, 0)->rule, "a-one");
	report_free(silent);
	report_free(symptom);
	report_free(cause);
}

static void a_report_that_is_false_passes(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-b", "/facts/vm/machine", "<report test=\"@version='2'\">x</report>") "</rule>",
		facts_with("vm", "1"));

	assert_int_equal(r->findings->len, 0);
	assert_int_equal(r->passed, 1);
	report_free(r);
}

static void an_unmet_need_is_undecided_not_passed(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-b", "/facts/vm/machine",
		     "<needs test='@max-cpus' remedy='do it'>no count</needs><report test=\"@version='1'\">x</report>")
		"</rule>", facts_with("vm", "1"));
	const struct undecided *u;

	assert_int_equal(r->findings->len, 0);
	assert_int_equal(r->passed, 0);
	assert_int_equal(r->undecided->len, 1);
	u = r->undecided->pdata[0];
	assert_string_equal(u->reason, "no count");
	assert_string_equal(u->remedy, "do it");
	report_free(r);
}

static void a_node_that_could_not_be_read_is_undecided_and_enoent_is_knowledge(void **state G_GNUC_UNUSED)
{
	static const char rule[] = RULE("a-b", "/facts/vm/machine", "<report test=\"@error='ENOENT'\">gone</report>") "</rule>";
	static const int errors[] = { -EACCES, -ETIMEDOUT, -ENODATA };
	xmlDoc *facts = facts_with("vm", NULL);
	struct report *r;

	facts_error(facts_find(xmlDocGetRootElement(facts), "vm/machine"), -ENOENT);
	r = judge_with(rule, facts);
	assert_int_equal(r->findings->len, 1);
	report_free(r);
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		facts = facts_with("vm", NULL);
		facts_error(facts_find(xmlDocGetRootElement(facts), "vm/machine"), errors[i]);
		r = judge_with(rule, facts);
		assert_int_equal(r->findings->len, 0);
		assert_int_equal(r->undecided->len, 1);
		report_free(r);
	}
}

static void an_expression_that_fails_is_undecided_not_false(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-b", "/facts/vm/machine", "<report test=\"@version='2' and vd:nosuch(.)\">x</report>"
						 "<report test='vd:nosuch(.) or 1=2'>y</report>") "</rule>",
		facts_with("vm", "1"));

	assert_int_equal(r->passed, 0);
	assert_int_equal(r->undecided->len, 1);
	report_free(r);
}

static struct report *judge_lets(const char *inner)
{
	g_autofree char *rule = g_strconcat(RULE("a-b", "/facts/vm/machine", "<let name='kept' value='@version + 1'/>%s") "</rule>", NULL);
	g_auto(GStrv) parts = g_strsplit(rule, "%s", 2);
	g_autofree char *whole = g_strjoinv(inner, parts);

	return judge_with(whole, facts_with("vm", "1"));
}

/* A value is found when it is first asked for, in the middle of another expression, which then goes on where it was. */
static void values_are_found_when_they_are_asked_for(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *lets;
		guint findings, undecided;
	} table[] = {
		{ "<let name='bad' value='vd:nosuch(.)'/><report test='$kept = 2'>x</report>", 1, 0 },
		{ "<let name='bad' value='vd:nosuch(.)'/><report test='$kept = 2 and $bad'>x</report>", 0, 1 },
		{ "<let name='more' value='$kept * 10'/><report test=\"@version[$more = 20 and position() = last()]\">x</report>", 1, 0 },
		{ "<let name='a' value='$b'/><let name='b' value='$a'/><report test='$a'>x</report>", 0, 1 },
		{ "<let name='a' value='$a'/><report test='$a'>x</report>", 0, 1 },
		{ "<report test='$nobody'>x</report>", 0, 1 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		struct report *r = judge_lets(table[i].lets);

		assert_int_equal(r->findings->len, table[i].findings);
		assert_int_equal(r->undecided->len, table[i].undecided);
		report_free(r);
	}
}

static void a_runaway_join_hits_its_budget(void **state G_GNUC_UNUSED)
{
	xmlDoc *facts = facts_with("vm", "1");
	xmlNode *vm = xml_child(xmlDocGetRootElement(facts), "vm");
	struct report *r;

	for (int i = 0; i < 400; i++)
		facts_set(facts_add(vm, "image"), "path", "/x");
	r = judge_with(RULE("a-b", "/facts/vm/machine",
			    "<report test=\"count(../image[count(../image[@path=../image/@path])>9000])>0\">x</report>")
		       "</rule>", facts);
	assert_int_equal(r->undecided->len, 1);
	assert_non_null(strstr(((struct undecided *)r->undecided->pdata[0])->reason, "too many steps"));
	report_free(r);
}

static void the_first_true_report_wins(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-b", "/facts/vm/machine",
		     "<report test='@version' severity='critical'>one</report><report test='@version'>two</report>")
		"</rule>", facts_with("vm", "1"));

	assert_int_equal(r->findings->len, 1);
	assert_string_equal(nth(r, 0)->message, "one");
	assert_int_equal(nth(r, 0)->severity, SEVERITY_CRITICAL);
	report_free(r);
}

/* Blanks within a text count, even alone; a name for words is a string to expressions. */
static void words_are_chosen_by_the_first_test_that_holds(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-b", "/facts/vm/machine",
		     "<let name='what'><choose><when test='@none'>none</when><when test='@name'>"
		     "<value-of select='@name'/></when><otherwise>lost</otherwise></choose></let>"
		     "<report test=\"$what = 'n1'\">It is <value-of select='$what'/><choose>\n"
		     "<when test='@version'> <value-of select='@version'/></when></choose>.</report>")
		"</rule>", facts_with("vm", "7"));

	assert_int_equal(r->findings->len, 1);
	assert_string_equal(nth(r, 0)->message, "It is n1 7.");
	report_free(r);
}

static void a_root_ranks_before_what_it_explains_and_cycles_are_refused(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-effect", "/facts/vm/machine", "<report test='1' severity='critical'>x</report>")
		"<explains rule='b-root'/></rule>"
		RULE("b-root", "/facts/vm/machine", "<report test='1'>y</report>")
		"<explains rule='a-effect'/></rule>"
		RULE("c-other", "/facts/vm/machine", "<report test='1' severity='error'>z</report>") "</rule>",
		facts_with("vm", "1"));

	/* The one of the pair that comes first becomes the root; never both. */
	assert_true(!nth(r, 0)->explained_by || !nth(r, 1)->explained_by);
	assert_string_equal(nth(r, 1)->explained_by, nth(r, 0)->key);
	assert_true(nth(r, 0)->score >= nth(r, 1)->score);
	assert_string_equal(nth(r, 2)->rule, "c-other");
	report_free(r);
}

/* Two rules of logs, each on its match of the same line of the same file. */
#define LOG_RULE(id, cause, attrs, rest) \
	"<rule id='" id "' cause='" cause "' severity='error' confidence='certain' symptoms='crash' " attrs \
	"><title>T</title><log in='error' regex='frobnicated'/><report>It was.</report>" \
	"<fix>See.</fix><reference href='https://example.org/'>R</reference>" rest "</rule>"

static xmlDoc *facts_of_line(unsigned int first, unsigned int second)
{
	static const char *const rules[] = { "a-one", "b-two" };
	unsigned int lines[] = { first, second };
	xmlDoc *facts = facts_new();

	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		xmlNode *match = facts_add(facts_host(facts), "match");

		facts_set(match, "rule", rules[i]);
		facts_set(match, "log", "error");
		facts_set(match, "count", "1");
		facts_from(match, "/vmdoctor/error.txt", lines[i]);
		facts_text(match, "it was frobnicated");
	}
	return facts;
}

static void two_causes_for_one_line_leave_none_certain(void **state G_GNUC_UNUSED)
{
	static const char both[] = LOG_RULE("a-one", "x", "", "") LOG_RULE("b-two", "y", "", "");
	struct report *same = judge_with(both, facts_of_line(3, 3)), *apart = judge_with(both, facts_of_line(3, 4));

	assert_int_equal(nth(same, 0)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(nth(same, 1)->confidence, CONFIDENCE_LIKELY);
	assert_int_equal(nth(apart, 0)->confidence, CONFIDENCE_CERTAIN);
	report_free(same);
	report_free(apart);
}

static void one_cause_of_one_line_is_said_once(void **state G_GNUC_UNUSED)
{
	static const char both[] = LOG_RULE("a-one", "x", "", "") LOG_RULE("b-two", "x", "", "");
	struct report *same = judge_with(both, facts_of_line(3, 3)), *apart = judge_with(both, facts_of_line(3, 4));

	assert_null(nth(same, 0)->explained_by);
	assert_string_equal(nth(same, 1)->explained_by, nth(same, 0)->key);
	assert_null(nth(apart, 1)->explained_by);
	report_free(same);
	report_free(apart);
}

static void the_last_resort_speaks_only_where_nobody_else_does(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(LOG_RULE("a-one", "x", "fallback='yes'", "") LOG_RULE("b-two", "y", "", ""),
				      facts_of_line(3, 3));
	struct report *alone = judge_with(LOG_RULE("a-one", "x", "fallback='yes'", ""), facts_of_line(3, 3));

	assert_int_equal(r->findings->len, 1);
	assert_string_equal(nth(r, 0)->rule, "b-two");
	assert_int_equal(r->fired, 1);
	assert_string_equal(nth(alone, 0)->rule, "a-one");
	report_free(r);
	report_free(alone);
}

static void a_root_is_as_bad_as_what_it_causes(void **state G_GNUC_UNUSED)
{
	struct report *r = judge_with(
		RULE("a-root", "/facts/vm/machine", "<report test='true()' severity='advice'>r</report>")
		"<explains rule='b-two'/></rule>"
		RULE("b-two", "/facts/vm/machine", "<report test='true()' severity='critical'>c</report>") "</rule>",
		facts_with("m", "1"));

	assert_string_equal(nth(r, 0)->rule, "a-root");
	assert_int_equal(nth(r, 0)->severity, SEVERITY_CRITICAL);
	report_free(r);
}

static void muting_counts_and_removes(void **state G_GNUC_UNUSED)
{
	static const char *const yes[] = { "a-b", "a-*:n1", "a-b:vm/n*", "a-b:n?" };
	static const char *const no[] = { "a-c", "a-b:n2", "a-b:other/*" };

	for (size_t i = 0; i < G_N_ELEMENTS(yes) + G_N_ELEMENTS(no); i++) {
		const char *pattern = i < G_N_ELEMENTS(yes) ? yes[i] : no[i - G_N_ELEMENTS(yes)];
		char *ignore[] = { (char *)(uintptr_t)pattern, NULL };
		struct muting m = { .ignore = ignore };
		struct report *r = judge_with(
			RULE("a-b", "/facts/vm/machine", "<report test='1'>x</report>") "</rule>",
			facts_with("vm", "1"));

		judge_mute(r, &m);
		assert_int_equal(r->muted, i < G_N_ELEMENTS(yes));
		assert_int_equal(r->findings->len, i >= G_N_ELEMENTS(yes));
		report_free(r);
	}
}

static void rules_that_break_the_schema_are_refused_with_their_place(void **state G_GNUC_UNUSED)
{
	static const char *const bad[] = {
		"<rule id='x'/>",
		RULE("a-b", "/facts/vm", "") "</rule>",
		RULE("a-b", "/facts/vm", "<report test=''>x</report>") "</rule>",
		RULE("a-b", "/etc", "<report test='1'>x</report>") "</rule>",
		RULE("a-b", "/facts/vm", "<report test='1' severity='awful'>x</report>") "</rule>",
		RULE("a-b", "/facts/vm", "<report test='((1'>x</report>") "</rule>",
		RULE("a-b", "/facts/vm", "<report test='1'>x</report>") "</rule>"
		RULE("a-b", "/facts/vm", "<report test='1'>x</report>") "</rule>",
		"<!DOCTYPE rules [<!ENTITY e 'x'>]>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) list = load(bad[i], &error);

		assert_null(list);
		assert_non_null(strstr(error->message, ".xml:"));
	}
}

static void parameters_are_set_by_name(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) list = load(
		RULE("a-b", "/facts/vm/machine",
		     "<param name='limit' default='5' unit='' source='heuristic'/><report test='@version > $limit'>x</report>")
		"</rule>", NULL);
	g_autoptr(GError) unknown = NULL;
	struct report *r = report_new();
	xmlDoc *facts = facts_with("vm", "4");

	assert_non_null(list);
	assert_false(rules_set(list, "a-b.nosuch=1", &unknown));
	assert_non_null(strstr(unknown->message, "limit"));
	assert_true(rules_set(list, "a-b.limit=3", NULL));
	judge(list, facts, r, NULL);
	assert_int_equal(r->findings->len, 1);
	facts_free(facts);
	report_free(r);
}

static void hostile_bytes_become_visible_text(void **state G_GNUC_UNUSED)
{
	xmlDoc *facts = facts_new();
	xmlNode *host = facts_host(facts);

	facts_set(host, "name", "a\x1b[31m\xff & <b>");
	assert_xpath(facts, "host/@name", "a\\x1B[31m\\xFF & <b>");
	facts_free(facts);
}

static void a_json_object_becomes_attributes_and_children(void **state G_GNUC_UNUSED)
{
	struct source *src = record_new(NULL);
	xmlDoc *facts = facts_new();

	record_put_text(src, "/a", "{\"a.b\": 1, \"on\": true, \"list\": [\"x\", {\"y\": \"z\"}], \"no\": null}");
	record_put_text(src, "/bad", "[1, 2");
	facts_json(facts_host(facts), "thing", src, "/a");
	facts_json(facts_host(facts), "bad", src, "/bad");
	facts_json(facts_host(facts), "none", src, "/none");
	assert_xpath(facts, "host/thing/@a-b", "1");
	assert_xpath(facts, "host/thing/@on", "yes");
	assert_xpath(facts, "host/thing/list[1]/@value", "x");
	assert_xpath(facts, "host/thing/list[2]/@y", "z");
	assert_xpath(facts, "host/bad/@error", "EBADMSG");
	assert_xpath(facts, "host/none/@error", "ENODATA");
	facts_free(facts);
	source_free(src);
}

static void xml_with_a_dtd_or_too_deep_is_refused(void **state G_GNUC_UNUSED)
{
	g_autofree char *deep = g_strnfill(3 * 100000, 'x');
	g_autoptr(GError) dtd = NULL, depth = NULL;

	assert_null(xml_parse("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", 41, "f", NULL, &dtd));
	assert_non_null(dtd);
	for (size_t i = 0; i < 100000; i++)
		memcpy(deep + 3 * i, "<a>", 3);
	assert_null(xml_parse(deep, strlen(deep), "f", NULL, &depth));
	assert_non_null(strstr(depth->message, "f:"));
}

static void the_vd_functions_compute(void **state G_GNUC_UNUSED)
{
	static const char *const table[][2] = {
		{ "vd:vercmp('2.10', '2.9')", "1" },
		{ "vd:match('pc-q35-3.1', '^pc-q35-[0-9]')", "true" },
		{ "vd:percent(1, 3)", "33" },
		{ "vd:kib(2, 'GiB')", "2097152" },
		{ "vd:size(1610612736)", "1.5 GiB" },
		{ "vd:cpulist-count('0-3,^2')", "3" },
		{ "vd:cpulist-outside('0-5', '0-3')", "4-5" },
		{ "vd:cpulist-overlaps('0-2', '2-3')", "true" },
		{ "vd:if(1 > 2, 'a', 'b')", "b" },
		{ "vd:basename('/a/b')", "b" },
		{ "vd:dirname('/a/b')", "/a" },
		{ "vd:lower('AbC')", "abc" },
		{ "vd:sh('a b')", "'a b'" },
		{ "vd:max(/facts/vm/@n) + vd:min(/facts/vm/@n)", "12" },
		{ "vd:join(/facts/vm/@n, ', ')", "10, 2" },
		{ "vd:vercmp('', '1') = vd:vercmp('', '1')", "false" },
	};
	xmlDoc *facts = facts_new();

	facts_set(facts_add_vm(facts, "a"), "n", "10");
	facts_set(facts_add_vm(facts, "b"), "n", "2");
	facts_set(facts_add_vm(facts, "c"), "n", "10");
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		assert_xpath(facts, table[i][0], table[i][1]);
	facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_that_is_true_fires_with_evidence_and_quoted_command),
		cmocka_unit_test(what_somebody_tells_of_is_answered_first_and_not_for_certain),
		cmocka_unit_test(a_report_that_is_false_passes),
		cmocka_unit_test(an_unmet_need_is_undecided_not_passed),
		cmocka_unit_test(a_node_that_could_not_be_read_is_undecided_and_enoent_is_knowledge),
		cmocka_unit_test(an_expression_that_fails_is_undecided_not_false),
		cmocka_unit_test(values_are_found_when_they_are_asked_for),
		cmocka_unit_test(a_runaway_join_hits_its_budget),
		cmocka_unit_test(the_first_true_report_wins),
		cmocka_unit_test(words_are_chosen_by_the_first_test_that_holds),
		cmocka_unit_test(a_root_ranks_before_what_it_explains_and_cycles_are_refused),
		cmocka_unit_test(two_causes_for_one_line_leave_none_certain),
		cmocka_unit_test(one_cause_of_one_line_is_said_once),
		cmocka_unit_test(the_last_resort_speaks_only_where_nobody_else_does),
		cmocka_unit_test(a_root_is_as_bad_as_what_it_causes),
		cmocka_unit_test(muting_counts_and_removes),
		cmocka_unit_test(rules_that_break_the_schema_are_refused_with_their_place),
		cmocka_unit_test(parameters_are_set_by_name),
		cmocka_unit_test(hostile_bytes_become_visible_text),
		cmocka_unit_test(a_json_object_becomes_attributes_and_children),
		cmocka_unit_test(xml_with_a_dtd_or_too_deep_is_refused),
		cmocka_unit_test(the_vd_functions_compute),
	};

	xml_init();
	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
