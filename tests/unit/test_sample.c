// SPDX-License-Identifier: GPL-2.0-or-later
/* Two readings of the same counters: rates, and what gives no number. */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "checks/check.h"
#include "source/source.h"
#include "checks/performance/tasks.h"

extern const struct check check_sample, check_host_use, check_guest_state;

struct world {
	struct source *record;
	xmlDoc *facts;
	xmlNode *vm;
};

static void put(struct world *w, unsigned int tick, const char *path, const char *text)
{
	const struct query q = { SOURCE_READ, tick, path };
	struct answer a = { .data = g_bytes_new(text, strlen(text)) };

	record_put(w->record, &q, &a);
}

static void put_error(struct world *w, enum source_verb verb, unsigned int tick, const char *path, int error)
{
	record_put(w->record, &(struct query){ verb, tick, path }, &(struct answer){ .error = error });
}

/* A running domain "vm", QEMU 4711, sampled for two seconds. */
static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);
	xmlNode *node;

	w->record = record_new(NULL);
	w->facts = facts_new();
	w->vm = facts_add_vm(w->facts, "vm");
	facts_set(w->vm, "active", "yes");
	node = facts_add(w->vm, "domain");
	facts_set(node, "type", "kvm");
	node = facts_add(w->vm, "info");
	facts_set(node, "vcpus", "2");
	node = facts_add(w->vm, "process");
	facts_set(node, "pid", "4711");
	node = facts_add(facts_host(w->facts), "cpus");
	facts_set(node, "count", "2");
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

static void measure(struct world *w)
{
	check_host_use.host_sample.measure(w->record, facts_host(w->facts));
	check_sample.vm_sample.measure(w->record, w->vm);
}

#define THREADS "/vmdoctor/threads/4711.txt"
#define MAIN_THREAD "4711 500 0 100 0 0 0 0-1 qemu-system-x86\n"

static void put_threads(struct world *w, const char *first, const char *last)
{
	g_autofree char *a = g_strconcat("at 1000000000 boot 100000000000 hz 100\n" MAIN_THREAD, first, NULL);
	g_autofree char *b = g_strconcat("at 3000000000 boot 102000000000 hz 100\n" MAIN_THREAD, last, NULL);

	put(w, 1, THREADS, a);
	put(w, 2, THREADS, b);
}

#define VCPU "/facts/vm/sample/vcpu[@id='0']/"

static void run_and_delay_are_per_second_of_the_window(void **state)
{
	struct world *w = *state;

	put_threads(w, "4720 510 1 10 0 1000000000 200000000 1 CPU%200/KVM\n",
		    "4720 510 1 110 0 2000000000 1200000000 1 CPU%200/KVM\n");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/@window-ms", "2000");
	assert_xpath(w->facts, "/facts/vm/sample/@age-s", "97");
	assert_xpath(w->facts, VCPU "@run-percent", "50.0");
	assert_xpath(w->facts, VCPU "@delay-ms-per-s", "500.0");
	assert_xpath(w->facts, VCPU "@delay-percent", "50.0");
	assert_xpath(w->facts, VCPU "@contention-ms-per-s", "500.0");
	assert_xpath(w->facts, VCPU "@cpus", "1");
	assert_xpath(w->facts, "/facts/vm/sample/@threads-error", "");
	assert_xpath(w->facts, "/facts/vm/sample/@counters-error", "ENODATA");
}

static void a_kernel_without_schedstat_gives_ticks_and_no_delay(void **state)
{
	struct world *w = *state;

	put_threads(w, "4720 510 1 10 0 0 0 1 CPU%200/KVM\n", "4720 510 1 110 0 0 0 1 CPU%200/KVM\n");
	measure(w);
	assert_xpath(w->facts, VCPU "@run-percent", "50.0");
	assert_xpath(w->facts, "count(" VCPU "@delay-ms-per-s)", "0");
}

static void a_counter_that_goes_back_gives_nothing(void **state)
{
	struct world *w = *state;

	put_threads(w, "4720 510 1 10 0 9000000000 200000000 1 CPU%200/KVM\n4721 510 1 50 0 1 1 1 CPU%201/KVM\n",
		    "4720 510 1 110 0 2000000000 1200000000 1 CPU%200/KVM\n4721 510 1 10 0 5 5 1 CPU%201/KVM\n");
	measure(w);
	assert_xpath(w->facts, "count(" VCPU "@delay-ms-per-s)", "0");
	assert_xpath(w->facts, "count(/facts/vm/sample/vcpu[@id='1'])", "0");
}

static void a_thread_with_the_number_of_another_is_not_charged(void **state)
{
	struct world *w = *state;

	put_threads(w, "4720 510 1 10 0 1000000000 2 1 CPU%200/KVM\n",
		    "4720 900 1 110 0 2000000000 3 1 CPU%200/KVM\n");
	measure(w);
	assert_xpath(w->facts, "count(/facts/vm/sample/vcpu)", "0");
}

static void another_process_with_the_pid_is_a_restart(void **state)
{
	struct world *w = *state;

	put(w, 1, THREADS, "at 1000000000 boot 1 hz 100\n" MAIN_THREAD);
	put(w, 2, THREADS, "at 3000000000 boot 1 hz 100\n4711 999 0 1 0 0 0 0-1 qemu\n");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/@threads-error", "ESRCH");
	assert_xpath(w->facts, "count(/facts/vm/sample/vcpu)", "0");
}

static void a_process_that_ended_is_said(void **state)
{
	struct world *w = *state;

	put(w, 1, THREADS, "at 1000000000 boot 1 hz 100\n" MAIN_THREAD);
	put_error(w, SOURCE_READ, 2, THREADS, -ENOENT);
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/@threads-error", "ESRCH");
}

static void throttling_is_no_contention(void **state)
{
	struct world *w = *state;
	static const char dir[] = "/sys/fs/cgroup/cpu/machine/qemu-1-vm.libvirt-qemu";
	g_autofree char *quota = g_strconcat(dir, "/vcpu0/cpu.cfs_quota_us", NULL);
	g_autofree char *period = g_strconcat(dir, "/vcpu0/cpu.cfs_period_us", NULL);
	g_autofree char *stat = g_strconcat(dir, "/vcpu0/cpu.stat", NULL);

	put(w, 0, "/proc/4711/cgroup", "1:cpu:/machine/qemu-1-vm.libvirt-qemu/emulator\n0::/\n");
	put(w, 0, quota, "30000\n");
	put(w, 0, period, "100000\n");
	put(w, 1, stat, "nr_periods 10\nnr_throttled 5\nthrottled_time 1000000000\n");
	put(w, 2, stat, "nr_periods 30\nnr_throttled 25\nthrottled_time 2400000000\n");
	put_threads(w, "4720 510 1 10 0 1000000000 0 1 CPU%200/KVM\n",
		    "4720 510 1 70 0 1600000000 1470000000 1 CPU%200/KVM\n");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/quota/@name", "vcpu0");
	assert_xpath(w->facts, "/facts/vm/sample/quota/@throttled-ms-per-s", "700.0");
	assert_xpath(w->facts, "/facts/vm/sample/quota/@throttled-percent", "100.0");
	assert_xpath(w->facts, VCPU "@delay-ms-per-s", "735.0");
	assert_xpath(w->facts, VCPU "@contention-ms-per-s", "35.0");
}

static void the_quota_of_cgroup_v2_counts_for_all_threads(void **state)
{
	struct world *w = *state;
	static const char dir[] = "/sys/fs/cgroup/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt";
	g_autofree char *max = g_strconcat(dir, "/cpu.max", NULL);
	g_autofree char *stat = g_strconcat(dir, "/cpu.stat", NULL);

	put(w, 0, "/proc/4711/cgroup",
	    "0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator\n");
	put(w, 0, max, "50000 100000\n");
	put(w, 1, stat, "usage_usec 1\nnr_periods 10\nnr_throttled 5\nthrottled_usec 1000000\n");
	put(w, 2, stat, "usage_usec 9\nnr_periods 30\nnr_throttled 15\nthrottled_usec 2000000\n");
	put_threads(w, "", "");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/quota/@shared", "yes");
	assert_xpath(w->facts, "/facts/vm/sample/quota/@throttled-ms-per-s", "500.0");
	assert_xpath(w->facts, "/facts/vm/sample/quota/@throttled-percent", "50.0");
}

static void guest_time_is_counted_once_and_steal_is_shown(void **state)
{
	struct world *w = *state;

	put(w, 1, "/proc/stat", "cpu  100 0 100 1000 0 0 0 0 50 0\ncpu0 100 0 100 1000 0 0 0 0 50 0\n");
	put(w, 2, "/proc/stat", "cpu  200 0 110 1060 10 0 0 20 149 0\ncpu0 200 0 110 1060 10 0 0 20 151 0\n");
	measure(w);
	assert_xpath(w->facts, "/facts/host/cpu-use/@user-percent", "0.5");
	assert_xpath(w->facts, "/facts/host/cpu-use/@guest-percent", "49.5");
	assert_xpath(w->facts, "/facts/host/cpu-use/@steal-percent", "10.0");
	assert_xpath(w->facts, "/facts/host/cpu-use/@iowait-percent", "5.0");
	assert_xpath(w->facts, "/facts/host/cpu-use/cpu/@guest-percent", "50.5");
	assert_xpath(w->facts, "/facts/host/cpu-use/cpu/@busy-percent", "65.0");
}

static void modes_that_an_old_kernel_lacks_take_no_time(void **state)
{
	struct world *w = *state;

	put(w, 1, "/proc/stat", "cpu  100 0 100 1000 0 0 0 0 50 0\n");
	put(w, 2, "/proc/stat", "cpu  200 0 100 1100 0 0 0\n");
	measure(w);
	assert_xpath(w->facts, "/facts/host/cpu-use/@user-percent", "50.0");
	assert_xpath(w->facts, "/facts/host/cpu-use/@guest-percent", "0.0");
	assert_xpath(w->facts, "/facts/host/cpu-use/@steal-percent", "0.0");
}

static void consumers_are_named_with_their_domain(void **state)
{
	struct world *w = *state;
	const char cmdline[] = "/usr/bin/qemu-system-x86_64\0-name\0guest=a,,b,debug-threads=on\0";
	struct answer a = { .data = g_bytes_new(cmdline, sizeof(cmdline) - 1) };

	put(w, 1, "/vmdoctor/processes.txt",
	    "at 1000000000 boot 1 hz 100\n5 1 1 10 0 - - 1 sh\n6 1 0 10 0 - - 0-1 qemu-system-x86\n7 1 0 10 0 - - - ksmd\n");
	put(w, 2, "/vmdoctor/processes.txt",
	    "at 3000000000 boot 1 hz 100\n5 1 1 190 0 - - 1 sh\n6 1 0 110 0 - - 0-1 qemu-system-x86\n7 1 0 12 0 - - - ksmd\n");
	put(w, 0, "/sys/kernel/mm/ksm/run", "1\n");
	record_put(w->record, &(struct query){ SOURCE_READ, 0, "/proc/6/cmdline" }, &a);
	measure(w);
	assert_xpath(w->facts, "count(/facts/host/consumer)", "2");
	assert_xpath(w->facts, "/facts/host/consumer[1]/@name", "sh");
	assert_xpath(w->facts, "/facts/host/consumer[1]/@cpu-percent", "90.0");
	assert_xpath(w->facts, "/facts/host/consumer[2]/@domain", "a,b");
	assert_xpath(w->facts, "/facts/host/ksm/@cpu-percent", "1.0");
}

#define STATS "/vmdoctor/libvirt/sample/vm.json"

static void latencies_of_hundredths_are_seen(void **state)
{
	struct world *w = *state;

	put(w, 1, STATS, "{\"taken-ns\":1000000000,\"state.state\":1,\"block.0.name\":\"vda\",\"block.0.rd.reqs\":0,"
	    "\"block.0.rd.times\":0,\"block.0.wr.reqs\":0,\"block.0.wr.times\":0}");
	put(w, 2, STATS, "{\"taken-ns\":3000000000,\"state.state\":1,\"block.0.name\":\"vda\",\"block.0.rd.reqs\":1000,"
	    "\"block.0.rd.times\":40000000,\"block.0.wr.reqs\":10,\"block.0.wr.times\":12340000}");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/disk/@read-latency-ms", "0.04");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@write-latency-ms", "1.2");
}

static void disks_and_nics_have_rates_and_latencies(void **state)
{
	struct world *w = *state;

	put(w, 1, STATS, "{\"taken-ns\":1000000000,\"state.state\":1,\"block.0.name\":\"vda\",\"block.0.rd.reqs\":10,"
	    "\"block.0.rd.bytes\":0,\"block.0.rd.times\":0,\"block.0.wr.reqs\":0,\"block.0.wr.times\":0,"
	    "\"block.0.fl.reqs\":0,\"block.0.fl.times\":0,\"net.0.name\":\"vnet0\",\"net.0.rx.pkts\":0,"
	    "\"net.0.rx.drop\":0,\"net.0.tx.pkts\":5,\"net.0.tx.drop\":0,"
	    "\"balloon.last-update\":100,\"balloon.swap_out\":0,\"balloon.swap_in\":0}");
	put(w, 2, STATS, "{\"taken-ns\":3000000000,\"state.state\":1,\"block.0.name\":\"vda\",\"block.0.rd.reqs\":30,"
	    "\"block.0.rd.bytes\":81920,\"block.0.rd.times\":400000000,\"block.0.wr.reqs\":20,\"block.0.wr.times\":200000000,"
	    "\"block.0.fl.reqs\":4,\"block.0.fl.times\":200000000,\"net.0.name\":\"vnet0\",\"net.0.rx.pkts\":99,"
	    "\"net.0.rx.drop\":1,\"net.0.tx.pkts\":4,\"net.0.tx.drop\":0,"
	    "\"balloon.last-update\":110,\"balloon.swap_out\":20480,\"balloon.swap_in\":0}");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/@running", "yes");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@reads-per-s", "10.0");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@read-kib-per-s", "40.0");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@read-latency-ms", "20.0");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@latency-ms", "15.0");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@flush-latency-ms", "50.0");
	assert_xpath(w->facts, "/facts/vm/sample/disk/@queue-depth", "0.4");
	assert_xpath(w->facts, "/facts/vm/sample/nic/@rx-drop-percent", "1.0");
	assert_xpath(w->facts, "count(/facts/vm/sample/nic/@tx-packets-per-s)", "0");
	assert_xpath(w->facts, "/facts/vm/sample/memory/@guest-swap-out-kib-per-s", "2048.0");
}

#define BIN(n, start, value)                                                                       \
	",\"block.0.latency_histogram.read.bin." #n ".start\":" #start                             \
	",\"block.0.latency_histogram.read.bin." #n ".value\":" #value
#define BINS(taken, bins)                                                                          \
	"{\"taken-ns\":" #taken ",\"state.state\":1,\"block.0.name\":\"vda\","                     \
	"\"block.0.latency_histogram.read.bin.count\":3" bins "}"

static void a_histogram_is_of_the_window(void **state)
{
	struct world *w = *state;

	put(w, 1, STATS, BINS(1000000000, BIN(0, 0, 5) BIN(1, 1000000, 70) BIN(2, 10000000, 1)));
	put(w, 2, STATS, BINS(3000000000, BIN(0, 0, 5) BIN(1, 1000000, 170) BIN(2, 10000000, 4)));
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/latency-histogram[@target='vda'][@kind='read']/@starts-ns",
		     "0 1000000 10000000");
	assert_xpath(w->facts, "/facts/vm/sample/latency-histogram/@counts", "0 100 3");
}

/* Other bins, counts that went back, and no request at all. */
static void a_histogram_that_was_set_anew_is_none(void **state)
{
	static const char *const last[] = {
		BINS(3000000000, BIN(0, 0, 9) BIN(1, 2000000, 170) BIN(2, 10000000, 4)),
		BINS(3000000000, BIN(0, 0, 9) BIN(1, 1000000, 69) BIN(2, 10000000, 4)),
		BINS(3000000000, BIN(0, 0, 5) BIN(1, 1000000, 70) BIN(2, 10000000, 1)),
		BINS(3000000000, BIN(0, 0, 9) BIN(1, 1000000, 170)),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(last); i++) {
		struct world *w;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		w = *state;
		put(w, 1, STATS, BINS(1000000000, BIN(0, 0, 5) BIN(1, 1000000, 70) BIN(2, 10000000, 1)));
		put(w, 2, STATS, last[i]);
		measure(w);
		assert_xpath(w->facts, "count(/facts/vm/sample/disk)", "1");
		assert_xpath(w->facts, "count(/facts/vm/sample/latency-histogram)", "0");
	}
}

static void balloon_statistics_that_were_not_renewed_give_no_rate(void **state)
{
	struct world *w = *state;

	put(w, 0, "/vmdoctor/clock", "130\n");
	put(w, 1, STATS, "{\"taken-ns\":1000000000,\"balloon.last-update\":100,\"balloon.swap_out\":1}");
	put(w, 2, STATS, "{\"taken-ns\":3000000000,\"balloon.last-update\":100,\"balloon.swap_out\":9}");
	measure(w);
	assert_xpath(w->facts, "count(/facts/vm/sample/memory/@guest-swap-out-kib-per-s)", "0");
	assert_xpath(w->facts, "/facts/vm/sample/memory/@stats-age-s", "30");
}

static void disks_of_the_host_have_their_numbers(void **state)
{
	struct world *w = *state;

	put(w, 1, "/proc/diskstats", " 8 1 sda1 10 0 0 100 5 0 0 50 0 100 0\n 8 16 sdb 1 0 0 1 0 0 0 0 0 1 0\n");
	put(w, 2, "/proc/diskstats", " 8 1 sda1 20 0 0 300 15 0 0 250 0 1100 0\n 8 16 sdb 1 0 0 1 0 0 0 0 0 1 0\n");
	measure(w);
	assert_xpath(w->facts, "count(/facts/host/disk-use)", "1");
	assert_xpath(w->facts, "/facts/host/disk-use/@device", "8:1");
	assert_xpath(w->facts, "/facts/host/disk-use/@latency-ms", "20.0");
	assert_xpath(w->facts, "/facts/host/disk-use/@busy-percent", "50.0");
}

static void exits_come_from_libvirt(void **state)
{
	struct world *w = *state;

	put(w, 1, STATS, "{\"taken-ns\":1000000000,\"vcpu.0.state\":1,\"vcpu.0.exits.sum\":0,\"vcpu.0.io_exits.sum\":0,"
	    "\"vcpu.0.halt_poll_success_ns.sum\":0,\"vcpu.0.halt_poll_fail_ns.sum\":0}");
	put(w, 2, STATS, "{\"taken-ns\":3000000000,\"vcpu.0.state\":1,\"vcpu.0.exits.sum\":20000,\"vcpu.0.io_exits.sum\":2000,"
	    "\"vcpu.0.halt_poll_success_ns.sum\":100000000,\"vcpu.0.halt_poll_fail_ns.sum\":300000000}");
	measure(w);
	assert_xpath(w->facts, VCPU "@exits-per-s", "10000.0");
	assert_xpath(w->facts, VCPU "@io-exits-per-s", "1000.0");
	assert_xpath(w->facts, VCPU "@poll-percent", "20.0");
	assert_xpath(w->facts, VCPU "@poll-fail-percent", "75.0");
	assert_xpath(w->facts, "/facts/vm/sample/kvm/@basis", "libvirt");
	assert_xpath(w->facts, "count(" VCPU "@mmio-exits-per-s)", "0");
}

static void yields_and_small_pages_are_of_kvm_too(void **state)
{
	struct world *w = *state;
	xmlNode *pages = facts_add(facts_add(w->vm, "stats"), "vm");

	facts_set(pages, "pages_4k-cur", "512");
	facts_set(pages, "pages_2m-cur", "3");
	facts_set(pages, "pages_1g-cur", "0");
	put(w, 1, STATS, "{\"taken-ns\":1000000000,\"vcpu.0.state\":1,\"vcpu.0.exits.sum\":0,"
	    "\"vcpu.0.directed_yield_attempted.sum\":0,\"vcpu.0.directed_yield_successful.sum\":5}");
	put(w, 2, STATS, "{\"taken-ns\":3000000000,\"vcpu.0.state\":1,\"vcpu.0.exits.sum\":2,"
	    "\"vcpu.0.directed_yield_attempted.sum\":4000,\"vcpu.0.directed_yield_successful.sum\":4}");
	measure(w);
	assert_xpath(w->facts, VCPU "@yield-attempts-per-s", "2000.0");
	assert_xpath(w->facts, "count(" VCPU "@yields-per-s)", "0"); /* it went back */
	assert_xpath(w->facts, "/facts/vm/sample/kvm/@small-pages-percent", "25.0");
}

static void put_dir(struct world *w)
{
	struct answer a = { .data = g_bytes_new("4711-20\n", 8) };

	record_put(w->record, &(struct query){ SOURCE_LIST, 0, "/sys/kernel/debug/kvm" }, &a);
	put(w, 1, STATS, "{\"taken-ns\":1000000000}");
	put(w, 2, STATS, "{\"taken-ns\":3000000000}");
}

static void exits_come_from_debugfs_where_libvirt_has_none(void **state)
{
	struct world *w = *state;

	put_dir(w);
	put(w, 1, "/sys/kernel/debug/kvm/4711-20/exits", "100\n");
	put(w, 2, "/sys/kernel/debug/kvm/4711-20/exits", "2100\n");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/kvm/@basis", "debugfs");
	assert_xpath(w->facts, "/facts/vm/sample/kvm/@exits-per-s", "1000.0");
}

static void lockdown_is_said_not_zero(void **state)
{
	struct world *w = *state;

	put_dir(w);
	put_error(w, SOURCE_READ, 1, "/sys/kernel/debug/kvm/4711-20/exits", -EPERM);
	put_error(w, SOURCE_READ, 2, "/sys/kernel/debug/kvm/4711-20/exits", -EPERM);
	put(w, 0, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	measure(w);
	assert_xpath(w->facts, "/facts/vm/sample/kvm/@basis", "none");
	assert_xpath(w->facts, "/facts/vm/sample/kvm/@hidden-by", "lockdown");
	assert_xpath(w->facts, "count(/facts/vm/sample/kvm/@exits-per-s)", "0");
}

#define GUEST "/vmdoctor/libvirt/guest/vm/"

static void the_clock_of_the_guest_is_compared_with_the_middle_of_the_question(void **state)
{
	struct world *w = *state;
	xmlNode *guest = facts_add(w->vm, "guest");

	facts_set(guest, "fs-0-mountpoint", "/");
	facts_set(guest, "fs-0-total-bytes", "1000");
	facts_set(guest, "fs-0-used-bytes", "995");
	put(w, 0, GUEST "time.json",
	    "{\"guest-s\":1000,\"guest-ns\":500000000,\"host-before-us\":1002000000,\"host-after-us\":1002200000}");
	check_guest_state.vm(w->record, w->vm);
	assert_xpath(w->facts, "/facts/vm/guest-time/@offset-ms", "-1600");
	assert_xpath(w->facts, "/facts/vm/guest-time/@round-trip-ms", "200");
	assert_xpath(w->facts, "/facts/vm/guest-fs/@used-percent", "99.5");
	assert_xpath(w->facts, "count(/facts/vm/guest-system)", "0");
}

static void what_the_guest_waits_for_is_read_inside(void **state)
{
	struct world *w = *state;

	facts_add(w->vm, "guest");
	put(w, 0, GUEST "files/proc/meminfo", "MemTotal: 2000 kB\nMemAvailable:  1000 kB\n");
	put(w, 0, GUEST "files/proc/modules", "virtio_blk 1 2\next4 1 2\nvirtio_net 1 2\n");
	put(w, 1, GUEST "files/proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 1\n");
	put(w, 2, GUEST "files/proc/stat", "cpu  20 0 20 20 30 0 0 10 0 0\ncpu0 1\n");
	put(w, 1, GUEST "files/proc/pressure/io", "some total=5\nfull avg10=0.00 total=0\n");
	put(w, 2, GUEST "files/proc/pressure/io", "some total=9\nfull avg10=0.00 total=500000\n");
	measure(w);
	check_guest_state.vm(w->record, w->vm);
	check_guest_state.vm_sample.measure(w->record, w->vm);
	assert_xpath(w->facts, "/facts/vm/guest-system/@virtio", "virtio_blk virtio_net");
	assert_xpath(w->facts, "/facts/vm/sample/guest/@iowait-percent", "30.0");
	assert_xpath(w->facts, "/facts/vm/sample/guest/@steal-percent", "10.0");
	assert_xpath(w->facts, "/facts/vm/sample/guest/@busy-percent", "40.0");
	assert_xpath(w->facts, "/facts/vm/sample/guest/@io-full-percent", "25.0");
}

static void no_sample_no_facts(void **state)
{
	struct world *w = *state;

	put_error(w, SOURCE_READ, 2, "/vmdoctor/monotonic", -ENODATA);
	measure(w);
	assert_xpath(w->facts, "count(/facts/vm/sample | /facts/host/cpu-use)", "0");
}

static void this_process_can_be_read(void **state G_GNUC_UNUSED)
{
	struct source *src = source_sample_new(NULL);
	g_autofree char *path = g_strdup_printf("/vmdoctor/threads/%d.txt", getpid());
	g_autofree char *text = NULL;
	struct tasks *t;

	assert_int_equal(source_read(src, path, &text, NULL), 0);
	t = tasks_parse(text);
	assert_non_null(t);
	assert_non_null(tasks_by_id(t, (uint64_t)getpid()));
	assert_non_null(tasks_by_id(t, (uint64_t)getpid())->cpus);
	tasks_free(t);
	g_clear_pointer(&text, g_free);
	assert_int_equal(source_read(src, "/vmdoctor/processes.txt", &text, NULL), 0);
	g_clear_pointer(&text, g_free);
	assert_int_equal(source_read(src, "/vmdoctor/threads/../1.txt", &text, NULL), -ENODATA);
	assert_int_equal(source_read(src, "/vmdoctor/threads/99999999.txt", &text, NULL), -ENOENT);
	source_free(src);
}

static void rubbish_is_left_out(void **state G_GNUC_UNUSED)
{
	struct tasks *t = tasks_parse("at 1 boot 2 hz 100\nx\n1 2 3\n1 2 3 4 5 6 7 0 %ff%00\n9 1 1 1 1 - - - a\n");

	assert_null(tasks_parse(""));
	assert_null(tasks_parse("at 1 boot 2 hz 0\n"));
	assert_int_equal(t->list->len, 2);
	tasks_free(t);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(run_and_delay_are_per_second_of_the_window),
		T(a_kernel_without_schedstat_gives_ticks_and_no_delay),
		T(a_counter_that_goes_back_gives_nothing),
		T(a_thread_with_the_number_of_another_is_not_charged),
		T(another_process_with_the_pid_is_a_restart),
		T(a_process_that_ended_is_said),
		T(throttling_is_no_contention),
		T(the_quota_of_cgroup_v2_counts_for_all_threads),
		T(guest_time_is_counted_once_and_steal_is_shown),
		T(modes_that_an_old_kernel_lacks_take_no_time),
		T(consumers_are_named_with_their_domain),
		T(latencies_of_hundredths_are_seen),
		T(disks_and_nics_have_rates_and_latencies),
		T(a_histogram_is_of_the_window),
		T(a_histogram_that_was_set_anew_is_none),
		T(balloon_statistics_that_were_not_renewed_give_no_rate),
		T(disks_of_the_host_have_their_numbers),
		T(exits_come_from_libvirt),
		T(yields_and_small_pages_are_of_kvm_too),
		T(exits_come_from_debugfs_where_libvirt_has_none),
		T(lockdown_is_said_not_zero),
		T(the_clock_of_the_guest_is_compared_with_the_middle_of_the_question),
		T(what_the_guest_waits_for_is_read_inside),
		T(no_sample_no_facts),
		cmocka_unit_test(this_process_can_be_read),
		cmocka_unit_test(rubbish_is_left_out),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
