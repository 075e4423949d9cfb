// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a domain claims for itself alone, and what it does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "formats/inventory.h"
#include "base/xml.h"

static void put(void *data, const struct claim *c)
{
	g_string_append_printf(data, "%s %s%s%s%s%s\n", c->what, c->value, c->where ? " at " : "",
			       c->where ? c->where : "", c->device ? " for " : "",
			       c->device ? c->device : "");
}

static void assert_claims(const char *text, const char *claims)
{
	g_autoptr(GString) said = g_string_new(NULL);
	g_autoptr(xmlDoc) doc = xml_parse(text, strlen(text), "test", NULL, NULL);

	assert_non_null(doc);
	inventory_claims(xmlDocGetRootElement(doc), put, said);
	assert_string_equal(said->str, claims);
}

#define OFF(devices) "<domain><devices>" devices "</devices></domain>"
#define ON(devices) "<domain id='3'><devices>" devices "</devices></domain>"

static void an_empty_domain_claims_nothing(void **state G_GNUC_UNUSED)
{
	assert_claims("<domain/>", "");
	assert_claims(OFF("<disk/><interface/><graphics/><hostdev/><vsock/><serial/>"), "");
}

static void letters_of_addresses_do_not_matter(void **state G_GNUC_UNUSED)
{
	assert_claims("<domain><uuid>4DEA22B3-1D52-D8F3-2516-782E98AB3FA0</uuid></domain>",
		      "uuid 4dea22b3-1d52-d8f3-2516-782e98ab3fa0\n");
	assert_claims(OFF("<interface type='network'><mac address='52:54:00:AA:BB:CC'/>"
			  "<source network='lan'/></interface>"),
		      "mac 52:54:00:aa:bb:cc at lan\n");
}

static void a_disk_that_is_not_written_is_no_claim(void **state G_GNUC_UNUSED)
{
	assert_claims(OFF("<disk><source file='/a'/><target dev='vda'/></disk>"
			  "<disk><source dev='/dev/b'/><target dev='vdb'/></disk>"
			  "<disk><source file='/c'/><readonly/></disk>"
			  "<disk><source file='/d'/><shareable/></disk>"
			  "<disk device='cdrom'><source file='/e'/></disk>"),
		      "disk /a for vda\ndisk /dev/b for vdb\n");
}

static void a_port_that_libvirt_chooses_is_none_until_it_runs(void **state G_GNUC_UNUSED)
{
#define VNC "<graphics type='vnc' port='5901' autoport='yes' listen='0.0.0.0'/>"
	assert_claims(OFF(VNC), "");
	assert_claims(ON(VNC), "port 5901 at 0.0.0.0 for vnc\n");
	assert_claims(OFF("<graphics type='spice' port='-1' tlsPort='5902'/>"),
		      "port 5902 at 127.0.0.1 for spice\n");
	assert_claims(OFF("<serial type='tcp'><source mode='bind' host='::' service='4555'/></serial>"
			  "<serial type='tcp'><source mode='connect' service='4556'/></serial>"),
		      "port 4555 at :: for serial\n");
}

static void devices_have_one_spelling(void **state G_GNUC_UNUSED)
{
	assert_claims(OFF("<hostdev type='pci'><source><address bus='0xA' slot='0' function='1'/>"
			  "</source></hostdev><vsock><cid auto='no' address='7'/></vsock>"),
		      "pci 0000:0a:00.1\nvsock 7\n");
}

static void a_long_value_is_none(void **state G_GNUC_UNUSED)
{
	g_autofree char *path = g_strnfill(5000, 'x');
	g_autofree char *text = g_strdup_printf(
		OFF("<disk><source file='/%s'/></disk>"), path);

	assert_claims(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_domain_claims_nothing),
		cmocka_unit_test(letters_of_addresses_do_not_matter),
		cmocka_unit_test(a_disk_that_is_not_written_is_no_claim),
		cmocka_unit_test(a_port_that_libvirt_chooses_is_none_until_it_runs),
		cmocka_unit_test(devices_have_one_spelling),
		cmocka_unit_test(a_long_value_is_none),
	};

	xml_init();
	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
