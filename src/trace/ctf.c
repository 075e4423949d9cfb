// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctf - the Common Trace Format of LTTng and of perf data convert, by libbabeltrace2.
 *
 * A directory with "metadata" somewhere below it, or net://HOST/host/NAME/SESSION of a running
 * lttng-relayd.  Source: babeltrace2-source.ctf.fs(7), babeltrace2-source.ctf.lttng-live(7)
 */
#include "trace/reader.h"

#ifdef HAVE_BABELTRACE
#include <babeltrace2/babeltrace.h>
#include <string.h>

enum { DEPTH_MAX = 6, ENTRIES_MAX = 1000 };

struct reading {
	struct trace_info *info;
	trace_sink *sink;
	void *data;
	bt_message_iterator *iterator;
	GHashTable *running; /* cpu -> tid: where the trace has no tid of its own */
};

static bt_graph_simple_sink_component_initialize_func_status begin(bt_message_iterator *iterator, void *data)
{
	((struct reading *)data)->iterator = iterator;
	return BT_GRAPH_SIMPLE_SINK_COMPONENT_INITIALIZE_FUNC_STATUS_OK;
}

static const bt_field *member(const bt_field *structure, const char *name)
{
	return structure && bt_field_get_class_type(structure) == BT_FIELD_CLASS_TYPE_STRUCTURE ?
		       bt_field_structure_borrow_member_field_by_name_const(structure, name) :
		       NULL;
}

static bool number(const bt_field *f, int64_t *ret)
{
	bt_field_class_type type = f ? bt_field_get_class_type(f) : 0;

	if (!f)
		return false;
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER))
		*ret = (int64_t)bt_field_integer_unsigned_get_value(f);
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER))
		*ret = bt_field_integer_signed_get_value(f);
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_BOOL))
		*ret = bt_field_bool_get_value(f);
	else
		return false;
	return true;
}

/* A string, or as perf writes it an array of characters. */
static void text(const bt_field *f, char *to, size_t size)
{
	bt_field_class_type type = f ? bt_field_get_class_type(f) : 0;
	uint64_t n = 0, i;
	int64_t value;

	if (!f)
		return;
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_STRING)) {
		const char *s = bt_field_string_get_value(f);

		trace_read_text(to, size, s, strlen(s));
		return;
	}
	if (!bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY))
		return;
	n = MIN(bt_field_array_get_length(f), size - 1);
	for (i = 0; i < n && number(bt_field_array_borrow_element_field_by_index_const(f, i), &value) && value; i++)
		to[i] = (char)value;
	to[i] = 0;
}

static void read_field(const struct trace_field *f, const bt_field *payload, struct trace_event *e)
{
	const bt_field *value = NULL;

	for (size_t i = 0; !value && i < G_N_ELEMENTS(f->names) && f->names[i]; i++)
		value = member(payload, f->names[i]);
	if (f->type == 's')
		text(value, e->s[f->slot], TRACE_TEXT);
	else
		number(value, &e->n[f->slot]);
}

/* The names of a context: LTTng's where it was asked for, perf's always. */
static void read_context(const bt_event *event, const bt_field *payload, struct trace_event *e)
{
	static const char *const tids[] = { "tid", "perf_tid", "vtid" }, *const pids[] = { "pid", "perf_pid" },
				*const comms[] = { "procname", "perf_comm" };
	const bt_field *contexts[] = { bt_event_borrow_common_context_field_const(event),
				       bt_event_borrow_specific_context_field_const(event), payload };
	int64_t value;

	for (size_t c = 0; c < G_N_ELEMENTS(contexts); c++) {
		/* In a payload, "tid" is whom the event is about. */
		for (size_t i = c == 2; i < G_N_ELEMENTS(tids) && e->tid < 0; i++)
			if (number(member(contexts[c], tids[i]), &value))
				e->tid = (int)value;
		for (size_t i = c == 2; i < G_N_ELEMENTS(pids) && e->pid == 0; i++)
			if (number(member(contexts[c], pids[i]), &value))
				e->pid = (int)value;
		for (size_t i = 0; i < G_N_ELEMENTS(comms) && !*e->comm; i++)
			text(member(contexts[c], comms[i]), e->comm, sizeof(e->comm));
	}
}

static void read_place(const bt_event *event, struct trace_event *e)
{
	const bt_stream *stream = bt_event_borrow_stream_const(event);
	const bt_packet *packet = bt_stream_class_supports_packets(bt_stream_borrow_class_const(stream)) ?
					  bt_event_borrow_packet_const(event) :
					  NULL;
	int64_t cpu;

	if (packet && number(member(bt_packet_borrow_context_field_const(packet), "cpu_id"), &cpu) && cpu >= 0 &&
	    cpu <= 65535)
		e->cpu = (int)cpu;
}

static void follow(struct reading *r, struct trace_event *e)
{
	if (e->tid < 0)
		e->tid = GPOINTER_TO_INT(g_hash_table_lookup(r->running, GINT_TO_POINTER(e->cpu))) - 1;
	if (e->kind == TRACE_SWITCH)
		g_hash_table_insert(r->running, GINT_TO_POINTER(e->cpu), GINT_TO_POINTER((int)e->n[SWITCH_NEXT] + 1));
}

static int64_t time_of(const bt_message *m)
{
	int64_t ns = 0;

	if (bt_clock_snapshot_get_ns_from_origin(bt_message_event_borrow_default_clock_snapshot_const(m), &ns) !=
	    BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK)
		return 0;
	return ns;
}

static bool decode(struct reading *r, const bt_message *m, struct trace_event *e)
{
	const bt_event *event = bt_message_event_borrow_event_const(m);
	const char *name = bt_event_class_get_name(bt_event_borrow_class_const(event));
	const struct trace_row *row = name ? trace_row_find(name) : NULL;
	const bt_field *payload = bt_event_borrow_payload_field_const(event);

	if (!row)
		return false;
	*e = (struct trace_event){ .kind = row->kind, .cpu = -1, .tid = -1 };
	if (bt_stream_class_borrow_default_clock_class_const(bt_event_class_borrow_stream_class_const(
		    bt_event_borrow_class_const(event))))
		e->ns = (uint64_t)time_of(m);
	for (size_t i = 0; i < G_N_ELEMENTS(row->fields) && row->fields[i].type; i++)
		read_field(&row->fields[i], payload, e);
	read_place(event, e);
	read_context(event, payload, e);
	follow(r, e);
	return true;
}

static void take(struct reading *r, const bt_message *m)
{
	struct trace_event e;
	uint64_t lost;

	if (bt_message_get_type(m) == BT_MESSAGE_TYPE_EVENT && decode(r, m, &e)) {
		r->info->events++;
		r->sink(r->data, &e);
	} else if (bt_message_get_type(m) == BT_MESSAGE_TYPE_EVENT) {
		r->info->skipped++;
	} else if (bt_message_get_type(m) == BT_MESSAGE_TYPE_DISCARDED_EVENTS) {
		e = (struct trace_event){ .kind = TRACE_LOST, .cpu = -1, .tid = -1, .n = { -1 } };
		if (bt_message_discarded_events_get_count(m, &lost) == BT_PROPERTY_AVAILABILITY_AVAILABLE)
			e.n[0] = (int64_t)lost;
		r->sink(r->data, &e);
	}
}

static bt_graph_simple_sink_component_consume_func_status consume(bt_message_iterator *iterator, void *data)
{
	bt_message_array_const messages;
	uint64_t n;

	switch (bt_message_iterator_next(iterator, &messages, &n)) {
	case BT_MESSAGE_ITERATOR_NEXT_STATUS_OK:
		break;
	case BT_MESSAGE_ITERATOR_NEXT_STATUS_END:
		return BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_END;
	case BT_MESSAGE_ITERATOR_NEXT_STATUS_AGAIN:
		return BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_AGAIN;
	default:
		return BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_ERROR;
	}
	for (uint64_t i = 0; i < n; i++) {
		take(data, messages[i]);
		bt_message_put_ref(messages[i]);
	}
	return BT_GRAPH_SIMPLE_SINK_COMPONENT_CONSUME_FUNC_STATUS_OK;
}

/* The directory that holds the metadata; g_free() it. */
static char *find_metadata(const char *dir, int depth, unsigned int *budget)
{
	g_autofree char *here = g_build_filename(dir, "metadata", NULL);
	g_autoptr(GDir) d = NULL;
	const char *name;
	char *found = NULL;

	if (g_file_test(here, G_FILE_TEST_IS_REGULAR))
		return g_strdup(dir);
	d = depth < DEPTH_MAX ? g_dir_open(dir, 0, NULL) : NULL;
	while (d && !found && *budget > 0 && (name = g_dir_read_name(d))) {
		g_autofree char *below = g_build_filename(dir, name, NULL);

		(*budget)--;
		if (g_file_test(below, G_FILE_TEST_IS_DIR) && !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
			found = find_metadata(below, depth + 1, budget);
	}
	return found;
}

static const bt_component_source *add_source(bt_graph *graph, const bt_plugin *ctf, const char *input)
{
	bool is_live = g_str_has_prefix(input, "net://");
	bt_value *parameters = bt_value_map_create(), *inputs = NULL;
	const bt_component_class_source *class =
		bt_plugin_borrow_source_component_class_by_name_const(ctf, is_live ? "lttng-live" : "fs");
	const bt_component_source *source = NULL;

	bt_value_map_insert_empty_array_entry(parameters, "inputs", &inputs);
	bt_value_array_append_string_element(inputs, input);
	if (is_live)
		bt_value_map_insert_string_entry(parameters, "session-not-found-action", "end");
	if (!class || bt_graph_add_source_component(graph, class, "in", parameters, BT_LOGGING_LEVEL_NONE, &source))
		source = NULL;
	bt_value_put_ref(parameters);
	return source;
}

static bool connect_all(bt_graph *graph, const bt_component_source *source, const bt_component_filter *muxer,
			const bt_component_sink *sink)
{
	uint64_t n = bt_component_source_get_output_port_count(source);

	for (uint64_t i = 0; i < n; i++)
		if (bt_graph_connect_ports(
			    graph, bt_component_source_borrow_output_port_by_index_const(source, i),
			    bt_component_filter_borrow_input_port_by_index_const(
				    muxer, bt_component_filter_get_input_port_count(muxer) - 1), NULL))
			return false;
	return bt_graph_connect_ports(graph, bt_component_filter_borrow_output_port_by_index_const(muxer, 0),
				      bt_component_sink_borrow_input_port_by_index_const(sink, 0), NULL) == 0;
}

/* All plugins of the system's own directories. */
static bool build(bt_graph *graph, const char *input, struct reading *r)
{
	const bt_plugin *ctf = NULL, *utils = NULL;
	const bt_component_source *source;
	const bt_component_filter *muxer = NULL;
	const bt_component_sink *sink = NULL;
	bool ok = bt_plugin_find("ctf", BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &ctf) == 0 &&
		  bt_plugin_find("utils", BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, &utils) == 0;

	source = ok ? add_source(graph, ctf, input) : NULL;
	ok = source &&
	     bt_graph_add_filter_component(graph, bt_plugin_borrow_filter_component_class_by_name_const(utils, "muxer"),
					   "mux", NULL, BT_LOGGING_LEVEL_NONE, &muxer) == 0 &&
	     bt_graph_add_simple_sink_component(graph, "sink", begin, consume, NULL, r, &sink) == 0 &&
	     connect_all(graph, source, muxer, sink);
	bt_plugin_put_ref(ctf);
	bt_plugin_put_ref(utils);
	return ok;
}

bool trace_read_ctf(const char *path, struct trace_info *info, trace_sink *sink, void *data, GError **error)
{
	struct reading r = { .info = info, .sink = sink, .data = data,
			     .running = g_hash_table_new(g_direct_hash, g_direct_equal) };
	unsigned int budget = ENTRIES_MAX;
	g_autofree char *input = g_str_has_prefix(path, "net://") ? g_strdup(path) : find_metadata(path, 0, &budget);
	bt_graph *graph = bt_graph_create(0);
	bt_graph_run_status status = BT_GRAPH_RUN_STATUS_ERROR;

	if (input && build(graph, input, &r))
		do
			status = bt_graph_run(graph);
		while (status == BT_GRAPH_RUN_STATUS_AGAIN);
	bt_graph_put_ref(graph);
	g_hash_table_unref(r.running);
	if (status == BT_GRAPH_RUN_STATUS_OK)
		return true;
	bt_current_thread_clear_error();
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, input ? "%s: libbabeltrace2 cannot read this trace" :
								     "%s: a directory without CTF metadata", path);
	return false;
}
#else
bool trace_read_ctf(const char *path, struct trace_info *info G_GNUC_UNUSED, trace_sink *sink G_GNUC_UNUSED,
		    void *data G_GNUC_UNUSED, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS,
		    "%s: CTF is read by libbabeltrace2, and this vmdoctor was built without it", path);
	return false;
}
#endif
