// SPDX-License-Identifier: GPL-2.0-or-later
/* data_dir - where the program's own knowledge lies */
#include "base/data_dir.h"

#include <glib.h>

#ifndef RULES_DIR
#define RULES_DIR "/usr/local/share/vmdoctor/rules"
#endif

/* Beside the program or above its directory (a build tree), else where it was installed. */
char *data_dir(void)
{
	static const char *const places[] = { "rules", "../rules", "../../rules",
					      "../share/vmdoctor/rules" };
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = exe ? g_path_get_dirname(exe) : g_strdup(".");

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *schema = g_build_filename(dir, places[i], "rules.rng", NULL);

		if (g_file_test(schema, G_FILE_TEST_EXISTS)) {
			g_autofree char *relative = g_build_filename(dir, places[i], NULL);

			return g_canonicalize_filename(relative, NULL);
		}
	}
	return g_strdup(RULES_DIR);
}
