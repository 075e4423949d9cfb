// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store_read - see store.h: what was, as a record
 *
 * Two rounds belong together when they are of one watcher, one after the other: a longer gap is no sample.
 * Where the clock was set back, a time was twice; the later one counts.
 */
#include "store/store.h"

#ifdef HAVE_SQLITE
#include <errno.h>
#include <string.h>

#include "store/pack.h"
#include "store/store_private.h"

#define GAP_MOST_US (150 * INT64_C(1000000))

bool store_incidents(struct store *s, int64_t from_us, int64_t to_us,
		     void (*each)(void *data, const struct store_incident *i), void *data, GError **error)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "SELECT * FROM incident WHERE end >= ?1 AND begin <= ?2 ORDER BY begin, id", error);
	int r = q ? SQLITE_ROW : -1;

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, from_us);
	sqlite3_bind_int64(q, 2, to_us);
	while ((r = store_step(s, q, error)) == SQLITE_ROW) {
		const char *text[7];

		for (int i = 0; i < 7; i++)
			text[i] = (const char *)sqlite3_column_text(q, 5 + i);
		const struct store_incident one = {
			sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3),
			sqlite3_column_int64(q, 4), text[0], text[1], text[2], text[3], text[4], text[5], text[6],
		};

		each(data, &one);
	}
	return r == SQLITE_DONE;
}

/** A round that is there. */
struct round {
	int64_t id, at_us, session;
};

/* The first row of @sql, which has two places to fill. */
static bool find_round(struct store *s, const char *sql, int64_t a, int64_t b, struct round *ret)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, sql, NULL);

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, a);
	sqlite3_bind_int64(q, 2, b);
	if (sqlite3_step(q) != SQLITE_ROW)
		return false;
	*ret = (struct round){ sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2) };
	return true;
}

static bool before(struct store *s, const struct round *r, struct round *ret)
{
	return find_round(s, "SELECT id, at, session FROM round WHERE id < ?1 AND session = ?2 ORDER BY id DESC LIMIT 1", r->id, r->session, ret) &&
	       r->at_us - ret->at_us <= GAP_MOST_US && r->at_us > ret->at_us;
}

/** The nearest incident that has a round. */
struct nearest {
	int64_t at_us, distance_us, round;
};

static void look_nearer(void *data, const struct store_incident *i)
{
	struct nearest *n = data;
	int64_t distance = n->at_us < i->begin_us ? i->begin_us - n->at_us : MAX(n->at_us - i->end_us, 0);

	if (i->round == 0 || (n->round > 0 && distance >= n->distance_us))
		return;
	n->distance_us = distance;
	n->round = i->round;
}

#define WITH_ONE_BEFORE " AND EXISTS (SELECT 1 FROM round b WHERE b.id < round.id AND b.session = round.session) "

static bool choose(struct store *s, const struct store_window *w, struct round *first, struct round *last)
{
	static const char of_id[] = "SELECT id, at, session FROM round WHERE id = ?1 AND ?2 = 0";
	static const char next[] = "SELECT id, at, session FROM round WHERE at >= ?1 AND at <= ?2" WITH_ONE_BEFORE "ORDER BY at, id DESC LIMIT 1";
	static const char newest[] = "SELECT id, at, session FROM round WHERE at <= ?1 AND at >= ?2" WITH_ONE_BEFORE "ORDER BY at DESC, id DESC LIMIT 1";
	struct nearest n = { .at_us = w->at_us };

	store_incidents(s, w->from_us, w->to_us, look_nearer, &n, NULL);
	return (n.round > 0 && find_round(s, of_id, n.round, 0, last) && before(s, last, first)) ||
	       (find_round(s, next, w->at_us, w->to_us, last) && before(s, last, first)) ||
	       (find_round(s, newest, w->at_us, w->from_us, last) && before(s, last, first));
}

/* From the last one that stands for itself on, each makes the next. */
static GHashTable *read_round(struct store *s, int64_t id)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "SELECT data, whole, session FROM round WHERE id >= (SELECT max(id) FROM round WHERE whole = 1 AND id <= ?1)"
						 " AND id <= ?1 ORDER BY id", NULL);
	GHashTable *last = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, kept_free);
	bool ok = false;

	if (!q)
		return last;
	sqlite3_bind_int64(q, 1, id);
	while (sqlite3_step(q) == SQLITE_ROW)
		ok = round_unpack(last, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
	if (!ok)
		g_clear_pointer(&last, g_hash_table_unref);
	return last;
}

struct query store_query(const char *name, unsigned int tick)
{
	const char *tab = strchr(name, '\t');
	struct query q = { .verb = SOURCE_VERB_MAX_, .tick = tick, .path = tab ? tab + 1 : "" };

	for (int v = 0; tab && v < SOURCE_VERB_MAX_; v++)
		if (strlen(source_verb_names[v]) == (size_t)(tab - name) && strncmp(name, source_verb_names[v], (size_t)(tab - name)) == 0)
			q.verb = (enum source_verb)v;
	return q;
}

static GHashTable *read_names(struct store *s)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "SELECT id, name FROM path", NULL);
	GHashTable *names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(q, 0);

		g_hash_table_replace(names, g_memdup2(&id, sizeof(id)), g_strdup((const char *)sqlite3_column_text(q, 1)));
	}
	return names;
}

static bool put_round(struct store *s, GHashTable *names, const struct round *r, unsigned int tick, struct source *record)
{
	g_autoptr(GHashTable) texts = read_round(s, r->id);
	GHashTableIter iter;
	gpointer value;

	if (!texts)
		return false;
	g_hash_table_iter_init(&iter, texts);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct kept *k = value;
		const char *name = g_hash_table_lookup(names, &k->path);
		const struct query q = name ? store_query(name, tick) : (struct query){ SOURCE_VERB_MAX_, 0, NULL };
		struct answer a = { .error = k->error, .truncated = k->is_cut, .data = k->text ? g_bytes_ref(k->text) : NULL };

		if (q.verb < SOURCE_VERB_MAX_ && q.path[0] == '/')
			record_put(record, &q, &a);
		answer_done(&a);
	}
	return true;
}

/* Whatever was read last before it. */
static bool put_state(struct store *s, int64_t at_us, struct source *record, GError **error)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "SELECT name, error, cut, data FROM path JOIN state ON state.id ="
						 " (SELECT max(id) FROM state WHERE path = path.id AND at <= ?1)", error);
	int r;

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, at_us);
	while ((r = store_step(s, q, error)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(q, 0);
		const struct query asked = store_query(name ? name : "", 0);
		struct answer a = { .error = MIN(sqlite3_column_int(q, 1), 0), .truncated = sqlite3_column_int(q, 2) };

		if (a.error == 0)
			a.data = unpack_squeezed(sqlite3_column_blob(q, 3), (size_t)sqlite3_column_bytes(q, 3), STATE_MOST);
		if (a.error == 0 && !a.data)
			a.error = -EBADMSG;
		if (a.error != -ENODATA && asked.verb < SOURCE_VERB_MAX_ && asked.path[0] == '/')
			record_put(record, &asked, &a);
		answer_done(&a);
	}
	return r == SQLITE_DONE;
}

static bool put_events(struct store *s, const struct store_window *w, struct source *record, GError **error)
{
	g_autoptr(sqlite3_stmt) q = store_ask(s, "SELECT data FROM event WHERE at BETWEEN ?1 AND ?2 ORDER BY at, id", error);
	g_autoptr(GString) text = g_string_new("[");
	int r;

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, w->from_us);
	sqlite3_bind_int64(q, 2, w->to_us);
	while ((r = store_step(s, q, error)) == SQLITE_ROW) {
		const char *one = (const char *)sqlite3_column_text(q, 0);

		g_string_append_printf(text, "%s%s", text->len > 1 ? ",\n" : "", one ? one : "{}");
	}
	g_string_append(text, "]\n");
	record_put_text(record, "/vmdoctor/events.json", text->str);
	return r == SQLITE_DONE;
}

static struct source *fill(struct store *s, const struct store_window *w, const struct round *first, const struct round *last, GError **error)
{
	struct source *record = record_new(NULL);
	g_autoptr(GHashTable) names = read_names(s);
	g_autofree char *clock = g_strdup_printf("%" G_GINT64_FORMAT "\n", last->at_us / G_USEC_PER_SEC);
	bool ok = put_state(s, last->at_us, record, error) && put_events(s, w, record, error);

	if (ok && (!put_round(s, names, first, 1, record) || !put_round(s, names, last, 2, record))) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: a round of it is damaged", sqlite3_db_filename(s->db, NULL));
		ok = false;
	}
	record_put_text(record, "/vmdoctor/clock", clock);
	if (!ok)
		g_clear_pointer(&record, source_free);
	return record;
}

struct source *store_record(struct store *s, const struct store_window *w, int64_t *ret_us, GError **error)
{
	struct round first, last;

	if (!choose(s, w, &first, &last)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: nothing was kept of that time", sqlite3_db_filename(s->db, NULL));
		return NULL;
	}
	*ret_us = last.at_us;
	return fill(s, w, &first, &last, error);
}
#endif
