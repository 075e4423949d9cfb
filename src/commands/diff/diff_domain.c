// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diff_domain - libvirt's domain XML as properties, whatever its order.
 *
 * A device is called by what it is for the guest: a disk by its target, an interface by its MAC, a
 * controller by type and index; what has no such name is numbered in the order of its content.
 * What libvirt makes up at a start has no part in it. Source: formatdomain.html
 */
#include "commands/diff/diff.h"

#include <string.h>

#include "base/order.h"
#include "facts/facts.h"
#include "base/xml.h"

#define DEPTH_MAX 64

static bool is_generated(const xmlNode *n)
{
	const char *parent = n->parent ? (const char *)n->parent->name : "";

	if (xml_is(n, "alias") || xml_is(n, "backingStore") || xml_is(n, "privateData"))
		return true;
	if (xml_is(n, "address"))
		return strcmp(parent, "source") != 0; /* there it is the host's device */
	return xml_is(n, "seclabel") && g_strcmp0(facts_get(n, "type"), "dynamic") == 0;
}

static bool is_generated_attribute(const xmlNode *n, const char *name)
{
	const char *value = facts_get(n, name);

	if (xml_is(n, "domain"))
		return strcmp(name, "id") == 0 || strcmp(name, "from") == 0;
	if (xml_is(n, "console") && strcmp(name, "tty") == 0)
		return true;
	if (strcmp(name, "index") == 0 && xml_is(n, "source"))
		return true;
	return xml_is(n, "target") && strcmp(name, "dev") == 0 &&
	       (g_str_has_prefix(value, "vnet") || g_str_has_prefix(value, "macvtap"));
}

/* The element with all below it, attributes and children sorted: equal content, equal text. */
static char *canonical(const xmlNode *n, int depth)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	GString *out = g_string_new((const char *)n->name);

	for (const xmlAttr *a = n->properties; a; a = a->next)
		if (!is_generated_attribute(n, (const char *)a->name))
			g_ptr_array_add(parts, g_strdup_printf("@%s=%s", (const char *)a->name,
							       facts_get(n, (const char *)a->name)));
	for (const xmlNode *c = n->children; c && depth < DEPTH_MAX; c = c->next)
		if (c->type == XML_ELEMENT_NODE && !is_generated(c))
			g_ptr_array_add(parts, canonical(c, depth + 1));
		else if (c->type == XML_TEXT_NODE && !xmlIsBlankNode(c))
			g_ptr_array_add(parts, g_strstrip(g_strdup((const char *)c->content)));
	g_ptr_array_sort(parts, order_by_bytes);
	for (guint i = 0; i < parts->len; i++)
		g_string_append_printf(out, "(%s)", (char *)parts->pdata[i]);
	return g_string_free(out, FALSE);
}

/* What the guest knows a device by, "vda"; NULL: nothing. */
static char *identity(const xmlNode *n)
{
	static const struct {
		const char *element, *child, *attribute;
	} table[] = {
		{ "disk", "target", "dev" },	{ "interface", "mac", "address" },
		{ "channel", "target", "name" }, { "filesystem", "target", "dir" },
		{ "graphics", NULL, "type" },	{ "controller", NULL, "type" },
		{ "feature", NULL, "name" },	{ "timer", NULL, "name" },
		{ "vcpupin", NULL, "vcpu" },	{ "cell", NULL, "id" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		const xmlNode *at = table[i].child ? xml_child(n, table[i].child) : n;
		const char *index = xml_is(n, "controller") ? facts_get(n, "index") : NULL;
		const char *value = at ? facts_get(at, table[i].attribute) : NULL;

		if (xml_is(n, table[i].element) && value)
			return index ? g_strdup_printf("%s %s", value, index) : g_strdup(value);
	}
	return NULL;
}

struct child {
	const xmlNode *node;
	char *identity, *text;
};

static void child_free(gpointer data)
{
	struct child *c = data;

	g_free(c->identity);
	g_free(c->text);
	g_free(c);
}

static int by_content(gconstpointer a, gconstpointer b)
{
	const struct child *x = *(const struct child *const *)a, *y = *(const struct child *const *)b;
	int names = strcmp((const char *)x->node->name, (const char *)y->node->name);

	return names ? names : strcmp(x->text, y->text);
}

/* The child elements in an order of their own, whatever the file's is. */
static GPtrArray *children_of(const xmlNode *n)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(child_free);

	for (const xmlNode *c = n->children; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE && !is_generated(c)) {
			struct child *one = g_new0(struct child, 1);

			*one = (struct child){ c, identity(c), canonical(c, 0) };
			g_ptr_array_add(all, one);
		}
	g_ptr_array_sort(all, by_content);
	return all;
}

struct place {
	struct diff_side *side;
	enum diff_area area;
	const char *domain;
};

static void add_element(const struct place *p, const char *path, const xmlNode *n, int depth);

/* A child that is alone of its name needs no number: "os/type", "disk vda", "serial 2". */
static void add_children(const struct place *p, const char *path, const xmlNode *n, int depth)
{
	g_autoptr(GPtrArray) all = children_of(n);

	for (guint i = 0, number = 0; i < all->len; i++) {
		const struct child *c = all->pdata[i], *before = i ? all->pdata[i - 1] : NULL;
		g_autofree char *name = NULL;

		number = before && xml_is(before->node, (const char *)c->node->name) ? number + 1 : 1;
		if (c->identity)
			name = g_strdup_printf("%s%s %s", path, (const char *)c->node->name, c->identity);
		else if (number > 1)
			name = g_strdup_printf("%s%s %u", path, (const char *)c->node->name, number);
		else
			name = g_strdup_printf("%s%s", path, (const char *)c->node->name);
		add_element(p, name, c->node, depth);
	}
}

static void add_text(const struct place *p, const char *path, const xmlNode *n)
{
	g_autofree char *text = NULL;

	for (const xmlNode *c = n->children; c; c = c->next)
		if (c->type == XML_ELEMENT_NODE)
			return;
	text = xml_text(n);
	if (*text)
		diff_side_add(p->side, p->area, p->domain, path, text);
}

static void add_element(const struct place *p, const char *path, const xmlNode *n, int depth)
{
	g_autofree char *below = g_strdup_printf("%s/", path);
	bool empty = !n->properties && !n->children;

	if (depth > DEPTH_MAX)
		return;
	/* That it is there says something already: <acpi/>. */
	if (empty || depth == 1)
		diff_side_add(p->side, p->area, p->domain, path, "there");
	for (const xmlAttr *a = n->properties; a; a = a->next)
		if (!is_generated_attribute(n, (const char *)a->name)) {
			g_autofree char *name = g_strdup_printf("%s @%s", path, (const char *)a->name);

			diff_side_add(p->side, p->area, p->domain, name,
				      facts_get(n, (const char *)a->name));
		}
	add_text(p, path, n);
	add_children(p, below, n, depth + 1);
}

void diff_add_domain(struct diff_side *s, const char *domain, const xmlNode *xml)
{
	g_autoptr(GPtrArray) all = children_of(xml);
	const struct place other = { s, DIFF_DOMAIN, domain }, devices = { s, DIFF_DEVICE, domain };
	const char *type = facts_get(xml, "type");

	diff_side_add(s, DIFF_DOMAIN, domain, "type", type);
	for (guint i = 0; i < all->len; i++) {
		const struct child *c = all->pdata[i];

		if (xml_is(c->node, "devices"))
			add_children(&devices, "", c->node, 1);
		else if (!xml_is(c->node, "name") && !xml_is(c->node, "uuid"))
			add_element(&other, (const char *)c->node->name, c->node, 2);
	}
}
