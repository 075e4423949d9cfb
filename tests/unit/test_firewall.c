// SPDX-License-Identifier: GPL-2.0-or-later
/* What a packet filter would do: rules as libnftables lists them, and lists that lie. */
#include "test.h"

#include <errno.h>
#include <stdlib.h>

#include "checks/check.h"
#include "checks/network/packet_filter.h"

extern const struct check check_firewall;

static const char *const ip[] = { "ip", "inet", NULL };
static const struct fw_packet out = { .iif = "virbr0", .oif = "eth0", .source = 0xc0a87a07,
				      .destination = 0xc6336401, .protocol = 6, .source_port = 50000,
				      .destination_port = 443 };
static const struct fw_packet back = { .iif = "eth0", .oif = "virbr0", .source = 0xc6336401,
				       .destination = 0xc0a87a07, .protocol = 6, .source_port = 443,
				       .destination_port = 50000, .established = true };

#define TABLE(name) "{\"table\": {\"family\": \"ip\", \"name\": \"" name "\", \"handle\": 1}}"
#define BASE(table, name, prio, policy)                                                            \
	"{\"chain\": {\"family\": \"ip\", \"table\": \"" table "\", \"name\": \"" name              \
	"\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"forward\", \"prio\": " prio           \
	", \"policy\": \"" policy "\"}}"
#define CHAIN(table, name)                                                                         \
	"{\"chain\": {\"family\": \"ip\", \"table\": \"" table "\", \"name\": \"" name              \
	"\", \"handle\": 2}}"
#define RULE(table, chain, handle, expr)                                                           \
	"{\"rule\": {\"family\": \"ip\", \"table\": \"" table "\", \"chain\": \"" chain             \
	"\", \"handle\": " handle ", \"expr\": [" expr "]}}"
#define IS(left, right) "{\"match\": {\"op\": \"==\", \"left\": " left ", \"right\": " right "}}"
#define META(key) "{\"meta\": {\"key\": \"" key "\"}}"
#define SADDR "{\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}"
#define DPORT "{\"payload\": {\"protocol\": \"tcp\", \"field\": \"dport\"}}"
#define STATE "{\"ct\": {\"key\": \"state\"}}"
#define ACCEPT "{\"accept\": null}"
#define DROP "{\"drop\": null}"

/* The verdict on @p of a ruleset made of these objects. */
static enum fw_verdict ask(const char *objects, const char *text, const struct fw_packet *p,
			   struct fw_decision *ret)
{
	g_autofree char *json = g_strdup_printf("{\"nftables\": [%s]}", objects);
	g_autoptr(GError) error = NULL;
	struct firewall *fw = firewall_new(json, text, &error);
	struct fw_decision d;

	if (!fw)
		fail_msg("%s: %s", error->message, json);
	d = firewall_ask(fw, ip, "filter", "forward", p);
	if (ret)
		*ret = d;
	firewall_free(fw);
	return d.verdict;
}

static void no_rules_let_everything_pass(void **state G_GNUC_UNUSED)
{
	assert_int_equal(ask("", NULL, &out, NULL), FW_ACCEPT);
	assert_int_equal(ask(TABLE("f") "," BASE("f", "c", "0", "accept"), NULL, &out, NULL), FW_ACCEPT);
}

static void a_policy_decides_what_no_rule_did(void **state G_GNUC_UNUSED)
{
	struct fw_decision d;

	assert_int_equal(ask(BASE("f", "c", "0", "drop"), NULL, &out, &d), FW_DROP);
	assert_int_equal(d.handle, 0);
	assert_int_equal(ask(BASE("f", "c", "0", "drop") "," RULE("f", "c", "7", IS(META("iifname"), "\"virbr0\"") "," ACCEPT),
			     NULL, &out, NULL),
			 FW_ACCEPT);
	assert_int_equal(ask(BASE("f", "c", "0", "drop") "," RULE("f", "c", "7", IS(META("iifname"), "\"virbr0\"") "," ACCEPT),
			     NULL, &back, NULL),
			 FW_DROP);
}

static void an_accept_in_one_chain_does_not_undo_a_drop_in_another(void **state G_GNUC_UNUSED)
{
	struct fw_decision d;

	assert_int_equal(ask(BASE("a", "c", "0", "accept") "," RULE("a", "c", "3", ACCEPT) ","
			     BASE("b", "d", "10", "accept") "," RULE("b", "d", "9", DROP),
			     NULL, &out, &d),
			 FW_DROP);
	assert_int_equal(d.handle, 9);
}

static void each_kind_of_condition_is_understood(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *condition;
		bool holds;
	} table[] = {
		{ IS(META("iifname"), "\"virbr0\""), true },
		{ IS(META("iifname"), "\"virbr*\""), true },
		{ IS(META("iifname"), "\"virbr1\""), false },
		{ IS(META("oifname"), "{\"set\": [\"eth1\", \"eth0\"]}"), true },
		{ IS(META("l4proto"), "6"), true },
		{ IS(META("l4proto"), "\"tcp\""), true },
		{ IS(META("l4proto"), "17"), false },
		{ IS(SADDR, "{\"prefix\": {\"addr\": \"192.168.122.0\", \"len\": 24}}"), true },
		{ IS(SADDR, "{\"prefix\": {\"addr\": \"192.168.123.0\", \"len\": 24}}"), false },
		{ IS(SADDR, "{\"prefix\": {\"addr\": \"0.0.0.0\", \"len\": 0}}"), true },
		{ IS(SADDR, "{\"range\": [\"192.168.122.2\", \"192.168.122.9\"]}"), true },
		{ IS(SADDR, "\"@mine\""), true },
		{ IS(DPORT, "{\"set\": [80, {\"range\": [440, 450]}]}"), true },
		{ IS(DPORT, "{\"range\": [1, 99]}"), false },
		{ IS(STATE, "[\"established\", \"related\"]"), false },
		{ IS(STATE, "\"new\""), true },
		{ IS("{\"payload\": {\"protocol\": \"udp\", \"field\": \"dport\"}}", "443"), false },
		{ "{\"match\": {\"op\": \"!=\", \"left\": " META("iifname") ", \"right\": \"virbr0\"}}", false },
		{ "{\"match\": {\"op\": \"in\", \"left\": " STATE ", \"right\": [\"new\"]}}", true },
		{ "{\"counter\": {\"packets\": 1, \"bytes\": 2}}", true },
	};
	static const char *const set = "{\"set\": {\"family\": \"ip\", \"table\": \"f\", \"name\": \"mine\", "
				       "\"elem\": [\"192.168.122.7\"]}},";

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *objects =
			g_strdup_printf("%s%s,{\"rule\": {\"family\": \"ip\", \"table\": \"f\", \"chain\": \"c\", "
					"\"handle\": 5, \"expr\": [%s, {\"drop\": null}]}}",
					set, BASE("f", "c", "0", "accept"), table[i].condition);

		if (ask(objects, NULL, &out, NULL) != (table[i].holds ? FW_DROP : FW_ACCEPT))
			fail_msg("%s", table[i].condition);
	}
}

/* A drop that hangs on a mark, a limit, a set that is not listed: nobody knows beforehand. */
static void what_cannot_be_known_is_unknown(void **state G_GNUC_UNUSED)
{
	static const char *const conditions[] = {
		IS(META("mark"), "1"), "{\"limit\": {\"rate\": 5, \"per\": \"second\"}}",
		IS(SADDR, "\"@absent\""), "{\"xt\": {\"type\": \"match\", \"name\": \"string\"}}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++) {
		g_autofree char *maybe_drop =
			g_strdup_printf("%s,{\"rule\": {\"family\": \"ip\", \"table\": \"f\", \"chain\": \"c\", "
					"\"handle\": 5, \"expr\": [%s, {\"drop\": null}]}}",
					BASE("f", "c", "0", "accept"), conditions[i]);
		g_autofree char *surely = g_strconcat(maybe_drop, ",", RULE("f", "c", "6", DROP), NULL);

		assert_int_equal(ask(maybe_drop, NULL, &out, NULL), FW_UNKNOWN);
		assert_int_equal(ask(surely, NULL, &out, NULL), FW_DROP);
	}
}

static void chains_are_left_and_come_back_to(void **state G_GNUC_UNUSED)
{
	static const char *const chains = BASE("f", "c", "0", "drop") "," CHAIN("f", "sub") ",";

	/* A return comes back behind the jump. */
	g_autofree char *jump = g_strconcat(
		chains, RULE("f", "c", "1", "{\"jump\": {\"target\": \"sub\"}}") ","
		RULE("f", "sub", "2", "{\"return\": null}") "," RULE("f", "sub", "3", DROP) ","
		RULE("f", "c", "4", ACCEPT), NULL);
	/* A goto does not. */
	g_autofree char *go = g_strconcat(
		chains, RULE("f", "c", "1", "{\"goto\": {\"target\": \"sub\"}}") ","
		RULE("f", "c", "4", ACCEPT), NULL);
	g_autofree char *loop = g_strconcat(
		chains, RULE("f", "c", "1", "{\"jump\": {\"target\": \"sub\"}}") ","
		RULE("f", "sub", "2", "{\"jump\": {\"target\": \"sub\"}}"), NULL);
	g_autofree char *vmap = g_strconcat(
		chains, RULE("f", "c", "1", "{\"vmap\": {\"key\": " META("iifname") ", \"data\": {\"set\": "
		"[[\"lo\", {\"drop\": null}], [\"virbr0\", {\"goto\": {\"target\": \"sub\"}}]]}}}") ","
		RULE("f", "sub", "2", ACCEPT), NULL);

	assert_int_equal(ask(jump, NULL, &out, NULL), FW_ACCEPT);
	assert_int_equal(ask(go, NULL, &out, NULL), FW_DROP);
	assert_int_equal(ask(loop, NULL, &out, NULL), FW_UNKNOWN);
	assert_int_equal(ask(vmap, NULL, &out, NULL), FW_ACCEPT);
}

/* iptables-nft keeps conntrack as an extension, which only the text has in words. */
static void extensions_of_iptables_are_read_from_the_text(void **state G_GNUC_UNUSED)
{
	static const char *const objects =
		BASE("filter", "FORWARD", "0", "accept") ","
		RULE("filter", "FORWARD", "25", "{\"xt\": {\"type\": \"match\", \"name\": \"conntrack\"}}, " ACCEPT) ","
		RULE("filter", "FORWARD", "26", "{\"xt\": {\"type\": \"target\", \"name\": \"REJECT\"}}");
	static const char *const text = "table ip filter { # handle 1\n\tchain FORWARD { # handle 1\n"
					"\t\tct state related,established counter accept # handle 25\n"
					"\t\tcounter reject # handle 26\n\t}\n}\n";
	struct fw_decision d;

	assert_int_equal(ask(objects, text, &back, NULL), FW_ACCEPT);
	assert_int_equal(ask(objects, text, &out, &d), FW_REJECT);
	assert_int_equal(d.handle, 26);
	assert_int_equal(ask(objects, NULL, &out, NULL), FW_UNKNOWN);
}

static void packets_that_a_rule_counted_are_read(void **state G_GNUC_UNUSED)
{
	static const char *const json = "{\"nftables\": [" BASE("f", "c", "0", "accept") ","
		RULE("f", "c", "7", "{\"counter\": {\"packets\": 12, \"bytes\": 9}}, " DROP) ","
		RULE("f", "c", "8", DROP) "]}";
	struct firewall *fw = firewall_new(json, NULL, NULL);

	assert_non_null(fw);
	assert_int_equal(firewall_packets(fw, "ip", "f", 7), 12);
	assert_int_equal(firewall_packets(fw, "ip", "f", 8), -1);
	assert_int_equal(firewall_packets(fw, "ip", "f", 9), -1);
	firewall_free(fw);
}

/* Has the listing to say, and counts how often it is asked for it. */
struct listing {
	struct source source;
	unsigned int asked;
};

static void listing_ask(struct source *src, const struct query *q, struct answer *ret)
{
	static const char json[] = "{\"nftables\": [" BASE("f", "c", "0", "drop") "," CHAIN("f", "DOCKER-USER") "]}";

	if (strcmp(q->path, "/vmdoctor/net/nft.json") != 0) {
		ret->error = -ENOENT;
		return;
	}
	((struct listing *)src)->asked++;
	ret->data = g_bytes_new_static(json, strlen(json));
}

static const struct source_ops listing_ops = { .ask = listing_ask };

static void add_guest(xmlDoc *facts, const char *name, const char *address)
{
	xmlNode *nic = facts_add(facts_add_vm(facts, name), "nic");
	xmlNode *bridge = facts_add(nic, "bridge");

	facts_set(nic, "device", "vnet0");
	facts_set(nic, "bridge", "virbr0");
	facts_set(nic, "mode", "route");
	facts_set(nic, "address", address);
	facts_set(bridge, "address", "192.168.122.1");
	facts_set(bridge, "prefix", "24");
}

static void the_rules_are_read_once_for_all_domains(void **state G_GNUC_UNUSED)
{
	struct listing src = { { &listing_ops }, 0 };
	xmlDoc *facts = facts_new();
	xmlNode *uplink = facts_add(facts_add(facts_host(facts), "net"), "uplink");

	facts_set(uplink, "table", "254");
	facts_set(uplink, "name", "eth0");
	add_guest(facts, "a", "192.168.122.7");
	add_guest(facts, "b", "192.168.122.8");
	for (xmlNode *vm = xml_child(xmlDocGetRootElement(facts), "vm"); vm; vm = xml_next(vm, "vm"))
		check_firewall.vm(&src.source, vm);
	assert_int_equal(src.asked, 1);
	assert_xpath(facts, "/facts/vm[1]/nic/firewall[@flow = 'out']/@verdict", "drop");
	assert_xpath(facts, "/facts/vm[2]/nic/firewall[@flow = 'out']/@verdict", "drop");
	/* The chain that dropped it shares a table with Docker's; at the hook input there is none. */
	assert_xpath(facts, "/facts/vm[2]/nic/firewall[@flow = 'out']/@docker", "yes");
	assert_xpath(facts, "count(/facts/vm/nic/firewall[@flow = 'dns'])", "2");
	assert_xpath(facts, "count(/facts/vm/nic/firewall[@flow = 'dns']/@docker)", "0");
	facts_free(facts);
}

static void what_is_no_listing_is_refused(void **state G_GNUC_UNUSED)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"nftables\": 1}", "{\"nftables\": [", "null" };

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(firewall_new(bad[i], NULL, &error));
	}
}

/* Each value of a sound listing replaced by one of another type: no crash, and some verdict. */
static void a_listing_that_lies_is_survived(void **state G_GNUC_UNUSED)
{
	static const char *const wrong[] = { "null", "1", "[]", "{}", "\"x\"", "[[1]]", "{\"a\": null}" };
	static const char *const sound =
		"{\"nftables\": [" TABLE("f") "," BASE("f", "c", "0", "drop") "," CHAIN("f", "sub") ","
		RULE("f", "c", "1", "{\"vmap\": {\"key\": " META("iifname") ", \"data\": {\"set\": [[\"lo\", "
		"{\"drop\": null}], [\"virbr0\", {\"goto\": {\"target\": \"sub\"}}]]}}}") ","
		RULE("f", "sub", "2", IS(SADDR, "{\"prefix\": {\"addr\": \"192.168.122.0\", \"len\": 24}}") ","
		"{\"xt\": {\"type\": \"target\", \"name\": \"REJECT\"}}") "]}";
	unsigned int tried = 0;

	for (const char *p = sound; *p; p++)
		for (size_t w = 0; strchr("{[\"01", *p) && w < G_N_ELEMENTS(wrong); w++) {
			/* What begins here, up to the comma or bracket that ends it. */
			size_t depth = 0;
			const char *end = p;
			g_autofree char *json = NULL;
			struct firewall *fw;

			for (bool quoted = false; *end; end++) {
				if (*end == '"')
					quoted = !quoted;
				if (!quoted && strchr("{[", *end))
					depth++;
				if (!quoted && strchr(",}]:", *end) && depth == 0)
					break;
				if (!quoted && strchr("}]", *end))
					depth--;
			}
			json = g_strdup_printf("%.*s%s%s", (int)(p - sound), sound, wrong[w], end);
			fw = firewall_new(json, NULL, NULL);
			tried++;
			if (fw) {
				struct fw_decision d = firewall_ask(fw, ip, "filter", "forward", &out);

				assert_true(d.verdict < FW_VERDICT_MAX_);
				firewall_has_chain(fw, "ip", "f", "D*");
			}
			firewall_free(fw);
		}
	assert_true(tried > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rules_let_everything_pass),
		cmocka_unit_test(a_policy_decides_what_no_rule_did),
		cmocka_unit_test(an_accept_in_one_chain_does_not_undo_a_drop_in_another),
		cmocka_unit_test(each_kind_of_condition_is_understood),
		cmocka_unit_test(what_cannot_be_known_is_unknown),
		cmocka_unit_test(chains_are_left_and_come_back_to),
		cmocka_unit_test(extensions_of_iptables_are_read_from_the_text),
		cmocka_unit_test(packets_that_a_rule_counted_are_read),
		cmocka_unit_test(the_rules_are_read_once_for_all_domains),
		cmocka_unit_test(what_is_no_listing_is_refused),
		cmocka_unit_test(a_listing_that_lies_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
