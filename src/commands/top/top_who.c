// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top_who - who had the CPU while a domain's vCPUs waited: a trace of the scheduler alone, while top samples
 *
 * A child traces and says what came of it; where tracing is not allowed there is no column, and nothing is said.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/top/top.h"
#include "trace/live.h"
#include "trace/vcpu.h"

enum { TEXT_MAX_BYTES = 1 << 20, LATE_MS = 2000 };

static const char *domain_of(const struct analysis *a, const struct owner *o)
{
	for (guint i = 0; o->is_vcpu && i < a->vcpus->len; i++)
		if (((const struct vcpu *)a->vcpus->pdata[i])->tid == o->tid)
			return ((const struct vcpu *)a->vcpus->pdata[i])->domain;
	return o->name;
}

/* All that its vCPUs waited, by domain or thread. */
static void add_up(const struct analysis *a, const struct vcpu *v, GHashTable *sums)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, v->owners);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct owner *o = value;
		guint64 *sum = g_hash_table_lookup(sums, domain_of(a, o));

		if (!sum)
			g_hash_table_insert(sums, g_strdup(domain_of(a, o)), sum = g_new0(guint64, 1));
		*sum += o->ns;
	}
}

/* "DOMAIN\0web 61 %\0" */
static void say(const char *domain, GHashTable *sums, FILE *out)
{
	guint64 most = 0, all = 0;
	const char *who = NULL;
	GHashTableIter iter;
	gpointer name, sum;

	g_hash_table_iter_init(&iter, sums);
	while (g_hash_table_iter_next(&iter, &name, &sum)) {
		guint64 ns = *(const guint64 *)sum;

		all += ns;
		if (ns > most || (ns == most && who && strcmp(name, who) < 0)) {
			most = ns;
			who = name;
		}
	}
	if (who && most > 0)
		fprintf(out, "%s%c%s %.0f %%%c", domain, 0, who, (double)most * 100 / (double)all, 0);
}

static _Noreturn void serve(int seconds, FILE *out)
{
	const struct live_request request = { .seconds = (unsigned int)seconds, .only_scheduler = true };
	struct analysis *a = analysis_new();
	struct trace_info info;
	g_autoptr(GHashTable) sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (trace_live(&request, a, &info, NULL) < 0)
		_exit(1);
	analysis_end(a);
	for (guint i = 0; i < a->vcpus->len; i++) {
		const struct vcpu *v = a->vcpus->pdata[i], *next = i + 1 < a->vcpus->len ? a->vcpus->pdata[i + 1] : NULL;

		add_up(a, v, sums);
		if (next && strcmp(next->domain, v->domain) == 0)
			continue;
		say(v->domain, sums, out);
		g_hash_table_remove_all(sums);
	}
	fflush(out);
	_exit(0);
}

void top_who_begin(struct top_who *w, int seconds)
{
	int ends[2];

	if (w->is_denied || geteuid() != 0 || pipe2(ends, O_CLOEXEC) < 0)
		return;
	fflush(NULL);
	w->child = fork();
	if (w->child == 0) {
		close(ends[0]);
		serve(seconds, fdopen(ends[1], "w"));
	}
	close(ends[1]);
	w->fd = ends[0];
	if (w->child < 0) {
		close(w->fd);
		w->child = 0;
	}
}

static GString *read_all(int fd)
{
	gint64 until = g_get_monotonic_time() + LATE_MS * 1000;
	GString *text = g_string_new(NULL);
	char block[4096];
	ssize_t n = 1;

	while (n > 0 && text->len < TEXT_MAX_BYTES) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		gint64 left = (until - g_get_monotonic_time()) / 1000;

		n = left > 0 && poll(&p, 1, (int)left) > 0 ? read(fd, block, sizeof(block)) : 0;
		g_string_append_len(text, block, MAX(n, 0));
	}
	return text;
}

GHashTable *top_who_end(struct top_who *w)
{
	GHashTable *names = NULL;
	g_autoptr(GString) text = NULL;
	int status = 1;

	if (w->child <= 0)
		return NULL;
	kill(w->child, SIGTERM); /* the round is over: then so is the trace, and what there is counts */
	text = read_all(w->fd);
	close(w->fd);
	while (waitpid(w->child, &status, 0) < 0 && errno == EINTR)
		;
	w->child = 0;
	w->is_denied = WIFEXITED(status) && WEXITSTATUS(status) != 0;
	if (!WIFEXITED(status) || w->is_denied)
		return NULL; /* late is not denied: the next round may know */
	names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (size_t at = 0; at < text->len;) {
		const char *domain = text->str + at, *who = domain + strlen(domain) + 1;

		if (who >= text->str + text->len)
			break;
		g_hash_table_insert(names, g_strdup(domain), g_strdup(who));
		at = (size_t)(who - text->str) + strlen(who) + 1;
	}
	return names;
}
