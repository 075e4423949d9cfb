// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_xml - libvirt's XML out of prose, whole documents and fragments of a domain.
 */
#include <string.h>

#include "archives/paste/paste.h"
#include "archives/paste/paste_private.h"
#include "base/xml.h"
#include "source/source.h"

#define DOMAINS "/vmdoctor/libvirt/domains"

/** An element that stands alone in a text. */
struct root {
	const char *name, *kind;
	char *(*file)(struct paste *p, xmlDoc *doc, const char *text); /* takes @doc over where it returns a path */
};

static char *name_of(const xmlNode *node)
{
	g_autofree char *text = xml_object_name(node);

	return *text ? g_steal_pointer(&text) : NULL;
}

static void keep_domain(struct paste *p, const char *name, xmlDoc *doc, bool active)
{
	struct paste_domain *d = g_new0(struct paste_domain, 1);

	*d = (struct paste_domain){ g_strdup(name), doc, active };
	g_ptr_array_add(p->domains, d);
}

/* A running domain's XML has its id. Source: libvirt virDomainDefFormatInternal() */
static char *file_domain(struct paste *p, xmlDoc *doc, const char *text)
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	g_autofree char *given = name_of(root), *id = xml_attr(root, "id");
	const char *name = given ? given : PASTE_UNNAMED;
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = id ? g_strdup_printf(DOMAINS "/%s.xml", file)
				   : g_strdup_printf("/etc/libvirt/qemu/%s.xml", file);

	keep_domain(p, name, doc, id != NULL);
	return paste_put(p, path, text);
}

static char *file_status(struct paste *p, xmlDoc *doc, const char *text)
{
	const xmlNode *domain = xml_child(xmlDocGetRootElement(doc), "domain");
	g_autofree char *name = name_of(domain), *file = name ? source_path_escape(name) : NULL;
	g_autofree char *path = g_strdup_printf("/run/libvirt/qemu/%s.xml", file);

	if (!name)
		return NULL;
	keep_domain(p, name, doc, false);
	return paste_put(p, path, text);
}

static char *file_network(struct paste *p, xmlDoc *doc, const char *text)
{
	g_autofree char *name = name_of(xmlDocGetRootElement(doc)), *file = name ? source_path_escape(name) : NULL;
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/networks/%s.xml", file);

	if (!name)
		return NULL;
	g_ptr_array_add(p->networks, g_strconcat(file, ".xml", NULL));
	xmlFreeDoc(doc);
	return paste_put(p, path, text);
}

static char *file_pool(struct paste *p, xmlDoc *doc, const char *text)
{
	g_autofree char *name = name_of(xmlDocGetRootElement(doc)), *file = name ? source_path_escape(name) : NULL;
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/pools/%s.xml", file);

	if (!name)
		return NULL;
	xmlFreeDoc(doc);
	return paste_put(p, path, text);
}

static char *file_capabilities(struct paste *p, xmlDoc *doc, const char *text)
{
	xmlFreeDoc(doc);
	return paste_put(p, "/vmdoctor/libvirt/capabilities.xml", text);
}

/* The answer for the machine that it names only. As sos.c. */
static char *file_domcapabilities(struct paste *p, xmlDoc *doc, const char *text)
{
	static const char *const parts[] = { "arch", "domain", "machine", "path" };
	g_autofree char *value[G_N_ELEMENTS(parts)] = { NULL };
	g_autofree char *path = NULL;
	char *emulator;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		value[i] = xml_text(xml_child(xmlDocGetRootElement(doc), parts[i]));
	emulator = source_path_escape(value[3]);
	path = g_strdup_printf("/vmdoctor/libvirt/domcapabilities/%s,%s,%s,%s.xml", value[0], value[1], value[2], emulator);
	g_free(emulator);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		g_clear_pointer(&value[i], g_free);
	xmlFreeDoc(doc);
	return paste_put(p, path, text);
}

static char *file_fragment(struct paste *p, xmlDoc *doc, const char *text)
{
	g_ptr_array_add(p->fragments, g_strdup(text));
	xmlFreeDoc(doc);
	return g_strdup("/etc/libvirt/qemu/" PASTE_UNNAMED ".xml");
}

/* What else is pasted of libvirt's XML, and nothing reads. */
static char *file_other(struct paste *p G_GNUC_UNUSED, xmlDoc *doc, const char *text G_GNUC_UNUSED)
{
	xmlFreeDoc(doc);
	return g_strdup("-");
}

/* Of a fragment the child or attribute that tells it from HTML and from a word in angle brackets is
 * libvirt's, as formatdomain.html has it: is_fragment(). */
static const struct root roots[] = {
	{ "domain", "domain XML", file_domain },
	{ "domstatus", "domain status XML", file_status },
	{ "network", "network XML", file_network },
	{ "pool", "pool XML", file_pool },
	{ "capabilities", "capabilities", file_capabilities },
	{ "domainCapabilities", "domain capabilities", file_domcapabilities },
	{ "domainsnapshot", "snapshot XML", file_other },
	{ "volume", "volume XML", file_other },
	{ "domainbackup", "backup XML", file_other },
	{ "devices", PASTE_FRAGMENT, file_fragment },
	{ "disk", PASTE_FRAGMENT, file_fragment },
	{ "interface", PASTE_FRAGMENT, file_fragment },
	{ "hostdev", PASTE_FRAGMENT, file_fragment },
	{ "filesystem", PASTE_FRAGMENT, file_fragment },
	{ "graphics", PASTE_FRAGMENT, file_fragment },
	{ "video", PASTE_FRAGMENT, file_fragment },
	{ "controller", PASTE_FRAGMENT, file_fragment },
	{ "channel", PASTE_FRAGMENT, file_fragment },
	{ "tpm", PASTE_FRAGMENT, file_fragment },
	{ "cpu", PASTE_FRAGMENT, file_fragment },
	{ "os", PASTE_FRAGMENT, file_fragment },
	{ "features", PASTE_FRAGMENT, file_fragment },
	{ "clock", PASTE_FRAGMENT, file_fragment },
	{ "memoryBacking", PASTE_FRAGMENT, file_fragment },
	{ "cputune", PASTE_FRAGMENT, file_fragment },
	{ "numatune", PASTE_FRAGMENT, file_fragment },
};

/** The lines as one text, and where each begins in it. */
struct flat {
	const GPtrArray *lines;
	GString *text;
	gsize *begin; /* of each line, and of the end */
	gsize *closes; /* of each root: its next closing tag, from where it was last looked for; G_MAXSIZE: none */
};

static struct flat flatten(const GPtrArray *lines)
{
	struct flat f = { lines, g_string_new(NULL), g_new0(gsize, lines->len + 1), g_new0(gsize, G_N_ELEMENTS(roots)) };

	for (guint i = 0; i < lines->len; i++) {
		f.begin[i] = f.text->len;
		g_string_append(f.text, lines->pdata[i]);
		g_string_append_c(f.text, '\n');
	}
	f.begin[lines->len] = f.text->len;
	return f;
}

static size_t root_at(const char *tag)
{
	for (size_t r = 0; r < G_N_ELEMENTS(roots); r++) {
		size_t n = strlen(roots[r].name);

		if (strncmp(tag + 1, roots[r].name, n) == 0 && strchr(" >\n\t", tag[1 + n]))
			return r;
	}
	return G_N_ELEMENTS(roots);
}

/* Each text is searched once: what was found behind @at is found again. */
static gsize close_after(const struct flat *f, size_t r, gsize at)
{
	g_autofree char *close = g_strdup_printf("</%s>", roots[r].name);

	if (f->closes[r] <= at) {
		const char *next = strstr(f->text->str + at, close);

		f->closes[r] = next ? (gsize)(next - f->text->str) : G_MAXSIZE;
	}
	return f->closes[r];
}

/* The end of the element that begins at @at: none of these holds another of its name. 0: it has none. */
static gsize end_at(const struct flat *f, size_t r, gsize at)
{
	g_autofree char *open = g_strdup_printf("<%s", roots[r].name);
	const char *from = f->text->str + at + strlen(open), *bracket = strpbrk(from, "<>"), *again, *end;
	gsize close;

	/* <interface type='x'/> */
	if (bracket && *bracket == '>' && bracket[-1] == '/')
		return (gsize)(bracket - f->text->str) + 1;
	close = close_after(f, r, at);
	if (close == G_MAXSIZE)
		return 0;
	end = f->text->str + close;
	again = g_strstr_len(from, end - from, open);
	while (again && !strchr(" >\n\t", again[strlen(open)]))
		again = g_strstr_len(again + 1, end - again - 1, open);
	return again ? 0 : close + strlen("</>") + strlen(roots[r].name);
}

static guint line_of(const struct flat *f, gsize at)
{
	guint low = 0, high = f->lines->len;

	while (low + 1 < high) {
		guint middle = (low + high) / 2;

		if (f->begin[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Lines that say "..." stand in a document as text, where libvirt's XML has none; not in an attribute. */
static xmlDoc *parse(const char *text)
{
	return xml_parse(text, strlen(text), "pasted", NULL, NULL);
}

/* HTML has <os>, <video> and <channel>, too; libvirt's have attributes or children. */
static bool is_fragment(const xmlNode *root)
{
	return root->properties || xmlFirstElementChild((xmlNode *)root);
}

/* "No <source> attribute with <interface type='bridge'/>": a message that quotes a tag, and no document. */
static bool is_of_sentence(const struct flat *f, gsize at, gsize end)
{
	size_t line = line_of(f, at);

	if (line != line_of(f, end - 1))
		return false;
	for (gsize i = at; i > 0 && line_of(f, i - 1) == line; i--)
		if (g_ascii_isalnum(f->text->str[i - 1]))
			return true;
	return false;
}

/* Return: where to look on. */
static gsize take_xml(struct paste *p, const struct flat *f, gsize at, size_t r,
		      void (*found)(void *data, const struct paste_span *span, char *path), void *data)
{
	gsize end = end_at(f, r, at);
	bool quoted = end && is_of_sentence(f, at, end);
	g_autofree char *text = end && !quoted ? g_strndup(f->text->str + at, end - at) : NULL;
	xmlDoc *doc = text ? parse(text) : NULL;
	char *path = doc && is_fragment(xmlDocGetRootElement(doc)) ? roots[r].file(p, doc, text) : NULL;

	if (!path) {
		if (doc)
			xmlFreeDoc(doc);
		return doc || quoted ? end : at + 1;
	}
	found(data, &(struct paste_span){ line_of(f, at), line_of(f, end - 1), roots[r].kind }, path);
	return end;
}

void paste_xml(struct paste *p, const GPtrArray *lines,
	       void (*found)(void *data, const struct paste_span *span, char *path), void *data)
{
	struct flat f = flatten(lines);
	gsize at = 0;

	while (at < f.text->len) {
		const char *tag = strchr(f.text->str + at, '<');
		size_t r = tag ? root_at(tag) : G_N_ELEMENTS(roots);

		if (!tag)
			break;
		at = (gsize)(tag - f.text->str);
		at = r < G_N_ELEMENTS(roots) ? take_xml(p, &f, at, r, found, data) : at + 1;
	}
	g_string_free(f.text, TRUE);
	g_free(f.begin);
	g_free(f.closes);
}
