// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_tree - a case tree: a directory that looks like a host's root
 *
 * Its manifest, if any, says what was looked for and not found. A path that neither the manifest
 * nor the tree has was never looked at (-ENODATA), which is not the same as not there.
 */
#include "source/source.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"

struct tree_source {
	struct source source;
	struct source *files;
};

static char *place_of(const struct query *q)
{
	if (q->tick > 0)
		return g_strdup_printf("/vmdoctor/tick/%u%s", q->tick, q->path);
	return g_strdup(q->path);
}

/* A recording keeps the header beside the place of the image; a made-up tree may hold an image. */
static void ask_head(struct source *files, const char *place, struct answer *ret)
{
	g_autofree char *head = g_strconcat(place, ".vmdoctor-head", NULL);

	source_ask(files, &(struct query){ .verb = SOURCE_READ, .path = head }, ret);
	if (ret->error == -ENOENT)
		source_ask(files, &(struct query){ .verb = SOURCE_HEAD, .path = place }, ret);
}

static void tree_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct tree_source *tree = (struct tree_source *)src;
	g_autofree char *place = place_of(q);
	const struct query below = { .verb = q->verb, .path = place };

	/* Owner, mode and file system of a copy are not those of the original. */
	if (q->verb == SOURCE_STAT || q->verb == SOURCE_FS || q->verb == SOURCE_DIRECT) {
		ret->error = -ENODATA;
		return;
	}
	if (q->verb == SOURCE_HEAD)
		ask_head(tree->files, place, ret);
	else
		source_ask(tree->files, &below, ret);
	if (ret->error == -ENOENT || ret->error == -ENOTDIR)
		ret->error = -ENODATA;
}

static void tree_free(struct source *src)
{
	struct tree_source *tree = (struct tree_source *)src;

	source_free(tree->files);
	g_free(tree);
}

static const struct source_ops tree_ops = { .ask = tree_ask, .free = tree_free };

struct source *source_tree_over(struct source *files, GError **error)
{
	struct tree_source *tree = g_new0(struct tree_source, 1);
	struct source *record;
	g_autofree char *manifest = NULL;

	tree->source.ops = &tree_ops;
	tree->files = files;
	record = record_new(&tree->source);
	if (source_read(record, SOURCE_MANIFEST, &manifest, NULL) >= 0 &&
	    record_load(record, manifest, error) < 0) {
		source_free(record);
		return NULL;
	}
	return record;
}

struct source *source_tree_new(const char *dir, GError **error)
{
	if (!g_file_test(dir, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR, _("%s: not a directory"), dir);
		return NULL;
	}
	return source_tree_over(source_fs_new(dir), error);
}
