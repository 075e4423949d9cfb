// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_load - measures over time, which no check takes from a moment that was pasted: what they say of the CPUs'
 * time, and nothing else. Source: top(1), vmstat(8), iostat(1)
 */
#include "archives/paste/paste_private.h"
#include "base/json_make.h"

static void add_cpu(struct paste *p, const char *idle, const char *iowait, const char *steal)
{
	JsonBuilder *b = paste_item(p, "cpu-shown");
	double left = g_ascii_strtod(idle, NULL) + g_ascii_strtod(iowait, NULL);

	json_make_u64(b, "busy", (uint64_t)CLAMP(100 - left, 0, 100));
	json_make_u64(b, "iowait", (uint64_t)CLAMP(g_ascii_strtod(iowait, NULL), 0, 100));
	json_make_u64(b, "steal", (uint64_t)CLAMP(g_ascii_strtod(steal, NULL), 0, 100));
	json_builder_end_object(b);
}

/* "%Cpu(s): 20,0 us, 5,0 sy, 0,0 ni, 20,0 id, 0,0 wa, 0,0 hi, 1,0 si, 54,0 st"; some locales have a decimal comma. */
static char *file_top(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) f = paste_match(p, "(?m)^%?Cpu\\(?s?\\)?: .*?([\\d.,]+)[ %]*id, *([\\d.,]+)[ %]*wa,.* ([\\d.,]+)[ %]*st", part->text);

	for (size_t i = 1; f && i < 4; i++)
		g_strdelimit(f[i], ",", '.');
	if (!f)
		return paste_keep(p, "load", part);
	add_cpu(p, f[1], f[2], f[3]);
	return paste_list_path("cpu-shown");
}

/* The first line is an average since the start; the last one is the newest moment. Its last five columns: us sy id wa st. */
static char *file_vmstat(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1), last = NULL;

	if (!paste_is(p, "(?m) us +sy +id +wa +st *$", part->text))
		return paste_keep(p, "load", part);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^ *(?:\\d+ +){14}(\\d+) +(\\d+) +(\\d+) *$", lines[i]);

		if (f) {
			g_strfreev(last);
			last = g_steal_pointer(&f);
		}
	}
	if (!last)
		return paste_keep(p, "load", part);
	add_cpu(p, last[1], last[2], last[3]);
	return paste_list_path("cpu-shown");
}

static char *file_load(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "load", part);
}

const struct paste_row paste_load_rows[] = {
	{ "top", "^top\\b", "^top - \\d\\d:\\d\\d:\\d\\d up ", "^(?:Tasks|Threads|%?Cpu\\(?s?\\)?|[KMG]iB (?:Mem|Swap)|Mem|Swap) *:|^ *PID +USER|^ *\\d+ +\\S+ +(?:\\S+ +){6,}", true, file_top },
	{ "vmstat", "^vmstat\\b", "^procs -+memory", "^ +r +b +swpd|^ *\\d+ +\\d+ +\\d+", false, file_vmstat },
	{ "iostat", "^iostat\\b", "^avg-cpu: |^Device:? +(?:tps|r/s|rrqm/s) ", "^avg-cpu: |^Device|^ +[\\d.]+ |^\\S+ +[\\d.,]+ +[\\d.,]+ ", true, file_load },
	{ "uptime", "^uptime\\b", "^ *\\d\\d:\\d\\d:\\d\\d up .* load average: ", NULL, false, file_load },
	{ 0 },
};
