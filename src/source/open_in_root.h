// SPDX-License-Identifier: GPL-2.0-or-later
/* open_in_root - open(2) of a path in a tree as if the tree's directory were the root */
#ifndef VMDOCTOR_OPEN_IN_ROOT_H
#define VMDOCTOR_OPEN_IN_ROOT_H

/**
 * open_in_root - @path below the directory @root, which no link and no ".." leads out of
 * @flags: as for open(2); O_CREAT is not for this
 * Return: a descriptor, or -errno: -EXDEV what is mounted below @root, -ELOOP after 40 links, -ENAMETOOLONG more than 64 directories deep
 * where the kernel does not do it by itself. Source: openat2(2), RESOLVE_IN_ROOT; path_resolution(7).
 */
int open_in_root(int root, const char *path, int flags);

#endif
