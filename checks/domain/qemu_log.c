// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu_log - the domain's QEMU log since its last start
 *
 * Writes, below /facts/vm:
 *   qemu-log @starts (how often it was started in what is kept)
 *            @last-good-end (when a run last ended otherwise than by failing to start)
 *     failed @time                                at most 64 last attempts to start it that failed
 *     start @time @libvirt @qemu @kernel @line    the last "starting up" header
 *     command                                     each line of what QEMU was started with
 *     said @line                                  at most 12 last lines that QEMU printed after it
 *     end @time @reason @line                     "shutting down, reason=…", if it came after it
 * For rules only the header of the start counts: the environment and the command line that follow hold
 * what the XML says already.
 * Source: libvirt src/qemu/qemu_process.c (qemuProcessLaunch, qemuProcessStop), qemu_domain.c
 */
#include "checks/check.h"

static const char *const reads[] = {
	"/var/log/libvirt/qemu/*",
	"*/libvirt/qemu/log/*",
	NULL,
};

#define SAID_MAX 12
#define FAILED_MAX 64
#define COMMAND_LINES_MAX 400

static const char start_pattern[] =
	"^(\\S+ \\S+): starting up libvirt version: ([^, ]+).*?qemu version: ([0-9.]+)[^,]*"
	"(?:, kernel: ([^,]+))?";
static const char end_pattern[] = "^(\\S+ \\S+): shutting down(?:, reason=(\\S+))?";

struct log {
	GStrv lines;
	size_t start; /* index of the last header */
	GRegex *start_regex, *end_regex;
};

static void set_match(xmlNode *node, const char *attr, const GMatchInfo *match, int group)
{
	g_autofree char *text = g_match_info_fetch(match, group);

	if (text && *text)
		facts_set(node, attr, text);
}

static bool find_last_start(struct log *log, xmlNode *fact)
{
	unsigned int starts = 0;

	for (size_t i = 0; log->lines[i]; i++)
		if (strstr(log->lines[i], ": starting up libvirt version: ")) {
			starts++;
			log->start = i;
		}
	facts_setf(fact, "starts", "%u", starts);
	return starts > 0;
}

static void add_start(const struct log *log, xmlNode *fact, const char *path)
{
	g_autoptr(GMatchInfo) m = NULL;
	xmlNode *start = facts_add(fact, "start");

	facts_from(start, path, (unsigned int)log->start + 1);
	if (g_regex_match(log->start_regex, log->lines[log->start], 0, &m)) {
		set_match(start, "time", m, 1);
		set_match(start, "libvirt", m, 2);
		set_match(start, "qemu", m, 3);
		set_match(start, "kernel", m, 4);
	}
	facts_text(start, log->lines[log->start]);
}

/* The command line: VARIABLE=… lines, the binary, its options, each but the last ending in \. */
static size_t skip_command(const struct log *log)
{
	size_t i = log->start + 1;

	while (log->lines[i] && g_str_has_suffix(log->lines[i], "\\"))
		i++;
	return log->lines[i] ? i + 1 : i;
}

static void add_command(const struct log *log, xmlNode *fact)
{
	size_t after = skip_command(log), first = log->start + 1;

	for (size_t i = first; i < after && i < first + COMMAND_LINES_MAX; i++)
		facts_text(facts_add(fact, "command"), log->lines[i]);
}

static void add_end(const struct log *log, xmlNode *fact, const char *path, size_t i)
{
	g_autoptr(GMatchInfo) m = NULL;
	xmlNode *end;

	if (!g_regex_match(log->end_regex, log->lines[i], 0, &m))
		return;
	end = facts_add(fact, "end");
	facts_from(end, path, (unsigned int)i + 1);
	set_match(end, "time", m, 1);
	set_match(end, "reason", m, 2);
	facts_text(end, log->lines[i]);
}

static bool is_of_qemu(const struct log *log, size_t i)
{
	return *log->lines[i] && !strstr(log->lines[i], ": shutting down") &&
	       !strstr(log->lines[i], "char device redirected to");
}

static void add_said(const struct log *log, xmlNode *fact, const char *path)
{
	size_t first = log->start ? skip_command(log) : 0;
	size_t last = g_strv_length(log->lines), kept = 0, from = last;

	if (log->start || strstr(log->lines[0] ? log->lines[0] : "", ": starting up"))
		first = skip_command(log);
	while (from > first && kept < SAID_MAX)
		kept += is_of_qemu(log, --from);
	for (size_t i = from; i < last; i++) {
		if (is_of_qemu(log, i)) {
			xmlNode *said = facts_add(fact, "said");

			facts_from(said, path, (unsigned int)i + 1);
			facts_text(said, log->lines[i]);
		} else {
			add_end(log, fact, path, i);
		}
	}
}

static char *log_path(const xmlNode *vm)
{
	const char *dir = facts_get(xml_child(facts_host(vm->doc), "connection"), "log-dir");

	return g_strdup_printf("%s/%s.log", dir ? dir : "/var/log/libvirt/qemu",
			       facts_get(vm, "name"));
}

/* From the last one back. */
static void add_ends(const struct log *log, xmlNode *fact)
{
	unsigned int failed = 0;

	for (size_t i = g_strv_length(log->lines); i-- > 0 && failed < FAILED_MAX;) {
		g_autoptr(GMatchInfo) m = NULL;
		g_autofree char *reason = NULL;

		if (!strstr(log->lines[i], ": shutting down") ||
		    !g_regex_match(log->end_regex, log->lines[i], 0, &m))
			continue;
		reason = g_match_info_fetch(m, 2);
		if (g_strcmp0(reason, "failed") == 0) {
			set_match(facts_add(fact, "failed"), "time", m, 1);
			failed++;
		} else if (!facts_get(fact, "last-good-end")) {
			set_match(fact, "last-good-end", m, 1);
		}
	}
}

static void gather_qemu_log(struct source *src, xmlNode *vm)
{
	g_autofree char *path = log_path(vm);
	g_autofree char *text = NULL;
	xmlNode *fact = facts_add(vm, "qemu-log");
	struct log log = { 0 };

	facts_from(fact, path, 0);
	if (facts_error(fact, source_read(src, path, &text, NULL)))
		return;
	log.lines = g_strsplit(text, "\n", 0);
	log.start_regex = g_regex_new(start_pattern, 0, 0, NULL);
	log.end_regex = g_regex_new(end_pattern, 0, 0, NULL);
	if (find_last_start(&log, fact)) {
		add_start(&log, fact, path);
		add_command(&log, fact);
	}
	add_said(&log, fact, path);
	add_ends(&log, fact);
	g_regex_unref(log.start_regex);
	g_regex_unref(log.end_regex);
	g_strfreev(log.lines);
}

const struct check check_qemu_log = {
	.name = "qemu_log",
	.summary = "the domain's QEMU log since its last start",
	.reads = reads,
	.vm = gather_qemu_log,
};
