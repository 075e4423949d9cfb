// SPDX-License-Identifier: GPL-2.0-or-later
/* store_none - the store of a vmdoctor that was built without SQLite: it says so */
#include "store/store.h"

#include "base/i18n.h"

#ifndef HAVE_SQLITE
static void *cannot(GError **error)
{
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS, _("this vmdoctor was built without SQLite: it keeps nothing"));
	return NULL;
}

struct store *store_create(const char *dir G_GNUC_UNUSED, const struct store_limits *limits G_GNUC_UNUSED, char **ret_note, GError **error)
{
	*ret_note = NULL;
	return cannot(error);
}

struct store *store_open(const char *dir G_GNUC_UNUSED, GError **error)
{
	return cannot(error);
}

bool store_is_built(void)
{
	return false;
}

/* Nobody has a store to hand them. */
void store_free(struct store *s G_GNUC_UNUSED)
{
}

bool store_state(struct store *s G_GNUC_UNUSED, int64_t at_us G_GNUC_UNUSED, struct source *record G_GNUC_UNUSED, GError **error)
{
	return cannot(error);
}

int64_t store_round(struct store *s G_GNUC_UNUSED, int64_t at_us G_GNUC_UNUSED, GPtrArray *paths G_GNUC_UNUSED, GPtrArray *answers G_GNUC_UNUSED,
		    GError **error)
{
	return cannot(error) ? 1 : 0;
}

bool store_event(struct store *s G_GNUC_UNUSED, int64_t at_us G_GNUC_UNUSED, const char *json G_GNUC_UNUSED, GError **error)
{
	return cannot(error);
}

int64_t store_incident(struct store *s G_GNUC_UNUSED, const struct store_incident *i G_GNUC_UNUSED, GError **error)
{
	return cannot(error) ? 1 : 0;
}

bool store_incidents(struct store *s G_GNUC_UNUSED, int64_t from_us G_GNUC_UNUSED, int64_t to_us G_GNUC_UNUSED,
		     void (*each)(void *data, const struct store_incident *i) G_GNUC_UNUSED, void *data G_GNUC_UNUSED, GError **error)
{
	return cannot(error);
}

struct source *store_record(struct store *s G_GNUC_UNUSED, const struct store_window *w G_GNUC_UNUSED, int64_t *ret_us G_GNUC_UNUSED, GError **error)
{
	return cannot(error);
}
#endif
