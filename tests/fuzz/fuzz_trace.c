// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_trace - hostile traces of all formats: which reader gets one, its first bytes say
 *
 * With libFuzzer (make fuzz) the reader of text runs here, with -DFUZZ_LIBRARIES that of trace.dat (libtracecmd
 * soon wants 28 GB of memory then, which is what the child is for); without it, each
 * trace is read as it is and damaged in a number of ways, by the child that vmdoctor reads with.
 * Whatever comes of it: every moment of a vCPU has one state, a flow is covered, and reports hold what they may.
 *
 * Usage: fuzz_trace TIMES WORK-DIRECTORY FILE…
 */
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xml.h"
#include "findings/report.h"
#include "report/trace/trace.h"
#include "report/writer.h"
#include "trace/flow.h"
#include "trace/join.h"
#include "trace/reader.h"
#include "trace/timeline.h"
#include "trace/vcpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** All that wants events. */
struct sinks {
	struct analysis *a;
	struct timeline *t;
	struct rate_finder *rate;
};

static void take(void *data, const struct trace_event *e)
{
	struct sinks *s = data;

	analysis_take(s->a, e);
	timeline_take(s->t, e);
	rate_take(s->rate, e);
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_trace: %s\n", what);
	abort();
}

static void look_at_states(const struct analysis *a)
{
	for (guint i = 0; i < a->vcpus->len; i++) {
		const struct vcpu *v = a->vcpus->pdata[i];
		guint64 sum = 0;

		for (int s = 0; s < VCPU_STATE_MAX_; s++)
			sum += v->ns[s];
		must(sum <= a->last - a->first, "a vCPU has more time than there was");
	}
}

static bool is_plain(const char *text)
{
	for (const guchar *c = (const guchar *)text; *c; c++)
		if ((*c < ' ' && *c != '\n') || *c == 0x7f)
			return false;
	return true;
}

static void look_at_reports(const struct analysis *a, const struct trace_info *info)
{
	auto_free(report) struct report *r = report_new();
	const struct style style = { .width = 80 };
	g_autoptr(GString) text = g_string_new(NULL), json = g_string_new(NULL), html = g_string_new(NULL), numbers = g_string_new(NULL);
	g_autoptr(JsonParser) parser = json_parser_new();

	trace_write_text(a, info, r, &style, text);
	trace_write_json(a, info, r, &style, json);
	trace_write_html(a, info, r, &style, html);
	trace_write_prometheus(a, info, r, &style, numbers);
	trace_write_graphite(a, info, r, &style, numbers);
	must(is_plain(text->str) && is_plain(html->str) && is_plain(numbers->str), "a report could steer a terminal");
	must(!strstr(html->str, "<script"), "a page has a script");
	must(json_parser_load_from_data(parser, json->str, (gssize)json->len, NULL), "JSON is none");
}

static void look_at_flow(struct sinks *s)
{
	const struct vcpu *v = s->a->vcpus->len ? s->a->vcpus->pdata[0] : NULL;
	g_autofree char *name = v ? g_strdup_printf("%d", v->tid) : NULL;

	s->a->flow = name ? flow_of(s->a, s->t, NULL, name) : NULL;
	must(!s->a->flow || s->a->flow->is_covered || s->a->flow->is_cut || s->a->flow->from >= s->a->flow->to, "a flow has gaps");
}

typedef bool reader(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error);

/* Return: events that were of use */
static guint64 feed(const char *path, reader *read)
{
	struct sinks s = { analysis_new(), timeline_new(), rate_new() };
	struct trace_info info = { .format = "text" };
	g_autoptr(GError) error = NULL;
	struct clock_rate rate;

	if (!read(path, &info, take, &s, &error))
		must(error != NULL, "a failure without a reason");
	analysis_end(s.a);
	rate_end(s.rate, true, &rate);
	look_at_states(s.a);
	look_at_flow(&s);
	look_at_reports(s.a, &info);
	analysis_free(s.a);
	timeline_free(s.t);
	return info.events;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/tmp/fuzz-trace-XXXXXX";
	static bool made;
	int fd = made ? -1 : mkstemp(path);

	if (fd >= 0)
		close(fd);
	made = true;
	must(g_file_set_contents(path, (const char *)data, (gssize)size, NULL), "no temporary file");
#ifdef FUZZ_LIBRARIES
	feed(path, trace_read_dat);
#else
	feed(path, trace_read_text_file);
#endif
	return 0;
}
#else
static bool read_apart(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	return trace_read(path, 1, info, sink, data, error);
}

/* Numbers that are the same everywhere. Source: Knuth, TAOCP volume 2, 3.3.4 */
static guint32 next(guint64 *state)
{
	*state = *state * G_GUINT64_CONSTANT(6364136223846793005) + 1442695040888963407;
	return (guint32)(*state >> 33);
}

/* Bytes are turned, zeroed, doubled or cut off. */
static void damage(GByteArray *bytes, guint64 *state)
{
	static const guint8 hard[] = { 0, 0xff, 0x7f, 0x80, '\n', '[', ':', '=' };
	guint times = 1 + next(state) % 12;

	for (guint i = 0; i < times && bytes->len > 0; i++)
		bytes->data[next(state) % bytes->len] = next(state) % 2 ? (guint8)next(state) : hard[next(state) % G_N_ELEMENTS(hard)];
	if (next(state) % 8 == 0 && bytes->len > 0)
		g_byte_array_set_size(bytes, next(state) % bytes->len);
	if (next(state) % 8 == 0 && bytes->len > 64)
		g_byte_array_remove_range(bytes, next(state) % (bytes->len - 64), 1 + next(state) % 64);
}

static void write_damaged(const char *from, const char *to, guint64 *state)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autofree char *text = NULL;
	gsize size = 0;

	must(g_file_get_contents(from, &text, &size, NULL), from);
	g_byte_array_append(bytes, (const guint8 *)text, (guint)size);
	if (state)
		damage(bytes, state);
	must(g_file_set_contents(to, (const char *)bytes->data, (gssize)bytes->len, NULL), to);
}

/* Files of a directory, the one whose turn it is damaged. */
static void copy_directory(const char *from, const char *to, guint turn, guint64 *state)
{
	g_autoptr(GDir) d = g_dir_open(from, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	g_mkdir_with_parents(to, 0700);
	while (d && (name = g_dir_read_name(d)))
		g_ptr_array_add(names, g_strdup(name));
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *source = g_build_filename(from, names->pdata[i], NULL), *copy = g_build_filename(to, names->pdata[i], NULL);

		if (g_file_test(source, G_FILE_TEST_IS_DIR))
			copy_directory(source, copy, turn, state);
		else
			write_damaged(source, copy, i == turn % names->len ? state : NULL);
	}
}

static void replay(const char *path, guint times, const char *work)
{
	g_autofree char *copy = g_build_filename(work, g_file_test(path, G_FILE_TEST_IS_DIR) ? "damaged.d" : "damaged", NULL);
	bool is_directory = g_file_test(path, G_FILE_TEST_IS_DIR);
	guint64 state = 1, whole = feed(path, read_apart);
	guint readable = 0;

	for (guint i = 0; i < times; i++) {
		if (is_directory)
			copy_directory(path, copy, i, &state);
		else
			write_damaged(path, copy, &state);
		readable += feed(copy, read_apart) > 0;
		if (!is_directory)
			unlink(copy);
	}
	printf("%s: %" G_GUINT64_FORMAT " events; damaged in %u ways: %u give some still\n", path, whole, times, readable);
}

int main(int argc, char **argv)
{
	guint times = argc > 2 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 0;

	xml_init();
	if (times == 0 || argc < 4) {
		fputs("usage: fuzz_trace TIMES WORK-DIRECTORY FILE…\n", stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++)
		replay(argv[i], times, argv[2]);
	return 0;
}
#endif
