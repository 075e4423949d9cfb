// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * facts - building the document of facts.
 */
#include "facts/facts.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/errname.h"
#include "base/json_read.h"
#include "formats/parse.h"
#include "source/source.h"
#include "base/xml.h"

#define TEXT_CAP_BYTES 8192
#define FACTS_DEPTH_MAX 16

xmlDoc *facts_new(void)
{
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	xmlNode *root = xmlNewDocNode(doc, NULL, BAD_CAST "facts", NULL);

	/* Without a dictionary a document of 1,000 domains takes a quarter more memory. */
	doc->dict = xmlDictCreate();
	xmlDocSetRootElement(doc, root);
	facts_add(root, "host");
	return doc;
}

void facts_free(xmlDoc *facts)
{
	if (!facts)
		return;
	g_datalist_clear((GData **)&facts->_private);
	xmlFreeDoc(facts);
}

void facts_keep(xmlDoc *facts, const char *key, void *data, GDestroyNotify destroy)
{
	g_datalist_set_data_full((GData **)&facts->_private, key, data, destroy);
}

void *facts_kept(xmlDoc *facts, const char *key)
{
	return g_datalist_get_data((GData **)&facts->_private, key);
}

xmlNode *facts_host(xmlDoc *facts)
{
	return xml_child(xmlDocGetRootElement(facts), "host");
}

xmlNode *facts_add_vm(xmlDoc *facts, const char *name)
{
	xmlNode *vm = facts_add(xmlDocGetRootElement(facts), "vm");

	facts_set(vm, "name", name);
	return vm;
}

static bool xml_can_hold(gunichar c)
{
	return c == '\t' || c == '\n' || (c >= 0x20 && c != 0x7f && c < 0xd800) ||
	       (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* Names and log lines come from guests: what XML or a terminal cannot take is shown as \xNN. */
static char *clean(const char *text)
{
	GString *out = g_string_new(NULL);
	const char *p = text;
	const char *end = text + strnlen(text, TEXT_CAP_BYTES);

	while (p < end) {
		gunichar c = g_utf8_get_char_validated(p, end - p);

		if (c == (gunichar)-1 || c == (gunichar)-2 || !xml_can_hold(c)) {
			g_string_append_printf(out, "\\x%02X", (unsigned char)*p);
			p++;
		} else {
			g_string_append_unichar(out, c);
			p = g_utf8_next_char(p);
		}
	}
	return g_string_free(out, FALSE);
}

xmlNode *facts_add(xmlNode *parent, const char *element)
{
	xmlNode *node = xmlNewDocNode(parent->doc, NULL, BAD_CAST element, NULL);

	return xmlAddChild(parent, node);
}

void facts_set(xmlNode *node, const char *name, const char *value)
{
	g_autofree char *text = value ? clean(value) : NULL;

	if (text)
		xmlSetProp(node, BAD_CAST name, BAD_CAST text);
}

void facts_setf(xmlNode *node, const char *name, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	facts_set(node, name, text);
}

void facts_text(xmlNode *node, const char *text)
{
	g_autofree char *safe = clean(text);

	xmlNodeAddContent(node, BAD_CAST safe);
}

void facts_from(xmlNode *node, const char *path, unsigned int line)
{
	facts_set(node, "from", path);
	if (line > 0)
		facts_setf(node, "line", "%u", line);
}

bool facts_error(xmlNode *node, int r)
{
	if (r >= 0)
		return false;
	facts_set(node, "error", errname(r));
	return true;
}

/* Reads @path for @node, which gets @from, and @error on failure. */
static char *read_for(xmlNode *node, struct source *src, const char *path, size_t *ret_size)
{
	char *text = NULL;
	int r = source_read(src, path, &text, ret_size);

	facts_from(node, path, 0);
	if (r == 1) {
		g_free(text);
		r = -EFBIG;
	}
	return facts_error(node, r) ? NULL : text;
}

static xmlNode *adopt_doc(xmlNode *parent, xmlDoc *doc)
{
	xmlNode *root = xmlDocGetRootElement(doc);

	/* Both documents share one dictionary, so nothing needs to be copied. */
	xmlUnlinkNode(root);
	xmlSetTreeDoc(root, parent->doc);
	return xmlAddChild(parent, root);
}

xmlNode *facts_adopt(xmlNode *parent, const char *element, struct source *src, const char *path)
{
	xmlNode *failed = facts_add(parent, element);
	g_autoptr(GError) error = NULL;
	g_autoptr(xmlDoc) doc = NULL;
	size_t size = 0;
	g_autofree char *text = read_for(failed, src, path, &size);
	xmlNode *root;

	if (!text)
		return failed;
	doc = xml_parse(text, size, path, parent->doc->dict, &error);
	if (!doc) {
		facts_error(failed, -EBADMSG);
		facts_set(failed, "message", error->message);
		return failed;
	}
	xmlUnlinkNode(failed);
	xmlFreeNode(failed);
	root = adopt_doc(parent, doc);
	facts_set(root, "from", path);
	return root;
}

static void add_member(xmlNode *node, const char *name, JsonNode *value, int depth);

static void add_members(xmlNode *node, JsonObject *object, int depth)
{
	g_autoptr(GList) names = json_object_get_members(object);

	for (GList *n = names; n; n = n->next)
		add_member(node, n->data, json_object_get_member(object, n->data), depth);
}

static void set_scalar(xmlNode *node, const char *name, JsonNode *value)
{
	switch (json_node_get_value_type(value)) {
	case G_TYPE_BOOLEAN:
		facts_set(node, name, json_node_get_boolean(value) ? "yes" : "no");
		break;
	case G_TYPE_INT64:
		facts_setf(node, name, "%" G_GINT64_FORMAT, json_node_get_int(value));
		break;
	case G_TYPE_DOUBLE:
		facts_setf(node, name, "%.6f", json_node_get_double(value));
		break;
	default:
		facts_set(node, name, json_node_get_string(value));
	}
}

/* An XML name out of a JSON one: "block.0.rd.reqs" is "block-0-rd-reqs". */
static char *xml_name(const char *name)
{
	char *safe = g_strdup(name);

	g_strcanon(safe, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_", '-');
	if (!g_ascii_isalpha(safe[0])) {
		char *prefixed = g_strconcat("n", safe, NULL);

		g_free(safe);
		return prefixed;
	}
	return safe;
}

static void add_item(xmlNode *node, const char *name, JsonNode *item, int depth)
{
	xmlNode *child = facts_add(node, name);

	if (JSON_NODE_HOLDS_OBJECT(item))
		add_members(child, json_node_get_object(item), depth + 1);
	else if (JSON_NODE_HOLDS_VALUE(item))
		set_scalar(child, "value", item);
}

static void add_member(xmlNode *node, const char *name, JsonNode *value, int depth)
{
	g_autofree char *safe = xml_name(name);

	if (depth > FACTS_DEPTH_MAX || JSON_NODE_HOLDS_NULL(value))
		return;
	if (JSON_NODE_HOLDS_VALUE(value)) {
		set_scalar(node, safe, value);
	} else if (JSON_NODE_HOLDS_OBJECT(value)) {
		add_item(node, safe, value, depth);
	} else {
		JsonArray *array = json_node_get_array(value);

		for (guint i = 0; i < json_array_get_length(array); i++)
			add_item(node, safe, json_array_get_element(array, i), depth);
	}
}

xmlNode *facts_json(xmlNode *parent, const char *element, struct source *src, const char *path)
{
	xmlNode *node = facts_add(parent, element);
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) error = NULL;
	size_t size = 0;
	g_autofree char *text = read_for(node, src, path, &size);

	if (!text)
		return node;
	if (!json_read_load(parser, text, (gssize)size, &error) ||
	    !json_read_root(parser)) {
		facts_error(node, -EBADMSG);
		facts_set(node, "message", error ? error->message : "not a JSON object");
		return node;
	}
	add_members(node, json_read_root(parser), 0);
	return node;
}

const char *facts_get(const xmlNode *node, const char *name)
{
	const xmlAttr *attr = node ? xmlHasProp(node, BAD_CAST name) : NULL;

	if (!attr)
		return NULL;
	return attr->children ? (const char *)attr->children->content : "";
}

bool facts_is(const xmlNode *node, const char *name, const char *value)
{
	const char *got = facts_get(node, name);

	return got && g_strcmp0(got, value) == 0;
}

xmlNode *facts_find(const xmlNode *node, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", 0);
	xmlNode *found = (xmlNode *)(uintptr_t)node;

	for (size_t i = 0; names[i] && found; i++)
		found = xml_child(found, names[i]);
	return found;
}

unsigned int facts_number(const xmlNode *node, const char *name)
{
	const char *text = facts_get(node, name);
	uint64_t number = 0;

	return text && parse_u64(text, &number) && number <= UINT_MAX ? (unsigned int)number : 0;
}

xmlNode *facts_child(const xmlNode *node, const char *element, const char *name, const char *value)
{
	xmlNode *n = node && value ? xml_child(node, element) : NULL;

	while (n && (!facts_get(n, name) || g_ascii_strcasecmp(facts_get(n, name), value) != 0))
		n = xml_next(n, element);
	return n;
}
