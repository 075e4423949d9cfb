// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The osinfo source: on a small database of this file's own, and, where osinfo-db is installed,
 * every OS in it against what libosinfo says when it loads everything.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/json_make.h"
#include "live/osinfo/osinfo_load.h"
#include "source/source.h"

/*
 * libosinfo 1.10 leaks some lists while it loads. Only the slow unwinder finds its frames, and so
 * slow that the big comparison is left to the builds without sanitizers.
 */
#ifdef __SANITIZE_ADDRESS__
#define IS_SLOW true
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libosinfo-1.0\n";
}

const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0:malloc_context_size=8";
}
#else
#define IS_SLOW false
#endif

#define DOC(body) "<libosinfo version='0.0.1'>" body "</libosinfo>"

/* Three generations, the last of which is no longer supported on BIOS; a clone; a stranger. */
static const struct {
	const char *path, *text;
} small_db[] = {
	{ "VERSION", "20991231\n" },
	{ "os/ex.org/ex-1.xml",
	  DOC("<os id=\"http://ex.org/ex/1\"><short-id>ex1</short-id><name>Ex 1</name>"
	      "<name xml:lang='de'>Beispiel 1</name><version>1</version><vendor>Ex Ltd</vendor>"
	      "<family>linux</family><release-date>2001-02-03</release-date>"
	      "<eol-date>2004-05-06</eol-date><devices>"
	      "<device id=\"http://pcisig.com/pci/1af4/1000\"/>"
	      "<device id=\"http://pcisig.com/pci/8086/100e\"/></devices>"
	      "<firmware arch=\"x86_64\" type=\"bios\"/>"
	      "<resources arch=\"all\"><minimum><ram>1024</ram></minimum></resources></os>") },
	{ "os/ex.org/ex-2.xml",
	  DOC("<os id=\"http://ex.org/ex/2\"><short-id>ex2</short-id><short-id>exnew</short-id>"
	      "<name>Ex 2</name><version>2</version><family>linux</family>"
	      "<derives-from id=\"http://ex.org/ex/1\"/><upgrades id=\"http://ex.org/ex/1\"/>"
	      "<devices><device id=\"http://qemu.org/chipset/x86/q35\"/></devices></os>") },
	{ "os/ex.org/ex-3.1.xml",
	  DOC("<os id=\"http://ex.org/ex/3.1\"><short-id>ex3.1</short-id><name>Ex 3.1</name>"
	      "<version>3.1</version><family>linux</family>"
	      "<derives-from id=\"http://ex.org/ex/2\"/>"
	      "<devices><device id=\"http://pcisig.com/pci/8086/100e\" supported=\"false\"/>"
	      "</devices><firmware arch=\"x86_64\" type=\"bios\" supported=\"false\"/>"
	      "<resources arch=\"all\"><minimum><ram>2048</ram></minimum></resources>"
	      "<resources arch=\"x86_64\"><minimum><ram>4096</ram></minimum>"
	      "<recommended><ram>8192</ram></recommended></resources></os>") },
	{ "os/ex.org/ex-3-unknown.xml",
	  DOC("<os id=\"http://ex.org/ex/3-unknown\"><short-id>ex3-unknown</short-id>"
	      "<name>Ex 3 Unknown</name><derives-from id=\"http://ex.org/ex/3.1\"/></os>") },
	{ "os/clone.org/copy-1.xml",
	  DOC("<os id=\"http://clone.org/copy/1\"><short-id>copy1</short-id><name>Copy</name>"
	      "<clones id=\"http://ex.org/ex/2\"/></os>") },
	{ "os/microsoft.com/win-2k12r2.xml",
	  DOC("<os id=\"http://microsoft.com/win/2k12r2\"><short-id>win2k12r2</short-id>"
	      "<name>Windows</name><family>winnt</family></os>") },
	{ "os/microsoft.com/win-2k12r2.d/post-drivers.xml",
	  DOC("<os id=\"http://microsoft.com/win/2k12r2\"><driver arch=\"x86_64\" "
	      "location=\"http://x/1\"><device id=\"http://pcisig.com/pci/1af4/1001\"/></driver>"
	      "</os>") },
	{ "os/microsoft.com/win-2k12r2.d/pre-drivers.xml",
	  DOC("<os id=\"http://microsoft.com/win/2k12r2\"><driver arch=\"x86_64\" "
	      "location=\"http://x/2\"><device id=\"http://pcisig.com/pci/1af4/1001\"/>"
	      "<device id=\"http://pcisig.com/pci/1af4/1000\"/></driver></os>") },
	{ "os/suse.com/sle-15.4.xml",
	  DOC("<os id=\"http://suse.com/sle/15.4\"><short-id>sle15sp4</short-id><name>S</name>"
	      "</os>") },
	{ "os/misplaced.org/elsewhere.xml",
	  DOC("<os id=\"http://misplaced.org/os/1\"><short-id>misplaced1</short-id>"
	      "<name>Lost</name></os>") },
	{ "os/alone.org/alone-1.xml",
	  DOC("<os id=\"http://alone.org/alone/1\"><short-id>alone1</short-id><name>A</name>"
	      "<derives-from id=\"http://nobody.org/never/1\"/></os>") },
	{ "device/pcisig.com/pci-1af4-1000.d/class.xml",
	  DOC("<device id=\"http://pcisig.com/pci/1af4/1000\"><name>virtio-net</name>"
	      "<class>net</class></device>") },
	{ "device/qemu.org/chipset-x86-q35.xml",
	  DOC("<device id=\"http://qemu.org/chipset/x86/q35\"><name>q35</name>"
	      "<class>chipset</class></device>") },
};

/* The three directories of one test's database, and what is asked of it. */
struct db {
	char *top;
	struct source *src;
	char *text;
};

static void put_file(const struct db *db, const char *root, const char *path, const char *text)
{
	g_autofree char *whole = g_build_filename(db->top, root, path, NULL);
	g_autofree char *dir = g_path_get_dirname(whole);

	assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
	assert_true(g_file_set_contents(whole, text, -1, NULL));
}

static void remove_all(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_all(child);
	}
	if (dir)
		g_dir_close(dir);
	g_remove(path);
}

static void point_at(const char *variable, const struct db *db, const char *root)
{
	g_autofree char *path = g_build_filename(db->top, root, NULL);

	g_setenv(variable, path, TRUE);
}

static int set_up(void **state)
{
	struct db *db = g_new0(struct db, 1);

	db->top = g_dir_make_tmp("vmdoctor-test-XXXXXX", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(small_db); i++)
		put_file(db, "system", small_db[i].path, small_db[i].text);
	point_at("OSINFO_SYSTEM_DIR", db, "system");
	point_at("OSINFO_LOCAL_DIR", db, "local");
	point_at("OSINFO_USER_DIR", db, "user");
	db->src = source_osinfo_new();
	*state = db;
	return 0;
}

static int tear_down(void **state)
{
	struct db *db = *state;

	g_unsetenv("OSINFO_DATA_DIR");
	source_free(db->src);
	remove_all(db->top);
	g_free(db->top);
	g_free(db->text);
	g_free(db);
	return 0;
}

static int ask(struct db *db, const char *id)
{
	g_autofree char *escaped = source_path_escape(id);
	g_autofree char *path = g_strdup_printf("/vmdoctor/osinfo/%s.json", escaped);

	g_clear_pointer(&db->text, g_free);
	return source_read(db->src, path, &db->text, NULL);
}

static void assert_member(struct db *db, const char *key, const char *value)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree char *text = NULL;
	JsonObject *object;

	assert_true(json_parser_load_from_data(parser, db->text, -1, NULL));
	object = json_node_get_object(json_parser_get_root(parser));
	assert_true(json_object_has_member(object, key));
	text = json_to_string(json_object_get_member(object, key), FALSE);
	assert_string_equal(text, value);
}

static void assert_short(struct db *db, const char *said, const char *id)
{
	g_autofree char *question = g_strconcat("short/", said, NULL);
	g_autofree char *quoted = g_strdup_printf("\"%s\"", id);

	assert_int_equal(ask(db, question), 0);
	assert_member(db, "id", quoted);
}

static void an_os_has_what_it_says_of_itself(void **state)
{
	struct db *db = *state;

	assert_int_equal(ask(db, "http://ex.org/ex/1"), 0);
	assert_member(db, "id", "\"http://ex.org/ex/1\"");
	assert_member(db, "short-id", "\"ex1\"");
	assert_member(db, "name", "\"Ex 1\"");
	assert_member(db, "version", "\"1\"");
	assert_member(db, "family", "\"linux\"");
	assert_member(db, "vendor", "\"Ex Ltd\"");
	assert_member(db, "release-date", "\"2001-02-03\"");
	assert_member(db, "eol-date", "\"2004-05-06\"");
	assert_member(db, "minimum-ram-bytes", "1024");
	assert_member(db, "recommended-ram-bytes", "null");
	assert_member(db, "db-version", "\"20991231\"");
}

static void names_do_not_depend_on_who_asks(void **state)
{
	struct db *db = *state;

	g_setenv("LANGUAGE", "de", TRUE);
	assert_int_equal(ask(db, "http://ex.org/ex/1"), 0);
	assert_member(db, "name", "\"Ex 1\"");
}

static void devices_are_inherited_and_have_names_and_buses(void **state)
{
	struct db *db = *state;

	assert_int_equal(ask(db, "http://ex.org/ex/2"), 0);
	assert_member(db, "devices",
		      "[{\"id\":\"http://pcisig.com/pci/1af4/1000\",\"name\":\"virtio-net\","
		      "\"class\":\"net\",\"bus\":\"pci\"},"
		      "{\"id\":\"http://pcisig.com/pci/8086/100e\",\"name\":null,"
		      "\"class\":null,\"bus\":\"pci\"},"
		      "{\"id\":\"http://qemu.org/chipset/x86/q35\",\"name\":\"q35\","
		      "\"class\":\"chipset\",\"bus\":null}]");
	assert_member(db, "firmware",
		      "[{\"arch\":\"x86_64\",\"type\":\"bios\",\"supported\":true}]");
	assert_member(db, "eol-date", "null");
}

static void a_clone_has_the_devices_of_its_original(void **state)
{
	struct db *db = *state;
	g_autofree char *of_original = NULL;

	assert_int_equal(ask(db, "http://ex.org/ex/2"), 0);
	of_original = g_strdup(strstr(db->text, "\"devices\""));
	assert_int_equal(ask(db, "http://clone.org/copy/1"), 0);
	assert_string_equal(strstr(db->text, "\"devices\""), of_original);
}

static void what_a_later_release_dropped_is_not_supported(void **state)
{
	struct db *db = *state;

	assert_int_equal(ask(db, "http://ex.org/ex/3.1"), 0);
	assert_null(strstr(db->text, "8086/100e"));
	assert_non_null(strstr(db->text, "1af4/1000"));
	assert_non_null(strstr(db->text, "\"supported\" : false"));
	assert_member(db, "minimum-ram-bytes", "4096"); /* of x86_64, rather than of all */
	assert_member(db, "recommended-ram-bytes", "8192");
}

static void drivers_of_all_parts_count_once(void **state)
{
	struct db *db = *state;

	assert_int_equal(ask(db, "http://microsoft.com/win/2k12r2"), 0);
	assert_member(db, "devices", "[]");
	assert_member(db, "driver-devices",
		      "[\"http://pcisig.com/pci/1af4/1000\",\"http://pcisig.com/pci/1af4/1001\"]");
}

static void what_the_guest_calls_itself_finds_its_os(void **state)
{
	struct db *db = *state;

	assert_short(db, "ex,1", "http://ex.org/ex/1");
	assert_short(db, "exnew", "http://ex.org/ex/2");
	assert_short(db, "exnew,", "http://ex.org/ex/2");
	assert_short(db, "ex,3.1", "http://ex.org/ex/3.1");
	assert_short(db, "ex,2.7", "http://ex.org/ex/2");
	assert_short(db, "ex,3.2", "http://ex.org/ex/3-unknown");
	assert_short(db, "mswindows,2012r2", "http://microsoft.com/win/2k12r2");
	assert_short(db, "sles,15.4", "http://suse.com/sle/15.4");
	assert_int_equal(ask(db, "short/ex,4"), -ENOENT);
	assert_int_equal(ask(db, "short/mswindows,2016"), -ENOENT);
	assert_int_equal(ask(db, "short/,1"), -ENOENT);
	assert_int_equal(ask(db, "short/"), -ENOENT);
}

static void an_unknown_os_is_not_there(void **state)
{
	struct db *db = *state;

	assert_int_equal(ask(db, "http://ex.org/ex/9"), -ENOENT);
	assert_int_equal(ask(db, "http://nobody.org/never/1"), -ENOENT);
	assert_int_equal(ask(db, "http://alone.org/alone/1"), 0);
	assert_int_equal(ask(db, "http://nobody.org/never/1"), -ENOENT); /* now it is named */
	assert_int_equal(ask(db, "http://misplaced.org/os/1"), -ENOENT);
	assert_int_equal(ask(db, "short/misplaced,1"), -ENOENT);
	assert_int_equal(ask(db, "http://../../etc/passwd"), -ENOENT);
	assert_int_equal(ask(db, "http:///"), -ENOENT);
	assert_int_equal(ask(db, ""), -ENOENT);
	assert_int_equal(ask(db, "nonsense"), -ENOENT);
}

static void a_local_file_replaces_and_a_local_part_adds(void **state)
{
	struct db *db = *state;

	put_file(db, "local", "os/ex.org/ex-1.xml",
		 DOC("<os id=\"http://ex.org/ex/1\"><short-id>ex1</short-id>"
		     "<name>Ours</name></os>"));
	put_file(db, "user", "os/ex.org/ex-1.d/more.xml",
		 DOC("<os id=\"http://ex.org/ex/1\"><devices>"
		     "<device id=\"http://usb.org/usb/80ee/0021\"/></devices></os>"));
	assert_int_equal(ask(db, "http://ex.org/ex/2"), 0);
	assert_null(strstr(db->text, "1af4/1000"));
	assert_non_null(strstr(db->text, "x86/q35"));
	assert_non_null(strstr(db->text, "usb/80ee/0021"));
	assert_int_equal(ask(db, "http://ex.org/ex/1"), 0);
	assert_member(db, "name", "\"Ours\"");
	assert_member(db, "eol-date", "null");
}

static void a_broken_file_is_an_error_and_no_half_answer(void **state)
{
	struct db *db = *state;

	put_file(db, "user", "os/ex.org/ex-1.xml", "<libosinfo><os");
	assert_int_equal(ask(db, "http://ex.org/ex/2"), -EBADMSG);
	assert_int_equal(ask(db, "http://ex.org/ex/2"), -EBADMSG);
}

static void without_a_database_nobody_looked(void **state)
{
	struct db *db = *state;

	point_at("OSINFO_SYSTEM_DIR", db, "empty");
	assert_int_equal(g_mkdir(g_getenv("OSINFO_SYSTEM_DIR"), 0700), 0);
	assert_int_equal(ask(db, "http://ex.org/ex/1"), -ENODATA);
	assert_int_equal(ask(db, "short/ex,1"), -ENODATA);
}

static void other_paths_are_no_questions(void **state)
{
	static const char *const paths[] = {
		"/vmdoctor/osinfo",
		"/vmdoctor/osinfo/",
		"/vmdoctor/osinfo/http:%2F%2Fex.org%2Fex%2F1",
		"/vmdoctor/osinfo/short/ex,1.json",
		"/etc/os-release",
	};
	struct db *db = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
		assert_int_equal(source_read(db->src, paths[i], &db->text, NULL), -ENODATA);
}

/* The same question to one who loads everything: what OSINFO_DATA_DIR does. */
static void assert_same(struct db *db, struct source *whole, const char *id)
{
	g_autofree char *escaped = source_path_escape(id);
	g_autofree char *path = g_strdup_printf("/vmdoctor/osinfo/%s.json", escaped);
	g_autofree char *expected = NULL;

	assert_int_equal(source_read(whole, path, &expected, NULL), 0);
	assert_int_equal(ask(db, id), 0);
	assert_string_equal(db->text, expected);
}

/* Of the system's directory alone: it has them all, and the PCI ids are not needed for that. */
static OsinfoOsList *every_os(OsinfoLoader *loader)
{
	g_autoptr(GError) error = NULL;

	osinfo_loader_process_path(loader, g_getenv("OSINFO_SYSTEM_DIR"), &error);
	assert_null(error);
	return osinfo_db_get_os_list(osinfo_loader_get_db(loader));
}

/* libosinfo warns of what its files name and do not have, and of those in the wrong place. */
static void ignore(const char *domain G_GNUC_UNUSED, GLogLevelFlags level G_GNUC_UNUSED,
		   const char *message G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
}

/* Every OS, and by each of its short ids. */
static void compare_all(struct db *db)
{
	unsigned int handler = g_log_set_handler(NULL, G_LOG_LEVEL_WARNING, ignore, NULL);
	g_autoptr(OsinfoLoader) loader = osinfo_loader_new();
	g_autoptr(OsinfoOsList) all = every_os(loader);
	struct source *whole = source_osinfo_new();
	int n = osinfo_list_get_length(OSINFO_LIST(all));
	char *data = NULL;

	g_setenv("OSINFO_DATA_DIR", g_getenv("OSINFO_SYSTEM_DIR"), TRUE);
	assert_int_not_equal(source_read(whole, "/vmdoctor/osinfo/load.json", &data, NULL), 0);
	g_unsetenv("OSINFO_DATA_DIR");
	for (int i = 0; i < n; i++) {
		OsinfoEntity *os = osinfo_list_get_nth(OSINFO_LIST(all), i);
		GList *names = osinfo_product_get_short_id_list(OSINFO_PRODUCT(os));

		if (names) /* else it is only named by another one */
			assert_same(db, whole, osinfo_entity_get_id(os));
		for (GList *name = names; name; name = name->next) {
			g_autofree char *id = g_strconcat("short/", name->data, NULL);

			assert_same(db, whole, id);
		}
		g_list_free(names);
	}
	source_free(whole);
	g_log_remove_handler(NULL, handler);
}

static void a_part_and_the_whole_give_the_same(void **state)
{
	struct db *db = *state;

	put_file(db, "local", "os/ex.org/ex-1.xml",
		 DOC("<os id=\"http://ex.org/ex/1\"><short-id>ex1</short-id><name>Ours</name>"
		     "<devices><device id=\"http://ours.org/device/1\"/></devices></os>"));
	put_file(db, "local", "device/ours.org/device-1.xml",
		 DOC("<device id=\"http://ours.org/device/1\"><name>first</name>"
		     "<bus-type>pci</bus-type></device>"));
	put_file(db, "user", "device/ours.org/device-1.d/name.xml",
		 DOC("<device id=\"http://ours.org/device/1\"><name>second</name></device>"));
	compare_all(db);
	assert_int_equal(ask(db, "http://ex.org/ex/1"), 0);
	assert_non_null(strstr(db->text, "second"));
}

static void every_installed_os_is_the_same_in_part_and_in_whole(void **state)
{
	struct db *db = *state;

	if (IS_SLOW || !g_file_test("/usr/share/osinfo/os", G_FILE_TEST_IS_DIR))
		skip(); /* or osinfo-db is not installed */
	g_setenv("OSINFO_SYSTEM_DIR", "/usr/share/osinfo", TRUE);
	compare_all(db);
}

#define test_case(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(an_os_has_what_it_says_of_itself),
		test_case(names_do_not_depend_on_who_asks),
		test_case(devices_are_inherited_and_have_names_and_buses),
		test_case(a_clone_has_the_devices_of_its_original),
		test_case(what_a_later_release_dropped_is_not_supported),
		test_case(drivers_of_all_parts_count_once),
		test_case(what_the_guest_calls_itself_finds_its_os),
		test_case(an_unknown_os_is_not_there),
		test_case(a_local_file_replaces_and_a_local_part_adds),
		test_case(a_broken_file_is_an_error_and_no_half_answer),
		test_case(without_a_database_nobody_looked),
		test_case(other_paths_are_no_questions),
		test_case(a_part_and_the_whole_give_the_same),
		test_case(every_installed_os_is_the_same_in_part_and_in_whole),
	};

	return cmocka_run_group_tests_name("source/osinfo", tests, NULL, NULL);
}
