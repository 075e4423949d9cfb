// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge - one report over many hosts.
 */
#include "commands/merge/merge.h"

#include <string.h>

#include "base/i18n.h"
#include "base/json_read.h"

enum { STALE_SECONDS = 24 * 60 * 60 };

static const char *const attributes[] = { "libvirt", "qemu", "kernel", "os" };

static void kind_free(gpointer data)
{
	struct merge_kind *k = data;

	g_free(k->rule);
	g_free(k->title);
	g_hash_table_unref(k->known);
	g_ptr_array_unref(k->places);
	g_hash_table_unref(k->hosts);
	g_free(k);
}

static void look_free(gpointer data)
{
	struct merge_look *l = data;

	g_free(l->taken);
	g_free(l);
}

struct merge *merge_new(void)
{
	struct merge *m = g_new0(struct merge, 1);

	m->hosts = g_ptr_array_new_with_free_func(g_free);
	m->looks = g_ptr_array_new_with_free_func(look_free);
	m->unread = g_ptr_array_new_with_free_func(g_free);
	m->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, kind_free);
	m->values = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		g_ptr_array_add(m->values, g_ptr_array_new_with_free_func(g_free));
	return m;
}

void merge_free(struct merge *m)
{
	g_ptr_array_unref(m->hosts);
	g_ptr_array_unref(m->looks);
	g_ptr_array_unref(m->unread);
	g_hash_table_unref(m->kinds);
	g_ptr_array_unref(m->values);
	g_free(m);
}

static struct merge_kind *kind_of(struct merge *m, const char *rule)
{
	struct merge_kind *k = g_hash_table_lookup(m->kinds, rule);

	if (k)
		return k;
	k = g_new0(struct merge_kind, 1);
	k->rule = g_strdup(rule);
	k->known = g_hash_table_new(g_str_hash, g_str_equal);
	k->places = g_ptr_array_new_with_free_func(g_free);
	k->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_insert(m->kinds, k->rule, k);
	return k;
}

static void add_place(struct merge_kind *k, const char *host, const char *domain)
{
	g_autofree char *place = domain ? g_strdup_printf("%s/%s", host, domain) : g_strdup(host);

	g_hash_table_add(k->hosts, g_strdup(host));
	if (g_hash_table_contains(k->known, place))
		return;
	g_hash_table_add(k->known, place);
	g_ptr_array_add(k->places, g_steal_pointer(&place));
}

static void add_finding(struct merge *m, struct merge_look *l, JsonObject *f)
{
	const char *rule = json_read_text(f, "rule"), *severity = json_read_text(f, "severity");
	int s = severity ? severity_parse(severity) : -1;
	struct merge_kind *k;

	if (!rule || s < 0)
		return;
	m->findings++;
	l->n[s]++;
	k = kind_of(m, rule);
	if (!k->title || s > (int)k->severity) {
		g_free(k->title);
		k->title = g_strdup(json_read_text(f, "title") ? json_read_text(f, "title") : rule);
		k->severity = (enum severity)s;
	}
	add_place(k, l->host, json_read_text(f, "domain"));
}

static gint64 seconds_of(const char *taken)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = taken ? g_date_time_new_from_iso8601(taken, utc) : NULL;

	return time ? g_date_time_to_unix(time) : 0;
}

/* @name: the host's, which @m keeps */
static struct merge_look *add_look(struct merge *m, const char *name, JsonObject *root)
{
	struct merge_look *l = g_new0(struct merge_look, 1);

	l->host = name;
	l->taken = g_strdup(json_read_text(root, "taken"));
	l->seconds = seconds_of(l->taken);
	m->newest = MAX(m->newest, l->seconds);
	l->number = m->looks->len;
	l->domains = json_read_length(json_read_array(root, "domains"));
	l->undecided = json_read_length(json_read_array(root, "undecided"));
	g_ptr_array_add(m->looks, l);
	return l;
}

const char *merge_attribute(guint i)
{
	return attributes[i];
}

bool merge_is_stale(const struct merge *m, const struct merge_look *l)
{
	return l->seconds > 0 && m->newest - l->seconds > STALE_SECONDS;
}

static void add_findings(struct merge *m, struct merge_look *l, JsonArray *findings)
{
	for (guint i = 0; i < json_read_length(findings); i++)
		add_finding(m, l, json_read_item(findings, i));
}

bool merge_add(struct merge *m, const char *name, const char *text, gsize size, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *root, *host;
	struct merge_look *look;
	const char *called;

	if (!json_read_load(parser, text, (gssize)size, error)) {
		g_prefix_error(error, "%s: ", name);
		return false;
	}
	root = json_read_root(parser);
	if (g_strcmp0(json_read_text(root, "schema"), "vmdoctor.report/1") != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _("%s: not a vmdoctor JSON report"), name);
		return false;
	}
	host = json_read_object(root, "host");
	called = json_read_text(host, "name") ? json_read_text(host, "name") : name;
	g_ptr_array_add(m->hosts, g_strdup(called));
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		g_ptr_array_add(m->values->pdata[i], g_strdup(json_read_text(host, attributes[i])));
	look = add_look(m, m->hosts->pdata[m->hosts->len - 1], root);
	m->domains += look->domains;
	add_findings(m, look, json_read_array(root, "findings"));
	return true;
}

static int by_hurt(gconstpointer a, gconstpointer b)
{
	const struct merge_kind *x = *(const struct merge_kind *const *)a;
	const struct merge_kind *y = *(const struct merge_kind *const *)b;
	guint hosts_x = g_hash_table_size(x->hosts), hosts_y = g_hash_table_size(y->hosts);

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (hosts_x != hosts_y)
		return hosts_x > hosts_y ? -1 : 1;
	return strcmp(x->rule, y->rule);
}

GPtrArray *merge_kinds(const struct merge *m)
{
	GPtrArray *all = g_ptr_array_new();
	GHashTableIter it;
	gpointer kind;

	g_hash_table_iter_init(&it, m->kinds);
	while (g_hash_table_iter_next(&it, NULL, &kind))
		g_ptr_array_add(all, kind);
	g_ptr_array_sort(all, by_hurt);
	return all;
}

static void outlier_free(gpointer data)
{
	struct merge_outlier *o = data;

	g_free(o->usual);
	g_free(o->value);
	g_ptr_array_unref(o->hosts);
	g_free(o);
}

/* How many hosts have each value of an attribute; "" is not known, and no value. */
static GHashTable *tally(const GPtrArray *values)
{
	GHashTable *counts = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < values->len; i++)
		if (values->pdata[i])
			g_hash_table_insert(counts, values->pdata[i],
					    GUINT_TO_POINTER(1 + GPOINTER_TO_UINT(g_hash_table_lookup(
									 counts, values->pdata[i]))));
	return counts;
}

static const char *most_common(GHashTable *counts, unsigned int *ret_count)
{
	const char *best = NULL;
	GHashTableIter it;
	gpointer key, count;

	*ret_count = 0;
	g_hash_table_iter_init(&it, counts);
	while (g_hash_table_iter_next(&it, &key, &count))
		if (GPOINTER_TO_UINT(count) > *ret_count) {
			best = key;
			*ret_count = GPOINTER_TO_UINT(count);
		}
	return best;
}

static struct merge_outlier *outlier_of(GPtrArray *all, const char *what, const char *usual,
					unsigned int usual_hosts, const char *value)
{
	struct merge_outlier *o;

	for (guint i = 0; i < all->len; i++) {
		o = all->pdata[i];
		if (o->what == what && strcmp(o->value, value) == 0)
			return o;
	}
	o = g_new0(struct merge_outlier, 1);
	*o = (struct merge_outlier){ what, g_strdup(usual), usual_hosts, g_strdup(value),
				     g_ptr_array_new_with_free_func(g_free) };
	g_ptr_array_add(all, o);
	return o;
}

GPtrArray *merge_outliers(const struct merge *m)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(outlier_free);

	for (size_t a = 0; a < G_N_ELEMENTS(attributes); a++) {
		const GPtrArray *values = m->values->pdata[a];
		g_autoptr(GHashTable) counts = tally(values);
		unsigned int count;
		const char *usual = most_common(counts, &count);

		/* Without a majority nobody stands out. */
		for (guint i = 0; count * 2 > values->len && i < values->len; i++)
			if (values->pdata[i] && strcmp(values->pdata[i], usual) != 0)
				g_ptr_array_add(outlier_of(all, attributes[a], usual, count, values->pdata[i])->hosts,
						g_strdup(m->hosts->pdata[i]));
	}
	return all;
}
