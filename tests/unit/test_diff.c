// SPDX-License-Identifier: GPL-2.0-or-later
/* What changed: names that do not depend on order, lines without their numbers. */
#include "test.h"

#include <stdlib.h>

#include "commands/diff/diff.h"

static struct diff_side *side(const char *xml)
{
	struct diff_side *s = diff_side_new("test");
	g_autoptr(GError) error = NULL;
	g_autoptr(xmlDoc) doc = xml_parse(xml, strlen(xml), "test", NULL, &error);

	if (!doc)
		fail_msg("%s", error->message);
	diff_add_domain(s, "vm", xmlDocGetRootElement(doc));
	return s;
}

/* "state name before after;" for each change. */
static char *changes(const char *before, const char *after)
{
	struct diff_side *a = side(before), *b = side(after);
	struct diff *d = diff_new(a, b);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < d->properties->len; i++) {
		const struct diff_entry *e = d->properties->pdata[i];
		const struct diff_property *p = e->property_b ? e->property_b : e->property_a;

		g_string_append_printf(out, "%s %s %s %s;", diff_state_names[e->state], p->name,
				       e->property_a ? e->property_a->value : "-",
				       e->property_b ? e->property_b->value : "-");
	}
	diff_free(d);
	diff_side_free(a);
	diff_side_free(b);
	return g_string_free(out, FALSE);
}

#define assert_changes(before, after, expected)                                                    \
	do {                                                                                       \
		g_autofree char *got_ = changes(before, after);                                    \
		assert_string_equal(got_, expected);                                               \
	} while (0)

#define DOMAIN(devices) "<domain type='kvm'><name>vm</name><devices>" devices "</devices></domain>"
#define DISK_A "<disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>"
#define DISK_B "<disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>"
#define SERIAL_1 "<serial type='pty'><target port='0'/></serial>"
#define SERIAL_2 "<serial type='file'><target port='1'/></serial>"

static void order_is_no_change(void **state G_GNUC_UNUSED)
{
	assert_changes(DOMAIN(DISK_A DISK_B SERIAL_1 SERIAL_2), DOMAIN(SERIAL_2 DISK_B SERIAL_1 DISK_A), "");
	assert_changes(DOMAIN("<disk a='1' b='2'><target dev='vda'/><driver/></disk>"),
		       DOMAIN("<disk b='2' a='1'><driver/><target dev='vda'/></disk>"), "");
}

static void what_libvirt_makes_up_is_no_change(void **state G_GNUC_UNUSED)
{
	assert_changes("<domain type='kvm'><devices>" DISK_A "<interface><mac address='52:54:00:00:00:01'/></interface>"
		       "</devices></domain>",
		       "<domain type='kvm' id='7'><devices><disk type='file' device='disk'><alias name='virtio-disk0'/>"
		       "<source file='/a' index='1'/><target dev='vda' bus='virtio'/><backingStore/>"
		       "<address type='pci' slot='0x05'/></disk><interface><mac address='52:54:00:00:00:01'/>"
		       "<target dev='vnet3'/></interface></devices><seclabel type='dynamic'><label>x</label></seclabel></domain>",
		       "");
}

static void a_change_is_named_by_what_it_is(void **state G_GNUC_UNUSED)
{
	assert_changes(DOMAIN(DISK_A), DOMAIN("<disk type='file' device='disk'><source file='/c'/>"
					      "<target dev='vda' bus='virtio'/></disk>"),
		       "changed disk vda/source @file /a /c;");
	assert_changes("<domain type='kvm'><vcpu>2</vcpu></domain>", "<domain type='kvm'><vcpu>4</vcpu></domain>",
		       "changed vcpu 2 4;");
	assert_changes("<domain type='kvm'><features><acpi/></features></domain>",
		       "<domain type='kvm'><features><apic/></features></domain>",
		       "gone features/acpi there -;new features/apic - there;");
	assert_changes("<domain type='kvm'/>", "<domain type='qemu'/>", "changed type kvm qemu;");
}

static void log_lines_lose_what_is_new_each_time(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *line, *expected;
	} table[] = {
		{ "Nov 21 10:00:00 host kernel: [   12.345678] eth0: link up, 1000 Mbps", "eth0: link up, # Mbps" },
		{ "2026-11-21T10:00:00+0000 host kernel: CPU 3/KVM: segfault at 7f00deadbeef ip 0x55",
		  "CPU #/KVM: segfault at # ip #" },
		{ "Nov 21 10:00:00 host kernel: pci 0000:00:1f.2: reset", "pci #: reset" },
		{ "Nov 21 10:00:00 host sshd[1]: no kernel line", NULL },
		{ "Nov 21 10:00:00 host kernel: virbr0: port 1(vnet7) entered disabled state",
		  "virbr0: port #(vnet#) entered disabled state" },
		{ "", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *got = diff_log_line(table[i].line);

		if (g_strcmp0(got, table[i].expected) != 0)
			fail_msg("'%s' is '%s', not '%s'", table[i].line, got, table[i].expected);
	}
}

static void a_json_report_is_a_side_and_nothing_else_is(void **state G_GNUC_UNUSED)
{
	static const char *const good =
		"{\"schema\": \"vmdoctor.report/1\", \"taken\": null, \"host\": {\"libvirt\": \"9.0.0\"}, \"findings\": "
		"[{\"key\": \"a/b/c\", \"rule\": \"a\", \"severity\": \"error\"}, 7, {}], \"domains\": [{\"name\": \"vm\", "
		"\"machine\": \"q35\"}, null]}";
	static const char *const bad[] = { "", "[]", "{}", "{\"schema\": 1}", "{\"schema\": \"vmdoctor.report/2\"}" };
	g_autoptr(GError) error = NULL;
	struct diff_side *s = diff_side_of_json("x", good, strlen(good), &error);

	assert_non_null(s);
	assert_int_equal(g_hash_table_size(s->findings), 1);
	assert_int_equal(g_hash_table_size(s->properties), 3); /* libvirt, domains, machine type */
	diff_side_free(s);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) why = NULL;

		assert_null(diff_side_of_json("x", bad[i], strlen(bad[i]), &why));
	}
}

#define EVIL "<script>alert(1)</script>\" onload='x' \033[2J\xe2\x80\xae"

static struct diff_side *hostile_side(const char *severity, const char *value)
{
	struct diff_side *s = diff_side_new(EVIL);
	struct diff_finding *f = g_new0(struct diff_finding, 1);

	*f = (struct diff_finding){ g_strdup("a/b/c"), g_strdup(EVIL), g_strdup(severity), g_strdup(EVIL),
				    g_strdup(EVIL), g_strdup(EVIL), g_strdup(EVIL), NULL, NULL };
	g_hash_table_insert(s->findings, f->key, f);
	s->taken = g_strdup(EVIL);
	diff_side_add(s, DIFF_HOST, NULL, EVIL, value);
	diff_side_add(s, DIFF_DOMAIN, EVIL, "type", value);
	diff_side_add(s, DIFF_LOG, NULL, value, "");
	return s;
}

/* HTML is no XML; without its void elements this page is. */
static void the_page_is_well_formed_whatever_stands_in_it(void **state G_GNUC_UNUSED)
{
	struct diff_side *a = hostile_side("error", "1 " EVIL), *b = hostile_side(EVIL, "2 " EVIL);
	struct diff *d = diff_new(a, b);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GRegex) voids = g_regex_new("<!DOCTYPE html>|<meta [^>]*>|<br>", 0, 0, NULL);
	g_autofree char *text = NULL;
	xmlDoc *doc;

	diff_write_html(d, out);
	text = g_regex_replace_literal(voids, out->str, (gssize)out->len, 0, "", 0, NULL);
	doc = xml_parse(text, strlen(text), "page", NULL, NULL);
	assert_non_null(doc);
	xmlFreeDoc(doc);
	assert_null(strstr(out->str, "<script"));
	assert_null(strstr(out->str, "onload='"));
	assert_null(strchr(out->str, '\033'));
	assert_null(strstr(out->str, "\xe2\x80\xae"));
	assert_non_null(strstr(out->str, "<article class=\"info\">"));
	assert_non_null(strstr(out->str, "Only before"));
	diff_free(d);
	diff_side_free(a);
	diff_side_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_no_change),
		cmocka_unit_test(what_libvirt_makes_up_is_no_change),
		cmocka_unit_test(a_change_is_named_by_what_it_is),
		cmocka_unit_test(log_lines_lose_what_is_new_each_time),
		cmocka_unit_test(a_json_report_is_a_side_and_nothing_else_is),
		cmocka_unit_test(the_page_is_well_formed_whatever_stands_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
