// SPDX-License-Identifier: GPL-2.0-or-later
/* Points in time as journalctl takes them. */
#include "test.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "formats/when.h"

#define NOW 1795242010 /* 2026-11-21 06:20:10 UTC */

static void what_journalctl_takes_is_taken(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} table[] = {
		{ "now", NOW },
		{ "@1763700000", 1763700000 },
		{ "-1h", NOW - 3600 },
		{ "-1h 30min", NOW - 5400 },
		{ "+5min", NOW + 300 },
		{ "2 days ago", NOW - 2 * 86400 },
		{ "today", NOW - NOW % 86400 },
		{ "yesterday", NOW - NOW % 86400 - 86400 },
		{ "tomorrow", NOW - NOW % 86400 + 86400 },
		{ "2026-11-21", NOW - NOW % 86400 },
		{ "2026-11-21 06:20:10", NOW },
		{ "2026-11-21 06:20:10 UTC", NOW },
		{ "06:20", NOW - 10 },
		{ " now ", NOW },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		int64_t got = 0;

		if (!when_parse(table[i].text, NOW, &got) || got != table[i].seconds)
			fail_msg("'%s' is %" PRId64 ", not %" PRId64, table[i].text, got,
				 table[i].seconds);
	}
}

static void what_is_no_time_is_refused(void **state G_GNUC_UNUSED)
{
	static const char *const bad[] = { "", "soon", "-", "-x", "@", "@-", "2026-13-01", "25:00",
					   "1 parsec ago", "2026-11-21 06", "-1h;rm" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		int64_t got = 7;

		assert_false(when_parse(bad[i], NOW, &got));
		assert_int_equal(got, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_journalctl_takes_is_taken),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
