// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clean_find - where in a text is a secret? By the words before it.
 *
 * A set of the first two letters of every word says at each byte whether it is worth a closer
 * look, so that eight megabytes of log take some hundredths of a second.
 */
#include "clean/clean.h"

#include <string.h>

#define CONTEXT_BYTES 400 /* how far back "secret," or "fw_cfg" may stand before "data=" */
#define BLANKS_MAX 3
#define NAME_MAX_BYTES 64
#define USER_MAX_BYTES 512 /* of "user:password" in a URL */
#define TITLE_MAX_BYTES 64 /* "RSA PRIVATE KEY-----" */

/* What is looked at: [text, end), a word that was found at @at, and behind it @after. */
struct look {
	const char *text, *end, *at, *after;
	bool is_argv; /* NULs separate the words */
};

/* A report may have cut it short, "[redac…", or escaped it for Markdown, "\[redacted\]". */
static bool is_hidden(const char *p, const char *end)
{
	size_t n = strlen("[redac");

	p += p < end && *p == '\\';
	return (size_t)(end - p) >= n && memcmp(p, CLEAN_HIDDEN, n) == 0;
}

static bool set_span(const struct look *l, const char *begin, const char *end, const char *kind,
		     struct clean_span *ret)
{
	if (begin >= end || is_hidden(begin, l->end))
		return false;
	*ret = (struct clean_span){ (size_t)(begin - l->text), (size_t)(end - l->text), kind };
	return true;
}

static bool is_any(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static const char *skip(const struct look *l, const char *p, const char *set, size_t most)
{
	for (size_t n = 0; p < l->end && n < most && is_any(*p, set); n++)
		p++;
	return p;
}

/* The end of a line, or of an argument. */
static const char *end_of_line(const struct look *l, const char *p)
{
	while (p < l->end && *p != '\n' && *p != '\0')
		p++;
	return p;
}

static const char *begin_of_context(const struct look *l)
{
	const char *p = l->at;

	while (p > l->text && l->at - p < CONTEXT_BYTES && p[-1] != '\n')
		p--;
	return p;
}

/* Does @word, in any case, stand before on the same line? */
static bool stands_before(const struct look *l, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = begin_of_context(l); p + n <= l->at; p++)
		if (g_ascii_strncasecmp(p, word, n) == 0)
			return true;
	return false;
}

/* The quote that is open before a value: ", ', \", &quot; or none. */
struct quote {
	const char *text;
	size_t size;
};

static struct quote quote_at(const struct look *l, const char *p)
{
	static const char *const quotes[] = { "\"", "'", "\\\"", "\\\\\\\"", "&quot;", "&apos;" };

	for (size_t i = 0; i < G_N_ELEMENTS(quotes); i++) {
		size_t n = strlen(quotes[i]);

		if ((size_t)(l->end - p) >= n && memcmp(p, quotes[i], n) == 0)
			return (struct quote){ quotes[i], n };
	}
	return (struct quote){ "", 0 };
}

static const char *end_of_quoted(const struct look *l, const char *p, struct quote q)
{
	for (; p < l->end && *p != '\n' && *p != '\0'; p++) {
		if ((size_t)(l->end - p) >= q.size && memcmp(p, q.text, q.size) == 0)
			return p;
		if (*p == '\\' && q.size == 1 && p + 1 < l->end)
			p++;
	}
	return p;
}

static const char *end_of_bare(const struct look *l, const char *p)
{
	while (p < l->end && *p != '\0' && !is_any(*p, " \t\r\n,;&'\"<>)]}"))
		p++;
	return p;
}

static bool is_word_byte(char c)
{
	return g_ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
}

/* Names that hold such a word, and are of something else: "vnc_tls_x509_secret_uuid". */
static bool is_of_else(const char *name, size_t size)
{
	/* sudoers(5) */
	static const char nopasswd[] = "NOPASSWD";
	static const char *const ends[] = { "uuid",  "file",   "path",	"dir",	  "-secret", "alias",
					    "usage", "type",   "format", "driver", "validto", "length",
					    "name",  "method", "policy", "algorithm", "-id" };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		size_t n = strlen(ends[i]);

		if (size >= n && g_ascii_strncasecmp(name + size - n, ends[i], n) == 0)
			return true;
	}
	return size == strlen(nopasswd) && memcmp(name, nopasswd, size) == 0;
}

static bool is_switch(const char *value, size_t size)
{
	static const char *const words[] = { "yes",  "no",   "on",   "off",  "true", "false",
					     "none", "null", "0",    "1",    "(null)", "\"\"", "''",
					     "****", "******", "xxx", "auto" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strlen(words[i]) == size && g_ascii_strncasecmp(value, words[i], size) == 0)
			return true;
	return false;
}

/* In "secret= --next" the value is empty, in "secret = X" and "secret= 'X'" it is not. */
static const char *value_behind(const struct look *l, const char *p, bool is_close)
{
	const char *behind = skip(l, p, " \t", BLANKS_MAX);

	return is_close && quote_at(l, behind).size == 0 ? p : behind;
}

/* password=X, "password": "X", vnc_password = "X". A colon counts after a quote, or @strongly. */
static bool find_assigned(const struct look *l, bool strongly, bool whole_line, const char *kind,
			  struct clean_span *ret)
{
	const char *begin = l->at, *p = l->after, *name_end, *end;
	struct quote q;
	bool equals;

	while (begin > l->text && l->at - begin < NAME_MAX_BYTES && is_word_byte(begin[-1]))
		begin--;
	while (p < l->end && p - l->after < NAME_MAX_BYTES && is_word_byte(*p))
		p++;
	if (is_of_else(begin, (size_t)(p - begin)))
		return false;
	q = quote_at(l, p);
	name_end = p + q.size;
	p = skip(l, name_end, " \t", BLANKS_MAX);
	equals = p < l->end && *p == '=';
	if (p == l->end || (!equals && (*p != ':' || (q.size == 0 && !strongly))))
		return false;
	p = value_behind(l, p + 1, equals && p == name_end);
	q = quote_at(l, p);
	p += q.size;
	if (is_hidden(p, l->end)) /* before the search for its end, or many of them take the square */
		return false;
	end = whole_line && q.size == 0 ? end_of_line(l, p)
	      : q.size > 0		? end_of_quoted(l, p, q)
					: end_of_bare(l, p);
	return !is_switch(p, (size_t)(end - p)) && set_span(l, p, end, kind, ret);
}

static bool find_password(const struct look *l, struct clean_span *ret)
{
	return find_assigned(l, true, false, "password", ret);
}

static bool find_secret(const struct look *l, struct clean_span *ret)
{
	return find_assigned(l, false, false, "secret", ret);
}

/* sudo logs the working directory as PWD=/… */
static bool find_pwd(const struct look *l, struct clean_span *ret)
{
	return l->end - l->after > 1 && memcmp(l->after, "=/", 2) != 0 && find_secret(l, ret);
}

/* Of HTTP; flows of Open vSwitch have cookies, too, which are numbers: cookie=0x1, cookie=0. */
static bool find_header(const struct look *l, struct clean_span *ret)
{
	bool is_part = (l->at > l->text && (g_ascii_isalnum(l->at[-1]) || l->at[-1] == '_')) ||
		       (l->after < l->end && is_word_byte(*l->after));

	if (is_part || (l->end - l->after > 1 && l->after[0] == '=' && g_ascii_isdigit(l->after[1])))
		return false;
	return find_assigned(l, true, true, "HTTP credentials", ret);
}

/* scheme://user:password@host, and nothing that only looks like it: no blank, no slash. */
static bool find_url(const struct look *l, struct clean_span *ret)
{
	const char *colon = NULL, *p = l->after;

	for (; p < l->end && *p != '@'; p++) {
		if (*p == '\0' || p - l->after > USER_MAX_BYTES || is_any(*p, "/ \t\n\"'<>"))
			return false;
		if (*p == ':' && !colon)
			colon = p;
	}
	return p < l->end && colon && set_span(l, colon + 1, p, "URL with a password", ret);
}

/* netroot=iscsi:user:password@host. Source: dracut.cmdline(7) */
static bool find_iscsi(const struct look *l, struct clean_span *ret)
{
	return find_url(l, ret);
}

/* rbd:pool/image:id=admin:key=AQ…:auth_supported=cephx. Source: QEMU block/rbd.c */
static bool find_rbd(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after;

	while (p < l->end && *p != '\0' && !is_any(*p, ": \t\n,\"'"))
		p++;
	return set_span(l, l->after, p, "Ceph key", ret);
}

/* A key as Ceph makes them: 28 bytes, of which the first are 1, 0. */
static bool find_ceph(const struct look *l, struct clean_span *ret)
{
	const char *p = l->at;

	if (memcmp(p, "AQ", 2) != 0 || (p > l->text && (g_ascii_isalnum(p[-1]) || is_any(p[-1], "+/"))))
		return false;
	while (p < l->end && (g_ascii_isalnum(*p) || is_any(*p, "+/")))
		p++;
	if (p - l->at != 38 || l->end - p < 2 || memcmp(p, "==", 2) != 0)
		return false;
	return set_span(l, l->at, p + 2, "Ceph key", ret);
}

/* -object secret,id=…,data=X, or as JSON. */
static bool find_data(const struct look *l, struct clean_span *ret)
{
	if (l->at == l->text || !is_any(l->at[-1], ",\"'") || !stands_before(l, "secret"))
		return false;
	return find_assigned(l, false, false, "QEMU secret", ret);
}

/* -fw_cfg name=opt/…,string=X: to the end of the argument. */
static bool find_fw_cfg(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *end, *name;

	if (!stands_before(l, "fw_cfg") && !stands_before(l, "name=opt/"))
		return false;
	if (p < l->end && *p != '=')
		return find_assigned(l, false, false, "fw_cfg payload", ret);
	name = begin_of_context(l);
	for (const char *q = name; q < l->at; q++)
		if (*q == ' ' || *q == '\0')
			name = q + 1; /* where the argument begins */
	end = ++p;
	if (is_hidden(p, l->end))
		return false;
	while (end < l->end && *end != '\0' && *end != '\n' &&
	       (l->is_argv || !is_any(*end, *name == '\'' ? "'" : *name == '"' ? "\"" : " ")))
		end++;
	return set_span(l, p, end, "fw_cfg payload", ret);
}

/* io.systemd.credential:NAME=X (SMBIOS), systemd.set_credential=NAME:X. Source: systemd.exec(5) */
static bool find_credential(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *value;
	char other;

	while (p < l->end && is_word_byte(*p))
		p++;
	if (p == l->end || !is_any(*p, ":="))
		return find_assigned(l, false, false, "credential", ret);
	other = *p++ == ':' ? '=' : ':';
	value = p;
	while (value < l->end && is_word_byte(*value))
		value++;
	if (value < l->end && *value == other)
		return set_span(l, value + 1, end_of_bare(l, value + 1), "credential", ret);
	return find_assigned(l, false, false, "credential", ret);
}

static bool find_crypt(const struct look *l, struct clean_span *ret)
{
	const char *p = l->at;

	while (p < l->end && (g_ascii_isalnum(*p) || is_any(*p, "./$=,-")))
		p++;
	return p - l->at >= 20 && set_span(l, l->at, p, "password hash", ret);
}

/* From the line behind BEGIN to END; or, when that was cut, to the end. */
static bool find_pem(const struct look *l, struct clean_span *ret)
{
	g_autofree char *title = g_ascii_strup(l->after, MIN(l->end - l->after, TITLE_MAX_BYTES));
	const char *line, *end;

	if (!strstr(title, "PRIVATE KEY-----"))
		return false;
	line = l->after + (strstr(title, "PRIVATE KEY-----") - title) + strlen("PRIVATE KEY-----");
	end = memmem(line, (size_t)(l->end - line), "-----END", 8);
	if (!end)
		end = l->end;
	while (line < end && g_ascii_isspace(*line))
		line++;
	while (end > line && g_ascii_isspace(end[-1]))
		end--;
	return set_span(l, line, end, "private key", ret);
}

/* `virsh secret-set-value UUID BASE64`, as sudo or a shell's history writes it. */
static bool find_virsh(const struct look *l, struct clean_span *ret)
{
	return set_span(l, skip(l, l->after, " \t", BLANKS_MAX), end_of_line(l, l->after), "secret", ret);
}

/* audit: the command line, hexadecimal when it holds blanks or NULs. */
static bool find_proctitle(const struct look *l, struct clean_span *ret)
{
	g_autoptr(GByteArray) plain = g_byte_array_new();
	struct clean_span inner;
	const char *p = l->after;

	for (; p + 1 < l->end && g_ascii_isxdigit(p[0]) && g_ascii_isxdigit(p[1]); p += 2) {
		guint8 byte = (guint8)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));

		g_byte_array_append(plain, &byte, 1);
	}
	return plain->len > 0 && clean_find((const char *)plain->data, plain->len, 0, &inner) &&
	       set_span(l, l->after, p, inner.kind, ret);
}

static const struct trigger {
	const char *word; /* lower case */
	bool (*find)(const struct look *l, struct clean_span *ret);
} triggers[] = {
	{ "passw", find_password },	   { "passphrase", find_password }, { "pwd", find_pwd },
	{ "secret-set-value", find_virsh }, { "secret", find_secret },	    { "token", find_secret },
	{ "credential", find_credential }, { "apikey", find_secret },	    { "api_key", find_secret },
	{ "api-key", find_secret },	   { "private_key", find_secret },  { "private-key", find_secret },
	{ "access_key", find_secret },	   { "cookie", find_header },	    { "authorization", find_header },
	{ "chap", find_secret },	   { "://", find_url },		    { "iscsi:", find_iscsi },
	{ ":key=", find_rbd },		   { "aq", find_ceph },		    { "data", find_data },
	{ "string", find_fw_cfg },	   { "proctitle=", find_proctitle }, { "-----begin ", find_pem },
	{ "$1$", find_crypt },		   { "$5$", find_crypt },	    { "$6$", find_crypt },
	{ "$y$", find_crypt },		   { "$2a$", find_crypt },	    { "$2b$", find_crypt },
	{ "$2y$", find_crypt },
};

/* Bit (a, b): some word begins with these two letters. */
static void pairs_init(unsigned char pairs[8192])
{
	for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
		unsigned int n = (unsigned int)(unsigned char)triggers[i].word[0] << 8 |
				 (unsigned char)triggers[i].word[1];

		pairs[n >> 3] |= (unsigned char)(1u << (n & 7));
	}
}

static bool find_at(struct look *l, struct clean_span *ret)
{
	for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
		const char *word = triggers[i].word;
		size_t n;

		if (g_ascii_tolower(l->at[0]) != word[0] || g_ascii_tolower(l->at[1]) != word[1])
			continue;
		n = strlen(word);
		if ((size_t)(l->end - l->at) < n || g_ascii_strncasecmp(l->at, word, n) != 0)
			continue;
		l->after = l->at + n;
		if (triggers[i].find(l, ret))
			return true;
	}
	return false;
}

bool clean_find(const char *text, size_t size, size_t from, struct clean_span *ret)
{
	struct look l = { .text = text, .end = text + size };
	unsigned char pairs[8192] = { 0 }, fold[256];

	l.is_argv = size > 0 && memchr(text, '\0', MIN(size, 4096));
	pairs_init(pairs);
	for (int c = 0; c < 256; c++)
		fold[c] = (unsigned char)g_ascii_tolower((char)c);
	for (size_t i = from; i + 1 < size; i++) {
		unsigned int n = (unsigned int)fold[(unsigned char)text[i]] << 8 |
				 fold[(unsigned char)text[i + 1]];

		if (!(pairs[n >> 3] & 1u << (n & 7)))
			continue;
		l.at = text + i;
		if (find_at(&l, ret) && ret->begin >= from)
			return true;
	}
	return false;
}
