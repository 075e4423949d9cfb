// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * signature - one pass over each log for all signatures.
 *
 * The prefilter: the first four bytes of every literal, folded, index a table; at each byte of a
 * line a look into that table says whether a literal may begin there. Only a line that holds a
 * literal meets that signature's regex. Lines come from guests: of a long one only the end counts,
 * where QEMU says what was wrong, and it is made valid UTF-8 before a regex sees it.
 */
#include "signature.h"

#include <errno.h>
#include <string.h>

#include "facts.h"
#include "rules.h"
#include "source.h"
#include "xml.h"

#define LINE_CAP_BYTES 4096 /* a search may take the square of it */
#define TEXT_CAP_BYTES 16384 /* of a pasted text as a whole */
#define TEXT_CAP_CHARS 400
#define HEAD_BYTES 4   /* of a literal, in the table */
#define MATCH_LIMIT "200000" /* steps, see pcre2pattern(3); a line of 2 KiB takes up to 20000 */
#define DISTINCT_MAX 8 /* matches of one rule in one scope */
/* A failure of the last day is worth a look; older ones are mended or known. */
#define WINDOW_S (24 * 3600)
#define MESSAGE_LINES_MAX 5
#define ATTEMPT_S 60   /* messages of one attempt to start come within this time */
#define STAMP_CHARS 26 /* 2026-11-21T07:23:48.856505 */

static const char *const log_names[SIGNATURE_LOG_MAX_] = {
	[SIGNATURE_QEMU] = "qemu",     [SIGNATURE_DAEMON] = "daemon",
	[SIGNATURE_KERNEL] = "kernel", [SIGNATURE_AUDIT] = "audit",
	[SIGNATURE_JOURNAL] = "journal", [SIGNATURE_SWTPM] = "swtpm",
	[SIGNATURE_ERROR] = "error",
};

#define BIT(log) (1u << SIGNATURE_##log)
/* What goes through syslog. Without auditd the kernel prints audit records. */
#define SYSTEM_LOG (BIT(DAEMON) | BIT(KERNEL) | BIT(AUDIT) | BIT(JOURNAL) | BIT(SWTPM))

/* Logs of the host. A path that ends in '*': each such file of its directory. */
static const struct place {
	const char *path, *name;
	unsigned int logs;
} places[] = {
	{ "/vmdoctor/error.txt", "error", BIT(ERROR) | SYSTEM_LOG | BIT(QEMU) },
	{ "/var/log/libvirt/*.log", "daemon", BIT(DAEMON) },
	{ "/var/log/audit/audit.log", "audit", BIT(AUDIT) },
	{ "/var/log/kern.log", "kernel", BIT(KERNEL) | BIT(AUDIT) },
	{ "/var/log/syslog", "journal", SYSTEM_LOG },
	{ "/var/log/messages", "journal", SYSTEM_LOG },
	{ "/var/log/journal.txt", "journal", SYSTEM_LOG },
	{ "/vmdoctor/journal.txt", "journal", SYSTEM_LOG },
};

static const char swtpm_log[] = "/var/log/swtpm/libvirt/qemu/%s-swtpm.log";

static const char time_pattern[] =
	"^(type=\\w+ msg=)?audit\\((?<epoch>\\d+)\\.\\d+:"
	"|^(?<day>\\d{4}-\\d\\d-\\d\\d)[ T](?<time>\\d\\d:\\d\\d:\\d\\d([.,]\\d+)?) ?(?<zone>Z|[+-]\\d\\d:?\\d\\d)?"
	"|^(?<old>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d)";
static const char name_pattern[] = "'(?<a>[^']{1,255})'|\\b(guest|vm|domain|name)[= ](?<a>[^\\s,']+)";
static const char uuid_pattern[] = "(?<a>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})";

/* A signature of a rule, ready to be looked for. */
struct wanted {
	const struct rule *rule;
	const struct signature *s;
	char *literal; /* folded */
	size_t length;
	unsigned int next; /* of the same head; 0: none, else index + 1 */
	unsigned int seen; /* number of the line that last held its literal */
};

/* One match fact while it grows. */
struct hit {
	xmlNode *node;
	unsigned int count;
	unsigned int distinct; /* in the first of a rule and scope only */
	int64_t last_s;	       /* when the last was written; 0: not known */
};

struct scan {
	GArray *wanted;	      /* of struct wanted */
	unsigned int *heads;  /* hash of a head -> index + 1 */
	GArray *candidates;   /* indices into wanted whose literal the line holds */
	GHashTable *hits;     /* "rule scope group" -> struct hit */
	GHashTable *vms;      /* name and UUID -> vm */
	GHashTable *paths;    /* of the images and kernels of vms -> vm */
	xmlNode *host, *only; /* only: the vm, when there is one */
	GRegex *time, *name, *uuid;
	int64_t clock_s;   /* 0: not known */
	int64_t since_s, until_s; /* what the user asked for; 0: nothing */
	struct source *src;
	bool is_partial; /* there are more domains than those looked at */
	unsigned int line; /* ever growing number of the text being looked at */
	char fold[256];
	char folded[TEXT_CAP_BYTES];
};

/* What is being read. */
struct log {
	const char *path, *name;
	unsigned int logs;
	xmlNode *vm;	    /* whose log it is, or NULL */
	unsigned int first; /* line to begin with */
	bool whole;	    /* a text that is tried as a whole: only what no line had */
};

struct line {
	const struct log *log;
	const char *begin; /* of the whole text; NULL: there is nothing above */
	const char *text;
	size_t size;
	unsigned int number;
	char *readable; /* made when first wanted */
};

/* Signatures */

static unsigned int parse_logs(const char *words, GError **error)
{
	g_auto(GStrv) list = g_strsplit(words ? words : "", " ", 0);
	unsigned int logs = BIT(ERROR);

	for (size_t i = 0; list[i]; i++) {
		unsigned int n = 0;

		while (n < SIGNATURE_LOG_MAX_ && strcmp(log_names[n], list[i]) != 0)
			n++;
		if (n == SIGNATURE_LOG_MAX_ && *list[i]) {
			g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
				    "there is no log '%s'", list[i]);
			return 0;
		}
		if (*list[i])
			logs |= 1u << n;
	}
	return logs;
}

/* The names in "(?<name>…", each once. */
static GStrv group_names(const char *regex)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *p = regex;

	while (p && (p = strstr(p, "(?<"))) {
		size_t n = strspn(p += 3, G_CSET_a_2_z G_CSET_DIGITS);
		g_autofree char *name = g_strndup(p, n);

		if (n > 0 && p[n] == '>' &&
		    !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			g_ptr_array_add(names, g_steal_pointer(&name));
	}
	g_ptr_array_add(names, NULL);
	return (GStrv)g_ptr_array_steal(names, NULL);
}

/* A pattern that a hostile line leads into endless search gives up: no match. */
static GRegex *regex_new(const char *pattern, GError **error)
{
	g_autofree char *limited = g_strconcat("(*LIMIT_MATCH=" MATCH_LIMIT ")", pattern, NULL);

	return g_regex_new(limited, G_REGEX_CASELESS | G_REGEX_DUPNAMES | G_REGEX_NO_AUTO_CAPTURE, 0,
			   error);
}

struct signature *signature_new(const char *logs, const char *literal, const char *regex,
				GError **error)
{
	unsigned int bits = parse_logs(logs, error);
	g_autoptr(GRegex) compiled = bits && regex ? regex_new(regex, error) : NULL;
	struct signature *s;

	if (!bits || (regex && !compiled))
		return NULL;
	if (!literal || strlen(literal) < HEAD_BYTES) {
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
			    "the literal needs at least %d bytes", HEAD_BYTES);
		return NULL;
	}
	s = g_new0(struct signature, 1);
	*s = (struct signature){ bits, g_strdup(literal), g_steal_pointer(&compiled),
				 group_names(regex) };
	return s;
}

void signature_free(struct signature *s)
{
	g_free(s->literal);
	g_clear_pointer(&s->regex, g_regex_unref);
	g_strfreev(s->groups);
	g_free(s);
}

/* Prefilter */

static void fold_init(char fold[256])
{
	for (int c = 0; c < 256; c++)
		fold[c] = c == '"' || c == '`' ? '\'' : g_ascii_tolower((char)c);
}

static unsigned int head_of(const char *folded)
{
	uint32_t head;

	memcpy(&head, folded, sizeof(head));
	return (head * 2654435761u) >> 16; /* Knuth's multiplicative hash */
}

static void add_wanted(struct scan *scan, const struct rule *rule, const struct signature *s)
{
	struct wanted w = { .rule = rule, .s = s, .length = strlen(s->literal) };
	unsigned int *head;

	w.literal = g_strdup(s->literal);
	for (char *p = w.literal; *p; p++)
		*p = scan->fold[(unsigned char)*p];
	head = &scan->heads[head_of(w.literal)];
	w.next = *head;
	g_array_append_val(scan->wanted, w);
	*head = scan->wanted->len;
}

/* What a line says */

static bool is_quote(gunichar c)
{
	return c == '"' || c == '`' || c == 0xb4 || c == 0xab || c == 0xbb ||
	       (c >= 0x2018 && c <= 0x201f);
}

/* Valid UTF-8 without control bytes, and with one kind of quote. */
static char *make_readable(const char *bytes, size_t size)
{
	GString *out = g_string_sized_new(size);
	const char *p = bytes, *end = bytes + size;

	while (p < end) {
		gunichar c = g_utf8_get_char_validated(p, end - p);
		bool bad = c == (gunichar)-1 || c == (gunichar)-2;

		if (bad || (c < ' ' && c != '\t'))
			g_string_append_c(out, bad ? '?' : ' ');
		else if (is_quote(c))
			g_string_append_c(out, '\'');
		else
			g_string_append_unichar(out, c);
		p = bad || !c ? p + 1 : g_utf8_next_char(p);
	}
	return g_string_free(out, FALSE);
}

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

static int64_t iso_time(const GMatchInfo *m)
{
	g_autofree char *day = g_match_info_fetch_named(m, "day");
	g_autofree char *time = g_match_info_fetch_named(m, "time");
	g_autofree char *zone = g_match_info_fetch_named(m, "zone");
	g_autofree char *iso = g_strdup_printf("%sT%s%s", day, time, zone && *zone ? zone : "Z");
	g_autoptr(GDateTime) t = g_date_time_new_from_iso8601(iso, NULL);

	return t ? g_date_time_to_unix(t) : 0;
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
	return day && *day ? iso_time(m) : old_time(old, scan->clock_s);
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

/* The domain that @text names first, or NULL. */
static xmlNode *vm_named(const struct scan *scan, const char *text)
{
	xmlNode *vm = NULL;

	if (g_hash_table_size(scan->vms) > 0 && !(vm = vm_by(scan, scan->name, text)))
		vm = vm_by(scan, scan->uuid, text);
	return vm;
}

/* Over before the domain's present life began, or its last good one ended: that start went well. */
static bool is_past(const struct scan *scan, const xmlNode *vm, int64_t written_s)
{
	const char *start = facts_get(facts_find(vm, "qemu-log/start"), "time");
	const char *ended = facts_get(xml_child(vm, "qemu-log"), "last-good-end");
	bool active = g_strcmp0(facts_get(vm, "active"), "yes") == 0;
	const char *since = active ? start : ended;
	g_autofree char *text = NULL;

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
	xmlNode *vm = line->log->vm ? line->log->vm : vm_named(scan, line->readable);

	if (!vm)
		vm = vm_with_path(scan, w, m);
	if (!vm)
		vm = vm_quoted(scan, line);
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

	if (!(line->log->logs & BIT(DAEMON)) || *p == '[')
		return 0; /* "[ 12.5]" is a time, too, if none of the calendar */
	for (int i = 0; i < MESSAGE_LINES_MAX && !written_s && line->begin && p > line->begin; i++) {
		const char *end = p - 1; /* the newline */

		p = end;
		while (p > line->begin && p[-1] != '\n')
			p--;
		g_autofree char *readable = make_readable(p, MIN((size_t)(end - p), LINE_CAP_BYTES));
		g_autofree char *time = NULL;

		written_s = time_of(scan, readable, &time);
	}
	return written_s;
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

static void found(struct scan *scan, const struct wanted *w, const struct line *line,
		  const GMatchInfo *m)
{
	xmlNode *scope = scope_of(scan, w, line, m);
	g_autofree char *time = NULL;
	int64_t own_s = time_of(scan, line->readable, &time);
	int64_t written_s = own_s ? own_s : time_above(scan, line);
	bool lasting = line->log->logs & (BIT(QEMU) | BIT(ERROR));
	struct hit *hit;

	if (written_s && (!lasting || (scan->since_s && line->log->logs & BIT(QEMU))) &&
	    is_outside(scan, written_s))
		return;
	if (!lasting && !scan->since_s && written_s && is_past(scan, scope, written_s))
		return;
	if (!lasting && scope == scan->host && is_foreign(scan, w, m))
		return;
	hit = hit_for(scan, scope, w, line, m);
	if (!hit)
		return;
	hit->count++;
	hit->last_s = written_s;
	if (time && hit->count == 1)
		facts_set(hit->node, "first", time);
	facts_set(hit->node, "last", time);
}

/* In a log of all programs, is this a line of libvirt's or QEMU's? */
static bool is_of_libvirt(const char *text)
{
	static const char *const programs[] = { "libvirt", "qemu",	"virtnetworkd", "virtstoraged",
						"swtpm",   "virtlogd",	"virtnodedevd", "virtlockd",
						"virt-",   "virtproxyd" };

	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
		if (strstr(text, programs[i]))
			return true;
	return false;
}

static bool is_of_log(const struct wanted *w, const struct line *line)
{
	unsigned int common = w->s->logs & line->log->logs;

	return line->log->logs != SYSTEM_LOG || (common & ~(BIT(DAEMON) | BIT(SWTPM))) ||
	       is_of_libvirt(line->readable);
}

static bool try_wanted(struct scan *scan, const struct wanted *w, struct line *line)
{
	g_autoptr(GMatchInfo) m = NULL;

	if (!line->readable)
		line->readable = make_readable(line->text, line->size);
	if (!is_of_log(w, line))
		return false;
	if (w->s->regex && !g_regex_match(w->s->regex, line->readable, 0, &m))
		return false;
	found(scan, w, line, m);
	return true;
}

static void find_candidates(struct scan *scan, const struct line *line)
{
	for (size_t i = 0; i < line->size; i++)
		scan->folded[i] = scan->fold[(unsigned char)line->text[i]];
	for (size_t i = 0; i + HEAD_BYTES <= line->size; i++)
		for (unsigned int n = scan->heads[head_of(scan->folded + i)]; n > 0;) {
			unsigned int index = n - 1;
			struct wanted *w = &g_array_index(scan->wanted, struct wanted, index);

			n = w->next;
			if (w->seen == scan->line || !(w->s->logs & line->log->logs) ||
			    w->length > line->size - i ||
			    memcmp(scan->folded + i, w->literal, w->length) != 0)
				continue;
			w->seen = scan->line;
			g_array_append_val(scan->candidates, index);
		}
}

static int by_number(gconstpointer a, gconstpointer b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static void cut(struct line *line)
{
	size_t cap = line->log->whole ? TEXT_CAP_BYTES : LINE_CAP_BYTES;
	size_t over = line->size > cap ? line->size - cap : 0;

	line->text += over;
	line->size -= over;
}

/* Of a rule's signatures the first that matches the line counts, in the order of the rule. */
static void scan_line(struct scan *scan, struct line *line)
{
	const struct rule *done = NULL;

	cut(line);
	scan->line++;
	g_array_set_size(scan->candidates, 0);
	find_candidates(scan, line);
	g_array_sort(scan->candidates, by_number);
	for (size_t i = 0; i < scan->candidates->len; i++) {
		unsigned int index = g_array_index(scan->candidates, unsigned int, i);
		const struct wanted *w = &g_array_index(scan->wanted, struct wanted, index);

		if (w->rule != done && try_wanted(scan, w, line))
			done = w->rule;
	}
	g_clear_pointer(&line->readable, g_free);
}

/* The command line in a QEMU log holds what the XML says, not what happened. */
static unsigned int scan_text(struct scan *scan, const struct log *log, const char *text, size_t size)
{
	const char *end = text + size;
	unsigned int number = 0;
	bool continued = false;

	for (const char *p = text, *next; p < end; p = next) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct line line = { .log = log, .begin = text, .text = p, .number = number + 1 };
		bool goes_on;

		number++;
		stop = stop ? stop : end;
		next = stop + 1;
		line.size = (size_t)(stop - p);
		goes_on = line.size > 0 && stop[-1] == '\\' && log->logs == BIT(QEMU);
		if (number >= log->first && !goes_on && !continued)
			scan_line(scan, &line);
		continued = goes_on;
	}
	return number;
}

/* Pasted text is wrapped where a window ended: between words, or inside one. */
static void scan_unwrapped(struct scan *scan, const struct log *log, const char *text, size_t size)
{
	const struct log whole = { .path = log->path, .name = log->name, .logs = log->logs,
				   .vm = log->vm, .whole = true };
	g_autofree char *spaced = g_malloc(size + 1), *joined = g_malloc(size + 1);
	size_t n = 0, k = 0;

	for (size_t i = 0; i < size; i++) {
		bool blank = strchr(" \t\r\n", text[i]) != NULL;

		if (!blank || (n > 0 && spaced[n - 1] != ' '))
			spaced[n++] = blank ? ' ' : text[i];
		if (text[i] != '\n' && text[i] != '\r')
			joined[k++] = text[i];
	}
	scan_line(scan, &(struct line){ .log = &whole, .text = spaced, .size = n });
	scan_line(scan, &(struct line){ .log = &whole, .text = joined, .size = k });
}

static void scan_file(struct scan *scan, struct source *src, struct log *log)
{
	g_autofree char *text = NULL;
	size_t size = 0;
	int r = source_read(src, log->path, &text, &size);
	bool is_error = log->logs & BIT(ERROR);
	xmlNode *fact;

	if (r == -ENOENT || r == -ENODATA || r == -ENOTDIR)
		return;
	fact = facts_add(log->vm ? log->vm : scan->host, "log");
	facts_set(fact, "kind", log->name);
	facts_from(fact, log->path, 0);
	if (facts_error(fact, r))
		return;
	if (is_error) {
		g_autofree char *readable = make_readable(text, MIN(size, TEXT_CAP_BYTES));
		xmlNode *vm = vm_named(scan, readable);

		log->vm = vm ? vm : scan->only;
	}
	facts_setf(fact, "lines", "%u", scan_text(scan, log, text, size));
	if (is_error)
		scan_unwrapped(scan, log, text, size);
}

/* Places */

static void scan_directory(struct scan *scan, struct source *src, const struct place *place)
{
	const char *star = strchr(place->path, '*');
	g_autofree char *dir = g_path_get_dirname(place->path);
	g_auto(GStrv) names = NULL;
	int r = source_list(src, dir, &names);

	for (size_t i = 0; r == 0 && names[i]; i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);
		struct log log = { .path = path, .name = place->name, .logs = place->logs };

		if (g_str_has_suffix(names[i], star + 1))
			scan_file(scan, src, &log);
	}
}

static void scan_host(struct scan *scan, struct source *src)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		struct log log = { .path = places[i].path, .name = places[i].name,
				   .logs = places[i].logs };

		if (strchr(places[i].path, '*'))
			scan_directory(scan, src, &places[i]);
		else
			scan_file(scan, src, &log);
	}
}

static void scan_vm(struct scan *scan, struct source *src, xmlNode *vm)
{
	const char *path = facts_get(xml_child(vm, "qemu-log"), "from");
	const char *start = facts_get(facts_find(vm, "qemu-log/start"), "line");
	const char *name = facts_get(vm, "name");
	struct log qemu = { .path = path, .name = "qemu", .logs = BIT(QEMU), .vm = vm,
			    .first = start ? (unsigned int)digits(start) : 0 };
	g_autofree char *tpm_path = g_strdup_printf(swtpm_log, name);
	g_autofree char *dir = path ? g_path_get_dirname(path) : NULL;
	g_autofree char *session = g_strdup_printf("%s/%s-swtpm.log", dir ? dir : "", name);
	struct log tpm = { .path = tpm_path, .name = "swtpm", .logs = BIT(SWTPM), .vm = vm };

	if (strchr(name, '/'))
		return;
	if (path)
		scan_file(scan, src, &qemu);
	scan_file(scan, src, &tpm);
	tpm.path = session;
	if (path)
		scan_file(scan, src, &tpm);
}

static void wanted_clear(void *p)
{
	g_free(((struct wanted *)p)->literal);
}

static void know_paths(struct scan *scan, xmlNode *vm)
{
	for (const xmlNode *n = xml_child(vm, "image"); n; n = xml_next(n, "image"))
		g_hash_table_insert(scan->paths, g_strdup(facts_get(n, "path")), vm);
	for (const xmlNode *n = xml_child(vm, "access"); n; n = xml_next(n, "access"))
		if (facts_get(n, "path"))
			g_hash_table_insert(scan->paths, g_strdup(facts_get(n, "path")), vm);
}

static void know_vms(struct scan *scan, const xmlNode *root)
{
	const char *all = facts_get(root, "domains");
	unsigned int vms = 0;

	for (xmlNode *vm = xml_child(root, "vm"); vm; vm = xml_next(vm, "vm")) {
		const char *uuid = facts_get(vm, "uuid");

		scan->only = vms++ ? NULL : vm;
		know_paths(scan, vm);
		g_hash_table_insert(scan->vms, g_strdup(facts_get(vm, "name")), vm);
		if (uuid)
			g_hash_table_insert(scan->vms, g_ascii_strdown(uuid, -1), vm);
	}
	scan->is_partial = all && digits(all) > (int)vms;
}

/* Of the clock; 0: not known, or not asked for. */
static int64_t seconds_of(xmlDoc *facts, const char *attr)
{
	const char *text = facts_get(xml_child(facts_host(facts), "clock"), attr);

	return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static void scan_init(struct scan *scan, GPtrArray *rules, xmlDoc *facts)
{
	fold_init(scan->fold);
	scan->wanted = g_array_new(FALSE, FALSE, sizeof(struct wanted));
	g_array_set_clear_func(scan->wanted, wanted_clear);
	scan->heads = g_new0(unsigned int, 1 << 16);
	scan->candidates = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	scan->hits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	scan->vms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	scan->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	scan->host = facts_host(facts);
	scan->time = g_regex_new(time_pattern, G_REGEX_NO_AUTO_CAPTURE, 0, NULL);
	scan->name = regex_new(name_pattern, NULL);
	scan->uuid = regex_new(uuid_pattern, NULL);
	scan->clock_s = seconds_of(facts, "seconds");
	scan->since_s = seconds_of(facts, "since");
	scan->until_s = seconds_of(facts, "until");
	know_vms(scan, xmlDocGetRootElement(facts));
	for (size_t i = 0; i < rules->len; i++) {
		const struct rule *rule = rules->pdata[i];

		for (size_t n = 0; n < rule->logs->len; n++)
			add_wanted(scan, rule, rule->logs->pdata[n]);
	}
}

/* When the newest match about @vm was written. */
static int64_t newest_of(const struct scan *scan, const xmlNode *vm)
{
	GHashTableIter it;
	gpointer p;
	int64_t newest_s = 0;

	g_hash_table_iter_init(&it, scan->hits);
	while (g_hash_table_iter_next(&it, NULL, &p)) {
		const struct hit *hit = p;

		if (hit->node && hit->node->parent == vm)
			newest_s = MAX(newest_s, hit->last_s);
	}
	return newest_s;
}

/* Of a domain that is off, the last attempt counts: what failed before it may be mended. */
static bool is_older_attempt(const struct scan *scan, const struct hit *hit)
{
	const xmlNode *vm = hit->node->parent;

	return vm != scan->host && !scan->since_s && hit->last_s &&
	       g_strcmp0(facts_get(vm, "active"), "no") == 0 &&
	       hit->last_s < newest_of(scan, vm) - ATTEMPT_S;
}

static void finish_hits(struct scan *scan)
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
		if (is_older_attempt(scan, hit))
			g_ptr_array_add(old, hit->node);
	}
	for (size_t i = 0; i < old->len; i++) {
		xmlUnlinkNode(old->pdata[i]);
		xmlFreeNode(old->pdata[i]);
	}
}

static void scan_done(struct scan *scan)
{
	finish_hits(scan);
	g_array_unref(scan->wanted);
	g_free(scan->heads);
	g_array_unref(scan->candidates);
	g_hash_table_unref(scan->hits);
	g_hash_table_unref(scan->vms);
	g_hash_table_unref(scan->paths);
	g_regex_unref(scan->time);
	g_regex_unref(scan->name);
	g_regex_unref(scan->uuid);
	g_free(scan);
}

void signature_scan(GPtrArray *rules, struct source *src, xmlDoc *facts)
{
	struct scan *scan = g_new0(struct scan, 1);

	scan_init(scan, rules, facts);
	scan->src = src;
	if (scan->wanted->len > 0) {
		scan_host(scan, src);
		for (xmlNode *vm = xml_child(xmlDocGetRootElement(facts), "vm"); vm;
		     vm = xml_next(vm, "vm"))
			scan_vm(scan, src, vm);
	}
	scan_done(scan);
}

void signature_reads(GString *out)
{
	g_string_append(out, "logs: messages that rules know\n");
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		g_string_append_printf(out, "    %s\n", places[i].path);
	g_string_append(out, "    /var/log/libvirt/qemu/*\n    /var/log/swtpm/libvirt/qemu/*\n");
}
