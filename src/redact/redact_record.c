// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_record - the names that a record knows, and the record with others in their place.
 */
#include <arpa/inet.h>
#include <string.h>

#include "facts/domains.h"
#include "base/i18n.h"
#include "base/order.h"
#include "redact/redact.h"
#include "source/source.h"

#define QCOW2_MAGIC "QFI\xfb"
#define QCOW2_BACKING_AT 8 /* offset, 8 bytes, and size, 4, big endian. Source: QEMU's docs/interop/qcow2.txt */
#define QCOW2_BACKING_MAX 1023

/* Users of people, not those of packages. Source: Debian Policy 9.2.2, login.defs(5) */
#define UID_MIN 1000
#define UID_RESERVED 60000
#define UID_RESERVED_END 65535

/* Where a name stands: group 1. */
static const struct place {
	const char *glob;
	enum redact_kind kind;
	const char *regex;
} places[] = {
	{ "/vmdoctor/*.json", REDACT_HOST, "\"hostname\"\\s*:\\s*\"([^\"]+)\"" },
	{ "/vmdoctor/*.json", REDACT_USER, "\"user\\.\\d+\\.name\"\\s*:\\s*\"([^\"]+)\"" },
	{ "/*.xml", REDACT_DNS, "<host\\b[^>]*\\bname=['\"]([^'\"]+)['\"]" },
	{ "/*.xml", REDACT_DNS, "<hostname>([^<]+)</hostname>" },
	{ "/*.xml", REDACT_DNS, "<domain\\b[^>]*\\bname=['\"]([^'\"]+)['\"]" },
	{ "/*.xml", REDACT_NETWORK, "<source\\b[^>]*\\bnetwork=['\"]([^'\"]+)['\"]" },
	{ "/*.xml", REDACT_NETWORK, "<network\\b[^>]*>\\s*<name>([^<]+)</name>" },
	{ "/*.xml", REDACT_POOL, "<source\\b[^>]*\\bpool=['\"]([^'\"]+)['\"]" },
	{ "/*.xml", REDACT_POOL, "<pool\\b[^>]*>\\s*<name>([^<]+)</name>" },
	{ "/*.xml", REDACT_PATH, "<(?:source|nvram|backingStore)\\b[^>]*\\b(?:file|dev|dir|volume)=['\"]([^'\"]+)['\"]" },
	{ "/*.xml", REDACT_PATH, "<(?:nvram|kernel|initrd|path)\\b[^>]*>([^<]+)<" },
	{ "*/resolv.conf", REDACT_DNS, "(?m)^(?:search|domain)\\s+(\\S+)" },
};

struct rewriting {
	struct redact *redact;
	struct source *out;
	const char *failed; /* path of an image */
	GRegex *regexes[G_N_ELEMENTS(places)];
};

/* Collecting */

/* Of "kvm1.example.com" "kvm1" is a name, and "example.com". */
static void add_host(struct redact *r, enum redact_kind kind, const char *name)
{
	const char *dot = strchr(name, '.');
	g_autofree char *label = dot ? g_strndup(name, (size_t)(dot - name)) : NULL;

	if (g_hostname_is_ip_address(name))
		return;
	redact_add_name(r, kind, name);
	if (label && kind == REDACT_HOST)
		redact_add_name(r, REDACT_HOST, label);
	if (dot && strchr(dot + 1, '.'))
		redact_add_name(r, REDACT_DNS, dot + 1);
}

/* Directories that are everywhere say nothing of their owner; devices are called by the kernel. */
static bool is_common_place(const char *path)
{
	static const char *const places_of_all[] = { "/usr/", "/etc/", "/proc/", "/sys/", "/run/", "/vmdoctor/" };

	for (size_t i = 0; i < G_N_ELEMENTS(places_of_all); i++)
		if (g_str_has_prefix(path, places_of_all[i]))
			return true;
	return g_regex_match_simple("^/dev/([a-z]+|(sd|vd|hd|xvd)[a-z]+\\d*|(nvme|dm-|loop|md|sr|nbd|rbd|zd|sg|tap|vport|ttyS|hw)[0-9a-z]+"
				    "|(net|vfio|bus|shm|hugepages|dri|snd|input)/.*)$", path, 0, 0);
}

/* The parts of the path to an image, "acme" and "golden" of "/srv/acme/golden.qcow2". */
static void add_path(struct redact *r, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	if (is_common_place(path))
		return;
	for (size_t i = 0; parts[i]; i++) {
		const char *dot = strrchr(parts[i], '.');
		bool has_suffix = dot && dot > parts[i] && strlen(dot) <= 6;

		if (has_suffix)
			parts[i][dot - parts[i]] = '\0';
		if (strspn(parts[i], "0123456789") < strlen(parts[i]))
			redact_add_name(r, REDACT_PATH, parts[i]);
	}
}

static void add_matches(struct rewriting *w, size_t i, const char *text, gsize size)
{
	g_autoptr(GMatchInfo) match = NULL;

	g_regex_match_full(w->regexes[i], text, (gssize)size, 0, 0, &match, NULL);
	while (g_match_info_matches(match)) {
		g_autofree char *name = g_match_info_fetch(match, 1);

		if (places[i].kind == REDACT_PATH)
			add_path(w->redact, name);
		else if (places[i].kind == REDACT_USER || places[i].kind == REDACT_NETWORK || places[i].kind == REDACT_POOL)
			redact_add_name(w->redact, places[i].kind, name);
		else
			add_host(w->redact, places[i].kind, name);
		if (!g_match_info_next(match, NULL))
			break;
	}
}

/* passwd(5): the login, and the full name in what stands behind it. */
static void add_users(struct redact *r, const char *text, gsize size)
{
	g_autofree char *copy = g_strndup(text, size);
	g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], ":", 7);
		gint64 uid = g_strv_length(f) >= 5 ? g_ascii_strtoll(f[2], NULL, 10) : 0;

		if (uid < UID_MIN || (uid >= UID_RESERVED && uid <= UID_RESERVED_END))
			continue;
		redact_add_name(r, REDACT_USER, f[0]);
		f[4][strcspn(f[4], ",")] = '\0';
		redact_add_name(r, REDACT_USER, f[4]);
	}
}

static void collect(void *data, const struct query *q, const struct answer *a)
{
	struct rewriting *w = data;
	gsize size;
	const char *text;

	if (q->verb == SOURCE_HEAD || q->verb == SOURCE_DIRECT) /* of images only */
		add_path(w->redact, q->path);
	if (a->error || !a->data || q->verb != SOURCE_READ)
		return;
	text = g_bytes_get_data(a->data, &size);
	if (g_str_equal(q->path, "/etc/passwd"))
		add_users(w->redact, text, size);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (g_pattern_match_simple(places[i].glob, q->path) && text)
			add_matches(w, i, text, size);
}

static void collect_all(struct rewriting *w, struct source *record)
{
	g_auto(GStrv) domains = NULL;

	(void)domains_list(record, &domains);
	for (size_t i = 0; domains && domains[i]; i++)
		redact_add_name(w->redact, REDACT_DOMAIN, domains[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		w->regexes[i] = g_regex_new(places[i].regex, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
	record_each(record, collect, w);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		g_regex_unref(w->regexes[i]);
}

/* Rewriting */

static guint64 big_endian(const guint8 *p, size_t n)
{
	guint64 value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

/* The other name of the backing file, where the old one was; false: no room for it. */
static bool rewrite_backing(struct redact *r, guint8 *head, size_t size)
{
	guint64 at = big_endian(head + QCOW2_BACKING_AT, 8), n = big_endian(head + QCOW2_BACKING_AT + 8, 4);
	g_autofree char *name = NULL;
	size_t length;

	if (at == 0 || n == 0)
		return true;
	if (n > QCOW2_BACKING_MAX || at > size || n > size - at)
		return false;
	name = redact_text(r, (const char *)head + at, n, &length);
	if (length > size - at)
		return false;
	for (size_t i = n; i < length; i++)
		if (head[at + i])
			return false;
	memset(head + at, 0, n);
	memcpy(head + at, name, length);
	for (size_t i = 0; i < 4; i++)
		head[QCOW2_BACKING_AT + 8 + i] = (guint8)(length >> (24 - 8 * i));
	return true;
}

/* Other headers have names at fixed places, too: none is changed, and none may be in them. */
static GBytes *rewrite_head(struct rewriting *w, const char *path, GBytes *data)
{
	gsize size;
	g_autofree guint8 *head = g_memdup2(g_bytes_get_data(data, NULL), g_bytes_get_size(data));
	g_autofree char *text = NULL;
	size_t changed;

	size = g_bytes_get_size(data);
	if (size >= 20 && memcmp(head, QCOW2_MAGIC, 4) == 0 && !rewrite_backing(w->redact, head, size))
		w->failed = path;
	text = redact_text(w->redact, (const char *)head, size, &changed);
	/* Of the same size it fits: UUIDs do. */
	return changed == size ? g_bytes_new(text, size) : g_bytes_new(head, size);
}

/* Each name for itself, and sorted again. */
static GBytes *rewrite_list(struct redact *r, const char *dir, GBytes *data)
{
	g_autofree char *text = g_strndup(g_bytes_get_data(data, NULL), g_bytes_get_size(data));
	g_auto(GStrv) names = g_strsplit(text, "\n", -1);
	g_autofree char *other_dir = redact_text(r, dir, strlen(dir), NULL);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new_with_free_func(g_free);
	GString *out = g_string_new(NULL);

	for (size_t i = 0; names[i]; i++) {
		g_autofree char *path = g_strconcat(dir, "/", names[i], NULL);
		g_autofree char *other = redact_text(r, path, strlen(path), NULL);

		if (*names[i])
			g_ptr_array_add(sorted, g_strdup(other + MIN(strlen(other), strlen(other_dir) + 1)));
	}
	g_ptr_array_sort(sorted, order_by_bytes);
	for (size_t i = 0; i < sorted->len; i++)
		g_string_append_printf(out, "%s\n", (const char *)sorted->pdata[i]);
	return g_string_free_to_bytes(out);
}

/* What has blanks or NULs the audit log writes in hexadecimal. Source: audit-userspace, specs/fields */
static gboolean rewrite_hex(const GMatchInfo *match, GString *out, gpointer redact)
{
	g_autofree char *key = g_match_info_fetch(match, 1), *hex = g_match_info_fetch(match, 2), *other = NULL;
	size_t n = strlen(hex) / 2, size;

	for (size_t i = 0; i < n; i++)
		hex[i] = (char)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
	other = redact_text(redact, hex, n, &size);
	g_string_append(out, key);
	for (size_t i = 0; i < size; i++)
		g_string_append_printf(out, "%02X", (guint8)other[i]);
	return FALSE;
}

static GBytes *rewrite_audit(struct redact *r, GBytes *data)
{
	g_autoptr(GRegex) regex = g_regex_new("(\\b[a-z_0-9]+=)((?:[0-9A-F]{2}){4,})(?![0-9A-Za-z])", G_REGEX_RAW, 0, NULL);
	gsize size = 0;
	const char *text = g_bytes_get_data(data, &size);
	char *out = g_regex_replace_eval(regex, text ? text : "", (gssize)size, 0, 0, rewrite_hex, r, NULL);

	return out ? g_bytes_new_take(out, strlen(out)) : g_bytes_new(NULL, 0);
}

/* Addresses in the kernel's tables of sockets and routes: words of 32 bits as this machine has them in
 * memory, taken for little endian; on others the address is another one, too, only not the same as
 * elsewhere. Source: Linux net/ipv4/tcp_ipv4.c, net/ipv6/tcp_ipv6.c, net/ipv4/fib_trie.c */
static gboolean rewrite_socket(const GMatchInfo *match, GString *out, gpointer redact)
{
	g_autofree char *hex = g_match_info_fetch(match, 0), *other = NULL, *text = NULL;
	static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }; /* RFC 4291, 2.5.5.2 */
	guint8 a[16] = { 0 };
	size_t n = strlen(hex) / 2, size = 0;

	for (size_t i = 0; i < n; i++)
		a[i ^ 3] = (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
	if (n == 4 || memcmp(a, mapped, sizeof(mapped)) == 0) {
		guint8 *v4 = n == 4 ? a : a + sizeof(mapped);

		text = g_strdup_printf("%u.%u.%u.%u", v4[0], v4[1], v4[2], v4[3]);
		other = redact_text(redact, text, strlen(text), &size);
		(void)inet_pton(AF_INET, other, v4);
	} else {
		char shown[INET6_ADDRSTRLEN];

		inet_ntop(AF_INET6, a, shown, sizeof(shown));
		other = redact_text(redact, shown, strlen(shown), &size);
		(void)inet_pton(AF_INET6, other, a);
	}
	for (size_t i = 0; i < n; i++)
		g_string_append_printf(out, "%02X", a[i ^ 3]);
	return FALSE;
}

static GBytes *rewrite_sockets(struct redact *r, const char *path, GBytes *data)
{
	bool is_route = g_str_has_suffix(path, "/route");
	const char *what = is_route ? "(?<=\t)[0-9A-F]{8}(?=\t)" : "(?<= )([0-9A-F]{8}|[0-9A-F]{32})(?=:[0-9A-F]{4} )";
	g_autoptr(GRegex) regex = g_regex_new(what, G_REGEX_RAW, 0, NULL);
	gsize size = 0;
	const char *text = g_bytes_get_data(data, &size);
	char *out = g_regex_replace_eval(regex, text ? text : "", (gssize)size, 0, 0, rewrite_socket, r, NULL);

	return out ? g_bytes_new_take(out, strlen(out)) : g_bytes_new(NULL, 0);
}

static bool has_sockets(const char *path)
{
	static const char *const ends[] = { "/net/tcp", "/net/udp", "/net/tcp6", "/net/udp6", "/net/raw", "/net/raw6",
					    "/net/icmp", "/net/route" };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		if (g_str_has_prefix(path, "/proc/") && g_str_has_suffix(path, ends[i]))
			return true;
	return false;
}

static GBytes *rewrite_data(struct rewriting *w, const struct query *q, GBytes *data)
{
	g_autoptr(GBytes) made = strstr(q->path, "audit.")  ? rewrite_audit(w->redact, data) :
				 has_sockets(q->path) ? rewrite_sockets(w->redact, q->path, data) : NULL;
	size_t size;
	char *text;

	if (q->verb == SOURCE_HEAD)
		return rewrite_head(w, q->path, data);
	if (q->verb == SOURCE_LIST)
		return rewrite_list(w->redact, q->path, data);
	if (made)
		data = made;
	text = redact_text(w->redact, g_bytes_get_data(data, NULL), g_bytes_get_size(data), &size);
	return g_bytes_new_take(text, size);
}

static void rewrite(void *data, const struct query *q, const struct answer *a)
{
	struct rewriting *w = data;
	g_autofree char *path = redact_text(w->redact, q->path, strlen(q->path), NULL);
	const struct query other = { q->verb, q->tick, path };
	struct answer b = { .error = a->error, .truncated = a->truncated };

	if (a->data)
		b.data = rewrite_data(w, q, a->data);
	record_put(w->out, &other, &b);
}

struct source *redact_record(struct redact *r, struct source *record, GError **error)
{
	struct rewriting w = { .redact = r };

	collect_all(&w, record);
	w.out = record_new(NULL);
	record_each(record, rewrite, &w);
	if (w.failed) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("%s: the name of its backing file cannot be replaced in the header"), w.failed);
		g_clear_pointer(&w.out, source_free);
	}
	return w.out;
}
