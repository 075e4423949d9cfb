// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The libvirt source, over libvirt's test driver: it runs in this process, without a daemon.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_make.h"
#include "source/source.h"
#include "live/virt/virt.h"

#define ROOT "/vmdoctor/libvirt/"

/* A host of the test driver; %s: its domains. */
#define HOST                                                                                       \
	"<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>"                           \
	"<cpu><mhz>1400</mhz><model>plain</model><active>4</active><nodes>1</nodes>"               \
	"<sockets>1</sockets><cores>4</cores><threads>1</threads></cpu>"                           \
	"<memory>8192000</memory>%s</node>"
/* %s: name, driver's own elements (runstate: libvirt's numbers) and description. */
#define DOMAIN                                                                                     \
	"<domain type='test'><name>%s</name><memory>65536</memory><vcpu>2</vcpu>"                  \
	"<os><type>hvm</type></os><devices><disk type='file' device='disk'>"                       \
	"<source file='/images/a'/><target dev='vda' bus='virtio'/></disk></devices>%s</domain>"
#define RUNSTATE(n)                                                                                \
	"<test:runstate xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>" n                \
	"</test:runstate>"
#define TRANSIENT "<test:transient xmlns:test='http://libvirt.org/schemas/domain/test/1.0'/>"

/* What one test holds. */
struct host {
	struct source *src;
	char *file; /* the test driver's XML; NULL: none */
	char *text; /* the last answer */
	struct answer answer;
};

static int set_up(void **state)
{
	*state = g_new0(struct host, 1);
	return 0;
}

static int tear_down(void **state)
{
	struct host *h = *state;

	source_free(h->src);
	answer_done(&h->answer);
	if (h->file)
		g_unlink(h->file);
	g_free(h->file);
	g_free(h->text);
	g_free(h);
	return 0;
}

static char *domain_xml(const char *name, const char *more)
{
	g_autofree char *escaped = g_markup_escape_text(name, -1);

	return g_strdup_printf(DOMAIN, escaped, more);
}

/* Takes over @domains. */
static struct host *host_with(void **state, char *domains)
{
	struct host *h = *state;
	g_autofree char *xml = g_strdup_printf(HOST, domains);
	g_autofree char *uri = NULL;
	int fd = g_file_open_tmp("vmdoctor-test-XXXXXX.xml", &h->file, NULL);

	g_free(domains);
	assert_true(fd >= 0);
	g_close(fd, NULL);
	assert_true(g_file_set_contents(h->file, xml, -1, NULL));
	uri = g_strconcat("test://", h->file, NULL);
	h->src = source_virt_new(uri, false);
	return h;
}

static struct host *default_host(void **state, bool agent)
{
	struct host *h = *state;

	h->src = source_virt_new("test:///default", agent);
	return h;
}

static int ask(struct host *h, enum source_verb verb, const char *path)
{
	g_autofree char *whole = g_strconcat(ROOT, path, NULL);
	const struct query q = { .verb = verb, .path = whole };
	gsize size;

	answer_done(&h->answer);
	source_ask(h->src, &q, &h->answer);
	g_clear_pointer(&h->text, g_free);
	if (h->answer.error == 0) {
		const char *bytes = g_bytes_get_data(h->answer.data, &size);

		h->text = g_strndup(bytes ? bytes : "", size);
	}
	return h->answer.error;
}

static JsonObject *object_in(JsonParser *parser, const char *text)
{
	assert_true(json_parser_load_from_data(parser, text, -1, NULL));
	return json_node_get_object(json_parser_get_root(parser));
}

static void assert_member(struct host *h, const char *key, const char *value)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *object = object_in(parser, h->text);
	g_autofree char *text = NULL;

	assert_true(json_object_has_member(object, key));
	text = json_to_string(json_object_get_member(object, key), FALSE);
	assert_string_equal(text, value);
}

static void a_domain_has_a_file_for_each_xml_that_it_has(void **state)
{
	g_autofree char *on = domain_xml("on", RUNSTATE("1"));
	g_autofree char *off = domain_xml("off", RUNSTATE("5"));
	g_autofree char *guest = domain_xml("guest", RUNSTATE("1") TRANSIENT);
	struct host *h = host_with(state, g_strconcat(on, off, guest, NULL));

	assert_int_equal(ask(h, SOURCE_LIST, "domains"), 0);
	assert_string_equal(h->text, "guest.xml\noff.inactive.xml\non.inactive.xml\non.xml\n");
	assert_int_equal(ask(h, SOURCE_READ, "domains/on.xml"), 0);
	assert_non_null(strstr(h->text, "<name>on</name>"));
	assert_non_null(strstr(h->text, " id='"));
	assert_int_equal(ask(h, SOURCE_READ, "domains/on.inactive.xml"), 0);
	assert_null(strstr(h->text, " id='"));
	assert_int_equal(ask(h, SOURCE_READ, "domains/off.xml"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "domains/guest.inactive.xml"), -ENOENT);
}

static void names_of_any_kind_find_their_domain(void **state)
{
	static const char *const names[] = { "two words",
					     "it's \"quoted\"",
					     "sch\303\266ner Gast",
					     "a.inactive",
					     "100%25",
					     "-dash",
					     ".hidden",
					     "a,b" };
	GString *domains = g_string_new(NULL);
	struct host *h;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *xml = domain_xml(names[i], RUNSTATE("1"));

		g_string_append(domains, xml);
	}
	h = host_with(state, g_string_free(domains, FALSE));
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *escaped = source_path_escape(names[i]);
		g_autofree char *path = g_strdup_printf("info/%s.json", escaped);
		g_autofree char *file = g_strdup_printf("%s.inactive.xml", escaped);
		g_autoptr(JsonParser) parser = json_parser_new();

		assert_int_equal(ask(h, SOURCE_READ, path), 0);
		assert_string_equal(
			json_object_get_string_member(object_in(parser, h->text), "name"),
			names[i]);
		assert_int_equal(ask(h, SOURCE_LIST, "domains"), 0);
		assert_non_null(strstr(h->text, file));
	}
}

static void a_name_that_ends_like_a_suffix_is_not_taken_for_one(void **state)
{
	g_autofree char *plain = domain_xml("a", RUNSTATE("1"));
	g_autofree char *odd = domain_xml("a.inactive", RUNSTATE("1"));
	struct host *h = host_with(state, g_strconcat(plain, odd, NULL));

	assert_int_equal(ask(h, SOURCE_LIST, "domains"), 0);
	assert_string_equal(h->text, "a%2Einactive.inactive.xml\na%2Einactive.xml\n"
				     "a.inactive.xml\na.xml\n");
	assert_int_equal(ask(h, SOURCE_READ, "domains/a%2Einactive.xml"), 0);
	assert_non_null(strstr(h->text, "<name>a.inactive</name>"));
	assert_int_equal(ask(h, SOURCE_READ, "domains/a.inactive.xml"), 0);
	assert_non_null(strstr(h->text, "<name>a</name>"));
}

static void info_of_a_domain_that_runs(void **state)
{
	struct host *h = default_host(state, false);

	assert_int_equal(ask(h, SOURCE_READ, "info/test.json"), 0);
	assert_member(h, "name", "\"test\"");
	assert_member(h, "state", "\"running\"");
	assert_member(h, "id", "1");
	assert_member(h, "active", "true");
	assert_member(h, "persistent", "true");
	assert_member(h, "max-memory-kib", "8388608");
	assert_member(h, "memory-kib", "2097152");
	assert_member(h, "vcpus", "2");
	assert_member(h, "control-state", "\"ok\"");
	assert_member(h, "messages", "[]");
	assert_member(h, "has-snapshots", "0");
}

static void info_of_a_domain_that_is_off(void **state)
{
	struct host *h = host_with(state, domain_xml("off", RUNSTATE("5")));

	assert_int_equal(ask(h, SOURCE_READ, "info/off.json"), 0);
	assert_member(h, "id", "-1");
	assert_member(h, "state", "\"shutoff\"");
	assert_member(h, "active", "false");
	assert_member(h, "managed-save", "false");
	assert_null(strstr(h->text, "control-state"));
}

static void statistics_are_flat_numbers(void **state)
{
	struct host *h = default_host(state, false);

	assert_int_equal(ask(h, SOURCE_READ, "stats/test.json"), 0);
	assert_member(h, "state.state", "1");
	assert_int_equal(ask(h, SOURCE_READ, "diskerrors/test.json"), 0);
	assert_member(h, "disk-errors", "[{\"disk\":\"vda\",\"kind\":\"unspec\"}]");
}

static int ask_at(struct host *h, unsigned int tick, const char *name)
{
	g_autofree char *path = g_strdup_printf(ROOT "sample/%s.json", name);

	answer_done(&h->answer);
	source_ask(h->src, &(struct query){ SOURCE_READ, tick, path }, &h->answer);
	g_clear_pointer(&h->text, g_free);
	if (h->answer.error == 0)
		h->text = g_strndup(g_bytes_get_data(h->answer.data, NULL), g_bytes_get_size(h->answer.data));
	return h->answer.error;
}

static int64_t taken_ns(struct host *h)
{
	g_autoptr(JsonParser) parser = json_parser_new();

	return json_object_get_int_member(object_in(parser, h->text), "taken-ns");
}

static void assert_samples_grow(struct host *h)
{
	int64_t last = 0;

	for (unsigned int tick = 1; tick <= 2; tick++)
		for (int i = 0; i < 12; i++) {
			g_autofree char *name = g_strdup_printf("d%02d", i);

			assert_int_equal(ask_at(h, tick, name), 0);
			assert_member(h, "state.state", "1");
			assert_true(taken_ns(h) >= last);
			last = taken_ns(h);
		}
}

static char *twelve_domains(void)
{
	GString *xml = g_string_new(NULL);

	for (int i = 0; i < 12; i++) {
		g_autofree char *name = g_strdup_printf("d%02d", i);
		g_autofree char *one = domain_xml(name, "");

		g_string_append(xml, one);
	}
	return g_string_free(xml, FALSE);
}

static void counters_of_many_are_each_their_own(void **state)
{
	struct host *h = host_with(state, twelve_domains());

	for (int i = 0; i < 12; i++) {
		g_autofree char *stats = g_strdup_printf("stats/d%02d.json", i);

		assert_int_equal(ask(h, SOURCE_READ, stats), 0);
	}
	assert_samples_grow(h);
	assert_int_equal(ask_at(h, 2, "nosuch"), -ENOENT);
	assert_int_equal(ask_at(h, 2, "d03"), 0); /* once more: a fresh look, not an old one */
	assert_int_equal(ask_at(h, 3, "d11"), 0);
}

static void counters_of_one_that_was_not_expected_come_alone(void **state)
{
	assert_samples_grow(host_with(state, twelve_domains()));
}

static void the_host_its_networks_and_pools_are_read(void **state)
{
	struct host *h = default_host(state, false);

	assert_int_equal(ask(h, SOURCE_READ, "version.json"), 0);
	assert_member(h, "type", "\"TEST\"");
	assert_member(h, "uri", "\"test:///default\"");
	assert_int_equal(ask(h, SOURCE_READ, "nodeinfo.json"), 0);
	assert_member(h, "memory-kib", "3145728");
	assert_int_equal(ask(h, SOURCE_READ, "capabilities.xml"), 0);
	assert_int_equal(strncmp(h->text, "<capabilities>", 14), 0);
	assert_int_equal(ask(h, SOURCE_LIST, "networks"), 0);
	assert_string_equal(h->text, "default.xml\n");
	assert_int_equal(ask(h, SOURCE_READ, "networks/default.xml"), 0);
	assert_int_equal(ask(h, SOURCE_READ, "netinfo/default.json"), 0);
	assert_member(h, "bridge", "\"virbr0\"");
	assert_int_equal(ask(h, SOURCE_LIST, "pools"), 0);
	assert_string_equal(h->text, "default-pool.xml\n");
	assert_int_equal(ask(h, SOURCE_READ, "pools/default-pool.xml"), 0);
	assert_int_equal(ask(h, SOURCE_READ, "poolinfo/default-pool.json"), 0);
	assert_member(h, "state", "\"running\"");
	assert_member(h, "capacity-bytes", "107374182400");
	assert_int_equal(ask(h, SOURCE_LIST, "domcapabilities"), 0);
	assert_string_equal(h->text, "");
}

static void what_is_not_there_and_what_nobody_can_say_differ(void **state)
{
	struct host *h = default_host(state, false);

	assert_int_equal(ask(h, SOURCE_READ, "info/nobody.json"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "domains/nobody.xml"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "stats/nobody.json"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "networks/nothing.xml"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "poolinfo/nothing.json"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "domcapabilities/x86_64,kvm.xml"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "domcapabilities/,,,.xml"), -EOPNOTSUPP);
	assert_int_equal(ask(h, SOURCE_READ, "leases/default.json"), -EOPNOTSUPP);
	assert_int_equal(ask(h, SOURCE_LIST, "nwfilters"), -EOPNOTSUPP);
}

static void other_paths_and_verbs_were_never_looked_at(void **state)
{
	static const char *const paths[] = { "",
					     "nothing.json",
					     "secrets/a.xml",
					     "domains/.xml",
					     "domains/a/b.xml",
					     "info/test.xml",
					     "version.json/a",
					     "guest/test/a.json",
					     "domains" };
	struct host *h = default_host(state, false);

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
		assert_int_equal(ask(h, SOURCE_READ, paths[i]), -ENODATA);
	assert_int_equal(ask(h, SOURCE_LIST, "info"), -ENODATA);
	assert_int_equal(ask(h, SOURCE_STAT, "version.json"), -ENODATA);
	assert_int_equal(ask(h, SOURCE_READ, "guest/test/time.json"), -ENODATA);
}

static void the_agents_source_answers_for_guests_only(void **state)
{
	struct host *h = default_host(state, true);

	assert_int_equal(ask(h, SOURCE_READ, "info/test.json"), -ENODATA);
	assert_int_equal(ask(h, SOURCE_READ, "connection.json"), -ENODATA);
	assert_int_equal(ask(h, SOURCE_LIST, "domains"), -ENODATA);
	assert_int_equal(ask(h, SOURCE_READ, "guest/nobody/time.json"), -ENOENT);
	assert_int_equal(ask(h, SOURCE_READ, "guest/test/time.json"), 0);
	assert_member(h, "guest-s", "627319920"); /* the test driver's idea of the time */
}

static void a_connection_says_where_it_leads(void **state)
{
	struct host *h = default_host(state, false);

	assert_int_equal(ask(h, SOURCE_READ, "connection.json"), 0);
	assert_member(h, "ok", "true");
	assert_member(h, "uri", "\"test:///default\"");
	assert_member(h, "error", "null");
	assert_member(h, "error-code", "0");
	assert_member(h, "read-only", "true");
	assert_member(h, "driver", "\"TEST\"");
	assert_member(h, "local", "true");
	assert_member(h, "log-dir", "null");
}

static void a_connection_that_fails_names_its_socket(void **state)
{
	struct host *h = *state;

	h->src = source_virt_new("qemu+unix:///system?socket=/nonexistent/sock", false);
	assert_int_equal(ask(h, SOURCE_READ, "version.json"), -ECONNREFUSED);
	assert_int_equal(ask(h, SOURCE_LIST, "domains"), -ECONNREFUSED);
	assert_int_equal(ask(h, SOURCE_READ, "domains/a.xml"), -ECONNREFUSED);
	assert_int_equal(ask(h, SOURCE_READ, "connection.json"), 0);
	assert_member(h, "ok", "false");
	assert_non_null(strstr(h->text, "/nonexistent/sock"));
	assert_member(h, "local", "true");
	assert_member(h, "driver", "null");
	assert_member(h, "hypervisor-type", "\"qemu\"");
	assert_member(h, "log-dir", "\"/var/log/libvirt/qemu\"");
	assert_member(h, "run-dir", "\"/run/libvirt/qemu\"");
}

static void the_default_connection_is_virshs(void **state)
{
	struct host *h = *state;

	g_setenv("LIBVIRT_DEFAULT_URI", "qemu:///nowhere", TRUE);
	g_setenv("VIRSH_DEFAULT_CONNECT_URI", "test:///default", TRUE);
	h->src = source_virt_new(NULL, false);
	assert_int_equal(ask(h, SOURCE_READ, "version.json"), 0);
	g_unsetenv("VIRSH_DEFAULT_CONNECT_URI");
	source_free(h->src);
	h->src = source_virt_new(NULL, false);
	assert_int_equal(ask(h, SOURCE_READ, "connection.json"), 0);
	g_unsetenv("LIBVIRT_DEFAULT_URI");
	assert_member(h, "uri", "\"qemu:///nowhere\"");
	assert_member(h, "ok", "false");
}

static void a_uri_tells_whether_it_stays_on_this_machine(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *uri;
		bool is_local;
	} cases[] = {
		{ NULL, true },
		{ "", true },
		{ "qemu:///system", true },
		{ "test:///default", true },
		{ "qemu+unix:///session", true },
		{ "qemu+unix:///system?socket=/run/a%20b", true },
		{ "qemu://host/system", false },
		{ "qemu+ssh://root@host/system", false },
		{ "qemu+ssh:///system", false },
		{ "qemu+tls:///system", false },
		{ "qemu+tcp://127.0.0.1:16509/system", false },
		{ "myhost", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		if (virt_uri_is_local(cases[i].uri) != cases[i].is_local)
			fail_msg("%s", cases[i].uri);
	}
}

static void every_state_and_reason_has_a_word(void **state G_GNUC_UNUSED)
{
	static const struct {
		int state, reason;
		const char *words;
	} cases[] = {
		{ VIR_DOMAIN_NOSTATE, 0, "nostate unknown" },
		{ VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, "running booted" },
		{ VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY_FAILED,
		  "running postcopy-failed" },
		{ VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, "paused ioerror" },
		{ VIR_DOMAIN_PAUSED, 99, "paused unknown-99" },
		{ VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DAEMON, "shutoff daemon" },
		{ VIR_DOMAIN_CRASHED, VIR_DOMAIN_CRASHED_PANICKED, "crashed panicked" },
		{ VIR_DOMAIN_PMSUSPENDED, 0, "pmsuspended unknown" },
		{ 42, -1, "unknown-42 unknown--1" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *word = virt_state_word(cases[i].state);
		g_autofree char *reason = virt_reason_word(cases[i].state, cases[i].reason);
		g_autofree char *words = g_strjoin(" ", word, reason, NULL);

		assert_string_equal(words, cases[i].words);
	}
}

static void typed_parameters_keep_their_types(void **state)
{
	struct host *h = *state;
	char text[] = "bad \377 byte";
	virTypedParameter params[] = {
		{ .field = "int", .type = VIR_TYPED_PARAM_INT, .value.i = -1 },
		{ .field = "uint", .type = VIR_TYPED_PARAM_UINT, .value.ui = UINT32_MAX },
		{ .field = "llong", .type = VIR_TYPED_PARAM_LLONG, .value.l = INT64_MIN },
		{ .field = "ullong", .type = VIR_TYPED_PARAM_ULLONG, .value.ul = INT64_MAX },
		{ .field = "huge", .type = VIR_TYPED_PARAM_ULLONG, .value.ul = UINT64_MAX },
		{ .field = "double", .type = VIR_TYPED_PARAM_DOUBLE, .value.d = 0.5 },
		{ .field = "bool", .type = VIR_TYPED_PARAM_BOOLEAN, .value.b = 1 },
		{ .field = "string", .type = VIR_TYPED_PARAM_STRING, .value.s = text },
		{ .field = "newer", .type = 77 },
	};
	JsonBuilder *b = json_make_object();

	virt_json_params(b, params, G_N_ELEMENTS(params), NULL);
	h->text = json_make_end(b);
	assert_member(h, "int", "-1");
	assert_member(h, "uint", "4294967295");
	assert_member(h, "llong", "-9223372036854775808");
	assert_member(h, "ullong", "9223372036854775807");
	assert_member(h, "huge", "\"18446744073709551615\"");
	assert_member(h, "double", "0.5");
	assert_member(h, "bool", "true");
	assert_member(h, "string", "\"bad \357\277\275 byte\"");
	assert_null(strstr(h->text, "newer"));
}

static void an_answer_over_its_cap_is_cut_and_says_so(void **state)
{
	size_t cap_bytes = source_cap_bytes(ROOT "domains/big.xml");
	g_autofree char *filler = g_strnfill(cap_bytes + 1000, 'x');
	g_autofree char *text =
		g_strdup_printf("<description>%s</description>" RUNSTATE("1"), filler);
	struct host *h = host_with(state, domain_xml("big", text));

	assert_int_equal(ask(h, SOURCE_READ, "domains/big.xml"), 0);
	assert_true(h->answer.truncated);
	assert_int_equal(g_bytes_get_size(h->answer.data), cap_bytes);
	assert_int_equal(ask(h, SOURCE_READ, "info/big.json"), 0);
	assert_false(h->answer.truncated);
}

#define test_case(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_case(a_domain_has_a_file_for_each_xml_that_it_has),
		test_case(names_of_any_kind_find_their_domain),
		test_case(a_name_that_ends_like_a_suffix_is_not_taken_for_one),
		test_case(info_of_a_domain_that_runs),
		test_case(info_of_a_domain_that_is_off),
		test_case(statistics_are_flat_numbers),
		test_case(counters_of_many_are_each_their_own),
		test_case(counters_of_one_that_was_not_expected_come_alone),
		test_case(the_host_its_networks_and_pools_are_read),
		test_case(what_is_not_there_and_what_nobody_can_say_differ),
		test_case(other_paths_and_verbs_were_never_looked_at),
		test_case(the_agents_source_answers_for_guests_only),
		test_case(a_connection_says_where_it_leads),
		test_case(a_connection_that_fails_names_its_socket),
		test_case(the_default_connection_is_virshs),
		test_case(a_uri_tells_whether_it_stays_on_this_machine),
		test_case(every_state_and_reason_has_a_word),
		test_case(typed_parameters_keep_their_types),
		test_case(an_answer_over_its_cap_is_cut_and_says_so),
	};

	return cmocka_run_group_tests_name("source/virt", tests, NULL, NULL);
}
