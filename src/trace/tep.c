// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tep - binary events of the kernel, by libtraceevent.
 *
 * The fields of an event are looked up once; after that an event costs some reads of memory.  Plugins
 * are never loaded: theirs are other names than the kernel's.
 */
#ifdef HAVE_TRACEEVENT
#include "trace/tep.h"

#include <event-parse.h>
#include <glib.h>
#include <string.h>



/** How to read one event. @row NULL: it is of no use. */
struct decoder {
	const struct trace_row *row;
	struct tep_event *event;
	struct tep_format_field *fields[6]; /* as row->fields; NULL: this kernel has it not */
};

struct trace_tep {
	struct tep_handle *tep;
	GHashTable *decoders; /* id -> struct decoder */
};

struct trace_tep *trace_tep_new(struct tep_handle *tep)
{
	struct trace_tep *t = g_new0(struct trace_tep, 1);

	t->tep = tep;
	t->decoders = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	return t;
}

void trace_tep_free(struct trace_tep *t)
{
	if (!t)
		return;
	g_hash_table_unref(t->decoders);
	g_free(t);
}

static struct tep_format_field *field_of(struct tep_event *event, const struct trace_field *f)
{
	struct tep_format_field *field = NULL;

	for (size_t i = 0; !field && i < G_N_ELEMENTS(f->names) && f->names[i]; i++)
		field = tep_find_field(event, f->names[i]);
	return field;
}

static const struct decoder *decoder_of(struct trace_tep *t, int id)
{
	struct decoder *d = g_hash_table_lookup(t->decoders, GINT_TO_POINTER(id));

	if (d)
		return d;
	d = g_new0(struct decoder, 1);
	d->event = tep_find_event(t->tep, id);
	d->row = d->event && d->event->name ? trace_row_find(d->event->name) : NULL;
	for (size_t i = 0; d->row && i < G_N_ELEMENTS(d->fields) && d->row->fields[i].type; i++)
		d->fields[i] = field_of(d->event, &d->row->fields[i]);
	g_hash_table_insert(t->decoders, GINT_TO_POINTER(id), d);
	return d;
}

/* A field may point anywhere: the format came with a file. */
static void read_text(struct tep_format_field *f, struct tep_record *r, char *to)
{
	size_t at = (size_t)(unsigned int)f->offset, size = (size_t)(unsigned int)f->size;
	const char *data = r->data, *text;
	unsigned long long where;

	if (f->flags & TEP_FIELD_IS_DYNAMIC) {
		if (tep_read_number_field(f, data, &where))
			return;
		at = where & 0xffff;
		size = (where >> 16) & 0xffff;
	}
	if (at >= (size_t)r->size)
		return;
	size = size == 0 || size > (size_t)r->size - at ? (size_t)r->size - at : size;
	text = data + at;
	trace_read_text(to, TRACE_TEXT, text, strnlen(text, size));
}

static void read_field(const struct trace_field *f, struct tep_format_field *field, struct tep_record *r,
		       struct trace_event *e)
{
	unsigned long long value;

	if (f->type == 's')
		read_text(field, r, e->s[f->slot]);
	else if (field->offset >= 0 && field->size > 0 && field->offset + field->size <= r->size &&
		 tep_read_number_field(field, r->data, &value) == 0)
		e->n[f->slot] = field->size == 4 && (field->flags & TEP_FIELD_IS_SIGNED) ? (int32_t)value :
											    (int64_t)value;
}

bool trace_tep_decode(struct trace_tep *t, struct tep_record *record, int cpu, struct trace_event *e)
{
	const struct decoder *d = decoder_of(t, tep_data_type(t->tep, record));
	const char *comm;

	if (!d->row)
		return false;
	*e = (struct trace_event){ .kind = d->row->kind, .ns = record->ts, .cpu = cpu,
				   .tid = tep_data_pid(t->tep, record),
				   .flags = (unsigned int)tep_data_flags(t->tep, record) };
	comm = tep_data_comm_from_pid(t->tep, e->tid);
	if (comm && strcmp(comm, "<...>") != 0)
		trace_read_text(e->comm, sizeof(e->comm), comm, strlen(comm));
	for (size_t i = 0; i < G_N_ELEMENTS(d->fields) && d->row->fields[i].type; i++)
		if (d->fields[i])
			read_field(&d->row->fields[i], d->fields[i], record, e);
	if (e->kind == TRACE_MSI)
		e->n[0] &= 0xff; /* Source: Intel SDM volume 3, 11.11.2: the vector in the message's data */
	return true;
}
#endif
