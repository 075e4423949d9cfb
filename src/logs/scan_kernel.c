// SPDX-License-Identifier: GPL-2.0-or-later
/* scan_kernel - whose is it what the kernel says: it knows processes and control groups, no domains. */
#include "logs/scan_state.h"

#include <string.h>

#include "facts/facts.h"
#include "base/xml.h"

#define MACHINE_NAME_MAX 64

/* The name of a domain in that of its control group, qemu-1-NAME or escaped machine-qemu\x2d1\x2dNAME.scope:
   what is no letter, digit, '.' or '-' of it libvirt leaves out, and what is beyond 64 bytes.
   Source: libvirt src/hypervisor/domain_driver.c virDomainDriverGenerateMachineName() */
static char *name_in_group(const char *text)
{
	static const char pattern[] = "[/-]qemu(?<dash>-|\\\\x2d)\\d+\\k<dash>(?<a>.+?)\\.(scope|libvirt-qemu)\\b";
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *escaped = NULL;
	g_auto(GStrv) parts = NULL;

	if (!g_regex_match(regex, text, 0, &match))
		return NULL;
	escaped = g_match_info_fetch_named(match, "a");
	parts = g_strsplit(escaped, "\\x2d", 0);
	return g_strjoinv("-", parts);
}

static bool is_name_in_group(const char *name, const char *in_group)
{
	g_autofree char *left = g_strdup(name);
	size_t length = strlen(in_group), n = 0;

	for (const char *p = name; *p; p++)
		if (g_ascii_isalnum(*p) || *p == '.' || *p == '-')
			left[n++] = *p;
	left[n] = '\0';
	return strcmp(left, in_group) == 0 ||
	       (length >= MACHINE_NAME_MAX - strlen("qemu-1234567-") && g_str_has_prefix(left, in_group));
}

xmlNode *scan_vm_of_kernel(const struct scan *scan, const char *text, const GMatchInfo *m)
{
	g_autofree char *pid = m ? g_match_info_fetch_named(m, "pid") : NULL;
	g_autofree char *name = name_in_group(text);
	xmlNode *found = NULL;
	GHashTableIter it;
	gpointer vm;

	g_hash_table_iter_init(&it, scan->vms);
	while (g_hash_table_iter_next(&it, NULL, &vm)) {
		const char *own = facts_get(xml_child(vm, "process"), "pid");

		if (!(name && is_name_in_group(facts_get(vm, "name"), name)) &&
		    !(pid && *pid && g_strcmp0(own, pid) == 0))
			continue;
		if (found && found != vm)
			return NULL;
		found = vm;
	}
	return found;
}
