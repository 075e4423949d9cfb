// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scan_match - what a line that matched is about, when it was written, whether it still matters.
 *
 * A log is history: what failed before a good start, in an older attempt, or of another domain, is
 * no finding.
 */
#include "logs/scan_state.h"

#include <errno.h>
#include <string.h>

#include "facts/facts.h"
#include "formats/readable.h"
#include "rules/rules.h"
#include "source/source.h"
#include "base/xml.h"

#define TEXT_CAP_CHARS 400
#define DISTINCT_MAX 16 /* matches of one rule in one scope */
/* A failure of the last day is worth a look; older ones are mended or known. */
#define WINDOW_S (24 * 3600)
#define MESSAGE_LINES_MAX 5
#define MS_PER_S 1000
#define STAMP_CHARS 26 /* 2026-11-21T07:23:48.856505 */

static const char time_pattern[] =
	"^(type=\\w+ msg=)?audit\\((?<epoch>\\d+)\\.\\d+:"
	"|^(?<day>\\d{4}-\\d\\d-\\d\\d)[ T](?<time>\\d\\d:\\d\\d:\\d\\d([.,]\\d+)?) ?(?<zone>Z|[+-]\\d\\d:?\\d\\d)?"
	"|^(?<old>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d)";
static const char name_pattern[] = "'(?<a>[^']{1,255})'|\\b(guest|vm|domain|name)[= ](?<a>[^\\s,']+)";
static const char uuid_pattern[] = "(?<a>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})";

/* What a line says */

static int64_t year_of(int64_t clock_s)
{
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(clock_s);

	return now ? g_date_time_get_year(now) : 0;
}

static int digits(const char *text)
{
	return (int)g_ascii_strtoll(text, NULL, 10);
}

/* "Jan  2 03:04:05" has no year: the last one that is not in the future. */
static int64_t old_time(const char *text, int64_t clock_s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	g_autofree char *month = g_strndup(text, 3);
	const char *at = strstr(months, month);
	g_autoptr(GDateTime) t = NULL;

	for (int64_t year = year_of(clock_s); at && year > 1970; year--) {
		g_clear_pointer(&t, g_date_time_unref);
		t = g_date_time_new_utc((int)year, (int)(at - months) / 3 + 1, digits(text + 4),
					digits(text + 7), digits(text + 10), 0);
		if (t && g_date_time_to_unix(t) <= clock_s + 24 * 3600)
			return g_date_time_to_unix(t);
		if (year < year_of(clock_s))
			break;
	}
	return 0;
}

static int64_t iso_ms(const GMatchInfo *m)
{
	g_autofree char *day = g_match_info_fetch_named(m, "day");
	g_autofree char *time = g_match_info_fetch_named(m, "time");
	g_autofree char *zone = g_match_info_fetch_named(m, "zone");
	g_autofree char *iso = g_strdup_printf("%sT%s%s", day, time, zone && *zone ? zone : "Z");
	g_autoptr(GDateTime) t = g_date_time_new_from_iso8601(iso, NULL);

	return t ? g_date_time_to_unix(t) * MS_PER_S + g_date_time_get_microsecond(t) / 1000 : 0;
}

int64_t scan_ms(const struct scan *scan, const char *text)
{
	g_autoptr(GMatchInfo) m = NULL;
	g_autofree char *day = NULL;

	if (!text || !g_regex_match(scan->time, text, 0, &m))
		return 0;
	day = g_match_info_fetch_named(m, "day");
	return day && *day ? iso_ms(m) : 0;
}

/* When the line was written, in seconds since the epoch, and as it stands; 0: not known. */
static int64_t time_of(const struct scan *scan, const char *text, char **ret_text)
{
	g_autoptr(GMatchInfo) m = NULL;
	g_autofree char *epoch = NULL, *old = NULL, *day = NULL;

	if (!g_regex_match(scan->time, text, 0, &m))
		return 0;
	epoch = g_match_info_fetch_named(m, "epoch");
	old = g_match_info_fetch_named(m, "old");
	day = g_match_info_fetch_named(m, "day");
	*ret_text = epoch && *epoch ? g_strdup(epoch) : g_match_info_fetch(m, 0);
	if (epoch && *epoch)
		return g_ascii_strtoll(epoch, NULL, 10);
	return day && *day ? iso_ms(m) / MS_PER_S : old_time(old, scan->clock_s);
}

static xmlNode *vm_by(const struct scan *scan, const GRegex *regex, const char *text)
{
	g_autoptr(GMatchInfo) m = NULL;
	xmlNode *vm = NULL;

	g_regex_match(regex, text, 0, &m);
	while (!vm && g_match_info_matches(m)) {
		g_autofree char *name = g_match_info_fetch_named(m, "a");
		g_autofree char *lower = g_ascii_strdown(name, -1);

		vm = g_hash_table_lookup(scan->vms, regex == scan->uuid ? lower : name);
		g_match_info_next(m, NULL);
	}
	return vm;
}

xmlNode *scan_vm_named(const struct scan *scan, const char *text)
{
	xmlNode *vm = NULL;

	if (g_hash_table_size(scan->vms) > 0 && !(vm = vm_by(scan, scan->name, text)))
		vm = vm_by(scan, scan->uuid, text);
	return vm;
}

/* Over before the domain's present life began, or its last good one ended: that start went well. */
static bool is_past(const struct scan *scan, const xmlNode *vm, const struct line *line, int64_t written_s)
{
	const char *start = facts_get(facts_find(vm, "qemu-log/start"), "time");
	const char *ended = facts_get(xml_child(vm, "qemu-log"), "last-good-end");
	bool active = g_strcmp0(facts_get(vm, "active"), "yes") == 0;
	const char *since = active ? start : ended;
	int64_t written_ms = scan_ms(scan, line->readable), since_ms = scan_ms(scan, since);
	g_autofree char *text = NULL;

	if (written_ms && since_ms)
		return written_ms <= since_ms;
	return since && written_s <= time_of(scan, since, &text);
}

/* Matches */

static struct hit *hit_of(struct scan *scan, const struct rule *rule, const xmlNode *scope,
			  const char *group, bool *ret_new)
{
	char *key = g_strdup_printf("%s\t%p\t%s", rule->id, (const void *)scope, group);
	struct hit *hit = g_hash_table_lookup(scan->hits, key);

	*ret_new = !hit;
	if (hit) {
		g_free(key);
		return hit;
	}
	hit = g_new0(struct hit, 1);
	g_hash_table_insert(scan->hits, key, hit);
	return hit;
}

/* The line, or of a long one what begins a little before the match. */
static char *excerpt(const char *text, int at)
{
	glong before = at > 0 ? g_utf8_strlen(text, at) : 0, length = g_utf8_strlen(text, -1);
	glong from = MAX(0, MIN(before - TEXT_CAP_CHARS / 4, length - TEXT_CAP_CHARS));
	const char *start = g_utf8_offset_to_pointer(text, from);
	glong kept = MIN(length - from, TEXT_CAP_CHARS);

	return g_strdup_printf("%s%.*s%s", from > 0 ? "…" : "",
			       (int)(g_utf8_offset_to_pointer(start, kept) - start), start,
			       from + kept < length ? "…" : "");
}

static void fill_match(xmlNode *node, const struct wanted *w, const struct line *line,
		       const GMatchInfo *m)
{
	g_autofree char *shown = NULL;
	int at = 0;

	if (m)
		g_match_info_fetch_pos(m, 0, &at, NULL);
	shown = excerpt(line->readable, at);
	facts_set(node, "rule", w->rule->id);
	facts_set(node, "log", line->log->name);
	facts_from(node, line->log->path, line->number);
	for (size_t i = 0; m && w->s->groups[i]; i++) {
		g_autofree char *value = g_match_info_fetch_named(m, w->s->groups[i]);

		if (value && *value)
			facts_set(node, w->s->groups[i], value);
	}
	facts_text(node, shown);
}

/* The value that keeps matches of a rule apart. */
static char *first_group(const struct wanted *w, const GMatchInfo *m)
{
	for (size_t i = 0; m && w->s->groups[i]; i++) {
		g_autofree char *value = g_match_info_fetch_named(m, w->s->groups[i]);

		if (value && *value)
			return g_steal_pointer(&value);
	}
	return g_strdup("");
}

static struct hit *hit_for(struct scan *scan, xmlNode *scope, const struct wanted *w,
			   const struct line *line, const GMatchInfo *m)
{
	g_autofree char *group = first_group(w, m);
	bool new_all, new_one;
	struct hit *all = hit_of(scan, w->rule, scope, "\t", &new_all), *one;

	if (line->log->whole && !new_all)
		return NULL; /* its lines were there one by one */
	if (all->distinct >= DISTINCT_MAX)
		group[0] = '\0';
	one = hit_of(scan, w->rule, scope, group, &new_one);
	if (new_one) {
		all->distinct++;
		one->node = facts_add(scope, "match");
		fill_match(one->node, w, line, m);
	}
	return one;
}

/* The domain whose file the match is about, or NULL. */
static xmlNode *vm_with_path(const struct scan *scan, const struct wanted *w, const GMatchInfo *m)
{
	xmlNode *vm = NULL;

	for (size_t i = 0; m && !vm && w->s->groups[i]; i++) {
		g_autofree char *value = g_match_info_fetch_named(m, w->s->groups[i]);

		vm = value ? g_hash_table_lookup(scan->paths, value) : NULL;
	}
	return vm;
}

/* Its whole log, not only since the last start: the daemon's log reaches back further, too. */
static bool log_says(const struct scan *scan, const xmlNode *vm, const char *words)
{
	const char *path = facts_get(xml_child(vm, "qemu-log"), "from");
	g_autofree char *text = NULL;

	return path && source_read(scan->src, path, &text, NULL) >= 0 && strstr(text, words);
}

/* What QEMU said before libvirt took it over into its own log carries QEMU's time: whose is it? */
static xmlNode *vm_quoted(const struct scan *scan, const struct line *line)
{
	const char *stamp = strstr(line->readable, "Z qemu");
	GHashTableIter it;
	gpointer vm;

	if (!stamp || stamp - line->readable < STAMP_CHARS)
		return NULL;
	g_autofree char *said = g_strndup(stamp - STAMP_CHARS, STAMP_CHARS);

	g_hash_table_iter_init(&it, scan->vms);
	while (g_hash_table_iter_next(&it, NULL, &vm))
		if (log_says(scan, vm, said))
			return vm;
	return NULL;
}

static xmlNode *scope_of(const struct scan *scan, const struct wanted *w, const struct line *line,
			 const GMatchInfo *m)
{
	xmlNode *vm = line->log->vm ? line->log->vm : scan_vm_named(scan, line->readable);

	if (!vm)
		vm = vm_with_path(scan, w, m);
	if (!vm)
		vm = vm_quoted(scan, line);
	if (!vm && (line->log->logs & SIGNATURE_BIT(DAEMON)))
		vm = scan_vm_failed(scan, line->readable);
	if (!vm && (line->log->logs & SIGNATURE_BIT(KERNEL)))
		vm = scan_vm_of_kernel(scan, line->readable, m);
	return vm ? vm : scan->host;
}

/* Outside of what the user asked for, or, unasked, too long ago to matter. */
static bool is_outside(const struct scan *scan, int64_t written_s)
{
	int64_t since_s = scan->since_s ? scan->since_s : scan->clock_s - WINDOW_S;

	if (!scan->since_s && !scan->clock_s)
		since_s = 0;
	return written_s < since_s || (scan->until_s && written_s > scan->until_s);
}

/* A message may have several lines, and only the first has its time. */
static int64_t time_above(const struct scan *scan, const struct line *line)
{
	const char *p = line->text;
	int64_t written_s = 0;

	if (!(line->log->logs & SIGNATURE_BIT(DAEMON)) || *p == '[')
		return 0; /* "[ 12.5]" is a time, too, if none of the calendar */
	for (int i = 0; i < MESSAGE_LINES_MAX && !written_s && line->begin && p > line->begin; i++) {
		const char *end = p - 1; /* the newline */

		p = end;
		while (p > line->begin && p[-1] != '\n')
			p--;
		g_autofree char *readable = readable_text(p, MIN((size_t)(end - p), LINE_CAP_BYTES));
		g_autofree char *time = NULL;

		written_s = time_of(scan, readable, &time);
	}
	return written_s;
}

/* QEMU's own lines have no time in older versions; the start above them has. */
void scan_note_time(struct scan *scan, const struct line *line)
{
	g_autofree char *readable = NULL, *time = NULL;
	int64_t written_s;

	if (line->text == line->begin)
		scan->above_s = 0;
	if (!scan->since_s || line->log->logs != SIGNATURE_BIT(QEMU) || line->size < STAMP_CHARS ||
	    !g_ascii_isdigit(line->text[0]))
		return;
	readable = readable_text(line->text, MIN(line->size, STAMP_CHARS + 6));
	written_s = time_of(scan, readable, &time);
	scan->above_s = written_s ? written_s : scan->above_s;
}

/* Somebody else's file, when only some of the domains are looked at. */
static bool is_foreign(const struct scan *scan, const struct wanted *w, const GMatchInfo *m)
{
	static const char *const common[] = { "/dev/", "/run/", "/var/run/", "/usr/", "/etc/", "/proc/",
					      "/sys/", NULL };
	bool foreign = false;

	for (size_t i = 0; m && scan->is_partial && w->s->groups[i]; i++) {
		g_autofree char *value = g_match_info_fetch_named(m, w->s->groups[i]);
		bool ours = !value || *value != '/';

		for (size_t c = 0; !ours && common[c]; c++)
			ours = g_str_has_prefix(value, common[c]);
		foreign |= !ours;
	}
	return foreign;
}

/* Why some start failed, before each domain that is looked at has started well: nobody's trouble any more. */
static bool is_over(const struct scan *scan, const struct wanted *w, const struct line *line, int64_t written_s)
{
	GHashTableIter it;
	gpointer vm;

	if (scan->since_s || line->log->logs != SIGNATURE_BIT(DAEMON) || g_hash_table_size(scan->vms) == 0 ||
	    !g_strv_contains((const char *const *)w->rule->symptoms, "wont-start"))
		return false;
	g_hash_table_iter_init(&it, scan->vms);
	while (g_hash_table_iter_next(&it, NULL, &vm))
		if (!is_past(scan, vm, line, written_s))
			return false;
	return true;
}

void scan_found(struct scan *scan, const struct wanted *w, const struct line *line,
		const GMatchInfo *m)
{
	xmlNode *scope = scope_of(scan, w, line, m);
	g_autofree char *time = NULL;
	int64_t own_s = time_of(scan, line->readable, &time);
	int64_t written_s = own_s ? own_s : scan->above_s ? scan->above_s : time_above(scan, line);
	bool lasting = line->log->logs & (SIGNATURE_BIT(QEMU) | SIGNATURE_BIT(ERROR));
	struct hit *hit;

	if (written_s && (!lasting || (scan->since_s && line->log->logs & SIGNATURE_BIT(QEMU))) &&
	    is_outside(scan, written_s))
		return;
	if (!lasting && !scan->since_s && written_s && is_past(scan, scope, line, written_s))
		return;
	if (!lasting && scope == scan->host && is_foreign(scan, w, m))
		return;
	if (scope == scan->host && written_s && is_over(scan, w, line, written_s))
		return;
	hit = hit_for(scan, scope, w, line, m);
	if (!hit)
		return;
	hit->count++;
	hit->last_s = written_s;
	hit->last_ms = own_s ? scan_ms(scan, line->readable) : 0;
	if (time && hit->count == 1)
		facts_set(hit->node, "first", time);
	facts_set(hit->node, "last", time);
}

void scan_finish(struct scan *scan)
{
	g_autoptr(GPtrArray) old = g_ptr_array_new();
	GHashTableIter it;
	gpointer p;

	g_hash_table_iter_init(&it, scan->hits);
	while (g_hash_table_iter_next(&it, NULL, &p)) {
		struct hit *hit = p;

		if (!hit->node)
			continue;
		facts_setf(hit->node, "count", "%u", hit->count);
		if (scan_is_older_attempt(scan, hit))
			g_ptr_array_add(old, hit->node);
	}
	for (size_t i = 0; i < old->len; i++) {
		xmlUnlinkNode(old->pdata[i]);
		xmlFreeNode(old->pdata[i]);
	}
}

void scan_match_init(struct scan *scan)
{
	scan->time = g_regex_new(time_pattern, G_REGEX_NO_AUTO_CAPTURE, 0, NULL);
	scan->name = signature_regex(name_pattern, NULL);
	scan->uuid = signature_regex(uuid_pattern, NULL);
}

void scan_match_done(struct scan *scan)
{
	g_regex_unref(scan->time);
	g_regex_unref(scan->name);
	g_regex_unref(scan->uuid);
}
