// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * access - may QEMU have what the domain needs? Each path as QEMU would meet it, by uid, gid and
 * groups
 *
 * Writes, below /facts/vm, one node for each file or device needed:
 *   access @path @role (disk, backing, data-file, kernel, initrd, dtb, loader, nvram,
 * nvram-template, emulator, kvm, shared-dir, swtpm, and the devices of access_device.c) @disk (target
 *          dev) @want (r, rw, x) @device ("c 10:232", of a node)
 *          @uid @gid @groups @user  whom QEMU runs as (absent: not known)
 *          @owner-change (yes, no, unknown)  does libvirt give it to QEMU's user before the start?
 *          @read-only (yes: so is its file system)
 *          @fs-type  of what @link names, or of the file
 *          @verdict (yes, no, unknown) @link @reason: the first component that says no, and why:
 *                 missing, loop, not-directory, search, mode, read-only-mount, squash
 *   with a step @path @mode @uid @gid @acl @verdict (yes, no, unknown) @error for each component.
 * access_need.c and access_device.c say what a domain needs, access_walk.c walks there.
 */
#include "checks/access/access.h"
#include "checks/check.h"
#include "checks/access/security.h"

static const char *const reads[] = {
	"/etc/passwd", "/etc/group", "/usr/lib/passwd", "/usr/lib/group",
	"image:", /* each directory on the way is looked at, not read */
	NULL,
};

static bool is_qemu(const xmlNode *domain)
{
	static const char *const types[] = { "kvm", "qemu", "hvf", NULL };

	const char *type = facts_get(domain, "type");

	return type && g_strv_contains(types, type);
}

static void gather_access(struct source *src, xmlNode *vm)
{
	struct scene s = { .src = src, .vm = vm, .domain = xml_child(vm, "domain") };

	if (!is_qemu(s.domain))
		return;
	security_identity(src, vm, &s.who);
	s.relabel = security_gives_owner(vm);
	access_needs(&s);
	identity_done(&s.who);
}

const struct check check_access = {
	.name = "access",
	.summary = "may QEMU's user have the files and devices that the domain needs?",
	.reads = reads,
	.vm = gather_access,
};
