// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clean - hiding what clean_find() finds, by the kind of file.
 */
#include "clean/clean.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "source/source.h"

#define PASSES_MAX 8

static void know(GHashTable *known, const char *value, size_t size)
{
	if (known && size > 0)
		g_hash_table_add(known, g_strndup(value, size));
}

static GBytes *clean_once(const char *text, size_t size, GHashTable *known)
{
	struct clean_span s;
	GString *out;
	size_t at = 0;

	if (!clean_find(text, size, 0, &s))
		return NULL;
	out = g_string_sized_new(size);
	do {
		g_string_append_len(out, text + at, (gssize)(s.begin - at));
		g_string_append(out, CLEAN_HIDDEN);
		know(known, text + s.begin, s.end - s.begin);
		at = s.end;
	} while (clean_find(text, size, at, &s));
	g_string_append_len(out, text + at, (gssize)(size - at));
	return g_string_free_to_bytes(out);
}

/* What is left of a text may read anew like something with a secret in it; what was hidden is to be the end of it. */
GBytes *clean_text(const char *text, size_t size, GHashTable *known)
{
	GBytes *cleaned = clean_once(text, size, known);

	for (int i = 1; cleaned && i < PASSES_MAX; i++) {
		gsize n;
		const char *left = g_bytes_get_data(cleaned, &n);
		GBytes *again = clean_once(left, n, known);

		if (!again)
			break;
		g_bytes_unref(cleaned);
		cleaned = again;
	}
	return cleaned;
}

GBytes *clean_binary(const char *bytes, size_t size, GHashTable *known)
{
	struct clean_span s = { 0 };
	char *copy = NULL;

	while (clean_find(bytes, size, s.end, &s)) {
		if (!copy)
			copy = g_memdup2(bytes, size);
		memset(copy + s.begin, 'x', s.end - s.begin);
		know(known, bytes + s.begin, s.end - s.begin);
	}
	return copy ? g_bytes_new_take(copy, size) : NULL;
}

/* Sockets of other programs are nobody's business; the first line names the columns. */
static GBytes *clean_unix(const char *text, size_t size, GHashTable *known G_GNUC_UNUSED)
{
	GString *out = g_string_new(NULL);

	for (const char *line = text, *end; line < text + size; line = end) {
		const char *newline = memchr(line, '\n', (size_t)(text + size - line));
		size_t n;

		end = newline ? newline + 1 : text + size;
		n = (size_t)(end - line);
		if (line == text || memmem(line, n, "libvirt", 7) || memmem(line, n, "qemu", 4) ||
		    memmem(line, n, "/virt", 5))
			g_string_append_len(out, line, (gssize)n);
	}
	return g_string_free_to_bytes(out);
}

/*
 * "  12: 0100007F:0035 0A00000A:D431 01 …": with whom this host talks becomes 0; that somebody
 * listens stays. Source: Linux Documentation/networking/proc_net_tcp.rst
 */
static GBytes *clean_peers(const char *text, size_t size, GHashTable *known G_GNUC_UNUSED)
{
	char *copy = g_strndup(text, size);
	size_t end = strlen(copy);

	for (char *line = copy; line < copy + end;) {
		char *newline = strchr(line, '\n'), *p = line;

		for (int word = 0; word < 2 && p; word++) {
			p += strspn(p, " ");
			p = strchr(p, ' ');
		}
		if (p && (!newline || p < newline) && strchr(line, ':')) {
			p += strspn(p, " ");
			for (; isxdigit((unsigned char)*p); p++)
				*p = '0';
		}
		line = newline ? newline + 1 : copy + end;
	}
	return g_bytes_new_take(copy, end);
}

static GBytes *clean_nothing(const char *text G_GNUC_UNUSED, size_t size G_GNUC_UNUSED,
			     GHashTable *known G_GNUC_UNUSED)
{
	return NULL;
}

/* First match wins. '*' crosses '/'. */
static const struct kind {
	const char *glob;
	GBytes *(*clean)(const char *text, size_t size, GHashTable *known);
} kinds[] = {
	{ "/sys/*", clean_nothing },
	{ "/vmdoctor/osinfo/*", clean_nothing },
	{ "/vmdoctor/libvirt/capabilities.xml", clean_nothing },
	{ "/vmdoctor/libvirt/domcapabilities/*", clean_nothing },
	{ "*.xml", clean_xml },
	{ "/proc/net/unix", clean_unix },
	{ "/proc/net/tcp*", clean_peers },
	{ "/proc/net/udp*", clean_peers },
	{ "*", clean_text },
};

GBytes *clean_answer(const char *path, const char *bytes, size_t size, GHashTable *known)
{
	const struct kind *k = kinds;

	while (fnmatch(k->glob, path, 0) != 0)
		k++;
	return k->clean(bytes, size, known);
}

/* The layer */

struct clean_source {
	struct source source;
	struct source *below;
	GHashTable *known;
};

static void clean_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct clean_source *c = (struct clean_source *)src;
	GBytes *cleaned = NULL;
	const char *bytes;
	gsize size;

	source_ask(c->below, q, ret);
	if (ret->error || !ret->data)
		return;
	bytes = g_bytes_get_data(ret->data, &size);
	if (q->verb == SOURCE_READ && size > 0)
		cleaned = clean_answer(q->path, bytes, size, c->known);
	else if (q->verb == SOURCE_HEAD && size > 0)
		cleaned = clean_binary(bytes, size, c->known);
	if (cleaned) {
		g_bytes_unref(ret->data);
		ret->data = cleaned;
	}
}

static void clean_free(struct source *src)
{
	source_free(((struct clean_source *)src)->below);
	g_free(src);
}

static const struct source_ops clean_ops = { .ask = clean_ask, .free = clean_free };

struct source *source_clean_new(struct source *below, GHashTable *known)
{
	struct clean_source *c = g_new0(struct clean_source, 1);

	*c = (struct clean_source){ { &clean_ops }, below, known };
	return &c->source;
}
