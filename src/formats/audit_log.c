// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_log - the filter, names and carriers of audit logs, and libauparse behind one door.
 *
 * Source: Linux include/uapi/linux/audit.h; auditd.conf(5) max_log_file_action; auparse_feed(3);
 * audit-userspace docs, "audit event fields": strings are "quoted", or hex when they hold a
 * blank, a quote or a control byte.
 */
#include "formats/audit_log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <auparse.h>
#include <libaudit.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define STAMP_BYTES 48 /* "1700000000.123:18446744073709551615" and room */
#define STAMPS 64      /* events that may be interleaved; a power of two */

struct stamp {
	char text[STAMP_BYTES];
	size_t size;
};

struct audit_filter {
	audit_keep *keep;
	void *data;
	unsigned int number;
	bool skip;     /* until the next newline: the line is too long */
	GString *rest; /* of a line whose end did not come yet */
	struct stamp stamps[STAMPS];
};

/* Filter */

/* Each is followed by a blank. Those about anything at all must also name who we care for. */
static const struct wanted {
	const char *type;
	size_t size;
	bool any;
} wanted[] = {
#define WANT(type, any) { type " ", sizeof(type), any }
	WANT("AVC", false),		WANT("USER_AVC", false),
	WANT("SELINUX_ERR", true),	WANT("USER_SELINUX_ERR", true),
	WANT("SECCOMP", false),		WANT("ANOM_ABEND", false),
	WANT("MAC_STATUS", true),	WANT("VIRT_CONTROL", true),
	WANT("VIRT_RESOURCE", true),	WANT("VIRT_MACHINE_ID", true),
	WANT("APPARMOR_DENIED", false), WANT("APPARMOR_ALLOWED", false),
#undef WANT
};

static bool has_any(const char *line, size_t size, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (memmem(line, size, words[i], strlen(words[i])))
			return true;
	return false;
}

/* A loaded profile and a granted access are no refusals. */
static bool is_of_guests(const char *line, size_t size)
{
	static const char *const who[] = { "virt", "qemu", "kvm", "swtpm", "dnsmasq", "passt", NULL };
	static const char *const what[] = { "denied", "DENIED", "ALLOWED", "sig=", NULL };

	return has_any(line, size, what) && has_any(line, size, who);
}

/* "audit(SECONDS.MS:SERIAL)" at or after @p. */
static bool find_stamp(const char *p, const char *end, struct stamp *ret, unsigned int *ret_slot)
{
	const char *from = memmem(p, (size_t)MIN(end - p, 64), "audit(", 6), *to;

	if (!from)
		return false;
	from += strlen("audit(");
	to = memchr(from, ')', (size_t)MIN(end - from, STAMP_BYTES));
	if (!to)
		return false;
	ret->size = (size_t)(to - from);
	memcpy(ret->text, from, ret->size);
	*ret_slot = 0;
	for (const char *d = to; d > from && g_ascii_isdigit(d[-1]) && to - d < 3; d--)
		*ret_slot += (unsigned int)(d[-1] - '0') * (to - d == 0 ? 1 : to - d == 1 ? 10 : 36);
	*ret_slot %= STAMPS;
	return true;
}

/* Of an event that had a record worth keeping; the kernel writes the refusal first. */
static bool is_of_kept_event(const struct audit_filter *f, const char *p, const char *end)
{
	struct stamp s;
	unsigned int slot;

	return find_stamp(p, end, &s, &slot) && f->stamps[slot].size == s.size &&
	       memcmp(f->stamps[slot].text, s.text, s.size) == 0;
}

static void remember_event(struct audit_filter *f, const char *p, const char *end)
{
	struct stamp s;
	unsigned int slot;

	if (find_stamp(p, end, &s, &slot))
		f->stamps[slot] = s;
}

static bool is_wanted(const char *line, const char *type, const char *end)
{
	size_t left = (size_t)(end - type);

	if (!memchr("ASUVM", *type, 5))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (left > wanted[i].size && memcmp(type, wanted[i].type, wanted[i].size) == 0)
			return wanted[i].any || is_of_guests(line, (size_t)(end - line));
	return false;
}

/* Inlined into the loop over gigabytes: most lines end at the first comparison. */
static inline void look_at(struct audit_filter *f, const char *line, const char *end)
{
	const char *type = line;

	f->number++;
	if (end - line > 5 && memcmp(line, "node=", 5) == 0) {
		type = memchr(line, ' ', (size_t)(end - line));
		type = type ? type + 1 : line;
	}
	if (end - type < 16 || memcmp(type, "type=", 5) != 0)
		return;
	type += strlen("type=");
	if (is_wanted(line, type, end)) {
		remember_event(f, type, end);
		f->keep(f->data, line, (size_t)(end - line), f->number);
	} else if (memcmp(type, "SYSCALL ", 8) == 0 && is_of_kept_event(f, type, end)) {
		f->keep(f->data, line, (size_t)(end - line), f->number);
	}
}

struct audit_filter *audit_filter_new(audit_keep *keep, void *data)
{
	struct audit_filter *f = g_new0(struct audit_filter, 1);

	f->keep = keep;
	f->data = data;
	f->rest = g_string_new(NULL);
	return f;
}

void audit_filter_free(struct audit_filter *f)
{
	g_string_free(f->rest, TRUE);
	g_free(f);
}

static void keep_rest(struct audit_filter *f, const char *p, const char *end)
{
	if (f->skip || f->rest->len + (size_t)(end - p) > AUDIT_LINE_CAP_BYTES) {
		f->skip = true;
		g_string_truncate(f->rest, 0);
	} else {
		g_string_append_len(f->rest, p, end - p);
	}
}

/* The end of a line that began in an earlier piece. */
static void end_rest(struct audit_filter *f, const char *p, const char *end)
{
	keep_rest(f, p, end);
	if (f->skip)
		f->number++;
	else
		look_at(f, f->rest->str, f->rest->str + f->rest->len);
	f->skip = false;
	g_string_truncate(f->rest, 0);
}

void audit_filter_feed(struct audit_filter *f, const char *bytes, size_t size)
{
	const char *p = bytes, *end = bytes + size, *newline;

	while (p < end && (newline = memchr(p, '\n', (size_t)(end - p)))) {
		if (f->rest->len > 0 || f->skip)
			end_rest(f, p, newline);
		else
			look_at(f, p, newline);
		p = newline + 1;
	}
	if (p < end)
		keep_rest(f, p, end);
}

void audit_filter_end(struct audit_filter *f)
{
	if (f->rest->len > 0 || f->skip)
		end_rest(f, "", "");
	f->number = 0;
}

int audit_filter_fd(struct audit_filter *f, int fd)
{
	g_autofree char *chunk = g_malloc(CHUNK_BYTES);
	ssize_t got;

	while ((got = read(fd, chunk, CHUNK_BYTES)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			audit_filter_feed(f, chunk, (size_t)got);
	audit_filter_end(f);
	return got < 0 ? -errno : 0;
}

/* Names and carriers */

/* audit.log is 0, audit.log.3 is 3, anything else -1. */
static int64_t rotation_of(const char *name)
{
	const char *rest = name + strlen("audit.log");

	if (!g_str_has_prefix(name, "audit.log"))
		return -1;
	if (!*rest)
		return 0;
	if (*rest != '.' || !rest[1] || strspn(rest + 1, "0123456789") != strlen(rest + 1))
		return -1;
	return g_ascii_strtoll(rest + 1, NULL, 10);
}

static int by_age(gconstpointer a, gconstpointer b)
{
	int64_t x = rotation_of(*(const char *const *)a), y = rotation_of(*(const char *const *)b);

	return x < y ? 1 : x > y ? -1 : 0;
}

GPtrArray *audit_log_names(const GStrv names)
{
	GPtrArray *logs = g_ptr_array_new();

	for (size_t i = 0; names[i]; i++)
		if (rotation_of(names[i]) >= 0)
			g_ptr_array_add(logs, names[i]);
	g_ptr_array_sort(logs, by_age);
	return logs;
}

static char *kernel_line(const char *text)
{
	const char *type = strstr(text, "type="), *rest, *name;
	char *end;
	unsigned long number;

	if (!type || !g_ascii_isdigit(type[5]))
		return NULL;
	number = strtoul(type + 5, &end, 10);
	rest = g_str_has_prefix(end, " audit(") ? end + 1 : NULL;
	name = rest && number < 4000 ? audit_msg_type_to_name((int)number) : NULL;
	return name ? g_strdup_printf("type=%s msg=%s", name, rest) : NULL;
}

/* "2026-11-21T07:00:00+0000 host audit[812]: AVC avc: …" */
static char *journal_line(const char *text, unsigned int number)
{
	size_t stamp_size = strcspn(text, " ");
	const char *from = strstr(text, " audit"), *colon = from ? strstr(from, ": ") : NULL;
	g_autofree char *stamp = NULL, *type = NULL;
	g_autoptr(GDateTime) time = NULL;
	size_t size;

	if (!colon || (from[6] != '[' && from[6] != ':'))
		return NULL;
	size = strspn(colon + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	if (size < 3 || colon[2 + size] != ' ')
		return NULL;
	stamp = g_strndup(text, stamp_size);
	type = g_strndup(colon + 2, size);
	time = g_date_time_new_from_iso8601(stamp, NULL);
	if (audit_name_to_msg_type(type) < 0)
		return NULL;
	/* A syslog's "May 17 10:09:38" has no year: the time stays unknown. */
	return g_strdup_printf("type=%s msg=audit(%" G_GINT64_FORMAT ".000:%u): %s", type,
			       time ? g_date_time_to_unix(time) : 0, number, colon + 3 + size);
}

char *audit_log_line(const char *line, size_t size, bool kernel, unsigned int number)
{
	g_autofree char *text = NULL;

	if (size > AUDIT_LINE_CAP_BYTES || !memmem(line, size, "audit", 5))
		return NULL;
	text = g_strndup(line, size);
	return kernel ? kernel_line(text) : journal_line(text, number);
}

/* Parser */

struct audit_parser {
	auparse_state_t *au;
	audit_found *found;
	void *data;
	GArray *places; /* of struct place: the feed's line n is item n - 1 */
};

struct place {
	const char *path;
	unsigned int line;
};

static void event_ready(auparse_state_t *au, auparse_cb_event_t kind, void *data)
{
	struct audit_parser *p = data;

	if (kind != AUPARSE_CB_EVENT_READY)
		return;
	for (unsigned int i = 0; auparse_goto_record_num(au, i) > 0; i++) {
		unsigned int line = auparse_get_line_number(au);
		struct audit_record r = { .parser = p, .type = auparse_get_type(au) };

		r.time_ms = (int64_t)auparse_get_time(au) * 1000 + auparse_get_milli(au);
		r.serial = auparse_get_serial(au);
		r.text = auparse_get_record_text(au);
		if (!r.text || line == 0 || line > p->places->len)
			continue;
		r.path = g_array_index(p->places, struct place, line - 1).path;
		r.line = g_array_index(p->places, struct place, line - 1).line;
		p->found(p->data, &r);
	}
}

struct audit_parser *audit_parser_new(audit_found *found, void *data)
{
	struct audit_parser *p = g_new0(struct audit_parser, 1);

	*p = (struct audit_parser){ .found = found, .data = data };
	p->au = auparse_init(AUSOURCE_FEED, NULL);
	if (!p->au) {
		g_free(p);
		return NULL;
	}
	p->places = g_array_new(FALSE, FALSE, sizeof(struct place));
	auparse_add_callback(p->au, event_ready, p, NULL);
	return p;
}

void audit_parser_line(struct audit_parser *p, const char *line, size_t size, const char *path,
		       unsigned int number)
{
	const struct place place = { path, number };
	g_autofree char *clean = g_malloc(size + 2);

	memcpy(clean, line, size);
	for (size_t i = 0; i < size; i++)
		if (clean[i] == '\0' || clean[i] == '\n' || clean[i] == '\r')
			clean[i] = ' ';
	clean[size] = '\n';
	g_array_append_val(p->places, place);
	auparse_feed(p->au, clean, size + 1);
}

void audit_parser_free(struct audit_parser *p)
{
	auparse_flush_feed(p->au);
	auparse_destroy(p->au);
	g_array_unref(p->places);
	g_free(p);
}

/* Fields */

/* A guest's domain or file name may hold anything, but libaudit then writes it in hex. */
static char *decode(const char *raw)
{
	static const char upper_hex[] = "0123456789ABCDEF";
	size_t size = strlen(raw);
	GString *out;

	if (*raw == '"')
		return g_strndup(raw + 1, size - 1 - (size > 1 && raw[size - 1] == '"'));
	if (size < 2 || size % 2 || strspn(raw, upper_hex) != size)
		return g_strdup(raw);
	out = g_string_sized_new(size / 2);
	for (size_t i = 0; i < size; i += 2) {
		char c = (char)(g_ascii_xdigit_value(raw[i]) * 16 + g_ascii_xdigit_value(raw[i + 1]));

		if (c == '\0') /* arguments of a command line */
			c = ' ';
		g_string_append_c(out, c);
	}
	return g_string_free(out, FALSE);
}

static bool may_be_hex(const char *name)
{
	static const char *const names[] = { "name", "path", "comm", "exe", "vm", "profile",
					     "new-disk", "cgroup", "target", "peer", NULL };

	return g_strv_contains(names, name);
}

char *audit_record_get(const struct audit_record *r, const char *name)
{
	auparse_state_t *au = r->parser->au;
	bool more = auparse_first_field(au) > 0;

	for (; more; more = auparse_next_field(au) > 0) {
		const char *field = auparse_get_field_name(au);
		const char *raw = field && strcmp(field, name) == 0 ? auparse_get_field_str(au) : NULL;

		if (!raw)
			continue;
		if (strcmp(raw, "?") == 0 || strcmp(raw, "\"?\"") == 0 || strcmp(raw, "(null)") == 0)
			return NULL;
		if (may_be_hex(name) || *raw == '"')
			return decode(raw);
		return g_strndup(raw, strcspn(raw, "\035"));
	}
	return NULL;
}

char *audit_record_perms(const struct audit_record *r)
{
	const char *open = strstr(r->text, "denied  {");
	const char *close = open ? strchr(open, '}') : NULL;

	if (!close)
		return NULL;
	open += strlen("denied  {");
	return g_strstrip(g_strndup(open, (gsize)(close - open)));
}
