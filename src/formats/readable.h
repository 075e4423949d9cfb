// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * readable - bytes of a log, which may come from a guest, as text that patterns may be tried on
 */
#ifndef VMDOCTOR_READABLE_H
#define VMDOCTOR_READABLE_H

#include <glib.h>

/** readable_text - valid UTF-8 without control bytes, and with one kind of quote: ' */
char *readable_text(const char *bytes, size_t size);

#endif
