// SPDX-License-Identifier: GPL-2.0-or-later
/* notes - see notes.h. Anybody may have written them: what they say is a name for a report, no more. */
#include "trace/notes.h"

#include <stdio.h>
#include <string.h>

#include "trace/vcpu.h"

#define MARK "vmdoctor/1 "
#define U64 G_GUINT64_FORMAT

char *note_thread(int tid, int pid, const struct schedstat *s, int is_end)
{
	return g_strdup_printf(MARK "thread %d %d %s %" U64 " %" U64 " %" U64, tid, pid, is_end ? "end" : "begin", s->run, s->delay, s->at);
}

static char *escaped(const char *text)
{
	return g_uri_escape_string(text, " /:<>='\"_.,+", FALSE);
}

char *note_domain(int pid, const char *domain)
{
	g_autofree char *name = escaped(domain);

	return g_strdup_printf(MARK "domain %d %s", pid, name);
}

char *note_device(int pid, const char *device, const char *text)
{
	g_autofree char *name = g_uri_escape_string(device, NULL, FALSE), *line = escaped(text);

	return g_strdup_printf(MARK "device %d %s %s", pid, name, line);
}

char *note_offset(int tid, long long offset)
{
	return g_strdup_printf(MARK "offset %d %lld", tid, offset);
}

char *note_tsc(unsigned long long tsc, unsigned long long ns)
{
	return g_strdup_printf(MARK "tsc %llu %llu", tsc, ns);
}

bool note_tsc_read(const char *text, guint64 *ret_tsc, guint64 *ret_ns)
{
	const char *mark = strstr(text, MARK "tsc ");
	guint64 tsc, ns;

	if (!mark || sscanf(mark + strlen(MARK "tsc "), "%" U64 " %" U64, &tsc, &ns) != 2)
		return false;
	*ret_tsc = tsc;
	*ret_ns = ns;
	return true;
}

/* What does not fit into an event is cut off, in the middle of a character, too. NULL: nothing is left. */
static char *plain(const char *text)
{
	size_t length = strlen(text);
	g_autofree char *whole = g_strndup(text, length), *name = NULL;
	const char *end = NULL;

	for (size_t i = length > 2 ? length - 2 : 0; i < length; i++)
		if (whole[i] == '%')
			whole[i] = 0;
	name = g_uri_unescape_string(whole, NULL);
	if (name && !g_utf8_validate(name, -1, &end))
		name[end - name] = 0;
	return name && *name ? g_steal_pointer(&name) : NULL;
}

static void take_thread(struct analysis *a, const char *text)
{
	struct schedstat s = { 0 };
	int tid, pid;
	char when[8];

	if (sscanf(text, "%d %d %7s %" U64 " %" U64 " %" U64, &tid, &pid, when, &s.run, &s.delay, &s.at) == 6)
		analysis_know(a, tid, pid, &s, strcmp(when, "end") == 0);
}

static void take_domain(struct analysis *a, const char *text)
{
	int pid, at = 0;
	g_autofree char *name = sscanf(text, "%d %n", &pid, &at) == 1 && at > 0 ? plain(text + at) : NULL;

	if (name)
		analysis_know_domain(a, pid, name);
}

static void take_device(struct analysis *a, const char *text)
{
	char word[64];
	int pid, at = 0;
	bool is_one = sscanf(text, "%d %63s %n", &pid, word, &at) == 2 && at > 0;
	g_autofree char *device = is_one ? plain(word) : NULL, *line = is_one ? plain(text + at) : NULL;

	if (device && line)
		analysis_know_device(a, pid, device, line);
}

static void take_offset(struct analysis *a, const char *text)
{
	long long offset;
	int tid;

	if (sscanf(text, "%d %lld", &tid, &offset) == 2)
		analysis_know_offset(a, tid, offset);
}

void note_take(struct analysis *a, const char *text)
{
	static const struct {
		const char *word;
		void (*take)(struct analysis *a, const char *text);
	} notes[] = { { "thread ", take_thread }, { "domain ", take_domain }, { "device ", take_device }, { "offset ", take_offset } };

	const char *mark = strstr(text, MARK); /* in text, after where it was written */
	g_autofree char *line = mark ? g_strchomp(g_strdup(mark + strlen(MARK))) : NULL;

	for (size_t i = 0; line && i < G_N_ELEMENTS(notes); i++)
		if (g_str_has_prefix(line, notes[i].word))
			notes[i].take(a, line + strlen(notes[i].word));
}
