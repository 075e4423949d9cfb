// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unpack - what is compressed in a file, unpacked by a thread while another one parses it
 *
 * For the process that parses an archive and may do nothing else: there xz takes nearly all the
 * time, so what comes after it should not have to wait for a turn.
 */
#ifndef VMDOCTOR_UNPACK_H
#define VMDOCTOR_UNPACK_H

struct archive;
struct unpack;

/**
 * unpack_start - makes the thread for the file @fd: gzip, bzip2, xz, zstd, or none of them
 * It touches the file from unpack_open() on, until when rights can still be given up. It unpacks 4 MiB
 * ahead, no more, and ends with its process only.
 * Return: NULL: no thread can be made.
 */
struct unpack *unpack_start(int fd);
/** unpack_open - begins; @a reads what comes out. Return: as of archive_read_open(3) */
int unpack_open(struct unpack *u, struct archive *a);
/** unpack_refusal - why it would not go on, where that was not the file's damage; else NULL. Once @a has failed. */
const char *unpack_refusal(const struct unpack *u);

#endif
