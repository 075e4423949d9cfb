// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text - the parts of the text report, one file each; every part ends on a whole line
 */
#ifndef VMDOCTOR_TEXT_H
#define VMDOCTOR_TEXT_H

#include "report/pen.h"

struct finding;
struct report;
struct style;

/** text_head - program, host, options */
void text_head(const struct report *r, struct pen *p);
/** text_domains - a line each; of many how many there are in which state */
void text_domains(const struct report *r, const struct style *style, struct pen *p);
/** text_verdicts - of an audit: a line for the domains of which it says the same */
void text_verdicts(const struct report *r, const struct style *style, struct pen *p);
/** text_ink - of a severity; -1: of none */
enum ink text_ink(int severity);
/** text_title - "ERROR  The title (web-01, vda)" */
void text_title(const struct finding *f, struct pen *p);
/** text_paths - network probes, hop by hop */
void text_paths(const struct report *r, struct pen *p);
/** text_sample - what was measured */
void text_sample(const struct report *r, const struct style *style, struct pen *p);
/** text_findings - by rank, consequences under their root, similar ones under the first */
void text_findings(const struct report *r, const struct style *style, struct pen *p);
/** text_undecided - what could not be checked, grouped by why */
void text_undecided(const struct report *r, const struct style *style, struct pen *p);

#endif
