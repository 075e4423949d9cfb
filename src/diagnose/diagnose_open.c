// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diagnose_open - what the user names as a record: a live host, an archive, a tree, a file
 */
#include "diagnose/diagnose.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archives/archive_read.h"
#include "clean/clean.h"
#include "diagnose/complaint.h"
#include "facts/facts.h"
#include "diagnose/gather.h"
#include "diagnose/lookback.h"
#include "base/deadline.h"
#include "base/i18n.h"
#include "diagnose/request.h"
#include "archives/sos/sos.h"
#include "rules/case_file.h"
#include "source/mounts.h"
#include "source/source.h"
#include "archives/source_archive.h"
#include "formats/when.h"
#include "live/translation.h"
#include "base/xml.h"

/* What --at looks at. */
#define BEFORE_S (15 * 60)
#define YEAR_9999_S INT64_C(253402300799) /* so that nothing overflows */
#define AFTER_S (5 * 60)
#define DEFINE_DEADLINE_MS 4000

static void put_list(struct source *record, const char *dir, const char *names)
{
	const struct query q = { .verb = SOURCE_LIST, .path = dir };
	struct answer a = { .data = g_bytes_new(names, strlen(names)) };

	record_put(record, &q, &a);
}

static bool cannot_read(GError **error, const char *path, const char *why)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, _(why));
	return false;
}

/* A file is about to be defined, or was: what libvirt would refuse is said before it does. */
static void put_refusal(struct source *record, const char *xml)
{
	auto_free(source) struct source *libvirt = source_guard_new(source_define_new, xml, DEFINE_DEADLINE_MS);
	g_autofree char *text = NULL;

	if (source_read(libvirt, SOURCE_DEFINE_LOG, &text, NULL) >= 0)
		record_put_text(record, SOURCE_DEFINE_LOG, text);
}

/* One XML file is a tree with that file, at the place where libvirt would have it. */
static struct source *open_xml(const char *path, const char *text, size_t size, GError **error)
{
	g_autoptr(xmlDoc) doc = xml_parse(text, size, path, NULL, error);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	bool status = xml_is(root, "domstatus");
	const xmlNode *domain = status ? xml_child(root, "domain") : root;
	g_autofree char *name = xml_is(domain, "domain") ? xml_object_name(domain) : NULL;
	const char *dir = status ? "/run/libvirt/qemu" : "/etc/libvirt/qemu";
	struct source *record;

	if (!doc)
		return NULL;
	if (!name) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("%s: the root element is <%s>, not <domain> or <domstatus>"), path,
			    root->name);
		return NULL;
	}
	g_autofree char *file = source_path_escape(*name ? name : "unnamed");
	g_autofree char *listed = g_strdup_printf("%s.xml\n", file);
	g_autofree char *place = g_strdup_printf("%s/%s.xml", dir, file);

	record = record_new(NULL);
	put_list(record, dir, listed);
	record_put_text(record, place, text);
	if (!status)
		put_refusal(record, text);
	return record;
}

/* A domain's XML file, or a text in which there may be one. */
static struct source *open_text(const char *path, const char *text, size_t size, GError **error)
{
	const char *begin = text + strspn(text, " \t\r\n\357\273\277");
	bool may_be_xml = *begin == '<' && (g_ascii_isalpha(begin[1]) || strchr("?!", begin[1]));
	g_autoptr(GError) no_xml = NULL;
	struct source *record = may_be_xml ? open_xml(path, text, size, &no_xml) : NULL;

	if (record)
		return record;
	/* Who names a file so means one. */
	if (g_str_has_suffix(path, ".xml"))
		return open_xml(path, text, size, error);
	record = complaint_open(path, text, size, may_be_xml ? NULL : error);
	/* Somebody's XML, where no part of it is libvirt's: what is wrong with it helps more. */
	if (may_be_xml && (!record || !complaint_is_recognised(record))) {
		source_free(record);
		g_propagate_error(error, g_steal_pointer(&no_xml));
		return NULL;
	}
	return record;
}

static struct source *open_file(const char *path, GError **error)
{
	size_t cap = source_cap_bytes("/vmdoctor/libvirt/domains/any.xml");
	g_autofree char *text = g_malloc(cap + 1);
	FILE *f = fopen(path, "re");
	size_t size;

	if (!f) {
		cannot_read(error, path, g_strerror(errno));
		return NULL;
	}
	size = fread(text, 1, cap + 1, f);
	fclose(f);
	if (size > cap) {
		cannot_read(error, path, "larger than any domain XML, or text to be read (4 MiB)");
		return NULL;
	}
	if (memchr(text, '\0', size)) {
		cannot_read(error, path, "holds NUL bytes: no text, and no archive that is known");
		return NULL;
	}
	text[size] = '\0';
	return open_text(path, text, size, error);
}

/*
 * Without its daemon a host has files yet, and that the daemon is gone is a finding. Not so where
 * libvirt was never installed, on another host, or at a socket that the user chose.
 */
static bool has_files(struct source *record, const struct request *rq, const xmlNode *connection)
{
	const char *dir = facts_get(connection, "config-dir");
	g_auto(GStrv) names = NULL;

	if (rq->connect && strstr(rq->connect, "socket="))
		return false;
	if (!facts_get(connection, "ok")) /* no answer in time; the URI is not known */
		dir = rq->connect && !g_str_equal(rq->connect, "qemu:///system") ? NULL : "/etc/libvirt/qemu";
	return g_strcmp0(dir, "/etc/libvirt/qemu") == 0 && source_list(record, dir, &names) == 0;
}

/* Says why libvirt cannot be reached; its own message names the socket. */
static bool is_usable(struct source *record, const struct request *rq, GError **error)
{
	auto_free(facts) xmlDoc *scratch = facts_new();
	xmlNode *c = facts_json(facts_host(scratch), "connection", record,
				"/vmdoctor/libvirt/connection.json");
	bool ok = g_strcmp0(facts_get(c, "ok"), "yes") == 0 || has_files(record, rq, c);
	const char *said = facts_get(c, "error");

	if (!ok && said)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("no libvirt at %s: %s%s"),
			    rq->connect ? rq->connect : _("the default connection"), said,
			    geteuid() ? _("\n(you are not root: 'sudo vmdoctor', or the group libvirt)") : "");
	else if (!ok)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("no libvirt at %s: it did not answer in time"),
			    rq->connect ? rq->connect : _("the default connection"));
	return ok;
}

/* Signatures are of original messages; what was typed or recorded stays as it is, beside them. */
static void put_originals(struct source *record)
{
	g_autofree char *text = NULL, *originals = NULL;

	if (source_read(record, "/vmdoctor/error.txt", &text, NULL) >= 0 && (originals = translation_undo(text)))
		record_put_text(record, "/vmdoctor/error.original.txt", originals);
}

static struct source *open_live(const struct request *rq, GHashTable *hidden, GError **error)
{
	struct source *live = source_live_new(rq->connect, !rq->no_guest, rq->probe ? &rq->probing : NULL);
	struct source *record = record_new(source_clean_new(live, hidden));

	if (rq->guest_files)
		source_live_read_guest_files(live);
	record_deadline(record, MIN(deadline_us(), g_get_monotonic_time() + (int64_t)rq->timeout_s * G_USEC_PER_SEC));
	/* Who brings an error message may well bring it because there is no libvirt. */
	if (!rq->error_texts && !rq->error_files && !is_usable(record, rq, error)) {
		source_free(record);
		return NULL;
	}
	return record;
}

static bool is_wanted(const char *path)
{
	return gather_may_read(path) || sos_may_read(path);
}

static struct source *open_archive(const char *path, GError **error)
{
	struct source *files = source_archive_new(path, is_wanted, error);

	return files ? source_tree_over(files, error) : NULL;
}

/* What lies in the root of every case tree and sosreport: at least one of these. */
static bool is_tree(const char *dir)
{
	static const char *const known[] = { "vmdoctor", "sos_commands", "etc", "run", "var", "proc", "sys" };

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		g_autofree char *path = g_build_filename(dir, known[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			return true;
	}
	return false;
}

static struct source *open_tree(const char *path, GError **error)
{
	if (is_tree(path))
		return source_tree_new(path, error);
	cannot_read(error, path, "neither a case tree nor an unpacked sosreport: no etc, var, proc, sys or vmdoctor in it");
	return NULL;
}

struct source *diagnose_open_path(const char *path, GError **error)
{
	struct source *tree;

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		tree = open_tree(path, error);
	else if (case_is_file(path))
		tree = case_open(path, error);
	else if (archive_is_one(path))
		tree = open_archive(path, error);
	else
		return open_file(path, error);
	if (tree) {
		sos_map(tree);
		complaint_map(tree);
	}
	return tree;
}

#define APART_DEADLINE_MS 5000 /* for one answer */

/* In a child, whose end it is when it hangs. */
static struct source *make_apart(const void *path)
{
	g_autoptr(GError) error = NULL;
	struct source *tree = diagnose_open_path(path, &error);

	if (tree)
		return tree;
	fprintf(stderr, "vmdoctor: %s\n", error->message);
	_exit(1);
}

/* What lies on a file system that may hang is opened and read apart, so that this process goes on without it. */
static struct source *open_apart(const char *path, GError **error)
{
	struct source *tree = source_guard_new(make_apart, path, APART_DEADLINE_MS);
	g_autofree char *text = NULL;
	int r = source_read(tree, "/vmdoctor/host.json", &text, NULL);

	if (r != -ETIMEDOUT && r != -EPIPE)
		return tree;
	cannot_read(error, path, r == -ETIMEDOUT ? "its file system does not answer" : "cannot be opened");
	source_free(tree);
	return NULL;
}

/* A report goes further than the recording that it is of: what a sosreport holds is hidden before a check sees it. */
static struct source *open_recorded(const struct request *rq, GHashTable *hidden, GError **error)
{
	struct source *knowledge = source_knowledge_new(), *tree, *all, *record;

	/* An archive is held in memory, which a later child would have to share page by page. */
	source_guard_start(knowledge);
	tree = mounts_may_hang(rq->from) ? open_apart(rq->from, error) : diagnose_open_path(rq->from, error);
	if (!tree) {
		source_free(knowledge);
		return NULL;
	}
	/* A case says but what is special about it. */
	if (case_is_file(rq->from))
		knowledge = case_base_near(rq->from, knowledge, error);
	if (!knowledge) {
		source_free(tree);
		return NULL;
	}
	all = source_overlay_new(tree, knowledge);
	record = record_new(source_clean_new(all, hidden));
	record_deadline(record, deadline_us());
	return record;
}

/* Relative times count from when the recording was taken, not from when it is read. */
static int64_t now_of(struct source *record)
{
	g_autofree char *clock = NULL;

	if (source_read(record, "/vmdoctor/clock", &clock, NULL) == 0)
		return CLAMP(g_ascii_strtoll(clock, NULL, 10), 0, YEAR_9999_S);
	return g_get_real_time() / G_USEC_PER_SEC;
}

static bool set_time(const char *option, const char *text, int64_t now_s, int64_t *ret_s,
		     GError **error)
{
	if (!text || when_parse(text, now_s, ret_s))
		return true;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		    _("--%s %s: not a time; write '2026-01-31 08:30', 'yesterday', '-2h'"), option, text);
	return false;
}

/* The logs are the host's own still; all else is as it was. */
static struct source *over_logs(const struct request *rq, struct source *kept, GHashTable *hidden)
{
	struct source *live = source_live_new(rq->connect, false, NULL);
	struct source *record = record_new(source_clean_new(source_overlay_new(kept, lookback_logs_new(live)), hidden));

	record_deadline(record, MIN(deadline_us(), g_get_monotonic_time() + (int64_t)rq->timeout_s * G_USEC_PER_SEC));
	return record;
}

/* *ret: NULL: nobody watched, so the host is looked at as it is now. False with @error: a store was named, and does not have it. */
static bool open_kept(const struct request *rq, int64_t now_s, GHashTable *hidden, struct source **ret, GError **error)
{
	int64_t at_s;
	struct source *kept;

	if (!set_time("at", rq->at, now_s, &at_s, error))
		return false;
	kept = lookback_open(rq->store, at_s - BEFORE_S, at_s, at_s + AFTER_S, error);
	*ret = kept ? over_logs(rq, kept, hidden) : NULL;
	return kept || !*error;
}

/* A file of capabilities is read now, so that a recording has it. */
static bool put_target(struct source *record, const struct request *rq, GError **error)
{
	g_autofree char *text = NULL, *path = NULL;

	if (rq->to_emulator)
		record_put_text(record, "/vmdoctor/target", rq->to_emulator);
	if (!rq->to)
		return true;
	if (!g_file_test(rq->to, G_FILE_TEST_IS_REGULAR)) {
		record_put_text(record, "/vmdoctor/target", rq->to);
		return true;
	}
	if (!g_file_get_contents(rq->to, &text, NULL, error))
		return false;
	path = g_canonicalize_filename(rq->to, NULL);
	record_put_text(record, "/vmdoctor/target", path);
	record_put_text(record, "/vmdoctor/target-capabilities.xml", text);
	return true;
}

static bool put_window(struct source *record, const struct request *rq, int64_t now_s, GError **error)
{
	int64_t since_s = 0, until_s = 0, at_s = 0;
	g_autofree char *text = NULL;

	if (!rq->since && !rq->until && !rq->at)
		return true;
	if (!set_time("since", rq->since, now_s, &since_s, error) ||
	    !set_time("until", rq->until, now_s, &until_s, error) ||
	    !set_time("at", rq->at, now_s, &at_s, error))
		return false;
	if (rq->at) {
		since_s = at_s - BEFORE_S;
		until_s = at_s + AFTER_S;
	}
	text = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", since_s, until_s);
	record_put_text(record, "/vmdoctor/window", text);
	return true;
}

struct source *diagnose_open(const struct request *rq, GHashTable *hidden, GError **error)
{
	int64_t now_s = g_get_real_time() / G_USEC_PER_SEC;
	struct source *kept = NULL, *record;

	if (!rq->from && rq->at && !open_kept(rq, now_s, hidden, &kept, error))
		return NULL;
	record = kept ? kept : rq->from ? open_recorded(rq, hidden, error) : open_live(rq, hidden, error);
	/* Of what was kept, times are of today: who asks does so now. */
	if (record && (!complaint_put(record, rq, hidden, error) || !put_window(record, rq, kept ? now_s : now_of(record), error) ||
		       !put_target(record, rq, error))) {
		source_free(record);
		return NULL;
	}
	if (record)
		put_originals(record);
	return record;
}
