// SPDX-License-Identifier: GPL-2.0-or-later
/* What a target's name means, and the tables behind it. */
#include "test.h"

#include <libxml/xpath.h>

#include "rules/upgrade_target.h"

static void assert_valid_xpath(const char *text)
{
	xmlXPathCompExpr *compiled = *text ? xmlXPathCompile(BAD_CAST text) : NULL;

	if (*text && !compiled)
		fail_msg("no XPath: %s", text);
	xmlXPathFreeCompExpr(compiled);
}

static void each_table_is_whole(void **state G_GNUC_UNUSED)
{
	static const char *const names[] = { "machines", "features", "cpu-models", "releases", "minimum-qemu", "defaults",
					     "migration" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const struct upgrade_table *t = upgrade_table(names[i]);

		assert_non_null(t);
		assert_true(t->rows->len > 1);
		for (guint r = 0; r < t->rows->len; r++) {
			if (!**(GStrv)t->rows->pdata[r])
				fail_msg("%s: row %u has no name", names[i], r + 1);
			if (!*upgrade_cell(t, t->rows->pdata[r], "source"))
				fail_msg("%s: row %u has no source", names[i], r + 1);
			assert_valid_xpath(upgrade_cell(t, t->rows->pdata[r], "xpath"));
		}
	}
	assert_null(upgrade_table("nothing"));
}

static void a_target_is_understood(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *text, *qemu, *libvirt, *version;
	} table[] = {
		{ "qemu-9.2", "9.2", NULL, NULL },
		{ "libvirt-10.4", NULL, "10.4", NULL },
		{ "qemu-9.2, libvirt-10.4", "9.2", "10.4", NULL },
		{ "debian13", "10.0.13", "11.3.0", "13" },
		{ "trixie", "10.0.13", "11.3.0", "13" },
		{ "rhel9", "9.1.0", "10.10.0", "9.6" },
		{ "rocky9.4", "8.2.0", "10.0.0", "9.4" },
		{ "qemu-10.2,debian13", "10.2", "11.3.0", "13" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		struct upgrade_target t = { 0 };
		g_autoptr(GError) error = NULL;

		if (!upgrade_target_parse(table[i].text, &t, &error))
			fail_msg("%s: %s", table[i].text, error->message);
		if (g_strcmp0(t.qemu, table[i].qemu) || g_strcmp0(t.libvirt, table[i].libvirt) ||
		    g_strcmp0(t.version, table[i].version))
			fail_msg("%s: %s %s %s", table[i].text, t.qemu, t.libvirt, t.version);
		upgrade_target_done(&t);
	}
}

static void what_is_no_target_is_refused_with_an_offer(void **state G_GNUC_UNUSED)
{
	static const char *const bad[] = { "", "qemu-", "qemu-new", "libvirt-x", "debain13", "qemu-9.2,,", "13" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct upgrade_target t = { 0 };
		g_autoptr(GError) error = NULL;

		assert_false(upgrade_target_parse(bad[i], &t, &error));
		if (strcmp(bad[i], "debain13") == 0)
			assert_non_null(strstr(error->message, "did you mean 'debian13'"));
	}
}

static void libvirt_needs_some_qemu(void **state G_GNUC_UNUSED)
{
	assert_null(upgrade_minimum_qemu("7.0.0"));
	assert_string_equal(upgrade_minimum_qemu("9.0.0"), "4.2");
	assert_string_equal(upgrade_minimum_qemu("12.4"), "7.2");
	assert_null(upgrade_minimum_qemu(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_is_whole),
		cmocka_unit_test(a_target_is_understood),
		cmocka_unit_test(what_is_no_target_is_refused_with_an_offer),
		cmocka_unit_test(libvirt_needs_some_qemu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
