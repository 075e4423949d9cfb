// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/asked.h"

#include <glib.h>

/* In the order of how much a noun says: "mount the cgroup controller" is about the control group. */
static const struct {
	const char *object, *nouns;
} objects[] = {
	{ "kvm", "\\bKVM_[A-Z][A-Z_0-9]+\\b|\\bkvm_\\w+: .*failed|/dev/kvm\\b|\\bioctl\\(KVM" },
	{ "loop", "\\bloop(back)? ?(device|dev|status|-control)|/dev/loop" },
	{ "tap", "\\b(mac)?v?tap\\b|\\btun\\b|/dev/net/tun" },
	{ "bridge", "\\bbridge\\b|\\bfdb\\b|\\bSTP\\b|\\bforwarding database" },
	{ "address", "\\broutes?\\b|\\bIP(v[46])? address|\\bDAD\\b" },
	{ "interface", "\\binterfaces?\\b|\\bMAC\\b|\\bMTU\\b|\\bVLAN\\b|\\bethtool\\b|\\bVF\\b|\\bmulticast|\\bport profile|\\bvport|\\bnetdev|"
		       "\\bnetwork device|\\bcontrol socket|/proc/net/dev" },
	{ "cgroup", "\\bcgroups?\\b|/sys/fs/cgroup|\\bcpu account|/proc/mounts|\\bcontroller\\b" },
	{ "label", "\\bselinux\\b|\\b(security|process|file|socket) (context|label)|\\bgetenforce|\\bapparmor" },
	{ "mount", "\\bu?n?mount(ed|s)?\\b|\\bbind .* on( to)? |\\bdevfs\\b|\\bsymlink|\\bmount point|"
		   "\\b(create|remove|chown|permissions? for|owner(ship)? of) (a )?(device|node)\\b|\\bnamespace" },
	{ "lock", "\\b(un)?lock(ed|ing|space)?\\b(?! memory)|\\blease\\b" },
	{ "socket", "\\bsockets?\\b|\\bpeer\\b|\\b(connect|recv|send|accept|listen|bind)\\b" },
	{ "process", "\\baffinity\\b|\\bsched(uling|uler)?\\b|SCHED_|\\bprocess(es)?\\b|\\bpid\\b|\\brlimit|\\blimit\\b|\\bsignal\\b|\\bthread" },
	{ "assignment", "\\bPCI\\b|\\bdriver_override\\b|\\bVPD\\b|\\bvfio\\b|\\biommu\\b|\\bmdev\\b|\\bdevice link\\b|\\bconfig space\\b|\\bscsi host\\b" },
	{ "attribute", "\\bxattrs?\\b|\\bCOW\\b|\\bcopy-on-write\\b|\\bflags on\\b|\\bACLs?\\b" },
	{ "file", "\\b(open(ing)?|read(ing)?|writ(e|ing)|seek|stat|statvfs|create|creating|make|chmod|chown|mode|owner(ship)?|unlink|delete|remove|"
		  "rename|truncate|sync|fsync|close|access|canonicalize|resolve|clone|extend|fill|allocate|copy|move|dir|directory|file|image|path)\\b" },
};

const char *asked_of(const char *sentence)
{
	for (size_t i = 0; i < G_N_ELEMENTS(objects); i++) {
		if (g_regex_match_simple(objects[i].nouns, sentence, G_REGEX_CASELESS | G_REGEX_RAW, 0))
			return objects[i].object;
	}
	return NULL;
}

static const struct {
	const char *place, *paths;
} places[] = {
	{ "kvm", "^/dev/kvm$" },
	{ "tun", "^/dev/net/tun$|^/dev/tap\\d+$|^/dev/vhost-(net|vsock)$" },
	{ "hugepages", "/hugepages|hugetlbfs" },
	{ "cgroup", "^/sys/fs/cgroup|^/cgroup/" },
	{ "pci", "^/sys/bus/pci/|^/sys/devices/pci" },
	{ "nvram", "/nvram/" }, /* the guest's own variables, not the firmware that they were made from */
	{ "firmware", "^/usr/share/(OVMF|AAVMF|ovmf|edk2|qemu|qemu-efi|seabios|qemu-kvm|qemu/firmware)/|(?i:OVMF|AAVMF|edk2)[^/]*\\.(fd|bin|qcow2)$|/bios.*\\.bin$" },
	{ "emulator", "/(qemu-system-[\\w-]+|qemu-kvm|kvm-spice|kvm)$" },
	{ "helper", "/(virtiofsd|swtpm\\w*|dnsmasq|passt|slirp4netns|virt-\\w+|libvirt_\\w+|qemu-(bridge-helper|img|pr-helper|nbd)|vhost-user-\\w+|ebtables|ip6?tables|nft|tc|ip)$" },
	{ "daemon-socket", "/libvirt/(libvirt-(admin-)?sock(-ro)?|virt\\w+d-(admin-)?sock(-ro)?|virt(log|lock)d-sock)$" },
	{ "agent-socket", "\\.agent\\.\\d+$|guest_agent|/channel/" },
	{ "log", "/log/.*\\.log$|^/var/log/" },
	{ "certificate", "/pki/|\\.pem$|\\.crt$" },
};

const char *asked_place(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		if (g_regex_match_simple(places[i].paths, path, G_REGEX_RAW, 0))
			return places[i].place;
	}
	return NULL;
}
