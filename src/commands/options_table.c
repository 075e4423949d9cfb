// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options_table - the options, what they are called, and which commands take them.
 */
#include "commands/options.h"

#include <stddef.h>

#include "base/i18n.h"

#define DIAGNOSING (FOR_CHECK | FOR_AUDIT | FOR_PROBE | FOR_SAMPLE | FOR_TOP | FOR_BUNDLE | FOR_DIFF)
#define PROBING (FOR_CHECK | FOR_PROBE | FOR_BUNDLE)
#define AT(member) offsetof(struct options, member)

const char *const option_group_titles[] = {
	[GROUP_WHAT] = N_("What to look at"),
	[GROUP_REPORT] = N_("The report"),
	[GROUP_RULES] = N_("The rules"),
	[GROUP_MEASURE] = N_("Guests and time"),
	[GROUP_PROBE] = N_("Network probes"),
	[GROUP_COMMAND] = N_("This command"),
};

const struct option_row option_rows[] = {
	{ "connect", 'c', G_OPTION_ARG_STRING, AT(request.connect), DIAGNOSING | FOR_WATCH, GROUP_WHAT,
	  N_("libvirt connection (default: as virsh)"), "URI" },
	{ "from", 'f', G_OPTION_ARG_FILENAME, AT(request.from), DIAGNOSING & ~(unsigned)FOR_DIFF, GROUP_WHAT,
	  N_("no live host: a bundle, a sosreport, a case tree, one domain XML file, or a text with what was pasted"), "PATH" },
	{ "from", 'f', G_OPTION_ARG_FILENAME, AT(trace), FOR_TRACE, GROUP_WHAT,
	  N_("the trace: trace.dat, a CTF directory, net://HOST/host/NAME/SESSION, perf.data, or text of ftrace or perf script"), "PATH" },
	{ "domain-glob", 0, G_OPTION_ARG_STRING_ARRAY, AT(request.globs), DIAGNOSING | FOR_WATCH, GROUP_WHAT,
	  N_("the domains whose names match, too"), "GLOB" },
	{ "error", 'e', G_OPTION_ARG_STRING_ARRAY, AT(request.error_texts), DIAGNOSING, GROUP_WHAT,
	  N_("what you saw: messages, outputs of commands, domain XML; may be repeated"), "TEXT" },
	{ "error-file", 0, G_OPTION_ARG_FILENAME_ARRAY, AT(request.error_files), DIAGNOSING, GROUP_WHAT,
	  N_("a file with it; - is standard input; may be repeated"), "FILE" },
	{ "symptom", 's', G_OPTION_ARG_STRING, AT(request.symptom), DIAGNOSING, GROUP_WHAT,
	  N_("what you complain about: ranks what explains it higher"), "NAME" },
	{ "since", 0, G_OPTION_ARG_STRING, AT(request.since), DIAGNOSING, GROUP_WHAT,
	  N_("log lines from then on; as journalctl reads times"), "TIME" },
	{ "until", 0, G_OPTION_ARG_STRING, AT(request.until), DIAGNOSING, GROUP_WHAT, N_("log lines until then"), "TIME" },
	{ "at", 0, G_OPTION_ARG_STRING, AT(request.at), DIAGNOSING, GROUP_WHAT,
	  N_("the host as it was then, where vmdoctor watch kept it, and log lines from 15 minutes before to 5 minutes after"), "TIME" },
	{ "store", 0, G_OPTION_ARG_FILENAME, AT(request.store), (DIAGNOSING & ~(unsigned)FOR_TOP) | FOR_WATCH, GROUP_WHAT,
	  N_("where vmdoctor watch keeps the last hours (default: /var/lib/vmdoctor/watch)"), "DIR" },

	{ "format", 'F', G_OPTION_ARG_STRING_ARRAY, AT(formats), FOR_ALL, GROUP_REPORT,
	  N_("format of the report (default: text)"), "NAME" },
	{ "output", 'o', G_OPTION_ARG_FILENAME_ARRAY, AT(outputs), FOR_ALL, GROUP_REPORT,
	  N_("write it to FILE, whole or not at all; may be repeated with -F"), "FILE" },
	{ "ignore", 0, G_OPTION_ARG_STRING_ARRAY, AT(request.ignore), DIAGNOSING | FOR_TRACE | FOR_WATCH, GROUP_REPORT,
	  N_("count these findings, do not list them"), "ID[:SUBJECT-GLOB]" },
	{ "baseline", 0, G_OPTION_ARG_FILENAME, AT(request.baseline), DIAGNOSING, GROUP_REPORT,
	  N_("an earlier JSON report: list only what is new"), "FILE" },
	{ "fail-on", 0, G_OPTION_ARG_STRING, AT(fail_on_name), FOR_ALL & ~(unsigned)FOR_WATCH, GROUP_REPORT,
	  N_("lowest severity for exit status 1 (default: warning)"), "SEVERITY" },
	{ "strict", 0, G_OPTION_ARG_NONE, AT(strict), FOR_ALL & ~(unsigned)(FOR_TRACE | FOR_WATCH), GROUP_REPORT,
	  N_("exit status 3 when something could not be checked"), NULL },
	{ "quiet", 'q', G_OPTION_ARG_NONE, AT(quiet), FOR_ALL & ~(unsigned)FOR_WATCH, GROUP_REPORT, N_("findings only"), NULL },
	{ "verbose", 'v', G_OPTION_ARG_NONE, AT(verbose), FOR_ALL & ~(unsigned)FOR_WATCH, GROUP_REPORT,
	  N_("references, evidence of advice, every undecided rule"), NULL },
	{ "color", 0, G_OPTION_ARG_STRING, AT(colour), FOR_ALL, GROUP_REPORT, N_("always, never or auto (default: on a terminal)"), "WHEN" },
	{ "no-pager", 0, G_OPTION_ARG_NONE, AT(no_pager), FOR_ALL, GROUP_REPORT, N_("do not send what is longer than the terminal through a pager"), NULL },
	{ "help", 'h', G_OPTION_ARG_NONE, AT(help), FOR_ALL, GROUP_REPORT, N_("this help"), NULL },
	{ "version", 'V', G_OPTION_ARG_NONE, AT(version), FOR_ALL, GROUP_REPORT, N_("version and licence"), NULL },

	{ "rules", 0, G_OPTION_ARG_FILENAME_ARRAY, AT(request.rules), DIAGNOSING | FOR_TRACE | FOR_WATCH, GROUP_RULES, N_("further rules"), "DIR" },
	{ "set", 0, G_OPTION_ARG_STRING_ARRAY, AT(request.set), DIAGNOSING | FOR_TRACE | FOR_WATCH, GROUP_RULES, N_("a rule's threshold"),
	  "ID.PARAM=VALUE" },
	{ "facts", 0, G_OPTION_ARG_FILENAME, AT(request.facts), DIAGNOSING, GROUP_RULES,
	  N_("write the facts that rules see as XML, for those who write rules"), "FILE" },
	{ "record", 0, G_OPTION_ARG_FILENAME, AT(record), DIAGNOSING, GROUP_RULES,
	  N_("save all that was read as a case tree in the new directory DIR"), "DIR" },

	{ "timeout", 0, G_OPTION_ARG_INT, AT(request.timeout_s), DIAGNOSING, GROUP_MEASURE,
	  N_("deadline of the whole run (default: 60)"), "SECONDS" },
	{ "sample", 0, G_OPTION_ARG_INT, AT(sample_s), DIAGNOSING, GROUP_MEASURE,
	  N_("measure for so long: CPU, disks, interfaces (check: 0; sample: 3; top: 2)"), "SECONDS" },
	{ "no-guest", 0, G_OPTION_ARG_NONE, AT(request.no_guest), DIAGNOSING, GROUP_MEASURE, N_("ask no guest agent"), NULL },
	{ "guest-files", 0, G_OPTION_ARG_NONE, AT(request.guest_files), DIAGNOSING, GROUP_MEASURE,
	  N_("let the agent read some files of /proc, too; libvirt marks the domain as tainted"), NULL },

	{ "no-probe", 0, G_OPTION_ARG_NONE, AT(no_probe), DIAGNOSING, GROUP_PROBE,
	  N_("touch no network (the default of check)"), NULL },
	{ "probe", 0, G_OPTION_ARG_NONE, AT(request.probe), PROBING, GROUP_PROBE,
	  N_("send at most 20 harmless frames per interface: where do they die?"), NULL },
	{ "force", 0, G_OPTION_ARG_NONE, AT(request.probing.force), PROBING, GROUP_PROBE,
	  N_("probe bridges that run STP and lead outside, too"), NULL },
	{ "target", 0, G_OPTION_ARG_STRING, AT(request.probing.target), PROBING, GROUP_PROBE,
	  N_("probe the whole path to this IPv4 address outside"), "ADDRESS" },
	{ "name", 0, G_OPTION_ARG_STRING, AT(request.probing.name), PROBING, GROUP_PROBE,
	  N_("probe the name server with this name"), "NAME" },
	{ "pcap", 0, G_OPTION_ARG_FILENAME, AT(request.probing.pcap), PROBING, GROUP_PROBE,
	  N_("write the headers of what a probe saw to the new FILE"), "FILE" },

	{ "to", 0, G_OPTION_ARG_STRING, AT(request.to), FOR_AUDIT, GROUP_COMMAND,
	  N_("qemu-9.2, libvirt-10.4, debian13, rhel9.4 …, or a capabilities XML file; 'list' shows the releases"), "TARGET" },
	{ "to-emulator", 0, G_OPTION_ARG_FILENAME, AT(request.to_emulator), FOR_AUDIT, GROUP_COMMAND,
	  N_("a QEMU program of this host, asked itself"), "PATH" },
	{ "seconds", 0, G_OPTION_ARG_INT, AT(seconds), FOR_TRACE, GROUP_COMMAND,
	  N_("trace for so long (default: 5)"), "N" },
	{ "interval", 0, G_OPTION_ARG_INT, AT(interval), FOR_TRACE, GROUP_COMMAND,
	  N_("figures of each N seconds, until --seconds or a signal ends it"), "N" },
	{ "interval", 0, G_OPTION_ARG_INT, AT(interval), FOR_WATCH, GROUP_COMMAND, N_("a sample each N seconds (default: 10)"), "N" },
	{ "keep", 0, G_OPTION_ARG_STRING, AT(keep), FOR_WATCH, GROUP_COMMAND, N_("for how long (default: 24h)"), "TIME" },
	{ "max", 0, G_OPTION_ARG_STRING, AT(max), FOR_WATCH, GROUP_COMMAND, N_("the size of the store (default: 200M)"), "SIZE" },
	{ "list", 0, G_OPTION_ARG_NONE, AT(list), FOR_WATCH, GROUP_COMMAND, N_("do not watch: list what happened; text or json"), NULL },
	{ "save", 0, G_OPTION_ARG_FILENAME, AT(save), FOR_TRACE, GROUP_COMMAND,
	  N_("keep the trace as a trace.dat, with the names of domains"), "FILE" },
	{ "guest", 0, G_OPTION_ARG_STRING_ARRAY, AT(guests), FOR_TRACE, GROUP_COMMAND,
	  N_("with --from: a trace that DOMAIN itself made, of clock x86-tsc"), "DOMAIN=FILE" },
	{ "flow", 0, G_OPTION_ARG_STRING, AT(flow), FOR_TRACE, GROUP_COMMAND,
	  N_("what TASK waited for: of a guest, a vCPU (DOMAIN/NUMBER), or of the host"), "TASK" },
	{ "disk", 0, G_OPTION_ARG_NONE, AT(disk), FOR_TRACE, GROUP_COMMAND,
	  N_("requests of block devices and packets of interfaces, too"), NULL },
	{ "batch", 'b', G_OPTION_ARG_NONE, AT(batch), FOR_TOP, GROUP_COMMAND,
	  N_("one table after the other"), NULL },
	{ "rounds", 'n', G_OPTION_ARG_INT, AT(rounds), FOR_TOP, GROUP_COMMAND, N_("end after N tables"), "N" },
	{ "dry-run", 0, G_OPTION_ARG_NONE, AT(dry_run), FOR_BUNDLE, GROUP_COMMAND,
	  N_("write nothing, list what it would hold"), NULL },
	{ "redact", 0, G_OPTION_ARG_NONE, AT(redact), FOR_BUNDLE, GROUP_COMMAND,
	  N_("other names and addresses; which, says FILE.map.tsv"), NULL },
	{ 0 },
};
