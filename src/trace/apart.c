// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * apart - see apart.h
 *
 * libtracecmd, libbabeltrace2 and perf see bytes that strangers chose, and vmdoctor often runs as root.
 * What the child sends is as little to be trusted as what it read.
 */
#include "trace/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"

enum { WAIT_MAX_S = 600, CPU_MAX_S = 600, FILES_MAX = 4096, BLOCK_BYTES = 256 << 10, MESSAGE_BYTES = 1024 };

#define MEMORY_MAX_BYTES ((uint64_t)4 << 30)
#define EVENT_BYTES offsetof(struct trace_event, s)

/** The last thing that the child sends, after an event of a kind that there is not. */
struct verdict {
	bool ok;
	guint64 skipped;
	char clock[32], message[MESSAGE_BYTES];
	bool is_cycles;
};

struct feed {
	int fd;
	gint64 until;
	char *block;
	size_t at, length;
};

/* The child's side. */

static void send_event(void *data, const struct trace_event *e)
{
	FILE *out = data;

	fwrite(e, EVENT_BYTES, 1, out);
	for (int i = 0; i < TRACE_STRINGS; i++) {
		guint8 length = (guint8)strnlen(e->s[i], TRACE_TEXT - 1);

		fwrite(&length, 1, 1, out);
		fwrite(e->s[i], length, 1, out);
	}
}

static void send_verdict(FILE *out, bool ok, const struct trace_info *info, const GError *error)
{
	static const struct trace_event end = { .kind = TRACE_KIND_MAX_ };
	struct verdict v = { .ok = ok, .skipped = info->skipped, .is_cycles = info->is_cycles };

	g_strlcpy(v.clock, info->clock, sizeof(v.clock));
	g_strlcpy(v.message, error ? error->message : "", sizeof(v.message));
	send_event(out, &end);
	fwrite(&v, sizeof(v), 1, out);
	fflush(out);
}

static void say_nothing(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
}

static void give_up(const char *path, bool is_file)
{
	const char *const of_file[] = { path, "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/proc", "/dev/null", NULL };
	const char *const of_net[] = { "/usr", "/lib", "/lib64", "/etc", "/dev/null", NULL };

	confine(&(struct confine){ .memory_bytes = MEMORY_MAX_BYTES, .cpu_s = CPU_MAX_S, .files = FILES_MAX,
				   .paths = is_file ? of_file : of_net, .any_owner = is_file });
}

static _Noreturn void serve(trace_reader *read, const char *path, bool is_file, struct trace_info *info, int fd)
{
	g_autoptr(GError) error = NULL;
	FILE *out;
	bool ok;

	say_nothing();
	confine_close_all_but(fd, fd);
	give_up(path, is_file);
	out = fdopen(fd, "w");
	if (!out)
		_exit(1);
	setvbuf(out, NULL, is_file ? _IOFBF : _IONBF, BLOCK_BYTES);
	ok = read(path, info, send_event, out, &error);
	send_verdict(out, ok, info, error);
	_exit(0);
}

/* The parent's side. */

/* Return: false: time is up, or it is gone. */
static bool fill(struct feed *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	gint64 left = (f->until - g_get_monotonic_time()) / 1000;
	ssize_t n;

	if (left <= 0 || poll(&p, 1, (int)left) <= 0)
		return false;
	n = read(f->fd, f->block, BLOCK_BYTES);
	f->at = 0;
	f->length = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static bool take(struct feed *f, void *to, size_t size)
{
	for (size_t done = 0, n; done < size; done += n) {
		if (f->at == f->length && !fill(f))
			return false;
		n = MIN(size - done, f->length - f->at);
		memcpy((char *)to + done, f->block + f->at, n);
		f->at += n;
	}
	return true;
}

static bool take_event(struct feed *f, struct trace_event *e)
{
	if (!take(f, e, EVENT_BYTES) || (unsigned int)e->kind > TRACE_KIND_MAX_)
		return false;
	e->comm[TRACE_COMM - 1] = 0;
	for (int i = 0; i < TRACE_STRINGS; i++) {
		guint8 length;

		if (!take(f, &length, 1) || length >= TRACE_TEXT || !take(f, e->s[i], length))
			return false;
		e->s[i][length] = 0;
	}
	return true;
}

static bool take_verdict(struct feed *f, const char *path, struct trace_info *info, GError **error)
{
	struct verdict v;

	if (!take(f, &v, sizeof(v)))
		return false;
	v.clock[sizeof(v.clock) - 1] = v.message[sizeof(v.message) - 1] = 0;
	g_strlcpy(info->clock, v.clock, sizeof(info->clock));
	info->is_cycles = v.is_cycles;
	info->skipped = v.skipped;
	if (v.ok)
		return true;
	for (char *c = v.message; *c; c++)
		*c = (guchar)*c < ' ' ? '?' : *c;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s", *v.message ? v.message : path);
	return false;
}

static bool take_all(struct feed *f, const char *path, bool is_file, struct trace_info *info, trace_sink *sink, void *data,
		     GError **error)
{
	struct trace_event e;

	while (take_event(f, &e)) {
		if (e.kind == TRACE_KIND_MAX_)
			return take_verdict(f, path, info, error);
		info->events += e.kind != TRACE_LOST;
		sink(data, &e);
	}
	return !is_file && info->events > 0 && g_get_monotonic_time() >= f->until;
}

static bool receive(int fd, const char *path, unsigned int follow_s, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK_BYTES);
	struct feed f = { .fd = fd, .block = block };
	g_autoptr(GError) why = NULL;

	f.until = g_get_monotonic_time() + (follow_s ? follow_s : WAIT_MAX_S) * (gint64)G_USEC_PER_SEC;
	if (take_all(&f, path, follow_s == 0, info, sink, data, &why))
		return true;
	if (why)
		g_propagate_error(error, g_steal_pointer(&why));
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    "%s: cannot be read: its reader crashed, or it takes too much memory or time", path);
	return false;
}

bool trace_apart(trace_reader *read, const char *path, unsigned int follow_s, struct trace_info *info, trace_sink *sink, void *data,
		 GError **error)
{
	int ends[2];
	pid_t child;
	bool ok;

	fflush(NULL);
	child = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
	if (child < 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
		return false;
	}
	if (child == 0) {
		close(ends[0]);
		serve(read, path, follow_s == 0, info, ends[1]);
	}
	close(ends[1]);
	ok = receive(ends[0], path, follow_s, info, sink, data, error);
	close(ends[0]);
	kill(child, SIGKILL); /* it has nothing left to say */
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return ok;
}
