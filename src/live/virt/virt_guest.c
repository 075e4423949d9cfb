// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_guest - files of a guest, read by its agent
 *
 * Only those of a list, only for reading, at most 64 KiB, each command with a timeout. Agents of some
 * distributions do not allow it (RHEL's BLACKLIST_RPC, allow-rpcs).  What comes back was written by the
 * guest: it is bounded and decoded, and is text of nobody's choice but the guest's.
 * Source: QEMU docs/interop/qemu-ga-ref.html guest-file-open, -read, -close; virDomainQemuAgentCommand()
 */
#include <errno.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <string.h>

#include "base/json_read.h"
#include "source/source.h"
#include "live/virt/virt.h"

#define COMMAND_TIMEOUT_S 2
#define FILE_CAP_BYTES 65536

static const char *const files[] = {
	"/proc/stat",	       "/proc/vmstat",	      "/proc/meminfo",		"/proc/swaps",
	"/proc/cmdline",       "/proc/modules",	      "/proc/pressure/cpu",	"/proc/pressure/io",
	"/proc/pressure/memory", "/sys/devices/system/clocksource/clocksource0/current_clocksource",
	NULL,
};

/* The member "return" of the answer; NULL: the agent refused, or did not answer. */
static JsonNode *command(virDomainPtr dom, const char *text, int *ret_error)
{
	g_autofree char *answer = virDomainQemuAgentCommand(dom, text, COMMAND_TIMEOUT_S, 0);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *o;

	if (!answer) {
		*ret_error = virt_errno();
		/* The agent's own refusal comes as an internal error. */
		if (virGetLastErrorCode() == VIR_ERR_INTERNAL_ERROR)
			*ret_error = -EPERM;
		return NULL;
	}
	*ret_error = -EBADMSG;
	if (!json_read_load(parser, answer, -1, NULL) || !(o = json_read_root(parser)) ||
	    !json_object_has_member(o, "return"))
		return NULL;
	*ret_error = 0;
	return json_node_copy(json_object_get_member(o, "return"));
}

static int read_handle(virDomainPtr dom, int64_t handle, char **ret_text)
{
	g_autofree char *text = g_strdup_printf("{\"execute\":\"guest-file-read\",\"arguments\":{\"handle\":%" G_GINT64_FORMAT
						",\"count\":%d}}", handle, FILE_CAP_BYTES);
	int error;
	g_autoptr(JsonNode) node = command(dom, text, &error);
	const char *encoded = json_read_text(json_as_object(node), "buf-b64");
	g_autofree guchar *bytes = NULL;
	gsize size;

	if (!node)
		return error;
	if (!encoded || strlen(encoded) > FILE_CAP_BYTES * 4 / 3 + 8)
		return -EBADMSG;
	bytes = g_base64_decode(encoded, &size);
	*ret_text = g_strndup((const char *)bytes, size);
	return 0;
}

static int read_file(virDomainPtr dom, const char *path, char **ret_text)
{
	g_autofree char *open = g_strdup_printf("{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"%s\",\"mode\":\"r\"}}", path);
	int error;
	g_autoptr(JsonNode) node = command(dom, open, &error);
	g_autoptr(JsonNode) closed = NULL;
	g_autofree char *close = NULL;
	int64_t handle;

	if (!node)
		return error;
	if (!JSON_NODE_HOLDS_VALUE(node))
		return -EBADMSG;
	handle = json_node_get_int(node);
	error = read_handle(dom, handle, ret_text);
	close = g_strdup_printf("{\"execute\":\"guest-file-close\",\"arguments\":{\"handle\":%" G_GINT64_FORMAT "}}", handle);
	closed = command(dom, close, &(int){ 0 });
	return error;
}

int virt_read_guestfile(virConnectPtr conn, const char *name, char **ret_text)
{
	g_auto(GStrv) parts = g_strsplit(name, "/files", 2);
	g_autofree char *plain = parts[0] ? source_path_unescape(parts[0]) : NULL;
	g_autoptr(virDomain) dom = NULL;

	if (!plain || strchr(parts[0], '/') || !parts[1] || !g_strv_contains(files, parts[1]))
		return -ENODATA;
	dom = virDomainLookupByName(conn, plain);
	if (!dom)
		return virt_errno();
	return read_file(dom, parts[1], ret_text);
}
