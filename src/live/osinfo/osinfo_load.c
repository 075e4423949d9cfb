// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * osinfo_load - one OS out of osinfo-db, without loading all 800 of them
 *
 * Loading the default path takes some 200 ms and more; an OS with its ancestors takes a few. What
 * makes that possible is libosinfo's own rule, which its loader enforces: the entity with the id
 * http://VENDOR/A/B lies in TYPE/VENDOR/A-B.xml, and further parts of it in TYPE/VENDOR/A-B.d/.
 * Source: libosinfo's osinfo_loader.c (1.10), osinfo-db's README.
 */
#include "live/osinfo/osinfo_load.h"

#include <errno.h>
#include <string.h>

#include "live/osinfo/osinfo_view.h"

enum { ROOT_SYSTEM, ROOT_LOCAL, ROOT_USER, N_ROOTS };

struct osinfo_load {
	OsinfoLoader *loader;
	char *roots[N_ROOTS];  /* a later one overrides an earlier one */
	GHashTable *asked;     /* ids that were looked for */
	GHashTable *short_ids; /* short id -> id, by their looks; NULL until needed */
	bool is_whole;	       /* everything is loaded, by libosinfo's own means */
	int error;	       /* once a file is broken, what depends on it is not known */
};

/* The loader warns of each entity that is named but not loaded: here, most of them. */
static void ignore(const char *domain G_GNUC_UNUSED, GLogLevelFlags level G_GNUC_UNUSED,
		   const char *message G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
}

static bool load_files(struct osinfo_load *l, GPtrArray *files)
{
	unsigned int handler = g_log_set_handler(NULL, G_LOG_LEVEL_WARNING, ignore, NULL);
	g_autoptr(GError) error = NULL;
	bool is_good = osinfo_view_load(l->loader, files, &error);

	g_log_remove_handler(NULL, handler);
	return is_good;
}

static char *first_dir(char *preferred, char *old)
{
	bool use_old =
		!g_file_test(preferred, G_FILE_TEST_IS_DIR) && g_file_test(old, G_FILE_TEST_IS_DIR);

	g_free(use_old ? preferred : old);
	return use_old ? old : preferred;
}

static void find_roots(struct osinfo_load *l)
{
	const char *system = g_getenv("OSINFO_SYSTEM_DIR");
	const char *local = g_getenv("OSINFO_LOCAL_DIR");
	const char *user = g_getenv("OSINFO_USER_DIR");
	const char *config = g_get_user_config_dir();

	l->roots[ROOT_SYSTEM] = g_strdup(system ? system : "/usr/share/osinfo");
	l->roots[ROOT_LOCAL] =
		local ? g_strdup(local)
		      : first_dir(g_strdup("/etc/osinfo"), g_strdup("/etc/libosinfo/db"));
	l->roots[ROOT_USER] = user ? g_strdup(user)
				   : first_dir(g_build_filename(config, "osinfo", NULL),
					       g_build_filename(config, "libosinfo/db", NULL));
}

/*
 * A libosinfo that was built for another prefix, or is told so by the old OSINFO_DATA_DIR, knows
 * better where its database is: then it loads all of it.
 */
static void load_whole_if_elsewhere(struct osinfo_load *l)
{
	g_autofree char *os_dir = g_build_filename(l->roots[ROOT_SYSTEM], "os", NULL);
	g_autoptr(GError) error = NULL;

	if (g_file_test(os_dir, G_FILE_TEST_IS_DIR) && !g_getenv("OSINFO_DATA_DIR"))
		return;
	osinfo_loader_process_default_path(l->loader, &error);
	l->is_whole = true;
	l->error = error ? -EBADMSG : 0;
}

struct osinfo_load *osinfo_load_new(void)
{
	struct osinfo_load *l = g_new0(struct osinfo_load, 1);

	/* Names as in the database, whoever asks; and plain files need no desktop's daemon. */
	g_setenv("LANGUAGE", "C", TRUE);
	g_setenv("GIO_USE_VFS", "local", FALSE);
	l->loader = osinfo_loader_new();
	l->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	find_roots(l);
	load_whole_if_elsewhere(l);
	return l;
}

void osinfo_load_free(struct osinfo_load *l)
{
	if (!l)
		return;
	g_object_unref(l->loader);
	g_hash_table_unref(l->asked);
	g_clear_pointer(&l->short_ids, g_hash_table_unref);
	for (size_t i = 0; i < N_ROOTS; i++)
		g_free(l->roots[i]);
	g_free(l);
}

/* "os/VENDOR/A-B" for http://VENDOR/A/B; NULL for what cannot be an id. */
static char *stem_of(const char *type, const char *id)
{
	const char *plain = g_str_has_prefix(id, "http://") ? id + strlen("http://") : id;
	g_autofree char *copy = g_strdup(plain);
	char *slash = strchr(copy, '/');

	if (*copy == '.' || !slash || slash == copy)
		return NULL;
	for (char *p = copy; *p; p++) {
		if (p != slash && !g_ascii_isalnum(*p) && !strchr("-._", *p))
			*p = '-';
	}
	return g_strconcat(type, "/", copy, NULL);
}

static void add_file(GPtrArray *files, char *name, const char *path)
{
	struct osinfo_file *file = g_new0(struct osinfo_file, 1);

	file->name = name;
	file->path = g_strdup(path);
	g_ptr_array_add(files, file);
}

/* The parts in STEM.d; the loader sorts them by name within a directory, so @rank goes in front. */
static void add_parts(GPtrArray *files, const char *root, const char *stem, unsigned int rank)
{
	g_autofree char *path = g_strdup_printf("%s/%s.d", root, stem);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *part = g_build_filename(path, name, NULL);

		if (g_str_has_suffix(name, ".xml") && !g_file_test(part, G_FILE_TEST_IS_DIR))
			add_file(files, g_strdup_printf("%s.d/%u-%s", stem, rank, name), part);
	}
}

/* All files of one entity: a later root's main file replaces all before it, parts add to it. */
static void add_entity(struct osinfo_load *l, const char *type, const char *id, GPtrArray *files)
{
	g_autofree char *stem = stem_of(type, id);
	size_t start = files->len;

	if (!stem || !g_hash_table_add(l->asked, g_strdup(id)))
		return;
	for (unsigned int i = 0; i < N_ROOTS; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s.xml", l->roots[i], stem);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
			g_ptr_array_set_size(files, (int)start);
			add_file(files, g_strconcat(stem, ".xml", NULL), path);
		}
		add_parts(files, l->roots[i], stem, i);
	}
}

static GPtrArray *files_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)osinfo_file_free);
}

/* Where the relatives come from that were named by an OS which is loaded now. */
static void add_relatives(struct osinfo_load *l, OsinfoOs *os, GPtrArray *files, GHashTable *seen)
{
	static const OsinfoProductRelationship kinds[] = {
		OSINFO_PRODUCT_RELATIONSHIP_DERIVES_FROM,
		OSINFO_PRODUCT_RELATIONSHIP_CLONES,
	};

	if (!g_hash_table_add(seen, os))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(OsinfoProductList) related =
			osinfo_product_get_related(OSINFO_PRODUCT(os), kinds[i]);
		int n = osinfo_list_get_length(OSINFO_LIST(related));

		for (int j = 0; j < n; j++) {
			OsinfoEntity *e = osinfo_list_get_nth(OSINFO_LIST(related), j);

			add_entity(l, "os", osinfo_entity_get_id(e), files);
			add_relatives(l, OSINFO_OS(e), files, seen);
		}
	}
}

/* What is only named by another OS is in the database, too, but says nothing of itself. */
static bool is_known(OsinfoOs *os)
{
	return os && osinfo_product_get_name(OSINFO_PRODUCT(os));
}

/* One generation of ancestors at a time: their names are in their children's files. */
static int load_family(struct osinfo_load *l, const char *id)
{
	g_autoptr(GPtrArray) files = files_new();

	add_entity(l, "os", id, files);
	for (;;) {
		g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
		OsinfoOs *os;

		if (files->len > 0 && !load_files(l, files))
			return -EBADMSG;
		os = osinfo_db_get_os(osinfo_loader_get_db(l->loader), id);
		if (!is_known(os))
			return -ENOENT;
		g_ptr_array_set_size(files, 0);
		add_relatives(l, os, files, seen);
		if (files->len == 0)
			return 0;
	}
}

static int load_devices(struct osinfo_load *l, OsinfoOs *os)
{
	g_autoptr(OsinfoDeviceList) devices = osinfo_os_get_all_devices(os, NULL);
	g_autoptr(GPtrArray) files = files_new();
	int n = osinfo_list_get_length(OSINFO_LIST(devices));

	for (int i = 0; i < n; i++) {
		OsinfoEntity *device = osinfo_list_get_nth(OSINFO_LIST(devices), i);

		add_entity(l, "device", osinfo_entity_get_id(device), files);
	}
	return files->len == 0 || load_files(l, files) ? 0 : -EBADMSG;
}

static bool is_empty(OsinfoDb *db)
{
	g_autoptr(OsinfoOsList) all = osinfo_db_get_os_list(db);

	return osinfo_list_get_length(OSINFO_LIST(all)) == 0;
}

int osinfo_load_os(struct osinfo_load *l, const char *id, OsinfoOs **ret_os)
{
	OsinfoDb *db = osinfo_loader_get_db(l->loader);
	int r = l->error;

	if (r == 0 && l->is_whole)
		r = is_empty(db) ? -ENODATA : is_known(osinfo_db_get_os(db, id)) ? 0 : -ENOENT;
	else if (r == 0)
		r = load_family(l, id);
	if (r == 0 && !l->is_whole)
		r = load_devices(l, osinfo_db_get_os(db, id));
	if (r == -EBADMSG)
		l->error = r;
	if (r == 0)
		*ret_os = osinfo_db_get_os(db, id);
	return r;
}

/* Of several with one short id, the first by id, whatever the order of directories is. */
static void note_short_id(GHashTable *ids, char *short_id, const char *id)
{
	const char *old = g_hash_table_lookup(ids, short_id);

	if (old && strcmp(old, id) <= 0)
		g_free(short_id);
	else
		g_hash_table_replace(ids, short_id, g_strdup(id));
}

/*
 * A look at the text, not a parser: that would be half of the work that is to be saved. What it
 * takes for an OS is loaded and asked before it is believed.
 */
static void scan_file(GHashTable *ids, const char *path)
{
	static const char open_id[] = "<os id=\"", open_short[] = "<short-id>";
	g_autofree char *text = NULL, *id = NULL;
	char *at;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !(at = strstr(text, open_id)))
		return;
	at += strlen(open_id);
	id = g_strndup(at, strcspn(at, "\""));
	while ((at = strstr(at, open_short)) != NULL) {
		at += strlen(open_short);
		note_short_id(ids, g_strstrip(g_strndup(at, strcspn(at, "<"))), id);
	}
}

/* ROOT/os/VENDOR/A.xml, and ROOT/os/VENDOR/A.d/B.xml: three directories deep at most. */
static void scan_dir(GHashTable *ids, const char *path, int depth)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		if (g_str_has_suffix(name, ".xml"))
			scan_file(ids, child);
		else if (depth > 1)
			scan_dir(ids, child, depth - 1);
	}
}

static void scan_whole(GHashTable *ids, OsinfoDb *db)
{
	g_autoptr(OsinfoOsList) all = osinfo_db_get_os_list(db);
	int n = osinfo_list_get_length(OSINFO_LIST(all));

	for (int i = 0; i < n; i++) {
		OsinfoEntity *os = osinfo_list_get_nth(OSINFO_LIST(all), i);
		GList *names = osinfo_product_get_short_id_list(OSINFO_PRODUCT(os));

		for (GList *name = names; name; name = name->next)
			note_short_id(ids, g_strdup(name->data), osinfo_entity_get_id(os));
		g_list_free(names);
	}
}

static GHashTable *find_short_ids(struct osinfo_load *l)
{
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	if (l->is_whole)
		scan_whole(ids, osinfo_loader_get_db(l->loader));
	for (size_t i = 0; i < N_ROOTS && !l->is_whole; i++) {
		g_autofree char *os_dir = g_build_filename(l->roots[i], "os", NULL);

		scan_dir(ids, os_dir, 3);
	}
	return ids;
}

static bool has_short_id(OsinfoOs *os, const char *short_id)
{
	GList *names = osinfo_product_get_short_id_list(OSINFO_PRODUCT(os));
	bool found = g_list_find_custom(names, short_id, (GCompareFunc)strcmp) != NULL;

	g_list_free(names);
	return found;
}

int osinfo_load_short(struct osinfo_load *l, const char *short_id, OsinfoOs **ret_os)
{
	OsinfoOs *os = NULL;
	const char *id;
	int r;

	if (!l->short_ids)
		l->short_ids = find_short_ids(l);
	id = g_hash_table_lookup(l->short_ids, short_id);
	r = osinfo_load_os(l, id ? id : "", &os);
	if (r == 0 && !has_short_id(os, short_id))
		r = -ENOENT;
	if (r == 0)
		*ret_os = os;
	return r;
}

char *osinfo_load_version(const struct osinfo_load *l)
{
	g_autofree char *path = g_build_filename(l->roots[ROOT_SYSTEM], "VERSION", NULL);
	char *version = NULL;

	return g_file_get_contents(path, &version, NULL, NULL) ? g_strstrip(version) : NULL;
}
