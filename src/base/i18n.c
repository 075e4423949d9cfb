// SPDX-License-Identifier: GPL-2.0-or-later
/* i18n - see i18n.h */
#include "base/i18n.h"

#include <locale.h>

#include <glib.h>

#ifndef LOCALE_DIR
#define LOCALE_DIR "/usr/local/share/locale"
#endif
#define PROGRAM_DOMAIN "vmdoctor"
#define RULES_DOMAIN "vmdoctor-rules"

/* Beside the program or in its build directory, else where it was installed. */
static char *locale_dir(void)
{
	static const char *const places[] = { "locale", "build/locale", "../share/locale" };
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = exe ? g_path_get_dirname(exe) : g_strdup(".");

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		char *path = g_build_filename(dir, places[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			return path;
		g_free(path);
	}
	return g_strdup(LOCALE_DIR);
}

void i18n_init(void)
{
	static const char *const domains[] = { PROGRAM_DOMAIN, RULES_DOMAIN };
	g_autofree char *dir = locale_dir();

	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	for (size_t i = 0; i < G_N_ELEMENTS(domains); i++) {
		bindtextdomain(domains[i], dir);
		bind_textdomain_codeset(domains[i], "UTF-8");
	}
	textdomain(PROGRAM_DOMAIN);
}

void i18n_english(void)
{
	setlocale(LC_MESSAGES, "C");
}

const char *i18n_rule_text(const char *english)
{
	return *english ? dgettext(RULES_DOMAIN, english) : english;
}

const char *i18n_state(const char *word)
{
	return g_dpgettext2(PROGRAM_DOMAIN, "domain state", word);
}

/* The translation of "" is the catalogue's head. */
const char *i18n_word(const char *word)
{
	return word && *word ? gettext(word) : word;
}
