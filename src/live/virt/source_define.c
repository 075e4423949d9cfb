// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_define - what this machine's libvirt says to a domain's XML that is about to be defined
 *
 * The XML is given to libvirt's test driver, in this process: nothing is defined anywhere.  Its parser and
 * schema are those of every driver; what only the QEMU driver knows (machines, devices of this QEMU) it passes.
 * Source: libvirt src/test/test_driver.c, docs/drvtest.rst
 */
#include "source/source.h"

#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

#include "live/virt/virt.h"

struct define {
	struct source source;
	const char *xml;
};

static void be_silent(void *data G_GNUC_UNUSED, virErrorPtr error G_GNUC_UNUSED)
{
}

/* NULL: accepted. */
static char *refusal_of(virConnectPtr conn, const char *xml, unsigned int flags)
{
	g_autoptr(virDomain) domain = virDomainDefineXMLFlags(conn, xml, flags);
	const virError *error = domain ? NULL : virGetLastError();

	if (domain)
		virDomainUndefine(domain); /* the next look must not find it there */
	if (error && (error->code == VIR_ERR_OPERATION_FAILED || error->code == VIR_ERR_DOM_EXIST))
		return NULL; /* of the name of one of the driver's own domains */
	return error && error->message ? g_strdup_printf("error: %s\n", error->message) : NULL;
}

static void define_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct define *d = (struct define *)src;
	g_autoptr(virConnect) conn = NULL;
	char *text = NULL;

	ret->error = -ENODATA;
	if (q->verb != SOURCE_READ || strcmp(q->path, SOURCE_DEFINE_LOG) != 0)
		return;
	virSetErrorFunc(NULL, be_silent);
	conn = virConnectOpen("test:///default");
	if (!conn)
		return;
	text = refusal_of(conn, d->xml, 0);
	/* define takes what the schema does not know, and drops it; virsh edit asks for it. */
	if (!text && (strstr(d->xml, "type='kvm'") || strstr(d->xml, "type=\"kvm\"")))
		text = refusal_of(conn, d->xml, VIR_DOMAIN_DEFINE_VALIDATE);
	ret->error = text ? 0 : -ENOENT;
	if (text)
		ret->data = g_bytes_new_take(text, strlen(text));
}

static void define_free(struct source *src)
{
	g_free(src);
}

static const struct source_ops define_ops = { .ask = define_ask, .free = define_free };

struct source *source_define_new(const void *xml)
{
	struct define *d = g_new0(struct define, 1);

	d->source.ops = &define_ops;
	d->xml = xml;
	return &d->source;
}
