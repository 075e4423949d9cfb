// SPDX-License-Identifier: GPL-2.0-or-later
/* Which devices a process may open: BPF programs of a real control group, and lists as checks read them;
   and who has a file open. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/bpf.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks/check.h"
#include "source/source.h"

extern const struct check check_device_list, check_process;

/* A control group of its own with a process in it, and a program of libvirt's shape. */

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int make_map(uint32_t value_size)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_HASH, .key_size = 8,
				.value_size = value_size, .max_entries = 64 };

	return bpf(BPF_MAP_CREATE, &attr);
}

static void put(int map, uint32_t major, uint32_t minor, uint32_t value)
{
	uint64_t key = (uint64_t)major << 32 | minor;
	union bpf_attr attr = { .map_fd = (uint32_t)map, .key = (uintptr_t)&key,
				.value = (uintptr_t)&value };

	assert_int_equal(bpf(BPF_MAP_UPDATE_ELEM, &attr), 0);
}

/* Says yes to all; that it names the map is enough here. */
static int load(int map)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
				.insns = (uintptr_t)program,
				.insn_cnt = G_N_ELEMENTS(program),
				.license = (uintptr_t)"GPL" };

	return bpf(BPF_PROG_LOAD, &attr);
}

static bool attach(const char *group, int program)
{
	int dir = open(group, O_RDONLY | O_DIRECTORY);
	union bpf_attr attr = { .target_fd = (uint32_t)dir, .attach_bpf_fd = (uint32_t)program,
				.attach_type = BPF_CGROUP_DEVICE,
				.attach_flags = BPF_F_ALLOW_MULTI };
	bool done = dir >= 0 && program >= 0 && bpf(BPF_PROG_ATTACH, &attr) == 0;

	close(dir);
	close(program);
	return done;
}

/* At the top of the hierarchy, where it is mounted; NULL: not to be had. */
static char *make_group(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++) {
		g_autofree char *probe = g_strconcat(mounts[i], "/cgroup.controllers", NULL);
		g_autofree char *group = g_strdup_printf("%s/vmdoctor-test-%d", mounts[i], getpid());

		if (access(probe, F_OK) == 0 && g_mkdir(group, 0755) == 0)
			return g_steal_pointer(&group);
	}
	return NULL;
}

static pid_t start_in(const char *group)
{
	g_autofree char *procs = g_strconcat(group, "/cgroup.procs", NULL);
	g_autofree char *text = NULL;
	pid_t child = fork();
	int fd;

	if (child == 0) {
		pause();
		_exit(0);
	}
	text = g_strdup_printf("%d", child);
	fd = open(procs, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		print_message("cannot enter %s\n", group);
	close(fd);
	return child;
}

static char *ask_devices(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/cgroup/%d/devices.txt", pid);
	struct source *src = source_cgroup_new(NULL);
	char *text = NULL;
	int r = source_read(src, path, &text, NULL);

	source_free(src);
	return r == 0 ? text : g_strdup_printf("error %d", r);
}

static void programs_of_a_real_group(void **state G_GNUC_UNUSED)
{
	g_autofree char *group = make_group();
	pid_t child = group ? start_in(group) : 0;
	int map = group ? make_map(4) : -1, other = make_map(16);
	g_autofree char *before = group ? ask_devices(child) : NULL, *after = NULL;
	bool done = false;

	if (map >= 0) {
		put(map, 10, 232, 6u << 16 | 2);
		put(map, 136, UINT32_MAX, 7u << 16 | 2);
		put(map, 254, 0, 2u << 16 | 1);
		done = attach(group, load(map)) && attach(group, load(other));
		after = ask_devices(child);
	}
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	for (int i = 0; group && g_rmdir(group) < 0 && i < 100; i++)
		g_usleep(10000);
	if (!done) {
		print_message("no BPF programs on control groups here\n");
		skip();
	}
	assert_string_equal(before, "");
	assert_non_null(strstr(after, "c 10:232 rw\n"));
	assert_non_null(strstr(after, "c 136:* rwm\n"));
	assert_non_null(strstr(after, "b 254:0 r\n"));
	assert_non_null(strstr(after, "program libvirt\n"));
	assert_non_null(strstr(after, "program other\n"));
}

static void hostile_names_are_nothing(void **state G_GNUC_UNUSED)
{
	static const char *const paths[] = { "/vmdoctor/cgroup//devices.txt",
					     "/vmdoctor/cgroup/1/../2/devices.txt",
					     "/vmdoctor/cgroup/99999999999/devices.txt",
					     "/vmdoctor/cgroup/self/devices.txt" };
	struct source *src = source_cgroup_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		char *text = NULL;

		assert_int_equal(source_read(src, paths[i], &text, NULL), -ENOENT);
	}
	source_free(src);
}

static void who_has_a_file_open(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = NULL, *name = NULL, *question = NULL, *text = NULL, *line = NULL;
	struct source *src = source_open_new(NULL);
	int fd = g_file_open_tmp("vmdoctor-XXXXXX", &path, NULL), r;

	assert_true(fd >= 0);
	name = source_path_escape(path);
	question = g_strconcat("/vmdoctor/open/", name, NULL);
	line = g_strdup_printf("%d\trw\t", getpid());
	assert_int_equal(source_read(src, question, &text, NULL), 0);
	assert_true(g_str_has_prefix(text, line));
	close(fd);
	g_clear_pointer(&text, g_free);
	assert_int_equal(source_read(src, question, &text, NULL), 0);
	assert_string_equal(text, "");
	g_unlink(path);
	g_clear_pointer(&text, g_free);
	r = source_read(src, question, &text, NULL);
	assert_int_equal(r, -ENOENT);
	source_free(src);
}

/* What one access of one domain comes to. */
static char *judge(const char *devices, const char *device, const char *want)
{
	struct source *record = record_new(NULL);
	xmlDoc *facts = facts_new();
	xmlNode *vm = facts_add_vm(facts, "vm"), *process = facts_add(vm, "process");
	xmlNode *access = facts_add(vm, "access");
	char *verdict;

	facts_set(vm, "active", "yes");
	facts_set(process, "pid", "7");
	facts_set(access, "device", device);
	facts_set(access, "want", want);
	record_put_text(record, "/vmdoctor/cgroup/7/devices.txt", devices);
	record_put_text(record, "/proc/7/cgroup", "0::/x\n");
	check_device_list.vm(record, vm);
	verdict = g_strdup(facts_get(access, "cgroup"));
	facts_free(facts);
	source_free(record);
	return verdict ? verdict : g_strdup("unknown");
}

#define assert_judged(devices, device, want, expected)                                             \
	do {                                                                                       \
		g_autofree char *v_ = judge(devices, device, want);                                \
		assert_string_equal(v_, expected);                                                 \
	} while (0)

static void one_entry_grants_all_or_nothing(void **state G_GNUC_UNUSED)
{
	assert_judged("program libvirt\nc 10:232 rw\n", "c 10:232", "rw", "yes");
	assert_judged("program libvirt\nc 10:232 rw\n", "b 10:232", "rw", "no");
	assert_judged("program libvirt\nc 10:232 rw\n", "c 10:23", "rw", "no");
	assert_judged("program libvirt\nc 10:232 r\nc 10:* w\n", "c 10:232", "rw", "no");
	assert_judged("program libvirt\nc *:* rwm\n", "c 10:232", "rw", "yes");
	assert_judged("program libvirt\na *:* rwm\n", "b 8:0", "rw", "yes");
	assert_judged("program libvirt\n", "c 10:232", "r", "no");
	assert_judged("", "c 10:232", "rw", "yes");
}

static void every_program_must_agree(void **state G_GNUC_UNUSED)
{
	assert_judged("program libvirt\nc 1:3 rw\nprogram libvirt\nc 1:5 rw\n", "c 1:3", "r", "no");
	assert_judged("program libvirt\nc 1:3 rw\nprogram other\n", "c 1:3", "r", "unknown");
	assert_judged("program libvirt\nc 1:5 rw\nprogram other\n", "c 1:3", "r", "no");
	assert_judged("nonsense\nc 1\nprogram libvirt\nc 1:3:4 \n\tx\n", "c 1:3", "r", "no");
}

/* A PID that another process has by now says nothing about the domain. */
static void a_pid_is_used_again(void **state G_GNUC_UNUSED)
{
	struct source *record = record_new(NULL);
	xmlDoc *facts = facts_new();
	xmlNode *vm = facts_add_vm(facts, "vm");

	facts_set(vm, "active", "yes");
	facts_set(vm, "uuid", "3f1c9a52-7d0e-4b1c-9f5e-0d6f4b1f2a11");
	facts_set(facts_add(vm, "domain"), "type", "kvm");
	record_put_text(record, "/run/libvirt/qemu/vm.pid", "4711\n");
	record_put_text(record, "/proc/4711/cmdline", "sleep");
	check_process.vm(record, vm);
	assert_xpath(facts, "vm/process/@error", "ESRCH");
	assert_xpath(facts, "count(vm/process/@pid)", "0");
	facts_free(facts);
	source_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_of_a_real_group),
		cmocka_unit_test(hostile_names_are_nothing),
		cmocka_unit_test(who_has_a_file_open),
		cmocka_unit_test(one_entry_grants_all_or_nothing),
		cmocka_unit_test(every_program_must_agree),
		cmocka_unit_test(a_pid_is_used_again),
	};

	xml_init();
	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
