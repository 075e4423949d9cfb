// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complaint - texts of -e, --error-file and --from as answers of the source.
 */
#include "diagnose/complaint.h"

#include <errno.h>
#include <string.h>

#include "archives/paste/paste.h"
#include "base/i18n.h"
#include "clean/clean.h"
#include "diagnose/request.h"
#include "source/source.h"

/* Of a thousand bytes, so many may be none of a text: a mail in another charset, a terminal's colours. */
#define CONTROL_PER_MILLE 30

/* Each answer once more, as a cleaner lets it through. */
struct copy {
	struct source *from, *to;
};

static void copy_one(void *data, const struct query *q, const struct answer *a G_GNUC_UNUSED)
{
	struct copy *c = data;
	struct answer clean;

	source_ask(c->from, q, &clean);
	record_put(c->to, q, &clean);
}

/* XML hides its secrets otherwise than prose does: each part is cleaned as what it is. */
static void put_parts(struct source *record, GHashTable *hidden, const char *text, size_t size)
{
	struct source *scratch = record_new(source_borrow(record));
	struct copy c = { source_clean_new(source_borrow(scratch), hidden), record };

	paste_file(scratch, text, MIN(size, source_cap_bytes(COMPLAINT_TEXT)));
	record_each(scratch, copy_one, &c);
	source_free(c.from);
	source_free(scratch);
}

static void put_text(struct source *record, GHashTable *hidden, const char *text, size_t size)
{
	const struct query q = { .verb = SOURCE_READ, .path = COMPLAINT_TEXT };
	g_autoptr(GBytes) clean = clean_text(text, size, hidden);
	struct answer a = { .data = g_bytes_new(text, size) };

	put_parts(record, hidden, text, size);
	if (clean) {
		g_bytes_unref(a.data);
		a.data = g_steal_pointer(&clean);
	}
	record_put(record, &q, &a);
}

/* A terminal's NULs are nobody's words. */
static bool add_file(GString *all, const char *file, GError **error)
{
	g_autofree char *text = NULL;
	gsize size = 0;

	if (!g_file_get_contents(strcmp(file, "-") != 0 ? file : "/dev/stdin", &text, &size, error))
		return false;
	for (gsize i = 0; i < size; i++)
		text[i] = text[i] ? text[i] : ' ';
	if (all->len > 0 && all->str[all->len - 1] != '\n')
		g_string_append_c(all, '\n');
	g_string_append_len(all, text, (gssize)size);
	return true;
}

/* What a recording's text says, and what is said now. */
static bool gather_text(struct source *record, const struct request *rq, GString *all, GError **error)
{
	g_autofree char *there = NULL;

	if (source_read(record, COMPLAINT_TEXT, &there, NULL) >= 0)
		g_string_append(all, there);
	for (size_t i = 0; rq->error_texts && rq->error_texts[i]; i++) {
		if (all->len > 0 && all->str[all->len - 1] != '\n')
			g_string_append_c(all, '\n');
		g_string_append(all, rq->error_texts[i]);
	}
	for (size_t i = 0; rq->error_files && rq->error_files[i]; i++)
		if (!add_file(all, rq->error_files[i], error))
			return false;
	return true;
}

bool complaint_put(struct source *record, const struct request *rq, GHashTable *hidden, GError **error)
{
	g_autoptr(GString) all = g_string_new(NULL);

	if ((rq->error_texts || rq->error_files)) {
		if (!gather_text(record, rq, all, error))
			return false;
		put_text(record, hidden, all->str, all->len);
	}
	if (rq->symptom) {
		g_autofree char *line = g_strconcat(rq->symptom, "\n", NULL);

		record_put_text(record, "/vmdoctor/symptom", line);
	}
	return true;
}

static bool is_text(const char *text, size_t size)
{
	size_t controls = 0, invalid = 0;
	const char *end = text + size;

	for (const char *p = text; p < end; p++)
		controls += (unsigned char)*p < ' ' && !strchr("\t\r\n\f\033\b", *p);
	for (const char *p = text; p < end && !g_utf8_validate(p, end - p, &p); p++)
		invalid++;
	return controls <= size * CONTROL_PER_MILLE / 1000 && invalid <= size * 100 / 1000 + 16;
}

struct source *complaint_open(const char *path, const char *text, size_t size, GError **error)
{
	struct source *record;

	if (strspn(text, " \t\r\n\f") == size) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s: there is nothing in it"), path);
		return NULL;
	}
	if (!is_text(text, size)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s: no text, no XML, and no archive that is known"), path);
		return NULL;
	}
	record = record_new(NULL);
	record_put_text(record, COMPLAINT_TEXT, text);
	paste_file(record, text, size);
	return record;
}

bool complaint_is_recognised(struct source *record)
{
	g_autofree char *index = NULL;

	/* Its head is one line. */
	return source_read(record, PASTE_INDEX, &index, NULL) == 0 && strchr(index, '\n') && strchr(index, '\n')[1];
}

void complaint_map(struct source *tree)
{
	g_autofree char *text = NULL, *index = NULL;
	size_t size = 0;

	if (source_read(tree, COMPLAINT_TEXT, &text, &size) >= 0 && source_read(tree, PASTE_INDEX, &index, NULL) == -ENODATA)
		paste_file(tree, text, strlen(text));
}
