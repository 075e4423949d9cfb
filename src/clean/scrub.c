// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scrub - every line of every file, against known values, patterns of its own, and what clean_find()
 * knows; files that are secrets as a whole by their names.
 *
 * The patterns are kept apart from the words of clean_find(): a mistake there does not blind this.
 */
#include "clean/scrub.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archives/archive_read.h"
#include "base/order.h"
#include "clean/clean.h"
#include "clean/known_value.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define XML_MAX_BYTES ((size_t)4 << 20)
#define BLOCK_BYTES ((size_t)256 << 10)
#define HITS_MAX 1000
#define DEPTH_MAX 64

/* Source: formatsecret.html, libvirt src/qemu/qemu_process.c (master-key.aes), tlscerts.html, shadow(5) */
static const struct secret_file {
	const char *glob, *kind;
} secret_files[] = {
	{ "*/etc/libvirt/secrets/*.base64", "libvirt secret" },
	{ "*/secrets/*.base64", "libvirt secret" },
	{ "*/master-key.aes", "QEMU master key" },
	{ "*/secrets-encryption-key", "libvirt secrets key" },
	{ "*/pki/*/private/*.pem", "TLS key" },
	{ "*/pki/*key.pem", "TLS key" },
	{ "*/libvirt/passwd.db", "SASL passwords" },
	{ "*/libvirt/krb5.tab", "Kerberos key" },
	{ "*.keyring", "Ceph keyring" },
	{ "*/etc/shadow", "password hashes" },
	{ "*/etc/gshadow", "password hashes" },
};

static const struct pattern {
	const char *literal; /* one of these bytes must be there before the regex is tried */
	const char *regex, *kind;
} patterns[] = {
	{ "@", "://[^/@\\s\"'<>:]*:(?!\\[redac|x+@)[^/@\\s\"'<>]+@", "URL with a password" },
	{ "=", "\\bpasswd=(?<q>[\"'])(?!\\[redac)[^\"']+\\k<q>", "password" },
	{ "=", "^#?\\s*\\w*_password\\s*=\\s*\"(?!\\[redac)[^\"]+\"", "password" },
	{ "$", "\\$(?:1|5|6|y|2[aby])\\$[A-Za-z0-9./$=,]{20,}", "password hash" },
	{ "=", "\\bAQ[A-Za-z0-9+/]{36}==", "Ceph key" },
	{ "=", "\\bsecret,[^ ]*\\bdata=(?!\\[redac)[^, ]+", "QEMU secret" },
	{ "=", "\\bname=opt/[^ ,]*,string=(?!\\[redac)[^ ]+", "fw_cfg payload" },
};

struct scrub {
	GPtrArray *hits, *skipped;
	const struct known_values *known; /* or NULL */
	GRegex *regexes[G_N_ELEMENTS(patterns)];
	char *path; /* of the file that is being looked at */
	GString *line, *xml;
	unsigned int number;
	bool is_xml, is_pem;
	bool is_begun, is_too_large; /* a first byte was seen; more XML than is read by element */
	const char *last_kind; /* of this line: the same is not said twice */
};

static void hit_free(void *p)
{
	g_free(((struct scrub_hit *)p)->path);
	g_free(p);
}

static void add_hit(struct scrub *s, unsigned int line, const char *kind)
{
	struct scrub_hit *last = s->hits->len ? s->hits->pdata[s->hits->len - 1] : NULL;
	struct scrub_hit *hit;

	if (s->hits->len >= HITS_MAX || (last && last->line == line && strcmp(last->path, s->path) == 0))
		return;
	hit = g_new0(struct scrub_hit, 1);
	*hit = (struct scrub_hit){ g_strdup(s->path), line, kind };
	g_ptr_array_add(s->hits, hit);
}

static void skip_free(void *p)
{
	g_free(((struct scrub_skip *)p)->path);
	g_free(p);
}

static void add_skip(struct scrub *s, const char *path, const char *why)
{
	struct scrub_skip *skip;

	if (s->skipped->len >= HITS_MAX)
		return;
	skip = g_new0(struct scrub_skip, 1);
	*skip = (struct scrub_skip){ g_strdup(path), why };
	g_ptr_array_add(s->skipped, skip);
}

/* Lines */

static void look_for_known(struct scrub *s, const char *line, size_t size, unsigned int number)
{
	size_t at;

	if (s->known && known_values_find(s->known, line, size, 0, &at) > 0)
		add_hit(s, number, "secret that was taken out elsewhere");
}

static void look_for_patterns(struct scrub *s, const char *line, size_t size)
{
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		if (memchr(line, patterns[i].literal[0], size) &&
		    g_regex_match_full(s->regexes[i], line, (gssize)size, 0, 0, NULL, NULL))
			add_hit(s, s->number, patterns[i].kind);
}

/* The line behind BEGIN PRIVATE KEY is the key, unless it was taken out. */
static void look_for_key(struct scrub *s, const char *line, size_t size)
{
	if (s->is_pem && size > 0 && !memmem(line, size, "[redac", 6) && !memmem(line, size, "-----END", 8))
		add_hit(s, s->number, "private key");
	s->is_pem = memmem(line, size, "-----BEGIN ", 11) && memmem(line, size, "PRIVATE KEY-----", 16) != NULL;
}

static void look_at_line(struct scrub *s)
{
	const char *line = s->line->str;
	size_t size = s->line->len;
	struct clean_span span;

	s->number++;
	look_for_known(s, line, size, s->number);
	look_for_key(s, line, size);
	look_for_patterns(s, line, size);
	if (clean_find(line, size, 0, &span))
		add_hit(s, s->number, span.kind);
	g_string_truncate(s->line, 0);
}

/* Files */

static unsigned int line_of(const char *text, const char *at)
{
	unsigned int line = 1;

	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	return line;
}

/* What is secret by the element that it stands in. */
static void look_at_xml(struct scrub *s)
{
	g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GBytes) cleaned = clean_xml(s->xml->str, s->xml->len, values);
	g_autoptr(GList) sorted = g_list_sort(g_hash_table_get_keys(values), (GCompareFunc)strcmp);

	for (GList *v = sorted; cleaned && v; v = v->next) {
		const char *at = strstr(s->xml->str, v->data);

		add_hit(s, at ? line_of(s->xml->str, at) : 0, "secret element or attribute");
	}
}

/* Packed bytes are lines, too, but not those that were packed. Source: the formats' magic(5) */
static bool is_packed(const char *data, size_t size)
{
	static const struct {
		const char *bytes;
		size_t size;
	} magic[] = { { "\x1f\x8b", 2 }, { "\xfd" "7zXZ", 5 }, { "BZh", 3 }, { "\x28\xb5\x2f\xfd", 4 },
		      { "PK\3\4", 4 },	{ "7z\xbc\xaf", 4 }, { "\x04\x22\x4d\x18", 4 } };

	for (size_t i = 0; i < G_N_ELEMENTS(magic); i++)
		if (size >= magic[i].size && memcmp(data, magic[i].bytes, magic[i].size) == 0)
			return true;
	return size >= 262 && memcmp(data + 257, "ustar", 5) == 0;
}

static void begin_file(struct scrub *s, const char *path)
{
	s->path = g_strdup(path);
	s->number = 0;
	s->is_xml = g_str_has_suffix(path, ".xml") || strstr(path, "dumpxml");
	s->is_pem = false;
	s->is_begun = s->is_too_large = false;
	for (size_t i = 0; i < G_N_ELEMENTS(secret_files); i++)
		if (fnmatch(secret_files[i].glob, path, 0) == 0) {
			add_hit(s, 0, secret_files[i].kind);
			break;
		}
}

static void feed_file(struct scrub *s, const char *data, size_t size)
{
	if (!s->is_begun && is_packed(data, size))
		add_skip(s, s->path, "compressed, or an archive");
	s->is_begun |= size > 0;
	s->is_too_large |= s->is_xml && s->xml->len + size > XML_MAX_BYTES;
	if (s->is_xml && !s->is_too_large)
		g_string_append_len(s->xml, data, (gssize)size);
	while (size > 0) {
		const char *newline = memchr(data, '\n', size);
		size_t n = newline ? (size_t)(newline - data) : size;

		g_string_append_len(s->line, data, (gssize)n);
		if (newline || s->line->len > LINE_MAX_BYTES)
			look_at_line(s);
		n += newline != NULL;
		data += n;
		size -= n;
	}
}

static void end_file(struct scrub *s)
{
	if (s->line->len > 0)
		look_at_line(s);
	if (s->is_too_large)
		add_skip(s, s->path, "too large to be read as XML: by its lines only");
	else if (s->is_xml && s->xml->len > 0)
		look_at_xml(s);
	g_string_truncate(s->xml, 0);
	g_clear_pointer(&s->path, g_free);
}

/* Archives */

static enum member_want want(void *data G_GNUC_UNUSED, const char *path G_GNUC_UNUSED, enum member_type type)
{
	return type == MEMBER_FILE ? MEMBER_STREAM : MEMBER_SKIP;
}

static bool visit(void *data, const struct member *m, GError **error G_GNUC_UNUSED)
{
	struct scrub *s = data;

	if (!s->path)
		begin_file(s, m->path);
	feed_file(s, m->data, m->size);
	if (!m->truncated)
		end_file(s);
	return true;
}

/* Directories and single files */

static bool fail(GError **error, const char *path)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
	return false;
}

static bool look_at_fd(struct scrub *s, int fd, const char *shown, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK_BYTES);
	ssize_t n;

	begin_file(s, shown);
	while ((n = read(fd, block, BLOCK_BYTES)) > 0)
		feed_file(s, block, (size_t)n);
	end_file(s);
	return n == 0 || fail(error, shown);
}

static bool look_below(struct scrub *s, int dir_fd, const char *path, int depth, GError **error);

/* Links are not followed: what they name is looked at where it is, or is not in the directory. */
static bool look_at_entry(struct scrub *s, int dir_fd, const char *name, const char *path, int depth,
			  GError **error)
{
	g_autofree char *shown = g_strconcat(path, "/", name, NULL);
	struct stat st;
	bool ok = true;
	int fd;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		add_skip(s, shown, "cannot be read");
		return true;
	}
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		if (!S_ISLNK(st.st_mode))
			add_skip(s, shown, "a device, FIFO or socket");
		return true;
	}
	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		add_skip(s, shown, "cannot be read");
		return true;
	}
	if (S_ISDIR(st.st_mode))
		return look_below(s, fd, shown, depth + 1, error);
	ok = look_at_fd(s, fd, shown, error);
	close(fd);
	return ok;
}

/* Takes over @dir_fd. */
static bool look_below(struct scrub *s, int dir_fd, const char *path, int depth, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	DIR *dir = depth > DEPTH_MAX ? NULL : fdopendir(dir_fd);
	struct dirent *e;
	bool ok = true;

	if (!dir) {
		close(dir_fd);
		errno = depth > DEPTH_MAX ? ELOOP : errno;
		return fail(error, path);
	}
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			g_ptr_array_add(names, g_strdup(e->d_name));
	g_ptr_array_sort(names, order_by_bytes);
	for (size_t i = 0; i < names->len && ok; i++)
		ok = look_at_entry(s, dirfd(dir), names->pdata[i], path, depth, error);
	closedir(dir);
	return ok;
}

static bool look_at_path(struct scrub *s, const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0 || fstat(fd, &st) < 0) {
		ok = fail(error, path);
		if (fd >= 0)
			close(fd);
		return ok;
	}
	if (S_ISDIR(st.st_mode))
		return look_below(s, fd, "", 0, error);
	errno = EINVAL;
	ok = S_ISREG(st.st_mode) ? look_at_fd(s, fd, path, error) : fail(error, path);
	close(fd);
	return ok;
}

GPtrArray *scrub_look(const char *path, const struct known_values *known, GPtrArray **ret_skipped, GError **error)
{
	struct scrub s = { .hits = g_ptr_array_new_with_free_func(hit_free), .known = known };
	const struct member_visitor v = { want, visit, &s };
	bool ok;

	s.skipped = g_ptr_array_new_with_free_func(skip_free);
	s.line = g_string_new(NULL);
	s.xml = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		s.regexes[i] = g_regex_new(patterns[i].regex,
					   G_REGEX_CASELESS | G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
	ok = archive_is_one(path) ? archive_read(path, &v, error) : look_at_path(&s, path, error);
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		g_regex_unref(s.regexes[i]);
	g_string_free(s.line, TRUE);
	g_string_free(s.xml, TRUE);
	g_free(s.path);
	if (!ok)
		g_clear_pointer(&s.hits, g_ptr_array_unref);
	if (ok && ret_skipped)
		*ret_skipped = s.skipped;
	else
		g_ptr_array_unref(s.skipped);
	return s.hits;
}
