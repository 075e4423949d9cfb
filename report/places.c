// SPDX-License-Identifier: GPL-2.0-or-later
/* places - see places.h. Source: virsh(1), ip(8), bridge(8), nft(8), ausearch(8) */
#include "report/places.h"

#include <glib.h>
#include <string.h>

#include "base/i18n.h"

/* %s: the name between prefix and suffix. The first row that fits counts. */
static const struct {
	const char *prefix, *suffix, *command;
} places[] = {
	{ "/vmdoctor/error.txt", "", N_("pasted text") },
	{ "/vmdoctor/libvirt/define.log", "", "virsh define" },
	{ "/vmdoctor/libvirt/domains/", ".inactive.xml", "virsh dumpxml --inactive %s" },
	{ "/vmdoctor/libvirt/domains/", ".xml", "virsh dumpxml %s" },
	{ "/vmdoctor/libvirt/info/", ".json", "virsh dominfo %s" },
	{ "/vmdoctor/libvirt/stats/", ".json", "virsh domstats %s" },
	{ "/vmdoctor/libvirt/diskerrors/", ".json", "virsh domblkerror %s" },
	{ "/vmdoctor/libvirt/networks/", ".xml", "virsh net-dumpxml %s" },
	{ "/vmdoctor/libvirt/netinfo/", ".json", "virsh net-info %s" },
	{ "/vmdoctor/libvirt/leases/", ".json", "virsh net-dhcp-leases %s" },
	{ "/vmdoctor/libvirt/pools/", ".xml", "virsh pool-dumpxml %s" },
	{ "/vmdoctor/libvirt/poolinfo/", ".json", "virsh pool-info %s" },
	{ "/vmdoctor/libvirt/nwfilters/", ".xml", "virsh nwfilter-dumpxml %s" },
	{ "/vmdoctor/libvirt/guest/", "/info.json", "virsh guestinfo %s" },
	{ "/vmdoctor/libvirt/sample/", ".json", "vmdoctor sample %s" },
	{ "/vmdoctor/libvirt/inventory.json", "", "virsh list --all" },
	{ "/vmdoctor/libvirt/capabilities.xml", "", "virsh capabilities" },
	{ "/vmdoctor/libvirt/domcapabilities/", "", "virsh domcapabilities" },
	{ "/vmdoctor/libvirt/version.json", "", "virsh version" },
	{ "/vmdoctor/libvirt/nodeinfo.json", "", "virsh nodeinfo" },
	{ "/vmdoctor/net/link.json", "", "ip -d link" },
	{ "/vmdoctor/net/address.json", "", "ip addr" },
	{ "/vmdoctor/net/route.json", "", "ip route show table all" },
	{ "/vmdoctor/net/policy.json", "", "ip rule" },
	{ "/vmdoctor/net/neighbour.json", "", "ip neigh" },
	{ "/vmdoctor/net/fdb.json", "", "bridge fdb show" },
	{ "/vmdoctor/net/nft.json", "", "nft list ruleset" },
	{ "/vmdoctor/probe/", "", "vmdoctor probe" },
	{ "/vmdoctor/osinfo/", "", "osinfo-query os" },
	{ "/vmdoctor/symptom", "", "--symptom" },
	{ "/vmdoctor/target", "", "audit --to" },
	{ "upgrade/", "", N_("vmdoctor's table of QEMU's versions") },
	{ "facts", "", "vmdoctor --facts FILE" },
	{ "/vmdoctor/audit-status.json", "", "auditctl -s" },
	{ "/vmdoctor/audit.txt", "", "ausearch -m AVC,VIRT_CONTROL" },
};

/* As one word for a shell. */
static char *quoted(const char *name)
{
	static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-+@:";

	return *name != '-' && strspn(name, plain) == strlen(name) ? g_strdup(name) : g_shell_quote(name);
}

char *place_command(const char *source)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		size_t before = strlen(places[i].prefix), after = strlen(places[i].suffix), size = strlen(source);
		g_autofree char *name = NULL, *word = NULL;
		const char *at = strstr(places[i].command, "%s");

		if (!g_str_has_prefix(source, places[i].prefix) || !g_str_has_suffix(source, places[i].suffix) ||
		    size < before + after)
			continue;
		if (!at)
			return g_strdup(_(places[i].command));
		name = g_strndup(source + before, size - before - after);
		word = quoted(name);
		return g_strdup_printf("%.*s%s", (int)(at - places[i].command), places[i].command, word);
	}
	return NULL;
}
