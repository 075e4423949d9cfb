// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * errname - names of errnos, out of the C library.
 */
#include "base/errname.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LAST_ERRNO 133 /* EHWPOISON, the last of asm-generic/errno.h */

const char *errname(int error)
{
	const char *name = strerrorname_np(abs(error));

	return name ? name : "EIO";
}

int errname_parse(const char *name)
{
	for (int e = 1; e <= LAST_ERRNO; e++) {
		const char *known = strerrorname_np(e);

		if (known && strcmp(known, name) == 0)
			return e;
	}
	return EIO;
}

const char *errname_text(const char *name)
{
	const char *text = strerrordesc_np(errname_parse(name));

	return text ? text : name;
}
