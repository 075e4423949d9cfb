// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inventory - the claims of a domain, out of its XML.
 */
#include "formats/inventory.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/xml.h"

#define VALUE_CAP_BYTES 4096 /* PATH_MAX */

struct teller {
	void (*put)(void *data, const struct claim *c);
	void *data;
	bool is_live;
};

static void tell(const struct teller *t, const struct claim *c)
{
	if (c->value && *c->value && strlen(c->value) < VALUE_CAP_BYTES)
		t->put(t->data, c);
}

static char *attr_of(const xmlNode *parent, const char *child, const char *name)
{
	const xmlNode *node = parent ? xml_child(parent, child) : NULL;

	return node ? xml_attr(node, name) : NULL;
}

static void tell_mac(const struct teller *t, const xmlNode *interface)
{
	g_autofree char *mac = attr_of(interface, "mac", "address");
	g_autofree char *network = attr_of(interface, "source", "network");
	g_autofree char *bridge = attr_of(interface, "source", "bridge");
	g_autofree char *dev = attr_of(interface, "source", "dev");
	g_autofree char *lower = mac ? g_ascii_strdown(mac, -1) : NULL;

	tell(t, &(struct claim){ .what = "mac", .value = lower,
				 .where = network ? network : bridge ? bridge : dev });
}

static bool is_exclusive(const xmlNode *disk)
{
	g_autofree char *device = xml_attr(disk, "device");

	return !xml_child(disk, "readonly") && !xml_child(disk, "shareable") &&
	       !xml_child(disk, "transient") && g_strcmp0(device, "cdrom") != 0 &&
	       g_strcmp0(device, "floppy") != 0;
}

static void tell_disk(const struct teller *t, const xmlNode *disk)
{
	g_autofree char *file = attr_of(disk, "source", "file");
	g_autofree char *dev = attr_of(disk, "source", "dev");
	g_autofree char *target = attr_of(disk, "target", "dev");

	if (is_exclusive(disk))
		tell(t, &(struct claim){ .what = "disk", .value = file ? file : dev, .device = target });
}

/* -1 and 0 stand for "chosen at start", and so does autoport; of a running domain it is chosen. */
static void tell_port(const struct teller *t, const xmlNode *graphics, const char *attr)
{
	g_autofree char *autoport = xml_attr(graphics, "autoport");
	g_autofree char *port = xml_attr(graphics, attr);
	g_autofree char *type = xml_attr(graphics, "type");
	g_autofree char *listen = xml_attr(graphics, "listen");
	g_autofree char *inner = attr_of(graphics, "listen", "address");
	const char *where = inner ? inner : listen ? listen : "127.0.0.1";

	if (port && *port != '-' && strcmp(port, "0") != 0 &&
	    (t->is_live || g_strcmp0(autoport, "yes") != 0))
		tell(t, &(struct claim){ .what = "port", .value = port, .where = where, .device = type });
}

static void tell_chardev(const struct teller *t, const xmlNode *device)
{
	g_autofree char *type = xml_attr(device, "type");
	g_autofree char *mode = attr_of(device, "source", "mode");
	g_autofree char *host = attr_of(device, "source", "host");
	g_autofree char *service = attr_of(device, "source", "service");

	if (g_strcmp0(type, "tcp") == 0 && g_strcmp0(mode, "bind") == 0)
		tell(t, &(struct claim){ .what = "port", .value = service,
					 .where = host ? host : "127.0.0.1",
					 .device = (const char *)device->name });
}

static unsigned int number_of(const xmlNode *address, const char *attr)
{
	g_autofree char *text = xml_attr(address, attr);

	return text ? (unsigned int)g_ascii_strtoull(text, NULL, 0) : 0;
}

static void tell_hostdev(const struct teller *t, const xmlNode *hostdev)
{
	g_autofree char *type = xml_attr(hostdev, "type");
	const xmlNode *source = xml_child(hostdev, "source");
	const xmlNode *address = source ? xml_child(source, "address") : NULL;
	g_autofree char *uuid = address ? xml_attr(address, "uuid") : NULL;
	g_autofree char *pci = NULL;

	if (!address)
		return;
	if (g_strcmp0(type, "mdev") == 0) {
		tell(t, &(struct claim){ .what = "mdev", .value = uuid });
		return;
	}
	if (g_strcmp0(type, "pci") != 0)
		return;
	pci = g_strdup_printf("%04x:%02x:%02x.%u", number_of(address, "domain"),
			      number_of(address, "bus"), number_of(address, "slot"),
			      number_of(address, "function"));
	tell(t, &(struct claim){ .what = "pci", .value = pci });
}

static void tell_nvram(const struct teller *t, const xmlNode *domain)
{
	const xmlNode *os = xml_child(domain, "os");
	const xmlNode *nvram = os ? xml_child(os, "nvram") : NULL;
	g_autofree char *file = nvram ? attr_of(nvram, "source", "file") : NULL;
	g_autofree char *text = nvram ? xml_text(nvram) : NULL;

	tell(t, &(struct claim){ .what = "nvram", .value = file ? file : text });
}

static void tell_vsock(const struct teller *t, const xmlNode *devices)
{
	const xmlNode *vsock = xml_child(devices, "vsock");
	g_autofree char *cid = attr_of(vsock, "cid", "address");

	tell(t, &(struct claim){ .what = "vsock", .value = cid });
}

static void tell_devices(const struct teller *t, const xmlNode *devices)
{
	static const char *const ports[] = { "port", "tlsPort", "websocket" };

	for (const xmlNode *n = devices->children; n; n = n->next) {
		if (xml_is(n, "interface"))
			tell_mac(t, n);
		else if (xml_is(n, "disk"))
			tell_disk(t, n);
		else if (xml_is(n, "hostdev"))
			tell_hostdev(t, n);
		else if (xml_is(n, "serial") || xml_is(n, "console") || xml_is(n, "channel"))
			tell_chardev(t, n);
		for (size_t i = 0; xml_is(n, "graphics") && i < G_N_ELEMENTS(ports); i++)
			tell_port(t, n, ports[i]);
	}
	tell_vsock(t, devices);
}

void inventory_claims(const xmlNode *domain, void (*put)(void *data, const struct claim *c), void *data)
{
	g_autofree char *id = xml_attr(domain, "id");
	const struct teller t = { put, data, id != NULL };
	const xmlNode *devices = xml_child(domain, "devices"), *uuid = xml_child(domain, "uuid");
	g_autofree char *text = uuid ? xml_text(uuid) : NULL;
	g_autofree char *lower = text ? g_ascii_strdown(text, -1) : NULL;

	tell(&t, &(struct claim){ .what = "uuid", .value = lower });
	tell_nvram(&t, domain);
	if (devices)
		tell_devices(&t, devices);
}
