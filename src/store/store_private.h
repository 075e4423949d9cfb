// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store_private - what the files of this folder share
 */
#ifndef VMDOCTOR_STORE_PRIVATE_H
#define VMDOCTOR_STORE_PRIVATE_H

#include <sqlite3.h>

#include "source/source.h"
#include "store/store.h"

/** Of one path in a round: what a later round's numbers rose from. */
struct kept {
	int64_t path;
	int error; /* 0 or -errno */
	bool is_cut;
	GBytes *text; /* NULL on error */
};

void kept_free(gpointer kept);

struct store {
	sqlite3 *db;
	int lock; /* a descriptor; -1: for reading only */
	struct store_limits limits;
	GHashTable *paths; /* "read\t/proc/1/status" -> id, int64_t * */
	GHashTable *states; /* the same -> digest of what was kept last */
	GHashTable *last;   /* id of a path -> struct kept, of the last round; NULL: the next one stands for itself */
	guint rounds;	    /* since one that stands for itself */
	int64_t session;
};

/** How a path's text stands in a round. */
enum { ROUND_WHOLE = 0, ROUND_RISE = 1, ROUND_ERROR = 2, ROUND_KIND = 3, ROUND_CUT = 4 };
enum { ROUND_MOST = 64 << 20, STATE_MOST = 80 << 20 }; /* bytes, unpacked */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)

/** store_ask - a prepared statement; NULL with @error */
sqlite3_stmt *store_ask(struct store *s, const char *sql, GError **error);
/** store_step - SQLITE_ROW, SQLITE_DONE, or -1 with @error */
int store_step(struct store *s, sqlite3_stmt *q, GError **error);
/** store_fail - @error says what SQLite says. Return: false */
bool store_fail(struct store *s, GError **error);
/** round_pack - @s->last becomes @now (of struct kept *, by path); owned. Return: what is to be kept of it */
GBytes *round_pack(struct store *s, GPtrArray *now);
/** round_unpack - @last (id -> struct kept) becomes what @packed makes of it; false: damaged */
bool round_unpack(GHashTable *last, const void *packed, size_t size);
/** store_query - "read\t/proc/1/status" as a question; its path is in @name */
struct query store_query(const char *name, unsigned int tick);

#endif
