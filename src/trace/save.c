// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * save - see save.h.
 *
 * The pages of the kernel's buffers go into the file as they are; before them stands how their events look.
 * Source: trace-cmd.dat.v6(5); the numbers of options: trace-cmd, lib/trace-cmd/include/private/trace-cmd-private.h
 */
#ifdef HAVE_TRACEFS
#include "trace/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tracefs.h>
#include <unistd.h>

enum { OPTION_END = 0, OPTION_CPUSTAT = 2, OPTION_CLOCK = 5, CPUS_MOST = 4096 };

#define SAVE_MAX_BYTES (G_GUINT64_CONSTANT(1) << 30)

struct saved_cpu {
	struct tracefs_cpu *cpu;
	int fd;
	guint64 bytes;
};

struct saving {
	struct tracefs_instance *instance;
	char *path;
	GArray *cpus; /* of struct saved_cpu */
	GHashTable *systems; /* name -> GPtrArray of GBytes */
	char *page;
	int page_bytes;
	guint64 bytes;
	int error; /* of writing; 0: none */
};

static bool write_bytes(int fd, const void *data, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, (const char *)data + done, size - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Without a name, so that nothing is left however this ends. */
static int unnamed_file(const char *path)
{
	g_autofree char *dir = g_path_get_dirname(path), *name = g_build_filename(dir, ".vmdoctor-XXXXXX", NULL);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(name);
	return fd;
}

static bool add_cpu(struct saving *s, int number)
{
	struct saved_cpu c = { .cpu = tracefs_cpu_open(s->instance, number, true), .fd = -1 };

	if (!c.cpu)
		return false;
	c.fd = unnamed_file(s->path);
	s->page_bytes = MAX(s->page_bytes, tracefs_cpu_read_size(c.cpu));
	g_array_append_val(s->cpus, c);
	return c.fd >= 0;
}

static gpointer fail(struct saving *s, const char *why, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "--save %s: %s", s->path, why);
	save_free(s);
	return NULL;
}

struct saving *save_begin(struct tracefs_instance *instance, const char *path, GError **error)
{
	struct saving *s = g_new0(struct saving, 1);
	long n = sysconf(_SC_NPROCESSORS_CONF);

	s->instance = instance;
	s->path = g_strdup(path);
	s->cpus = g_array_new(FALSE, FALSE, sizeof(struct saved_cpu));
	s->systems = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
	for (long i = 0; i < MIN(n, CPUS_MOST); i++)
		if (!add_cpu(s, (int)i))
			return fail(s, g_strerror(errno), error);
	if (s->page_bytes != sysconf(_SC_PAGESIZE))
		return fail(s, "this kernel's buffers have pages of an unusual size", error);
	s->page = g_malloc((gsize)s->page_bytes);
	return s;
}

void save_free(struct saving *s)
{
	if (!s)
		return;
	for (guint i = 0; i < s->cpus->len; i++) {
		struct saved_cpu *c = &g_array_index(s->cpus, struct saved_cpu, i);

		tracefs_cpu_close(c->cpu);
		if (c->fd >= 0)
			close(c->fd);
	}
	g_array_unref(s->cpus);
	g_hash_table_unref(s->systems);
	g_free(s->page);
	g_free(s->path);
	g_free(s);
}

void save_format(struct saving *s, const char *system, const char *text, int size)
{
	GPtrArray *formats = g_hash_table_lookup(s->systems, system);

	if (!formats) {
		formats = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
		g_hash_table_insert(s->systems, g_strdup(system), formats);
	}
	g_ptr_array_add(formats, g_bytes_new(text, (gsize)size));
}

static void drain_cpu(struct saving *s, struct saved_cpu *c)
{
	int n;

	while (s->bytes < SAVE_MAX_BYTES && !s->error && (n = tracefs_cpu_read(c->cpu, s->page, true)) > 0) {
		/* A page that is read in part is whole in the file. */
		memset(s->page + n, 0, (size_t)(s->page_bytes - n));
		if (!write_bytes(c->fd, s->page, (size_t)s->page_bytes))
			s->error = errno;
		c->bytes += (guint64)s->page_bytes;
		s->bytes += (guint64)s->page_bytes;
	}
}

bool save_drain(struct saving *s)
{
	for (guint i = 0; i < s->cpus->len; i++)
		drain_cpu(s, &g_array_index(s->cpus, struct saved_cpu, i));
	return s->bytes < SAVE_MAX_BYTES && !s->error;
}

guint64 save_bytes(const struct saving *s)
{
	return s->bytes;
}

static void add_u64(GByteArray *out, guint64 n)
{
	g_byte_array_append(out, (const guint8 *)&n, sizeof(n));
}

static void add_u32(GByteArray *out, guint32 n)
{
	g_byte_array_append(out, (const guint8 *)&n, sizeof(n));
}

static void add_text(GByteArray *out, const char *text)
{
	g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text) + 1);
}

/* A file of tracefs after its size of @width bytes; one that is not there is empty. */
static void add_file(GByteArray *out, const char *name, size_t width)
{
	int size = 0;
	char *text = tracefs_instance_file_read(NULL, name, &size);
	guint64 length = text ? (guint64)size : 0;

	g_byte_array_append(out, (const guint8 *)&length, (guint)width);
	if (text)
		g_byte_array_append(out, (const guint8 *)text, (guint)size);
	free(text);
}

static void add_formats(GByteArray *out, const GPtrArray *formats)
{
	add_u32(out, formats ? formats->len : 0);
	for (guint i = 0; formats && i < formats->len; i++) {
		gsize size;
		gconstpointer text = g_bytes_get_data(formats->pdata[i], &size);

		add_u64(out, size);
		g_byte_array_append(out, text, (guint)size);
	}
}

static void add_systems(const struct saving *s, GByteArray *out)
{
	GHashTableIter iter;
	gpointer name, formats;

	add_formats(out, g_hash_table_lookup(s->systems, "ftrace"));
	add_u32(out, g_hash_table_size(s->systems) - g_hash_table_contains(s->systems, "ftrace"));
	g_hash_table_iter_init(&iter, s->systems);
	while (g_hash_table_iter_next(&iter, &name, &formats)) {
		if (strcmp(name, "ftrace") == 0)
			continue;
		add_text(out, name);
		add_formats(out, formats);
	}
}

static void add_option(GByteArray *out, guint16 number, const char *text)
{
	g_byte_array_append(out, (const guint8 *)&number, sizeof(number));
	add_u32(out, (guint32)strlen(text) + 1);
	add_text(out, text);
}

static void add_options(const struct saving *s, GByteArray *out)
{
	static const guint16 end = OPTION_END;
	char *clock = tracefs_instance_file_read(s->instance, "trace_clock", NULL);

	add_text(out, "options  ");
	if (clock)
		add_option(out, OPTION_CLOCK, clock);
	free(clock);
	for (guint i = 0; i < s->cpus->len; i++) {
		g_autofree char *name = g_strdup_printf("per_cpu/cpu%u/stats", i), *text = NULL;
		char *stats = tracefs_instance_file_read(s->instance, name, NULL);

		text = g_strdup_printf("CPU: %u\n%s", i, stats ? stats : "");
		add_option(out, OPTION_CPUSTAT, text);
		free(stats);
	}
	g_byte_array_append(out, (const guint8 *)&end, sizeof(end));
}

static guint64 round_up(const struct saving *s, guint64 n)
{
	guint64 page = (guint64)s->page_bytes;

	return (n + page - 1) / page * page;
}

static void add_cpus(const struct saving *s, GByteArray *out)
{
	guint pad;
	guint64 at = round_up(s, out->len + strlen("flyrecord") + 1 + s->cpus->len * 2 * sizeof(guint64));

	add_text(out, "flyrecord");
	for (guint i = 0; i < s->cpus->len; i++) {
		const struct saved_cpu *c = &g_array_index(s->cpus, struct saved_cpu, i);

		add_u64(out, at);
		add_u64(out, c->bytes);
		at += c->bytes;
	}
	pad = (guint)(round_up(s, out->len) - out->len);
	g_byte_array_set_size(out, out->len + pad);
	memset(out->data + out->len - pad, 0, pad);
}

static GByteArray *make_head(const struct saving *s)
{
	GByteArray *out = g_byte_array_new();
	const guint8 order[] = { G_BYTE_ORDER == G_BIG_ENDIAN, sizeof(long) };

	g_byte_array_append(out, (const guint8 *)"\027\010D" "tracing", 10);
	add_text(out, "6");
	g_byte_array_append(out, order, sizeof(order));
	add_u32(out, (guint32)s->page_bytes);
	add_text(out, "header_page");
	add_file(out, "events/header_page", sizeof(guint64));
	add_text(out, "header_event");
	add_file(out, "events/header_event", sizeof(guint64));
	add_systems(s, out);
	add_u32(out, 0); /* of kallsyms: addresses of the kernel are nobody's business */
	add_u32(out, 0); /* of printk formats */
	add_file(out, "saved_cmdlines", sizeof(guint64));
	add_u32(out, s->cpus->len);
	add_options(s, out);
	add_cpus(s, out);
	return out;
}

static bool copy_pages(struct saving *s, int from, int to)
{
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) < 0)
		return false;
	while ((n = read(from, s->page, (size_t)s->page_bytes)) > 0)
		if (!write_bytes(to, s->page, (size_t)n))
			return false;
	return n == 0;
}

static bool write_file(struct saving *s, int fd)
{
	g_autoptr(GByteArray) head = make_head(s);
	bool ok = write_bytes(fd, head->data, head->len);

	for (guint i = 0; ok && i < s->cpus->len; i++)
		ok = copy_pages(s, g_array_index(s->cpus, struct saved_cpu, i).fd, fd);
	return ok && fsync(fd) == 0;
}

bool save_end(struct saving *s, GError **error)
{
	g_autofree char *part = g_strconcat(s->path, ".XXXXXX", NULL);
	int fd = s->error ? -1 : g_mkstemp_full(part, O_RDWR | O_CLOEXEC, 0600);
	bool ok;

	errno = s->error ? s->error : errno;
	ok = fd >= 0 && write_file(s, fd) && rename(part, s->path) == 0;
	if (!ok)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "--save %s: %s", s->path, g_strerror(errno));
	if (!ok && fd >= 0)
		unlink(part);
	if (fd >= 0)
		close(fd);
	return ok;
}
#endif
