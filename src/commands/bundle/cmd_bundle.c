// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_bundle - vmdoctor bundle: all that a diagnosis read, and the report, in one archive
 *
 * The archive is a case tree, its manifest first. Beside what was read it holds, below vmdoctor/,
 * bundle.json, and report.txt, report.json and whatever other writer there is.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands/bundle/bundle_write.h"
#include "commands/cmd.h"
#include "diagnose/diagnose.h"
#include "findings/report.h"
#include "base/i18n.h"
#include "base/json_make.h"
#include "commands/options.h"
#include "formats/parse.h"
#include "base/progress.h"
#include "redact/redact.h"
#include "commands/bundle/redact_check.h"
#include "diagnose/sampling.h"
#include "base/data_dir.h"
#include "clean/known_value.h"
#include "clean/scrub.h"
#include "source/source.h"
#include "report/writer.h"

#define WIDTH_DEFAULT 80 /* as check writes into a pipe */
#define HITS_SHOWN 5
#define SHRINKS_TO 8 /* logs and XML become about an eighth */

/* One bundle on its way. */
struct packing {
	struct known_values *hidden; /* secrets that were hidden in what was read: none may be in it */
	struct redact *redact; /* NULL: names stay as they are */
	GStrv domains;	       /* that were asked for, as they are called in it; NULL: all */
	struct bundle *b;      /* NULL: files are only counted and listed */
	uint64_t files, bytes;
	struct progress progress;
};

static void show_files(struct packing *p)
{
	g_autofree char *text = NULL;

	if (!p->b || !progress_is_due(&p->progress))
		return;
	text = g_strdup_printf(ngettext("%lu file", "%lu files", (unsigned long)p->files), (unsigned long)p->files);
	progress_say(&p->progress, text);
}

static int put_file(void *data, const char *path, GBytes *content)
{
	struct packing *p = data;
	g_autoptr(GBytes) cleaned = content ? known_values_hide(p->hidden, content) : NULL;
	gsize size;

	content = cleaned ? cleaned : content;
	size = content ? g_bytes_get_size(content) : 0;
	p->files++;
	p->bytes += size;
	show_files(p);
	if (!p->b) {
		g_autofree char *shown = g_strescape(path, NULL);

		printf("%10zu  %s\n", size, shown);
	}
	return !p->b || bundle_add(p->b, path, content) ? 0 : -EIO;
}

static int put_text(struct packing *p, const char *path, const char *text)
{
	g_autoptr(GBytes) content = g_bytes_new(text, strlen(text));

	return put_file(p, path, content);
}

static void put_reports(struct packing *p, const struct report *r)
{
	static const char *const formats[] = { "text", "json", "html", "markdown" };
	const struct style style = { .width = WIDTH_DEFAULT };

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		const struct writer *w = writer_find(formats[i]);
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *path = w ? g_strconcat("/vmdoctor/report", w->suffix, NULL) : NULL;

		if (!w)
			continue;
		w->write(r, &style, text);
		put_text(p, path, text->str);
	}
}

static void put_about(struct packing *p, const struct report *r)
{
	JsonBuilder *b = json_make_object();
	g_autofree char *text = NULL;

	json_make_text(b, "schema", "vmdoctor.bundle/1");
	json_make_text(b, "version", VERSION);
	json_make_text(b, "taken", r->taken);
	json_make_text(b, "host", r->host.name);
	json_make_open_array(b, "domains");
	for (size_t i = 0; p->domains && p->domains[i]; i++)
		json_make_item(b, p->domains[i]);
	json_builder_end_array(b);
	text = json_make_end(b);
	put_text(p, "/vmdoctor/bundle.json", text);
}

/* What the software says of itself, the names of files, and the words of our own formats: no secret is there, and a
 * password that someone chose to be one of them must not take it away. */
static int add_public(void *data, const char *path, GBytes *content)
{
	static const char *const files[] = { "/vmdoctor/manifest.tsv", "/vmdoctor/libvirt/capabilities.xml", NULL };
	gsize size;
	const char *text = content && g_strv_contains(files, path) ? g_bytes_get_data(content, &size) : NULL;

	if (text)
		g_string_append_len(data, text, (gssize)size);
	return 0;
}

static struct known_values *values_of(GHashTable *hidden, struct source *record)
{
	g_autoptr(GString) public_text = g_string_new(NULL);
	g_autofree char *dir = data_dir(), *path = g_build_filename(dir, "report.schema.json", NULL), *schema = NULL;

	(void)record_export(record, add_public, public_text);
	if (g_file_get_contents(path, &schema, NULL, NULL))
		g_string_append(public_text, schema);
	return known_values_new(hidden, public_text->str);
}

static bool pack(struct packing *p, struct source *record, const struct report *r)
{
	int status = record_export(record, put_file, p);

	if (status == 0) {
		put_about(p, r);
		put_reports(p, r);
	}
	progress_end(&p->progress);
	if (status == -EINVAL)
		cmd_fail("a path that was read leaves the tree");
	return status == 0;
}

/* "vmdoctor-HOST-20261121-083000": of what is in a host's name, what a file name may hold. */
static char *stem_of(const struct report *r)
{
	g_autofree char *host = g_strdup(r->host.name ? r->host.name : "host");
	g_autoptr(GDateTime) taken = r->taken ? g_date_time_new_from_iso8601(r->taken, NULL) : NULL;
	g_autoptr(GDateTime) now = taken ? g_date_time_ref(taken) : g_date_time_new_now_utc();
	g_autofree char *date = g_date_time_format(now, "%Y%m%d-%H%M%S");

	g_strcanon(host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_", '-');
	return g_strdup_printf("vmdoctor-%.64s-%s", host[0] == '.' ? "host" : host, date);
}

static int64_t time_of(const struct report *r)
{
	g_autoptr(GDateTime) taken = r->taken ? g_date_time_new_from_iso8601(r->taken, NULL) : NULL;

	return taken ? g_date_time_to_unix(taken) : 0;
}

/* An independent look at what was written: a secret in it, and there is no bundle. */
static bool is_free_of_secrets(struct packing *p, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hits = NULL;

	if (progress_is_due(&p->progress))
		progress_say(&p->progress, _("looks through it for secrets"));
	hits = scrub_look(bundle_file(p->b), p->hidden, NULL, &error);
	progress_end(&p->progress);
	if (!hits) {
		cmd_fail("%s: cannot be read again: %s", path, error->message);
		return false;
	}
	for (size_t i = 0; i < hits->len && i < HITS_SHOWN; i++) {
		const struct scrub_hit *hit = hits->pdata[i];

		cmd_fail("%s: would hold a secret (%s) in %s, line %u", path, hit->kind, hit->path, hit->line);
	}
	if (hits->len > 0)
		cmd_fail("nothing was written");
	return hits->len == 0;
}

static int finish(struct packing *p, const char *path, const struct report *r)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *size = NULL, *map = NULL;

	if (!bundle_close(p->b, &error))
		return cmd_fail("%s", error->message);
	if (!is_free_of_secrets(p, path))
		return EXIT_CANNOT;
	if (p->redact && (!redact_check(p->redact, bundle_file(p->b), path, &error) ||
			  !(map = redact_write_map(p->redact, path, &error))))
		return cmd_fail("%s", error->message);
	if (!bundle_publish(p->b, &error)) {
		if (map)
			unlink(map);
		return cmd_fail("%s", error->message);
	}
	size = parse_size_text(bundle_size_bytes(p->b));
	printf(_("%s: %lu files, %s; findings: %u\n"), path, (unsigned long)p->files, size, r->findings->len);
	printf(p->redact ? _("In it vmdoctor/report.md is for a ticket. Look through it, then attach both.\n") :
			   _("In it vmdoctor/report.md is for a ticket. Look through it, then attach both; names and addresses stand "
			     "in them (--redact replaces them).\n"));
	if (map)
		printf(_("%s: what is called what; keep it for yourself\n"), map);
	return EXIT_CLEAN;
}

static int write_bundle(struct packing *p, const char *output, struct source *record, const struct report *r)
{
	g_autofree char *stem = stem_of(r);
	g_autofree char *path = output ? g_strdup(output) : g_strconcat(stem, ".tar.zst", NULL);
	g_autoptr(GError) error = NULL;
	auto_free(bundle) struct bundle *b = bundle_new(path, stem, time_of(r), &error);

	if (!b)
		return cmd_fail("%s", error->message);
	p->b = b;
	/* Whatever could not be added, bundle_close() says why. */
	(void)pack(p, record, r);
	return finish(p, path, r);
}

static int list(struct packing *p, struct source *record, const struct report *r)
{
	g_autofree char *all = NULL, *packed = NULL;

	if (!pack(p, record, r))
		return EXIT_CANNOT;
	all = parse_size_text(p->bytes);
	packed = parse_size_text(p->bytes / SHRINKS_TO);
	printf(_("%lu files, %s; packed about %s\n"), (unsigned long)p->files, all, packed);
	return EXIT_CLEAN;
}

static int put_out(struct packing *p, const struct options *o, struct source *record, const struct report *r)
{
	return o->dry_run ? list(p, record, r) : write_bundle(p, o->outputs ? o->outputs[0] : NULL, record, r);
}

/* Each as a text of its own. */
static GStrv redact_list(struct redact *redact, const GStrv texts)
{
	GStrv list = g_strdupv(texts);

	for (size_t i = 0; list && list[i]; i++) {
		char *text = redact_text(redact, list[i], strlen(list[i]), NULL);

		g_free(list[i]);
		list[i] = text;
	}
	return list;
}

/* The rewritten record is diagnosed anew: so its report is what a replay of it will say. */
static int put_out_redacted(struct packing *p, const struct options *o, struct source *record, GPtrArray *rules)
{
	auto_free(redact) struct redact *redact = redact_new(NULL);
	g_autoptr(GError) error = NULL;
	auto_free(source) struct source *other = redact_record(redact, record, &error);
	g_auto(GStrv) domains = redact_list(redact, o->request.domains);
	g_auto(GStrv) ignore = redact_list(redact, o->request.ignore);
	auto_free(report) struct report *r = NULL;
	struct request all = o->request;

	/* All that was recorded was wanted. */
	all.domains = all.globs = NULL;
	all.facts = NULL;
	all.ignore = ignore;
	if (other)
		r = diagnose(&all, other, rules, NULL, &error);
	if (!r)
		return cmd_fail("%s", error->message);
	p->redact = redact;
	p->domains = domains;
	return put_out(p, o, other, r);
}

static int bundle(const struct options *o)
{
	g_autoptr(GHashTable) hidden = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct packing p = { .domains = o->request.domains,
			     .progress = { .begin_us = g_get_monotonic_time() } };
	struct sampling sampling = { .seconds = (unsigned int)o->sample_s };
	auto_free(known_values) struct known_values *values = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rules = diagnose_rules(&o->request, &error);
	auto_free(source) struct source *record = rules ? diagnose_open(&o->request, hidden, &error) : NULL;
	auto_free(report) struct report *r =
		record ? diagnose(&o->request, record, rules, &sampling, &error) : NULL;

	if (!r)
		return cmd_fail("%s", error->message);
	values = p.hidden = values_of(hidden, record);
	return o->redact ? put_out_redacted(&p, o, record, rules) : put_out(&p, o, record, r);
}

int cmd_bundle(int argc, char **argv)
{
	struct options o = { .command = FOR_BUNDLE };
	g_autoptr(GError) error = NULL;
	int status;

	if (!options_parse(&o, argc, argv, &error))
		return cmd_usage(&o, error);
	status = bundle(&o);
	options_done(&o);
	return status;
}

static void show_skipped(const GPtrArray *skipped)
{
	for (guint i = 0; i < skipped->len; i++) {
		const struct scrub_skip *skip = skipped->pdata[i];
		g_autofree char *shown = g_strescape(skip->path, NULL);

		printf("%s: not looked at: %s\n", shown, skip->why);
	}
}

/* vmdoctor scrub-check PATH...: where secrets are, and of what kind; never which. */
int cmd_scrub_check(int argc, char **argv)
{
	int status = EXIT_CLEAN;

	if (argc < 1)
		return cmd_fail("scrub-check: which archive, directory or file?");
	for (int i = 0; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) skipped = NULL;
		g_autoptr(GPtrArray) hits = scrub_look(argv[i], NULL, &skipped, &error);

		if (!hits)
			return cmd_fail("%s", error->message);
		for (size_t n = 0; n < hits->len; n++) {
			const struct scrub_hit *hit = hits->pdata[n];
			g_autofree char *shown = g_strescape(hit->path, NULL);

			if (hit->line > 0)
				printf("%s:%u: %s\n", shown, hit->line, hit->kind);
			else
				printf("%s: %s\n", shown, hit->kind);
		}
		show_skipped(skipped);
		if (hits->len > 0)
			status = EXIT_FOUND;
		else if (skipped->len > 0 && status == EXIT_CLEAN)
			status = EXIT_UNDECIDED;
	}
	return status;
}
