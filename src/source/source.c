// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source - typed questions over source_ask(), and the one table of caps.
 */
#include "source/source.h"

#include <errno.h>
#include <stdarg.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define KIB ((size_t)1024)
#define MIB (KIB * KIB)

const char *const source_verb_names[SOURCE_VERB_MAX_] = {
	[SOURCE_READ] = "read", [SOURCE_LIST] = "list",	    [SOURCE_LINK] = "link",
	[SOURCE_STAT] = "stat", [SOURCE_FS] = "fs",	    [SOURCE_DIRECT] = "direct",
	[SOURCE_HEAD] = "head",
};

/* First match wins. '*' crosses '/'. */
static const struct cap {
	const char *glob;
	size_t bytes;
	bool tail;
} caps[] = {
	{ "/var/log/*", 8 * MIB, true },
	{ "*/libvirt/qemu/log/*", 8 * MIB, true }, /* qemu:///session */
	{ "/vmdoctor/audit.txt", 8 * MIB, true },
	{ "/sos_commands/logs/*", 8 * MIB, true },
	{ "/sos_strings/*", 8 * MIB, true },
	{ "/vmdoctor/libvirt/capabilities.xml", 8 * MIB, false },
	{ "/vmdoctor/net/nft.*", 16 * MIB, false },
	{ "/vmdoctor/libvirt/*", 4 * MIB, false },
	{ "/vmdoctor/trace.json", 16 * MIB, false },
	{ "/vmdoctor/manifest.*", 64 * MIB, false },
	{ "/sys/*", 64 * KIB, false },
	{ "/proc/*", 4 * MIB, false },
	{ "*", 4 * MIB, false },
};

static const struct cap *cap_of(const char *path)
{
	const struct cap *c = caps;

	while (fnmatch(c->glob, path, 0) != 0)
		c++;
	return c;
}

size_t source_cap_bytes(const char *path)
{
	return cap_of(path)->bytes;
}

bool source_cap_is_tail(const char *path)
{
	return cap_of(path)->tail;
}

char *source_path_escape(const char *name)
{
	GString *out = g_string_new(NULL);

	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool hide = *p == '/' || *p == '%' || *p < ' ' || *p == 0x7f ||
			    (*p == '.' && (p == (const unsigned char *)name ||
					   strcmp((const char *)p, ".inactive") == 0));

		if (hide)
			g_string_append_printf(out, "%%%02X", *p);
		else
			g_string_append_c(out, (char)*p);
	}
	return g_string_free(out, FALSE);
}

char *source_path_unescape(const char *component)
{
	char *plain = g_uri_unescape_string(component, NULL);

	return plain ? plain : g_strdup(component);
}

void answer_done(struct answer *a)
{
	g_clear_pointer(&a->data, g_bytes_unref);
	*a = (struct answer){ 0 };
}

void source_ask(struct source *src, const struct query *q, struct answer *ret)
{
	*ret = (struct answer){ 0 };
	src->ops->ask(src, q, ret);
}

void source_free(struct source *src)
{
	if (src)
		src->ops->free(src);
}

/* The answer as text; NULL with *ret_error set. */
static char *ask_text(struct source *src, enum source_verb verb, const char *path, size_t *ret_size,
		      bool *ret_cut, int *ret_error)
{
	const struct query q = { .verb = verb, .path = path };
	struct answer a;
	char *text = NULL;

	source_ask(src, &q, &a);
	*ret_error = a.error;
	if (a.error == 0) {
		gsize size = 0;
		const char *bytes = a.data ? g_bytes_get_data(a.data, &size) : NULL;

		text = g_malloc(size + 1);
		if (size > 0)
			memcpy(text, bytes, size);
		text[size] = '\0';
		if (ret_size)
			*ret_size = size;
		if (ret_cut)
			*ret_cut = a.truncated;
	}
	answer_done(&a);
	return text;
}

int source_read(struct source *src, const char *path, char **ret_data, size_t *ret_size)
{
	bool cut = false;
	int error;
	char *text = ask_text(src, SOURCE_READ, path, ret_size, &cut, &error);

	if (!text)
		return error;
	*ret_data = text;
	return cut ? 1 : 0;
}

int source_readf(struct source *src, char **ret_data, const char *format, ...)
{
	g_autofree char *path = NULL;
	va_list args;

	va_start(args, format);
	path = g_strdup_vprintf(format, args);
	va_end(args);
	return source_read(src, path, ret_data, NULL);
}

int source_list(struct source *src, const char *path, GStrv *ret_names)
{
	int error;
	g_autofree char *text = ask_text(src, SOURCE_LIST, path, NULL, NULL, &error);

	if (!text)
		return error;
	if (g_str_has_suffix(text, "\n"))
		text[strlen(text) - 1] = '\0';
	*ret_names = g_strsplit(text, "\n", -1);
	return 0;
}

int source_link(struct source *src, const char *path, char **ret_target)
{
	int error;
	char *text = ask_text(src, SOURCE_LINK, path, NULL, NULL, &error);

	if (!text)
		return error;
	*ret_target = text;
	return 0;
}

/* Calls @set for each key=value of "k=v k=v"; values are %-escaped. */
static int ask_pairs(struct source *src, enum source_verb verb, const char *path,
		     void (*set)(void *into, const char *key, const char *value), void *into)
{
	int error;
	g_autofree char *text = ask_text(src, verb, path, NULL, NULL, &error);
	g_auto(GStrv) pairs = NULL;

	if (!text)
		return error;
	pairs = g_strsplit(text, " ", 0);
	for (size_t i = 0; pairs[i]; i++) {
		char *equals = strchr(pairs[i], '=');
		g_autofree char *value = NULL;

		if (!equals)
			continue;
		*equals = '\0';
		value = g_uri_unescape_string(equals + 1, NULL);
		if (value)
			set(into, pairs[i], value);
	}
	return 0;
}

static void set_stat(void *into, const char *key, const char *value)
{
	struct source_stat *st = into;
	uint64_t number = strtoull(value, NULL, strcmp(key, "mode") == 0 ? 8 : 10);

	if (strcmp(key, "mode") == 0)
		st->mode = (unsigned int)number;
	else if (strcmp(key, "uid") == 0)
		st->uid = (unsigned int)number;
	else if (strcmp(key, "gid") == 0)
		st->gid = (unsigned int)number;
	else if (strcmp(key, "size") == 0)
		st->size_bytes = number;
	else if (strcmp(key, "allocated") == 0)
		st->allocated_bytes = number;
	else if (strcmp(key, "inode") == 0)
		st->inode = number;
	else if (strcmp(key, "device") == 0)
		st->device = number;
	else if (strcmp(key, "rdev") == 0)
		st->rdev = number;
	else if (strcmp(key, "mtime") == 0)
		st->mtime_s = (int64_t)number;
	else if (strcmp(key, "label") == 0 && !st->label)
		st->label = g_strdup(value);
	else if (strcmp(key, "acl") == 0 && !st->acl)
		st->acl = g_strdup(value);
	else if (strcmp(key, "attributes") == 0) {
		st->is_immutable = strcmp(value, "immutable") == 0;
		st->is_append_only = strcmp(value, "append-only") == 0;
	}
}

int source_stat(struct source *src, const char *path, struct source_stat *ret)
{
	struct source_stat st = { 0 };
	int r = ask_pairs(src, SOURCE_STAT, path, set_stat, &st);

	/* A file without a type is no answer. */
	if (r == 0 && st.mode == 0)
		r = -EBADMSG;
	if (r == 0)
		*ret = st;
	else
		source_stat_done(&st);
	return r;
}

void source_stat_done(struct source_stat *st)
{
	g_clear_pointer(&st->label, g_free);
	g_clear_pointer(&st->acl, g_free);
}

static void set_fs(void *into, const char *key, const char *value)
{
	struct source_fs *fs = into;

	if (strcmp(key, "type") == 0 && !fs->type)
		fs->type = g_strdup(value);
	else if (strcmp(key, "flags") == 0 && !fs->flags)
		fs->flags = g_strdup(value);
	else if (strcmp(key, "mount") == 0 && !fs->mount)
		fs->mount = g_strdup(value);
	else if (strcmp(key, "free") == 0)
		fs->free_bytes = strtoull(value, NULL, 10);
	else if (strcmp(key, "size") == 0)
		fs->size_bytes = strtoull(value, NULL, 10);
}

int source_fs(struct source *src, const char *path, struct source_fs *ret)
{
	struct source_fs fs = { 0 };
	int r = ask_pairs(src, SOURCE_FS, path, set_fs, &fs);

	if (r == 0 && !fs.type && fs.size_bytes == 0)
		r = -EBADMSG;
	if (r == 0)
		*ret = fs;
	else
		source_fs_done(&fs);
	return r;
}

void source_fs_done(struct source_fs *fs)
{
	g_clear_pointer(&fs->type, g_free);
	g_clear_pointer(&fs->flags, g_free);
	g_clear_pointer(&fs->mount, g_free);
}

int source_direct(struct source *src, const char *path)
{
	int error;
	g_autofree char *text = ask_text(src, SOURCE_DIRECT, path, NULL, NULL, &error);

	return error;
}

int source_head(struct source *src, const char *path, GBytes **ret)
{
	const struct query q = { .verb = SOURCE_HEAD, .path = path };
	struct answer a;
	int error;

	source_ask(src, &q, &a);
	error = a.error;
	if (error == 0)
		*ret = a.data ? g_steal_pointer(&a.data) : g_bytes_new(NULL, 0);
	answer_done(&a);
	return error;
}
