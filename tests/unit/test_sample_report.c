// SPDX-License-Identifier: GPL-2.0-or-later
/* What was measured, in the report for people and in that for programs. */
#include "test.h"

#include <json-glib/json-glib.h>

#include "findings/report.h"
#include "base/json_make.h"
#include "diagnose/sample_rows.h"
#include "report/writer.h"

static struct report *report_of(const char *vcpu_attr, const char *value)
{
	struct report *r = report_new();
	struct report_domain *d = report_domain_new();
	xmlDoc *facts = facts_new();
	xmlNode *vm = facts_add_vm(facts, "web"), *sample = facts_add(vm, "sample"), *vcpu;
	xmlNode *use = facts_add(facts_host(facts), "cpu-use");

	facts_set(use, "window-ms", "2000");
	facts_set(use, "guest-percent", "49.9");
	facts_set(sample, "window-ms", "2000");
	vcpu = facts_add(sample, "vcpu");
	facts_set(vcpu, "id", "0");
	facts_set(vcpu, "cpus", "1");
	facts_set(vcpu, vcpu_attr, value);
	r->version = g_strdup("1.0");
	d->name = g_strdup("web");
	sample_rows_add(d->sample, vm);
	sample_rows_add(r->sample, facts_host(facts));
	g_ptr_array_add(r->domains, d);
	facts_free(facts);
	return r;
}

static GString *written(const struct writer *w, const char *attr, const char *value)
{
	const struct style style = { .width = 80 };
	struct report *r = report_of(attr, value);
	GString *out = g_string_new(NULL);

	w->write(r, &style, out);
	report_free(r);
	return out;
}

static void columns_that_nobody_has_are_left_out(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = written(&writer_text, "run-percent", "50.1");

	assert_non_null(strstr(out->str, "HOST 2.0 s %guest 49.9\n"));
	assert_non_null(strstr(out->str, "VM   vcpu  run%\nweb     0  50.1\n"));
}

static void a_hostile_value_stays_in_its_cell(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = written(&writer_text, "run-percent", "1\033[2J\n2");

	assert_null(strchr(out->str, '\033'));
}

static void numbers_are_numbers_with_one_decimal(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = written(&writer_json, "run-percent", "50.1");
	g_autoptr(JsonParser) parser = json_parser_new();

	assert_true(json_parser_load_from_data(parser, out->str, -1, NULL));
	assert_non_null(strstr(out->str, "\"run_percent\" : 50.1\n"));
	assert_non_null(strstr(out->str, "\"cpus\" : \"1\""));
	assert_non_null(strstr(out->str, "\"guest_percent\" : 49.9\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_that_nobody_has_are_left_out),
		cmocka_unit_test(a_hostile_value_stays_in_its_cell),
		cmocka_unit_test(numbers_are_numbers_with_one_decimal),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
