// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clean_find - where in a text is a secret? By the words before it.
 *
 * A set of the first two letters of every word says at each byte whether it is worth a closer
 * look, so that eight megabytes of log take some hundredths of a second.
 */
#include "clean/clean_look.h"

#include <string.h>

#include "clean/random.h"

#define USER_MAX_BYTES 512 /* of "user:password" in a URL */
#define TITLE_MAX_BYTES 64 /* "RSA PRIVATE KEY-----" */
#define RUN_MAX_BYTES 512

static const char *skip_word(const struct look *l, const char *p)
{
	while (p < l->end && *p != '\0' && !g_ascii_isspace(*p))
		p++;
	return p;
}

/* The argument behind @p: after blanks, or in an argument vector after its NUL. */
static const char *next_word(const struct look *l, const char *p)
{
	return l->is_argv && p < l->end && *p == '\0' ? p + 1 : look_skip(l, p, " \t", BLANKS_MAX);
}

static bool is_part_of_word(const struct look *l)
{
	return l->at > l->text && g_ascii_isalnum(l->at[-1]);
}

/* The end of a run of letters and digits, as far as random_word() looks. */
static const char *end_of_run(const struct look *l, const char *p)
{
	const char *begin = p;

	while (p < l->end && p - begin <= RUN_MAX_BYTES && g_ascii_isalnum(*p))
		p++;
	return p;
}

/* A value that people choose has a digit or a sign; a word of the language has none. */
static bool is_chosen(const char *p, const char *end)
{
	for (; p < end; p++)
		if (!g_ascii_isalpha(*p) && *p != '-' && *p != '.')
			return true;
	return false;
}

/* --password X. Of "--password-file X" the value is no secret. */
static bool find_option(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *end;
	struct quote q;

	while (p < l->end && p - l->after < NAME_MAX_BYTES && look_is_word_byte(*p))
		p++;
	if (p == l->end || *p == '=' || look_is_word_byte(*p) || look_is_of_else(l->at, (size_t)(p - l->at)))
		return false;
	p = next_word(l, p);
	q = look_quote(l, p);
	p += q.size;
	end = q.size > 0 ? look_quoted_end(l, p, q) : look_bare_end(l, p);
	return *p != '-' && look_set(l, p, end, "password", ret);
}

/* As people write it: "the password is X". */
static bool find_prose(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *end;

	while (p < l->end && p - l->after < NAME_MAX_BYTES && g_ascii_isalpha(*p))
		p++;
	p = look_skip(l, p, " \t", BLANKS_MAX);
	if (l->end - p < 4 || g_ascii_strncasecmp(p, "is ", 3) != 0)
		return false;
	p = look_skip(l, p + 2, " \t'\"", BLANKS_MAX);
	end = look_bare_end(l, p);
	return is_chosen(p, end) && look_set(l, p, end, "password", ret);
}

static bool find_password(const struct look *l, struct clean_span *ret)
{
	bool is_option = l->at - l->text >= 2 && memcmp(l->at - 2, "--", 2) == 0;

	return look_assigned(l, true, false, "password", ret) || (is_option && find_option(l, ret)) || find_prose(l, ret);
}

/* rootpw=X, pw: X, pass: X; and "pw X", where X is no word. */
static bool find_short(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *value, *end;
	bool is_said;

	if (p == l->end || !look_is_any(*p, "=: \t") || (*p != '=' && is_part_of_word(l)))
		return false;
	is_said = *p == '=' || *p == ':';
	value = look_skip(l, p + 1, " \t", BLANKS_MAX);
	if (*p == '=' && value != p + 1)
		return false;
	value += look_quote(l, value).size;
	if (value == l->end || *value == '/' || look_is_hidden(value, l->end))
		return false;
	end = is_said ? look_bare_end(l, value) : end_of_run(l, value);
	return (is_said ? !look_is_switch(value, (size_t)(end - value)) : random_word(value, (size_t)(end - value))) &&
	       look_set(l, value, end, "password", ret);
}

/* rd.luks.key=X, "tsig-key X": what a key is has no other sign than that it is random. */
static bool find_key(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *end;

	if (p == l->end || !look_is_any(*p, "=: \t"))
		return false;
	p = look_skip(l, p + 1, " \t", BLANKS_MAX);
	p += look_quote(l, p).size;
	end = end_of_run(l, p);
	return random_word(p, (size_t)(end - p)) && look_set(l, p, end, "key", ret);
}

/* ?sig=X, &X-Amz-Signature=X: who has the address of a signed request has what it gives. */
static bool find_signature(const struct look *l, struct clean_span *ret)
{
	if (l->at == l->text || !look_is_any(l->at[-1], "?&;-"))
		return false;
	return look_set(l, l->after, look_bare_end(l, l->after), "signed address", ret);
}

/* NAME=X, where neither says what X is, but nobody makes such a word. */
static bool find_random(const struct look *l, struct clean_span *ret)
{
	static const char *const names[] = { "guest", "name", "id", "uuid", "node-name", "nodename", "ino", NULL };
	const char *begin = l->at, *p = l->after, *end;

	while (begin > l->text && l->at - begin < NAME_MAX_BYTES && look_is_word_byte(begin[-1]))
		begin--;
	for (size_t i = 0; names[i]; i++)
		if (strlen(names[i]) == (size_t)(l->at - begin) && memcmp(begin, names[i], (size_t)(l->at - begin)) == 0)
			return false;
	p += look_quote(l, p).size;
	end = end_of_run(l, p);
	return random_word(p, (size_t)(end - p)) && look_set(l, p, end, "random value", ret);
}

/* Tokens that their makers mark. Source: each provider's page on its tokens' formats; JSON Web Tokens, RFC 7519 */
static bool find_marked(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after;

	if (is_part_of_word(l))
		return false;
	while (p < l->end && (look_is_word_byte(*p) || *p == '/'))
		p++;
	return p - l->after >= 16 && look_set(l, l->at, p, "token", ret);
}

static bool find_secret(const struct look *l, struct clean_span *ret)
{
	return look_assigned(l, false, false, "secret", ret);
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
		       (l->after < l->end && look_is_word_byte(*l->after));

	if (is_part || (l->end - l->after > 1 && l->after[0] == '=' && g_ascii_isdigit(l->after[1])))
		return false;
	return look_assigned(l, true, true, "HTTP credentials", ret);
}

/* scheme://user:password@host, and nothing that only looks like it: no blank, no slash. */
static bool find_url(const struct look *l, struct clean_span *ret)
{
	const char *colon = NULL, *p = l->after;

	for (; p < l->end && *p != '@'; p++) {
		if (*p == '\0' || p - l->after > USER_MAX_BYTES || look_is_any(*p, "/ \t\n\"'<>"))
			return false;
		if (*p == ':' && !colon)
			colon = p;
	}
	return p < l->end && colon && look_set(l, colon + 1, p, "URL with a password", ret);
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

	while (p < l->end && *p != '\0' && !look_is_any(*p, ": \t\n,\"'"))
		p++;
	return look_set(l, l->after, p, "Ceph key", ret);
}

/* A key as Ceph makes them: 28 bytes, of which the first are 1, 0. */
static bool find_ceph(const struct look *l, struct clean_span *ret)
{
	const char *p = l->at;

	if (memcmp(p, "AQ", 2) != 0 || (p > l->text && (g_ascii_isalnum(p[-1]) || look_is_any(p[-1], "+/"))))
		return false;
	while (p < l->end && (g_ascii_isalnum(*p) || look_is_any(*p, "+/")))
		p++;
	if (p - l->at != 38 || l->end - p < 2 || memcmp(p, "==", 2) != 0)
		return false;
	return look_set(l, l->at, p + 2, "Ceph key", ret);
}

/* -object secret,id=…,data=X, or as JSON. */
static bool find_data(const struct look *l, struct clean_span *ret)
{
	if (l->at == l->text || !look_is_any(l->at[-1], ",\"'") || !look_stands_before(l, "secret"))
		return false;
	return look_assigned(l, false, false, "QEMU secret", ret);
}

/* -fw_cfg name=opt/…,string=X: to the end of the argument. */
static bool find_fw_cfg(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *end, *name;

	if (!look_stands_before(l, "fw_cfg") && !look_stands_before(l, "name=opt/"))
		return false;
	if (p < l->end && *p != '=')
		return look_assigned(l, false, false, "fw_cfg payload", ret);
	name = look_context(l);
	for (const char *q = name; q < l->at; q++)
		if (*q == ' ' || *q == '\0')
			name = q + 1; /* where the argument begins */
	end = ++p;
	if (look_is_hidden(p, l->end))
		return false;
	while (end < l->end && *end != '\0' && *end != '\n' &&
	       (l->is_argv || !look_is_any(*end, *name == '\'' ? "'" : *name == '"' ? "\"" : " ")))
		end++;
	return look_set(l, p, end, "fw_cfg payload", ret);
}

/* io.systemd.credential:NAME=X (SMBIOS), systemd.set_credential=NAME:X. Source: systemd.exec(5) */
static bool find_credential(const struct look *l, struct clean_span *ret)
{
	const char *p = l->after, *value;
	char other;

	while (p < l->end && look_is_word_byte(*p))
		p++;
	if (p == l->end || !look_is_any(*p, ":="))
		return look_assigned(l, false, false, "credential", ret);
	other = *p++ == ':' ? '=' : ':';
	value = p;
	while (value < l->end && look_is_word_byte(*value))
		value++;
	if (value < l->end && *value == other)
		return look_set(l, value + 1, look_bare_end(l, value + 1), "credential", ret);
	return look_assigned(l, false, false, "credential", ret);
}

static bool find_crypt(const struct look *l, struct clean_span *ret)
{
	const char *p = l->at;

	while (p < l->end && (g_ascii_isalnum(*p) || look_is_any(*p, "./$=,-")))
		p++;
	return p - l->at >= 20 && look_set(l, l->at, p, "password hash", ret);
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
	return look_set(l, line, end, "private key", ret);
}

/* `virsh secret-set-value UUID BASE64`, as sudo or a shell's history writes it. */
static bool find_virsh(const struct look *l, struct clean_span *ret)
{
	return look_set(l, look_skip(l, l->after, " \t", BLANKS_MAX), look_line_end(l, l->after), "secret", ret);
}

/* What stands behind so many words on the line, which say of whom it is. */
static bool find_behind(const struct look *l, unsigned int words, struct clean_span *ret)
{
	const char *p = next_word(l, l->after);

	for (unsigned int i = 0; i < words; i++)
		p = next_word(l, skip_word(l, p));
	return p < l->end && *p != '-' && look_set(l, p, skip_word(l, p), "password", ret);
}

/* `virsh set-user-password DOMAIN USER PASSWORD`; guest-set-user-password user USER BASE64, of the agent's log. */
static bool find_user_password(const struct look *l, struct clean_span *ret)
{
	return l->after < l->end && *l->after == ' ' && find_behind(l, 2, ret);
}

/* HMP: set_password PROTOCOL PASSWORD. Source: QEMU hmp-commands.hx */
static bool find_set_password(const struct look *l, struct clean_span *ret)
{
	return l->after < l->end && *l->after == ' ' && find_behind(l, 1, ret);
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
	       look_set(l, l->after, p, inner.kind, ret);
}

static const struct trigger {
	const char *word; /* lower case */
	bool (*find)(const struct look *l, struct clean_span *ret);
} triggers[] = {
	{ "set-user-password", find_user_password }, { "set_password", find_set_password },
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
	{ "pw", find_short },		   { "pass", find_short },	    { "key", find_key },
	{ "sig=", find_signature },	   { "signature=", find_signature }, { "akia", find_marked },
	{ "ghp_", find_marked },	   { "github_pat_", find_marked },  { "glpat-", find_marked },
	{ "xoxb-", find_marked },	   { "xoxp-", find_marked },	    { "eyj", find_marked },
	{ "sk_live_", find_marked },	   { "aiza", find_marked },
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

/* Every '=' is looked at; what the word before it says goes first, so this comes when that found nothing. */
static bool find_value(struct look *l, struct clean_span *ret)
{
	l->after = l->at + 1;
	return find_random(l, ret);
}

static bool find_at(struct look *l, struct clean_span *ret)
{
	if (*l->at == '=')
		return find_value(l, ret);
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

		if (text[i] != '=' && !(pairs[n >> 3] & 1u << (n & 7)))
			continue;
		l.at = text + i;
		if (find_at(&l, ret) && ret->begin >= from)
			return true;
	}
	return false;
}
