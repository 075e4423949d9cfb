// SPDX-License-Identifier: GPL-2.0-or-later
/* The HTML page: well-formed whatever the strings are, harmless, small, nothing lost. */
#include "test.h"

#include "findings/report.h"
#include "report/writer.h"
#include "base/xml.h"

#define EVIL "<script>alert(1)</script>\" onload='x' & \033[2J\xe2\x80\xae]]>-->"

static void add_hop(GPtrArray *hops, const char *name, enum hop_state state)
{
	struct hop *h = g_new0(struct hop, 1);

	*h = (struct hop){ g_strdup(name), g_strdup(EVIL), state, g_strdup("ping 0/2") };
	g_ptr_array_add(hops, h);
}

static struct report_domain *add_domain(struct report *r, const char *name)
{
	struct report_domain *d = report_domain_new();
	struct report_path *p = g_new0(struct report_path, 1);
	struct sample_row *vcpu = sample_row_new("vcpu"), *disk = sample_row_new("disk");

	d->name = g_strdup(name);
	d->state = g_strdup("running");
	p->interface = g_strdup(EVIL);
	p->hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
	add_hop(p->hops, "guest", HOP_SOUND);
	add_hop(p->hops, "bridge", HOP_BROKEN);
	add_hop(p->hops, "outside", HOP_UNKNOWN);
	g_ptr_array_add(d->paths, p);
	sample_row_add(vcpu, "id", "0");
	sample_row_add(vcpu, "run-percent", "61.5");
	sample_row_add(vcpu, "contention-ms-per-s", "250");
	sample_row_add(vcpu, "throttled-ms-per-s", "0");
	g_ptr_array_add(d->sample, vcpu);
	sample_row_add(disk, "target", EVIL);
	sample_row_add(disk, "read-latency-ms", "nan");
	sample_row_add(disk, "write-latency-ms", "-7");
	sample_row_add(disk, "flush-latency-ms", "1e308");
	sample_row_add(disk, "flushes-per-s", "0.0");
	g_ptr_array_add(d->sample, disk);
	g_ptr_array_add(r->domains, d);
	return d;
}

static struct finding *add_finding(struct report *r, const char *rule, const char *domain, const char *root)
{
	struct finding *f = finding_new();
	struct evidence *e = g_new0(struct evidence, 1);
	struct fix *fix = g_new0(struct fix, 1);
	struct reference *see = g_new0(struct reference, 1);

	*e = (struct evidence){ g_strdup("/var/log/x.log"), g_strdup("line 12"), g_strdup(EVIL) };
	*fix = (struct fix){ .text = g_strdup(EVIL), .command = g_strdup_printf("virsh start '%s'", EVIL) };
	*see = (struct reference){ g_strdup("a reference"), g_strdup("javascript:alert(1)") };
	g_ptr_array_add(f->evidence, e);
	g_ptr_array_add(f->fixes, fix);
	g_ptr_array_add(f->references, see);
	f->rule = g_strdup(rule);
	f->severity = SEVERITY_ERROR;
	f->domain = g_strdup(domain);
	f->subject = g_strdup("vda");
	f->title = g_strdup_printf("title of %s", rule);
	f->message = g_strdup(EVIL);
	f->explained_by = g_strdup(root);
	f->key = g_strdup_printf("%s/%s/vda", rule, domain);
	f->rank = r->findings->len + 1;
	g_ptr_array_add(r->findings, f);
	return f;
}

static struct report *hostile_report(void)
{
	struct report *r = report_new();
	struct sample_row *use = sample_row_new("cpu-use");
	struct undecided *u = g_new0(struct undecided, 1);

	r->version = g_strdup("1.0");
	r->host.name = g_strdup(EVIL);
	r->taken = g_strdup(EVIL);
	g_ptr_array_add(r->options, g_strdup(EVIL));
	sample_row_add(use, "guest-percent", "70");
	sample_row_add(use, "idle-percent", "900");
	g_ptr_array_add(r->sample, use);
	*u = (struct undecided){ .rule = g_strdup("x-y"), .reason = g_strdup(EVIL), .remedy = g_strdup(EVIL) };
	g_ptr_array_add(r->undecided, u);
	add_domain(r, EVIL);
	add_finding(r, "root", EVIL, NULL);
	add_finding(r, "consequence", EVIL, "root/" EVIL "/vda");
	return r;
}

static GString *page(const struct report *r)
{
	const struct style style = { 0 };
	GString *out = g_string_new(NULL);

	writer_find("html")->write(r, &style, out);
	return out;
}

/* HTML is no XML; without its void elements this page is. */
static bool is_well_formed(const GString *out)
{
	g_autoptr(GRegex) voids = g_regex_new("<!DOCTYPE html>|<meta [^>]*>|<br>", 0, 0, NULL);
	g_autofree char *xml = g_regex_replace_literal(voids, out->str, (gssize)out->len, 0, "", 0, NULL);
	xmlDoc *doc = xml_parse(xml, strlen(xml), "page", NULL, NULL);

	if (doc)
		xmlFreeDoc(doc);
	return doc;
}

static void strings_cannot_become_markup(void **state G_GNUC_UNUSED)
{
	struct report *r = hostile_report();
	g_autoptr(GString) out = page(r);

	report_free(r);
	assert_null(strstr(out->str, "<script"));
	assert_null(strstr(out->str, "onload='"));
	assert_null(strchr(out->str, '\033'));
	assert_null(strstr(out->str, "\xe2\x80\xae"));
	assert_null(strstr(out->str, "javascript:"));
	assert_non_null(strstr(out->str, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_non_null(strstr(out->str, "\\x1b[2J&lt;U+202E&gt;"));
	assert_true(is_well_formed(out));
}

static void consequences_are_folded_under_their_root(void **state G_GNUC_UNUSED)
{
	struct report *r = hostile_report();
	g_autoptr(GString) out = page(r);
	const char *root = strstr(out->str, "<article id=\"f1\""), *fold, *child;

	report_free(r);
	assert_non_null(root);
	fold = strstr(root, "<details><summary>Explains 1 more finding<");
	assert_non_null(fold);
	child = strstr(fold, "<article id=\"f2\"");
	assert_non_null(child);
	assert_null(strstr(child + 1, "<article id=\"f2\""));
}

static void numbers_of_a_recording_stay_in_their_bar(void **state G_GNUC_UNUSED)
{
	struct report *r = hostile_report();
	g_autoptr(GString) out = page(r);

	report_free(r);
	assert_null(strstr(out->str, "nan"));
	assert_null(strstr(out->str, "width=\"-"));
	assert_non_null(strstr(out->str, "<td class=\"num\">61.5 %</td><td class=\"num\">25.0 %</td>"));
	assert_non_null(strstr(out->str, "class=\"f-delay\" x=\"61.50%\" width=\"25.00%\""));
	assert_non_null(strstr(out->str, "class=\"f-rest\" x=\"86.50%\" width=\"13.50%\""));
}

/* The host's idle time is nonsense, most of its modes are missing; no disk's read is known. */
static void unknown_is_drawn_as_unknown(void **state G_GNUC_UNUSED)
{
	struct report *r = hostile_report();
	g_autoptr(GString) out = page(r);
	const char *host = strstr(out->str, "<title>CPUs of the host: guests 70.0 %, other programs not known");

	report_free(r);
	assert_non_null(host);
	assert_non_null(strstr(host, "class=\"f-run\" x=\"0.00%\" width=\"70.00%\""));
	assert_non_null(strstr(out->str, ": read not known, write not known, flush none</title>"));
	assert_non_null(strstr(out->str, "<rect class=\"f-unknown\" x=\"0.00%\" width=\"100.00%\""));
	assert_non_null(strstr(out->str, "dashed: not known"));
}

static void a_threshold_is_a_line(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	struct report_domain *d = add_domain(r, "vm");
	struct sample_row *disk = sample_row_new("disk");
	g_autoptr(GString) out = NULL;

	sample_row_add(disk, "target", "vdb");
	sample_row_add(disk, "write-latency-ms", "200");
	g_ptr_array_add(d->sample, disk);
	report_add_limit(r, "disk/write-latency-ms", 20);
	out = page(r);
	report_free(r);
	assert_non_null(strstr(out->str, "class=\"limit\" x1=\"10.00%\" x2=\"10.00%\""));
	assert_non_null(strstr(out->str, "<li>write: a finding from 20 ms on</li>"));
	assert_null(strstr(out->str, "flush: a finding"));
}

static void add_histogram(struct report_domain *d, const char *starts, const char *counts)
{
	struct sample_row *row = sample_row_new("latency-histogram");

	sample_row_add(row, "target", EVIL);
	sample_row_add(row, "kind", "write");
	sample_row_add(row, "starts-ns", starts);
	sample_row_add(row, "counts", counts);
	g_ptr_array_add(d->sample, row);
}

static void a_histogram_has_a_bar_for_each_bin(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = NULL;

	add_histogram(add_domain(r, "vm"), "0 1000000 2500000 1000000000", "0 30 10 0");
	out = page(r);
	report_free(r);
	assert_non_null(strstr(out->str, "how long each write took</caption>"));
	assert_non_null(strstr(out->str, "<th scope=\"row\">1 ms to 2.5 ms</th>"));
	assert_non_null(strstr(out->str, "width=\"75.00%\""));
	assert_non_null(strstr(out->str, "<th scope=\"row\">2.5 ms to 1 s</th>"));
	assert_null(strstr(out->str, "1 s and more"));
	assert_true(is_well_formed(out));
}

/* Lists of a recording may be anything. */
static void a_broken_histogram_is_left_out(void **state G_GNUC_UNUSED)
{
	static const char *const pairs[][2] = { { "0 1", "1" },	    { "0 1", "1 nan" }, { "0 1", "-1 5" },
						{ "", "" },	    { "0 1", "0 0" },   { "0  1", "1 1 1" },
						{ "0 1", "1e99 1" }, { "<b>", "<b>" } };

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		struct report *r = report_new();
		g_autoptr(GString) out = NULL;

		add_histogram(add_domain(r, "vm"), pairs[i][0], pairs[i][1]);
		out = page(r);
		report_free(r);
		assert_null(strstr(out->str, "how long each write took"));
	}
}

/* "What to do first" has the first command; a domain alone is the heading. */
static void the_first_screen_says_who_how_bad_and_what_to_do(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = NULL;
	const char *first, *findings;

	add_domain(r, "web");
	add_finding(r, "disk-full", "web", NULL);
	out = page(r);
	report_free(r);
	assert_non_null(strstr(out->str, "<h1>web</h1>"));
	assert_non_null(strstr(out->str, "<p class=\"verdict error\"><a href=\"#f1\">"));
	first = strstr(out->str, "<pre class=\"command\" tabindex=\"0\"><code>virsh start ");
	findings = strstr(out->str, "<h2 id=\"findings\">");
	assert_non_null(first);
	assert_non_null(findings);
	assert_true(first < findings);
}

static void of_several_domains_each_has_its_line(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = NULL;

	add_domain(r, "a");
	add_domain(r, EVIL);
	add_finding(r, "disk-full", EVIL, NULL);
	r->host.name = g_strdup("kvm1");
	out = page(r);
	report_free(r);
	assert_non_null(strstr(out->str, "<h1>2 domains on kvm1</h1>"));
	assert_non_null(strstr(out->str, "<a href=\"#d0\">a</a></th><td>running</td><td class=\"num dim\">–</td>"));
	assert_non_null(strstr(out->str, "<a href=\"#d1\">&lt;script&gt;"));
	assert_non_null(strstr(out->str, "<span class=\"badge error\">1 error</span>"));
	assert_non_null(strstr(out->str, "<article id=\"d1\""));
	assert_true(is_well_formed(out));
}

/* Neither a style that loads something, nor a missing way of looking at it. */
static void the_style_has_dark_narrow_and_paper(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = page(r);

	report_free(r);
	assert_non_null(strstr(out->str, "default-src 'none'"));
	assert_non_null(strstr(out->str, "@media(prefers-color-scheme:dark)"));
	assert_non_null(strstr(out->str, "@media(max-width:"));
	assert_non_null(strstr(out->str, "@media print{"));
	assert_non_null(strstr(out->str, "details::details-content{content-visibility:visible"));
	assert_null(strstr(out->str, "url("));
	assert_null(strstr(out->str, "@import"));
	assert_null(strstr(out->str, " src="));
}

/* One heading for one remedy, whatever the reasons are. */
static void what_was_not_checked_stands_under_its_remedy(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = NULL;
	const char *heading;

	for (int i = 0; i < 3; i++) {
		struct undecided *u = g_new0(struct undecided, 1);

		*u = (struct undecided){ .rule = g_strdup("x-y"), .reason = g_strdup_printf("reason %d", i / 2),
					 .remedy = g_strdup("run it as root") };
		g_ptr_array_add(r->undecided, u);
	}
	out = page(r);
	report_free(r);
	heading = strstr(out->str, "<h3>run it as root</h3>");
	assert_non_null(heading);
	assert_null(strstr(heading + 1, "<h3>run it as root</h3>"));
	assert_non_null(strstr(heading, "reason 0 <span class=\"dim\">(2 checks)</span>"));
	assert_non_null(strstr(heading, "reason 1 <span class=\"dim\">(1 check)</span>"));
}

/* A circle has no root; each of its findings stands in the page once all the same. */
static void a_circle_is_not_lost(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = NULL;

	add_finding(r, "a", "vm", "b/vm/vda");
	add_finding(r, "b", "vm", "a/vm/vda");
	out = page(r);
	report_free(r);
	assert_non_null(strstr(out->str, "id=\"f1\""));
	assert_non_null(strstr(out->str, "id=\"f2\""));
	assert_true(is_well_formed(out));
}

static void ten_domains_fit_into_300_kb(void **state G_GNUC_UNUSED)
{
	struct report *r = report_new();
	g_autoptr(GString) out = NULL;

	for (int d = 0; d < 10; d++) {
		g_autofree char *name = g_strdup_printf("domain-%d", d);

		add_domain(r, name);
		for (int i = 0; i < 12; i++) {
			g_autofree char *rule = g_strdup_printf("rule-%d", i);

			add_finding(r, rule, name, NULL);
		}
	}
	out = page(r);
	report_free(r);
	assert_in_range(out->len, 10000, 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_cannot_become_markup),
		cmocka_unit_test(consequences_are_folded_under_their_root),
		cmocka_unit_test(numbers_of_a_recording_stay_in_their_bar),
		cmocka_unit_test(unknown_is_drawn_as_unknown),
		cmocka_unit_test(a_threshold_is_a_line),
		cmocka_unit_test(a_histogram_has_a_bar_for_each_bin),
		cmocka_unit_test(a_broken_histogram_is_left_out),
		cmocka_unit_test(the_first_screen_says_who_how_bad_and_what_to_do),
		cmocka_unit_test(of_several_domains_each_has_its_line),
		cmocka_unit_test(the_style_has_dark_narrow_and_paper),
		cmocka_unit_test(what_was_not_checked_stands_under_its_remedy),
		cmocka_unit_test(a_circle_is_not_lost),
		cmocka_unit_test(ten_domains_fit_into_300_kb),
	};

	xml_init();
	return cmocka_run_group_tests_name("report/html", tests, NULL, NULL);
}
