// SPDX-License-Identifier: GPL-2.0-or-later
/* The report writers: what a person reads, what a program reads, and what nobody may inject. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "findings/report.h"
#include "report/writer.h"

/* What a test needs freed, also when an assertion jumps out of it. */
struct world {
	struct report *report;
	struct style style;
	GString *out;
	JsonParser *parser;
};

static int setup(void **state)
{
	struct world *w = g_new0(struct world, 1);

	w->report = report_new();
	w->report->version = g_strdup("1.0");
	w->style.width = 80;
	w->out = g_string_new(NULL);
	w->parser = json_parser_new();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	report_free(w->report);
	g_string_free(w->out, TRUE);
	g_object_unref(w->parser);
	g_free(w);
	return 0;
}

static struct finding *add_finding(struct world *w, const char *rule, enum severity severity,
				   const char *domain, const char *explained_by)
{
	struct finding *f = finding_new();
	struct evidence *e = g_new0(struct evidence, 1);

	e->source = g_strdup("/var/log/x.log");
	e->locator = g_strdup("line 12");
	e->text = g_strdup_printf("evidence of %s", rule);
	g_ptr_array_add(f->evidence, e);
	f->rule = g_strdup(rule);
	f->cause = g_strdup("some-cause");
	f->severity = severity;
	f->confidence = CONFIDENCE_LIKELY;
	f->domain = g_strdup(domain);
	f->subject = g_strdup("vda");
	f->title = g_strdup_printf("Title of %s", rule);
	f->message = g_strdup_printf("Message of %s.", rule);
	f->explained_by = g_strdup(explained_by);
	f->key = g_strdup_printf("%s/%s/vda", rule, domain ? domain : "");
	f->rank = w->report->findings->len + 1;
	g_ptr_array_add(w->report->findings, f);
	w->report->fired++;
	return f;
}

static void add_fix(struct finding *f, const char *text, const char *command)
{
	struct fix *fix = g_new0(struct fix, 1);

	fix->text = g_strdup(text);
	fix->command = g_strdup(command);
	g_ptr_array_add(f->fixes, fix);
}

static void add_undecided(struct world *w, const char *rule, const char *domain, const char *reason)
{
	struct undecided *u = g_new0(struct undecided, 1);

	u->rule = g_strdup(rule);
	u->domain = g_strdup(domain);
	u->reason = g_strdup(reason);
	u->remedy = g_strdup_printf("settle %s", reason);
	g_ptr_array_add(w->report->undecided, u);
}

static void add_domain(struct world *w, const char *name, const char *state)
{
	struct report_domain *d = report_domain_new();

	d->name = g_strdup(name);
	d->state = g_strdup(state);
	d->id = -1;
	g_ptr_array_add(w->report->domains, d);
}

static const char *written(struct world *w, const char *format)
{
	g_string_truncate(w->out, 0);
	writer_find(format)->write(w->report, &w->style, w->out);
	return w->out->str;
}

static const char *text(struct world *w)
{
	return written(w, "text");
}

static JsonObject *json(struct world *w)
{
	(void)written(w, "json");
	assert_true(json_parser_load_from_data(w->parser, w->out->str, w->out->len, NULL));
	return json_node_get_object(json_parser_get_root(w->parser));
}

static JsonObject *first_of(JsonObject *o, const char *name)
{
	return json_array_get_object_element(json_object_get_array_member(o, name), 0);
}

static void replace(char **where, const char *value)
{
	g_free(*where);
	*where = g_strdup(value);
}

static void assert_contains(const char *all, const char *part)
{
	if (!strstr(all, part))
		fail_msg("no \"%s\" in:\n%s", part, all);
}

static void assert_lacks(const char *all, const char *part)
{
	if (strstr(all, part))
		fail_msg("\"%s\" stands in:\n%s", part, all);
}

static void assert_order(const char *all, const char *first, const char *second)
{
	assert_contains(all, first);
	assert_contains(all, second);
	assert_true(strstr(all, first) < strstr(all, second));
}

static void names_of_severities_and_confidences_parse_back(void **state)
{
	(void)state;
	for (int i = 0; i < SEVERITY_MAX_; i++)
		assert_int_equal(severity_parse(severity_names[i]), i);
	for (int i = 0; i < CONFIDENCE_MAX_; i++)
		assert_int_equal(confidence_parse(confidence_names[i]), i);
	assert_int_equal(severity_parse("fatal"), -1);
	assert_int_equal(severity_parse(NULL), -1);
	assert_int_equal(confidence_parse("Certain"), -1);
}

static void a_writer_is_found_by_its_name_only(void **state)
{
	g_autofree char *names = writer_names();

	(void)state;
	assert_ptr_equal(writer_find("json"), &writer_json);
	assert_ptr_equal(writer_find("text"), &writer_text);
	assert_null(writer_find("jso"));
	assert_null(writer_find(NULL));
	assert_string_equal(names, "text, json, html, markdown, junit, nagios, prometheus, graphite, sarif");
}

static void freeing_nothing_is_allowed(void **state)
{
	(void)state;
	report_free(NULL);
	finding_free(NULL);
	evidence_free(NULL);
	fix_free(NULL);
	reference_free(NULL);
	undecided_free(NULL);
	report_domain_free(NULL);
}

static void no_finding_says_what_the_good_news_rests_on(void **state)
{
	struct world *w = *state;

	w->report->passed = 71;
	assert_contains(text(w), "No problem found: 71 checks passed\n");
	add_undecided(w, "a-b", NULL, "no agent");
	assert_contains(text(w), "No problem found: 71 checks passed, 1 could not be decided\n");
	w->report->muted = 2;
	assert_contains(text(w), "No new problem found");
	assert_contains(text(w), "1 could not be decided, 2 muted\n");
}

static void a_report_that_checked_nothing_does_not_claim_health(void **state)
{
	struct world *w = *state;

	assert_contains(text(w), "Nothing was checked\n");
	add_undecided(w, "a-b", NULL, "no agent");
	assert_contains(text(w), "Nothing could be checked: 1 check is undecided\n");
	assert_lacks(text(w), "No problem");
}

static void the_head_counts_by_severity(void **state)
{
	struct world *w = *state;

	add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	add_finding(w, "a-b", SEVERITY_ADVICE, "web", NULL);
	add_finding(w, "a-c", SEVERITY_ADVICE, "web", NULL);
	add_undecided(w, "u-u", NULL, "no agent");
	w->report->passed = 71;
	w->report->muted = 2;
	assert_contains(text(w),
			"3 findings (1 error, 2 advice), 71 passed, 1 undecided, 2 muted\n");
}

static void the_head_shows_time_in_utc_and_only_what_is_known(void **state)
{
	struct world *w = *state;

	w->report->taken = g_strdup("2026-03-01T12:15:00+02:00");
	w->report->host.name = g_strdup("kvm-07");
	w->report->host.qemu = g_strdup("7.2.22");
	assert_true(g_str_has_prefix(
		text(w), "vmdoctor 1.0: kvm-07 at 2026-03-01 10:15:00 UTC\nQEMU 7.2.22\n"));
	replace(&w->report->taken, "long ago");
	assert_contains(text(w), "at long ago\n");
}

static void add_probe(struct report_domain *d)
{
	static const struct {
		const char *name, *place;
		enum hop_state state;
		const char *counts;
	} hops[] = {
		{ "guest", "192.0.2.7", HOP_SOUND, "arp 1/1" },
		{ "bridge", "virbr0", HOP_BROKEN, NULL },
		{ "uplink", NULL, HOP_UNKNOWN, "0 out" },
	};
	struct report_path *p = g_new0(struct report_path, 1);

	p->interface = g_strdup("52:54:00:00:00:01");
	p->hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
	for (size_t i = 0; i < G_N_ELEMENTS(hops); i++) {
		struct hop *h = g_new0(struct hop, 1);

		*h = (struct hop){ g_strdup(hops[i].name), g_strdup(hops[i].place), hops[i].state,
				   g_strdup(hops[i].counts) };
		g_ptr_array_add(p->hops, h);
	}
	g_ptr_array_add(d->paths, p);
}

static void a_probe_is_shown_hop_by_hop(void **state)
{
	struct world *w = *state;
	JsonObject *probe, *hop;

	add_domain(w, "web", "running");
	add_probe(w->report->domains->pdata[0]);
	assert_contains(text(w), "\nNetwork probe of web, 52:54:00:00:00:01\n"
				 "  ✓ guest      192.0.2.7          arp 1/1\n"
				 "  ✗ bridge     virbr0\n"
				 "  ? uplink                        0 out\n");
	probe = first_of(first_of(json(w), "domains"), "probes");
	assert_string_equal(json_object_get_string_member(probe, "interface"), "52:54:00:00:00:01");
	hop = first_of(probe, "hops");
	assert_string_equal(json_object_get_string_member(hop, "state"), "sound");
	assert_string_equal(json_object_get_string_member(hop, "counts"), "arp 1/1");
}

static void more_than_ten_domains_are_counted_by_state(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 10; i++)
		add_domain(w, "web", "running");
	assert_contains(text(w), "  web  running\n");
	add_domain(w, "db", NULL);
	assert_contains(text(w), "\n11 domains: 10 running, 1 state unknown\n");
	assert_lacks(text(w), "  web  running\n");
}

static void a_consequence_is_a_line_under_its_root(void **state)
{
	struct world *w = *state;
	const struct finding *root = add_finding(w, "r-root", SEVERITY_ERROR, "web", NULL);
	const char *s;

	add_finding(w, "r-other", SEVERITY_ERROR, "web", NULL);
	add_finding(w, "r-child", SEVERITY_WARNING, "web", root->key);
	s = text(w);
	assert_contains(s, "explains: 2. warning  Title of r-child (web, vda) [r-child, likely]\n");
	assert_order(s, "Message of r-root", "Title of r-child");
	assert_order(s, "Title of r-child", "3. ERROR  Title of r-other");
	assert_lacks(s, "Message of r-child");
}

static void verbose_shows_consequences_whole(void **state)
{
	struct world *w = *state;
	const struct finding *root = add_finding(w, "r-root", SEVERITY_ERROR, "web", NULL);

	add_finding(w, "r-child", SEVERITY_ADVICE, "web", root->key);
	w->style.verbose = true;
	assert_contains(text(w), "Message of r-child.");
	assert_contains(text(w), "evidence of r-child");
}

static void a_finding_whose_root_is_not_listed_is_a_root(void **state)
{
	struct world *w = *state;

	add_finding(w, "r-child", SEVERITY_ERROR, "web", "muted/web/vda");
	assert_contains(text(w), "1. ERROR  Title of r-child");
}

static void findings_that_explain_each_other_are_not_lost(void **state)
{
	struct world *w = *state;

	add_finding(w, "r-a", SEVERITY_ERROR, "web", "r-b/web/vda");
	add_finding(w, "r-b", SEVERITY_ERROR, "web", "r-a/web/vda");
	add_finding(w, "r-self", SEVERITY_ERROR, "web", "r-self/web/vda");
	assert_contains(text(w), "1. ERROR  Title of r-a");
	assert_contains(text(w), "explains: 2. ERROR  Title of r-b");
	assert_contains(text(w), "3. ERROR  Title of r-self");
}

static void many_consequences_are_counted(void **state)
{
	struct world *w = *state;
	const struct finding *root = add_finding(w, "r-root", SEVERITY_ERROR, NULL, NULL);

	for (int i = 0; i < 20; i++) {
		g_autofree char *rule = g_strdup_printf("r-%02d", i);

		add_finding(w, rule, SEVERITY_WARNING, "web", root->key);
	}
	/* one that would be lost or shown apart if only the direct consequences were counted */
	add_finding(w, "r-deep", SEVERITY_WARNING, "web", "r-19/web/vda");
	assert_contains(text(w), "Title of r-07");
	assert_lacks(text(w), "Title of r-08");
	assert_lacks(text(w), "Title of r-deep");
	assert_contains(text(w), "explains: 13 more (-v shows them)\n");
}

static void advice_is_short_and_errors_are_whole(void **state)
{
	struct world *w = *state;

	add_fix(add_finding(w, "e-e", SEVERITY_ERROR, "web", NULL), "Words.", "virsh start web");
	add_fix(add_finding(w, "a-a", SEVERITY_ADVICE, "web", NULL), "Little.", "virsh edit web");
	assert_contains(text(w), "/var/log/x.log:12  evidence of e-e\n");
	assert_contains(text(w), "Words. (only looks)\n");
	assert_contains(text(w), "Message of a-a. [a-a, likely]\n   Little. (only looks)\n       virsh edit web\n");
	assert_lacks(text(w), "evidence of a-a");
}

/* Each format for people, and those that have only room for one text, say what a paste would do. */
static void terms_of_a_fix_are_in_every_format(void **state)
{
	static const char *const formats[] = { "text", "markdown", "html", "sarif", "junit" };
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_WARNING, "web", NULL);
	struct fix *fix;

	w->style.width = 0;
	add_domain(w, "web", "running");
	add_fix(f, "Drop it.", "virsh managedsave-remove DOMAIN");
	fix = f->fixes->pdata[0];
	fix->terms = fix_terms_parse("guest", "act", "next-start", "data restart");
	fix->fill_in = g_strsplit("DOMAIN", " ", 0);
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		assert_contains(written(w, formats[i]), "in the guest");
		assert_contains(written(w, formats[i]), "takes effect at the next start");
		assert_contains(written(w, formats[i]), "the guest must be restarted");
		assert_contains(written(w, formats[i]), "may lose data");
		assert_contains(written(w, formats[i]), "fill in: DOMAIN");
	}
	assert_contains(written(w, "json"), "\"on\" : \"guest\"");
	assert_contains(written(w, "json"), "\"effect\" : \"next-start\"");
}

/* A fence in what is folded does not end the fold. */
static void markdown_begins_with_the_worst_and_ends_with_the_material(void **state)
{
	struct world *w = *state;
	struct report_domain *d;

	add_domain(w, "web", "running");
	d = w->report->domains->pdata[0];
	d->xml = g_strdup("<domain>\n```\n</details>\x1b</domain>");
	d->command = g_strdup("qemu \\\n-S\n");
	add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	assert_contains(written(w, "markdown"), "\n\n**error: Title of a-a (web, vda)**\n\n");
	assert_contains(written(w, "markdown"), "<summary>Domain XML of web</summary>\n\n````xml\n<domain>\n```\n</details>");
	assert_contains(written(w, "markdown"), "</domain>\n````\n\n</details>\n");
	assert_contains(written(w, "markdown"), "```sh\nqemu \\\n-S\n```\n");
	assert_lacks(written(w, "markdown"), "\x1b");
}

static void of_several_things_to_do_the_words_are_kept(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ADVICE, "web", NULL);

	add_fix(f, "Either:", "virsh edit web");
	add_fix(f, "Or:", "virsh edit db");
	assert_contains(text(w), "   Either: (only looks)\n       virsh edit web\n   Or: (only looks)\n");
}

static void the_same_advice_for_many_subjects_is_given_once(void **state)
{
	struct world *w = *state;

	add_finding(w, "a-a", SEVERITY_ADVICE, "web", NULL);
	add_finding(w, "a-b", SEVERITY_ADVICE, "web", NULL);
	add_finding(w, "a-a", SEVERITY_ADVICE, "db", NULL);
	add_finding(w, "a-a", SEVERITY_ADVICE, "mail", NULL);
	assert_contains(text(w), "Also  db, vda; mail, vda (-v shows each)\n");
	assert_order(text(w), "Also", "Title of a-b");
	w->style.verbose = true;
	assert_contains(text(w), "4. advice  Title of a-a (mail, vda)");
}

static void the_same_error_of_many_domains_is_one_entry(void **state)
{
	struct world *w = *state;
	const struct finding *root;

	for (int i = 0; i < 9; i++) {
		g_autofree char *domain = g_strdup_printf("web%d", i);

		root = add_finding(w, "a-a", SEVERITY_ERROR, domain, NULL);
		add_finding(w, "a-child", SEVERITY_WARNING, domain, root->key);
	}
	add_finding(w, "a-b", SEVERITY_ERROR, "web0", NULL);
	assert_contains(text(w), "Also  web1, web2, web3, web4, web5, web6, web7, web8 (-v shows each)\n");
	assert_contains(text(w), "explains: 2. warning  Title of a-child (web0, vda)");
	assert_contains(text(w), "3. ERROR  Title of a-b");
	assert_lacks(text(w), "4.");
}

static void of_few_that_are_alike_each_has_its_commands(void **state)
{
	struct world *w = *state;

	add_fix(add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL), "Mend it.", "mend web");
	add_fix(add_finding(w, "a-a", SEVERITY_ERROR, "db", NULL), "Mend it.", "mend db");
	assert_contains(text(w), "   Also  db, vda\n"
				 "             mend db\n");
	w->style.verbose = true;
	assert_contains(text(w), "2. ERROR  Title of a-a (db, vda)");
}

static void the_worst_is_said_first(void **state)
{
	struct world *w = *state;

	add_finding(w, "a-a", SEVERITY_WARNING, "web", NULL);
	add_finding(w, "a-b", SEVERITY_ERROR, "db", NULL);
	assert_order(text(w), "ERROR  Title of a-b (db, vda)\n2 findings (1 error, 1 warning)", "1. warning");
}

static void other_advice_for_the_same_error_is_said(void **state)
{
	struct world *w = *state;

	add_fix(add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL), "Mend it.", "mend web");
	add_fix(add_finding(w, "a-a", SEVERITY_ERROR, "db", NULL), "Give it up.", "rm db");
	assert_contains(text(w), "   Do    Give it up. (only looks)\n             rm db\n");
}

static void advice_does_not_hide_a_warning_of_the_same_rule(void **state)
{
	struct world *w = *state;

	add_finding(w, "a-a", SEVERITY_ADVICE, "web", NULL);
	add_finding(w, "a-a", SEVERITY_WARNING, "db", NULL);
	assert_contains(text(w), "2. warning  Title of a-a (db, vda)");
}

static void references_take_verbose(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, NULL, NULL);
	struct reference *r = g_new0(struct reference, 1);

	r->title = g_strdup("Manual");
	r->url = g_strdup("https://example.org/a");
	g_ptr_array_add(f->references, r);
	assert_lacks(text(w), "example.org");
	w->style.verbose = true;
	assert_contains(text(w), "See   Manual https://example.org/a\n");
}

static void undecided_checks_are_grouped_by_why(void **state)
{
	struct world *w = *state;

	add_undecided(w, "a-a", "web", "no permission");
	add_undecided(w, "b-a", "web", "no agent");
	add_undecided(w, "b-a", "db", "no agent");
	add_undecided(w, "b-b", "web", "no agent");
	assert_contains(text(w), "Not checked:\n"
				 "  2 rules (3 checks): no agent; settle no agent\n"
				 "  1 rule: no permission; settle no permission\n");
	assert_lacks(text(w), "b-b");
	w->style.verbose = true;
	assert_contains(text(w), "    b-a (db)\n    b-b (web)\n");
}

static void rare_reasons_are_counted_unless_verbose(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 12; i++) {
		g_autofree char *reason = g_strdup_printf("reason %02d", i);

		add_undecided(w, "a-a", NULL, reason);
	}
	assert_contains(text(w), "  4 checks for 4 further reasons (-v lists them)\n");
	w->style.verbose = true;
	assert_contains(text(w), "reason 11");
	assert_lacks(text(w), "further");
}

static void quiet_shows_findings_only(void **state)
{
	struct world *w = *state;

	w->style.quiet = true;
	add_undecided(w, "u-u", NULL, "no agent");
	assert_string_equal(text(w), "");
	add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	assert_true(g_str_has_prefix(text(w), "1. ERROR  Title of a-a"));
	assert_lacks(text(w), "no agent");
}

static void colour_is_written_only_when_wanted(void **state)
{
	struct world *w = *state;

	add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	assert_lacks(text(w), "\033");
	w->style.colour = true;
	assert_contains(text(w), "\033[0;1;31mERROR");
}

/* A pager shows one line at a time: what begins on a line ends on it. */
static void no_colour_crosses_the_end_of_a_line(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	g_auto(GStrv) lines = NULL;

	w->style.colour = true;
	w->style.width = 30;
	replace(&f->title, "A title that goes on for more than the columns of this terminal");
	lines = g_strsplit(text(w), "\n", 0);
	for (size_t i = 0; lines[i]; i++) {
		const char *last = strrchr(lines[i], '\033');

		assert_true(!last || g_str_has_prefix(last, "\033[m"));
	}
}

static void hostile_strings_cannot_steer_the_terminal(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	struct evidence *e = f->evidence->pdata[0];

	replace(&f->message, "esc \033[2J cr \r c1 \xc2\x9b bell \a");
	replace(&f->domain, "web\xe2\x80\xae"
			    "01");
	replace(&e->text, "broken \xff utf-8 \xe2\x80");
	add_fix(f, "zero\xe2\x80\x8bwidth", "echo '\033]0;x\a'");
	add_domain(w, "\033c", "running\x7f");
	add_undecided(w, "u-u", NULL, "why\b");
	assert_contains(text(w), "esc \\x1b[2J cr \\x0d c1 <U+009B> bell \\x07");
	assert_contains(text(w), "(web<U+202E>01, vda)");
	assert_contains(text(w), "broken \\xff utf-8 \\xe2\\x80\n");
	assert_contains(text(w), "zero<U+200B>width");
	assert_contains(text(w), "echo '\\x1b]0;x\\x07'\n");
	assert_contains(text(w), "\\x1bc  running\\x7f");
	assert_contains(text(w), "why\\x08");
	for (const char *c = w->out->str; *c; c++)
		assert_true(*c == '\n' || !g_ascii_iscntrl(*c));
	assert_true(g_utf8_validate(w->out->str, -1, NULL));
}

static void line_breaks_are_spaces_in_words_and_visible_in_commands(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);

	replace(&f->message, "one\n\t\ttwo\nthree");
	add_fix(f, "Do.", "cat <<E\nx\ty\nE");
	assert_contains(text(w), "   one two three\n");
	assert_contains(text(w), "cat <<E\\nx\\ty\\nE\n");
}

static void spaces_in_names_are_kept(void **state)
{
	struct world *w = *state;

	add_finding(w, "a-a", SEVERITY_ERROR, "my  box", NULL);
	assert_contains(text(w), "(my  box, vda)");
}

static void words_are_wrapped_and_no_line_ends_in_spaces(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	g_auto(GStrv) lines = NULL;

	w->style.width = 40;
	replace(&f->message,
		"Ünï cödé wörds bréak whère thé cólumn énds, nöt thé bytés; 中文字 is wide");
	lines = g_strsplit(text(w), "\n", 0);
	for (size_t i = 0; lines[i]; i++) {
		assert_true(g_utf8_strlen(lines[i], -1) <= 40);
		assert_false(g_str_has_suffix(lines[i], " "));
	}
	assert_contains(w->out->str, "   Ünï cödé wörds bréak whère thé cólumn\n   énds,");
}

static void wide_characters_count_twice(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);

	w->style.width = 12; /* 3 of them indent */
	replace(&f->message, "中文 中文 中文");
	assert_contains(text(w), "   中文 中文\n   中文\n");
}

static void a_command_is_never_wrapped(void **state)
{
	struct world *w = *state;
	const char *command = "virt-xml 'my  box' --edit target=vda --disk  cache=none,io=native";

	w->style.width = 20;
	add_fix(add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL), "Do.", command);
	assert_contains(text(w), command);
}

static void width_zero_does_not_wrap(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	g_autofree char *words = g_strnfill(3000, 'x');

	for (size_t i = 9; i < 2999; i += 10)
		words[i] = ' ';
	replace(&f->message, words);
	w->style.width = 0;
	assert_contains(text(w), words);
}

static void evidence_beyond_the_fourth_takes_verbose(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);

	for (int i = 0; i < 5; i++) {
		struct evidence *e = g_new0(struct evidence, 1);

		e->source = g_strdup("/proc/mounts");
		e->text = g_strdup_printf("mount %d", i);
		g_ptr_array_add(f->evidence, e);
	}
	assert_contains(text(w), "/proc/mounts  mount 2\n         and 2 more (-v lists them)\n");
	w->style.verbose = true;
	assert_contains(text(w), "mount 4");
}

static void assert_members(JsonObject *o, const char *names)
{
	g_auto(GStrv) wanted = g_strsplit(names, " ", 0);
	GList *have = json_object_get_members(o);
	GList *l = have;

	for (size_t i = 0; wanted[i]; i++, l = l->next)
		assert_true(l && g_str_equal(l->data, wanted[i]));
	assert_null(l);
	g_list_free(have);
}

static void json_has_every_member_in_order(void **state)
{
	struct world *w = *state;
	JsonObject *o, *f;

	add_fix(add_finding(w, "a-a", SEVERITY_ERROR, NULL, NULL), "Do.", NULL);
	add_domain(w, "web", "running");
	add_undecided(w, "u-u", NULL, "no agent");
	o = json(w);
	f = first_of(o, "findings");
	assert_members(o, "schema version taken host options counts domains findings undecided");
	assert_members(json_object_get_object_member(o, "host"), "name libvirt qemu kernel os");
	assert_members(json_object_get_object_member(o, "counts"), "fired passed undecided muted");
	assert_members(first_of(o, "domains"), "name uuid id state reason machine os");
	assert_members(f, "rule cause severity confidence domain subject title message symptoms "
			  "evidence fix references explained_by key rank score");
	assert_members(first_of(f, "evidence"), "source locator text");
	assert_members(first_of(f, "fix"), "text command on does effect costs fill_in");
	assert_members(first_of(o, "undecided"), "rule domain subject reason remedy");
	assert_string_equal(json_object_get_string_member(o, "schema"), "vmdoctor.report/1");
}

static void json_has_null_for_what_is_not_known(void **state)
{
	struct world *w = *state;
	JsonObject *o;

	add_finding(w, "a-a", SEVERITY_ERROR, NULL, NULL);
	add_domain(w, "web", NULL);
	o = json(w);
	assert_true(json_object_get_null_member(o, "taken"));
	assert_true(json_object_get_null_member(first_of(o, "findings"), "domain"));
	assert_true(json_object_get_null_member(first_of(o, "findings"), "explained_by"));
	assert_true(json_object_get_null_member(first_of(o, "domains"), "id"));
	assert_true(json_object_get_null_member(first_of(o, "domains"), "state"));
}

static void json_names_severities_and_counts(void **state)
{
	struct world *w = *state;
	JsonObject *o, *counts;

	add_finding(w, "a-a", SEVERITY_CRITICAL, "web", NULL);
	add_undecided(w, "u-u", NULL, "no agent");
	w->report->passed = 7;
	o = json(w);
	counts = json_object_get_object_member(o, "counts");
	assert_string_equal(json_object_get_string_member(first_of(o, "findings"), "severity"),
			    "critical");
	assert_int_equal(json_object_get_int_member(counts, "fired"), 1);
	assert_int_equal(json_object_get_int_member(counts, "passed"), 7);
	assert_int_equal(json_object_get_int_member(counts, "undecided"), 1);
}

static void json_scores_have_three_decimals(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);

	f->score = 0.69999;
	json(w);
	assert_contains(w->out->str, "\"score\" : 0.700\n");
	f->score = 1.0 / 3;
	json(w);
	assert_contains(w->out->str, "\"score\" : 0.333\n");
	f->score = NAN;
	json(w);
	assert_contains(w->out->str, "\"score\" : 0.000\n");
}

static void json_options_keep_every_value(void **state)
{
	struct world *w = *state;
	JsonObject *o;
	JsonArray *set;

	g_ptr_array_add(w->report->options, g_strdup("set=a.b=1"));
	g_ptr_array_add(w->report->options, g_strdup("symptom=pause"));
	g_ptr_array_add(w->report->options, g_strdup("set=c.d=2"));
	g_ptr_array_add(w->report->options, g_strdup("sets=e"));
	o = json_object_get_object_member(json(w), "options");
	assert_members(o, "set symptom sets");
	assert_string_equal(json_object_get_string_member(o, "symptom"), "pause");
	set = json_object_get_array_member(o, "set");
	assert_int_equal(json_array_get_length(set), 2);
	assert_string_equal(json_array_get_string_element(set, 0), "a.b=1");
	assert_string_equal(json_array_get_string_element(set, 1), "c.d=2");
}

static void json_keeps_odd_strings_but_shows_no_control_character(void **state)
{
	struct world *w = *state;
	struct finding *f = add_finding(w, "a-a", SEVERITY_ERROR, "web", NULL);
	const char *odd = "\"q\" \\ \033 \037 \xc2\x9b \xe2\x80\xae\n      \"score\" : 0.12345";

	replace(&f->message, odd);
	f = add_finding(w, "a-b", SEVERITY_ERROR, "web", NULL);
	replace(&f->message, "broken \xff");
	assert_string_equal(json_object_get_string_member(first_of(json(w), "findings"), "message"),
			    odd);
	assert_lacks(w->out->str, "\xc2\x9b");
	assert_lacks(w->out->str, "\xe2\x80\xae");
	assert_lacks(w->out->str, "\033");
	assert_lacks(w->out->str, "\037"); /* json-glib 1.6 forgets this one */
}

static void json_ends_with_one_newline(void **state)
{
	struct world *w = *state;

	json(w);
	assert_true(g_str_has_suffix(w->out->str, "\n}\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* 20 of 100 domains with a fault each, every second its own; the others alike */
static void audit_of_100(struct world *w)
{
	static const enum severity severities[] = { SEVERITY_CRITICAL, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO };

	w->report->target = g_strdup("Debian 13");
	for (unsigned int i = 0; i < 100; i++) {
		g_autofree char *name = g_strdup_printf("web-%03u", i), *rule = g_strdup_printf("upgrade-%u", i);

		add_domain(w, name, "shutoff");
		if (i < 20)
			add_finding(w, i % 2 ? "upgrade-odd" : rule, severities[i % 4], name, NULL);
	}
	add_undecided(w, "upgrade-machine", "web-050", "not known");
	add_undecided(w, "upgrade-machine", "web-001", "not known");
}

static void an_audit_of_100_domains_is_a_table_of_one_screen(void **state)
{
	struct world *w = *state;
	g_autofree char *table = NULL;
	const char *first, *end;
	unsigned int lines = 0;

	audit_of_100(w);
	first = strstr(text(w), "100 domains after the upgrade to Debian 13: 5 will not start, 5 may not ");
	assert_non_null(first);
	end = strstr(first, "1. CRITICAL");
	assert_non_null(end);
	table = g_strndup(first, (gsize)(end - first));
	for (const char *at = table; *at; at++)
		lines += *at == '\n';
	assert_in_range(lines, 12, 40);
	assert_non_null(strstr(table, "  1    will not start                   web-000 [upgrade-0]"));
	assert_non_null(strstr(table, "  5    may not start                    web-001, web-005, web-009, web-013,"));
	assert_non_null(strstr(table, "  1    no fault found, not all checked  web-050\n"));
	assert_non_null(strstr(table, "  84   as before"));
	assert_null(strstr(table, "web-090"));
}

static void other_formats_have_the_table_of_an_audit(void **state)
{
	struct world *w = *state;

	audit_of_100(w);
	assert_non_null(strstr(written(w, "markdown"), "| 1 | will not start | web-000 | upgrade-0 |"));
	assert_non_null(strstr(written(w, "html"), "<td>web-000</td>\n<td><a href=\"#f"));
	assert_null(strstr(written(w, "json"), "will not start"));
}

static void who_does_not_audit_gets_no_verdicts(void **state)
{
	struct world *w = *state;

	audit_of_100(w);
	replace(&w->report->target, NULL);
	assert_null(strstr(text(w), "will not start"));
	assert_null(strstr(written(w, "html"), "will not start"));
	assert_null(strstr(written(w, "markdown"), "will not start"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_of_severities_and_confidences_parse_back),
		TEST(a_writer_is_found_by_its_name_only),
		TEST(freeing_nothing_is_allowed),
		TEST(no_finding_says_what_the_good_news_rests_on),
		TEST(a_report_that_checked_nothing_does_not_claim_health),
		TEST(the_head_counts_by_severity),
		TEST(the_head_shows_time_in_utc_and_only_what_is_known),
		TEST(a_probe_is_shown_hop_by_hop),
		TEST(more_than_ten_domains_are_counted_by_state),
		TEST(a_consequence_is_a_line_under_its_root),
		TEST(verbose_shows_consequences_whole),
		TEST(a_finding_whose_root_is_not_listed_is_a_root),
		TEST(findings_that_explain_each_other_are_not_lost),
		TEST(many_consequences_are_counted),
		TEST(advice_is_short_and_errors_are_whole),
		TEST(terms_of_a_fix_are_in_every_format),
		TEST(markdown_begins_with_the_worst_and_ends_with_the_material),
		TEST(of_several_things_to_do_the_words_are_kept),
		TEST(the_same_advice_for_many_subjects_is_given_once),
		TEST(the_same_error_of_many_domains_is_one_entry),
		TEST(of_few_that_are_alike_each_has_its_commands),
		TEST(the_worst_is_said_first),
		TEST(an_audit_of_100_domains_is_a_table_of_one_screen),
		TEST(other_formats_have_the_table_of_an_audit),
		TEST(who_does_not_audit_gets_no_verdicts),
		TEST(other_advice_for_the_same_error_is_said),
		TEST(advice_does_not_hide_a_warning_of_the_same_rule),
		TEST(references_take_verbose),
		TEST(undecided_checks_are_grouped_by_why),
		TEST(rare_reasons_are_counted_unless_verbose),
		TEST(quiet_shows_findings_only),
		TEST(colour_is_written_only_when_wanted),
		TEST(no_colour_crosses_the_end_of_a_line),
		TEST(hostile_strings_cannot_steer_the_terminal),
		TEST(line_breaks_are_spaces_in_words_and_visible_in_commands),
		TEST(spaces_in_names_are_kept),
		TEST(words_are_wrapped_and_no_line_ends_in_spaces),
		TEST(wide_characters_count_twice),
		TEST(a_command_is_never_wrapped),
		TEST(width_zero_does_not_wrap),
		TEST(evidence_beyond_the_fourth_takes_verbose),
		TEST(json_has_every_member_in_order),
		TEST(json_has_null_for_what_is_not_known),
		TEST(json_names_severities_and_counts),
		TEST(json_scores_have_three_decimals),
		TEST(json_options_keep_every_value),
		TEST(json_keeps_odd_strings_but_shows_no_control_character),
		TEST(json_ends_with_one_newline),
	};

	return cmocka_run_group_tests_name("report/writers", tests, NULL, NULL);
}
