// SPDX-License-Identifier: GPL-2.0-or-later
/* The store of the last hours: what is read is what was written, whatever happens to who writes, or to the file. */
#include "test.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/source.h"
#include "store/pack.h"
#include "store/store.h"

#define S INT64_C(1000000)
enum { KILLS = 200, DOMAINS = 10 };

static const struct store_limits usual = { .keep_s = 86400, .max_bytes = 200 << 20 };

static char *new_dir(void)
{
	return g_dir_make_tmp("vmdoctor-store-XXXXXX", NULL);
}

static void remove_dir(char *dir)
{
	static const char *const names[] = { "watch.db", "watch.db-wal", "watch.db-shm", "watch.lock", "watch.db.damaged" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_build_filename(dir, names[i], NULL);

		g_unlink(file);
	}
	assert_int_equal(g_rmdir(dir), 0);
	g_free(dir);
}

static struct store *create(const char *dir, const struct store_limits *limits, bool wants_note)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *note = NULL;
	struct store *s = store_create(dir, limits, &note, &error);

	if (!s)
		fail_msg("%s", error->message);
	assert_int_equal(note != NULL, wants_note);
	return s;
}

/* Counters as they are: some rise, most do not. */
static char *counters(unsigned int domain, unsigned int round)
{
	return g_strdup_printf("{\"cpu.time\":%u,\"block.0.rd.reqs\":%u,\"balloon.current\":1048576,\"net.0.name\":\"vnet%u\",\"mac\":\"52:54:00:00:00:0a\"}",
			       round * 1234567, round * 17, domain);
}

static int64_t put(struct store *s, int64_t at_us, unsigned int round)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free), answers = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	int64_t id;

	for (unsigned int d = 0; d < DOMAINS; d++) {
		g_autofree char *text = counters(d, round);
		struct answer a = { .error = d == 7 ? -ETIMEDOUT : 0, .data = d == 7 ? NULL : g_bytes_new(text, strlen(text)) };

		g_ptr_array_add(paths, g_strdup_printf("/vmdoctor/libvirt/sample/vm%u.json", d));
		g_ptr_array_add(answers, g_memdup2(&a, sizeof(a)));
	}
	id = store_round(s, at_us, paths, answers, &error);
	for (guint i = 0; i < answers->len; i++)
		answer_done(answers->pdata[i]);
	return id;
}

static struct source *at(struct store *s, int64_t at_us, int64_t *ret_us)
{
	const struct store_window w = { at_us - 900 * S, at_us, at_us + 300 * S };

	return store_record(s, &w, ret_us, NULL);
}

/* 0: as it was written; -errno */
static int read_tick(struct source *record, unsigned int tick, unsigned int domain, char **ret)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/sample/vm%u.json", domain);
	const struct query q = { .verb = SOURCE_READ, .tick = tick, .path = path };
	struct answer a;
	gsize size;
	int error;

	source_ask(record, &q, &a);
	*ret = a.data ? g_strndup(g_bytes_get_data(a.data, &size), g_bytes_get_size(a.data)) : NULL;
	error = a.error;
	answer_done(&a);
	return error;
}

static void is_round(struct source *record, unsigned int tick, unsigned int round)
{
	for (unsigned int d = 0; d < DOMAINS; d++) {
		g_autofree char *wanted = counters(d, round), *text = NULL;

		assert_int_equal(read_tick(record, tick, d, &text), d == 7 ? -ETIMEDOUT : 0);
		if (d != 7)
			assert_string_equal(text, wanted);
	}
}

static void numbers_are_packed_as_what_they_rose_by(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *before, *after;
		bool is_rise;
	} pairs[] = {
		{ "a 1 b 99", "a 2 b 100", true },	 { "", "", true },
		{ "1 007 3", "2 007 3", true },		 { "1 007 3", "2 008 3", false },
		{ "5", "3", true },			 { "a 1", "b 1", false },
		{ "1", "1 ", false },			 { "12345678901234567890", "12345678901234567891", false },
		{ "0", "999999999999999999", true },	 { "999999999999999999", "0", true },
		{ "1 12345678901234567890", "2 12345678901234567890", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autoptr(GByteArray) out = g_byte_array_new();
		bool ok = pack_rise(pairs[i].before, strlen(pairs[i].before), pairs[i].after, strlen(pairs[i].after), out);
		GString *back;

		assert_int_equal(ok, pairs[i].is_rise);
		assert_true(ok || out->len == 0);
		if (!ok)
			continue;
		back = unpack_rise(pairs[i].before, strlen(pairs[i].before), out->data, out->len);
		assert_non_null(back);
		assert_string_equal(back->str, pairs[i].after);
		g_string_free(back, TRUE);
		/* Cut, or for another text: refused, never read beyond its end. */
		if (out->len > 0)
			assert_null(unpack_rise(pairs[i].before, strlen(pairs[i].before), out->data, out->len - 1));
		assert_null(unpack_rise("1 2 3 4 5 6", 11, out->data, out->len));
	}
}

static void what_was_written_is_read(void **state G_GNUC_UNUSED)
{
	char *dir = new_dir();
	struct store *s = create(dir, &usual, false), *reader;
	auto_free(source) struct source *record = record_new(NULL);
	g_autofree char *file = g_build_filename(dir, "watch.db", NULL);
	struct stat st;
	int64_t us;

	record_put_text(record, "/vmdoctor/libvirt/domains/vm.xml", "<domain/>");
	assert_true(store_state(s, 1000 * S, record, NULL));
	record_put_text(record, "/vmdoctor/libvirt/domains/vm.xml", "<domain id='1'/>");
	for (unsigned int i = 0; i < 130; i++) {
		assert_true(put(s, (1000 + 10 * i) * S, i) > 0);
		if (i == 50)
			assert_true(store_state(s, 1505 * S, record, NULL));
	}
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	reader = store_open(dir, NULL); /* while it is written */
	assert_non_null(reader);
	for (unsigned int i = 1; i < 130; i += 7) {
		struct source *then = at(reader, (995 + 10 * i) * S, &us);
		g_autofree char *xml = NULL;

		assert_non_null(then);
		assert_true(us == (1000 + 10 * (int64_t)i) * S);
		is_round(then, 1, i - 1);
		is_round(then, 2, i);
		assert_int_equal(source_read(then, "/vmdoctor/libvirt/domains/vm.xml", &xml, NULL), 0);
		assert_string_equal(xml, i > 50 ? "<domain id='1'/>" : "<domain/>");
		source_free(then);
	}
	assert_null(at(reader, 9000 * S, &us));
	store_free(reader);
	store_free(s);
	remove_dir(dir);
}

static void a_restart_is_no_sample_and_the_clock_may_go_back(void **state G_GNUC_UNUSED)
{
	char *dir = new_dir();
	struct store *s = create(dir, &usual, false);
	struct source *then;
	int64_t us;

	for (unsigned int i = 0; i < 5; i++)
		assert_true(put(s, (5000 + 10 * i) * S, i) > 0);
	store_free(s);
	s = create(dir, &usual, false);
	assert_true(put(s, 5050 * S, 5) > 0);
	then = at(s, 5050 * S, &us); /* the one before it is of another watcher */
	assert_non_null(then);
	assert_true(us == 5040 * S);
	source_free(then);
	/* 40 s back: that time is there twice, and what came last counts. */
	for (unsigned int i = 10; i < 14; i++)
		assert_true(put(s, (5010 + 10 * (i - 10)) * S, i) > 0);
	then = at(s, 5020 * S, &us);
	assert_non_null(then);
	is_round(then, 1, 10);
	is_round(then, 2, 11);
	source_free(then);
	store_free(s);
	remove_dir(dir);
}

static void one_watcher_at_a_time(void **state G_GNUC_UNUSED)
{
	char *dir = new_dir();
	struct store *s = create(dir, &usual, false);
	pid_t child = fork();
	int status;

	if (child == 0) {
		g_autofree char *note = NULL;
		g_autoptr(GError) error = NULL;
		struct store *second = store_create(dir, &usual, &note, &error);

		_exit(second || !strstr(error->message, "another vmdoctor"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(put(s, 1000 * S, 1) > 0);
	store_free(s);
	remove_dir(dir);
}

static void a_damaged_file_is_put_aside(void **state G_GNUC_UNUSED)
{
	char *dir = new_dir();
	g_autofree char *file = g_build_filename(dir, "watch.db", NULL);
	struct store *s = create(dir, &usual, false);
	g_autofree char *bytes = NULL;
	gsize size;

	for (unsigned int i = 0; i < 130; i++)
		put(s, (1000 + 10 * i) * S, i);
	store_free(s);
	assert_true(g_file_get_contents(file, &bytes, &size, NULL));
	for (unsigned int seed = 0; seed < 40; seed++) {
		g_autoptr(GRand) random = g_rand_new_with_seed(seed);
		g_autofree char *bad = g_memdup2(bytes, size);
		g_autofree char *note = NULL;
		int64_t us;

		for (int i = 0; i < 300; i++)
			bad[g_rand_int_range(random, 0, (gint32)size)] = (char)g_rand_int(random);
		assert_true(g_file_set_contents(file, bad, (gssize)size - (seed % 2 ? 5000 : 0), NULL));
		/* A reader may find something or nothing: it ends. */
		s = store_open(dir, NULL);
		if (s)
			source_free(at(s, 1500 * S, &us));
		store_free(s);
		s = store_create(dir, &usual, &note, NULL);
		assert_non_null(s);
		assert_true(put(s, 9000 * S, 1) > 0 && put(s, 9010 * S, 2) > 0);
		store_free(s);
	}
	assert_true(g_file_set_contents(file, "no database at all, but long enough to be taken for one", -1, NULL));
	s = create(dir, &usual, true);
	store_free(s);
	remove_dir(dir);
}

static void it_stays_in_its_bounds(void **state G_GNUC_UNUSED)
{
	const struct store_limits small = { .keep_s = 3600, .max_bytes = 512 << 10 };
	char *dir = new_dir();
	g_autofree char *file = g_build_filename(dir, "watch.db", NULL);
	struct store *s = create(dir, &small, false);
	auto_free(source) struct source *then = NULL;
	unsigned int lost = 0;
	struct stat st;
	int64_t us;

	for (unsigned int i = 0; i < 5000; i++)
		lost += put(s, (100000 + 10 * i) * S, i) == 0;
	assert_int_equal(lost, 0);
	assert_null(at(s, 110000 * S, &us));
	then = at(s, (100000 + 10 * 4900) * S, &us);
	assert_non_null(then);
	is_round(then, 2, 4900);
	store_free(s);
	assert_int_equal(stat(file, &st), 0);
	assert_in_range(st.st_size, 1, small.max_bytes);
	print_message("%d rounds of %d domains in an hour's bounds: %lld bytes\n", 5000, DOMAINS, (long long)st.st_size);
	remove_dir(dir);
}

static _Noreturn void write_until_killed(const char *dir, unsigned int from, int told)
{
	g_autofree char *note = NULL;
	struct store *s = store_create(dir, &usual, &note, NULL);

	if (!s || note)
		_exit(3);
	for (unsigned int i = from;; i++) {
		if (put(s, (1000 + 10 * (int64_t)i) * S, i) == 0)
			_exit(4);
		if (write(told, &i, sizeof(i)) < 0)
			_exit(5);
	}
}

/* What was said to be written is there, after each of many kills. */
static void who_is_killed_loses_nothing_that_was_written(void **state G_GNUC_UNUSED)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(17);
	char *dir = new_dir();
	unsigned int last = 0, next = 1;

	for (int n = 0; n < KILLS; n++) {
		unsigned int said = 0, first = next;
		struct source *then;
		struct store *s;
		int ends[2], status;
		int64_t us;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			close(ends[0]);
			write_until_killed(dir, next, ends[1]);
		}
		close(ends[1]);
		while (read(ends[0], &said, sizeof(said)) == sizeof(said) && said < first + 3)
			;
		g_usleep((gulong)g_rand_int_range(random, 0, 3000));
		kill(child, SIGKILL);
		while (read(ends[0], &said, sizeof(said)) == sizeof(said))
			;
		close(ends[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		last = said;
		next = last + 2;
		s = store_open(dir, NULL);
		assert_non_null(s);
		then = at(s, (1000 + 10 * (int64_t)last) * S, &us);
		assert_non_null(then);
		is_round(then, 1, last - 1);
		is_round(then, 2, last);
		source_free(then);
		store_free(s);
	}
	print_message("%d kills, %u rounds\n", KILLS, last);
	remove_dir(dir);
}

static void seen(void *data, const struct store_incident *i)
{
	g_string_append_printf(data, "%s x%d;", i->title, (int)i->count);
}

static void incidents_go_on(void **state G_GNUC_UNUSED)
{
	char *dir = new_dir();
	struct store *s = create(dir, &usual, false);
	struct store_incident i = { .begin_us = 1000 * S, .end_us = 1000 * S, .count = 1, .rule = "r", .title = "slow", .subject = "vda" };
	g_autoptr(GString) text = g_string_new(NULL);

	i.id = store_incident(s, &i, NULL);
	assert_true(i.id > 0);
	i.count = 5;
	i.end_us = 1100 * S;
	assert_true(store_incident(s, &i, NULL) == i.id);
	assert_true(store_incidents(s, 1050 * S, 1200 * S, seen, text, NULL));
	assert_true(store_incidents(s, 1101 * S, 1200 * S, seen, text, NULL));
	assert_string_equal(text->str, "slow x5;");
	assert_true(store_event(s, 1000 * S, "{\"kind\": \"lifecycle\"}", NULL));
	store_free(s);
	remove_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_packed_as_what_they_rose_by),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_restart_is_no_sample_and_the_clock_may_go_back),
		cmocka_unit_test(one_watcher_at_a_time),
		cmocka_unit_test(a_damaged_file_is_put_aside),
		cmocka_unit_test(it_stays_in_its_bounds),
		cmocka_unit_test(who_is_killed_loses_nothing_that_was_written),
		cmocka_unit_test(incidents_go_on),
	};

	if (!store_is_built()) {
		print_message("SKIP: built without SQLite\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
