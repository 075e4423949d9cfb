// SPDX-License-Identifier: GPL-2.0-or-later
/* Cases of rules in one file: what is read, what is refused, and what is said of findings. */
#include "test.h"

#include <errno.h>

#include "rules/case_file.h"
#include "rules/case_head.h"
#include "source/source.h"
#include "source/txtar.h"

static struct source *tree_of(const char *text, gsize size, char **ret_error)
{
	g_autoptr(GError) error = NULL;
	struct source *files = txtar_files(text, size, "x.case", &error);

	*ret_error = error ? g_strdup(error->message) : NULL;
	assert_true(!files == !!error);
	return files;
}

/* NUL and CR so that they can be seen. */
static char *shown(const char *data, gsize size)
{
	GString *out = g_string_new(NULL);

	for (gsize i = 0; i < size; i++)
		if (data[i] == '\0' || data[i] == '\r')
			g_string_append_printf(out, "<%d>", data[i]);
		else
			g_string_append_c(out, data[i]);
	return g_string_free(out, FALSE);
}

/* What is read at @path, or what went wrong. */
static char *read_of(const char *text, gsize size, const char *path)
{
	g_autofree char *error = NULL, *data = NULL;
	struct source *files = tree_of(text, size, &error);
	gsize length = 0;
	char *said;
	int r;

	if (!files)
		return g_steal_pointer(&error);
	r = source_read(files, path, &data, &length);
	said = r < 0 ? g_strdup(r == -ENODATA ? "never looked" : "failed")
		     : shown(data, length);
	source_free(files);
	return said;
}

static void members_are_files(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *text, *path, *said;
	} table[] = {
		{ "about\n-- etc/a --\none\ntwo\n-- etc/b --\nthree\n", "/etc/a", "one\ntwo\n" },
		{ "-- etc/a --\none\n-- etc/b --\nthree", "/etc/b", "three\n" },
		{ "-- etc/a --\n-- etc/b --\n", "/etc/a", "" },
		{ "-- etc/a --", "/etc/a", "" },
		{ "-- a --\n\n\n", "/a", "\n\n" },
		{ "--   a b   --\nx\n", "/a b", "x\n" },
		{ "-- a --\n-- --\n--b--\n -- c --\n", "/a", "-- --\n--b--\n -- c --\n" },
		{ "-- a --\r\nx\r\n", "/a", "x<13>\n" },
		{ "-- a --\n%41\n", "/a", "%41\n" },
		{ "-- a (escaped) --\n%41\nb%00\n%0a", "/a", "Ab<0>\n" },
		{ "-- a (escaped) --\n", "/a", "" },
		{ "-- a --\nx\n", "/b", "never looked" },
		{ "only a comment\n", "/a", "never looked" },
		{ "", "/a", "never looked" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *said = read_of(table[i].text, strlen(table[i].text), table[i].path);

		if (strcmp(said, table[i].said) != 0)
			fail_msg("'%s': '%s', not '%s'", table[i].text, said, table[i].said);
	}
}

static void bytes_that_are_no_text_are_kept(void **state G_GNUC_UNUSED)
{
	static const char text[] = "-- a --\nx\0y\n";
	g_autofree char *said = read_of(text, sizeof(text) - 1, "/a");

	assert_string_equal(said, "x<0>y\n");
}

static void directories_list_their_members(void **state G_GNUC_UNUSED)
{
	static const char text[] = "-- etc/b/z --\n-- etc/a --\n-- etc/b/y --\n";
	g_autofree char *error = NULL;
	struct source *files = tree_of(text, strlen(text), &error);
	static const char *const table[][2] = { { "/", "etc" }, { "/etc", "a b" }, { "/etc/b", "y z" } };

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_auto(GStrv) names = NULL;
		g_autofree char *joined = NULL;

		assert_int_equal(source_list(files, table[i][0], &names), 0);
		joined = g_strjoinv(" ", names);
		assert_string_equal(joined, table[i][1]);
	}
	source_free(files);
}

static void hostile_members_are_refused_with_their_line(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *text, *said;
	} table[] = {
		{ "\n\n-- /etc/passwd --\n", "x.case:3: /etc/passwd: not a path below the tree's root" },
		{ "-- ../a --\n", "x.case:1: ../a: not a path below the tree's root" },
		{ "-- a/../../b --\n", "x.case:1: a/../../b: not a path below the tree's root" },
		{ "-- a/.. --\n", "x.case:1: a/..: not a path below the tree's root" },
		{ "-- ./a --\n", "x.case:1: ./a: not a path below the tree's root" },
		{ "-- a//b --\n", "x.case:1: a//b: not a path below the tree's root" },
		{ "-- a/ --\n", "x.case:1: a/: not a path below the tree's root" },
		{ "--    --\n", "" }, /* a comment */
		{ "-- a --\nx\n-- a --\n", "x.case:3: a: is there twice" },
		{ "-- a/b --\n-- a --\n", "x.case:2: a: is a directory of another member" },
		{ "-- a --\n-- a/b --\n", "x.case:2: a/b: its directory is a member, too" },
		{ "-- a/b --\n-- a/b/c/d --\n", "x.case:2: a/b/c/d: its directory is a member, too" },
		{ "-- a (escaped) --\nok\n%4", "x.case:3: %: no two hexadecimal digits behind it" },
		{ "-- a (escaped) --\n%xy\n", "x.case:2: %: no two hexadecimal digits behind it" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *error = NULL;

		source_free(tree_of(table[i].text, strlen(table[i].text), &error));
		if (strcmp(error ? error : "", table[i].said) != 0)
			fail_msg("'%s': '%s', not '%s'", table[i].text, error, table[i].said);
	}
}

static void too_much_is_refused(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) many = g_string_new(NULL), deep = g_string_new("-- a"), large = g_string_new("-- a --\n");
	g_autofree char *of_many = NULL, *of_deep = NULL, *of_large = NULL, *of_long = NULL;
	g_autofree char *name = g_strnfill(2000, 'x'), *named = g_strdup_printf("-- %s --\n", name);

	for (int i = 0; i <= TXTAR_MEMBERS_MAX; i++)
		g_string_append_printf(many, "-- %d --\n", i);
	for (int i = 0; i < 40; i++)
		g_string_append(deep, "/a");
	g_string_append(deep, " --\n");
	g_string_set_size(large, TXTAR_BYTES_MAX + 1);
	source_free(tree_of(many->str, many->len, &of_many));
	source_free(tree_of(deep->str, deep->len, &of_deep));
	source_free(tree_of(large->str, large->len, &of_large));
	source_free(tree_of(named, strlen(named), &of_long));
	assert_non_null(strstr(of_many, "too many"));
	assert_non_null(strstr(of_deep, "not a path"));
	assert_non_null(strstr(of_large, "larger than 16 MiB"));
	assert_non_null(strstr(of_long, "not a path"));
}

static void a_member_is_cut_as_a_file_is(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) text = g_string_new("-- sys/a --\n");
	g_autofree char *error = NULL, *data = NULL;
	struct source *files;
	gsize size;

	for (int i = 0; i < 70000; i++)
		g_string_append(text, "x\n");
	files = tree_of(text->str, text->len, &error);
	assert_int_equal(source_read(files, "/sys/a", &data, &size), 1);
	assert_int_equal(size, source_cap_bytes("/sys/a"));
	source_free(files);
}

static struct case_head *head_of(const char *text, char **ret_error)
{
	g_autoptr(GError) error = NULL;
	struct case_head *head = case_head_parse(text, strlen(text), "x.case", &error);

	*ret_error = error ? g_strdup(error->message) : NULL;
	return head;
}

static void heads_that_say_nonsense_are_refused(void **state G_GNUC_UNUSED)
{
	static const char *const table[][2] = {
		{ "base: ../../etc\n", "'base' takes words, separated by a blank" },
		{ "base: a  b\n", "'base' takes words, separated by a blank" },
		{ "base: a\nbase: b\n", "'base' is there twice" },
		{ "base:\n", "says nothing" },
		{ "severity: error\n", "stands before the first 'title'" },
		{ "title: x\nseverity: dire\n", "is none" },
		{ "title: x\nsubject: a\nsubject: b\n", "is there twice" },
		{ "title: x\ncolour: red\n", "not known; there are base" },
		{ "title: x\n\n\n<domain/>\n", "x.case:4: <domain/>: not '# …'" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *error = NULL;

		case_head_free(head_of(table[i][0], &error));
		if (!error || !strstr(error, table[i][1]))
			fail_msg("'%s': '%s', not '%s'", table[i][0], error, table[i][1]);
	}
}

static void a_head_of_64_kib_or_with_nul_is_refused(void **state G_GNUC_UNUSED)
{
	g_autofree char *lines = g_strnfill(70000, '\n'), *error = NULL;
	g_autoptr(GError) nul = NULL;

	case_head_free(head_of(lines, &error));
	assert_non_null(strstr(error, "64 KiB"));
	assert_null(case_head_parse("# a\0b\n", 6, "x.case", &nul));
	assert_non_null(nul);
}

static struct finding *said(const char *title, const char *subject, const char *message)
{
	struct finding *f = finding_new();

	f->title = g_strdup(title);
	f->subject = g_strdup(subject);
	f->domain = g_strdup("vm");
	f->message = g_strdup(message);
	f->severity = SEVERITY_ERROR;
	f->confidence = CONFIDENCE_LIKELY;
	return f;
}

static char *difference(const char *text, const GPtrArray *findings)
{
	g_autofree char *error = NULL;
	struct case_head *head = head_of(text, &error);
	g_autoptr(GString) out = g_string_new(NULL);
	bool same;

	assert_non_null(head);
	same = case_head_compare(head, findings, out);
	assert_int_equal(same, out->len == 0);
	case_head_free(head);
	return g_strdup(out->str);
}

static void findings_are_compared_one_by_one(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
	static const char *const table[][2] = {
		{ "# nothing is expected\n", "" },
		{ "title: One\nseverity: error\nconfidence: likely\nsubject: vda\nmessage: is bad\nmessage: It\ndomain: vm\n\n"
		  "title: Two\n", "" },
		{ "title: One\n", "  not expected\n    it says   Two\n" },
		{ "title: One\nsubject: vdb\ntitle: Two\n",
		  "  line 1: the subject is not what was expected\n    expected  vdb\n    it says   vda\n" },
		{ "title: One\nmessage: good\ntitle: Two\n",
		  "  line 1: the message does not have it\n    expected  … good …\n    it says   It is bad. So it is.\n" },
		{ "title: One\ntitle: Two\ntitle: Three\n", "  line 3: not found\n    expected  Three\n" },
	};

	g_ptr_array_add(findings, said("One", "vda", "It is bad. So it is."));
	g_ptr_array_add(findings, said("Two", NULL, ""));
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *text = difference(table[i][0], findings);

		assert_string_equal(text, table[i][1]);
	}
}

static void what_is_written_keeps_what_people_wrote(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
	g_autofree char *error = NULL, *text = NULL;
	struct case_head *head = head_of("# why\nbase: running\ntitle: old\nmessage: by hand\n", &error);

	g_ptr_array_add(findings, said("One ", "vda", "It is bad. So it is."));
	g_ptr_array_add(findings, said("Two", NULL, "It is bad. So it is."));
	text = case_head_text(head, findings, true);
	assert_string_equal(text, "# why\nbase: running\n"
				  "title: One\nseverity: error\nconfidence: likely\nsubject: vda\nmessage: by hand\n\n"
				  "title: Two\nseverity: error\nconfidence: likely\nmessage: It is bad.\n");
	case_head_free(head);
}

/* A directory of rules with bases and one case. */
static char *cases_new(const char *head)
{
	char *dir = g_dir_make_tmp("vmdoctor-case-XXXXXX", NULL);
	static const char *const files[][2] = {
		{ "cases/base/etc/a", "healthy" }, { "cases/base/etc/b", "healthy" }, { "cases/base-on/etc/b", "on" }
	};
	g_autofree char *path = g_build_filename(dir, "cases/some-rule/fires.case", NULL);
	g_autofree char *above = g_path_get_dirname(path);
	g_autofree char *text = g_strconcat(head, "-- etc/c --\nown\n", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *file = g_build_filename(dir, files[i][0], NULL);
		g_autofree char *parent = g_path_get_dirname(file);

		g_mkdir_with_parents(parent, 0700);
		assert_true(g_file_set_contents(file, files[i][1], -1, NULL));
	}
	g_mkdir_with_parents(above, 0700);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	g_free(dir);
	return g_steal_pointer(&path);
}

static void a_case_lies_over_its_bases(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = cases_new("base: on\n"), *a = NULL, *b = NULL;
	g_autoptr(GError) error = NULL;
	struct source *base = case_base_near(path, record_new(NULL), &error);

	assert_non_null(base);
	assert_int_equal(source_read(base, "/etc/a", &a, NULL), 0);
	assert_int_equal(source_read(base, "/etc/b", &b, NULL), 0);
	assert_string_equal(a, "healthy");
	assert_string_equal(b, "on");
	source_free(base);
}

static void a_base_that_is_not_there_is_an_error(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = cases_new("base: of\n");
	g_autoptr(GError) error = NULL;

	assert_null(case_base_near(path, record_new(NULL), &error));
	assert_non_null(strstr(error->message, "base-of"));
}

static void a_head_is_saved_in_front_of_the_members(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = cases_new("base: on\n"), *text = NULL;
	struct source *tree;

	assert_true(case_head_save(path, "# new\n", NULL));
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "# new\n\n-- etc/c --\nown\n");
	assert_true(case_is_file(path));
	tree = case_open(path, NULL);
	assert_non_null(tree);
	source_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_files),
		cmocka_unit_test(bytes_that_are_no_text_are_kept),
		cmocka_unit_test(directories_list_their_members),
		cmocka_unit_test(hostile_members_are_refused_with_their_line),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(a_member_is_cut_as_a_file_is),
		cmocka_unit_test(heads_that_say_nonsense_are_refused),
		cmocka_unit_test(a_head_of_64_kib_or_with_nul_is_refused),
		cmocka_unit_test(findings_are_compared_one_by_one),
		cmocka_unit_test(what_is_written_keeps_what_people_wrote),
		cmocka_unit_test(a_case_lies_over_its_bases),
		cmocka_unit_test(a_base_that_is_not_there_is_an_error),
		cmocka_unit_test(a_head_is_saved_in_front_of_the_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
