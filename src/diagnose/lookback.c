// SPDX-License-Identifier: GPL-2.0-or-later
/* lookback - see lookback.h */
#include "diagnose/lookback.h"

#include <errno.h>

#include "base/i18n.h"
#include "source/source.h"
#include "store/store.h"

#define SECOND INT64_C(1000000)

/** All of it but the logs was never looked at. */
struct logs {
	struct source source;
	struct source *live;
};

/* Which files are logs, and whose they are, the connection says. */
static void ask(struct source *src, const struct query *q, struct answer *ret)
{
	if (g_str_has_prefix(q->path, "/var/log/") || g_str_has_prefix(q->path, "/vmdoctor/audit"))
		source_ask(((struct logs *)src)->live, q, ret);
	else
		ret->error = -ENODATA;
}

static void free_it(struct source *src)
{
	source_free(((struct logs *)src)->live);
	g_free(src);
}

struct source *lookback_logs_new(struct source *live)
{
	static const struct source_ops ops = { .ask = ask, .free = free_it };
	struct logs *l = g_new0(struct logs, 1);

	*l = (struct logs){ { &ops }, live };
	return &l->source;
}

bool lookback_is(struct source *record)
{
	g_autofree char *text = NULL;

	return source_read(record, "/vmdoctor/events.json", &text, NULL) >= 0;
}

/* Now, instead of then, may mislead: so it is said. */
static struct source *none(bool was_named, GError *why, GError **error)
{
	if (was_named)
		g_propagate_error(error, why);
	else if (!g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOSYS))
		g_printerr(_("vmdoctor: %s: so this is the host as it is now, with the logs of then\n"), why->message);
	if (!was_named)
		g_error_free(why);
	return NULL;
}

struct source *lookback_open(const char *dir, int64_t from_s, int64_t at_s, int64_t to_s, GError **error)
{
	const struct store_window window = { from_s * SECOND, at_s * SECOND, to_s * SECOND };
	GError *why = NULL;
	auto_free(store) struct store *s = store_open(dir ? dir : STORE_DIR, &why);
	struct source *record;
	int64_t then_us;

	if (!s && !dir && g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		g_error_free(why); /* nobody ever watched here */
		return NULL;
	}
	record = s ? store_record(s, &window, &then_us, &why) : NULL;
	return record ? record : none(dir != NULL, why, error);
}
