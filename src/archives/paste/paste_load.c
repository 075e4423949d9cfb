// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_load - measures over time, which no check takes from a moment that was pasted: recognised, so that
 * nobody reads them as messages. Source: top(1), vmstat(8), iostat(1)
 */
#include "archives/paste/paste_private.h"

static char *file_load(struct paste *p, const struct paste_part *part)
{
	return paste_keep(p, "load", part);
}

const struct paste_row paste_load_rows[] = {
	{ "top", "^top\\b", "^top - \\d\\d:\\d\\d:\\d\\d up ", "^(?:Tasks|Threads|%?Cpu\\(?s?\\)?|[KMG]iB (?:Mem|Swap)|Mem|Swap) *:|^ *PID +USER|^ *\\d+ +\\S+ +(?:\\S+ +){6,}", true, file_load },
	{ "vmstat", "^vmstat\\b", "^procs -+memory", "^ +r +b +swpd|^ *\\d+ +\\d+ +\\d+", false, file_load },
	{ "iostat", "^iostat\\b", "^avg-cpu: |^Device:? +(?:tps|r/s|rrqm/s) ", "^avg-cpu: |^Device|^ +[\\d.]+ |^\\S+ +[\\d.,]+ +[\\d.,]+ ", true, file_load },
	{ "uptime", "^uptime\\b", "^ *\\d\\d:\\d\\d:\\d\\d up .* load average: ", NULL, false, file_load },
	{ 0 },
};
