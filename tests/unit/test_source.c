// SPDX-License-Identifier: GPL-2.0-or-later
/* Sources: files, the record, case trees and the guard. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/source.h"

/* A directory of its own for each test, in *state. */
static int setup(void **state)
{
	*state = g_dir_make_tmp("vmdoctor-test-XXXXXX", NULL);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", (char *)*state);
	int r = system(command);

	g_free(*state);
	return r;
}

static void put(const char *dir, const char *path, const char *text)
{
	g_autofree char *file = g_strconcat(dir, path, NULL);
	g_autofree char *parent = g_path_get_dirname(file);

	g_mkdir_with_parents(parent, 0700);
	assert_true(g_file_set_contents(file, text, -1, NULL));
}

/* Counts how often it is asked. */
struct counter {
	struct source source;
	unsigned int asked;
};

static void count_ask(struct source *src, const struct query *q, struct answer *ret)
{
	((struct counter *)src)->asked++;
	if (g_str_has_suffix(q->path, "refused"))
		ret->error = -EACCES;
	else
		ret->data = g_bytes_new("x\n", 2);
}

static void count_free(struct source *src G_GNUC_UNUSED)
{
}

static const struct source_ops count_ops = { .ask = count_ask, .free = count_free };

static void a_record_asks_below_once(void **state G_GNUC_UNUSED)
{
	struct counter below = { { &count_ops }, 0 };
	struct source *record = record_new(&below.source);

	for (int i = 0; i < 3; i++) {
		g_autofree char *text = NULL;

		assert_int_equal(source_read(record, "/a", &text, NULL), 0);
		assert_string_equal(text, "x\n");
		assert_int_equal(source_read(record, "/refused", &text, NULL), -EACCES);
	}
	assert_int_equal(below.asked, 2);
	source_free(record);
}

static void a_sealed_record_answers_enodata_to_what_is_new(void **state G_GNUC_UNUSED)
{
	struct counter below = { { &count_ops }, 0 };
	struct source *record = record_new(&below.source);
	g_autofree char *text = NULL;

	record_seal(record);
	assert_int_equal(source_read(record, "/a", &text, NULL), -ENODATA);
	assert_int_equal(below.asked, 0);
	source_free(record);
}

static void after_the_deadline_nothing_is_asked(void **state G_GNUC_UNUSED)
{
	struct counter below = { { &count_ops }, 0 };
	struct source *record = record_new(&below.source);
	g_autofree char *text = NULL;

	record_deadline(record, g_get_monotonic_time() - 1);
	assert_int_equal(source_read(record, "/a", &text, NULL), -ETIMEDOUT);
	assert_int_equal(below.asked, 0);
	source_free(record);
}

static void a_saved_record_reads_back_the_same(void **state)
{
	g_autofree char *dir = g_strconcat(*state, "/tree", NULL);
	struct source *record = record_new(NULL), *tree;
	const struct query gone = { .verb = SOURCE_STAT, .path = "/dev/kvm" };
	const struct query stat = { .verb = SOURCE_STAT, .path = "/srv/a b.img" };
	struct answer enoent = { .error = -ENOENT };
	struct answer said = { .data = g_bytes_new_static("mode=0100600 uid=7 label=a:b%20c", 32) };
	struct source_stat st = { 0 };
	g_autofree char *text = NULL;

	record_put_text(record, "/etc/os-release", "ID=debian\n");
	record_put(record, &gone, &enoent);
	record_put(record, &stat, &said);
	assert_int_equal(record_save(record, dir), 0);
	assert_int_equal(record_save(record, dir), -EEXIST);
	tree = source_tree_new(dir, NULL);
	assert_non_null(tree);
	assert_int_equal(source_read(tree, "/etc/os-release", &text, NULL), 0);
	assert_string_equal(text, "ID=debian\n");
	assert_int_equal(source_stat(tree, "/dev/kvm", &st), -ENOENT);
	assert_int_equal(source_stat(tree, "/srv/a b.img", &st), 0);
	assert_int_equal(st.uid, 7);
	assert_string_equal(st.label, "a:b c");
	assert_int_equal(source_read(tree, "/etc/passwd", &text, NULL), -ENODATA);
	source_stat_done(&st);
	source_free(tree);
	source_free(record);
}

static void what_cannot_be_saved_whole_leaves_nothing(void **state)
{
	g_autofree char *dir = g_strconcat(*state, "/half", NULL);
	struct source *record = record_new(NULL);
	g_autoptr(GDir) left = NULL;
	const char *name;

	record_put_text(record, "/etc/os-release", "ID=debian\n");
	record_put_text(record, "/etc/os-release/below", "a file cannot be a directory, too\n");
	assert_true(record_save(record, dir) < 0);
	left = g_dir_open(*state, 0, NULL);
	while ((name = g_dir_read_name(left)))
		assert_false(g_str_has_prefix(name, "half"));
	source_free(record);
}

/* A mount below the tree, in a namespace of its own; skipped where that may not be made. */
static void what_is_mounted_below_a_tree_is_not_its(void **state)
{
	g_autofree char *etc = g_strconcat(*state, "/etc", NULL);
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct source *tree;
		g_autofree char *text = NULL;

		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(77);
		put(*state, "/etc/os-release", "ID=x\n");
		if (mount("none", etc, "tmpfs", 0, NULL) < 0)
			_exit(77);
		put(*state, "/etc/hosts", "foreign\n");
		tree = source_tree_new(*state, NULL);
		_exit(source_read(tree, "/etc/hosts", &text, NULL) == -EXDEV ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_link_in_a_tree_cannot_leave_it(void **state)
{
	g_autofree char *link = g_strconcat(*state, "/etc/shadow", NULL);
	g_autofree char *text = NULL;
	struct source *tree;

	put(*state, "/etc/os-release", "ID=x\n");
	assert_int_equal(symlink("/etc/passwd", link), 0);
	tree = source_tree_new(*state, NULL);
	assert_int_equal(source_read(tree, "/etc/shadow", &text, NULL), -ENODATA);
	assert_int_equal(source_read(tree, "/../../../../etc/passwd", &text, NULL), -ENODATA);
	source_free(tree);
}

/* From now on openat2(2) fails with @error in this process, as on old kernels (ENOSYS) and under the
 * seccomp filters of old container runtimes (EPERM). */
static bool refuse_openat2(int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { G_N_ELEMENTS(filter), filter };
	const struct open_how how = { .flags = O_PATH };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
	       syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how)) < 0 && errno == error;
}

static void put_link(const char *dir, const char *path, const char *target)
{
	g_autofree char *link = g_strconcat(dir, path, NULL);

	assert_int_equal(symlink(target, link), 0);
}

/* A line for each path of @tree: what reading, listing and readlink say. */
static char *look_all_over(const char *dir)
{
	static const char *const paths[] = {
		"/",	     "/etc/plain",   "/etc",	    "/none",	    "/etc/plain/x", "/inside",
		"/absolute", "/etc/up",	     "/outside",    "/dir/plain",   "/loop",	    "/dangling",
		"/out/passwd", "/../../etc/plain", "/etc/../../../etc/passwd", "//etc//./plain", "/high",
	};
	GString *text = g_string_new(NULL);
	struct source *fs = source_fs_new(dir);

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *content = NULL, *target = NULL;
		g_auto(GStrv) names = NULL;
		int read = source_read(fs, paths[i], &content, NULL);
		int list = source_list(fs, paths[i], &names);
		int link = source_link(fs, paths[i], &target);
		g_autofree char *joined = names ? g_strjoinv(",", names) : NULL;

		g_string_append_printf(text, "%s: %d %s, %d %s, %d %s\n", paths[i], read,
				       content ? content : "-", list, joined ? joined : "-", link,
				       target ? target : "-");
	}
	source_free(fs);
	return g_string_free(text, FALSE);
}

/* The exit status of a child that looks without openat2(2): 0, it saw @expected. */
static int look_without_openat2(const char *dir, int error, const char *expected)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		g_autofree char *seen = refuse_openat2(error) ? look_all_over(dir) : NULL;

		if (g_strcmp0(seen, expected) != 0)
			g_printerr("expected\n%sseen\n%s", expected, seen ? seen : "no filter\n");
		_exit(g_strcmp0(seen, expected) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void a_tree_is_the_same_where_the_kernel_refuses_openat2(void **state)
{
	g_autofree char *seen = NULL;

	put(*state, "/etc/plain", "text");
	put_link(*state, "/inside", "etc/plain");
	put_link(*state, "/absolute", "/etc/plain");
	put_link(*state, "/etc/up", "../../../inside");
	put_link(*state, "/outside", "/etc/passwd");
	put_link(*state, "/out", "../../../../../../etc");
	put_link(*state, "/dir", "etc/.");
	put_link(*state, "/loop", "loop");
	put_link(*state, "/dangling", "nowhere");
	put_link(*state, "/high", "etc/..");
	seen = look_all_over(*state);
	assert_non_null(strstr(seen, "\n/etc/up: 0 text, -20 -, 0 ../../../inside\n"));
	assert_non_null(strstr(seen, "\n/outside: -2 -, -2 -, 0 /etc/passwd\n"));
	assert_non_null(strstr(seen, "\n/out/passwd: -2 -"));
	assert_non_null(strstr(seen, "\n/loop: -40 -"));
	assert_int_equal(look_without_openat2(*state, ENOSYS, seen), 0);
	assert_int_equal(look_without_openat2(*state, EPERM, seen), 0);
}

static void a_broken_manifest_is_an_error_with_its_line(void **state)
{
	g_autoptr(GError) error = NULL;

	put(*state, "/vmdoctor/manifest.tsv", "# comment\n0\tread\n");
	assert_null(source_tree_new(*state, &error));
	assert_non_null(strstr(error->message, ":2:"));
}

static void only_regular_files_are_read(void **state)
{
	g_autofree char *fifo = g_strconcat(*state, "/fifo", NULL);
	struct source *fs = source_fs_new(*state);
	g_autofree char *text = NULL;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(source_read(fs, "/fifo", &text, NULL), -EINVAL);
	assert_int_equal(source_read(fs, "/", &text, NULL), -EISDIR);
	assert_int_equal(source_read(fs, "/none", &text, NULL), -ENOENT);
	source_free(fs);
}

static void no_image_is_what_is_no_file_of_a_disk(void **state)
{
	static const char *const paths[] = { "/proc/self/status", "/proc/kcore", "/dev/null", "/dev/zero" };
	g_autofree char *fifo = g_strconcat(*state, "/fifo", NULL), *link = g_strconcat(*state, "/link", NULL);
	g_autofree char *file = g_strconcat(*state, "/file", NULL);
	struct source *fs = source_fs_new("/");
	g_autoptr(GBytes) head = NULL;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("/proc/self/status", link), 0);
	put(*state, "/file", "any bytes");
	assert_int_equal(source_head(fs, fifo, &head), -EINVAL);
	assert_int_equal(source_head(fs, link, &head), -EINVAL);
	assert_int_equal(source_head(fs, file, &head), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autoptr(GBytes) none = NULL;

		if (access(paths[i], F_OK) == 0)
			assert_int_equal(source_head(fs, paths[i], &none), -EINVAL);
		assert_null(none);
		if (access(paths[i], F_OK) == 0)
			assert_int_equal(source_direct(fs, paths[i]), -EINVAL);
	}
	source_free(fs);
}

/* How @path below @dir is mounted, as a child sees it whose mounts are its own: "FLAGS of TYPE", or why not. */
static char *mounted_in_a_namespace(const char *dir, bool tmpfs)
{
	g_autofree char *path = g_strconcat(dir, "/image", NULL);
	char said[256] = "";
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		struct source *fs = source_fs_new("/");
		struct source_fs got = { 0 };
		unsigned long remount = MS_REMOUNT | MS_BIND | MS_RDONLY;

		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount(dir, dir, tmpfs ? "tmpfs" : NULL, tmpfs ? 0 : MS_BIND, NULL) < 0 ||
		    !(tmpfs ? g_file_set_contents(path, "x", 1, NULL) : true) ||
		    mount(NULL, dir, NULL, remount, NULL) < 0)
			dprintf(ends[1], "no namespace");
		else if (source_fs(fs, path, &got) < 0)
			dprintf(ends[1], "no answer");
		else
			dprintf(ends[1], "%.2s of %s", got.flags ? got.flags : "no", got.type);
		_exit(0);
	}
	close(ends[1]);
	assert_true(read(ends[0], said, sizeof(said) - 1) > 0);
	close(ends[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return g_strdup(said);
}

/* In a chroot what is mounted above it is not to be seen. */
static bool is_chroot(void)
{
	g_autofree char *mounts = NULL;

	return !g_file_get_contents("/proc/self/mountinfo", &mounts, NULL, NULL) ||
	       !g_regex_match_simple("^(\\S+ ){4}/ ", mounts, G_REGEX_MULTILINE, 0);
}

static void flags_of_a_mount_are_those_that_others_meet(void **state)
{
	g_autofree char *bound = NULL, *own = NULL;
	g_autofree char *path = g_strconcat(*state, "/image", NULL);
	struct source *fs;
	struct source_fs got = { 0 };

	if (is_chroot())
		skip();
	fs = source_fs_new("/");
	put(*state, "/image", "x");
	assert_int_equal(source_fs(fs, path, &got), 0);
	assert_non_null(got.flags);
	assert_true(g_str_has_prefix(got.flags, "rw"));
	source_fs_done(&got);
	source_free(fs);
	bound = mounted_in_a_namespace(*state, false);
	own = mounted_in_a_namespace(*state, true);
	if (strcmp(bound, "no namespace") == 0)
		skip(); /* not root */
	assert_true(g_str_has_prefix(bound, "rw of "));
	assert_string_equal(own, "no of tmpfs");
}

static void of_a_long_log_the_end_is_read(void **state)
{
	size_t cap = source_cap_bytes("/var/log/x.log");
	g_autofree char *big = g_strnfill(cap + 5, 'a');
	struct source *fs = source_fs_new(*state);
	g_autofree char *text = NULL;
	size_t size;

	memcpy(big + cap + 1, "end\n", 4);
	put(*state, "/var/log/x.log", big);
	assert_int_equal(source_read(fs, "/var/log/x.log", &text, &size), 1);
	assert_int_equal(size, cap);
	assert_string_equal(text + size - 4, "end\n");
	source_free(fs);
}

static void of_an_unknown_image_only_its_magic_is_read(void **state)
{
	g_autoptr(GBytes) raw = NULL;
	g_autoptr(GBytes) qcow2 = NULL;
	struct source *fs = source_fs_new(*state);

	put(*state, "/raw.img", "secret of the guest");
	put(*state, "/q.img", "QFI\xfb and so on and so on");
	assert_int_equal(source_head(fs, "/raw.img", &raw), 0);
	assert_int_equal(g_bytes_get_size(raw), 8);
	assert_int_equal(source_head(fs, "/q.img", &qcow2), 0);
	assert_true(g_bytes_get_size(qcow2) > 8);
	source_free(fs);
}

static void slow_ask(struct source *src G_GNUC_UNUSED, const struct query *q, struct answer *ret)
{
	if (strcmp(q->path, "/hang") == 0)
		g_usleep(60 * G_USEC_PER_SEC);
	if (strcmp(q->path, "/die") == 0)
		_exit(3);
	ret->data = g_bytes_new(q->path, strlen(q->path));
}

static const struct source_ops slow_ops = { .ask = slow_ask, .free = count_free };

static struct source *make_slow(const void *arg G_GNUC_UNUSED)
{
	static struct source slow = { &slow_ops };

	return &slow;
}

static void a_guarded_source_that_hangs_or_dies_costs_its_deadline_only(void **state G_GNUC_UNUSED)
{
	struct source *guard = source_guard_new(make_slow, NULL, 200);
	g_autofree char *text = NULL, *again = NULL, *last = NULL;
	int64_t begin = g_get_monotonic_time();

	assert_int_equal(source_read(guard, "/a", &text, NULL), 0);
	assert_int_equal(source_read(guard, "/hang", &last, NULL), -ETIMEDOUT);
	assert_int_equal(source_read(guard, "/b", &again, NULL), 0);
	assert_string_equal(again, "/b");
	assert_int_equal(source_read(guard, "/die", &last, NULL), -EPIPE);
	assert_int_equal(source_read(guard, "/c", &last, NULL), 0);
	assert_true(g_get_monotonic_time() - begin < 10 * G_USEC_PER_SEC);
	source_free(guard);
}

static void names_become_one_path_component(void **state G_GNUC_UNUSED)
{
	static const char *const names[] = { "web", "a b", "..", ".hidden", "100%", "x.inactive",
					     "Zürich", "new\nline" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *escaped = source_path_escape(names[i]);
		g_autofree char *back = source_path_unescape(escaped);

		assert_null(strchr(escaped, '/'));
		assert_true(escaped[0] != '.');
		assert_false(g_str_has_suffix(escaped, ".inactive"));
		assert_string_equal(back, names[i]);
	}
}

#define JOURNAL_WRITER "/lib/systemd/systemd-journal-remote"

static void the_journal_reads_as_short_iso_of_those_who_speak_of_guests(void **state)
{
	static const char entry[] =
		"__REALTIME_TIMESTAMP=179524201%d000000\n_HOSTNAME=host1\n%s\nMESSAGE=%s\n"
		"_BOOT_ID=0123456789abcdef0123456789abcdef\n_MACHINE_ID=0123456789abcdef0123456789abcdef\n\n";
	g_autofree char *kernel = g_strdup_printf(entry, 0, "_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel", "oom");
	g_autofree char *other = g_strdup_printf(entry, 1, "_COMM=sshd", "not wanted");
	g_autofree char *dns = g_strdup_printf(entry, 2, "_COMM=dnsmasq\n_PID=12", "DHCPDISCOVER");
	g_autofree char *export = g_strconcat(kernel, other, dns, NULL);
	g_autofree char *command = g_strdup_printf(JOURNAL_WRITER " -o %s/system.journal %s/export 2>/dev/null",
						   (char *)*state, (char *)*state);
	g_autofree char *text = NULL;
	struct source *journal;

	if (access(JOURNAL_WRITER, X_OK) < 0)
		skip(); /* the package systemd-journal-remote is not installed */
	put(*state, "/export", export);
	assert_int_equal(system(command), 0);
	journal = source_journal_new(*state);
	assert_int_equal(source_read(journal, "/var/log/journal.txt", &text, NULL), 0);
	assert_string_equal(text, "2026-11-21T06:20:10+0000 host1 kernel: oom\n"
				  "2026-11-21T06:20:12+0000 host1 dnsmasq[12]: DHCPDISCOVER\n");
	source_free(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_asks_below_once),
		cmocka_unit_test(a_sealed_record_answers_enodata_to_what_is_new),
		cmocka_unit_test(after_the_deadline_nothing_is_asked),
		cmocka_unit_test_setup_teardown(a_saved_record_reads_back_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_saved_whole_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_mounted_below_a_tree_is_not_its, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_in_a_tree_cannot_leave_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_tree_is_the_same_where_the_kernel_refuses_openat2, setup, teardown),
		cmocka_unit_test_setup_teardown(a_broken_manifest_is_an_error_with_its_line, setup, teardown),
		cmocka_unit_test_setup_teardown(only_regular_files_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(no_image_is_what_is_no_file_of_a_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(flags_of_a_mount_are_those_that_others_meet, setup, teardown),
		cmocka_unit_test_setup_teardown(of_a_long_log_the_end_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(of_an_unknown_image_only_its_magic_is_read, setup, teardown),
		cmocka_unit_test(a_guarded_source_that_hangs_or_dies_costs_its_deadline_only),
		cmocka_unit_test(names_become_one_path_component),
		cmocka_unit_test_setup_teardown(the_journal_reads_as_short_iso_of_those_who_speak_of_guests, setup, teardown),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
