// SPDX-License-Identifier: GPL-2.0-or-later
/* writer - the table of formats */
#include "report/writer.h"

static const struct writer *const writers[] = {
	&writer_text,
	&writer_json,
	&writer_html,
	&writer_markdown,
	&writer_junit,
	&writer_nagios,
	&writer_prometheus,
	&writer_graphite,
	&writer_sarif,
};

const struct writer *writer_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
		if (g_strcmp0(writers[i]->name, name) == 0)
			return writers[i];
	return NULL;
}

char *writer_names(void)
{
	const char *names[G_N_ELEMENTS(writers) + 1] = { NULL };

	for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
		names[i] = writers[i]->name;
	return g_strjoinv(", ", (char **)names);
}
