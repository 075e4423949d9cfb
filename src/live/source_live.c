// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_live - a libvirt host as it is now: who answers which path
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

#include "base/json_read.h"

#define FILE_DEADLINE_MS 3000
#define LIBVIRT_DEADLINE_MS 4000 /* a domain job waits 30 s before libvirt itself gives up */
#define CONNECT_DEADLINE_MS 10000 /* systemd may have to start the daemon first */
#define AGENT_DEADLINE_MS 7000	 /* libvirt waits 5 s for the agent's guest-sync */
#define OSINFO_DEADLINE_MS 5000
#define JOURNAL_DEADLINE_MS 4000
#define NET_DEADLINE_MS 3000
#define PROBE_DEADLINE_MS 15000 /* it ends itself after 12 s */
#define AUDIT_DEADLINE_MS 8000 /* some gigabytes off a disk */
#define PROCESS_DEADLINE_MS 3000

struct live {
	struct source source;
	struct source *files, *virt, *agent, *osinfo, *journal, *audit, *net, *cgroup, *open, *sample;
	char *uri;
	bool ask_guest, guest_files, is_mute; /* libvirtd accepted us, and says nothing */
	bool one_by_one; /* counters of several domains in one call: one of them hung */
	const struct source_probe_options *probe; /* NULL: none is wanted */
	int local;	   /* -1: not known yet */
	GHashTable *stuck; /* names of domains that did not answer in time */
};

static struct source *make_files(const void *arg)
{
	return source_fs_new(arg);
}

static struct source *make_virt(const void *arg)
{
	return source_virt_new(((const struct live *)arg)->uri, false);
}

static struct source *make_agent(const void *arg)
{
	return source_virt_new(((const struct live *)arg)->uri, true);
}

static struct source *make_osinfo(const void *arg G_GNUC_UNUSED)
{
	struct source *osinfo = source_osinfo_new();

	source_osinfo_load(osinfo); /* while the parent does other things */
	return osinfo;
}

static struct source *make_journal(const void *arg G_GNUC_UNUSED)
{
	return source_journal_new(NULL);
}

static struct source *make_audit(const void *arg G_GNUC_UNUSED)
{
	return source_audit_new("/var/log/audit");
}

static struct source *make_net(const void *arg G_GNUC_UNUSED)
{
	return source_net_new();
}

static struct source *make_cgroup(const void *arg G_GNUC_UNUSED)
{
	return source_cgroup_new();
}

static struct source *make_open(const void *arg G_GNUC_UNUSED)
{
	return source_open_new();
}

static struct source *make_sample(const void *arg G_GNUC_UNUSED)
{
	return source_sample_new();
}

static struct source *make_probe(const void *arg)
{
	return source_probe_new(arg);
}

static void answer_text(struct answer *ret, char *text)
{
	ret->data = g_bytes_new_take(text, strlen(text));
}

static void ask_clock(struct live *live G_GNUC_UNUSED, const struct query *q G_GNUC_UNUSED,
		      struct answer *ret)
{
	answer_text(ret, g_strdup_printf("%" G_GINT64_FORMAT "\n", g_get_real_time() / 1000000));
}

/* For what has no time of its own: its window. */
static void ask_monotonic(struct live *live G_GNUC_UNUSED, const struct query *q G_GNUC_UNUSED,
			  struct answer *ret)
{
	answer_text(ret, g_strdup_printf("%" G_GINT64_FORMAT "000\n", g_get_monotonic_time()));
}

static void ask_host(struct live *live G_GNUC_UNUSED, const struct query *q G_GNUC_UNUSED,
		     struct answer *ret)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	struct utsname u;

	if (uname(&u) < 0) {
		ret->error = -errno;
		return;
	}
	json_builder_begin_object(b);
	json_builder_set_member_name(b, "hostname");
	json_builder_add_string_value(b, u.nodename);
	json_builder_set_member_name(b, "kernel");
	json_builder_add_string_value(b, u.release);
	json_builder_set_member_name(b, "arch");
	json_builder_add_string_value(b, u.machine);
	json_builder_set_member_name(b, "uid");
	json_builder_add_int_value(b, geteuid());
	json_builder_set_member_name(b, "page-bytes");
	json_builder_add_int_value(b, sysconf(_SC_PAGESIZE));
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	answer_text(ret, json_to_string(root, TRUE));
}

/* The domain that a path below /vmdoctor/libvirt/ is about, or NULL. */
static char *domain_of(const char *path)
{
	static const char *const kinds[] = { "domains/", "stats/", "sample/", "diskerrors/", "guest/" };
	const char *rest = path + strlen("/vmdoctor/libvirt/");

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
static void ask_virt(struct live *live, const struct query *q, struct answer *ret)
{
	source_ask(live->virt, q, ret);
	if (ret->error != -ETIMEDOUT || q->tick == 0 || live->one_by_one)
		return;
	live->one_by_one = true;
	answer_done(ret);
	source_ask(live->virt, q, ret);
}

/* A domain that kept us waiting once is not asked again: ten questions would be ten deadlines. */
static void ask_libvirt(struct live *live, const struct query *q, struct answer *ret)
{
	g_autofree char *domain = domain_of(q->path);
	bool guest = strstr(q->path, "/libvirt/guest/") != NULL;
	/* An agent that does not answer says nothing of QEMU's monitor; no '/' is in an escaped name. */
	g_autofree char *agent = guest ? g_strconcat(domain, "/agent", NULL) : NULL;

	if (guest && (!live->ask_guest || (!live->guest_files && strstr(q->path, "/files/")))) {
		ret->error = -ENODATA;
		return;
	}
	if (domain && g_hash_table_contains(live->stuck, domain)) {
		ret->error = -ETIMEDOUT;
		return;
	}
	if (agent && g_hash_table_contains(live->stuck, agent)) {
		ret->error = -ETIMEDOUT;
		return;
	}
	if (live->is_mute) {
		ret->error = -ETIMEDOUT;
		return;
	}
	if (guest)
		source_ask(live->agent, q, ret);
	else
		ask_virt(live, q, ret);
	if (ret->error == -ETIMEDOUT && g_str_has_suffix(q->path, "/connection.json"))
		live->is_mute = true;
	if (!guest)
		source_guard_deadline(live->virt, LIBVIRT_DEADLINE_MS);
	if (agent && (ret->error == -ETIMEDOUT || ret->error == -ENOTCONN))
		g_hash_table_add(live->stuck, g_steal_pointer(&agent));
	else if (ret->error == -ETIMEDOUT && domain)
		g_hash_table_add(live->stuck, g_steal_pointer(&domain));
}

static void ask_osinfo(struct live *live, const struct query *q, struct answer *ret)
{
	source_ask(live->osinfo, q, ret);
}

static bool files_are_here(struct live *live)
{
	const struct query q = { .path = "/vmdoctor/libvirt/connection.json" };
	g_autoptr(JsonParser) parser = json_parser_new();
	struct answer a;
	gsize size;
	const char *text;

	if (live->local >= 0)
		return live->local;
	live->local = 1;
	source_ask(live->virt, &q, &a);
	text = a.data ? g_bytes_get_data(a.data, &size) : NULL;
	if (text && json_parser_load_from_data(parser, text, (gssize)size, NULL)) {
		JsonObject *o = json_read_root(parser);
		const char *driver = json_read_text(o, "driver");

		live->local = (!o || json_object_get_boolean_member_with_default(o, "local", TRUE)) &&
			      (!driver || g_ascii_strcasecmp(driver, "test") != 0);
	}
	answer_done(&a);
	return live->local;
}

static void ask_files(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->files, q, ret);
	else
		ret->error = -ENODATA;
}

static void ask_journal(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->journal, q, ret);
	else
		ret->error = -ENODATA;
}

static void ask_audit(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->audit, q, ret);
	else
		ret->error = -ENODATA;
}

static void ask_net(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->net, q, ret);
	else
		ret->error = -ENODATA;
}

static void ask_cgroup(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->cgroup, q, ret);
	else
		ret->error = -ENODATA;
}

static void ask_open(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->open, q, ret);
	else
		ret->error = -ENODATA;
}

static void ask_sample(struct live *live, const struct query *q, struct answer *ret)
{
	if (files_are_here(live))
		source_ask(live->sample, q, ret);
	else
		ret->error = -ENODATA;
}

/* A process of its own for each: it gives up its privileges on the way. */
static void ask_probe(struct live *live, const struct query *q, struct answer *ret)
{
	struct source *probe;

	ret->error = -ENODATA;
	if (!live->probe || !files_are_here(live))
		return;
	probe = source_guard_new(make_probe, live->probe, PROBE_DEADLINE_MS);
	source_ask(probe, q, ret);
	source_free(probe);
}

static void ask_nobody(struct live *live G_GNUC_UNUSED, const struct query *q G_GNUC_UNUSED,
		       struct answer *ret)
{
	ret->error = -ENODATA;
}

static void live_ask(struct source *src, const struct query *q, struct answer *ret)
{
	/* First match wins. */
	static const struct {
		const char *prefix;
		void (*ask)(struct live *, const struct query *, struct answer *);
	} routes[] = {
		{ "/vmdoctor/libvirt/", ask_libvirt }, { "/vmdoctor/osinfo/", ask_osinfo },
		{ "/vmdoctor/clock", ask_clock },      { "/vmdoctor/host.json", ask_host },
		{ "/vmdoctor/audit", ask_audit },     { "/vmdoctor/net/", ask_net },
		{ "/vmdoctor/probe/", ask_probe },     { "/vmdoctor/monotonic", ask_monotonic },
		{ "/vmdoctor/threads/", ask_sample },  { "/vmdoctor/processes.txt", ask_sample },
		{ "/vmdoctor/cgroup/", ask_cgroup },   { "/vmdoctor/open/", ask_open },
		{ "/var/log/audit/", ask_nobody }, /* gigabytes, mostly of logins */
		{ "/vmdoctor/", ask_nobody },	       { "/var/log/journal.txt", ask_journal },
		{ "/", ask_files },
	};
	size_t i = 0;

	while (!g_str_has_prefix(q->path, routes[i].prefix))
		i++;
	routes[i].ask((struct live *)src, q, ret);
}

static void live_free(struct source *src)
{
	struct live *live = (struct live *)src;

	source_free(live->files);
	source_free(live->virt);
	source_free(live->agent);
	source_free(live->osinfo);
	source_free(live->journal);
	source_free(live->audit);
	source_free(live->cgroup);
	source_free(live->open);
	source_free(live->sample);
	source_free(live->net);
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
	live->files = source_guard_new(make_files, "/", FILE_DEADLINE_MS);
	live->virt = source_guard_new(make_virt, live, CONNECT_DEADLINE_MS);
	live->agent = source_guard_new(make_agent, live, AGENT_DEADLINE_MS);
	live->osinfo = source_guard_new(make_osinfo, NULL, OSINFO_DEADLINE_MS);
	live->journal = source_guard_new(make_journal, NULL, JOURNAL_DEADLINE_MS);
	live->net = source_guard_new(make_net, NULL, NET_DEADLINE_MS);
	live->audit = source_guard_new(make_audit, NULL, AUDIT_DEADLINE_MS);
	live->cgroup = source_guard_new(make_cgroup, NULL, PROCESS_DEADLINE_MS);
	live->open = source_guard_new(make_open, NULL, PROCESS_DEADLINE_MS);
	live->sample = source_guard_new(make_sample, NULL, PROCESS_DEADLINE_MS);
	return &live->source;
}

void source_live_read_guest_files(struct source *live)
{
	((struct live *)live)->guest_files = true;
}

struct source *source_knowledge_new(void)
{
	return source_guard_new(make_osinfo, NULL, OSINFO_DEADLINE_MS);
}
