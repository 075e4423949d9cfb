// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_check - vmdoctor [check]: diagnose and print.
 */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "commands/cmd.h"
#include "diagnose/diagnose.h"
#include "report/nagios.h"
#include "commands/options.h"
#include "commands/output.h"
#include "diagnose/sampling.h"
#include "findings/report.h"
#include "source/source.h"
#include "report/writer.h"
#include "rules/upgrade_target.h"

#define SAMPLE_DEFAULT_S 3

static int write_one(const struct options *o, const struct report *r, guint i)
{
	const struct writer *w = writer_find(output_format(o, i));
	const struct style style = output_style(o, i);
	g_autoptr(GString) text = g_string_new(NULL);

	w->write(r, &style, text);
	return output_write(o, i, text);
}

/* The same of a line that could not be parsed, of which nothing is kept: "-F nagios", "--format=nagios" … */
static bool wants_plugin(int argc, char **argv)
{
	static const char name[] = "nagios";

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		bool is_short = argv[i][0] == '-' && argv[i][1] != '-';
		const char *value = g_str_has_prefix(argv[i], "--format=") ? argv[i] + strlen("--format=") :
				    is_short && strchr(argv[i], 'F')	   ? strchr(argv[i], 'F') + 1 :
				    strcmp(argv[i], "--format") == 0	   ? "" :
									     NULL;

		if (value && strcmp(*value || i + 1 == argc ? value : argv[i + 1], name) == 0)
			return true;
	}
	return false;
}

/* Monitoring knows no other status than its own four. */
static int plugin_cannot(void)
{
	puts(NAGIOS_CANNOT);
	return NAGIOS_UNKNOWN;
}

static int status_of(const struct options *o, const struct report *r)
{
	if (options_is_plugin(o))
		return nagios_state(r);
	for (size_t i = 0; i < r->findings->len; i++)
		if (((const struct finding *)r->findings->pdata[i])->severity >= o->fail_on)
			return EXIT_FOUND;
	return o->strict && r->undecided->len > 0 ? EXIT_UNDECIDED : EXIT_CLEAN;
}

static int write_all(const struct options *o, const struct report *r)
{
	for (guint i = 0; i < output_count(o); i++)
		if (write_one(o, r, i) != 0)
			return options_is_plugin(o) ? NAGIOS_UNKNOWN : EXIT_CANNOT;
	return status_of(o, r);
}

static int save(const struct options *o, struct source *record)
{
	int r = o->record ? record_save(record, o->record) : 0;

	return r < 0 ? cmd_fail("%s: %s", o->record, g_strerror(-r)) : 0;
}

static int check(const struct options *o)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rules = diagnose_rules(&o->request, &error);
	auto_free(source) struct source *record = rules ? diagnose_open(&o->request, NULL, &error) : NULL;
	struct sampling sampling = { .seconds = (unsigned int)o->sample_s };
	auto_free(report) struct report *r = record ? diagnose(&o->request, record, rules, &sampling, &error) : NULL;
	int status = options_is_plugin(o) ? NAGIOS_UNKNOWN : EXIT_CANNOT;

	if (!r)
		cmd_fail("%s", error->message);
	else if (save(o, record) == 0)
		status = write_all(o, r);
	if (!r && options_is_plugin(o))
		status = plugin_cannot();
	if (status != EXIT_CANNOT && sampling.was_interrupted)
		status = EXIT_INTERRUPTED;
	return status;
}

/* Each release by all its names, and what it ships. */
static int list_targets(void)
{
	const struct upgrade_table *t = upgrade_table("releases");

	for (guint i = 0; t && i < t->rows->len; i++) {
		const GStrv row = t->rows->pdata[i];
		g_auto(GStrv) names = g_strsplit(upgrade_cell(t, row, "names"), " ", 0);
		g_autofree char *others = g_strjoinv(", ", names + 1);

		printf("%-14s %-28s libvirt %-8s QEMU %-8s %s\n", names[0], upgrade_cell(t, row, "title"),
		       upgrade_cell(t, row, "libvirt"), upgrade_cell(t, row, "qemu"), others);
	}
	puts(_("Also qemu-VERSION, libvirt-VERSION, both with a comma, or a capabilities XML file."));
	return EXIT_CLEAN;
}

static int run(struct options *o, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status;

	if (!options_parse(o, argc, argv, &error)) {
		status = cmd_usage(o, error);
		return wants_plugin(argc, argv) ? plugin_cannot() : status;
	}
	status = g_strcmp0(o->request.to, "list") == 0 ? list_targets() : check(o);
	options_done(o);
	return status;
}

const char *const cmd_slowness[] = { "slow-cpu", "high-cpu", "slow-disk", "slow-network", NULL };

int cmd_check(int argc, char **argv)
{
	struct options o = { .command = FOR_CHECK };

	return run(&o, argc, argv);
}

/* A check of what makes a guest slow, with a measurement. */
int cmd_sample(int argc, char **argv)
{
	struct options o = { .command = FOR_SAMPLE, .sample_s = SAMPLE_DEFAULT_S, .request.about = cmd_slowness };

	return run(&o, argc, argv);
}

/* A check of what an upgrade would take away only. */
int cmd_audit(int argc, char **argv)
{
	static const char *const upgrade[] = { "upgrade", NULL };
	struct options o = { .command = FOR_AUDIT, .request.about = upgrade };

	return run(&o, argc, argv);
}

/* A check of the network only, with frames sent. Of a recording it shows what was seen then. */
int cmd_probe(int argc, char **argv)
{
	static const char *const network[] = { "no-network", "slow-network", NULL };
	struct options o = { .command = FOR_PROBE, .request.probe = TRUE, .request.about = network };

	return run(&o, argc, argv);
}
