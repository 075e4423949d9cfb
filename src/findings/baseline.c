// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * baseline - which findings an earlier report already has.
 */
#include "findings/baseline.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json_read.h"
#include "base/order.h"
#include "findings/report.h"

void baseline_free(struct baseline *b)
{
	if (!b)
		return;
	g_hash_table_unref(b->keys);
	g_hash_table_unref(b->undecided);
	g_free(b);
}

/* Subjects are left out: of what cannot be read it is not known which there are. */
static char *place_of(const char *rule, const char *domain)
{
	return g_strdup_printf("%s/%s/", rule, domain ? domain : "");
}

static void read_report(struct baseline *b, JsonObject *root)
{
	JsonArray *findings = json_read_array(root, "findings"), *known = json_read_array(root, "known");
	JsonArray *undecided = json_read_array(root, "undecided");

	for (guint i = 0; i < json_read_length(findings); i++) {
		const char *key = json_read_text(json_read_item(findings, i), "key");

		if (key)
			g_hash_table_add(b->keys, g_strdup(key));
	}
	for (guint i = 0; i < json_read_length(known); i++) {
		const char *key = json_read_item_text(known, i);

		if (key)
			g_hash_table_add(b->keys, g_strdup(key));
	}
	for (guint i = 0; i < json_read_length(undecided); i++) {
		JsonObject *u = json_read_item(undecided, i);

		if (json_read_text(u, "rule"))
			g_hash_table_add(b->undecided, place_of(json_read_text(u, "rule"), json_read_text(u, "domain")));
	}
}

struct baseline *baseline_load(const char *path, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree char *text = NULL;
	struct baseline *b;
	gsize size;

	if (!g_file_get_contents(path, &text, &size, error) || !json_read_load(parser, text, (gssize)size, error))
		return NULL;
	if (!json_read_array(json_read_root(parser), "findings")) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _("%s: not a vmdoctor JSON report"), path);
		return NULL;
	}
	b = g_new0(struct baseline, 1);
	b->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	b->undecided = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	read_report(b, json_read_root(parser));
	return b;
}

/* What this report cannot speak of: rules that are undecided, and domains whose definition cannot be read, of which
 * no rule even says that it is undecided. */
static GHashTable *places_unseen(const struct report *r)
{
	GHashTable *places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < r->undecided->len; i++) {
		const struct undecided *u = r->undecided->pdata[i];

		g_hash_table_add(places, place_of(u->rule, u->domain));
	}
	for (guint i = 0; i < r->domains->len; i++) {
		const struct report_domain *d = r->domains->pdata[i];

		if (!d->machine && !d->uuid)
			g_hash_table_add(places, place_of("", d->name));
	}
	return places;
}

/* A key is RULE/DOMAIN/SUBJECT, and only the subject may hold a slash. */
static bool is_unseen(GHashTable *places, const char *key)
{
	g_auto(GStrv) part = g_strsplit(key, "/", 3);
	const char *domain = part[0] ? part[1] : NULL;
	g_autofree char *place = domain ? place_of(part[0], domain) : NULL, *anywhere = domain ? place_of("", domain) : NULL;

	return domain && (g_hash_table_contains(places, place) || g_hash_table_contains(places, anywhere));
}

void baseline_compare(const struct baseline *b, struct report *r)
{
	g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal), unseen = places_unseen(r);
	GHashTableIter it;
	gpointer key;

	r->known = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];
		g_autofree char *place = place_of(f->rule, f->domain);

		g_hash_table_add(found, f->key);
		r->late += !g_hash_table_contains(b->keys, f->key) && g_hash_table_contains(b->undecided, place);
	}
	g_hash_table_iter_init(&it, b->keys);
	while (g_hash_table_iter_next(&it, &key, NULL)) {
		bool is_there = g_hash_table_contains(found, key);

		if (!is_there && !is_unseen(unseen, key))
			continue;
		g_ptr_array_add(r->known, g_strdup(key));
		r->kept += !is_there;
	}
	g_ptr_array_sort(r->known, order_by_bytes);
}
