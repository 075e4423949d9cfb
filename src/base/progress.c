// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * progress - one line on a terminal's standard error while there is to be waited
 */
#include "base/progress.h"

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#define EVERY_US (G_USEC_PER_SEC / 10)

bool progress_is_due(const struct progress *p)
{
	int64_t now = g_get_monotonic_time();

	return now - p->begin_us >= G_USEC_PER_SEC && now - p->said_us >= EVERY_US && isatty(STDERR_FILENO);
}

void progress_say(struct progress *p, const char *text)
{
	fprintf(stderr, "\r\033[Kvmdoctor: %s", text);
	p->said_us = g_get_monotonic_time();
	p->is_shown = true;
}

void progress_end(struct progress *p)
{
	if (p->is_shown)
		fputs("\r\033[K", stderr);
	p->is_shown = false;
}
