// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose header is read, and whose backing file is followed. */
#include "test.h"

#include "checks/check.h"
#include "source/source.h"

extern const struct check check_image;

/* A qcow2 header, version 2, of 1 MiB, whose backing file is /srv/base. Source: QEMU docs/interop/qcow2.txt */
static const char header[] = "QFI\xfb\0\0\0\2\0\0\0\0\0\0\0\x48\0\0\0\x9\0\0\0\x10\0\0\0\0\0\x10\0\0"
			     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0/srv/base";

static void put(struct source *record, int verb, const char *path, const void *data, size_t size)
{
	const struct query q = { verb, 0, path };
	struct answer a = { .data = g_bytes_new(data, size) };

	record_put(record, &q, &a);
}

/* Facts of a domain whose disk is at @path; @driver: its element. */
static xmlDoc *image_at(const char *path, const char *driver)
{
	g_autofree char *xml = g_strdup_printf("<domain><name>vm</name><devices><disk type='file' device='disk'>%s<source file='%s'/>"
					       "<target dev='vda'/></disk></devices></domain>", driver, path);
	static const char stat[] = "mode=0100644 uid=0 gid=0 size=1048576";
	xmlDoc *facts = facts_new(), *domain = xml_parse(xml, strlen(xml), "vm", NULL, NULL);
	struct source *record = record_new(NULL);
	xmlNode *vm = facts_add_vm(facts, "vm");

	assert_non_null(domain);
	xmlAddChild(vm, xmlDocCopyNode(xmlDocGetRootElement(domain), facts, 1));
	xmlFreeDoc(domain);
	put(record, SOURCE_STAT, path, stat, strlen(stat));
	put(record, SOURCE_HEAD, path, header, sizeof(header) - 1);
	put(record, SOURCE_STAT, "/srv/base", stat, strlen(stat));
	check_image.vm(record, vm);
	source_free(record);
	return facts;
}

static void a_declared_chain_is_followed(void **state G_GNUC_UNUSED)
{
	auto_free(facts) xmlDoc *facts = image_at("/srv/vm", "<driver type='qcow2'/>");

	assert_xpath(facts, "/facts/vm/image[@depth=0]/@format", "qcow2");
	assert_xpath(facts, "/facts/vm/image[@depth=1]/@path", "/srv/base");
}

/* The header of a raw disk is the guest's word: it may name any file of the host. */
static void a_disk_without_a_format_is_raw(void **state G_GNUC_UNUSED)
{
	auto_free(facts) xmlDoc *facts = image_at("/srv/vm", "");

	assert_xpath(facts, "/facts/vm/image[@depth=0]/@format", "qcow2");
	assert_xpath(facts, "count(/facts/vm/image)", "1");
}

static void names_keep_their_blanks(void **state G_GNUC_UNUSED)
{
	static const char xml[] = "<domain><name> we  b </name></domain>";
	xmlDoc *doc = xml_parse(xml, strlen(xml), "vm", NULL, NULL);
	g_autofree char *name = xml_object_name(xmlDocGetRootElement(doc));

	assert_string_equal(name, " we  b ");
	xmlFreeDoc(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_declared_chain_is_followed),
		cmocka_unit_test(a_disk_without_a_format_is_raw),
		cmocka_unit_test(names_keep_their_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
