// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact - one pass over a text: at each beginning of a word, is an address or a name there?
 */
#include "redact/redact_private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define UUID_BYTES 36
#define MAC_BYTES 17
#define IPV6_MAX_BYTES 39

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
	r->in_paths = map_new();
	r->words = redact_words_new();
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
	g_hash_table_unref(r->in_paths);
	redact_left_index_free(r->left);
	explicit_bzero(r->key, sizeof(r->key));
	g_free(r);
}

/* Boundaries */

static bool is_hex(char c)
{
	return g_ascii_isxdigit(c);
}

/* "%2Fweb", "\x2dweb" and "\nweb" begin a word, too. */
static bool begins_word(const char *text, size_t at)
{
	const char *p = text + at;

	if (at == 0 || !redact_is_word(p[-1]))
		return true;
	if (at >= 2 && p[-2] == '\\' && strchr("ntr0", p[-1]))
		return true;
	if (at >= 3 && p[-3] == '%' && is_hex(p[-2]) && is_hex(p[-1]))
		return true;
	return at >= 4 && p[-4] == '\\' && p[-3] == 'x' && is_hex(p[-2]) && is_hex(p[-1]);
}

/* Finders: each adds to @out and returns how many bytes it took, or 0. */

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
	redact_replaced(r, out, p, UUID_BYTES, known);
	return UUID_BYTES;
}

static bool is_mac(const char *p, size_t size)
{
	if (size < MAC_BYTES || (p[2] != ':' && p[2] != '-'))
		return false;
	for (size_t i = 0; i < MAC_BYTES; i++)
		if (i % 3 == 2 ? p[i] != p[2] : !is_hex(p[i]))
			return false;
	return size == MAC_BYTES || !redact_is_word(p[MAC_BYTES]);
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
	redact_replaced(r, out, p, MAC_BYTES, pseudonym);
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
	if (!redact_ends_word(text, size, at + n) || inet_pton(AF_INET, copy, &a) != 1)
		return 0;
	mapped = redact_ipv4(r->key, ntohl(a.s_addr));
	if (mapped == ntohl(a.s_addr))
		return 0;
	a.s_addr = htonl(mapped);
	inet_ntop(AF_INET, &a, shown, sizeof(shown));
	redact_replaced(r, out, copy, n, shown);
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
	if (n < 3 || (n < size && redact_is_word(p[n])) || !memchr(p, ':', n))
		return 0;
	memcpy(copy, p, n);
	if (inet_pton(AF_INET6, copy, &a) != 1)
		return 0;
	old = a;
	map_ipv6(r, a.s6_addr);
	if (memcmp(&a, &old, sizeof(a)) == 0)
		return 0;
	inet_ntop(AF_INET6, &a, shown, sizeof(shown));
	redact_replaced(r, out, p, n, shown);
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
	return redact_take_name(r, out, text, size, at);
}

char *redact_text(struct redact *r, const char *text, size_t size, size_t *ret_size)
{
	GString *out = g_string_sized_new(size + 1);
	size_t at = 0;

	while (at < size) {
		size_t n = begins_word(text, at) || !redact_is_word(text[at]) ? take(r, out, text, size, at) : 0;

		if (n == 0)
			g_string_append_c(out, text[at]);
		at += n ? n : 1;
	}
	if (ret_size)
		*ret_size = out->len;
	return g_string_free(out, FALSE);
}

/* What was replaced */

static const char *pseudonym_of(struct redact *r, const char *original)
{
	const char *known = g_hash_table_lookup(r->replaced, original);

	return known ? known : g_hash_table_lookup(r->in_paths, original);
}

char *redact_map(struct redact *r)
{
	g_autoptr(GList) keys = g_list_concat(g_hash_table_get_keys(r->replaced), g_hash_table_get_keys(r->in_paths));
	GString *map = g_string_new("# original\tpseudonym\n");
	const char *before = NULL;

	keys = g_list_sort(keys, (GCompareFunc)strcmp);
	for (GList *k = keys; k; before = k->data, k = k->next)
		if (g_strcmp0(k->data, before) != 0)
			g_string_append_printf(map, "%s\t%s\n", (const char *)k->data, pseudonym_of(r, k->data));
	return g_string_free(map, FALSE);
}

const char *redact_left(struct redact *r, const char *text, size_t size)
{
	guint n = g_hash_table_size(r->replaced);

	if (!r->left || r->left_size != n) {
		redact_left_index_free(r->left);
		r->left = redact_left_index_new(r->replaced);
		r->left_size = n;
	}
	return redact_left_find(r->left, text, size);
}
