// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * txtar - a tree of files in one text file, that reads well in an editor and in a diff
 *
 *	a comment, of any lines
 *	-- etc/libvirt/qemu/vm.xml --
 *	<domain type='kvm'>
 *	…
 *	-- proc/4711/cmdline (escaped) --
 *	/usr/bin/qemu-system-x86_64%00
 *	-name%00guest=vm%00
 *
 * A line "-- PATH --" begins a member, which ends at the next one. Of an escaped member %XX is a
 * byte and line ends do not count: so it may hold any byte, and need not end with a line end.
 * Source: golang.org/x/tools/txtar; "(escaped)" is ours.
 */
#ifndef VMDOCTOR_TXTAR_H
#define VMDOCTOR_TXTAR_H

#include <glib.h>

struct source;

/** The most of a file that is read, and the most members: no case comes near, a hostile file does. */
#define TXTAR_BYTES_MAX ((gsize)16 << 20)
#define TXTAR_MEMBERS_MAX 2048

/** txtar_comment - how many bytes of @text stand before the first member */
gsize txtar_comment(const char *text, gsize size);
/**
 * txtar_files - the members of @text as files of a host, for source_tree_over()
 * @name: of the file, for messages
 * Return: NULL with @error, "NAME:LINE: what": a path that is absolute, leaves the tree, is there
 * twice or is a directory of another; a bad escape; too much.
 */
struct source *txtar_files(const char *text, gsize size, const char *name, GError **error);

#endif
