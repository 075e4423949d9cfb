// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_events - the child that listens to libvirt, see live/events.h
 *
 * libvirt's own loop waits for the socket alone: nothing wakes up while nothing happens. A connection that is lost
 * is opened again, after 1, 2, 4 … 30 s.
 * Source: libvirt-domain.html, virConnectDomainEventRegisterAny(), virDomainEventID and the enums of each
 */
#include "live/events.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "live/virt/virt.h"

enum { WAIT_MOST_S = 30, LINE_MOST = 64 << 10 };

/** Where to say it, and which connection it is. */
struct listener {
	int fd;
	bool is_lost;
};

static void say(const struct listener *l, JsonBuilder *b)
{
	g_autofree char *json = json_make_end(b);
	g_autofree char *line = g_strconcat(g_strdelimit(json, "\n", ' '), "\n", NULL); /* within strings it is "\\n" */
	const char *p = line;
	size_t left = strlen(line);

	while (left > 0) {
		ssize_t n = write(l->fd, p, left);

		if (n < 0 && errno != EINTR)
			_exit(0); /* nobody listens to us */
		p += MAX(n, 0);
		left -= (size_t)MAX(n, 0);
	}
}

/* The head of each; the caller may add to it, and says it. */
static JsonBuilder *begin(virDomainPtr domain, const char *kind, const char *what, const char *detail)
{
	JsonBuilder *b = json_make_object();

	json_make_int(b, "at-us", g_get_real_time());
	json_make_text(b, "kind", kind);
	if (domain)
		json_make_text(b, "domain", virDomainGetName(domain));
	json_make_text(b, "what", what);
	if (detail && *detail)
		json_make_text(b, "detail", detail);
	return b;
}

static const char *word(const char *const *names, size_t n, int i)
{
	return i >= 0 && (size_t)i < n ? names[i] : "unknown";
}

#define WORD(names, i) word(names, G_N_ELEMENTS(names), i)

static const char *stop_detail(int event, int detail)
{
	static const char *const suspended[] = { "paused", "migrated", "ioerror", "watchdog", "restored", "from-snapshot", "api-error",
						 "postcopy", "postcopy-failed" };
	static const char *const stopped[] = { "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot" };
	static const char *const crashed[] = { "panicked", "crashloaded" };

	switch (event) {
	case VIR_DOMAIN_EVENT_SUSPENDED:
		return WORD(suspended, detail);
	case VIR_DOMAIN_EVENT_STOPPED:
		return WORD(stopped, detail);
	case VIR_DOMAIN_EVENT_CRASHED:
		return WORD(crashed, detail);
	}
	return NULL;
}

static int on_lifecycle(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, int event, int detail, void *data)
{
	static const char *const events[] = { "defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "pmsuspended", "crashed" };

	say(data, begin(domain, "lifecycle", WORD(events, event), stop_detail(event, detail)));
	return 0;
}

static void on_io_error(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, const char *path, const char *alias, int action, const char *reason,
			void *data)
{
	static const char *const actions[] = { "none", "pause", "report" };
	JsonBuilder *b = begin(domain, "io-error", WORD(actions, action), reason);

	json_make_text(b, "path", path);
	json_make_text(b, "device", alias);
	say(data, b);
}

static void on_watchdog(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, int action, void *data)
{
	static const char *const actions[] = { "none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi" };

	say(data, begin(domain, "watchdog", WORD(actions, action), NULL));
}

static void on_control_error(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, void *data)
{
	say(data, begin(domain, "monitor", "error", NULL));
}

static void on_block_job(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, const char *disk, int type, int status, void *data)
{
	static const char *const types[] = { "unknown", "pull", "copy", "commit", "active-commit", "backup" };
	static const char *const states[] = { "completed", "failed", "canceled", "ready" };
	JsonBuilder *b = begin(domain, "job", WORD(states, status), WORD(types, type));

	json_make_text(b, "device", disk);
	say(data, b);
}

static void on_agent(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, int state, int reason, void *data)
{
	static const char *const states[] = { "unknown", "connected", "disconnected" };
	static const char *const reasons[] = { "unknown", "domain-started", "channel" };

	say(data, begin(domain, "agent", WORD(states, state), WORD(reasons, reason)));
}

static void on_memory(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, int recipient, int action, unsigned int flags G_GNUC_UNUSED, void *data)
{
	static const char *const recipients[] = { "hypervisor", "guest" };
	static const char *const actions[] = { "ignore", "inject", "fatal", "reset" };

	say(data, begin(domain, "memory", WORD(actions, action), WORD(recipients, recipient)));
}

static void on_removed(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, const char *alias, void *data)
{
	JsonBuilder *b = begin(domain, "removal", "done", NULL);

	json_make_text(b, "device", alias);
	say(data, b);
}

static void on_not_removed(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, const char *alias, void *data)
{
	JsonBuilder *b = begin(domain, "removal", "failed", NULL);

	json_make_text(b, "device", alias);
	say(data, b);
}

static void on_balloon(virConnectPtr conn G_GNUC_UNUSED, virDomainPtr domain, unsigned long long kib, void *data)
{
	g_autofree char *size = g_strdup_printf("%llu", kib);

	say(data, begin(domain, "balloon", "changed", size));
}

static void on_close(virConnectPtr conn G_GNUC_UNUSED, int reason G_GNUC_UNUSED, void *data)
{
	((struct listener *)data)->is_lost = true;
}

/* What an older libvirt does not know is refused, and not waited for. */
static void listen_to(virConnectPtr conn, struct listener *l)
{
	static const struct {
		int id;
		virConnectDomainEventGenericCallback call;
	} events[] = {
		{ VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle) },
		{ VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, VIR_DOMAIN_EVENT_CALLBACK(on_io_error) },
		{ VIR_DOMAIN_EVENT_ID_WATCHDOG, VIR_DOMAIN_EVENT_CALLBACK(on_watchdog) },
		{ VIR_DOMAIN_EVENT_ID_CONTROL_ERROR, VIR_DOMAIN_EVENT_CALLBACK(on_control_error) },
		{ VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, VIR_DOMAIN_EVENT_CALLBACK(on_block_job) },
		{ VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_agent) },
		{ VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE, VIR_DOMAIN_EVENT_CALLBACK(on_memory) },
		{ VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_removed) },
		{ VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, VIR_DOMAIN_EVENT_CALLBACK(on_not_removed) },
		{ VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_balloon) },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(events); i++)
		virConnectDomainEventRegisterAny(conn, NULL, events[i].id, events[i].call, l, NULL);
	virConnectRegisterCloseCallback(conn, on_close, l, NULL);
}

/* Until the connection is lost, or cannot be had. Return: was there one? */
static bool listen_once(const char *uri, struct listener *l)
{
	struct virt_conn c = { .uri = g_strdup(uri) };
	bool ok = virt_conn_open(&c) == 0;

	l->is_lost = false;
	if (ok) {
		listen_to(c.conn, l);
		say(l, begin(NULL, "connection", "open", NULL));
	}
	while (ok && !l->is_lost && virConnectIsAlive(c.conn) != 0 && virEventRunDefaultImpl() == 0)
		;
	if (ok)
		say(l, begin(NULL, "connection", "lost", NULL));
	virt_conn_done(&c);
	return ok;
}

static _Noreturn void serve(const char *uri, int fd)
{
	struct listener l = { .fd = fd };
	unsigned int wait_s = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	virEventRegisterDefaultImpl();
	for (;;) {
		wait_s = listen_once(uri, &l) ? 1 : MIN(wait_s * 2, WAIT_MOST_S);
		sleep(wait_s);
	}
}

int events_begin(struct events *e, const char *uri)
{
	int ends[2];

	*e = (struct events){ .fd = -1 };
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	e->child = fork();
	if (e->child == 0) {
		close(ends[0]);
		serve(uri, ends[1]);
	}
	close(ends[1]);
	if (e->child < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	e->fd = ends[0];
	e->begun = g_string_new(NULL);
	return fcntl(e->fd, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

char *events_next(struct events *e)
{
	char block[4096], *end, *line;
	ssize_t n;

	while (!memchr(e->begun->str, '\n', e->begun->len) && e->begun->len < LINE_MOST) {
		n = read(e->fd, block, sizeof(block));
		if (n <= 0)
			return NULL;
		g_string_append_len(e->begun, block, n);
	}
	end = memchr(e->begun->str, '\n', e->begun->len);
	if (!end) { /* no event is so long */
		g_string_truncate(e->begun, 0);
		return NULL;
	}
	line = g_strndup(e->begun->str, (gsize)(end - e->begun->str));
	g_string_erase(e->begun, 0, end - e->begun->str + 1);
	return line;
}

void events_end(struct events *e)
{
	if (e->child > 0) {
		kill(e->child, SIGKILL);
		while (waitpid(e->child, NULL, 0) < 0 && errno == EINTR)
			;
		close(e->fd);
	}
	if (e->begun)
		g_string_free(e->begun, TRUE);
	*e = (struct events){ .fd = -1 };
}
