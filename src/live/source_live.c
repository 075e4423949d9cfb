// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_live - a libvirt host as it is now: who answers which path; the table is at the end
 *
 * Each part is a child of its own with its own deadline, so that a dead NFS server does not stop
 * libvirt's answers, nor one stuck monitor those of other domains.  Files count only where the
 * connection leads to this machine: those of another one, or of the made-up host of libvirt's
 * test driver, are "never looked".
 */
#include "source/source.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/json_make.h"
#include "base/json_read.h"

#define LIBVIRT "/vmdoctor/libvirt/"
#define LIBVIRT_DEADLINE_MS 4000 /* a domain job waits 30 s before libvirt itself gives up */

struct live {
	struct source source;
	struct source **children; /* one for each row of parts that has one */
	char *uri;
	bool ask_guest, guest_files, is_mute; /* libvirtd accepted us, and says nothing */
	bool one_by_one; /* counters of several domains in one call: one of them hung */
	const struct source_probe_options *probe; /* NULL: none is wanted */
	int local;	   /* -1: not known yet */
	GHashTable *stuck; /* names of domains that did not answer in time */
};

static struct source *make_files(const void *live G_GNUC_UNUSED)
{
	return source_fs_new("/");
}

static struct source *make_virt(const void *live)
{
	return source_virt_new(((const struct live *)live)->uri, false);
}

static struct source *make_agent(const void *live)
{
	return source_virt_new(((const struct live *)live)->uri, true);
}

static struct source *make_osinfo(const void *live G_GNUC_UNUSED)
{
	struct source *osinfo = source_osinfo_new();

	source_osinfo_load(osinfo); /* while the parent does other things */
	return osinfo;
}

static struct source *make_journal(const void *live G_GNUC_UNUSED)
{
	return source_journal_new(NULL);
}

static struct source *make_audit(const void *live G_GNUC_UNUSED)
{
	return source_audit_new("/var/log/audit");
}

static struct source *make_probe(const void *live)
{
	return source_probe_new(((const struct live *)live)->probe);
}

static void answer_text(struct answer *ret, char *text)
{
	ret->data = g_bytes_new_take(text, strlen(text));
}

static void ask_clock(struct live *live G_GNUC_UNUSED, struct source *child G_GNUC_UNUSED,
		      const struct query *q G_GNUC_UNUSED, struct answer *ret)
{
	answer_text(ret, g_strdup_printf("%" G_GINT64_FORMAT "\n", g_get_real_time() / 1000000));
}

/* For what has no time of its own: its window. */
static void ask_monotonic(struct live *live G_GNUC_UNUSED, struct source *child G_GNUC_UNUSED,
			  const struct query *q G_GNUC_UNUSED, struct answer *ret)
{
	answer_text(ret, g_strdup_printf("%" G_GINT64_FORMAT "000\n", g_get_monotonic_time()));
}

static void ask_host(struct live *live G_GNUC_UNUSED, struct source *child G_GNUC_UNUSED,
		     const struct query *q G_GNUC_UNUSED, struct answer *ret)
{
	struct utsname u;
	JsonBuilder *b;

	if (uname(&u) < 0) {
		ret->error = -errno;
		return;
	}
	b = json_make_object();
	json_make_text(b, "hostname", u.nodename);
	json_make_text(b, "kernel", u.release);
	json_make_text(b, "arch", u.machine);
	json_make_int(b, "uid", geteuid());
	json_make_int(b, "page-bytes", sysconf(_SC_PAGESIZE));
	answer_text(ret, json_make_end(b));
}

/* The domain that a path below /vmdoctor/libvirt/ is about, or NULL. */
static char *domain_of(const char *path)
{
	static const char *const kinds[] = { "domains/", "stats/", "sample/", "diskerrors/", "guest/" };
	const char *rest = path + strlen(LIBVIRT);

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_has_prefix(rest, kinds[i])) {
			char *name = g_strdup(rest + strlen(kinds[i]));
			char *end = strchr(name, '/');

			if (!end)
				end = strrchr(name, '.');
			if (end)
				*end = '\0';
			return name;
		}
	return NULL;
}

/* Who asks for one domain's counters gets those of others fetched, too, and may have waited for them: asked
   again, in a new child that expects nobody, it waits for itself only. */
static void ask_counters(struct live *live, struct source *child, const struct query *q, struct answer *ret)
{
	source_ask(child, q, ret);
	if (ret->error != -ETIMEDOUT || q->tick == 0 || live->one_by_one)
		return;
	live->one_by_one = true;
	answer_done(ret);
	source_ask(child, q, ret);
}

/* A domain that kept us waiting once is not asked again: ten questions would be ten deadlines. */
static bool is_stuck(const struct live *live, const char *who)
{
	return live->is_mute || (who && g_hash_table_contains(live->stuck, who));
}

static void ask_libvirt(struct live *live, struct source *child, const struct query *q, struct answer *ret)
{
	g_autofree char *domain = domain_of(q->path);

	if (is_stuck(live, domain)) {
		ret->error = -ETIMEDOUT;
		return;
	}
	ask_counters(live, child, q, ret);
	source_guard_deadline(child, LIBVIRT_DEADLINE_MS);
	if (ret->error != -ETIMEDOUT)
		return;
	if (g_str_has_suffix(q->path, "/connection.json"))
		live->is_mute = true;
	if (domain)
		g_hash_table_add(live->stuck, g_steal_pointer(&domain));
}

/* An agent that does not answer says nothing of QEMU's monitor; no '/' is in an escaped name. */
static void ask_agent(struct live *live, struct source *child, const struct query *q, struct answer *ret)
{
	g_autofree char *domain = domain_of(q->path), *agent = g_strconcat(domain, "/agent", NULL);

	if (!live->ask_guest || (!live->guest_files && strstr(q->path, "/files/"))) {
		ret->error = -ENODATA;
		return;
	}
	if (is_stuck(live, domain) || is_stuck(live, agent)) {
		ret->error = -ETIMEDOUT;
		return;
	}
	source_ask(child, q, ret);
	if (ret->error == -ETIMEDOUT || ret->error == -ENOTCONN)
		g_hash_table_add(live->stuck, g_steal_pointer(&agent));
}

/* A process of its own for each: it gives up its privileges on the way. */
static void ask_probe(struct live *live, struct source *child G_GNUC_UNUSED, const struct query *q,
		      struct answer *ret)
{
	auto_free(source) struct source *probe = NULL;

	ret->error = -ENODATA;
	if (!live->probe)
		return;
	probe = source_guard_new(make_probe, live, 15000); /* it ends itself after 12 s */
	source_ask(probe, q, ret);
}

static void ask_nobody(struct live *live G_GNUC_UNUSED, struct source *child G_GNUC_UNUSED,
		       const struct query *q G_GNUC_UNUSED, struct answer *ret)
{
	ret->error = -ENODATA;
}

/* What a live host consists of. A new source is its file and its row; the first prefix that fits wins. */
static const struct part {
	const char *prefix;
	struct source *(*make)(const void *live); /* in a child; NULL: there is none */
	unsigned int deadline_ms;		  /* of each question to it */
	bool is_local; /* only where the connection leads to this machine */
	/* Instead of just asking the child. */
	void (*ask)(struct live *live, struct source *child, const struct query *q, struct answer *ret);
} parts[] = {
	/* libvirt itself waits 5 s for the agent's guest-sync; systemd may have to start the daemon first. */
	{ LIBVIRT "guest/", make_agent, 7000, false, ask_agent },
	{ LIBVIRT, make_virt, 10000, false, ask_libvirt },
	{ "/vmdoctor/osinfo/", make_osinfo, 5000, false, NULL },
	{ "/vmdoctor/clock", NULL, 0, false, ask_clock },
	{ "/vmdoctor/monotonic", NULL, 0, false, ask_monotonic },
	{ "/vmdoctor/host.json", NULL, 0, false, ask_host },
	{ "/vmdoctor/audit", make_audit, 8000, true, NULL }, /* some gigabytes off a disk */
	{ "/vmdoctor/net/", source_net_new, 3000, true, NULL },
	{ "/vmdoctor/probe/", NULL, 0, true, ask_probe },
	{ "/vmdoctor/threads/", source_sample_new, 3000, true, NULL },
	{ "/vmdoctor/processes.txt", source_sample_new, 3000, true, NULL },
	{ "/vmdoctor/cgroup/", source_cgroup_new, 3000, true, NULL },
	{ "/vmdoctor/open/", source_open_new, 3000, true, NULL },
	{ "/vmdoctor/", NULL, 0, false, ask_nobody },
	{ "/var/log/audit/", NULL, 0, false, ask_nobody }, /* gigabytes, mostly of logins */
	{ "/var/log/journal.txt", make_journal, 4000, true, NULL },
	{ "/", make_files, 3000, true, NULL },
};

static size_t part_of(const char *path)
{
	size_t i = 0;

	while (!g_str_has_prefix(path, parts[i].prefix))
		i++;
	return i;
}

static bool is_this_machine(struct live *live)
{
	static const char path[] = LIBVIRT "connection.json";
	const struct query q = { .path = path };
	g_autoptr(JsonParser) parser = json_parser_new();
	struct answer a;
	gsize size;
	const char *text;

	if (live->local >= 0)
		return live->local;
	live->local = 1;
	source_ask(live->children[part_of(path)], &q, &a);
	text = a.data ? g_bytes_get_data(a.data, &size) : NULL;
	if (text && json_read_load(parser, text, (gssize)size, NULL)) {
		JsonObject *o = json_read_root(parser);
		const char *driver = json_read_text(o, "driver");

		live->local = (!o || json_object_get_boolean_member_with_default(o, "local", TRUE)) &&
			      (!driver || g_ascii_strcasecmp(driver, "test") != 0);
	}
	answer_done(&a);
	return live->local;
}

static void live_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct live *live = (struct live *)src;
	size_t i = part_of(q->path);

	if (parts[i].is_local && !is_this_machine(live))
		ret->error = -ENODATA;
	else if (parts[i].ask)
		parts[i].ask(live, live->children[i], q, ret);
	else
		source_ask(live->children[i], q, ret);
}

static void live_free(struct source *src)
{
	struct live *live = (struct live *)src;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		source_free(live->children[i]);
	g_free(live->children);
	g_hash_table_unref(live->stuck);
	g_free(live->uri);
	g_free(live);
}

static const struct source_ops live_ops = { .ask = live_ask, .free = live_free };

struct source *source_live_new(const char *uri, bool ask_guest,
			       const struct source_probe_options *probe)
{
	struct live *live = g_new0(struct live, 1);

	live->source.ops = &live_ops;
	live->uri = g_strdup(uri);
	live->ask_guest = ask_guest;
	live->probe = probe;
	live->local = -1;
	live->stuck = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	live->children = g_new0(struct source *, G_N_ELEMENTS(parts));
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (parts[i].make)
			live->children[i] = source_guard_new(parts[i].make, live, parts[i].deadline_ms);
	return &live->source;
}

void source_live_rest(struct source *live)
{
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (parts[i].make && parts[i].ask != ask_libvirt)
			source_guard_rest(((struct live *)live)->children[i]);
}

void source_live_read_guest_files(struct source *live)
{
	((struct live *)live)->guest_files = true;
}

struct source *source_knowledge_new(void)
{
	size_t i = part_of("/vmdoctor/osinfo/");

	return source_guard_new(parts[i].make, NULL, parts[i].deadline_ms);
}
