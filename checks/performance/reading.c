// SPDX-License-Identifier: GPL-2.0-or-later
/* reading - what was read at ticks 1 and 2. */
#include "checks/performance/reading.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "facts/facts.h"
#include "base/json_read.h"
#include "formats/parse.h"
#include "source/source.h"

static char *read_tick(struct source *src, const char *path, unsigned int tick, int *ret_error)
{
	const struct query q = { .verb = SOURCE_READ, .tick = tick, .path = path };
	char *text = NULL;
	struct answer a;
	gsize size = 0;

	source_ask(src, &q, &a);
	*ret_error = a.error;
	if (a.error == 0) {
		const char *bytes = a.data ? g_bytes_get_data(a.data, &size) : "";

		text = g_strndup(bytes, size);
	}
	answer_done(&a);
	return text;
}

bool reading_get(struct source *src, const char *path, struct reading *ret)
{
	int first, last;

	ret->first = read_tick(src, path, TICK_FIRST, &first);
	ret->last = read_tick(src, path, TICK_LAST, &last);
	ret->error = last ? last : first;
	return ret->first && ret->last;
}

void reading_done(struct reading *r)
{
	g_clear_pointer(&r->first, g_free);
	g_clear_pointer(&r->last, g_free);
}

int64_t reading_window(struct source *src)
{
	struct reading r;
	uint64_t ns = 0;

	if (reading_get(src, "/vmdoctor/monotonic", &r)) {
		g_strstrip(r.first);
		g_strstrip(r.last);
		if (!reading_rise(r.first, r.last, &ns) || ns < READING_WINDOW_MIN_NS || ns > INT64_MAX)
			ns = 0;
	}
	reading_done(&r);
	return (int64_t)ns;
}

bool reading_rise(const char *before, const char *after, uint64_t *ret)
{
	uint64_t a, b;

	if (!before || !after || !parse_u64(before, &a) || !parse_u64(after, &b) || b < a)
		return false;
	*ret = b - a;
	return true;
}

char *reading_line(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) != 0 || !line[length] || !strchr(": \t", line[length]))
			continue;
		line += length;
		line += strspn(line, ": \t");
		return g_strndup(line, strcspn(line, " \t\n"));
	}
	return NULL;
}

bool reading_line_rise(const struct reading *r, const char *key, uint64_t *ret)
{
	g_autofree char *before = r->first ? reading_line(r->first, key) : NULL;
	g_autofree char *after = r->last ? reading_line(r->last, key) : NULL;

	return reading_rise(before, after, ret);
}

static JsonParser *parse(const char *text)
{
	JsonParser *parser = json_parser_new();

	if (!json_read_load(parser, text, -1, NULL) || !json_read_root(parser))
		g_clear_object(&parser);
	return parser;
}

bool reading_json_get(struct source *src, const char *path, struct reading_json *ret, int *ret_error)
{
	struct reading r;
	bool ok = reading_get(src, path, &r);

	*ret = (struct reading_json){ 0 };
	*ret_error = r.error;
	if (ok) {
		ret->first = parse(r.first);
		ret->last = parse(r.last);
		*ret_error = ret->first && ret->last ? 0 : -EBADMSG;
	}
	if (ok && *ret_error == 0) {
		ret->before = json_read_root(ret->first);
		ret->after = json_read_root(ret->last);
	}
	reading_done(&r);
	return ret->after != NULL;
}

void reading_json_done(struct reading_json *r)
{
	g_clear_object(&r->first);
	g_clear_object(&r->last);
}

bool reading_json_u64(JsonObject *o, const char *name, uint64_t *ret)
{
	JsonNode *node = json_object_get_member(o, name);
	GType type = node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;

	if (type == G_TYPE_STRING)
		return parse_u64(json_node_get_string(node), ret);
	if (type != G_TYPE_INT64 || json_node_get_int(node) < 0)
		return false;
	*ret = (uint64_t)json_node_get_int(node);
	return true;
}

bool reading_json_rise(const struct reading_json *r, const char *name, uint64_t *ret)
{
	uint64_t a, b;

	if (!reading_json_u64(r->before, name, &a) || !reading_json_u64(r->after, name, &b) || b < a)
		return false;
	*ret = b - a;
	return true;
}

void reading_set(xmlNode *node, const char *name, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (isfinite(value))
		facts_set(node, name, g_ascii_formatd(text, sizeof(text), "%.1f", value));
}

void reading_set_ms(xmlNode *node, const char *name, double ms)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (isfinite(ms))
		facts_set(node, name, g_ascii_formatd(text, sizeof(text), ms < 1 ? "%.2f" : "%.1f", ms));
}

void reading_set_rate(xmlNode *node, const char *name, double rise, int64_t window_ns)
{
	if (window_ns >= READING_WINDOW_MIN_NS)
		reading_set(node, name, rise * 1e9 / (double)window_ns);
}
