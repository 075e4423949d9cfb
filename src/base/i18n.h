// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * i18n - the language of what people read
 *
 * Two catalogues: "vmdoctor" for the program's own words, "vmdoctor-rules" for those of
 * rules/ *.xml.  Facts, evidence, names, commands, and every format that a program reads, are
 * English whatever the language, so that rules match and reports compare.
 * Source: gettext(3), setlocale(3), GNU gettext manual 4 and 11.2
 */
#ifndef VMDOCTOR_I18N_H
#define VMDOCTOR_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) (text)
#define NC_(context, text) (text)

/** i18n_init - takes language and character set from the environment; numbers stay as in C */
void i18n_init(void);
/**
 * i18n_english - this process speaks English from now on
 *
 * For the children that ask libraries: what those say of an error is evidence, which rules match.
 */
void i18n_english(void);
/** i18n_rule_text - the translation of a text of rules; @english itself when there is none */
const char *i18n_rule_text(const char *english);

/** i18n_word - of a name out of a file, which may be anything; NULL stays NULL */
const char *i18n_word(const char *word);
/** i18n_state - a domain's state, or why it is in it, as people say it; borrowed */
const char *i18n_state(const char *word);

#endif
