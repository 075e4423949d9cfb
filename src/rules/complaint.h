// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complaint - what somebody complains about, out of their own words; the words are in rules/complaints.tsv
 */
#ifndef VMDOCTOR_COMPLAINT_H
#define VMDOCTOR_COMPLAINT_H

/** complaint_symptom - one of symptom_names; NULL: the words say none. The first 64 KiB of @text count; g_free() it */
char *complaint_symptom(const char *text);

#endif
