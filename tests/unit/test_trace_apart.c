// SPDX-License-Identifier: GPL-2.0-or-later
/* A reader of traces that was taken over: what can it still do, and what comes of it here? */
#include "test.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trace/apart.h"

static void keep(void *data, const struct trace_event *e)
{
	*(struct trace_event *)data = *e;
}

static bool crashes(const char *path G_GNUC_UNUSED, struct trace_info *info G_GNUC_UNUSED, trace_sink *sink G_GNUC_UNUSED,
		    void *data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	raise(SIGKILL);
	return true;
}

static bool opens(const char *path, int how)
{
	int fd = open(path, how, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What it can do goes into the numbers of an event. */
static bool tries(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error G_GNUC_UNUSED)
{
	struct trace_event e = { .kind = TRACE_EXIT, .cpu = 3, .comm = "CPU 0/KVM", .s = { "a reason" } };

	e.n[0] = opens(path, O_RDONLY);
	e.n[1] = opens(path, O_WRONLY);
	e.n[2] = opens("/etc/passwd", O_RDONLY);
	e.n[3] = geteuid();
	sink(data, &e);
	info->skipped = 7;
	return true;
}

static bool overflows(const char *path G_GNUC_UNUSED, struct trace_info *info G_GNUC_UNUSED, trace_sink *sink, void *data,
		      GError **error)
{
	struct trace_event e = { .kind = TRACE_EXIT };

	memset(e.comm, 'x', sizeof(e.comm));
	memset(e.s, 'y', sizeof(e.s));
	sink(data, &e);
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "no\033[2J trace");
	return false;
}

static char *private_file(void)
{
	char *path = g_strdup("/tmp/test-trace-apart-XXXXXX");
	int fd = g_mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	return path;
}

static void a_reader_can_read_its_trace_and_nothing_else(void **state G_GNUC_UNUSED)
{
	bool has_landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
	g_autofree char *path = private_file();
	struct trace_info info = { 0 };
	struct trace_event e = { 0 };

	assert_true(trace_apart(tries, path, 0, &info, keep, &e, NULL));
	assert_int_equal(e.kind, TRACE_EXIT);
	assert_int_equal(e.cpu, 3);
	assert_string_equal(e.comm, "CPU 0/KVM");
	assert_string_equal(e.s[0], "a reason");
	assert_int_equal(info.events, 1);
	assert_int_equal(info.skipped, 7);
	assert_true(e.n[0]);
	assert_true(e.n[3] != 0);
	if (has_landlock || geteuid() == 0)
		assert_false(e.n[1]);
	if (has_landlock)
		assert_false(e.n[2]);
	unlink(path);
}

static void a_reader_that_dies_is_an_error(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = private_file();
	g_autoptr(GError) error = NULL;
	struct trace_info info = { 0 };
	struct trace_event e = { 0 };

	assert_false(trace_apart(crashes, path, 0, &info, keep, &e, &error));
	assert_non_null(strstr(error->message, "crashed"));
	unlink(path);
}

static void what_a_reader_says_is_bounded(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = private_file();
	g_autoptr(GError) error = NULL;
	struct trace_info info = { 0 };
	struct trace_event e = { 0 };

	assert_false(trace_apart(overflows, path, 0, &info, keep, &e, &error));
	assert_int_equal(strlen(e.comm), TRACE_COMM - 1);
	assert_int_equal(strlen(e.s[1]), TRACE_TEXT - 1);
	assert_string_equal(error->message, "no?[2J trace");
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_can_read_its_trace_and_nothing_else),
		cmocka_unit_test(a_reader_that_dies_is_an_error),
		cmocka_unit_test(what_a_reader_says_is_bounded),
	};

	return cmocka_run_group_tests_name("trace_apart", tests, NULL, NULL);
}
