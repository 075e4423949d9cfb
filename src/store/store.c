// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store - see store.h: the file, its lock, and what is written
 *
 * Written ahead (WAL) and synced with each transaction: what is killed, or loses its power, leaves all but the
 * last one. A lock of fcntl(2) beside the file is this process's alone: its children do not hold it.
 * Source: https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"

#ifdef HAVE_SQLITE
#include "store/pack.h"
#include "store/store_private.h"

enum { WHOLE_EACH = 60, /* rounds */ BUSY_MS = 2000, VERSION_OF_FORMAT = 1 };

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS path(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
	"CREATE TABLE IF NOT EXISTS state(id INTEGER PRIMARY KEY, path INTEGER NOT NULL, at INTEGER NOT NULL,"
	" error INTEGER NOT NULL, cut INTEGER NOT NULL, data BLOB);"
	"CREATE INDEX IF NOT EXISTS state_of ON state(path, id);"
	"CREATE TABLE IF NOT EXISTS round(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
	" session INTEGER NOT NULL, whole INTEGER NOT NULL, data BLOB NOT NULL);"
	"CREATE INDEX IF NOT EXISTS round_at ON round(at);"
	"CREATE TABLE IF NOT EXISTS event(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, data TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS incident(id INTEGER PRIMARY KEY AUTOINCREMENT, begin INTEGER NOT NULL,"
	" end INTEGER NOT NULL, count INTEGER NOT NULL, round INTEGER NOT NULL, rule TEXT, cause TEXT, severity TEXT,"
	" domain TEXT, subject TEXT, title TEXT, message TEXT);";

bool store_fail(struct store *s, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", sqlite3_db_filename(s->db, NULL), sqlite3_errmsg(s->db));
	return false;
}

sqlite3_stmt *store_ask(struct store *s, const char *sql, GError **error)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		store_fail(s, error);
	return q;
}

int store_step(struct store *s, sqlite3_stmt *q, GError **error)
{
	int r = sqlite3_step(q);

	if (r == SQLITE_ROW || r == SQLITE_DONE)
		return r;
	store_fail(s, error);
	return -1;
}

static bool run(struct store *s, const char *sql, GError **error)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_fail(s, error);
}

/* Of a first row, a first number; -1: none */
static int64_t number_of(struct store *s, const char *sql)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, sql, NULL);

	return q && sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : -1;
}

static bool is_whole(struct store *s)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "PRAGMA quick_check(1)", NULL);

	return q && sqlite3_step(q) == SQLITE_ROW && g_strcmp0((const char *)sqlite3_column_text(q, 0), "ok") == 0;
}

static bool open_file(struct store *s, const char *path, int flags, GError **error)
{
	g_clear_pointer(&s->db, sqlite3_close);
	if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, s->db ? sqlite3_errmsg(s->db) : "?");
		return false;
	}
	sqlite3_busy_timeout(s->db, BUSY_MS);
	/* The file may be somebody's: no functions in its schema, no writing of it. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return true;
}

static bool take_lock(struct store *s, const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "watch.lock", NULL);
	struct flock whole = { .l_type = F_WRLCK };
	int saved;

	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock >= 0 && fcntl(s->lock, F_SETLK, &whole) == 0)
		return true;
	saved = errno;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
		    saved == EAGAIN || saved == EACCES ? _("another vmdoctor watches with this store") : g_strerror(saved));
	return false;
}

static void remove_beside(const char *path)
{
	static const char *const ends[] = { "-wal", "-shm" };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *file = g_strconcat(path, ends[i], NULL);

		unlink(file);
	}
}

/* Whatever it is, it is put aside and not lost: somebody may get something out of it. */
static bool put_aside(struct store *s, const char *path, char **ret_note, GError **error)
{
	g_autofree char *aside = g_strconcat(path, ".damaged", NULL);

	g_clear_pointer(&s->db, sqlite3_close);
	if (rename(path, aside) < 0 && errno != ENOENT) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	remove_beside(path);
	*ret_note = g_strdup_printf(_("%s was damaged, and is %s now; a new one begins"), path, aside);
	return true;
}

/* 0: a new file */
static bool is_ours(struct store *s)
{
	int64_t version = number_of(s, "PRAGMA user_version");

	return (version == 0 || version == VERSION_OF_FORMAT) && is_whole(s);
}

static bool set_up(struct store *s, GError **error)
{
	g_autofree char *pages = NULL;
	int64_t page = number_of(s, "PRAGMA page_size");

	pages = g_strdup_printf("PRAGMA max_page_count = %" G_GINT64_FORMAT, MAX(s->limits.max_bytes / MAX(page, 512), 64));
	return run(s, "PRAGMA auto_vacuum = INCREMENTAL", error) && run(s, "PRAGMA journal_mode = WAL", error) &&
	       run(s, "PRAGMA synchronous = FULL", error) && run(s, "PRAGMA journal_size_limit = 4194304", error) && run(s, pages, error) &&
	       run(s, schema, error) && run(s, "PRAGMA user_version = 1", error);
}

/* What was so before is not known to be so still. */
static bool begin_session(struct store *s, GError **error)
{
	g_autofree char *sql = g_strdup_printf("INSERT INTO state(path, at, error, cut) SELECT id, %" G_GINT64_FORMAT ", %d, 0 FROM path",
					       g_get_real_time(), -ENODATA);

	s->session = g_get_real_time();
	return run(s, sql, error);
}

static bool open_to_write(struct store *s, const char *dir, char **ret_note, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "watch.db", NULL);
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	mode_t before = umask(0077);
	bool ok = take_lock(s, dir, error) && open_file(s, path, flags, error);

	if (ok && !is_ours(s))
		ok = put_aside(s, path, ret_note, error) && open_file(s, path, flags, error);
	ok = ok && set_up(s, error) && begin_session(s, error);
	umask(before);
	return ok;
}

static struct store *store_new(void)
{
	struct store *s = g_new0(struct store, 1);

	s->lock = -1;
	s->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	s->states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return s;
}

struct store *store_create(const char *dir, const struct store_limits *limits, char **ret_note, GError **error)
{
	struct store *s = store_new();

	*ret_note = NULL;
	s->limits = *limits;
	if (g_mkdir_with_parents(dir, 0700) < 0)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", dir, g_strerror(errno));
	else if (open_to_write(s, dir, ret_note, error))
		return s;
	store_free(s);
	return NULL;
}

struct store *store_open(const char *dir, GError **error)
{
	g_autofree char *path = g_build_filename(dir, "watch.db", NULL);
	struct store *s = store_new();

	if (access(path, F_OK) < 0)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path, g_strerror(errno));
	else if (open_file(s, path, SQLITE_OPEN_READWRITE, error) && number_of(s, "PRAGMA user_version") == VERSION_OF_FORMAT)
		return s;
	else if (error && !*error)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s: damaged, or of no vmdoctor that this one knows"), path);
	store_free(s);
	return NULL;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	if (s->lock >= 0)
		close(s->lock);
	g_hash_table_unref(s->paths);
	g_hash_table_unref(s->states);
	g_clear_pointer(&s->last, g_hash_table_unref);
	g_free(s);
}

/* The id of "read\t/proc/1/status"; 0 with @error */
static int64_t path_id(struct store *s, const char *name, GError **error)
{
	const int64_t *known = g_hash_table_lookup(s->paths, name);
	g_autoptr(sqlite3_stmt) q = NULL;
	int64_t id;

	if (known)
		return *known;
	q = store_ask(s, "INSERT INTO path(name) VALUES(?1) ON CONFLICT(name) DO UPDATE SET name = name RETURNING id", error);
	if (!q)
		return 0;
	sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
	if (store_step(s, q, error) != SQLITE_ROW)
		return 0;
	id = sqlite3_column_int64(q, 0);
	g_hash_table_insert(s->paths, g_strdup(name), g_memdup2(&id, sizeof(id)));
	return id;
}

static char *name_of(const struct query *q)
{
	return g_strdup_printf("%s\t%s", source_verb_names[q->verb], q->path);
}

/** A record on its way into the store. */
struct saving {
	struct store *store;
	int64_t at_us;
	GHashTable *gone; /* names that are not there any more */
	sqlite3_stmt *insert;
	GError **error;
	bool ok;
};

static void insert_state(struct saving *v, const char *name, const struct answer *a)
{
	int64_t id = path_id(v->store, name, v->error);
	gsize size = 0;
	const void *bytes = a->data ? g_bytes_get_data(a->data, &size) : "";
	g_autoptr(GBytes) packed = a->error ? NULL : pack_squeeze(bytes, size);

	sqlite3_reset(v->insert);
	sqlite3_clear_bindings(v->insert);
	sqlite3_bind_int64(v->insert, 1, id);
	sqlite3_bind_int64(v->insert, 2, v->at_us);
	sqlite3_bind_int(v->insert, 3, a->error);
	sqlite3_bind_int(v->insert, 4, a->truncated);
	if (packed)
		sqlite3_bind_blob(v->insert, 5, g_bytes_get_data(packed, NULL), (int)g_bytes_get_size(packed), SQLITE_STATIC);
	v->ok = id > 0 && store_step(v->store, v->insert, v->error) == SQLITE_DONE;
	sqlite3_reset(v->insert);
}

static void save_state(void *data, const struct query *q, const struct answer *a)
{
	struct saving *v = data;
	g_autofree char *name = name_of(q), *digest = NULL;
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	const int32_t head[2] = { a->error, a->truncated };

	if (q->tick > 0 || !v->ok)
		return;
	g_hash_table_remove(v->gone, name);
	g_checksum_update(sum, (const guchar *)head, sizeof(head));
	if (a->data)
		g_checksum_update(sum, g_bytes_get_data(a->data, NULL), (gssize)g_bytes_get_size(a->data));
	digest = g_strdup(g_checksum_get_string(sum));
	if (g_strcmp0(g_hash_table_lookup(v->store->states, name), digest) == 0)
		return;
	insert_state(v, name, a);
	if (v->ok)
		g_hash_table_replace(v->store->states, g_steal_pointer(&name), g_steal_pointer(&digest));
}

static void save_gone(struct saving *v)
{
	const struct answer gone = { .error = -ENODATA };
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, v->gone);
	while (v->ok && g_hash_table_iter_next(&iter, &name, NULL)) {
		insert_state(v, name, &gone);
		g_hash_table_remove(v->store->states, name);
	}
}

static bool end_transaction(struct store *s, bool ok, GError **error)
{
	if (ok && run(s, "COMMIT", error))
		return true;
	/* Of what was inserted nothing is there: so it is not known either. */
	g_hash_table_remove_all(s->paths);
	g_hash_table_remove_all(s->states);
	g_clear_pointer(&s->last, g_hash_table_unref);
	run(s, "ROLLBACK", NULL);
	return false;
}

bool store_state(struct store *s, int64_t at_us, struct source *record, GError **error)
{
	struct saving v = { .store = s, .at_us = at_us, .error = error, .ok = true };
	GHashTableIter iter;
	gpointer name;

	if (!run(s, "BEGIN IMMEDIATE", error))
		return false;
	v.insert = store_ask(s, "INSERT INTO state(path, at, error, cut, data) VALUES(?1, ?2, ?3, ?4, ?5)", error);
	v.gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_iter_init(&iter, s->states);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_hash_table_add(v.gone, g_strdup(name));
	v.ok = v.insert;
	record_each(record, save_state, &v);
	save_gone(&v);
	sqlite3_finalize(v.insert);
	g_hash_table_unref(v.gone);
	return end_transaction(s, v.ok, error);
}

static bool remove_before(struct store *s, const char *sql, int64_t limit, GError **error)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, sql, error);

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, limit);
	return store_step(s, q, error) == SQLITE_DONE;
}

/* Of what was so, the last before it stays: it was so then, too. */
static bool forget(struct store *s, int64_t before_us, GError **error)
{
	return remove_before(s, "DELETE FROM round WHERE id < (SELECT max(id) FROM round WHERE whole = 1 AND at < ?1)", before_us, error) &&
	       remove_before(s, "DELETE FROM state WHERE EXISTS (SELECT 1 FROM state n WHERE n.path = state.path AND n.id > state.id AND n.at < ?1)",
			     before_us, error) &&
	       remove_before(s, "DELETE FROM state WHERE error = -61 AND at < ?1 AND NOT EXISTS (SELECT 1 FROM state n WHERE n.path = state.path AND n.id > state.id)",
			     before_us, error) &&
	       remove_before(s, "DELETE FROM event WHERE at < ?1", before_us, error) &&
	       remove_before(s, "DELETE FROM incident WHERE end < ?1", before_us, error) && run(s, "PRAGMA incremental_vacuum", error);
}

static int64_t size_of(struct store *s)
{
	return (number_of(s, "PRAGMA page_count") - number_of(s, "PRAGMA freelist_count")) * number_of(s, "PRAGMA page_size");
}

/* Too old, or too much: then a tenth of the time goes, and again. */
static bool tidy(struct store *s, int64_t now_us, GError **error)
{
	int64_t oldest;

	if (!forget(s, now_us - s->limits.keep_s * G_USEC_PER_SEC, error))
		return false;
	for (int i = 0; i < 20 && size_of(s) > s->limits.max_bytes * 9 / 10; i++) {
		oldest = MAX(number_of(s, "SELECT min(at) FROM round"), 0);
		if (!forget(s, oldest + MAX((now_us - oldest) / 10, G_USEC_PER_SEC), error))
			return false;
	}
	return true;
}

static GPtrArray *kept_of(struct store *s, GPtrArray *paths, GPtrArray *answers, GError **error)
{
	GPtrArray *now = g_ptr_array_new();

	for (guint i = 0; i < paths->len; i++) {
		const struct query q = { .verb = SOURCE_READ, .path = paths->pdata[i] };
		const struct answer *a = answers->pdata[i];
		g_autofree char *name = name_of(&q);
		struct kept *k = g_new0(struct kept, 1);

		*k = (struct kept){ .path = path_id(s, name, error), .error = a->error, .is_cut = a->truncated };
		k->text = a->error ? NULL : a->data ? g_bytes_ref(a->data) : g_bytes_new_static("", 0);
		g_ptr_array_add(now, k);
		if (k->path > 0)
			continue;
		g_ptr_array_set_free_func(now, kept_free);
		g_ptr_array_unref(now);
		return NULL;
	}
	return now;
}

static int64_t insert_round(struct store *s, int64_t at_us, bool whole, GBytes *data, GError **error)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "INSERT INTO round(at, session, whole, data) VALUES(?1, ?2, ?3, ?4)", error);

	if (!q)
		return 0;
	sqlite3_bind_int64(q, 1, at_us);
	sqlite3_bind_int64(q, 2, s->session);
	sqlite3_bind_int(q, 3, whole);
	sqlite3_bind_blob(q, 4, g_bytes_get_data(data, NULL), (int)g_bytes_get_size(data), SQLITE_STATIC);
	return store_step(s, q, error) == SQLITE_DONE ? sqlite3_last_insert_rowid(s->db) : 0;
}

int64_t store_round(struct store *s, int64_t at_us, GPtrArray *paths, GPtrArray *answers, GError **error)
{
	g_autoptr(GPtrArray) now = NULL;
	g_autoptr(GBytes) data = NULL;
	int64_t id = 0;
	bool whole;

	if (!run(s, "BEGIN IMMEDIATE", error))
		return 0;
	if (s->rounds >= WHOLE_EACH)
		g_clear_pointer(&s->last, g_hash_table_unref);
	whole = !s->last;
	now = kept_of(s, paths, answers, error);
	data = now ? round_pack(s, now) : NULL;
	id = data ? insert_round(s, at_us, whole, data, error) : 0;
	if (whole)
		s->rounds = 0;
	s->rounds++;
	if (end_transaction(s, id > 0 && (!whole || tidy(s, at_us, error)), error))
		return id;
	tidy(s, at_us, NULL); /* it may be full: then there is room for the next one */
	return 0;
}

bool store_event(struct store *s, int64_t at_us, const char *json, GError **error)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "INSERT INTO event(at, data) VALUES(?1, ?2)", error);

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, at_us);
	sqlite3_bind_text(q, 2, json, -1, SQLITE_STATIC);
	return store_step(s, q, error) == SQLITE_DONE;
}

int64_t store_incident(struct store *s, const struct store_incident *i, GError **error)
{
	const char *texts[] = { i->rule, i->cause, i->severity, i->domain, i->subject, i->title, i->message };
	const int64_t numbers[] = { i->begin_us, i->end_us, i->count, i->round };
	g_autoptr(sqlite3_stmt) q = store_ask(s, "INSERT INTO incident VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
						 " ON CONFLICT(id) DO UPDATE SET end = ?3, count = ?4", error);
	int n = 1;

	if (!q)
		return 0;
	if (i->id > 0)
		sqlite3_bind_int64(q, n, i->id);
	for (size_t k = 0; k < G_N_ELEMENTS(numbers); k++)
		sqlite3_bind_int64(q, ++n, numbers[k]);
	for (size_t k = 0; k < G_N_ELEMENTS(texts); k++)
		sqlite3_bind_text(q, ++n, texts[k], -1, SQLITE_STATIC);
	if (store_step(s, q, error) != SQLITE_DONE)
		return 0;
	return i->id > 0 ? i->id : sqlite3_last_insert_rowid(s->db);
}

bool store_is_built(void)
{
	return true;
}
#endif
