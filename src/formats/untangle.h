// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * untangle - what people paste, as the lines that some program once wrote
 *
 * A message reaches a ticket through JSON, Go or Python literals, a terminal's colours, HTML, a wrapped
 * window and a front end's advice. Signatures and envelopes see it without all that.
 */
#ifndef VMDOCTOR_UNTANGLE_H
#define VMDOCTOR_UNTANGLE_H

#include <glib.h>

/** One line, and which of the text it came from, counted from 1. */
struct text_line {
	char *text; /* what quotes, entities and escapes stood for; no line breaks */
	unsigned int number;
};

/** untangle - the lines of @text, without those that are no evidence (tracebacks' frames, a front end's "Verify
 *  that the 'libvirtd' daemon is running"). Time and memory grow with @size; one line may become several. */
GPtrArray *untangle(const char *text, size_t size);

#endif
