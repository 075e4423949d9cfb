// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * redact_name - names that are known: in which forms they stand in texts, and where.
 */
#include "base/data_dir.h"
#include "redact/redact_private.h"

#include <string.h>

#include "rules/rules.h"
#include "source/source.h"

#define NAME_MIN_BYTES 3

struct name {
	char *text, *pseudonym;
	size_t size;
	enum redact_where where;
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
GHashTable *redact_words_new(void)
{
	GHashTable *words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *dir = data_dir(), *path = g_build_filename(dir, "libvirt-names.txt", NULL);
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

/* Names */

static int by_size(gconstpointer a, gconstpointer b)
{
	const struct name *x = *(const struct name *const *)a, *y = *(const struct name *const *)b;

	return x->size < y->size ? 1 : x->size > y->size ? -1 : strcmp(x->text, y->text);
}

/* One way to write a name; takes over both. */
static void add_form(struct redact *r, char *text, char *pseudonym, enum redact_where where)
{
	GPtrArray **list = &r->by_byte[(guint8)text[0]];
	struct name *n;

	if (g_hash_table_contains(r->names, text)) {
		g_free(text);
		g_free(pseudonym);
		return;
	}
	n = g_new0(struct name, 1);
	*n = (struct name){ text, pseudonym, strlen(text), where };
	g_hash_table_insert(r->names, g_strdup(text), g_strdup(pseudonym));
	if (!*list)
		*list = g_ptr_array_new_with_free_func(name_free);
	g_ptr_array_add(*list, n);
	g_ptr_array_sort(*list, by_size);
}

/* As paths, XML, URIs, JSON and systemd's units have it. */
static void add_forms(struct redact *r, const char *name, const char *pseudonym, enum redact_where where)
{
	g_auto(GStrv) parts = g_strsplit(name, "-", -1);
	g_auto(GStrv) own = g_strsplit(pseudonym, "-", -1);

	add_form(r, g_strdup(name), g_strdup(pseudonym), where);
	add_form(r, source_path_escape(name), g_strdup(pseudonym), where);
	add_form(r, g_markup_escape_text(name, -1), g_strdup(pseudonym), where);
	add_form(r, g_uri_escape_string(name, NULL, FALSE), g_strdup(pseudonym), where);
	add_form(r, g_strescape(name, NULL), g_strdup(pseudonym), where);
	add_form(r, g_strjoinv("\\x2d", parts), g_strjoinv("\\x2d", own), where);
	add_form(r, g_ascii_strdown(name, -1), g_strdup(pseudonym), where);
}

static char *next_pseudonym(struct redact *r, enum redact_kind kind)
{
	static const char *const forms[] = { "vm-%u", "host-%u", "user-%u", "name-%u.example",
					"net-%u", "pool-%u", "path-%u" };
	g_auto(GStrv) around = g_strsplit(forms[kind], "%u", 2);

	return g_strdup_printf("%s%u%s", around[0], ++r->counts[kind], around[1]);
}

void redact_add_name(struct redact *r, enum redact_kind kind, const char *name)
{
	g_autofree char *pseudonym = NULL;
	bool is_common = strlen(name) < NAME_MIN_BYTES || g_hash_table_contains(r->words, name);

	if (!*name || g_hash_table_contains(r->names, name) || (is_common && kind != REDACT_DOMAIN))
		return;
	pseudonym = next_pseudonym(r, kind);
	add_forms(r, name, pseudonym, is_common ? WHERE_NAME : kind == REDACT_PATH ? WHERE_PATH : WHERE_WORD);
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

/* Below /proc and the like every name is the system's, whatever image is called so, too. */
static bool is_below_system(const char *text, size_t at)
{
	static const char *const dirs[] = { "/usr/", "/etc/", "/proc/", "/sys/", "/run/", "/vmdoctor/", "/var/log/" };
	size_t begin = at;

	while (begin > 0 && !strchr(" \t\n\"'=:,;<>()[]{}", text[begin - 1]))
		begin--;
	for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++)
		if (at - begin >= strlen(dirs[i]) && strncmp(text + begin, dirs[i], strlen(dirs[i])) == 0)
			return true;
	return false;
}

/* A text that is a name as a whole, a backing file's, has nothing before it. */
static bool is_path_expected(const char *text, size_t at)
{
	static const char *const escaped[] = { "%2F", "%2f", "\\x2f" };

	for (size_t i = 0; i < G_N_ELEMENTS(escaped); i++)
		if (is_after(text, at, escaped[i]))
			return true;
	return at == 0 || (text[at - 1] == '/' && !is_below_system(text, at));
}

static bool is_expected(const struct name *n, const char *text, size_t at)
{
	return n->where == WHERE_WORD || (n->where == WHERE_NAME ? is_name_expected(text, at) : is_path_expected(text, at));
}

size_t redact_take_name(struct redact *r, GString *out, const char *text, size_t size, size_t at)
{
	GPtrArray *list = r->by_byte[(guint8)text[at]];

	for (size_t i = 0; list && i < list->len; i++) {
		const struct name *n = list->pdata[i];

		if (n->size > size - at || memcmp(text + at, n->text, n->size) != 0 ||
		    !redact_ends_word(text, size, at + n->size) || !is_expected(n, text, at))
			continue;
		if (n->where == WHERE_WORD) {
			redact_replaced(r, out, text + at, n->size, n->pseudonym);
			return n->size;
		}
		g_string_append(out, n->pseudonym);
		if (n->where == WHERE_PATH)
			g_hash_table_insert(r->in_paths, g_strdup(n->text), g_strdup(n->pseudonym));
		return n->size;
	}
	return 0;
}
