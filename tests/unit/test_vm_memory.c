// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a domain's memory lies, and what its control group counts. */
#include "test.h"

#include <errno.h>

#include "checks/check.h"
#include "source/source.h"

extern const struct check check_vm_memory;

struct world {
	struct source *record;
	xmlDoc *facts;
	xmlNode *vm;
};

/* A running domain, QEMU 4711, on a host of two nodes. */
static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	w->record = record_new(NULL);
	w->facts = facts_new();
	w->vm = facts_add_vm(w->facts, "vm");
	facts_set(w->vm, "active", "yes");
	facts_set(facts_add(w->vm, "process"), "pid", "4711");
	facts_add(facts_host(w->facts), "numa-node");
	facts_add(facts_host(w->facts), "numa-node");
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

static void gather(struct world *w)
{
	check_vm_memory.vm(w->record, w->vm);
}

#define GROUP "/vm/memory-group/"
#define V2 "/sys/fs/cgroup/machine.slice/vm.scope/libvirt"
#define V1 "/sys/fs/cgroup/memory/machine/qemu-1-vm"

static void put_v2(struct world *w)
{
	record_put_text(w->record, "/proc/4711/cgroup", "0::/machine.slice/vm.scope/libvirt/emulator\n");
	record_put_text(w->record, V2 "/memory.events", "low 0\nhigh 1\nmax 7\noom 2\noom_kill 1\n");
	record_put_text(w->record, V2 "/memory.max", "2097152\n");
}

static void events_of_v2_are_counted(void **state)
{
	struct world *w = *state;

	put_v2(w);
	gather(w);
	assert_xpath(w->facts, "/facts" GROUP "@limit-hits", "7");
	assert_xpath(w->facts, "/facts" GROUP "@oom", "2");
	assert_xpath(w->facts, "/facts" GROUP "@oom-kills", "1");
	assert_xpath(w->facts, "/facts" GROUP "@limit-kib", "2048");
	assert_xpath(w->facts, "/facts/vm/memory-place/@error", "ENODATA");
}

static void v1_has_other_files_and_a_number_for_no_limit(void **state)
{
	struct world *w = *state;

	record_put_text(w->record, "/proc/4711/cgroup", "3:memory:/machine/qemu-1-vm\n0::/\n");
	record_put_text(w->record, V1 "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
	record_put_text(w->record, V1 "/memory.failcnt", "9\n");
	record_put_text(w->record, V1 "/memory.limit_in_bytes", "9223372036854771712\n");
	record_put_text(w->record, V1 "/memory.numa_stat",
			"total=99 N0=99 N1=0\nanon=1 N0=1 N1=0\nhierarchical_anon=300 N0=100 N1=200\n"
			"hierarchical_unevictable=100 N0=100 N1=0\n");
	gather(w);
	assert_xpath(w->facts, "/facts" GROUP "@oom-kills", "3");
	assert_xpath(w->facts, "/facts" GROUP "@limit-hits", "9");
	assert_xpath(w->facts, "count(/facts" GROUP "@limit-kib)", "0");
	assert_xpath(w->facts, "/facts/vm/memory-place/@total-kib", "1600");
	assert_xpath(w->facts, "/facts/vm/memory-place/place[@node='0']/@percent", "50.0");
}

static void memory_of_v2_is_without_the_page_cache(void **state)
{
	struct world *w = *state;

	put_v2(w);
	record_put_text(w->record, V2 "/memory.numa_stat",
			"anon N0=1048576 N1=0\nfile N0=999999999 N1=0\nanon_thp N0=4096 N1=0\n"
			"shmem N0=0 N1=3145728\nN9=1 N8=1\n");
	gather(w);
	assert_xpath(w->facts, "/facts/vm/memory-place/@total-kib", "4096");
	assert_xpath(w->facts, "/facts/vm/memory-place/place[@node='1']/@percent", "75.0");
	assert_xpath(w->facts, "count(/facts/vm/memory-place/place)", "2");
}

static void huge_pages_are_in_the_map_only(void **state)
{
	struct world *w = *state;

	put_v2(w);
	facts_add(facts_add(facts_add(w->vm, "domain"), "memoryBacking"), "hugepages");
	record_put_text(w->record, "/proc/4711/numa_maps",
			"55d000000000 default file=/usr/bin/qemu-system-x86_64 mapped=3000 N0=3000 kernelpagesize_kB=4\n"
			"7f0000000000 bind:1 file=/dev/hugepages/x\\040N0=7 huge dirty=3 N0=1 N1=2 kernelpagesize_kB=2048\n"
			"7f1000000000 default anon=10 N0=512 kernelpagesize_kB=4\nN0=1 N5000=3\n");
	gather(w);
	assert_xpath(w->facts, "/facts/vm/memory-place/@basis", "numa_maps");
	assert_xpath(w->facts, "/facts/vm/memory-place/place[@node='0']/@kib", "4096");
	assert_xpath(w->facts, "/facts/vm/memory-place/place[@node='1']/@kib", "4096");
	assert_xpath(w->facts, "count(/facts/vm/memory-place/place)", "2");
}

static void what_is_refused_is_said(void **state)
{
	struct world *w = *state;

	record_put_text(w->record, "/proc/4711/cgroup", "0::/machine.slice/vm.scope/libvirt/emulator\n");
	record_put(w->record, &(struct query){ SOURCE_READ, 0, V2 "/memory.events" },
		   &(struct answer){ .error = -EACCES });
	gather(w);
	assert_xpath(w->facts, "/facts" GROUP "@error", "EACCES");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(events_of_v2_are_counted),
		T(v1_has_other_files_and_a_number_for_no_limit),
		T(memory_of_v2_is_without_the_page_cache),
		T(huge_pages_are_in_the_map_only),
		T(what_is_refused_is_said),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
