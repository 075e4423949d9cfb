// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_journal - /var/log/journal.txt: what the journal holds of kernel, libvirt and its helpers
 *
 * The newest lines, as `journalctl -o short-iso` prints them, so that a recording of a live host
 * and a text that somebody saved are read alike.
 * Source: sd-journal(3), systemd.journal-fields(7)
 */
#include "source/source.h"

#include <errno.h>
#include <string.h>

#include <systemd/sd-journal.h>

#define LINES_MAX 20000
#define LINE_CAP_BYTES 2048

struct journal_source {
	struct source source;
	char *dir; /* NULL: this host's own */
};

/* Who says anything about guests; each match is or-ed with the others of its field. */
static const char *const wanted[] = {
	"_TRANSPORT=kernel",
	"_TRANSPORT=audit",
	"_COMM=libvirtd",
	"_COMM=virtqemud",
	"_COMM=virtnetworkd",
	"_COMM=virtstoraged",
	"_COMM=virtnodedevd",
	"_COMM=virtproxyd",
	"_COMM=virtlogd",
	"_COMM=virtlockd",
	"_COMM=dnsmasq",
	"SYSLOG_IDENTIFIER=qemu-kvm",
	"SYSLOG_IDENTIFIER=systemd-coredump",
};

static char *field(sd_journal *j, const char *name)
{
	const void *data;
	size_t length, prefix = strlen(name) + 1;

	if (sd_journal_get_data(j, name, &data, &length) < 0 || length < prefix)
		return NULL;
	return g_strndup((const char *)data + prefix, MIN(length - prefix, LINE_CAP_BYTES));
}

static char *line_of(sd_journal *j)
{
	g_autofree char *message = field(j, "MESSAGE");
	g_autofree char *host = field(j, "_HOSTNAME");
	g_autofree char *name = field(j, "SYSLOG_IDENTIFIER");
	g_autofree char *comm = name ? NULL : field(j, "_COMM");
	g_autofree char *pid = field(j, "_PID");
	g_autoptr(GDateTime) time = NULL;
	g_autofree char *stamp = NULL;
	uint64_t us;

	if (!message || sd_journal_get_realtime_usec(j, &us) < 0)
		return NULL;
	g_strdelimit(message, "\n\r", ' ');
	time = g_date_time_new_from_unix_utc((gint64)(us / 1000000));
	stamp = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S+0000");
	return g_strdup_printf("%s %s %s%s%s%s: %s\n", stamp, host ? host : "-",
			       name ? name : comm ? comm : "audit", pid ? "[" : "", pid ? pid : "",
			       pid ? "]" : "", message);
}

static int open_matching(const char *dir, sd_journal **ret)
{
	sd_journal *j = NULL;
	int r = dir ? sd_journal_open_directory(&j, dir, 0)
		    : sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

	for (size_t i = 0; r >= 0 && i < G_N_ELEMENTS(wanted); i++) {
		r = sd_journal_add_match(j, wanted[i], 0);
		if (r >= 0)
			r = sd_journal_add_disjunction(j);
	}
	if (r >= 0)
		r = sd_journal_seek_tail(j);
	if (r >= 0)
		*ret = j;
	else
		sd_journal_close(j);
	return MIN(r, 0);
}

/* From the newest back to the cap, then turned round. */
static GPtrArray *newest_lines(sd_journal *j, size_t cap, bool *ret_cut)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	size_t size = 0;

	while (sd_journal_previous(j) > 0) {
		char *line = line_of(j);

		if (!line)
			continue;
		size += strlen(line);
		*ret_cut = size > cap || lines->len == LINES_MAX;
		if (*ret_cut) {
			g_free(line);
			break;
		}
		g_ptr_array_add(lines, line);
	}
	return lines;
}

static void journal_ask(struct source *src, const struct query *q, struct answer *ret)
{
	g_autoptr(GPtrArray) lines = NULL;
	GString *text;
	sd_journal *j = NULL;

	ret->error = q->verb == SOURCE_READ ? open_matching(((struct journal_source *)src)->dir, &j)
					  : -ENODATA;
	if (ret->error < 0)
		return;
	lines = newest_lines(j, source_cap_bytes(q->path), &ret->truncated);
	sd_journal_close(j);
	text = g_string_new(NULL);
	for (size_t i = lines->len; i-- > 0;)
		g_string_append(text, lines->pdata[i]);
	ret->data = g_string_free_to_bytes(text);
}

static void journal_free(struct source *src)
{
	g_free(((struct journal_source *)src)->dir);
	g_free(src);
}

static const struct source_ops journal_ops = { .ask = journal_ask, .free = journal_free };

struct source *source_journal_new(const char *dir)
{
	struct journal_source *s = g_new0(struct journal_source, 1);

	s->source.ops = &journal_ops;
	s->dir = g_strdup(dir);
	return &s->source;
}
