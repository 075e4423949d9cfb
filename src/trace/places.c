// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * places - which port or address of a device an exit was about, and which line of the domain's XML that is.
 *
 * Where a PCI device has its registers, only its guest knows, and QEMU, who is not asked: that needs a
 * monitor command, which taints the domain.
 * Source: QEMU hw/i386/{pc,pc_q35,microvm}.c, hw/isa, hw/acpi; libvirt docs/formatdomain.rst
 */
#include <libxml/xpath.h>
#include <string.h>

#include "base/xml.h"
#include "trace/state.h"

enum { PLACES_MAX = 4096, DEVICES_MAX = 65536 };

struct range {
	guint64 from, to;
	const char *name;
	const char *xpath; /* of the element that makes it; NULL: none does */
};

#define TIMER(name) "/domain/clock/timer[@name='" name "']"

static const struct range ports[] = {
	{ 0x20, 0x21, "PIC", NULL },
	{ 0x40, 0x43, "PIT", TIMER("pit") },
	{ 0x60, 0x60, "keyboard", "/domain/devices/input[@bus='ps2']" },
	{ 0x61, 0x61, "speaker", "/domain/devices/sound[@model='pcspk']" },
	{ 0x64, 0x64, "keyboard", "/domain/devices/input[@bus='ps2']" },
	{ 0x70, 0x71, "RTC", TIMER("rtc") },
	{ 0x80, 0x80, "POST", NULL },
	{ 0xa0, 0xa1, "PIC", NULL },
	{ 0xb2, 0xb3, "SMI", NULL },
	{ 0x170, 0x177, "IDE", "/domain/devices/disk[target/@bus='ide']" },
	{ 0x1f0, 0x1f7, "IDE", "/domain/devices/disk[target/@bus='ide']" },
	{ 0x2f8, 0x2ff, "COM2", "/domain/devices/serial[target/@port='1']" },
	{ 0x3c0, 0x3df, "VGA", "/domain/devices/video" },
	{ 0x3f0, 0x3f5, "floppy", "/domain/devices/disk[@device='floppy']" },
	{ 0x3f8, 0x3ff, "COM1", "/domain/devices/serial[target/@port='0' or not(target/@port)]" },
	{ 0x402, 0x402, "debug console", NULL },
	{ 0x510, 0x51b, "fw_cfg", NULL },
	{ 0x608, 0x60b, "ACPI PM timer", "/domain/clock" },
	{ 0xcf8, 0xcff, "PCI", NULL },
};
static const struct range addresses[] = {
	{ 0xa0000, 0xbffff, "VGA", "/domain/devices/video" },
	{ 0xb0000000, 0xbfffffff, "PCI configuration", NULL },
	{ 0xfec00000, 0xfec00fff, "I/O APIC", "/domain/features/apic" },
	{ 0xfed00000, 0xfed003ff, "HPET", TIMER("hpet") },
	{ 0xfed40000, 0xfed44fff, "TPM", "/domain/devices/tpm" },
	{ 0xfee00000, 0xfee00fff, "local APIC", "/domain/features/apic" },
};

static const struct range *find(const struct range *table, size_t n, guint64 number)
{
	for (size_t i = 0; i < n; i++)
		if (number >= table[i].from && number <= table[i].to)
			return &table[i];
	return NULL;
}

const char *place_name(const struct place *p)
{
	const struct range *r = p->is_port ? find(ports, G_N_ELEMENTS(ports), p->at) : find(addresses, G_N_ELEMENTS(addresses), p->at);

	return r ? r->name : NULL;
}

/* Addresses count by page: the registers of one device. */
struct place *place_of(struct vcpu *v, bool is_port, guint64 at)
{
	guint64 key = is_port ? at & 0xffff : at & ~G_GUINT64_CONSTANT(0xfff);
	guint64 id = key << 1 | is_port;
	struct place *p = g_hash_table_lookup(v->places, &id);

	if (p || g_hash_table_size(v->places) >= PLACES_MAX)
		return p;
	p = g_new0(struct place, 1);
	*p = (struct place){ .id = id, .at = key, .is_port = is_port };
	g_hash_table_insert(v->places, &p->id, p);
	return p;
}

/* "57: <serial type='pty'>" */
static char *word_of(const xmlNode *node)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "%ld: <%s", xmlGetLineNo(node), (const char *)node->name);
	for (const xmlAttr *a = node->properties; a; a = a->next) {
		g_autofree char *value = xml_attr(node, (const char *)a->name);

		g_string_append_printf(text, " %s='%s'", (const char *)a->name, value ? value : "");
	}
	g_string_append_c(text, '>');
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *find_element(xmlXPathContext *x, const char *xpath)
{
	xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)xpath, x);
	bool any = found && found->nodesetval && found->nodesetval->nodeNr > 0;
	char *word = any ? word_of(found->nodesetval->nodeTab[0]) : NULL;

	xmlXPathFreeObject(found);
	return word;
}

static void tell(xmlXPathContext *x, const struct range *table, size_t n, const char *file, place_sink *sink, void *data)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *word = table[i].xpath ? find_element(x, table[i].xpath) : NULL;
		g_autofree char *text = word ? g_strdup_printf("%s:%s", file, word) : NULL;

		if (text)
			sink(data, table[i].name, text);
	}
}

void places_of_xml(const char *xml, size_t size, const char *file, place_sink *sink, void *data)
{
	g_autoptr(xmlDoc) doc = xml_parse(xml, size, file, NULL, NULL);
	xmlXPathContext *x = doc ? xmlXPathNewContext(doc) : NULL;

	if (!x)
		return;
	tell(x, ports, G_N_ELEMENTS(ports), file, sink, data);
	tell(x, addresses, G_N_ELEMENTS(addresses), file, sink, data);
	xmlXPathFreeContext(x);
}

static char *key_of(int pid, const char *device)
{
	return g_strdup_printf("%d %s", pid, device);
}

void analysis_know_device(struct analysis *a, int pid, const char *device, const char *text)
{
	char *key = key_of(pid, device);

	if (g_hash_table_size(a->devices) >= DEVICES_MAX || g_hash_table_contains(a->devices, key))
		g_free(key);
	else
		g_hash_table_insert(a->devices, key, g_strdup(text));
}

const char *place_xml(const struct analysis *a, const struct vcpu *v, const struct place *p)
{
	const char *name = place_name(p);
	g_autofree char *key = name ? key_of(v->pid, name) : NULL;

	return key ? g_hash_table_lookup(a->devices, key) : NULL;
}
