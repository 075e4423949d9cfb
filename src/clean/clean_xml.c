// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clean_xml - what of libvirt's XML is secret, by name; all other values are looked at as text
 *
 * The text is changed where a secret stands and nowhere else, so that lines keep their numbers.
 * Therefore tags are found here and not by libxml2, which keeps no places; what is not well-formed
 * gets through as text does.
 * Source: formatdomain.html (graphics, sysinfo, cookies, launchSecurity), drvqemu.html (qemu:commandline)
 */
#include "clean/clean.h"

#include <string.h>

#include "clean/random.h"

#define ATTRIBUTES_MAX 64

/* A piece of the text. */
struct piece {
	const char *begin;
	size_t size;
};

struct attribute {
	struct piece name, value;
};

struct tag {
	struct piece name; /* without prefix */
	struct attribute attributes[ATTRIBUTES_MAX];
	size_t n;
	bool is_end, is_empty;
};

struct cleaning {
	GHashTable *known;
	const char *at; /* what is not yet copied begins here */
	GString *out;	      /* NULL: nothing was hidden yet */
	GArray *open; /* of struct piece: the elements around, from the root on */
	bool is_fwcfg;
};

static const char *const secret_attributes[] = { "passwd", "password", "passphrase", NULL };
static const char *const secret_elements[] = { "cookie", "password", "passwd", "passphrase", "session",
					       "dhCert", NULL };

static bool is(struct piece p, const char *name)
{
	return p.size == strlen(name) && memcmp(p.begin, name, p.size) == 0;
}

static bool is_one_of(struct piece p, const char *const *names)
{
	for (; *names; names++)
		if (is(p, *names))
			return true;
	return false;
}

static bool begins(struct piece p, const char *text)
{
	return p.size >= strlen(text) && memcmp(p.begin, text, strlen(text)) == 0;
}

static bool holds(struct piece p, const char *text)
{
	return memmem(p.begin, p.size, text, strlen(text)) != NULL;
}

static char *decoded(struct piece p)
{
	static const char *const entities[][2] = {
		{ "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" }, { "&amp;", "&" },
	};
	GString *s = g_string_new_len(p.begin, (gssize)p.size);

	for (size_t i = 0; i < G_N_ELEMENTS(entities); i++)
		g_string_replace(s, entities[i][0], entities[i][1], 0);
	return g_string_free(s, FALSE);
}

static void hide(struct cleaning *c, struct piece p)
{
	size_t n = strlen(CLEAN_HIDDEN);

	if (p.size == 0 || (p.size == n && memcmp(p.begin, CLEAN_HIDDEN, n) == 0))
		return;
	if (c->known)
		g_hash_table_add(c->known, decoded(p));
	if (!c->out)
		c->out = g_string_new(NULL);
	g_string_append_len(c->out, c->at, p.begin - c->at);
	g_string_append(c->out, CLEAN_HIDDEN);
	c->at = p.begin + p.size;
}

/* Tags */

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && g_ascii_isspace(*p))
		p++;
	return p;
}

static const char *name_at(const char *p, const char *end, struct piece *ret)
{
	const char *begin = p;

	while (p < end && !g_ascii_isspace(*p) && !strchr("=/>", *p)) {
		if (*p == ':')
			begin = p + 1;
		p++;
	}
	*ret = (struct piece){ begin, (size_t)(p - begin) };
	return p;
}

/* Behind "<": fills *tag. Return: behind ">", or NULL when it does not end as it should. */
static const char *tag_at(const char *p, const char *end, struct tag *tag)
{
	*tag = (struct tag){ .is_end = p < end && *p == '/' };
	p = name_at(p + tag->is_end, end, &tag->name);
	for (;;) {
		struct attribute a;
		const char *quote;

		p = skip_blanks(p, end);
		if (p == end)
			return NULL;
		if (*p == '>')
			return p + 1;
		if (*p == '/') {
			tag->is_empty = true;
			p++;
			continue;
		}
		quote = p;
		p = skip_blanks(name_at(p, end, &a.name), end);
		if (p == quote || p + 1 >= end || *p != '=')
			return NULL;
		p = skip_blanks(p + 1, end);
		if (p == end || (*p != '\'' && *p != '"'))
			return NULL;
		quote = memchr(p + 1, *p, (size_t)(end - p - 1));
		if (!quote)
			return NULL;
		a.value = (struct piece){ p + 1, (size_t)(quote - p - 1) };
		if (tag->n < ATTRIBUTES_MAX)
			tag->attributes[tag->n++] = a;
		p = quote + 1;
	}
}

static struct piece value_of(const struct tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->n; i++)
		if (is(tag->attributes[i].name, name))
			return tag->attributes[i].value;
	return (struct piece){ "", 0 };
}

static bool sounds_secret(struct piece name)
{
	static const char *const words[] = { "pass", "pw", "secret", "token", "key", "cred", "auth", "cookie" };
	g_autofree char *lower = g_ascii_strdown(name.begin, (gssize)name.size);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(lower, words[i]))
			return true;
	return false;
}

/* <qemu:env name='API_TOKEN' value='…'/>; and <qemu:arg value='name=opt/x,string=…'/>, whose
 * "-fw_cfg" is another element's, as is the "-smbios" of 'type=11,value=…'. */
static bool is_value_secret(const struct tag *tag, struct piece value)
{
	static const char *const named[] = { "env", "property", "variable", NULL };

	if (is(tag->name, "arg"))
		return (begins(value, "name=") && holds(value, "string=")) ||
		       (begins(value, "type=11,") && holds(value, "value="));
	return (is_one_of(tag->name, named) && sounds_secret(value_of(tag, "name"))) ||
	       random_word(value.begin, value.size);
}

static struct piece around(const struct cleaning *c, unsigned int levels)
{
	return c->open->len > levels ? g_array_index(c->open, struct piece, c->open->len - 1 - levels)
				     : (struct piece){ "", 0 };
}

/* What libvirt keeps for other programs; its elements and attributes are theirs. */
static bool is_in_metadata(const struct cleaning *c)
{
	for (unsigned int i = 0; i < c->open->len; i++)
		if (is(around(c, i), "metadata"))
			return true;
	return false;
}

static void clean_attributes(struct cleaning *c, const struct tag *tag)
{
	for (size_t i = 0; i < tag->n; i++) {
		const struct attribute *a = &tag->attributes[i];

		if (is_one_of(a->name, secret_attributes) || (is(a->name, "value") && is_value_secret(tag, a->value)) ||
		    (is_in_metadata(c) && (sounds_secret(a->name) || (is(a->name, "value") && sounds_secret(tag->name)))))
			hide(c, a->value);
	}
}

/* SMBIOS strings and fw_cfg entries: what a host hands to a guest's cloud-init or Ignition. */
static bool is_text_secret(const struct cleaning *c)
{
	return is_one_of(around(c, 0), secret_elements) ||
	       (is(around(c, 0), "entry") && (c->is_fwcfg || is(around(c, 1), "oemStrings"))) ||
	       (sounds_secret(around(c, 0)) && is_in_metadata(c));
}

/* Where people and managers write what they like, words that nobody makes are hidden one by one. */
static bool is_free_text(const struct cleaning *c)
{
	static const char *const free[] = { "title", "description", "entry", NULL };

	return is_one_of(around(c, 0), free);
}

static void hide_random_words(struct cleaning *c, const char *p, const char *end)
{
	while (p < end) {
		const char *begin = p;

		while (p < end && g_ascii_isalnum(*p))
			p++;
		if (random_word(begin, (size_t)(p - begin)))
			hide(c, (struct piece){ begin, (size_t)(p - begin) });
		p += p == begin;
	}
}

static void clean_between(struct cleaning *c, const char *begin, const char *end)
{
	while (begin < end && g_ascii_isspace(*begin))
		begin++;
	while (end > begin && g_ascii_isspace(end[-1]))
		end--;
	if (begin < end && is_text_secret(c))
		hide(c, (struct piece){ begin, (size_t)(end - begin) });
	else if (begin < end && is_free_text(c))
		hide_random_words(c, begin, end);
}

static void enter(struct cleaning *c, const struct tag *tag)
{
	clean_attributes(c, tag);
	if (tag->is_empty)
		return;
	if (is(tag->name, "sysinfo"))
		c->is_fwcfg = is(value_of(tag, "type"), "fwcfg");
	g_array_append_val(c->open, tag->name);
}

static void leave(struct cleaning *c, const struct tag *tag)
{
	if (is(tag->name, "sysinfo"))
		c->is_fwcfg = false;
	if (c->open->len > 0)
		g_array_set_size(c->open, c->open->len - 1);
}

/* Behind a comment, CDATA section or instruction that begins at @p; NULL: it is a tag. */
static const char *behind_other(const char *p, const char *end)
{
	static const char *const others[][2] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" } };

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		size_t n = strlen(others[i][0]), m = strlen(others[i][1]);
		const char *close;

		if ((size_t)(end - p) < n || memcmp(p, others[i][0], n) != 0)
			continue;
		close = memmem(p, (size_t)(end - p), others[i][1], m);
		return close ? close + m : end;
	}
	return NULL;
}

static void walk(struct cleaning *c, const char *text, const char *end)
{
	const char *p = text, *since = text;
	struct tag tag;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		const char *behind = behind_other(p, end);

		if (behind) {
			p = behind;
			continue;
		}
		clean_between(c, since, p);
		p = tag_at(p + 1, end, &tag);
		if (!p)
			return;
		since = p;
		if (tag.is_end)
			leave(c, &tag);
		else
			enter(c, &tag);
	}
}

GBytes *clean_xml(const char *text, size_t size, GHashTable *known)
{
	struct cleaning c = { .known = known, .at = text };
	GBytes *named, *all;
	const char *bytes;
	gsize n;

	c.open = g_array_new(FALSE, FALSE, sizeof(struct piece));
	walk(&c, text, text + size);
	g_array_unref(c.open);
	if (!c.out)
		return clean_text(text, size, known);
	g_string_append_len(c.out, c.at, text + size - c.at);
	named = g_string_free_to_bytes(c.out);
	bytes = g_bytes_get_data(named, &n);
	all = clean_text(bytes, n, known);
	if (!all)
		return named;
	g_bytes_unref(named);
	return all;
}
