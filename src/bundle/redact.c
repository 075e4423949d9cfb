// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact - one pass over a text: at each beginning of a word, is an address or a name there?
 */
#include "redact.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "rules.h"
#include "source.h"

#define UUID_BYTES 36
#define MAC_BYTES 17
#define NAME_MIN_BYTES 3
#define IPV6_MAX_BYTES 39

struct name {
	char *text, *pseudonym;
	size_t size;
	bool is_strict; /* only where a domain's name is expected */
};

struct redact {
	guint8 key[REDACT_KEY_BYTES];
	GHashTable *names;	 /* text -> pseudonym, all forms */
	GPtrArray *by_byte[256]; /* of struct name, the longest first */
	GHashTable *words;	 /* that mean something */
	GHashTable *replaced;	 /* original -> pseudonym */
	GHashTable *uuids, *macs; /* original, in small letters -> pseudonym */
	unsigned int counts[REDACT_KINDS_];
};

/* Words that stand in paths and texts in another sense, beside libvirt's own. */
static const char *const meaning[] = {
	"qemu", "kvm", "libvirt", "default", "live", "vmdoctor", "domain", "domains", "guest", "host", "info",
	"stats", "inactive", "active", "networks", "network", "autostart", "images", "test", "root", "nobody",
	"localhost", "localdomain", "debian", "ubuntu", "fedora", "centos", "rhel", "almalinux", "rocky", "opensuse",
	"suse", "arch", "linux", "windows", "admin", "user", "users", "etc", "var", "log", "run", "lib", "usr",
	"bin", "sbin", "home", "share", "proc", "sys", "dev", "tmp", "srv", "mnt", "opt", "boot", "kernel", "system",
	"systemd", "journal", "syslog", "messages", "audit", "libvirtd", "virtqemud", "virtlogd", "swtpm", "pool",
	"storage", "running", "paused", "shut", "off", "error", "warning", "debug", "true", "false", "null", "yes",
	"name", "data", "disk", "x86_64", "amd64", "none", "local", "manager", "machine", "server", "backup",
	"virbr0", "bridge", "xml", "json", "txt", "qcow2", "raw", "img", "iso", "conf", "size", "mode", "type", NULL,
};

static void name_free(void *p)
{
	struct name *n = p;

	g_free(n->text);
	g_free(n->pseudonym);
	g_free(n);
}

/* rules/libvirt-names.txt: the elements and attributes of libvirt's XML. */
static GHashTable *words_new(void)
{
	GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *dir = rules_dir(), *path = g_build_filename(dir, "libvirt-names.txt", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) split = NULL;

	for (size_t i = 0; meaning[i]; i++)
		g_hash_table_add(words, g_strdup(meaning[i]));
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return words;
	split = g_strsplit_set(text, " \t\n/@:", -1);
	for (size_t i = 0; split[i]; i++)
		g_hash_table_add(words, g_strdup(split[i]));
	return words;
}

static GHashTable *map_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

struct redact *redact_new(const guint8 *key)
{
	struct redact *r = g_new0(struct redact, 1);

	if (key)
		memcpy(r->key, key, sizeof(r->key));
	else if (getrandom(r->key, sizeof(r->key), 0) != (ssize_t)sizeof(r->key))
		g_error("no random numbers");
	r->names = map_new();
	r->replaced = map_new();
	r->uuids = map_new();
	r->macs = map_new();
	r->words = words_new();
	return r;
}

void redact_free(struct redact *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(r->by_byte); i++)
		if (r->by_byte[i])
			g_ptr_array_unref(r->by_byte[i]);
	g_hash_table_unref(r->names);
	g_hash_table_unref(r->replaced);
	g_hash_table_unref(r->uuids);
	g_hash_table_unref(r->macs);
	g_hash_table_unref(r->words);
	explicit_bzero(r->key, sizeof(r->key));
	g_free(r);
}

/* Names */

static int by_size(gconstpointer a, gconstpointer b)
{
	const struct name *x = *(const struct name *const *)a, *y = *(const struct name *const *)b;

	return x->size < y->size ? 1 : x->size > y->size ? -1 : strcmp(x->text, y->text);
}

/* One way to write a name; takes over both. */
static void add_form(struct redact *r, char *text, char *pseudonym, bool is_strict)
{
	GPtrArray **list = &r->by_byte[(guint8)text[0]];
	struct name *n;

	if (g_hash_table_contains(r->names, text)) {
		g_free(text);
		g_free(pseudonym);
		return;
	}
	n = g_new0(struct name, 1);
	*n = (struct name){ text, pseudonym, strlen(text), is_strict };
	g_hash_table_insert(r->names, g_strdup(text), g_strdup(pseudonym));
	if (!*list)
		*list = g_ptr_array_new_with_free_func(name_free);
	g_ptr_array_add(*list, n);
	g_ptr_array_sort(*list, by_size);
}

/* As paths, XML, URIs, JSON and systemd's units have it. */
static void add_forms(struct redact *r, const char *name, const char *pseudonym, bool is_strict)
{
	g_auto(GStrv) parts = g_strsplit(name, "-", -1);
	g_auto(GStrv) own = g_strsplit(pseudonym, "-", -1);

	add_form(r, g_strdup(name), g_strdup(pseudonym), is_strict);
	add_form(r, source_path_escape(name), g_strdup(pseudonym), is_strict);
	add_form(r, g_markup_escape_text(name, -1), g_strdup(pseudonym), is_strict);
	add_form(r, g_uri_escape_string(name, NULL, FALSE), g_strdup(pseudonym), is_strict);
	add_form(r, g_strescape(name, NULL), g_strdup(pseudonym), is_strict);
	add_form(r, g_strjoinv("\\x2d", parts), g_strjoinv("\\x2d", own), is_strict);
	add_form(r, g_ascii_strdown(name, -1), g_strdup(pseudonym), is_strict);
}

static char *next_pseudonym(struct redact *r, enum redact_kind kind)
{
	static const char *const forms[] = { "vm-%u", "host-%u", "user-%u", "name-%u.example" };
	g_auto(GStrv) around = g_strsplit(forms[kind], "%u", 2);

	return g_strdup_printf("%s%u%s", around[0], ++r->counts[kind], around[1]);
}

void redact_add_name(struct redact *r, enum redact_kind kind, const char *name)
{
	g_autofree char *pseudonym = NULL;
	bool is_strict = strlen(name) < NAME_MIN_BYTES || g_hash_table_contains(r->words, name);

	if (!*name || g_hash_table_contains(r->names, name) || (is_strict && kind != REDACT_DOMAIN))
		return;
	pseudonym = next_pseudonym(r, kind);
	add_forms(r, name, pseudonym, is_strict);
}

/* Boundaries */

static bool is_hex(char c)
{
	return g_ascii_isxdigit(c);
}

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || (guint8)c >= 0x80;
}

/* "%2Fweb", "\x2dweb" and "\nweb" begin a word, too. */
static bool begins_word(const char *text, size_t at)
{
	const char *p = text + at;

	if (at == 0 || !is_word(p[-1]))
		return true;
	if (at >= 2 && p[-2] == '\\' && strchr("ntr0", p[-1]))
		return true;
	if (at >= 3 && p[-3] == '%' && is_hex(p[-2]) && is_hex(p[-1]))
		return true;
	return at >= 4 && p[-4] == '\\' && p[-3] == 'x' && is_hex(p[-2]) && is_hex(p[-1]);
}

static bool ends_word(const char *text, size_t size, size_t end)
{
	return end >= size || !is_word(text[end]) || !is_word(text[end - 1]);
}

static bool is_after(const char *text, size_t at, const char *what)
{
	size_t n = strlen(what);

	return at >= n && memcmp(text + at - n, what, n) == 0;
}

/* Where libvirt writes a domain's name, and nothing else can stand. */
static bool is_name_expected(const char *text, size_t at)
{
	static const char *const before[] = { "<name>", "guest=", "\"name\" : \"", "\"name\":\"", "vm=\"", "vm='",
					      "/libvirt/qemu/", "/libvirt/domains/", "/libvirt/info/", "/libvirt/stats/",
					      "/libvirt/guest/", "-domain=", "domain '" };
	size_t digits = at;

	for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
		if (is_after(text, at, before[i]))
			return true;
	if (at == 0 || text[at - 1] != '-')
		return false;
	digits--;
	while (digits > 0 && g_ascii_isdigit(text[digits - 1]))
		digits--;
	return digits < at - 1 && is_after(text, digits, "domain-");
}

/* Finders: each adds to @out and returns how many bytes it took, or 0. */

static void add_replaced(struct redact *r, GString *out, const char *text, size_t size, const char *pseudonym)
{
	g_string_append(out, pseudonym);
	g_hash_table_replace(r->replaced, g_strndup(text, size), g_strdup(pseudonym));
}

static size_t take_name(struct redact *r, GString *out, const char *text, size_t size, size_t at)
{
	GPtrArray *list = r->by_byte[(guint8)text[at]];

	for (size_t i = 0; list && i < list->len; i++) {
		const struct name *n = list->pdata[i];

		if (n->size > size - at || memcmp(text + at, n->text, n->size) != 0 ||
		    !ends_word(text, size, at + n->size) || (n->is_strict && !is_name_expected(text, at)))
			continue;
		if (n->is_strict)
			g_string_append(out, n->pseudonym);
		else
			add_replaced(r, out, text + at, n->size, n->pseudonym);
		return n->size;
	}
	return 0;
}

static bool is_uuid(const char *p, size_t size)
{
	for (size_t i = 0; i < UUID_BYTES; i++)
		if (i >= size || ((i == 8 || i == 13 || i == 18 || i == 23) ? p[i] != '-' : !is_hex(p[i])))
			return false;
	return size == UUID_BYTES || !is_hex(p[UUID_BYTES]);
}

static size_t take_uuid(struct redact *r, GString *out, const char *p, size_t size)
{
	g_autofree char *small = NULL;
	const char *known;

	if (!is_uuid(p, size))
		return 0;
	small = g_ascii_strdown(p, UUID_BYTES);
	if (strspn(small, "0-") == UUID_BYTES)
		return 0;
	known = g_hash_table_lookup(r->uuids, small);
	if (!known) {
		char *made = g_strdup_printf("00000000-0000-4000-8000-%012x", g_hash_table_size(r->uuids) + 1);

		g_hash_table_insert(r->uuids, g_strdup(small), made);
		known = made;
	}
	add_replaced(r, out, p, UUID_BYTES, known);
	return UUID_BYTES;
}

static bool is_mac(const char *p, size_t size)
{
	if (size < MAC_BYTES || (p[2] != ':' && p[2] != '-'))
		return false;
	for (size_t i = 0; i < MAC_BYTES; i++)
		if (i % 3 == 2 ? p[i] != p[2] : !is_hex(p[i]))
			return false;
	return size == MAC_BYTES || !is_word(p[MAC_BYTES]);
}

/* The last five bytes of a MAC address by others: tap and guest differ in the first only. */
static const char *mac_tail(struct redact *r, const char *tail)
{
	const char *known = g_hash_table_lookup(r->macs, tail);
	guint n = g_hash_table_size(r->macs) + 1;
	char *made;

	if (known)
		return known;
	made = g_strdup_printf("00:%02x:%02x:%02x:%02x", n >> 24 & 0xff, n >> 16 & 0xff, n >> 8 & 0xff, n & 0xff);
	g_hash_table_insert(r->macs, g_strdup(tail), made);
	return made;
}

/* NULL: multicast, or none at all. */
static char *mac_pseudonym(struct redact *r, const char *p)
{
	g_autofree char *small = g_ascii_strdown(p, MAC_BYTES);
	unsigned int first = (unsigned int)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
	char separator = p[2], *pseudonym;

	g_strdelimit(small, "-", ':');
	if ((first & 1) || g_str_equal(small, "00:00:00:00:00:00"))
		return NULL;
	pseudonym = g_strdup_printf("%s:%s", first == 0xfe ? "fe" : "02", mac_tail(r, small + 3));
	return g_strdelimit(pseudonym, ":", separator);
}

/* Of a client identifier or a DUID only what ends it is an address. */
static size_t take_mac(struct redact *r, GString *out, const char *p, size_t size)
{
	g_autofree char *pseudonym = NULL;

	if (!is_mac(p, size) || (size > MAC_BYTES + 2 && p[MAC_BYTES] == p[2] && is_hex(p[MAC_BYTES + 1])))
		return 0;
	pseudonym = mac_pseudonym(r, p);
	if (!pseudonym)
		return 0;
	add_replaced(r, out, p, MAC_BYTES, pseudonym);
	return MAC_BYTES;
}

static size_t take_ipv4(struct redact *r, GString *out, const char *text, size_t size, size_t at)
{
	char copy[INET_ADDRSTRLEN] = { 0 }, shown[INET_ADDRSTRLEN];
	struct in_addr a;
	size_t n = 0;
	uint32_t mapped;

	if (at > 0 && text[at - 1] == '.' && at > 1 && g_ascii_isalnum(text[at - 2]))
		return 0;
	while (n < size - at && n < sizeof(copy) - 1 && (g_ascii_isdigit(text[at + n]) || text[at + n] == '.'))
		n++;
	while (n > 0 && text[at + n - 1] == '.')
		n--;
	memcpy(copy, text + at, n);
	if (!ends_word(text, size, at + n) || inet_pton(AF_INET, copy, &a) != 1)
		return 0;
	mapped = redact_ipv4(r->key, ntohl(a.s_addr));
	if (mapped == ntohl(a.s_addr))
		return 0;
	a.s_addr = htonl(mapped);
	inet_ntop(AF_INET, &a, shown, sizeof(shown));
	add_replaced(r, out, copy, n, shown);
	return n;
}

static void map_ipv6(struct redact *r, guint8 *a)
{
	g_autofree char *mac = NULL, *mapped = NULL;
	unsigned int b[6];

	redact_ipv6(r->key, a);
	if (a[11] != 0xff || a[12] != 0xfe)
		return;
	mac = g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", a[8] ^ 2u, a[9], a[10], a[13], a[14], a[15]);
	mapped = mac_pseudonym(r, mac);
	if (!mapped || sscanf(mapped, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) != 6)
		return;
	a[8] = (guint8)(b[0] ^ 2);
	a[9] = (guint8)b[1];
	a[10] = (guint8)b[2];
	for (size_t i = 0; i < 3; i++)
		a[13 + i] = (guint8)b[3 + i];
}

static size_t take_ipv6(struct redact *r, GString *out, const char *p, size_t size)
{
	char copy[IPV6_MAX_BYTES + 1] = { 0 }, shown[INET6_ADDRSTRLEN];
	struct in6_addr a, old;
	size_t n = 0;

	while (n < size && n < IPV6_MAX_BYTES && (is_hex(p[n]) || p[n] == ':'))
		n++;
	while (n > 2 && p[n - 1] == ':' && p[n - 2] != ':')
		n--;
	if (n < 3 || (n < size && is_word(p[n])) || !memchr(p, ':', n))
		return 0;
	memcpy(copy, p, n);
	if (inet_pton(AF_INET6, copy, &a) != 1)
		return 0;
	old = a;
	map_ipv6(r, a.s6_addr);
	if (memcmp(&a, &old, sizeof(a)) == 0)
		return 0;
	inet_ntop(AF_INET6, &a, shown, sizeof(shown));
	add_replaced(r, out, p, n, shown);
	return n;
}

static size_t take(struct redact *r, GString *out, const char *text, size_t size, size_t at)
{
	const char *p = text + at;
	size_t n = 0;

	if (is_hex(*p) && ((n = take_uuid(r, out, p, size - at)) || (n = take_mac(r, out, p, size - at)) ||
			   (n = take_ipv6(r, out, p, size - at))))
		return n;
	if (g_ascii_isdigit(*p) && (n = take_ipv4(r, out, text, size, at)))
		return n;
	return take_name(r, out, text, size, at);
}

char *redact_text(struct redact *r, const char *text, size_t size, size_t *ret_size)
{
	GString *out = g_string_sized_new(size + 1);
	size_t at = 0;

	while (at < size) {
		size_t n = begins_word(text, at) || !is_word(text[at]) ? take(r, out, text, size, at) : 0;

		if (n == 0)
			g_string_append_c(out, text[at]);
		at += n ? n : 1;
	}
	if (ret_size)
		*ret_size = out->len;
	return g_string_free(out, FALSE);
}

/* What was replaced */

char *redact_map(struct redact *r)
{
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(r->replaced), (GCompareFunc)strcmp);
	GString *map = g_string_new("# original\tpseudonym\n");

	for (GList *k = keys; k; k = k->next)
		g_string_append_printf(map, "%s\t%s\n", (const char *)k->data,
				       (const char *)g_hash_table_lookup(r->replaced, k->data));
	return g_string_free(map, FALSE);
}

/* Another original's pseudonym is none that was left. */
static GHashTable *pseudonyms_of(struct redact *r)
{
	GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter it;
	gpointer value;

	g_hash_table_iter_init(&it, r->replaced);
	while (g_hash_table_iter_next(&it, NULL, &value))
		g_hash_table_add(set, value);
	return set;
}

static bool stands_in(const char *text, size_t size, const char *what)
{
	bool colons = strchr(what, ':') != NULL;
	size_t n = strlen(what);
	const char *p = text;

	while ((p = memmem(p, size - (size_t)(p - text), what, n))) {
		size_t at = (size_t)(p - text);
		bool before = at == 0 || !(is_word(p[-1]) || (p[-1] == '.' && g_ascii_isdigit(*p)) || (colons && p[-1] == ':'));
		bool behind = at + n >= size || !(is_word(p[n]) || (colons && p[n] == ':') || (p[n] == '.' && at + n + 1 < size &&
											 g_ascii_isdigit(p[n + 1])));

		if (before && behind)
			return true;
		p++;
	}
	return false;
}

const char *redact_left(struct redact *r, const char *text, size_t size)
{
	g_autoptr(GHashTable) pseudonyms = pseudonyms_of(r);
	GHashTableIter it;
	gpointer key;

	g_hash_table_iter_init(&it, r->replaced);
	while (g_hash_table_iter_next(&it, &key, NULL))
		if (!g_hash_table_contains(pseudonyms, key) && stands_in(text, size, key))
			return key;
	return NULL;
}
