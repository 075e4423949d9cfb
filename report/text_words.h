// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_words - phrases that every format for people has
 */
#ifndef VMDOCTOR_TEXT_WORDS_H
#define VMDOCTOR_TEXT_WORDS_H

#include <stdbool.h>

struct evidence;
struct fix;
struct report_domain;

/** text_place - "web-01, vda", or "host"; g_free() it */
char *text_place(const char *domain, const char *subject);
/** text_source - where evidence was read, as grep and compilers say it, "path:12"; of what libvirt or the kernel
 *  answered, the command that shows it: "virsh dumpxml web, line 12"; g_free() it */
char *text_source(const struct evidence *e);
/** text_time - "2026-03-01 10:15:00 UTC"; what is no ISO 8601 is shown as it is; g_free() it */
char *text_time(const char *taken);
/** text_state_name - "running": without its reason; not to be freed */
const char *text_state_name(const struct report_domain *d);
/** text_state - "running (booted)", as people say it; g_free() it */
char *text_state(const struct report_domain *d);

/** text_terms - "(in the guest; takes effect at the next start; loses data)": what is to be known of a fix
 *  before its command is pasted; @local: in the user's language; NULL: nothing. g_free() it */
char *text_terms(const struct fix *f, bool local);
/** text_fix - words and terms of @f, as formats that programs read have them: in English; g_free() it */
char *text_fix(const struct fix *f);

#endif
