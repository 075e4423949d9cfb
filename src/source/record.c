// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record - a read-through memo: the first question goes below, every later one gets its answer
 *
 * Because all checks hold the record and never what is below, a live run is a replay of itself:
 * two checks that read one file see one value, and what was recorded is all that was judged.
 *
 * On disk a record is a case tree: contents at their paths, and vmdoctor/manifest.tsv with a line
 * per question: tick, verb, path, result ("ok", "cut" or an errno name), detail. The answers of
 * stat and fs are the detail; fields are %-escaped. Later ticks lie below vmdoctor/tick/N.
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errname.h"

struct record {
	struct source source;
	struct source *below;
	GHashTable *answers; /* key -> struct answer */
	bool sealed, ticks_sealed;
	int64_t deadline_us;
};

static char *key_of(const struct query *q)
{
	return g_strdup_printf("%u\t%s\t%s", q->tick, source_verb_names[q->verb], q->path);
}

static void answer_free(void *p)
{
	answer_done(p);
	g_free(p);
}

static struct answer *remember(struct record *rec, char *key, const struct answer *a)
{
	struct answer *kept = g_memdup2(a, sizeof(*a));

	g_hash_table_replace(rec->answers, key, kept);
	return kept;
}

static struct answer ask_below(struct record *rec, const struct query *q)
{
	struct answer a = { .error = -ENODATA };

	if (!rec->below || rec->sealed || (rec->ticks_sealed && q->tick > 0))
		return a;
	if (rec->deadline_us && g_get_monotonic_time() > rec->deadline_us)
		return (struct answer){ .error = -ETIMEDOUT };
	source_ask(rec->below, q, &a);
	return a;
}

static void record_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct record *rec = (struct record *)src;
	g_autofree char *key = key_of(q);
	struct answer *known = g_hash_table_lookup(rec->answers, key);

	if (!known) {
		struct answer a = ask_below(rec, q);

		known = remember(rec, g_steal_pointer(&key), &a);
	}
	*ret = *known;
	if (ret->data)
		g_bytes_ref(ret->data);
}

static void record_free(struct source *src)
{
	struct record *rec = (struct record *)src;

	g_hash_table_unref(rec->answers);
	source_free(rec->below);
	g_free(rec);
}

static const struct source_ops record_ops = { .ask = record_ask, .free = record_free };

struct source *record_new(struct source *below)
{
	struct record *rec = g_new0(struct record, 1);

	rec->source.ops = &record_ops;
	rec->below = below;
	rec->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_free);
	return &rec->source;
}

void record_put(struct source *record, const struct query *q, struct answer *a)
{
	remember((struct record *)record, key_of(q), a);
	*a = (struct answer){ 0 };
}

void record_put_text(struct source *record, const char *path, const char *text)
{
	const struct query q = { .verb = SOURCE_READ, .path = path };
	struct answer a = { .data = g_bytes_new(text, strlen(text)) };

	record_put(record, &q, &a);
}

void record_seal(struct source *record)
{
	((struct record *)record)->sealed = true;
}

void record_seal_ticks(struct source *record)
{
	((struct record *)record)->ticks_sealed = true;
}

int64_t record_left_us(struct source *record)
{
	int64_t deadline_us = ((struct record *)record)->deadline_us;

	return deadline_us ? MAX(deadline_us - g_get_monotonic_time(), 0) : INT64_MAX;
}

void record_deadline(struct source *record, int64_t monotonic_us)
{
	((struct record *)record)->deadline_us = monotonic_us;
}

/* Saving */

static char *tree_path(const char *dir, const char *tick, const char *path)
{
	if (strcmp(tick, "0") == 0)
		return g_strconcat(dir, path, NULL);
	return g_strdup_printf("%s/vmdoctor/tick/%s%s", dir, tick, path);
}

static int write_new(const char *path, GBytes *data)
{
	g_autofree char *dir = g_path_get_dirname(path);
	gsize size = 0;
	const char *bytes = data ? g_bytes_get_data(data, &size) : NULL;
	int fd;

	if (g_mkdir_with_parents(dir, 0700) < 0)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0) {
			int error = -errno;

			close(fd);
			return error;
		}
		bytes += n;
		size -= (gsize)n;
	}
	return close(fd) < 0 ? -errno : 0;
}

static bool detail_is_answer(const char *verb)
{
	return strcmp(verb, "read") != 0 && strcmp(verb, "head") != 0;
}

static char *detail_of(const char *verb, const struct answer *a)
{
	gsize size = 0;
	const char *bytes = a->data ? g_bytes_get_data(a->data, &size) : "";

	if (!detail_is_answer(verb))
		return g_strdup_printf("size=%zu", size);
	if (strcmp(verb, "stat") == 0 || strcmp(verb, "fs") == 0)
		return g_strndup(bytes, size); /* escaped already */
	return g_uri_escape_bytes((const guint8 *)bytes, size, NULL);
}

/* The file's path in the tree, or NULL: the manifest says it all. */
static char *file_of(const char *tick, const char *verb, const char *path, const struct answer *a)
{
	g_autofree char *at = NULL;

	if (a->error || detail_is_answer(verb))
		return NULL;
	at = tree_path("", tick, path);
	/* A head is not the file: it gets its own name. */
	return strcmp(verb, "head") == 0 ? g_strconcat(at, ".vmdoctor-head", NULL) : g_steal_pointer(&at);
}

static void add_line(GString *manifest, const GStrv f, const struct answer *a)
{
	g_autofree char *path = g_uri_escape_string(f[2], "/", FALSE);
	g_autofree char *detail = detail_of(f[1], a);
	const char *result = a->error ? errname(a->error) : a->truncated ? "cut" : "ok";

	g_string_append_printf(manifest, "%s\t%s\t%s\t%s\t%s\n", f[0], f[1], path, result, detail);
}

static bool is_saved(const char *key, const struct answer *a)
{
	return a->error != -ENODATA && !g_str_has_suffix(key, SOURCE_MANIFEST);
}

static int put_manifest(struct record *rec, GList *keys, record_put_file put, void *data)
{
	GString *manifest = g_string_new("# tick\tverb\tpath\tresult\tdetail\n");
	g_autoptr(GBytes) text = NULL;

	for (GList *k = keys; k; k = k->next) {
		g_auto(GStrv) f = g_strsplit(k->data, "\t", 3);
		const struct answer *a = g_hash_table_lookup(rec->answers, k->data);

		if (is_saved(k->data, a))
			add_line(manifest, f, a);
	}
	text = g_string_free_to_bytes(manifest);
	return put(data, SOURCE_MANIFEST, text);
}

static int put_one(const char *key, const struct answer *a, record_put_file put, void *data)
{
	g_auto(GStrv) f = g_strsplit(key, "\t", 3);
	g_autofree char *file = file_of(f[0], f[1], f[2], a);

	if (!file)
		return 0;
	/* What a path names may not leave the tree. */
	if (strstr(f[2], "/../") || f[2][0] != '/')
		return -EINVAL;
	return put(data, file, a->data);
}

int record_export(struct source *record, record_put_file put, void *data)
{
	struct record *rec = (struct record *)record;
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(rec->answers),
					    (GCompareFunc)strcmp);
	int r = put_manifest(rec, keys, put, data);

	for (GList *k = keys; k && r == 0; k = k->next) {
		const struct answer *a = g_hash_table_lookup(rec->answers, k->data);

		if (is_saved(k->data, a))
			r = put_one(k->data, a, put, data);
	}
	return r;
}

static int put_in_directory(void *data, const char *path, GBytes *content)
{
	g_autofree char *file = g_strconcat(data, path, NULL);

	return write_new(file, content);
}

static int remove_one(const char *path, const struct stat *st G_GNUC_UNUSED, int type G_GNUC_UNUSED, struct FTW *at G_GNUC_UNUSED)
{
	return remove(path);
}

/* Of one directory nobody else knows the name of. */
static int save_new(struct source *record, char *made, const char *dir)
{
	int r;

	if (!mkdtemp(made))
		return -errno;
	r = record_export(record, put_in_directory, made);
	if (r == 0 && renameat2(AT_FDCWD, made, AT_FDCWD, dir, RENAME_NOREPLACE) < 0)
		r = errno == EINVAL && access(dir, F_OK) < 0 && rename(made, dir) == 0 ? 0 : -errno; /* NFS knows no flags */
	if (r < 0)
		nftw(made, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r;
}

int record_save(struct source *record, const char *dir)
{
	g_autofree char *made = g_strconcat(dir, ".XXXXXX", NULL);
	sigset_t ends, before;
	int r;

	/* Whoever wants to end the program waits this long: half a recording is worse than none. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ends, &before);
	r = access(dir, F_OK) == 0 ? -EEXIST : save_new(record, made, dir);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* Loading: the manifest only; contents are asked for below when they are wanted. */

static int verb_parse(const char *name)
{
	for (int v = 0; v < SOURCE_VERB_MAX_; v++)
		if (strcmp(name, source_verb_names[v]) == 0)
			return v;
	return -1;
}

/* A line that says that content is there adds nothing: the tree below has it. */
static bool load_line(struct record *rec, const char *line)
{
	g_auto(GStrv) f = g_strsplit(line, "\t", 5);
	g_autofree char *path = NULL;
	struct answer a = { 0 };
	struct query q = { 0 };
	int verb;

	if (g_strv_length(f) < 4 || (verb = verb_parse(f[1])) < 0)
		return false;
	path = g_uri_unescape_string(f[2], NULL);
	if (!path || path[0] != '/')
		return false;
	q = (struct query){ .verb = (enum source_verb)verb, .tick = (unsigned int)atol(f[0]), .path = path };
	if (strcmp(f[3], "ok") != 0 && strcmp(f[3], "cut") != 0)
		a.error = -errname_parse(f[3]);
	else if (!detail_is_answer(f[1]))
		return true;
	else if (verb == SOURCE_STAT || verb == SOURCE_FS)
		a.data = g_bytes_new(f[4] ? f[4] : "", f[4] ? strlen(f[4]) : 0);
	else
		a.data = g_uri_unescape_bytes(f[4] ? f[4] : "", -1, NULL, NULL);
	if (a.error == 0 && !a.data)
		return false;
	record_put(&rec->source, &q, &a);
	return true;
}

int record_load(struct source *record, const char *manifest, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(manifest, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		if (lines[i][0] == '\0' || lines[i][0] == '#')
			continue;
		if (!load_line((struct record *)record, lines[i])) {
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
				    "%s:%zu: not 'tick verb path result detail'",
				    SOURCE_MANIFEST, i + 1);
			return -EBADMSG;
		}
	}
	return 0;
}

/* Showing */

void record_each(struct source *record,
		 void (*each)(void *data, const struct query *q, const struct answer *a), void *data)
{
	struct record *rec = (struct record *)record;
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(rec->answers), (GCompareFunc)strcmp);

	for (GList *k = keys; k; k = k->next) {
		g_auto(GStrv) f = g_strsplit(k->data, "\t", 3);
		const struct answer *a = g_hash_table_lookup(rec->answers, k->data);
		const struct query q = { (enum source_verb)verb_parse(f[1]), (unsigned int)atol(f[0]), f[2] };

		if (is_saved(k->data, a))
			each(data, &q, a);
	}
}
