// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * case_file - a rule's case: one text file with members, or a directory.
 */
#include "rules/case_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rules/case_head.h"
#include "base/data_dir.h"
#include "source/source.h"
#include "source/txtar.h"

#define SUFFIX ".case"
#define EXPECT "EXPECT" /* the head of a directory */

bool case_is_file(const char *path)
{
	return g_str_has_suffix(path, SUFFIX) && !g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* Up to one byte more than it may have; '\0'-ended. */
static char *load(const char *path, gsize *ret_size, GError **error)
{
	FILE *f = fopen(path, "re");
	char *text;

	if (!f) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	text = g_malloc(TXTAR_BYTES_MAX + 2);
	*ret_size = fread(text, 1, TXTAR_BYTES_MAX + 1, f);
	fclose(f);
	text[*ret_size] = '\0';
	return g_realloc(text, *ret_size + 1);
}

struct source *case_open(const char *path, GError **error)
{
	gsize size;
	g_autofree char *text = load(path, &size, error);
	struct source *files = text ? txtar_files(text, size, path, error) : NULL;

	return files ? source_tree_over(files, error) : NULL;
}

/* Where the directory is that "base-WORD" means, or "base": with the rules in @dir, or with ours. */
static char *find_base(const char *dir, const char *name)
{
	g_autofree char *own = data_dir();
	g_autofree char *near = g_build_filename(dir, "cases", name, NULL);

	if (g_file_test(near, G_FILE_TEST_IS_DIR))
		return g_steal_pointer(&near);
	return g_build_filename(own, "cases", name, NULL);
}

struct source *case_base_open(const char *dir, const char *base, struct source *lower, GError **error)
{
	g_autofree char *names = g_strconcat("base", *base ? " " : "", base, NULL);
	g_auto(GStrv) words = g_strsplit(names, " ", 0);

	if (strcmp(base, "none") == 0)
		return lower;
	for (guint i = 0; words[i]; i++) {
		g_autofree char *name = i ? g_strconcat("base-", words[i], NULL) : g_strdup(words[i]);
		g_autofree char *path = find_base(dir, name);
		struct source *upper;

		/* The healthy host comes with our cases, which need not be installed. */
		if (i == 0 && !g_file_test(path, G_FILE_TEST_IS_DIR))
			continue;
		upper = source_tree_new(path, error);
		if (!upper) {
			source_free(lower);
			return NULL;
		}
		lower = source_overlay_new(upper, lower);
	}
	return lower;
}

/* Of DIR/cases/ID/NAME.case, DIR. */
static char *rules_of(const char *path)
{
	char *dir = g_canonicalize_filename(path, NULL);

	for (int up = 0; up < 3; up++) {
		char *above = g_path_get_dirname(dir);

		g_free(dir);
		dir = above;
	}
	return dir;
}

struct source *case_base_near(const char *path, struct source *lower, GError **error)
{
	g_autofree char *dir = rules_of(path);
	struct case_head *head = case_head_load(path, error);

	if (!head) {
		source_free(lower);
		return NULL;
	}
	lower = case_base_open(dir, head->base, lower, error);
	case_head_free(head);
	return lower;
}

struct case_head *case_head_load(const char *path, GError **error)
{
	g_autofree char *expect = g_build_filename(path, EXPECT, NULL);
	const char *file = case_is_file(path) ? path : expect;
	g_autofree char *text = NULL;
	gsize size = 0;

	if (file == expect && !g_file_test(expect, G_FILE_TEST_EXISTS))
		return case_head_parse("", 0, path, error);
	text = load(file, &size, error);
	return text ? case_head_parse(text, size, file, error) : NULL;
}

bool case_head_save(const char *path, const char *text, GError **error)
{
	g_autofree char *expect = g_build_filename(path, EXPECT, NULL);
	g_autoptr(GString) whole = g_string_new(text);
	g_autofree char *old = NULL;
	gsize size, comment;

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return g_file_set_contents(expect, text, -1, error);
	if (!case_is_file(path))
		return true;
	old = load(path, &size, error);
	if (!old)
		return false;
	comment = txtar_comment(old, size);
	if (comment < size && *text)
		g_string_append_c(whole, '\n');
	g_string_append_len(whole, old + comment, (gssize)(size - comment));
	return g_file_set_contents(path, whole->str, (gssize)whole->len, error);
}
