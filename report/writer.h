// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * writer - turns a report into bytes; decides nothing
 *
 * A format is one file with one writer, and one row in writers[] (report/writer.c).
 */
#ifndef VMDOCTOR_WRITER_H
#define VMDOCTOR_WRITER_H

#include <glib.h>
#include <stdbool.h>

struct report;

/** How a report is shown; formats for machines ignore it. */
struct style {
	bool colour;
	bool quiet;	    /* findings only */
	bool verbose;	    /* references and every undecided check, too */
	unsigned int width; /* columns; 0: do not wrap */
};

struct writer {
	const char *name;    /* as in --format */
	const char *suffix;  /* of a file name: ".json" */
	const char *summary; /* one line for the help */
	void (*write)(const struct report *r, const struct style *style, GString *out);
};

extern const struct writer writer_text, writer_json, writer_html, writer_markdown, writer_junit, writer_nagios, writer_prometheus, writer_graphite, writer_sarif;
/** writer_find - NULL when there is no such format */
const struct writer *writer_find(const char *name);
/** writer_names - comma separated, for messages */
char *writer_names(void);

#endif
