// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts of the host between two readings. */
#include "test.h"

#include "checks/check.h"
#include "source/source.h"

extern const struct check check_interrupts;

struct world {
	struct source *record;
	xmlDoc *facts;
};

static void put(struct world *w, unsigned int tick, const char *path, const char *text)
{
	const struct query q = { SOURCE_READ, tick, path };
	struct answer a = { .data = g_bytes_new(text, strlen(text)) };

	record_put(w->record, &q, &a);
}

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	w->record = record_new(NULL);
	w->facts = facts_new();
	put(w, 1, "/vmdoctor/monotonic", "1000000000\n");
	put(w, 2, "/vmdoctor/monotonic", "3000000000\n");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	source_free(w->record);
	facts_free(w->facts);
	g_free(w);
	return 0;
}

static void measure(struct world *w, const char *first, const char *last)
{
	put(w, 1, "/proc/interrupts", first);
	put(w, 2, "/proc/interrupts", last);
	check_interrupts.host_sample.measure(w->record, facts_host(w->facts));
}

#define ONE "/facts/host/interrupt[1]/"

static void the_most_frequent_are_named_with_their_cpu(void **state)
{
	struct world *w = *state;

	measure(w,
		"           CPU0       CPU2\n 24:  10  20  PCI-MSI 1-edge      nvme0q1\n"
		"LOC:  0  0   Local timer interrupts\nERR:          0\n",
		"           CPU0       CPU2\n 24:  10  8020  PCI-MSI 1-edge      nvme0q1\n"
		"LOC:  2000  2000   Local timer interrupts\nERR:   9999\n");
	assert_xpath(w->facts, "count(/facts/host/interrupt)", "2");
	assert_xpath(w->facts, ONE "@name", "24");
	assert_xpath(w->facts, ONE "@what", "PCI-MSI 1-edge nvme0q1");
	assert_xpath(w->facts, ONE "@per-s", "4000.0");
	assert_xpath(w->facts, ONE "@busiest-cpu", "2");
	assert_xpath(w->facts, ONE "@busiest-per-s", "4000.0");
	assert_xpath(w->facts, "/facts/host/interrupt[2]/@per-s", "2000.0");
}

static void a_cpu_that_came_moves_the_columns(void **state)
{
	struct world *w = *state;

	measure(w, "     CPU0\n 24:  10  x\n", "     CPU0       CPU1\n 24:  90000 90000  x\n");
	assert_xpath(w->facts, "count(/facts/host/interrupt)", "0");
}

static void a_counter_that_went_back_counts_nothing(void **state)
{
	struct world *w = *state;

	measure(w, "     CPU0\n 24:  90000  x\n", "     CPU0\n 24:  10  x\n 25: 99999 y\n");
	assert_xpath(w->facts, "count(/facts/host/interrupt)", "0");
}

static void rubbish_is_left_out(void **state)
{
	struct world *w = *state;

	measure(w, "", "");
	measure(w, "CPU0\nx\n:\n1:\n", "CPU0\nx\n:\n1:\n99999999999999999999999999: 1\n");
	assert_xpath(w->facts, "count(/facts/host/interrupt)", "0");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(the_most_frequent_are_named_with_their_cpu),
		T(a_cpu_that_came_moves_the_columns),
		T(a_counter_that_went_back_counts_nothing),
		T(rubbish_is_left_out),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
