// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dat - trace.dat of trace-cmd, versions 6 and 7, by libtracecmd.
 *
 * Source: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5), libtracecmd(3)
 */
#include "trace/reader.h"

#ifdef HAVE_TRACECMD
#include <event-parse.h>
#include <string.h>
#include <trace-cmd.h>

#include "trace/tep.h"

/** What is carried through the library. */
struct reading {
	struct trace_tep *tep;
	struct trace_info *info;
	trace_sink *sink;
	void *data;
};

static void give_loss(const struct reading *r, const struct tep_record *record, int cpu)
{
	struct trace_event e = { .kind = TRACE_LOST, .ns = record->ts, .cpu = cpu, .tid = -1 };

	e.n[0] = record->missed_events > 0 ? record->missed_events : -1;
	r->sink(r->data, &e);
}

static int take(struct tracecmd_input *input G_GNUC_UNUSED, struct tep_record *record, int cpu, void *data)
{
	struct reading *r = data;
	struct trace_event e;

	if (record->missed_events)
		give_loss(r, record, cpu);
	if (!trace_tep_decode(r->tep, record, cpu, &e)) {
		r->info->skipped++;
		return 0;
	}
	r->info->events++;
	r->sink(r->data, &e);
	return 0;
}

/* The library has no call for it: the clocks stand in the file as the kernel lists them, "local [mono] …". */
static void find_clock(const char *path, struct trace_info *info)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
	const char *text = file ? g_mapped_file_get_contents(file) : NULL;
	size_t size = text ? g_mapped_file_get_length(file) : 0;
	const char *at = text ? memmem(text, size, " counter", 8) : NULL;
	const char *end = at ? text + size : NULL;

	if (!at)
		return;
	at -= MIN((size_t)(at - text), 24);
	end = at + MIN((size_t)(end - at), 256);
	at = memchr(at, '[', (size_t)(end - at));
	end = at ? memchr(at, ']', (size_t)(end - at)) : NULL;
	if (end)
		trace_read_text(info->clock, sizeof(info->clock), at + 1, (size_t)(end - at - 1));
	info->is_cycles = strcmp(info->clock, "x86-tsc") == 0 || strcmp(info->clock, "counter") == 0;
}

static void read_all(struct tracecmd_input *input, struct reading *r)
{
	int buffers = tracecmd_buffer_instances(input);

	tracecmd_iterate_events(input, NULL, 0, take, r);
	for (int i = 0; i < MIN(buffers, 64); i++) {
		struct tracecmd_input *buffer = tracecmd_buffer_instance_handle(input, i);

		if (buffer)
			tracecmd_iterate_events(buffer, NULL, 0, take, r);
		if (buffer)
			tracecmd_close(buffer);
	}
}

bool trace_read_dat(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	struct reading r = { .info = info, .sink = sink, .data = data };
	struct tracecmd_input *input;

	tracecmd_set_loglevel(TEP_LOG_CRITICAL);
	input = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!input) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: libtracecmd cannot read this trace.dat", path);
		return false;
	}
	find_clock(path, info);
	r.tep = trace_tep_new(tracecmd_get_tep(input));
	read_all(input, &r);
	trace_tep_free(r.tep);
	tracecmd_close(input);
	return true;
}
#else
bool trace_read_dat(const char *path, struct trace_info *info G_GNUC_UNUSED, trace_sink *sink G_GNUC_UNUSED,
		    void *data G_GNUC_UNUSED, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS,
		    "%s: a trace.dat, and this vmdoctor was built without libtracecmd; "
		    "its text can be read: trace-cmd report -R", path);
	return false;
}
#endif
