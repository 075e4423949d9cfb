// SPDX-License-Identifier: GPL-2.0-or-later
/* What a pasted message names, looked up on the host. */
#include "test.h"

#include <errno.h>

#include "checks/check.h"
#include "source/source.h"

extern const struct check check_message;

#define MESSAGE "/facts/host/message/"

static void put(struct source *record, int verb, const char *path, const char *text, int error)
{
	const struct query q = { verb, 0, path };
	struct answer a = { .data = text ? g_bytes_new(text, strlen(text)) : NULL, .error = error };

	record_put(record, &q, &a);
}

static xmlDoc *looked_up(const char *text)
{
	static const char *const dirs[] = { "/etc", "/run", "/usr/lib", "/lib" };
	struct source *record = record_new(NULL);
	xmlDoc *facts = facts_new();

	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
		g_autofree char *sun = g_strconcat(dirs[i], "/systemd/system/sun.service", NULL);

		put(record, SOURCE_STAT, sun, NULL, -ENOENT);
	}
	put(record, SOURCE_STAT, "/etc/systemd/system/moon@.service", "mode=0100644 uid=0 gid=0", 0);
	put(record, SOURCE_LIST, "/sys/bus/usb/devices", "usb1", 0);
	put(record, SOURCE_READ, "/sys/bus/usb/devices/usb1/idVendor", "1d6b\n", 0);
	put(record, SOURCE_READ, "/sys/bus/usb/devices/usb1/idProduct", "0002\n", 0);
	put(record, SOURCE_READ, "/vmdoctor/error.txt", text, 0);
	check_message.host(record, facts_host(facts));
	source_free(record);
	return facts;
}

static void a_unit_is_there_under_its_template(void **state G_GNUC_UNUSED)
{
	auto_free(facts) xmlDoc *facts = looked_up("error: the moon fell on moon@1.service");

	assert_xpath(facts, MESSAGE "named[@kind='unit']/@state", "there");
}

static void a_unit_that_needs_no_file_is_not_missed(void **state G_GNUC_UNUSED)
{
	auto_free(facts) xmlDoc *facts = looked_up("error: the moon fell on machine.slice and sun.service");

	assert_xpath(facts, MESSAGE "named[@value='machine.slice']/@state", "");
	assert_xpath(facts, MESSAGE "named[@value='sun.service']/@state", "not there");
}

static void a_usb_device_is_there_or_not_known(void **state G_GNUC_UNUSED)
{
	auto_free(facts) xmlDoc *facts = looked_up("error: the moon fell on 1d6b:0002 and 10de:1c03");

	assert_xpath(facts, MESSAGE "named[@value='1d6b:0002']/@state", "there");
	assert_xpath(facts, MESSAGE "named[@value='10de:1c03']/@state", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_unit_is_there_under_its_template),
		cmocka_unit_test(a_unit_that_needs_no_file_is_not_missed),
		cmocka_unit_test(a_usb_device_is_there_or_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
