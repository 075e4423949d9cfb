// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_guard - a source in a child, with a deadline for each answer
 *
 * stat() on a dead NFS server and a libvirt call on a stuck monitor block in places that no
 * signal handler can leave. So they block in a child: the parent waits until the deadline, says
 * -ETIMEDOUT, abandons the child (SIGKILL; in D state it stays until the kernel lets go) and
 * forks a new one for the next question. The program therefore has no threads.
 */
#include "source/source.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/i18n.h"

#define PATH_CAP_BYTES 8192
#define ANSWER_CAP_BYTES ((uint64_t)80 << 20) /* above every cap of source_cap_bytes() */

#define JOINED_MAX ((size_t)64 << 10)

struct guard {
	struct source source;
	struct source *(*make)(const void *arg);
	const void *arg;
	unsigned int deadline_ms;
	pid_t child; /* 0: none */
	int fd;
};

struct request {
	uint32_t verb, tick, length;
};

struct reply {
	int32_t error;
	uint32_t truncated;
	uint64_t length;
};

/* Return: 0, -ETIMEDOUT, -EPIPE. */
static int wait_for(int fd, short events, int64_t until_us)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int64_t left_ms = until_us ? (until_us - g_get_monotonic_time()) / 1000 : -1;

	if (until_us && left_ms <= 0)
		return -ETIMEDOUT;
	return poll(&pfd, 1, (int)left_ms) < 0 && errno != EINTR ? -EPIPE : 0;
}

/* Reads or writes it all. @until_us 0: wait for ever. Return: 0, -ETIMEDOUT, -EPIPE. */
static int transfer(int fd, void *bytes, size_t size, bool out, int64_t until_us)
{
	char *p = bytes;

	while (size > 0) {
		ssize_t n = out ? send(fd, p, size, MSG_NOSIGNAL | MSG_DONTWAIT)
				: recv(fd, p, size, MSG_DONTWAIT);
		int r = 0;

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return -EPIPE;
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		} else {
			r = wait_for(fd, out ? POLLOUT : POLLIN, until_us);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* Both in one message: two would wake the other side twice. */
static int send_both(int fd, const void *head, size_t head_size, const void *rest, size_t rest_size,
		     int64_t until_us)
{
	g_autofree char *joined = NULL;
	int r;

	if (rest_size > JOINED_MAX) {
		r = transfer(fd, (void *)(uintptr_t)head, head_size, true, until_us);
		return r < 0 ? r : transfer(fd, (void *)(uintptr_t)rest, rest_size, true, until_us);
	}
	joined = g_malloc(head_size + rest_size);
	memcpy(joined, head, head_size);
	if (rest_size > 0)
		memcpy(joined + head_size, rest, rest_size);
	return transfer(fd, joined, head_size + rest_size, true, until_us);
}

static int serve_one(struct source *src, int fd)
{
	char path[PATH_CAP_BYTES + 1];
	struct request rq;
	struct answer a;
	struct reply reply = { 0 };
	gsize size = 0;
	const void *bytes = NULL;
	int r;

	if (transfer(fd, &rq, sizeof(rq), false, 0) < 0 || rq.length > PATH_CAP_BYTES ||
	    rq.verb >= SOURCE_VERB_MAX_ || transfer(fd, path, rq.length, false, 0) < 0)
		return -EPIPE;
	path[rq.length] = '\0';
	source_ask(src, &(struct query){ .verb = rq.verb, .tick = rq.tick, .path = path }, &a);
	if (a.data)
		bytes = g_bytes_get_data(a.data, &size);
	reply = (struct reply){ a.error, a.truncated, size };
	r = send_both(fd, &reply, sizeof(reply), bytes, size, 0);
	answer_done(&a);
	return r;
}

static _Noreturn void serve(const struct guard *g, int fd)
{
	struct source *src;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN); /* the parent decides when it is over */
	i18n_english();
	src = g->make(g->arg);
	while (serve_one(src, fd) == 0)
		;
	_exit(0);
}

static int start(struct guard *g)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	g->child = fork();
	if (g->child == 0) {
		close(pair[0]);
		serve(g, pair[1]);
	}
	close(pair[1]);
	if (g->child < 0) {
		g->child = 0;
		close(pair[0]);
		return -errno;
	}
	g->fd = pair[0];
	return 0;
}

static void abandon(struct guard *g)
{
	if (g->child == 0)
		return;
	close(g->fd);
	kill(g->child, SIGKILL);
	/* Not waited for when it is in D state: that could take for ever. */
	for (int i = 0; i < 20 && waitpid(g->child, NULL, WNOHANG) == 0; i++)
		g_usleep(500);
	g->child = 0;
}

static int exchange(struct guard *g, const struct query *q, struct answer *ret)
{
	struct request rq = { q->verb, q->tick, (uint32_t)strlen(q->path) };
	int64_t until = MIN(g_get_monotonic_time() + (int64_t)g->deadline_ms * 1000, deadline_us());
	g_autofree char *bytes = NULL;
	struct reply reply;
	int r = send_both(g->fd, &rq, sizeof(rq), q->path, rq.length, until);

	if (r == 0)
		r = transfer(g->fd, &reply, sizeof(reply), false, until);
	if (r < 0 || reply.length > ANSWER_CAP_BYTES)
		return r < 0 ? r : -EPIPE;
	bytes = g_malloc(reply.length + 1);
	r = transfer(g->fd, bytes, reply.length, false, until);
	if (r < 0)
		return r;
	*ret = (struct answer){ .error = reply.error, .truncated = reply.truncated };
	if (reply.error == 0)
		ret->data = g_bytes_new_take(g_steal_pointer(&bytes), reply.length);
	return 0;
}

static void guard_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct guard *g = (struct guard *)src;
	int r = strlen(q->path) > PATH_CAP_BYTES ? -ENAMETOOLONG : 0;

	if (r == 0 && g->child == 0)
		r = start(g);
	if (r == 0)
		r = exchange(g, q, ret);
	if (r == 0)
		return;
	/* A child that died of the question (EPIPE) is a failed look, not an answer. */
	abandon(g);
	ret->error = r;
}

static void guard_free(struct source *src)
{
	abandon((struct guard *)src);
	g_free(src);
}

static const struct source_ops guard_ops = { .ask = guard_ask, .free = guard_free };

struct source *source_guard_new(struct source *(*make)(const void *arg), const void *arg,
				unsigned int deadline_ms)
{
	struct guard *g = g_new0(struct guard, 1);

	*g = (struct guard){ .source.ops = &guard_ops, .make = make, .arg = arg,
			     .deadline_ms = deadline_ms };
	return &g->source;
}

void source_guard_start(struct source *guard)
{
	(void)start((struct guard *)guard); /* if not now, then at the first question */
}

void source_guard_rest(struct source *guard)
{
	abandon((struct guard *)guard);
}

void source_guard_deadline(struct source *guard, unsigned int deadline_ms)
{
	((struct guard *)guard)->deadline_ms = deadline_ms;
}
