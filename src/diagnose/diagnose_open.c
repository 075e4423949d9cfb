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
#include "facts/facts.h"
#include "diagnose/gather.h"
#include "base/i18n.h"
#include "commands/options.h"
#include "archives/sos/sos.h"
#include "source/source.h"
#include "archives/source_archive.h"
#include "formats/when.h"
#include "base/xml.h"

/* What --at looks at. */
#define BEFORE_S (15 * 60)
#define YEAR_9999_S INT64_C(253402300799) /* so that nothing overflows */
#define AFTER_S (5 * 60)

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

/* One XML file is a tree with that file, at the place where libvirt would have it. */
static struct source *open_xml(const char *path, const char *text, size_t size, GError **error)
{
	g_autoptr(xmlDoc) doc = xml_parse(text, size, path, NULL, error);
	const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	bool status = xml_is(root, "domstatus");
	const xmlNode *domain = status ? xml_child(root, "domain") : root;
	g_autofree char *name = xml_is(domain, "domain") ? xml_text(xml_child(domain, "name")) : NULL;
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
		cannot_read(error, path, "larger than any domain XML (4 MiB)");
		return NULL;
	}
	if (memchr(text, '\0', size)) {
		cannot_read(error, path, "holds NUL bytes: not XML, and no archive that is known");
		return NULL;
	}
	text[size] = '\0';
	return open_xml(path, text, size, error);
}

/*
 * Without its daemon a host has files yet, and that the daemon is gone is a finding. Not so where
 * libvirt was never installed, on another host, or at a socket that the user chose.
 */
static bool has_files(struct source *record, const struct options *o, const xmlNode *connection)
{
	const char *dir = facts_get(connection, "config-dir");
	g_auto(GStrv) names = NULL;

	if (o->connect && strstr(o->connect, "socket="))
		return false;
	if (!facts_get(connection, "ok")) /* no answer in time; the URI is not known */
		dir = o->connect && !g_str_equal(o->connect, "qemu:///system") ? NULL : "/etc/libvirt/qemu";
	return g_strcmp0(dir, "/etc/libvirt/qemu") == 0 && source_list(record, dir, &names) == 0;
}

/* Says why libvirt cannot be reached; its own message names the socket. */
static bool is_usable(struct source *record, const struct options *o, GError **error)
{
	xmlDoc *scratch = facts_new();
	xmlNode *c = facts_json(facts_host(scratch), "connection", record,
				"/vmdoctor/libvirt/connection.json");
	bool ok = g_strcmp0(facts_get(c, "ok"), "yes") == 0 || has_files(record, o, c);
	const char *said = facts_get(c, "error");

	if (!ok && said)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("no libvirt at %s: %s%s"),
			    o->connect ? o->connect : _("the default connection"), said,
			    geteuid() ? _("\n(you are not root: 'sudo vmdoctor', or the group libvirt)") : "");
	else if (!ok)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    _("no libvirt at %s: it did not answer in time"),
			    o->connect ? o->connect : _("the default connection"));
	facts_free(scratch);
	return ok;
}

static void put_error_text(struct source *record, const struct options *o, const char *text)
{
	const struct query q = { .verb = SOURCE_READ, .path = "/vmdoctor/error.txt" };
	struct answer a = { .data = clean_text(text, strlen(text), o->secrets) };

	if (!a.data)
		a.data = g_bytes_new(text, strlen(text));
	record_put(record, &q, &a);
}

/* What the user saw and complains about: known to the checks like anything that was read. */
static bool put_complaint(struct source *record, const struct options *o, GError **error)
{
	g_autofree char *text = NULL;
	const char *file = o->error_file && strcmp(o->error_file, "-") != 0 ? o->error_file
									     : "/dev/stdin";

	if (o->error_file && !g_file_get_contents(file, &text, NULL, error))
		return false;
	if (o->error_text || text)
		put_error_text(record, o, text ? text : o->error_text);
	if (o->symptom) {
		g_autofree char *line = g_strconcat(o->symptom, "\n", NULL);

		record_put_text(record, "/vmdoctor/symptom", line);
	}
	return true;
}

static struct source *open_live(const struct options *o, GError **error)
{
	struct source *live = source_live_new(o->connect, !o->no_guest, o->probe ? &o->probing : NULL);
	struct source *record = record_new(source_clean_new(live, o->secrets));

	if (o->guest_files)
		source_live_read_guest_files(live);
	record_deadline(record, g_get_monotonic_time() + (int64_t)o->timeout_s * 1000000);
	/* Who brings an error message may well bring it because there is no libvirt. */
	if (!o->error_text && !o->error_file && !is_usable(record, o, error)) {
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

struct source *diagnose_open_path(const char *path, GError **error)
{
	struct source *tree;

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		tree = source_tree_new(path, error);
	else if (archive_is_one(path))
		tree = open_archive(path, error);
	else
		return open_file(path, error);
	if (tree)
		sos_map(tree);
	return tree;
}

/* What is recorded anew is cleaned: a sosreport holds what nobody should pass on. */
static struct source *open_recorded(const struct options *o, GError **error)
{
	struct source *knowledge = source_knowledge_new(), *tree, *all;

	/* An archive is held in memory, which a later child would have to share page by page. */
	source_guard_start(knowledge);
	tree = diagnose_open_path(o->from, error);
	if (!tree) {
		source_free(knowledge);
		return NULL;
	}
	all = source_overlay_new(tree, knowledge);
	if (o->record || o->secrets)
		all = source_clean_new(all, o->secrets);
	return record_new(all);
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

/* A file of capabilities is read now, so that a recording has it. */
static bool put_target(struct source *record, const struct options *o, GError **error)
{
	g_autofree char *text = NULL, *path = NULL;

	if (o->to_emulator)
		record_put_text(record, "/vmdoctor/target", o->to_emulator);
	if (!o->to)
		return true;
	if (!g_file_test(o->to, G_FILE_TEST_IS_REGULAR)) {
		record_put_text(record, "/vmdoctor/target", o->to);
		return true;
	}
	if (!g_file_get_contents(o->to, &text, NULL, error))
		return false;
	path = g_canonicalize_filename(o->to, NULL);
	record_put_text(record, "/vmdoctor/target", path);
	record_put_text(record, "/vmdoctor/target-capabilities.xml", text);
	return true;
}

static bool put_window(struct source *record, const struct options *o, GError **error)
{
	int64_t now_s, since_s = 0, until_s = 0, at_s = 0;
	g_autofree char *text = NULL;

	if (!o->since && !o->until && !o->at)
		return true;
	now_s = now_of(record);
	if (!set_time("since", o->since, now_s, &since_s, error) ||
	    !set_time("until", o->until, now_s, &until_s, error) ||
	    !set_time("at", o->at, now_s, &at_s, error))
		return false;
	if (o->at) {
		since_s = at_s - BEFORE_S;
		until_s = at_s + AFTER_S;
	}
	text = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", since_s, until_s);
	record_put_text(record, "/vmdoctor/window", text);
	return true;
}

struct source *diagnose_open(const struct options *o, GError **error)
{
	struct source *record = o->from ? open_recorded(o, error) : open_live(o, error);

	if (record && (!put_complaint(record, o, error) || !put_window(record, o, error) ||
		       !put_target(record, o, error))) {
		source_free(record);
		return NULL;
	}
	return record;
}
