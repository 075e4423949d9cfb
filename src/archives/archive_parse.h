// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * archive_parse - the child of archive_read(): parses, and says what it found through a pipe
 */
#ifndef VMDOCTOR_ARCHIVE_PARSE_H
#define VMDOCTOR_ARCHIVE_PARSE_H

#include <stdint.h>

struct member_visitor;

#define ARCHIVE_NAME_MAX_BYTES 4096

/* What the child sends for each member, before its path and its data. */
struct frame {
	uint32_t type; /* of enum member_type, or FRAME_END: the data is a message, empty: all is well */
	uint32_t path_size;
	uint64_t size;
	uint32_t truncated;
};

#define FRAME_END 1000

/** archive_parse - gives up all privilege, reads the archive @fd, writes frames to @pipe_fd, ends */
_Noreturn void archive_parse(const struct member_visitor *v, int fd, int pipe_fd);

#endif
