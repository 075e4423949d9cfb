// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_virt - what the libvirt API says, as files below /vmdoctor/libvirt/
 *
 * One connection, opened at the first question, read-only; for the guest agent, which libvirt
 * gives to writers only, a second source has one that may write and is asked nothing else. Domain
 * capabilities, too, are refused to readers (CVE-2019-10167): only for them, and only when they
 * are asked for, a further connection is opened. Calls may block for as long as libvirtd likes:
 * source_guard_new() puts a deadline around this.
 */
#include "source/source.h"

#include <errno.h>
#include <string.h>

#include "live/virt/virt.h"

#define ROOT "/vmdoctor/libvirt/"

struct virt {
	struct source base;
	struct virt_conn conn;
	struct virt_conn writer; /* for domain capabilities */
	struct virt_sample *sample;
};

/* A path is @prefix NAME @suffix; without a suffix it is @prefix alone. First match wins. */
static const struct kind {
	const char *prefix, *suffix;
	int (*read)(virConnectPtr conn, const char *name, char **ret_text);
	bool is_agent;	   /* of the source for the guest agent, which has no others */
	bool needs_writer; /* refused to a read-only connection */
	bool is_raw;	   /* takes NAME as it stands in the path */
} kinds[] = {
	{ "version.json", NULL, .read = virt_read_version },
	{ "capabilities.xml", NULL, .read = virt_read_capabilities },
	{ "nodeinfo.json", NULL, .read = virt_read_nodeinfo },
	{ "inventory.json", NULL, .read = virt_read_inventory },
	{ "domcapabilities/", ".xml", .read = virt_read_domcapabilities, .needs_writer = true,
	  .is_raw = true },
	{ "domains/", ".inactive.xml", .read = virt_read_inactive },
	{ "domains/", ".xml", .read = virt_read_domain },
	{ "info/", ".json", .read = virt_read_info },
	{ "diskerrors/", ".json", .read = virt_read_diskerrors },
	{ "stats/", ".json", .read = virt_read_stats },
	{ "sample/", ".json", .read = NULL }, /* virt_sample_read() */
	{ "networks/", ".xml", .read = virt_read_network },
	{ "netinfo/", ".json", .read = virt_read_netinfo },
	{ "leases/", ".json", .read = virt_read_leases },
	{ "pools/", ".xml", .read = virt_read_pool },
	{ "poolinfo/", ".json", .read = virt_read_poolinfo },
	{ "nwfilters/", ".xml", .read = virt_read_nwfilter },
	{ "guest/", "/info.json", .read = virt_read_guestinfo, .is_agent = true },
	{ "guest/", "/time.json", .read = virt_read_guesttime, .is_agent = true },
	{ "guest/", NULL, .read = virt_read_guestfile, .is_agent = true, .is_raw = true },
};

static int list_nothing(virConnectPtr conn G_GNUC_UNUSED, GPtrArray *names G_GNUC_UNUSED)
{
	return 0;
}

static const struct dir {
	const char *name;
	int (*list)(virConnectPtr conn, GPtrArray *names);
} dirs[] = {
	{ "domains", virt_list_domains },    { "networks", virt_list_networks },
	{ "pools", virt_list_pools },	     { "nwfilters", virt_list_nwfilters },
	{ "domcapabilities", list_nothing }, /* any combination may be asked for */
};

/* The NAME of @path if it is of this kind, or NULL; "" where the kind has no name. */
static char *name_in(const struct kind *kind, const char *path)
{
	size_t start = strlen(kind->prefix), end = strlen(path);

	if (!kind->suffix && g_str_has_suffix(kind->prefix, "/")) /* all that is below it */
		return g_str_has_prefix(path, kind->prefix) ? g_strdup(path + start) : NULL;
	if (!kind->suffix)
		return strcmp(path, kind->prefix) == 0 ? g_strdup("") : NULL;
	if (!g_str_has_prefix(path, kind->prefix) || !g_str_has_suffix(path, kind->suffix))
		return NULL;
	end -= strlen(kind->suffix);
	if (end <= start || memchr(path + start, '/', end - start))
		return NULL;
	return g_strndup(path + start, end - start);
}

static int read_kind(struct virt *v, const struct kind *kind, unsigned int tick, const char *name,
		     char **ret_text)
{
	struct virt_conn *c = kind->needs_writer ? &v->writer : &v->conn;
	int r = virt_conn_open(c);

	if (r < 0)
		return r;
	if (!kind->read)
		return virt_sample_read(v->sample, c->conn, tick, name, ret_text);
	r = kind->read(c->conn, name, ret_text);
	if (r == 0 && kind->read == virt_read_stats)
		virt_sample_expect(v->sample, name);
	return r;
}

static int read_file(struct virt *v, unsigned int tick, const char *path, char **ret_text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *name = name_in(&kinds[i], path);
		g_autofree char *plain = NULL;

		if (!name)
			continue;
		if (kinds[i].is_agent != v->conn.is_read_write)
			return -ENODATA;
		plain = kinds[i].is_raw ? g_strdup(name) : source_path_unescape(name);
		return read_kind(v, &kinds[i], tick, plain, ret_text);
	}
	return -ENODATA;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *lines_of(GPtrArray *names)
{
	GString *lines = g_string_new(NULL);

	g_ptr_array_sort(names, compare_names);
	for (size_t i = 0; i < names->len; i++) {
		g_string_append(lines, names->pdata[i]);
		g_string_append_c(lines, '\n');
	}
	return g_string_free(lines, FALSE);
}

static int list_dir(struct virt *v, const char *path, char **ret_text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dirs) && !v->conn.is_read_write; i++) {
		g_autoptr(GPtrArray) names = NULL;
		int r;

		if (strcmp(dirs[i].name, path) != 0)
			continue;
		names = g_ptr_array_new_with_free_func(g_free);
		r = virt_conn_open(&v->conn);
		if (r == 0)
			r = dirs[i].list(v->conn.conn, names);
		if (r == 0)
			*ret_text = lines_of(names);
		return r;
	}
	return -ENODATA;
}

/* Takes over @text. */
static void set_text(struct answer *ret, char *text, size_t cap_bytes)
{
	size_t size = strlen(text);

	ret->truncated = size > cap_bytes;
	ret->data = g_bytes_new_take(text, MIN(size, cap_bytes));
}

static void virt_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct virt *v = (struct virt *)src;
	const char *path = g_str_has_prefix(q->path, ROOT) ? q->path + strlen(ROOT) : "";
	char *text = NULL;

	*ret = (struct answer){ .error = -ENODATA };
	if (q->verb == SOURCE_LIST) {
		ret->error = list_dir(v, path, &text);
	} else if (q->verb == SOURCE_READ) {
		if (strcmp(path, "connection.json") != 0)
			ret->error = read_file(v, q->tick, path, &text);
		else if (!v->conn.is_read_write) {
			text = virt_conn_json(&v->conn);
			ret->error = 0;
		}
	}
	if (ret->error == 0)
		set_text(ret, text, source_cap_bytes(q->path));
}

static void virt_free(struct source *src)
{
	struct virt *v = (struct virt *)src;

	virt_sample_free(v->sample);
	virt_conn_done(&v->conn);
	virt_conn_done(&v->writer);
	g_free(v);
}

struct source *source_virt_new(const char *uri, bool agent)
{
	static const struct source_ops ops = { .ask = virt_ask, .free = virt_free };
	struct virt *v = g_new0(struct virt, 1);

	v->base.ops = &ops;
	v->sample = virt_sample_new();
	v->conn = (struct virt_conn){ .uri = g_strdup(uri), .is_read_write = agent };
	v->writer = (struct virt_conn){ .uri = g_strdup(uri), .is_read_write = true };
	return &v->base;
}
