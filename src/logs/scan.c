// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scan - one pass over each log for all signatures.
 *
 * The prefilter: the first four bytes of every literal, folded, index a table; at each byte of a
 * line a look into that table says whether a literal may begin there. Only a line that holds a
 * literal meets that signature's regex. Lines come from guests: of a long one only the end counts,
 * where QEMU says what was wrong, and it is made valid UTF-8 before a regex sees it.
 */
#include "logs/scan.h"

#include <errno.h>
#include <string.h>

#include "facts/facts.h"
#include "formats/readable.h"
#include "formats/untangle.h"
#include "logs/scan_state.h"
#include "rules/rules.h"
#include "source/source.h"
#include "base/xml.h"

/* What goes through syslog. Without auditd the kernel prints audit records. */
#define SYSTEM_LOG (SIGNATURE_BIT(DAEMON) | SIGNATURE_BIT(KERNEL) | SIGNATURE_BIT(AUDIT) | SIGNATURE_BIT(JOURNAL) | SIGNATURE_BIT(SWTPM))

/* Logs of the host. A path that ends in '*': each such file of its directory. */
static const struct place {
	const char *path, *name;
	unsigned int logs;
} places[] = {
	{ "/vmdoctor/error.txt", "error", SIGNATURE_BIT(ERROR) | SYSTEM_LOG | SIGNATURE_BIT(QEMU) },
	{ SOURCE_DEFINE_LOG, "daemon", SIGNATURE_BIT(DAEMON) },
	{ "/var/log/libvirt/*.log", "daemon", SIGNATURE_BIT(DAEMON) },
	{ "/var/log/audit/audit.log", "audit", SIGNATURE_BIT(AUDIT) },
	{ "/vmdoctor/audit.txt", "audit", SIGNATURE_BIT(AUDIT) }, /* what a live host has instead */
	{ "/var/log/kern.log", "kernel", SIGNATURE_BIT(KERNEL) | SIGNATURE_BIT(AUDIT) },
	{ "/var/log/syslog", "journal", SYSTEM_LOG },
	{ "/var/log/messages", "journal", SYSTEM_LOG },
	{ "/var/log/journal.txt", "journal", SYSTEM_LOG },
	{ "/vmdoctor/journal.txt", "journal", SYSTEM_LOG },
};

#define ROTATED_MAX 8 /* generations of one log */

static const char swtpm_log[] = "/var/log/swtpm/libvirt/qemu/%s-swtpm.log";

bool scan_may_read(const char *path)
{
	static const char tpm[] = "/var/log/swtpm/libvirt/qemu/";

	if (g_str_has_prefix(path, tpm))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (strncmp(path, places[i].path, strcspn(places[i].path, "*")) == 0)
			return true;
	return false;
}

unsigned int scan_kind_logs(const char *kind)
{
	if (g_strcmp0(kind, "qemu") == 0)
		return SIGNATURE_BIT(QEMU);
	if (g_strcmp0(kind, "swtpm") == 0)
		return SIGNATURE_BIT(SWTPM);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (g_strcmp0(kind, places[i].name) == 0)
			return places[i].logs & SIGNATURE_BIT(ERROR) ? 0 : places[i].logs;
	return 0;
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

static void add_wanted(struct scan *scan, const struct rule *rule, struct signature *s, const char *literal)
{
	struct wanted w = { .rule = rule, .s = s, .length = strlen(literal) };
	unsigned int *head;

	w.literal = g_strdup(literal);
	for (char *p = w.literal; *p; p++)
		*p = scan->fold[(unsigned char)*p];
	head = &scan->heads[head_of(w.literal)];
	w.next = *head;
	g_array_append_val(scan->wanted, w);
	*head = scan->wanted->len;
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

	return line->log->logs != SYSTEM_LOG || (common & ~(SIGNATURE_BIT(DAEMON) | SIGNATURE_BIT(SWTPM))) ||
	       is_of_libvirt(line->readable);
}

static bool try_wanted(struct scan *scan, const struct wanted *w, struct line *line)
{
	g_autoptr(GMatchInfo) m = NULL;
	const GRegex *regex;

	if (!line->readable)
		line->readable = readable_text(line->text, line->size);
	if (!is_of_log(w, line))
		return false;
	regex = signature_compiled(w->s);
	if (w->s->pattern && (!regex || !g_regex_match(regex, line->readable, 0, &m)))
		return false;
	scan_found(scan, w, line, m);
	return true;
}

static void find_candidates(struct scan *scan, const struct line *line)
{
	for (size_t i = 0; i < line->size; i++)
		scan->folded[i] = scan->fold[(unsigned char)line->text[i]];
	for (size_t i = 0; i + SIGNATURE_HEAD_BYTES <= line->size; i++)
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
void scan_line(struct scan *scan, struct line *line)
{
	const struct rule *done = NULL;
	const struct signature *tried = NULL; /* it may have been found by several literals */

	cut(line);
	scan->line++;
	g_array_set_size(scan->candidates, 0);
	find_candidates(scan, line);
	g_array_sort(scan->candidates, by_number);
	for (size_t i = 0; i < scan->candidates->len; i++) {
		unsigned int index = g_array_index(scan->candidates, unsigned int, i);
		const struct wanted *w = &g_array_index(scan->wanted, struct wanted, index);

		if (w->rule != done && w->s != tried && try_wanted(scan, w, line))
			done = w->rule;
		tried = w->s;
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
		goes_on = line.size > 0 && stop[-1] == '\\' && log->logs == SIGNATURE_BIT(QEMU);
		scan_note_time(scan, &line);
		if (number >= log->first && !goes_on && !continued)
			scan_line(scan, &line);
		continued = goes_on;
	}
	return number;
}

/* What was pasted, as the lines that programs once wrote. */
static unsigned int scan_pasted(struct scan *scan, const struct log *log, const char *text, size_t size)
{
	g_autoptr(GPtrArray) lines = untangle(text, size);
	unsigned int last = 0;

	for (guint i = 0; i < lines->len; i++) {
		const struct text_line *l = lines->pdata[i];

		scan_line(scan, &(struct line){ .log = log, .text = l->text, .size = strlen(l->text), .number = l->number });
		last = l->number;
	}
	scan_unwrapped(scan, log, lines);
	return last;
}

/* A message in another language was turned back beside what was pasted; lines are the same. */
static int read_log(struct source *src, const struct log *log, char **ret_text, size_t *ret_size)
{
	if (log->logs & SIGNATURE_BIT(ERROR) &&
	    source_read(src, "/vmdoctor/error.original.txt", ret_text, ret_size) >= 0)
		return 0;
	return source_read(src, log->path, ret_text, ret_size);
}

static void scan_file(struct scan *scan, struct source *src, struct log *log)
{
	g_autofree char *text = NULL;
	size_t size = 0;
	int r = read_log(src, log, &text, &size);
	bool is_error = log->logs & SIGNATURE_BIT(ERROR);
	xmlNode *fact;

	if (r == -ENOENT || r == -ENODATA || r == -ENOTDIR)
		return;
	fact = facts_add(log->vm ? log->vm : scan->host, "log");
	facts_set(fact, "kind", log->name);
	facts_from(fact, log->path, 0);
	if (facts_error(fact, r))
		return;
	if (is_error) {
		g_autofree char *readable = readable_text(text, MIN(size, TEXT_CAP_BYTES));
		xmlNode *vm = scan_vm_named(scan, readable);

		log->vm = vm ? vm : scan->only;
	}
	facts_setf(fact, "lines", "%u", (is_error ? scan_pasted : scan_text)(scan, log, text, size));
	if (!is_error && scan_is_wrapped(log, text, size)) {
		g_autoptr(GPtrArray) lines = untangle(text, size);

		scan_unwrapped(scan, log, lines);
	}
}

/* What logrotate or virtlogd moved aside, when the user asks for times that may lie there */

/* NAME.1, NAME-20260101; what is compressed is not read. */
static bool is_rotated(const char *name, const char *of)
{
	size_t n = strlen(of);

	return strncmp(name, of, n) == 0 && (name[n] == '.' || name[n] == '-') &&
	       strspn(name + n + 1, "0123456789") == strlen(name + n + 1) && name[n + 1];
}

static void scan_rotated(struct scan *scan, struct source *src, const struct log *log)
{
	g_autofree char *dir = g_path_get_dirname(log->path);
	g_autofree char *of = g_path_get_basename(log->path);
	g_auto(GStrv) names = NULL;
	unsigned int read = 0;

	if (!scan->since_s || log->logs & SIGNATURE_BIT(ERROR) || source_list(src, dir, &names) < 0)
		return;
	for (size_t i = 0; names[i] && read < ROTATED_MAX; i++) {
		g_autofree char *path = g_build_filename(dir, names[i], NULL);
		struct log old = *log;

		if (!is_rotated(names[i], of))
			continue;
		old.path = path;
		old.first = 0;
		scan_file(scan, src, &old);
		read++;
	}
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

		if (!g_str_has_suffix(names[i], star + 1))
			continue;
		scan_file(scan, src, &log);
		scan_rotated(scan, src, &log);
	}
}

static void scan_host(struct scan *scan, struct source *src)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		struct log log = { .path = places[i].path, .name = places[i].name,
				   .logs = places[i].logs };

		if (strchr(places[i].path, '*')) {
			scan_directory(scan, src, &places[i]);
		} else {
			scan_file(scan, src, &log);
			scan_rotated(scan, src, &log);
		}
	}
}

static void scan_vm(struct scan *scan, struct source *src, xmlNode *vm)
{
	const char *path = facts_get(xml_child(vm, "qemu-log"), "from");
	const char *start = facts_get(facts_find(vm, "qemu-log/start"), "line");
	const char *name = facts_get(vm, "name");
	struct log qemu = { .path = path, .name = "qemu", .logs = SIGNATURE_BIT(QEMU), .vm = vm,
			    .first = start ? (unsigned int)(int)g_ascii_strtoll(start, NULL, 10) : 0 };
	g_autofree char *tpm_path = g_strdup_printf(swtpm_log, name);
	g_autofree char *dir = path ? g_path_get_dirname(path) : NULL;
	g_autofree char *session = g_strdup_printf("%s/%s-swtpm.log", dir ? dir : "", name);
	struct log tpm = { .path = tpm_path, .name = "swtpm", .logs = SIGNATURE_BIT(SWTPM), .vm = vm };

	if (strchr(name, '/'))
		return;
	if (scan->since_s) /* what was before the last start may be what is asked for */
		qemu.first = 0;
	if (path) {
		scan_file(scan, src, &qemu);
		scan_rotated(scan, src, &qemu);
	}
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
		scan_know_failures(scan, vm);
		g_hash_table_insert(scan->vms, g_strdup(facts_get(vm, "name")), vm);
		if (uuid)
			g_hash_table_insert(scan->vms, g_ascii_strdown(uuid, -1), vm);
	}
	scan_failures_sort(scan);
	scan->is_partial = all && (int)g_ascii_strtoll(all, NULL, 10) > (int)vms;
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
	scan->failures = scan_failures_new();
	scan->host = facts_host(facts);
	scan_match_init(scan);
	scan->clock_s = seconds_of(facts, "seconds");
	scan->since_s = seconds_of(facts, "since");
	scan->until_s = seconds_of(facts, "until");
	know_vms(scan, xmlDocGetRootElement(facts));
	for (size_t i = 0; i < rules->len; i++) {
		const struct rule *rule = rules->pdata[i];

		for (size_t n = 0; n < rule->logs->len; n++) {
			struct signature *s = rule->logs->pdata[n];

			for (size_t k = 0; s->literals[k]; k++)
				add_wanted(scan, rule, s, s->literals[k]);
		}
	}
}

static void scan_done(struct scan *scan)
{
	scan_finish(scan);
	g_array_unref(scan->wanted);
	g_free(scan->heads);
	g_array_unref(scan->candidates);
	g_hash_table_unref(scan->hits);
	g_hash_table_unref(scan->vms);
	g_hash_table_unref(scan->paths);
	g_array_unref(scan->failures);
	scan_match_done(scan);
	g_free(scan);
}

void scan_logs(GPtrArray *rules, struct source *src, xmlDoc *facts)
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
