// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd - what all commands say in the same way */
#include "commands/cmd.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/i18n.h"
#include "commands/options.h"

static const struct {
	enum command_bit command;
	const char *name;
} names[] = {
	{ FOR_CHECK, "check" }, { FOR_AUDIT, "audit" },	  { FOR_PROBE, "probe" }, { FOR_SAMPLE, "sample" },
	{ FOR_TOP, "top" },	{ FOR_BUNDLE, "bundle" }, { FOR_DIFF, "diff" },	  { FOR_MERGE, "merge" },
	{ FOR_TRACE, "trace" },
};

int cmd_fail(const char *format, ...)
{
	va_list args;

	fputs("vmdoctor: ", stderr);
	va_start(args, format);
	vfprintf(stderr, _(format), args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_CANNOT;
}

char *cmd_names(unsigned int commands)
{
	GString *all = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].command & commands)
			g_string_append_printf(all, "%s%s", all->len > 0 ? ", " : "", names[i].name);
	return g_string_free(all, FALSE);
}

int cmd_usage(const struct options *o, const GError *error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].command == o->command)
			return cmd_fail("%s\nSee 'vmdoctor help %s'.", error->message, names[i].name);
	return cmd_fail("%s", error->message);
}
