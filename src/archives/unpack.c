// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unpack - what is compressed in a file, unpacked by a thread while another one parses it
 *
 * Blocks go round between the two: the thread waits for an empty one, the reader for a full one.
 * Source: archive_read(3), archive_read_open(3), archive_read_format(3) on "raw"
 */
#include "archives/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/i18n.h"

#define READ_BYTES ((size_t)256 << 10)
#define BLOCK_BYTES ((size_t)256 << 10)
#define BLOCKS 16
#define RATIO_MAX 500 /* reports reach 40, a journal that repeats itself 200; bombs 1000 and more */
#define RATIO_FROM_BYTES ((int64_t)256 << 20)

struct block {
	size_t size; /* 0: the last one */
	char bytes[BLOCK_BYTES];
};

struct unpack {
	int fd;
	GAsyncQueue *empty, *full; /* of struct block */
	struct block *filling; /* the thread's; NULL: none */
	struct block *reading; /* the reader's; NULL: none */
	char *why; /* the thread's until the last block */
	bool is_refused;
};

static void hand_over(struct unpack *u)
{
	g_async_queue_push(u->full, g_steal_pointer(&u->filling));
}

static void take_empty(struct unpack *u)
{
	u->filling = g_async_queue_pop(u->empty);
	u->filling->size = 0;
}

static void put(struct unpack *u, const char *bytes, size_t size)
{
	while (size > 0) {
		size_t n;

		if (!u->filling)
			take_empty(u);
		n = MIN(size, BLOCK_BYTES - u->filling->size);
		memcpy(u->filling->bytes + u->filling->size, bytes, n);
		u->filling->size += n;
		bytes += n;
		size -= n;
		if (u->filling->size == BLOCK_BYTES)
			hand_over(u);
	}
}

static bool is_bomb(struct unpack *u, struct archive *raw)
{
	int64_t out = archive_filter_bytes(raw, 0), in = archive_filter_bytes(raw, -1);

	u->is_refused = out > RATIO_FROM_BYTES && out / RATIO_MAX > in;
	if (u->is_refused)
		u->why = g_strdup_printf(_("refused: it unpacks to more than %d times its size"), RATIO_MAX);
	return u->is_refused;
}

static int unpack_all(struct unpack *u, struct archive *raw)
{
	struct archive_entry *e;
	const void *bytes;
	size_t size;
	la_int64_t offset;
	int r;

	archive_read_support_filter_gzip(raw);
	archive_read_support_filter_bzip2(raw);
	archive_read_support_filter_xz(raw);
	archive_read_support_filter_zstd(raw);
	archive_read_support_format_raw(raw);
	r = archive_read_open_fd(raw, u->fd, READ_BYTES);
	if (r == ARCHIVE_OK)
		r = archive_read_next_header(raw, &e);
	while (r == ARCHIVE_OK) {
		r = archive_read_data_block(raw, &bytes, &size, &offset);
		if (r == ARCHIVE_OK && is_bomb(u, raw))
			return ARCHIVE_EOF;
		if (r == ARCHIVE_OK)
			put(u, bytes, size);
	}
	return r;
}

static gpointer run(gpointer data)
{
	struct unpack *u = data;
	struct archive *raw = archive_read_new();

	take_empty(u); /* waits for unpack_open() */
	if (unpack_all(u, raw) != ARCHIVE_EOF)
		u->why = g_strdup(archive_error_string(raw) ? archive_error_string(raw) : _("it ends early"));
	if (u->filling && u->filling->size > 0)
		hand_over(u);
	if (!u->filling)
		take_empty(u);
	hand_over(u);
	archive_read_free(raw);
	return NULL;
}

struct unpack *unpack_start(int fd)
{
	struct unpack *u = g_new0(struct unpack, 1);
	GThread *thread;

	u->fd = fd;
	u->empty = g_async_queue_new();
	u->full = g_async_queue_new();
	thread = g_thread_try_new("unpack", run, u, NULL);
	if (!thread)
		return NULL;
	g_thread_unref(thread);
	return u;
}

static la_ssize_t read_block(struct archive *a, void *data, const void **ret_bytes)
{
	struct unpack *u = data;

	if (u->reading && u->reading->size == 0)
		return u->why ? -1 : 0;
	if (u->reading)
		g_async_queue_push(u->empty, u->reading);
	u->reading = g_async_queue_pop(u->full);
	if (u->reading->size == 0 && u->why) {
		archive_set_error(a, EIO, "%s", u->why);
		return -1;
	}
	*ret_bytes = u->reading->bytes;
	return (la_ssize_t)u->reading->size;
}

int unpack_open(struct unpack *u, struct archive *a)
{
	for (int i = 0; i < BLOCKS; i++)
		g_async_queue_push(u->empty, g_new(struct block, 1));
	return archive_read_open(a, u, NULL, read_block, NULL);
}

const char *unpack_refusal(const struct unpack *u)
{
	return u->reading && u->reading->size == 0 && u->is_refused ? u->why : NULL;
}
