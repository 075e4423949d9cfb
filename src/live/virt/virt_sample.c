// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_sample - counters of many domains, in few calls
 *
 * A call for each domain costs twice what its counters cost, in libvirtd and here.  So the first
 * question about one of them fetches those of the next few, too, of which the statistics were asked for
 * earlier: nobody else's monitor is troubled.  They are few, for two reasons: one that hangs keeps
 * all of its call from being answered, and the moment at which each was read is known by its place
 * in the call only.
 * Source: libvirt-domain.html, virDomainListGetStats(): domains are asked one after the other, in the
 * order of the list; one that is gone meanwhile is left out of the answer
 */
#include "live/virt/virt.h"

#include <errno.h>
#include <string.h>

#define AT_ONCE 8

/* The group VCPU brings KVM's own counters, too, where libvirt is 8.10 or newer. */
#define GROUPS                                                                                     \
	(VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_VCPU |               \
	 VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK)

struct virt_sample {
	GPtrArray *expected; /* names, in the order in which they will be asked for */
	GHashTable *domains; /* name -> virDomainPtr of those that ran; NULL: not asked yet */
	GHashTable *ready;   /* name -> text, of one tick */
	unsigned int tick;
};

static void domain_free(void *domain)
{
	virDomainFree(domain);
}

struct virt_sample *virt_sample_new(void)
{
	struct virt_sample *s = g_new0(struct virt_sample, 1);

	s->expected = g_ptr_array_new_with_free_func(g_free);
	s->ready = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return s;
}

void virt_sample_free(struct virt_sample *s)
{
	g_ptr_array_unref(s->expected);
	g_hash_table_unref(s->ready);
	g_clear_pointer(&s->domains, g_hash_table_unref);
	g_free(s);
}

void virt_sample_expect(struct virt_sample *s, const char *name)
{
	g_ptr_array_add(s->expected, g_strdup(name));
}

static void find_domains(struct virt_sample *s, virConnectPtr conn)
{
	virDomainPtr *all = NULL;
	int n;

	if (s->domains)
		return;
	s->domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, domain_free);
	n = virConnectListAllDomains(conn, &all, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
	for (int i = 0; i < n; i++)
		g_hash_table_replace(s->domains, (char *)(uintptr_t)virDomainGetName(all[i]), all[i]);
	g_free(all);
}

/* NOWAIT: while another job has the monitor, what libvirtd knows itself must do. */
static int fetch(struct virt_sample *s, virDomainPtr *list)
{
	virDomainStatsRecordPtr *records = NULL;
	int64_t begin_us = g_get_monotonic_time(), took_us;
	int n = virDomainListGetStats(list, GROUPS, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);

	took_us = g_get_monotonic_time() - begin_us;
	for (int i = 0; i < n; i++) {
		JsonBuilder *b = json_make_object();

		json_make_int(b, "taken-ns", begin_us * 1000 + took_us * 500 * (2 * i + 1) / n);
		virt_json_params(b, records[i]->params, records[i]->nparams, NULL);
		g_hash_table_replace(s->ready, g_strdup(virDomainGetName(records[i]->dom)),
				     json_make_end(b));
	}
	virDomainStatsRecordListFree(records);
	return n < 0 ? virt_errno() : 0;
}

/* @name and those that will be asked for next; a domain that was not expected comes alone. */
static int fetch_some(struct virt_sample *s, virConnectPtr conn, const char *name)
{
	virDomainPtr list[AT_ONCE + 1] = { NULL };
	g_autoptr(virDomain) alone = NULL;
	guint at, n = 0;

	find_domains(s, conn);
	if (g_ptr_array_find_with_equal_func(s->expected, name, g_str_equal, &at))
		for (; at < s->expected->len && n < AT_ONCE; at++) {
			list[n] = g_hash_table_lookup(s->domains, s->expected->pdata[at]);
			n += list[n] != NULL;
		}
	if (n == 0 || strcmp(virDomainGetName(list[0]), name) != 0) {
		alone = virDomainLookupByName(conn, name);
		if (!alone)
			return virt_errno();
		list[0] = alone;
		list[1] = NULL;
	}
	return fetch(s, list);
}

int virt_sample_read(struct virt_sample *s, virConnectPtr conn, unsigned int tick, const char *name,
		     char **ret_text)
{
	g_autofree char *key = NULL;
	int r = 0;

	if (tick != s->tick)
		g_hash_table_remove_all(s->ready);
	s->tick = tick;
	if (!g_hash_table_contains(s->ready, name))
		r = fetch_some(s, conn, name);
	if (r < 0)
		return r;
	if (!g_hash_table_steal_extended(s->ready, name, (void **)&key, (void **)ret_text))
		return -ENOENT;
	return 0;
}
