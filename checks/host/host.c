// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host - what machine, system, libvirt and QEMU this is
 *
 * Writes, below /facts/host: connection, version, node-info (JSON of the libvirt API), system
 * (uname, uid), clock @seconds @date (UTC) @since @until (asked for), os-release @id @version-id @pretty-name …, and libvirt's own
 * capabilities, verbatim.
 * Source: virConnectGetVersion(), virNodeGetInfo(), formatcaps.html, os-release(5), uname(2)
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/vmdoctor/libvirt/connection.json",
	"/vmdoctor/libvirt/version.json",
	"/vmdoctor/libvirt/nodeinfo.json",
	"/vmdoctor/libvirt/capabilities.xml",
	"/vmdoctor/host.json",
	"/vmdoctor/clock",
	"/vmdoctor/window",
	"/etc/os-release",
	NULL,
};

static void set_release(void *node, const char *name, const char *value,
			unsigned int line G_GNUC_UNUSED)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	g_strcanon(lower, G_CSET_a_2_z G_CSET_DIGITS, '-');
	if (g_ascii_isalpha(lower[0]))
		facts_set(node, lower, value);
}

static void add_os_release(struct source *src, xmlNode *host)
{
	static const char path[] = "/etc/os-release";
	xmlNode *node = facts_add(host, "os-release");
	g_autofree char *text = NULL;

	facts_from(node, path, 0);
	if (!facts_error(node, source_read(src, path, &text, NULL)))
		parse_shell_assignments(text, set_release, node);
}

/* Seconds since the epoch, until the year 9999: what is computed with them cannot overflow. */
static bool is_time(const char *text)
{
	uint64_t seconds;

	return parse_u64(text, &seconds) && seconds <= UINT64_C(253402300799);
}

/* --since and --until, resolved: "SINCE UNTIL", seconds since the epoch, 0 for none. */
static void add_window(struct source *src, xmlNode *clock)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) ends = NULL;

	if (source_read(src, "/vmdoctor/window", &text, NULL) < 0)
		return;
	ends = g_strsplit(g_strstrip(text), " ", 2);
	if (g_strv_length(ends) == 2 && is_time(ends[0]) && is_time(ends[1])) {
		facts_set(clock, "since", strcmp(ends[0], "0") != 0 ? ends[0] : NULL);
		facts_set(clock, "until", strcmp(ends[1], "0") != 0 ? ends[1] : NULL);
	}
}

static void add_clock(struct source *src, xmlNode *host)
{
	static const char path[] = "/vmdoctor/clock";
	xmlNode *node = facts_add(host, "clock");
	g_autofree char *text = NULL;

	facts_from(node, path, 0);
	if (facts_error(node, source_read(src, path, &text, NULL)))
		return;
	if (!is_time(g_strstrip(text))) {
		facts_error(node, -EBADMSG);
		return;
	}
	facts_set(node, "seconds", text);
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(g_ascii_strtoll(text, NULL, 10));
	g_autofree char *date = time ? g_date_time_format(time, "%Y-%m-%d") : NULL;

	facts_set(node, "date", date);
	add_window(src, node);
}

static void gather_host(struct source *src, xmlNode *host)
{
	facts_json(host, "connection", src, "/vmdoctor/libvirt/connection.json");
	facts_json(host, "version", src, "/vmdoctor/libvirt/version.json");
	facts_json(host, "node-info", src, "/vmdoctor/libvirt/nodeinfo.json");
	facts_json(host, "system", src, "/vmdoctor/host.json");
	facts_adopt(host, "capabilities", src, "/vmdoctor/libvirt/capabilities.xml");
	add_clock(src, host);
	add_os_release(src, host);
}

const struct check check_host = {
	.name = "host",
	.summary = "the host's system, libvirt, QEMU and their capabilities",
	.reads = reads,
	.host = gather_host,
};
