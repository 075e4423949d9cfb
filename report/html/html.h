// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * html - the parts of the HTML page, one file each
 *
 * A guest picks its own name, and a log line may hold anything: every string that is not a literal
 * of these files goes through html_text(), html_verbatim() or html_tag().
 */
#ifndef VMDOCTOR_HTML_H
#define VMDOCTOR_HTML_H

#include <glib.h>

#include "findings/report.h"

struct tree;

/** html_style - the style sheet, a constant */
extern const char html_style[];

/** html_head - from the doctype to the end of <head>; @about: for the title, or NULL */
void html_head(GString *out, const char *about);
/** html_head_with - the same, with more style */
void html_head_with(GString *out, const char *about, const char *style);
/** html_text - running text: markup is escaped, what is invisible is shown, line breaks are spaces */
void html_text(GString *out, const char *text);
/** html_verbatim - as html_text(), but for <pre>: line breaks stay */
void html_verbatim(GString *out, const char *text);
/** html_tag - <@tag class="@class">@text</@tag>, or nothing for NULL. @tag, @class: literals */
void html_tag(GString *out, const char *tag, const char *class, const char *text);

/** html_about - what the page is about: the one domain, or how many; g_free() it */
char *html_about(const struct report *r);
/** html_header - @about as the first heading, how bad it is, and on which host that was seen */
void html_header(const struct report *r, const struct tree *t, const char *about, GString *out);
/** html_summary - what to do first, and how much was found where */
void html_summary(const struct report *r, const struct tree *t, GString *out);
/** html_verdicts - of an audit: which domains need work, and because of what */
void html_verdicts(const struct report *r, const struct tree *t, GString *out);
/** html_badge - a severity, as a word; @n: how many such findings, 0: leave the number out */
void html_badge(enum severity severity, unsigned int n, GString *out);
/** html_fix - the words of @f, its terms, its command */
void html_fix(const struct fix *f, GString *out);
/** html_filter - what chooses severity and domain, without script; its rules hold on a screen only */
void html_filter(const struct report *r, GString *out);
/** html_filter_style - those rules, for the head: a body may hold no style. g_free() it */
char *html_filter_style(const struct report *r);
/** html_classes - of the article of @f: the severities, domains and host of all that stands in it */
void html_classes(const struct report *r, const struct tree *t, struct finding *f, GString *out);
/** html_anchor - the name of @f in links, the same from run to run; g_free() it */
char *html_anchor(const struct finding *f);
/** html_command - in a box of its own, or nothing for NULL */
void html_command(const char *command, GString *out);
/** html_findings - by rank, consequences folded under their root */
void html_findings(const struct report *r, const struct tree *t, GString *out);
/** html_machines - cards of the host and the domains, with what was probed and measured */
void html_machines(const struct report *r, GString *out);
/** html_paths - the hops of a domain's network probes, as diagrams and as tables */
void html_paths(const struct report_domain *d, GString *out);
/** html_host_sample - how the host's CPUs spent their time, and what waited there */
void html_host_sample(const struct report *r, GString *out);
/** html_domain_sample - run and delay of vCPUs, latency of disks; lines at the thresholds of @r */
void html_domain_sample(const struct report *r, const struct report_domain *d, GString *out);
/** html_latency - how the latencies of its disks' requests are spread, where QEMU counts that */
void html_latency(const struct report_domain *d, GString *out);
/** html_undecided - what could not be checked, by reason, and what would settle it */
void html_undecided(const struct report *r, GString *out);

#endif
