// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * message - what the user saw, opened; and the state of what it names
 *
 * Writes, below /facts/host:
 *   message @program @code @function @option @argument @command @child @status @of-domain (envelope.h)
 *           @errno (name of the errno whose text it holds) @asked (asked.h) @weight (how much it is a failure's message)
 *           @chosen ("yes": of all, the one that says most)
 *     said  the innermost sentence
 *     named @kind @value @place (of a path: what it is for, asked.h) @state ("there", "not there"; else @error)
 *           @mode @owner @group @type @driver @link-state @program   as far as they are known; its text: as ls -l
 *   complaint @symptom  what the text complains about, in a person's words
 *   text-domain @name  the one domain that the text names
 *   refusal  what libvirt says to a domain's XML that is about to be defined
 * At most MESSAGES_MAX, those of most weight, in the order of the text.
 */
#include "checks/check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/errname.h"
#include "formats/asked.h"
#include "formats/envelope.h"
#include "formats/readable.h"
#include "formats/untangle.h"
#include "rules/complaint.h"
#include "source/usb.h"

#define TEXT "/vmdoctor/error.txt"
#define ORIGINALS "/vmdoctor/error.original.txt" /* the same in English, where it was in another language */
#define PASTED "/vmdoctor/pasted.tsv"
#define LINKS "/vmdoctor/net/link.json"
#define MESSAGES_MAX 24
#define LINES_MAX 4000 /* of the text: its end counts */
#define LINE_CAP_BYTES 4096
#define COMPLAINT_MAX_BYTES (64u << 10) /* more is not looked at, see complaint_symptom() */

static const char *const reads[] = {
	TEXT, ORIGINALS, SOURCE_DEFINE_LOG, PASTED, LINKS, "image:", "/vmdoctor/libvirt/netinfo/*", "/vmdoctor/libvirt/poolinfo/*", "/etc/passwd", "/etc/group", "/sys/bus/pci/devices/*", "/proc/*/comm",
	"/etc/systemd/system/*", "/run/systemd/system/*", "/usr/lib/systemd/system/*", "/lib/systemd/system/*", "/sys/bus/usb/devices*", NULL,
};

/* What a message names, looked up */

/* Source: passwd(5), group(5): NAME:x:ID:… */
static char *name_of_id(struct source *src, const char *file, unsigned int id)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	lines = source_read(src, file, &text, NULL) < 0 ? g_new0(char *, 1) : g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) fields = g_strsplit(lines[i], ":", 4);

		if (g_strv_length(fields) > 2 && *fields[2] && g_ascii_strtoull(fields[2], NULL, 10) == id)
			return g_strdup(fields[0]);
	}
	return g_strdup_printf("%u", id);
}

static const char *type_of(unsigned int mode)
{
	return S_ISDIR(mode)  ? "directory" :
	       S_ISBLK(mode)  ? "block device" :
	       S_ISCHR(mode)  ? "character device" :
	       S_ISSOCK(mode) ? "socket" :
	       S_ISFIFO(mode) ? "pipe" :
				"file";
}

static void set_state(xmlNode *named, int r)
{
	facts_set(named, "state", r >= 0 ? "there" : r == -ENOENT || r == -ENOTDIR ? "not there" : NULL);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		facts_error(named, r);
}

/* As ls -l has it; "rwx" for user, group and others. */
static void add_listing(xmlNode *named, const struct source_stat *st, const char *owner, const char *group,
			const char *path)
{
	static const char letters[] = "rwxrwxrwx";
	char mode[] = "?rwxrwxrwx";
	g_autofree char *text = NULL;

	mode[0] = S_ISDIR(st->mode) ? 'd' : S_ISBLK(st->mode) ? 'b' : S_ISCHR(st->mode) ? 'c' : S_ISSOCK(st->mode) ? 's' :
		  S_ISFIFO(st->mode) ? 'p' : '-';
	for (unsigned int i = 0; i < strlen(letters); i++)
		mode[i + 1] = st->mode & (0400u >> i) ? letters[i] : '-';
	text = g_strdup_printf("%s %s %s %s", mode, owner, group, path);
	facts_from(named, path, 0);
	facts_text(named, text);
}

static void look_up_path(struct source *src, xmlNode *named, const char *path)
{
	struct source_stat st = { 0 };
	int r = source_stat(src, path, &st);

	set_state(named, r);
	if (r < 0)
		return;
	g_autofree char *owner = name_of_id(src, "/etc/passwd", st.uid), *group = name_of_id(src, "/etc/group", st.gid);

	facts_setf(named, "mode", "%04o", st.mode & 07777);
	facts_set(named, "type", type_of(st.mode));
	facts_set(named, "owner", owner);
	facts_set(named, "group", group);
	facts_set(named, "label", st.label);
	add_listing(named, &st, owner, group, path);
	source_stat_done(&st);
}

/* Source: sysfs: the driver is a link to its directory. */
static void look_up_pci(struct source *src, xmlNode *named, const char *address)
{
	const char *domain = strlen(address) < strlen("0000:00:00.0") ? "0000:" : "";
	g_autofree char *dir = g_strdup_printf("/sys/bus/pci/devices/%s%s", domain, address);
	g_autofree char *driver_link = g_strdup_printf("%s/driver", dir), *driver = NULL;
	struct source_stat st = { 0 };
	int r = source_stat(src, dir, &st);

	set_state(named, r);
	source_stat_done(&st);
	if (r >= 0 && source_link(src, driver_link, &driver) == 0)
		facts_set(named, "driver", strrchr(driver, '/') ? strrchr(driver, '/') + 1 : driver);
}

static void look_up_interface(struct source *src, xmlNode *named, const char *name)
{
	auto_free(facts) xmlDoc *scratch = facts_new();
	xmlNode *net = facts_json(facts_host(scratch), "net", src, LINKS);
	const xmlNode *link = facts_child(net, "link", "name", name);
	int r = facts_get(net, "error") ? -errname_parse(facts_get(net, "error")) : link ? 0 : -ENOENT;

	set_state(named, r);
	if (link) {
		facts_set(named, "type", facts_get(link, "kind"));
		facts_set(named, "link-state", facts_is(link, "up", "no") ? "down" : facts_is(link, "carrier", "no") ? "no carrier" : "up");
	}
}

/* Source: NAME.json of netinfo or poolinfo, what libvirt says of it. */
static void look_up_object(struct source *src, xmlNode *named, const char *kind, const char *word, const char *name)
{
	auto_free(facts) xmlDoc *scratch = facts_new();
	g_autofree char *file = source_path_escape(name);
	g_autofree char *path = g_strdup_printf("/vmdoctor/libvirt/%s/%s.json", kind, file);
	const xmlNode *info = facts_json(facts_host(scratch), "info", src, path);
	int r = facts_get(info, "error") ? -errname_parse(facts_get(info, "error")) : 0;
	g_autofree char *text = g_strdup_printf("%s %s: %s", word, name, facts_is(info, "active", "yes") ? "active" : "inactive");

	set_state(named, r);
	if (r < 0)
		return;
	facts_from(named, path, 0);
	facts_text(named, text);
}

static void look_up_network(struct source *src, xmlNode *named, const char *name)
{
	look_up_object(src, named, "netinfo", "network", name);
}

static void look_up_pool(struct source *src, xmlNode *named, const char *name)
{
	look_up_object(src, named, "poolinfo", "pool", name);
}

static void look_up_pid(struct source *src, xmlNode *named, const char *pid)
{
	g_autofree char *comm = NULL;
	int r = source_readf(src, &comm, "/proc/%s/comm", pid);

	set_state(named, r);
	facts_set(named, "program", r >= 0 ? g_strstrip(comm) : NULL);
}

/* Source: systemd.unit(5), Unit File Load Path; of "name@instance.service" the file is "name@.service". */
static void look_up_unit(struct source *src, xmlNode *named, const char *name)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system" };
	const char *at = strchr(name, '@'), *suffix = strrchr(name, '.');
	g_autofree char *file = at && suffix > at ? g_strdup_printf("%.*s%s", (int)(at - name + 1), name, suffix) : g_strdup(name);
	int r = -ENOENT;

	for (size_t i = 0; i < G_N_ELEMENTS(dirs) && r == -ENOENT; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", dirs[i], file);
		struct source_stat st = { 0 };

		r = source_stat(src, path, &st);
		if (r >= 0)
			facts_from(named, path, 0);
		source_stat_done(&st);
	}
	if (g_str_has_suffix(name, ".service") || g_str_has_suffix(name, ".socket")) /* others need no file */
		set_state(named, r);
}

/* Only where it is plugged in: what is not may be the id of a PCI device as well. */
static void look_up_usb(struct source *src, xmlNode *named, const char *id)
{
	g_auto(GStrv) ids = g_strsplit(id, ":", 2);

	if (usb_count(src, ids[0], ids[1]) > 0)
		facts_set(named, "state", "there");
}

static void add_named(struct source *src, xmlNode *message, const struct envelope_named *n)
{
	static void (*const look_up[NAMED_KIND_MAX_])(struct source *, xmlNode *, const char *) = {
		[NAMED_PATH] = look_up_path,
		[NAMED_PCI] = look_up_pci,
		[NAMED_INTERFACE] = look_up_interface,
		[NAMED_PID] = look_up_pid,
		[NAMED_NETWORK] = look_up_network,
		[NAMED_POOL] = look_up_pool,
		[NAMED_UNIT] = look_up_unit,
		[NAMED_USB] = look_up_usb,
	};
	xmlNode *named = facts_add(message, "named");

	facts_set(named, "kind", envelope_kind_names[n->kind]);
	facts_set(named, "value", n->value);
	facts_set(named, "place", n->kind == NAMED_PATH ? asked_place(n->value) : NULL);
	if (look_up[n->kind])
		look_up[n->kind](src, named, n->value);
}

/* Which lines are messages, and which says most */

struct candidate {
	struct envelope envelope;
	unsigned int line;
	int weight;
};

static void candidate_free(gpointer data)
{
	struct candidate *c = data;

	envelope_done(&c->envelope);
	g_free(c);
}

static unsigned int words_in(const char *text)
{
	unsigned int words = 0;

	for (const char *p = text; *p; p++)
		words += g_ascii_isalpha(*p) && (p == text || p[-1] == ' ');
	return words;
}

/* What an envelope was around, or what has an errno, was written by a program; prose seldom has either. */
static int weight_of(const struct envelope *e)
{
	unsigned int words = words_in(e->message);
	int weight = 2 * (int)MIN(e->layers, 3) + 3 * (e->error != NULL) + 2 * e->is_failure;

	if (e->fields[ENVELOPE_CODE] || e->fields[ENVELOPE_OPTION])
		weight += 2;
	if (words < 2)
		weight -= 3;
	if (words > 40) /* a paragraph */
		weight -= 3;
	return weight;
}

struct range {
	unsigned int first, last;
};

/* Listings that were recognised are no messages; logs are. Each line: first, last, kind, path. */
static GArray *listings(struct source *src)
{
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct range));
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (source_read(src, PASTED, &text, NULL) < 0)
		return ranges;
	lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], "\t", 4);
		struct range range;

		if (g_strv_length(f) < 3 || strstr(f[2], "log") || strstr(f[2], "message"))
			continue;
		range = (struct range){ (unsigned int)g_ascii_strtoull(f[0], NULL, 10),
					(unsigned int)g_ascii_strtoull(f[1], NULL, 10) };
		g_array_append_val(ranges, range);
	}
	return ranges;
}

static bool is_listed(const GArray *ranges, unsigned int line)
{
	for (guint i = 0; i < ranges->len; i++) {
		const struct range *r = &g_array_index(ranges, struct range, i);

		if (line >= r->first && line <= r->last)
			return true;
	}
	return false;
}

static GPtrArray *candidates(struct source *src, const GPtrArray *lines)
{
	auto_free(envelope_reader) struct envelope_reader *reader = envelope_reader_new();
	GPtrArray *all = g_ptr_array_new_with_free_func(candidate_free);
	g_autoptr(GArray) ranges = listings(src);

	for (guint i = lines->len > LINES_MAX ? lines->len - LINES_MAX : 0; i < lines->len; i++) {
		const struct text_line *l = lines->pdata[i];
		g_autofree char *readable = readable_text(l->text, MIN(strlen(l->text), LINE_CAP_BYTES));
		struct candidate *c;

		if (is_listed(ranges, l->number))
			continue;
		c = g_new0(struct candidate, 1);
		envelope_open(reader, readable, &c->envelope);
		c->line = l->number;
		c->weight = weight_of(&c->envelope);
		g_ptr_array_add(all, c);
	}
	return all;
}

/* Of equals the last: what failed is said at the end. Of a person's words the first: there they say what it is about. */
static const struct candidate *chosen_of(const GPtrArray *all)
{
	const struct candidate *best = NULL;

	for (guint i = 0; i < all->len; i++) {
		const struct candidate *c = all->pdata[i];

		if (!best || c->weight > best->weight || (c->weight == best->weight && c->weight > 0))
			best = c;
	}
	return best;
}

static void add_message(struct source *src, xmlNode *host, const struct candidate *c, bool chosen)
{
	xmlNode *message = facts_add(host, "message"), *said;

	for (int i = 0; i < ENVELOPE_FIELD_MAX_; i++)
		facts_set(message, i == ENVELOPE_DOMAIN ? "of-domain" : envelope_field_names[i], c->envelope.fields[i]);
	facts_set(message, "errno", c->envelope.error);
	facts_set(message, "asked", chosen && c->envelope.error ? asked_of(c->envelope.message) : NULL);
	facts_setf(message, "weight", "%d", MAX(c->weight, 0));
	facts_set(message, "chosen", chosen ? "yes" : NULL);
	said = facts_add(message, "said");
	facts_from(said, TEXT, c->line);
	facts_text(said, c->envelope.message);
	for (guint i = 0; i < c->envelope.named->len; i++)
		add_named(src, message, c->envelope.named->pdata[i]);
}

/* In what somebody wrote, not in a listing: an XML has a clock, a console and a network, and complains of none. */
static void add_complaint(struct source *src, xmlNode *host, const char *text)
{
	g_autoptr(GArray) ranges = listings(src);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) words = g_string_new(NULL);
	g_autofree char *symptom = NULL;
	xmlNode *complaint;

	for (guint i = 0; lines[i] && words->len < COMPLAINT_MAX_BYTES; i++)
		if (!is_listed(ranges, i + 1))
			g_string_append_printf(words, "%s\n", lines[i]);
	symptom = complaint_symptom(words->str);

	if (!symptom)
		return;
	complaint = facts_add(host, "complaint");
	facts_from(complaint, TEXT, 0);
	facts_set(complaint, "symptom", symptom);
}

/* Source: libvirt's messages, QEMU's -name, libvirt's place for QEMU's logs */
static const char domain_pattern[] =
	"(?J)\\b(?:domain|[Dd]omain name|matching name|vm=|guest=)\\s?'(?<d>[^'\\n]{1,255})'|-name (?:guest=)?(?<d>[^,\\s'\"]{1,255})|"
	"/var/log/libvirt/qemu/(?<d>[^/\\s'\":]{1,255})\\.log\\b";

/* Of two names nobody knows which is meant. */
static void add_text_domain(xmlNode *host, const char *text)
{
	g_autoptr(GRegex) regex = g_regex_new(domain_pattern, G_REGEX_OPTIMIZE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *name = NULL;
	xmlNode *domain;

	g_regex_match(regex, text, 0, &match);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *other = g_match_info_fetch_named(match, "d");

		if (name && strcmp(name, other) != 0)
			return;
		if (!name)
			name = g_steal_pointer(&other);
	}
	if (!name)
		return;
	domain = facts_add(host, "text-domain");
	facts_from(domain, TEXT, 0);
	facts_set(domain, "name", name);
}

static void add_refusal(struct source *src, xmlNode *host)
{
	g_autofree char *text = NULL;
	xmlNode *refusal;

	if (source_read(src, SOURCE_DEFINE_LOG, &text, NULL) < 0 || !*g_strstrip(text))
		return;
	refusal = facts_add(host, "refusal");
	facts_from(refusal, SOURCE_DEFINE_LOG, 1);
	facts_text(refusal, g_str_has_prefix(text, "error: ") ? text + strlen("error: ") : text);
}

static void gather_message(struct source *src, xmlNode *host)
{
	g_autofree char *text = NULL;
	size_t size = 0;
	unsigned int kept = 0;
	const struct candidate *chosen;

	add_refusal(src, host);
	if (source_read(src, ORIGINALS, &text, &size) < 0 && source_read(src, TEXT, &text, &size) < 0)
		return;
	add_complaint(src, host, text);
	if (g_utf8_validate(text, -1, NULL))
		add_text_domain(host, text);
	g_autoptr(GPtrArray) lines = untangle(text, size);
	g_autoptr(GPtrArray) all = candidates(src, lines);

	chosen = chosen_of(all);
	for (guint i = 0; i < all->len; i++) {
		const struct candidate *c = all->pdata[i];

		if (c == chosen || (c->weight >= 3 && kept < MESSAGES_MAX)) {
			add_message(src, host, c, c == chosen);
			kept++;
		}
	}
}

const struct check check_message = {
	.name = "message",
	.summary = "what the user saw, and the state of what it names",
	.reads = reads,
	.host = gather_message,
};
