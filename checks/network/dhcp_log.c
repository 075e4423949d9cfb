// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_log - what dnsmasq logged of each guest's questions for an address
 *
 * Writes, below /facts/host/net, for each MAC address, of what came after its last DHCPACK:
 *   dhcp-client @mac @interface (the bridge) @discovers @offers @requests @naks @acks (0, or 1: an
 *       address was given before) @first @last (times, as they stand) @age-s (of the last line; not
 *       there where the log has no year) @note (dnsmasq's reason) @from @line
 * at most 1024 of them. Guests choose none of it but how often they ask.
 * Source: dnsmasq(8); src/rfc2131.c of dnsmasq 2.90, log_packet()
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/var/log/journal.txt", "/var/log/syslog", "/var/log/messages", NULL,
};

#define CLIENTS_MAX 1024

struct client {
	char *interface, *first, *last, *note;
	unsigned int discovers, offers, requests, naks, acks, line;
};

static void client_clear(struct client *c)
{
	g_clear_pointer(&c->interface, g_free);
	g_clear_pointer(&c->first, g_free);
	g_clear_pointer(&c->last, g_free);
	g_clear_pointer(&c->note, g_free);
}

static void client_free(gpointer data)
{
	client_clear(data);
	g_free(data);
}

static void client_count(struct client *c, const char *kind, const char *stamp)
{
	if (strcmp(kind, "ACK") == 0) {
		client_clear(c);
		*c = (struct client){ .acks = 1 };
	}
	c->discovers += strcmp(kind, "DISCOVER") == 0;
	c->offers += strcmp(kind, "OFFER") == 0;
	c->requests += strcmp(kind, "REQUEST") == 0;
	c->naks += strcmp(kind, "NAK") == 0;
	if (!c->first)
		c->first = g_strdup(stamp);
	g_free(c->last);
	c->last = g_strdup(stamp);
}

static void note_line(GHashTable *clients, const GMatchInfo *m, unsigned int number)
{
	g_autofree char *stamp = g_match_info_fetch(m, 1), *kind = g_match_info_fetch(m, 2);
	g_autofree char *interface = g_match_info_fetch(m, 3), *mac = g_match_info_fetch(m, 4);
	g_autofree char *note = g_match_info_fetch(m, 5);
	struct client *c = g_hash_table_lookup(clients, mac);

	if (!c && g_hash_table_size(clients) >= CLIENTS_MAX)
		return;
	if (!c) {
		c = g_new0(struct client, 1);
		g_hash_table_insert(clients, g_steal_pointer(&mac), c);
	}
	client_count(c, kind, stamp);
	g_free(c->interface);
	c->interface = g_steal_pointer(&interface);
	c->line = number;
	/* Behind an OFFER stands the guest's own host name, which is no reason. */
	if (note && *note && (strcmp(kind, "DISCOVER") == 0 || strcmp(kind, "NAK") == 0)) {
		g_free(c->note);
		c->note = g_steal_pointer(&note);
	}
}

/* "2026-11-21T08:00:00+0000 host dnsmasq-dhcp[7]: DHCPDISCOVER(virbr0) [address] MAC [note]" */
static void scan_text(GHashTable *clients, const char *text)
{
	g_autoptr(GRegex) regex = g_regex_new(
		"^(\\w{3} [ \\d]\\d [\\d:]{8}|[-\\d]{10}T\\S{8,24}) \\S+ dnsmasq-dhcp\\[\\d+\\]: (?:\\d+ )?"
		"DHCP(DISCOVER|OFFER|REQUEST|ACK|NAK)\\(([^)\\s]{1,15})\\) (?:[\\d.]+ )?"
		"([0-9a-f]{2}(?::[0-9a-f]{2}){5})(?: ([ -~]{1,120}))?",
		G_REGEX_OPTIMIZE, 0, NULL);
	unsigned int number = 1;

	for (const char *p = text; *p; number++) {
		const char *end = strchrnul(p, '\n'), *at = memmem(p, (size_t)(end - p), ": DHCP", 6);
		g_autoptr(GMatchInfo) m = NULL;

		if (at && end - p < 1024 &&
		    g_regex_match_full(regex, p, (gssize)(end - p), 0, 0, &m, NULL))
			note_line(clients, m, number);
		p = *end ? end + 1 : end;
	}
}

static void set_age(xmlNode *node, const char *stamp, const xmlNode *host)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(stamp, utc);
	const char *clock = facts_get(xml_child(host, "clock"), "seconds");
	uint64_t now;

	if (time && clock && parse_u64(clock, &now))
		facts_setf(node, "age-s", "%" G_GINT64_FORMAT,
			   MAX((int64_t)now - g_date_time_to_unix(time), 0));
}

static void add_client(xmlNode *net, const char *mac, const struct client *c, const char *path)
{
	xmlNode *node = facts_add(net, "dhcp-client");

	facts_set(node, "mac", mac);
	facts_set(node, "interface", c->interface);
	facts_setf(node, "discovers", "%u", c->discovers);
	facts_setf(node, "offers", "%u", c->offers);
	facts_setf(node, "requests", "%u", c->requests);
	facts_setf(node, "naks", "%u", c->naks);
	facts_setf(node, "acks", "%u", c->acks);
	facts_set(node, "first", c->first);
	facts_set(node, "last", c->last);
	facts_set(node, "note", c->note);
	set_age(node, c->last, facts_host(net->doc));
	facts_from(node, path, c->line);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

static bool add_log(struct source *src, xmlNode *net, const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GHashTable) clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, client_free);
	GList *macs;

	if (source_read(src, path, &text, NULL) < 0)
		return false;
	scan_text(clients, text);
	macs = g_list_sort(g_hash_table_get_keys(clients), by_text);
	for (GList *m = macs; m; m = m->next)
		add_client(net, m->data, g_hash_table_lookup(clients, m->data), path);
	g_list_free(macs);
	return g_hash_table_size(clients) > 0;
}

/* The journal has years in its times; what goes to both is read once. */
static void gather_dhcp_log(struct source *src, xmlNode *host)
{
	xmlNode *net = xml_child(host, "net");

	for (size_t i = 0; net && reads[i]; i++)
		if (add_log(src, net, reads[i]))
			return;
}

const struct check check_dhcp_log = {
	.name = "dhcp_log",
	.summary = "what guests asked of DHCP, out of dnsmasq's log",
	.reads = reads,
	.host = gather_dhcp_log,
};
