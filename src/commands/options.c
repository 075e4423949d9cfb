// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options - parsing the command line of check.
 */
#include "commands/options.h"

#include <stdint.h>
#include <string.h>

#include "base/deadline.h"
#include "base/i18n.h"
#include "commands/cmd.h"
#include "formats/ipv4.h"
#include "formats/near.h"
#include "rules/rules.h"
#include "rules/upgrade_target.h"
#include "report/nagios.h"
#include "report/writer.h"

#define TIMEOUT_DEFAULT_S 60

static void add_group(GOptionContext *context, struct options *o, enum option_group group)
{
	const char *title = _(option_group_titles[group]);
	GOptionGroup *g = g_option_group_new(title, title, "", NULL, NULL);
	bool any = false;

	for (const struct option_row *r = option_rows; r->name; r++) {
		const GOptionEntry entries[] = {
			{ r->name, r->letter, 0, r->arg, (char *)o + r->at, _(r->text), r->value }, { 0 }
		};

		if (r->group != group || !(r->commands & o->command))
			continue;
		g_option_group_add_entries(g, entries);
		any = true;
	}
	if (any)
		g_option_context_add_group(context, g);
	else
		g_option_group_unref(g);
}

/* GLib writes what it reads into @o. */
static GOptionContext *context_new(struct options *o)
{
	const GOptionEntry domains[] = {
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->operands, NULL, "[DOMAIN…]" }, { 0 }
	};
	GOptionContext *context = g_option_context_new(NULL);

	g_option_context_add_main_entries(context, domains, NULL);
	for (int group = 0; group < GROUPS; group++)
		add_group(context, o, (enum option_group)group);
	g_option_context_set_help_enabled(context, FALSE);
	return context;
}

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
						    _(format), args));
	va_end(args);
	return false;
}

/* @words: "a, b, c" */
static bool fail_word(GError **error, const char *option, const char *word, const char *words)
{
	g_auto(GStrv) list = g_strsplit(words, ", ", 0);
	g_autofree char *near = near_hint((const char *const *)list, word, "");

	return fail(error, "%s %s: not one of %s%s", option, word, words, near);
}

static bool check_target(const struct options *o, GError **error)
{
	struct upgrade_target target = { 0 };

	if (!o->request.to && !o->request.to_emulator)
		return o->command != FOR_AUDIT || fail(error, "upgraded to what? --to TARGET or --to-emulator PATH");
	if (o->request.to && o->request.to_emulator)
		return fail(error, "--to and --to-emulator exclude each other");
	if (o->request.to_emulator && *o->request.to_emulator != '/')
		return fail(error, "--to-emulator %s: not an absolute path", o->request.to_emulator);
	if (!o->request.to || strcmp(o->request.to, "list") == 0 || g_file_test(o->request.to, G_FILE_TEST_IS_REGULAR))
		return true;
	if (!upgrade_target_parse(o->request.to, &target, error))
		return false;
	upgrade_target_done(&target);
	return true;
}

static bool check_words(struct options *o, GError **error)
{
	static const char *const when[] = { "always", "never", "auto", NULL };
	int severity = o->fail_on_name ? severity_parse(o->fail_on_name) : SEVERITY_WARNING;
	g_autofree char *symptoms = g_strjoinv(", ", (char **)(uintptr_t)symptom_names);
	g_autofree char *formats = writer_names();

	if (severity < 0)
		return fail_word(error, "--fail-on", o->fail_on_name, "critical, error, warning, advice, info");
	o->fail_on = (enum severity)severity;
	if (o->request.symptom && !g_strv_contains(symptom_names, o->request.symptom))
		return fail_word(error, "--symptom", o->request.symptom, symptoms);
	for (size_t i = 0; o->formats && o->formats[i]; i++)
		if (!writer_find(o->formats[i]))
			return fail_word(error, "--format", o->formats[i], formats);
	if (o->colour && !g_strv_contains(when, o->colour))
		return fail_word(error, "--color", o->colour, "always, never, auto");
	return true;
}

static bool check_source(const struct options *o, GError **error)
{
	if (o->request.from && o->request.connect)
		return fail(error, "--from %s: without a live host there is no --connect %s", o->request.from,
			    o->request.connect);
	if (o->request.at && (o->request.since || o->request.until))
		return fail(error, "--at %s: not with --since or --until", o->request.at);
	if (o->request.store && o->command != FOR_WATCH && (!o->request.at || o->request.from))
		return fail(error, "--store %s: only with --at, and of this host", o->request.store);
	if (o->request.guest_files && o->request.no_guest)
		return fail(error, "--guest-files and --no-guest exclude each other");
	if (o->command == FOR_BUNDLE && (o->formats || (o->outputs && o->outputs[0] && o->outputs[1])))
		return fail(error, "a bundle holds the report as text and JSON: no --format, one --output");
	return check_target(o, error);
}

static bool check_probe(const struct options *o, GError **error)
{
	uint32_t target;

	if (o->command == FOR_PROBE && !o->operands && !o->request.globs)
		return fail(error, "which domain?");
	if (o->request.probe && o->no_probe)
		return fail(error, "--probe and --no-probe exclude each other");
	if (!o->request.probe && (o->request.probing.force || o->request.probing.target || o->request.probing.name || o->request.probing.pcap))
		return fail(error, "--force, --target, --name and --pcap are about a probe: --probe");
	if (o->request.probing.target && !ipv4_parse(o->request.probing.target, &target))
		return fail(error, "--target %s: not an IPv4 address", o->request.probing.target);
	if (o->request.probing.pcap && g_file_test(o->request.probing.pcap, G_FILE_TEST_EXISTS))
		return fail(error, "--pcap %s: is there already", o->request.probing.pcap);
	return true;
}

static bool check_seconds(const struct options *o, GError **error)
{
	if (o->request.timeout_s <= 0)
		return fail(error, "--timeout: not a number of seconds above 0");
	if (o->sample_s < 0)
		return fail(error, "--sample: not a number of seconds from 0 on");
	if (o->command == FOR_TOP && o->sample_s == 0)
		return fail(error, "--sample 0: top has to measure");
	if (o->sample_s > o->request.timeout_s)
		return fail(error, "--sample %d: longer than --timeout %d", o->sample_s, o->request.timeout_s);
	return true;
}

static bool check_values(struct options *o, GError **error)
{
	return check_words(o, error) && check_source(o, error) && check_probe(o, error) && check_seconds(o, error);
}

/* n outputs go with the first n formats; one format more may go to standard output. */
static bool check_outputs(struct options *o, GError **error)
{
	guint formats = o->formats ? g_strv_length(o->formats) : 1;
	guint outputs = o->outputs ? g_strv_length(o->outputs) : 0;

	if (outputs > formats || formats > outputs + 1)
		return fail(error, "each --format but one needs its own --output");
	return true;
}

/* The row of "--name", "--name=value" or "-n" among those of @command, or NULL. */
static const struct option_row *row_of(unsigned int command, const char *word)
{
	size_t length = g_str_has_prefix(word, "--") ? strcspn(word + 2, "=") : 0;

	for (const struct option_row *r = option_rows; r->name; r++) {
		if (!(r->commands & command))
			continue;
		if (length > 0 && strlen(r->name) == length && strncmp(r->name, word + 2, length) == 0)
			return r;
		if (length == 0 && r->letter && word[0] == '-' && word[1] == r->letter && !word[2])
			return r;
	}
	return NULL;
}

char options_ask(enum command_bit command, int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const struct option_row *row = row_of(command, argv[i]);

		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			return 'h';
		if (strcmp(argv[i], "-V") == 0 || strcmp(argv[i], "--version") == 0)
			return 'V';
		if (row && row->value && !strchr(argv[i], '='))
			i++;
	}
	return 0;
}

static char *near_option(enum command_bit command, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	for (const struct option_row *r = option_rows; r->name; r++)
		if (r->commands & command)
			g_ptr_array_add(names, g_strconcat("--", r->name, NULL));
	g_ptr_array_add(names, NULL);
	return near_hint((const char *const *)names->pdata, name, "");
}

/* GLib says but that it does not know it. */
static bool explain_unknown(const struct options *o, int argc, char **argv, GError **error)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const struct option_row *row = row_of(o->command, argv[i]);
		g_autofree char *name = g_strndup(argv[i], strcspn(argv[i], "="));
		g_autofree char *near = row || !g_str_has_prefix(name, "--") ? NULL : near_option(o->command, name);

		if (row && row->value && !strchr(argv[i], '='))
			i++;
		if (!near)
			continue;
		g_clear_error(error);
		if ((row = row_of(FOR_ALL, argv[i]))) {
			g_autofree char *names = cmd_names(row->commands);

			return fail(error, "%s is an option of: %s", name, names);
		}
		return fail(error, "no option %s%s", name, near);
	}
	return false;
}

static bool read_line(struct options *o, GOptionContext *context, GStrv *args, GError **error)
{
	g_autoptr(GError) why = NULL;

	if (g_option_context_parse_strv(context, args, &why))
		return true;
	if (g_error_matches(why, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)) {
		/* What was not taken is left in @args. */
		explain_unknown(o, (int)g_strv_length(*args) - 1, *args + 1, &why);
	}
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

bool options_is_plugin(const struct options *o)
{
	return o->formats && g_strv_contains((const char *const *)o->formats, "nagios");
}

/* top goes on until it is ended; each of its rounds has the time. */
static void start_deadline(const struct options *o)
{
	bool is_plugin = options_is_plugin(o);

	if (o->command & (FOR_CHECK | FOR_AUDIT | FOR_PROBE | FOR_SAMPLE | FOR_BUNDLE | FOR_DIFF))
		deadline_start(o->request.timeout_s, is_plugin ? NAGIOS_UNKNOWN : EXIT_CANNOT,
			       is_plugin ? NAGIOS_CANNOT "\n" : NULL);
}

bool options_parse(struct options *o, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) context = context_new(o);
	g_auto(GStrv) args = g_new0(char *, (gsize)argc + 2);
	bool ok;

	args[0] = g_strdup("vmdoctor");
	for (int i = 0; i < argc; i++)
		args[i + 1] = g_strdup(argv[i]);
	o->request.timeout_s = TIMEOUT_DEFAULT_S;
	ok = read_line(o, context, &args, error) && check_values(o, error) &&
	     check_outputs(o, error);
	o->request.domains = o->operands;
	if (ok)
		start_deadline(o);
	else
		options_done(o);
	return ok;
}

void options_done(struct options *o)
{
	for (const struct option_row *r = option_rows; r->name; r++) {
		void *at = (char *)o + r->at;

		if (r->arg == G_OPTION_ARG_STRING || r->arg == G_OPTION_ARG_FILENAME)
			g_free(*(char **)at);
		else if (r->arg == G_OPTION_ARG_STRING_ARRAY || r->arg == G_OPTION_ARG_FILENAME_ARRAY)
			g_strfreev(*(GStrv *)at);
	}
	g_strfreev(o->operands);
	*o = (struct options){ .command = o->command }; /* which a message still wants */
}

char *options_help(enum command_bit command)
{
	struct options o = { .command = command };
	g_autoptr(GOptionContext) context = context_new(&o);

	g_set_prgname("vmdoctor");
	return g_option_context_get_help(context, FALSE, NULL);
}
