// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options - parsing the command line of check.
 */
#include "options.h"

#include <stdint.h>
#include <string.h>

#include "ipv4.h"
#include "rules.h"
#include "upgrade.h"
#include "writer.h"

#define TIMEOUT_DEFAULT_S 60

/* The entries write into @o; GLib wants the addresses in the table. */
static GOptionContext *context_new(struct options *o)
{
	const GOptionEntry entries[] = {
		{ "connect", 'c', 0, G_OPTION_ARG_STRING, &o->connect,
		  "libvirt connection (default: as virsh)", "URI" },
		{ "from", 'f', 0, G_OPTION_ARG_FILENAME, &o->from,
		  "no live host: a bundle, a sosreport, a case tree, or one domain XML file", "PATH" },
		{ "domain-glob", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->globs,
		  "the domains whose names match, too", "GLOB" },
		{ "error", 'e', 0, G_OPTION_ARG_STRING, &o->error_text,
		  "an error message that you saw", "TEXT" },
		{ "error-file", 0, 0, G_OPTION_ARG_FILENAME, &o->error_file,
		  "a file with it; - is standard input", "FILE" },
		{ "symptom", 's', 0, G_OPTION_ARG_STRING, &o->symptom,
		  "what you complain about: ranks what explains it higher", "NAME" },
		{ "since", 0, 0, G_OPTION_ARG_STRING, &o->since,
		  "log lines from then on; as journalctl reads times", "TIME" },
		{ "until", 0, 0, G_OPTION_ARG_STRING, &o->until, "log lines until then", "TIME" },
		{ "at", 0, 0, G_OPTION_ARG_STRING, &o->at,
		  "log lines from 15 minutes before to 5 minutes after", "TIME" },
		{ "format", 'F', 0, G_OPTION_ARG_STRING_ARRAY, &o->formats,
		  "format of the report (default: text)", "NAME" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &o->outputs,
		  "write it to FILE, whole or not at all; may be repeated with -F", "FILE" },
		{ "record", 0, 0, G_OPTION_ARG_FILENAME, &o->record,
		  "save all that was read as a case tree in the new directory DIR", "DIR" },
		{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &o->dry_run,
		  "bundle: write nothing, list what it would hold", NULL },
		{ "redact", 0, 0, G_OPTION_ARG_NONE, &o->redact,
		  "bundle: other names and addresses; which, says FILE.map.tsv", NULL },
		{ "facts", 0, 0, G_OPTION_ARG_FILENAME, &o->facts,
		  "write the facts that rules see as XML, for those who write rules", "FILE" },
		{ "rules", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->rules, "further rules", "DIR" },
		{ "ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->ignore,
		  "count these findings, do not list them", "ID[:SUBJECT-GLOB]" },
		{ "baseline", 0, 0, G_OPTION_ARG_FILENAME, &o->baseline,
		  "an earlier JSON report: list only what is new", "FILE" },
		{ "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->set, "a rule's threshold",
		  "ID.PARAM=VALUE" },
		{ "fail-on", 0, 0, G_OPTION_ARG_STRING, &o->fail_on_name,
		  "lowest severity for exit status 1 (default: warning)", "SEVERITY" },
		{ "strict", 0, 0, G_OPTION_ARG_NONE, &o->strict,
		  "exit status 3 when something could not be checked", NULL },
		{ "timeout", 0, 0, G_OPTION_ARG_INT, &o->timeout_s,
		  "deadline of the whole run (default: 60)", "SECONDS" },
		{ "sample", 0, 0, G_OPTION_ARG_INT, &o->sample_s,
		  "measure for so long: CPU, disks, interfaces (check: 0; sample: 3; top: 2)", "SECONDS" },
		{ "batch", 'b', 0, G_OPTION_ARG_NONE, &o->batch,
		  "top: one table after the other", NULL },
		{ "rounds", 'n', 0, G_OPTION_ARG_INT, &o->rounds,
		  "top: end after N tables", "N" },
		{ "guest-files", 0, 0, G_OPTION_ARG_NONE, &o->guest_files,
		  "let the agent read some files of /proc, too; libvirt marks the domain as tainted", NULL },
		{ "no-guest", 0, 0, G_OPTION_ARG_NONE, &o->no_guest, "ask no guest agent", NULL },
		{ "probe", 0, 0, G_OPTION_ARG_NONE, &o->probe,
		  "send at most 20 harmless frames per interface: where do they die?", NULL },
		{ "no-probe", 0, 0, G_OPTION_ARG_NONE, &o->no_probe,
		  "touch no network (the default of check)", NULL },
		{ "to", 0, 0, G_OPTION_ARG_STRING, &o->to,
		  "audit: qemu-9.2, libvirt-10.4, debian13, rhel9.4 …, or a capabilities XML file", "TARGET" },
		{ "to-emulator", 0, 0, G_OPTION_ARG_FILENAME, &o->to_emulator,
		  "audit: a QEMU program of this host, asked itself", "PATH" },
		{ "force", 0, 0, G_OPTION_ARG_NONE, &o->force,
		  "probe bridges that run STP and lead outside, too", NULL },
		{ "target", 0, 0, G_OPTION_ARG_STRING, &o->target,
		  "probe the whole path to this IPv4 address outside", "ADDRESS" },
		{ "name", 0, 0, G_OPTION_ARG_STRING, &o->dns_name,
		  "probe the name server with this name", "NAME" },
		{ "pcap", 0, 0, G_OPTION_ARG_FILENAME, &o->pcap,
		  "write the headers of what a probe saw to the new FILE", "FILE" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "findings only", NULL },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &o->verbose,
		  "references, evidence of advice, every undecided rule", NULL },
		{ "color", 0, 0, G_OPTION_ARG_STRING, &o->colour, "always, never or auto", "WHEN" },
		{ "no-pager", 0, 0, G_OPTION_ARG_NONE, &o->no_pager, "do not start a pager", NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->domains, NULL,
		  "[DOMAIN…]" },
		{ 0 },
	};
	GOptionContext *context = g_option_context_new(NULL);

	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_help_enabled(context, FALSE);
	return context;
}

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
						    format, args));
	va_end(args);
	return false;
}

static bool check_target(const struct options *o, GError **error)
{
	struct upgrade_target target = { 0 };

	if (!o->to && !o->to_emulator)
		return !o->needs_target || fail(error, "upgraded to what? --to TARGET or --to-emulator PATH");
	if (o->to && o->to_emulator)
		return fail(error, "--to and --to-emulator exclude each other");
	if (o->to_emulator && *o->to_emulator != '/')
		return fail(error, "--to-emulator %s: not an absolute path", o->to_emulator);
	if (!o->to || g_file_test(o->to, G_FILE_TEST_IS_REGULAR))
		return true;
	if (!upgrade_target_parse(o->to, &target, error))
		return false;
	upgrade_target_done(&target);
	return true;
}

static bool check_values(struct options *o, GError **error)
{
	int severity = o->fail_on_name ? severity_parse(o->fail_on_name) : SEVERITY_WARNING;
	g_autofree char *symptoms = g_strjoinv(", ", (char **)(uintptr_t)symptom_names);
	g_autofree char *formats = writer_names();
	uint32_t target;

	if (severity < 0)
		return fail(error, "--fail-on %s: not one of %s", o->fail_on_name,
			    "critical, error, warning, advice, info");
	o->fail_on = (enum severity)severity;
	if (o->symptom && !g_strv_contains(symptom_names, o->symptom))
		return fail(error, "--symptom %s: not one of %s", o->symptom, symptoms);
	for (size_t i = 0; o->formats && o->formats[i]; i++)
		if (!writer_find(o->formats[i]))
			return fail(error, "--format %s: not one of %s", o->formats[i], formats);
	if (o->colour && !strstr("always never auto", o->colour))
		return fail(error, "--color %s: not one of %s", o->colour, "always, never, auto");
	if (o->from && o->connect)
		return fail(error, "--from %s: without a live host there is no --connect %s", o->from,
			    o->connect);
	if (o->at && (o->since || o->until))
		return fail(error, "--at %s: not with --since or --until", o->at);
	if (!check_target(o, error))
		return false;
	if (o->needs_domain && !o->domains && !o->globs)
		return fail(error, "which domain?");
	if (o->probe && o->no_probe)
		return fail(error, "--probe and --no-probe exclude each other");
	if (!o->probe && (o->force || o->target || o->dns_name || o->pcap))
		return fail(error, "--force, --target, --name and --pcap are about a probe: --probe");
	if (o->target && !ipv4_parse(o->target, &target))
		return fail(error, "--target %s: not an IPv4 address", o->target);
	if (o->pcap && g_file_test(o->pcap, G_FILE_TEST_EXISTS))
		return fail(error, "--pcap %s: is there already", o->pcap);
	if (o->guest_files && o->no_guest)
		return fail(error, "--guest-files and --no-guest exclude each other");
	if (o->sample_s < 0)
		return fail(error, "--sample: not a number of seconds from 0 on");
	if (o->is_top && o->sample_s == 0)
		return fail(error, "--sample 0: top has to measure");
	if (o->sample_s > o->timeout_s)
		return fail(error, "--sample %d: longer than --timeout %d", o->sample_s, o->timeout_s);
	if (!o->is_top && (o->batch || o->rounds))
		return fail(error, "--batch and --rounds are for 'vmdoctor top'");
	if (o->dry_run && !o->is_bundle)
		return fail(error, "--dry-run is about a bundle");
	if (o->redact && !o->is_bundle)
		return fail(error, "--redact is about a bundle");
	if (o->is_bundle && (o->formats || (o->outputs && o->outputs[0] && o->outputs[1])))
		return fail(error, "a bundle holds the report as text and JSON: no --format, one --output");
	if (o->timeout_s <= 0)
		return fail(error, "--timeout: not a number of seconds above 0");
	return true;
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

bool options_parse(struct options *o, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) context = context_new(o);
	g_auto(GStrv) args = g_new0(char *, (gsize)argc + 2);
	bool ok;

	args[0] = g_strdup("vmdoctor");
	for (int i = 0; i < argc; i++)
		args[i + 1] = g_strdup(argv[i]);
	o->timeout_s = TIMEOUT_DEFAULT_S;
	ok = g_option_context_parse_strv(context, &args, error) && check_values(o, error) &&
	     check_outputs(o, error);
	o->probing = (struct source_probe_options){ o->force, o->target, o->dns_name, o->pcap };
	if (!ok)
		options_done(o);
	return ok;
}

void options_done(struct options *o)
{
	char *const strings[] = { o->connect,  o->from,	  o->symptom,	 o->fail_on_name, o->colour,
				  o->baseline, o->record, o->error_text, o->error_file,
				  o->facts,    o->since,  o->until,	 o->at,
				  o->to, o->to_emulator, o->target,   o->dns_name, o->pcap };
	GStrv const lists[] = { o->formats, o->outputs, o->rules,  o->ignore,
				o->set,	    o->globs,	o->domains };

	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		g_free(strings[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_strfreev(lists[i]);
	*o = (struct options){ 0 };
}

char *options_help(void)
{
	struct options o = { 0 };
	g_autoptr(GOptionContext) context = context_new(&o);

	g_set_prgname("vmdoctor");
	return g_option_context_get_help(context, TRUE, NULL);
}
