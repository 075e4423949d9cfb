// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_inventory - what every domain of the connection claims for itself, in one answer
 *
 * Of domains that nobody asked about their whole XML is nobody's business, nor that of a
 * recording: only names, states and what may clash leaves this file.
 * Source: virConnectListAllDomains(), virDomainGetXMLDesc()
 */
#include <libvirt/virterror.h>

#include "formats/inventory.h"
#include "live/virt/virt.h"
#include "base/json_make.h"
#include "base/xml.h"

#define DOMAINS_MAX 4000
#define XML_CAP_BYTES (1024 * 1024)

static void put_claim(void *data, const struct claim *c)
{
	JsonBuilder *b = data;

	json_builder_begin_object(b);
	json_make_text(b, "what", c->what);
	json_make_text(b, "value", c->value);
	json_make_text(b, "where", c->where);
	json_make_text(b, "device", c->device);
	json_builder_end_object(b);
}

/* One that ends meanwhile has no XML, and nothing to claim. */
static void add_claims(JsonBuilder *b, virDomainPtr domain)
{
	char *text = virDomainGetXMLDesc(domain, 0); /* never with VIR_DOMAIN_XML_SECURE */
	size_t size = text ? strlen(text) : 0;
	g_autoptr(xmlDoc) doc = size > 0 && size < XML_CAP_BYTES
					? xml_parse(text, size, "domain", NULL, NULL)
					: NULL;

	json_make_open_array(b, "claim");
	if (doc)
		inventory_claims(xmlDocGetRootElement(doc), put_claim, b);
	json_builder_end_array(b);
	g_free(text);
}

static void add_domain(JsonBuilder *b, virDomainPtr domain)
{
	json_builder_begin_object(b);
	json_make_text(b, "name", virDomainGetName(domain));
	json_make_bool(b, "active", virDomainIsActive(domain));
	add_claims(b, domain);
	json_builder_end_object(b);
}

static void free_domain(void *domain)
{
	virDomainFree(domain);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(virDomainGetName(*(virDomainPtr const *)a),
			 virDomainGetName(*(virDomainPtr const *)b));
}

int virt_read_inventory(virConnectPtr conn, const char *name G_GNUC_UNUSED, char **ret_text)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(free_domain);
	virDomainPtr *domains = NULL;
	int n = virConnectListAllDomains(conn, &domains, 0);
	JsonBuilder *b;

	if (n < 0)
		return virt_errno();
	for (int i = 0; i < n; i++)
		g_ptr_array_add(all, domains[i]);
	g_free(domains);
	g_ptr_array_sort(all, by_name);
	b = json_make_object();
	json_make_int(b, "total", n);
	json_make_open_array(b, "other");
	for (size_t i = 0; i < all->len && i < DOMAINS_MAX; i++)
		add_domain(b, all->pdata[i]);
	json_builder_end_array(b);
	*ret_text = json_make_end(b);
	return 0;
}
