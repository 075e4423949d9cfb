// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon - libvirt's daemons: who listens, who runs, who is to start at boot
 *
 * Writes, below /facts/host, one node for each daemon:
 *   daemon @name @socket (path) @there (yes, no) @listening (yes, no: systemd may do it for a
 *          daemon that rests) @clients (connections to the socket, and to that for readers)
 *          @pid @running (yes, no: is the process of the PID file this daemon?)
 *          @enabled (yes, no: its socket or service unit starts at boot)
 *          @installed (yes, no) @open-files @max-files @age-s (of the process)
 * An attribute that is not there is not known.
 * Source: libvirt.org/daemons.html; proc(5), net/unix: Flags 00010000 is __SO_ACCEPTCON,
 * St 03 is SS_CONNECTED (Linux net.h); systemctl(1) enable
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/run/libvirt/*-sock",
	"/run/*.pid",
	"/proc/net/unix",
	"/proc/*/comm",
	"/proc/*/limits",
	"/proc/*/stat",
	"/proc/uptime",
	"/proc/*/fd",
	"/etc/systemd/system/*.target.wants",
	"/usr/sbin/*",
	NULL,
};

#define UNIX "/proc/net/unix"
#define ACCEPTS 0x10000
#define STARTTIME 20	/* counted from the ')' behind the name */
#define TICKS_PER_S 100 /* USER_HZ, as proc(5) has it */
#define COMM_MAX 15 /* TASK_COMM_LEN without its NUL */

static const struct daemon {
	const char *name, *socket;
} daemons[] = {
	{ "libvirtd", "/run/libvirt/libvirt-sock" },
	{ "virtqemud", "/run/libvirt/virtqemud-sock" },
	{ "virtnetworkd", "/run/libvirt/virtnetworkd-sock" },
	{ "virtstoraged", "/run/libvirt/virtstoraged-sock" },
	{ "virtproxyd", NULL }, /* has libvirtd's socket */
	{ "virtlogd", "/run/libvirt/virtlogd-sock" },
	{ "virtlockd", "/run/libvirt/virtlockd-sock" },
};

struct host_state {
	GStrv sockets; /* lines of net/unix, or NULL */
	GStrv wants;   /* units that start at boot, or NULL */
};

/* "ffff…: 00000002 00000000 00010000 0001 01 12345 /run/libvirt/libvirt-sock" */
static void count_socket(const char *line, const char *path, unsigned int *listeners,
			 unsigned int *clients)
{
	g_auto(GStrv) f = g_strsplit_set(line, " ", -1);
	const char *words[8] = { NULL };
	unsigned int n = 0;
	const char *bound;

	for (size_t i = 0; f[i] && n < G_N_ELEMENTS(words); i++)
		if (*f[i])
			words[n++] = f[i];
	if (n < G_N_ELEMENTS(words))
		return;
	bound = g_str_has_prefix(words[7], "/var/run/") ? words[7] + strlen("/var") : words[7];
	if (!g_str_has_prefix(bound, path) || (*(bound + strlen(path)) && strcmp(bound + strlen(path), "-ro") != 0))
		return;
	*listeners += !bound[strlen(path)] && (g_ascii_strtoull(words[3], NULL, 16) & ACCEPTS) != 0;
	*clients += strcmp(words[5], "03") == 0; /* readers have a socket of their own, and count, too */
}

static void add_socket(struct source *src, xmlNode *node, const char *path, const struct host_state *h)
{
	struct source_stat st = { 0 };
	unsigned int listeners = 0, clients = 0;
	int r = source_stat(src, path, &st);

	facts_set(node, "socket", path);
	facts_from(node, path, 0);
	source_stat_done(&st);
	if (r != 0 && r != -ENOENT)
		return;
	facts_set(node, "there", r == 0 ? "yes" : "no");
	for (size_t i = 0; h->sockets && h->sockets[i]; i++)
		count_socket(h->sockets[i], path, &listeners, &clients);
	if (h->sockets) {
		facts_set(node, "listening", listeners ? "yes" : "no");
		facts_setf(node, "clients", "%u", clients);
	}
}

static void add_usage(struct source *src, xmlNode *node, const char *pid)
{
	g_autofree char *fd = g_strdup_printf("/proc/%s/fd", pid);
	g_autofree char *text = NULL;
	g_auto(GStrv) open = NULL;
	const char *at;

	if (source_list(src, fd, &open) == 0)
		facts_setf(node, "open-files", "%u", g_strv_length(open));
	if (source_readf(src, &text, "/proc/%s/limits", pid) == 0 && (at = strstr(text, "Max open files")))
		facts_setf(node, "max-files", "%" G_GUINT64_FORMAT,
			   g_ascii_strtoull(at + strlen("Max open files"), NULL, 10));
}

/* Field 22 of stat is when it was started, in ticks since the boot; the name before may hold blanks. */
static void add_age(struct source *src, xmlNode *node, const char *pid)
{
	g_autofree char *uptime = NULL, *stat = NULL;
	g_auto(GStrv) f = NULL;
	const char *after;
	double age;

	if (source_read(src, "/proc/uptime", &uptime, NULL) != 0 ||
	    source_readf(src, &stat, "/proc/%s/stat", pid) != 0 || !(after = strrchr(stat, ')')))
		return;
	f = g_strsplit(after, " ", -1);
	if (g_strv_length(f) <= STARTTIME)
		return;
	age = g_ascii_strtod(uptime, NULL) - g_ascii_strtod(f[STARTTIME], NULL) / TICKS_PER_S;
	if (age >= 0)
		facts_setf(node, "age-s", "%.0f", age);
}

/* A PID file outlives a crash, and the number may be another process's by now. */
static void add_process(struct source *src, xmlNode *node, const char *name)
{
	g_autofree char *text = NULL, *comm_path = NULL, *comm = NULL;
	uint64_t pid;
	int r = source_readf(src, &text, "/run/%s.pid", name);

	if (r == -ENOENT)
		facts_set(node, "running", "no");
	if (r != 0 || !parse_u64(g_strstrip(text), &pid))
		return;
	facts_set(node, "pid", text);
	comm_path = g_strdup_printf("/proc/%s/comm", text);
	r = source_read(src, comm_path, &comm, NULL);
	if (r == -ENOENT || r == -ESRCH) {
		facts_set(node, "running", "no");
	} else if (r == 0) {
		bool same = strncmp(g_strstrip(comm), name, COMM_MAX) == 0;

		facts_set(node, "running", same ? "yes" : "no");
		if (same)
			add_usage(src, node, text);
		if (same)
			add_age(src, node, text);
	}
}

static void add_enabled(xmlNode *node, const char *name, const struct host_state *h)
{
	g_autofree char *service = g_strconcat(name, ".service", NULL);
	g_autofree char *socket = g_strconcat(name, ".socket", NULL);
	const char *const *wants = (const char *const *)h->wants;

	if (wants)
		facts_set(node, "enabled",
			  g_strv_contains(wants, service) || g_strv_contains(wants, socket) ? "yes" : "no");
}

static void add_daemon(struct source *src, xmlNode *host, const struct daemon *d,
		       const struct host_state *h)
{
	g_autofree char *program = g_strdup_printf("/usr/sbin/%s", d->name);
	struct source_stat st = { 0 };
	xmlNode *node = facts_add(host, "daemon");
	int r = source_stat(src, program, &st);

	facts_set(node, "name", d->name);
	if (r == 0 || r == -ENOENT)
		facts_set(node, "installed", r == 0 ? "yes" : "no");
	source_stat_done(&st);
	if (d->socket)
		add_socket(src, node, d->socket, h);
	add_process(src, node, d->name);
	add_enabled(node, d->name, h);
}

/* Units are enabled by links in these directories. */
static GStrv units_at_boot(struct source *src)
{
	static const char *const targets[] = { "sockets", "multi-user" };
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	bool known = false;

	for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
		g_autofree char *dir =
			g_strdup_printf("/etc/systemd/system/%s.target.wants", targets[i]);
		g_auto(GStrv) names = NULL;
		int r = source_list(src, dir, &names);

		known |= r == 0;
		for (size_t n = 0; r == 0 && names[n]; n++)
			g_strv_builder_add(all, names[n]);
	}
	return known ? g_strv_builder_end(all) : NULL;
}

static void gather_host(struct source *src, xmlNode *host)
{
	struct host_state h = { 0 };
	g_autofree char *text = NULL;

	/* Not when it was cut, or lacks even the heading. */
	if (source_read(src, UNIX, &text, NULL) == 0 && g_str_has_prefix(text, "Num"))
		h.sockets = g_strsplit(text, "\n", -1);
	h.wants = units_at_boot(src);
	for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
		add_daemon(src, host, &daemons[i], &h);
	g_strfreev(h.sockets);
	g_strfreev(h.wants);
}

const struct check check_daemon = {
	.name = "daemon",
	.summary = "libvirt's daemons: sockets, processes, start at boot",
	.reads = reads,
	.host = gather_host,
};
