// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text - lines of ftrace, of perf script and of trace-cmd report.
 *
 *     CPU 0/KVM-228     [000] d..1.    74.634986: kvm_entry: vcpu 0, rip 0x55
 *     CPU 0/KVM   143   [000]   186.930592470:      kvm:kvm_entry: vcpu 0, rip 0x55
 *
 * Source: Linux Documentation/trace/ftrace.rst; perf-script(1)
 */
#include <string.h>

#include "trace/reader.h"

enum { LINE_MAX_BYTES = 4096 };

/* "74.634986" of any number of digits; a trace with clock x86-tsc has none after the point. */
static const char *time_of(const char *at, uint64_t *ret_ns)
{
	char *end;
	uint64_t whole = g_ascii_strtoull(at, &end, 10), part = 0, unit = 100000000;

	if (end == at)
		return NULL;
	*ret_ns = whole;
	if (*end != '.')
		return *end == ':' ? end + 1 : NULL;
	for (end++; g_ascii_isdigit(*end); end++, unit /= 10)
		part += (uint64_t)(*end - '0') * unit;
	*ret_ns = whole * 1000000000U + part;
	return *end == ':' ? end + 1 : NULL;
}

static unsigned int flags_of(const char *at, size_t length)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < length; i++)
		if (at[i] == 'h' || at[i] == 'H')
			flags |= TRACE_IN_HARDIRQ;
	/* In the third place; an s elsewhere means something else. */
	if (length > 2 && (at[2] == 's' || at[2] == 'H'))
		flags |= TRACE_IN_SOFTIRQ;
	return flags;
}

/* "comm-228", "comm-228 (  224)", "comm   143", "comm 140/143". Return: false where it is none of them */
static bool task_of(const char *line, size_t length, struct trace_event *e)
{
	size_t end = length, at;

	while (end > 0 && line[end - 1] == ' ')
		end--;
	if (end > 0 && line[end - 1] == ')') {
		while (end > 0 && line[end] != '(')
			end--;
		e->pid = (int)g_ascii_strtoll(line + end + 1 + strspn(line + end + 1, " "), NULL, 10);
		while (end > 0 && line[end - 1] == ' ')
			end--;
	}
	for (at = end; at > 0 && g_ascii_isdigit(line[at - 1]); at--)
		;
	if (at == end || at == 0 || end - at > 9 || !strchr("- /", line[at - 1]))
		return false;
	e->tid = (int)g_ascii_strtoll(line + at, NULL, 10);
	for (end = at - 1; end > 0 && line[end - 1] == ' '; end--)
		;
	while (*line == ' ' && end > 0) {
		line++;
		end--;
	}
	trace_read_text(e->comm, sizeof(e->comm), line, end);
	return true;
}

/* From "[000]" on: the CPU, flags if any, the time. Return: what follows, NULL: no head of a line */
static const char *place_of(const char *at, struct trace_event *e)
{
	char *end;
	const char *word;

	e->cpu = (int)CLAMP(g_ascii_strtoll(at + 1, &end, 10), 0, 65535);
	if (end == at + 1 || *end != ']')
		return NULL;
	word = end + 1 + strspn(end + 1, " ");
	if (!g_ascii_isdigit(*word) || strcspn(word, " :") != strspn(word, "0123456789.")) {
		size_t length = strcspn(word, " ");

		e->flags = flags_of(word, length);
		word += length + strspn(word + length, " ");
	}
	return time_of(word, &e->ns);
}

static const char *head_of(const char *line, struct trace_event *e)
{
	for (const char *at = strchr(line, '['); at; at = strchr(at + 1, '[')) {
		const char *rest = task_of(line, (size_t)(at - line), e) ? place_of(at, e) : NULL;

		if (rest)
			return rest;
	}
	return NULL;
}

/* What text says in words where the binary event has a number. */
static void take_words(struct trace_event *e)
{
	if (e->kind == TRACE_FPU)
		e->n[0] = strcmp(e->s[0], "load") == 0;
	else if (e->kind == TRACE_WAKEUP)
		e->n[1] = strcmp(e->s[0], "wait") == 0;
	else if (e->kind == TRACE_CR)
		e->n[1] = strcmp(e->s[0], "write") == 0;
	else if (e->kind == TRACE_INJECT)
		e->n[1] = e->s[0][0] != 0;
}

static bool body_of(const char *body, struct trace_event *e)
{
	const char *colon;
	char name[64];
	const struct trace_row *row;

	body += strspn(body, " ");
	colon = strstr(body, ": ");
	if (!colon || (size_t)(colon - body) >= sizeof(name))
		return false;
	trace_read_text(name, sizeof(name), body, (size_t)(colon - body));
	row = trace_row_find(name);
	colon += 2 + strspn(colon + 2, " ");
	for (size_t i = 0; row && i < G_N_ELEMENTS(row->text) && row->text[i]; i++)
		if (trace_match(row->text[i], colon, e)) {
			e->kind = row->kind;
			take_words(e);
			return true;
		}
	return false;
}

/* "CPU:1 [LOST 12 EVENTS]", "CPU:1 [12 EVENTS DROPPED]"; the time comes from the event after it. */
static bool loss_of(const char *line, struct trace_event *e)
{
	const char *at = strstr(line, "[LOST ");
	char *end;

	if (!g_str_has_prefix(line, "CPU:"))
		return false;
	e->kind = TRACE_LOST;
	e->cpu = (int)CLAMP(g_ascii_strtoll(line + 4, NULL, 10), 0, 65535);
	at = at ? at + 6 : strchr(line, '[') ? strchr(line, '[') + 1 : "";
	e->n[0] = g_ascii_strtoll(at, &end, 10);
	if (end == at)
		e->n[0] = -1;
	return true;
}

static void clear(struct trace_event *e)
{
	memset(e, 0, offsetof(struct trace_event, s));
	e->s[0][0] = e->s[1][0] = 0;
	e->cpu = e->tid = -1;
}

bool trace_text_line(const char *line, struct trace_event *e)
{
	const char *body;

	clear(e);
	if (*line == '#' || !*line)
		return false;
	if (loss_of(line, e))
		return true;
	body = head_of(line, e);
	return body && body_of(body, e);
}

static void take_line(const char *line, size_t length, struct trace_info *info, trace_sink *sink, void *data)
{
	char copy[LINE_MAX_BYTES];
	struct trace_event e;

	while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\r'))
		length--;
	if (length == 0 || *line == '#')
		return;
	trace_read_text(copy, sizeof(copy), line, length);
	if (!trace_text_line(copy, &e)) {
		info->skipped++;
		return;
	}
	info->events++;
	sink(data, &e);
}

void trace_text_read(const char *text, size_t length, struct trace_info *info, trace_sink *sink, void *data)
{
	const char *end = text + length;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (!eol)
			eol = end;
		take_line(text, (size_t)(eol - text), info, sink, data);
		text = eol + 1;
	}
}
