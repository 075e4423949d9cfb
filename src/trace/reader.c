// SPDX-License-Identifier: GPL-2.0-or-later
/* reader - which format a trace has, by its first bytes */
#include "trace/reader.h"

#include <string.h>

#include "trace/apart.h"

enum { HEAD_BYTES = 16 };

static bool has(const char *head, size_t n, const char *magic, size_t length)
{
	return n >= length && memcmp(head, magic, length) == 0;
}

bool trace_read_text_file(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);

	if (!file)
		return false;
	trace_text_read(g_mapped_file_get_contents(file), g_mapped_file_get_length(file), info, sink, data);
	if (info->events > 0)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		    "%s: not a trace: neither trace.dat, CTF, perf.data nor text of ftrace or perf script", path);
	return false;
}

/* By its first bytes. Source: trace-cmd.dat.v6(5); Linux tools/perf/Documentation/perf.data-file-format.txt */
static trace_reader *reader_of(const char *head, size_t n, const char **ret_format)
{
	static const char dat[] = "\027\010Dtracing", perf[] = "PERFILE2";

	if (has(head, n, dat, sizeof(dat) - 1)) {
		*ret_format = "trace.dat";
		return trace_read_dat;
	}
	if (has(head, n, perf, sizeof(perf) - 1)) {
		*ret_format = "perf.data";
		return trace_read_perf;
	}
	return trace_read_text_file;
}

static bool read_file(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
	char head[HEAD_BYTES] = { 0 };
	size_t n;

	if (!file)
		return false;
	n = MIN(g_mapped_file_get_length(file), sizeof(head));
	if (n > 0)
		memcpy(head, g_mapped_file_get_contents(file), n);
	return trace_apart(reader_of(head, n, &info->format), path, 0, info, sink, data, error);
}

bool trace_read(const char *path, unsigned int seconds, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	bool is_live = g_str_has_prefix(path, "net://");

	*info = (struct trace_info){ .format = is_live || g_file_test(path, G_FILE_TEST_IS_DIR) ? "CTF" : "text" };
	if (strcmp(info->format, "CTF") == 0)
		return trace_apart(trace_read_ctf, path, is_live ? seconds : 0, info, sink, data, error);
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: neither a file nor a directory", path);
		return false;
	}
	return read_file(path, info, sink, data, error);
}
