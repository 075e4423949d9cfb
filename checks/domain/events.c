// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events - what libvirt reported by itself, where vmdoctor watched: of a domain, or of its connection
 *
 * Writes, below /facts/vm, or of the connection below /facts/host, in the order of time:
 *   event @kind @what @detail @device (its alias) @disk (which target that is) @path @at (UTC) @age-s
 * Words: src/live/events.h. The line is that of the event in the list.
 */
#include "checks/check.h"

#include "base/json_read.h"

#define EVENTS "/vmdoctor/events.json"

static const char *const reads[] = { EVENTS, "/vmdoctor/clock", NULL };

static void free_parser(gpointer parser)
{
	g_object_unref(parser);
}

/* Parsed once for all domains; without an array where nobody watched. */
static JsonArray *events_of(struct source *src, xmlDoc *facts)
{
	JsonParser *parser = facts_kept(facts, "events");
	g_autofree char *text = NULL;

	if (!parser) {
		parser = json_parser_new();
		if (source_read(src, EVENTS, &text, NULL) == 0)
			(void)json_read_load(parser, text, -1, NULL);
		facts_keep(facts, "events", parser, free_parser);
	}
	return json_as_array(json_parser_get_root(parser));
}

/* virDomainGetXMLDesc() and events call a device by the same alias; a block job says the target itself. */
static const char *disk_of(const xmlNode *vm, const char *device)
{
	const xmlNode *disk = device ? facts_find(vm, "domain/devices/disk") : NULL;

	for (; disk; disk = xml_next(disk, "disk")) {
		const char *target = facts_get(xml_child(disk, "target"), "dev");

		if (facts_is(xml_child(disk, "alias"), "name", device) || g_strcmp0(target, device) == 0)
			return target;
	}
	return NULL;
}

static void add(xmlNode *node, JsonObject *o, guint line, int64_t now_s)
{
	static const char *const names[] = { "detail", "device", "path" };
	int64_t at_us = json_read_int(o, "at-us", 0);
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_us / G_USEC_PER_SEC);
	g_autofree char *text = at ? g_date_time_format(at, "%Y-%m-%d %H:%M:%S UTC") : NULL;
	const char *what = json_read_text(o, "what");
	xmlNode *event;

	if (!text)
		return;
	event = facts_add(node, "event");
	facts_from(event, EVENTS, line);
	facts_set(event, "kind", json_read_text(o, "kind"));
	facts_set(event, "what", what ? what : "unknown");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		facts_set(event, names[i], json_read_text(o, names[i]));
	facts_set(event, "disk", disk_of(node, json_read_text(o, "device")));
	facts_set(event, "at", text);
	facts_setf(event, "age-s", "%" G_GINT64_FORMAT, MAX(now_s - at_us / G_USEC_PER_SEC, 0));
}

static void measure(struct source *src, xmlNode *node)
{
	JsonArray *all = events_of(src, node->doc);
	const char *name = facts_get(node, "name"); /* the host has none */
	g_autofree char *clock = NULL;
	int64_t now_s;

	if (json_read_length(all) == 0 || source_read(src, "/vmdoctor/clock", &clock, NULL) != 0)
		return;
	now_s = g_ascii_strtoll(clock, NULL, 10);
	for (guint i = 0; i < json_read_length(all); i++) {
		JsonObject *o = json_read_item(all, i);

		if (o && json_read_text(o, "kind") && g_strcmp0(json_read_text(o, "domain"), name) == 0)
			add(node, o, i + 1, now_s);
	}
}

const struct check check_events = {
	.name = "events",
	.summary = "what libvirt reported while vmdoctor watched",
	.reads = reads,
	.host_sample = { NULL, measure },
	.vm_sample = { NULL, measure },
};
