// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text - the parts of the text report, one file each; every part ends on a whole line
 */
#ifndef VMDOCTOR_TEXT_H
#define VMDOCTOR_TEXT_H

struct evidence;
struct pen;
struct report;
struct report_domain;
struct style;

/** text_head - program, host, options, domains */
void text_head(const struct report *r, const struct style *style, struct pen *p);
/** text_paths - network probes, hop by hop */
void text_paths(const struct report *r, struct pen *p);
/** text_sample - what was measured */
void text_sample(const struct report *r, const struct style *style, struct pen *p);
/** text_findings - by rank, consequences under their root, similar ones under the first */
void text_findings(const struct report *r, const struct style *style, struct pen *p);
/** text_undecided - what could not be checked, grouped by why */
void text_undecided(const struct report *r, const struct style *style, struct pen *p);

/** text_place - "web-01, vda", or "host"; g_free() it */
char *text_place(const char *domain, const char *subject);
/** text_state - "running (booted)", as people say it; g_free() it */
char *text_state(const struct report_domain *d);
/** text_source - where evidence was read, as grep and compilers say it: "path:12"; g_free() it */
char *text_source(const struct evidence *e);
/** text_time - "2026-03-01 10:15:00 UTC"; what is no ISO 8601 is shown as it is; g_free() it */
char *text_time(const char *taken);

#endif
