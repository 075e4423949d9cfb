// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_domain - what libvirt says of one domain, and what the agent in its guest says
 *
 * Source: libvirt's API reference, libvirt-domain.html. Domain XML is asked for without
 * VIR_DOMAIN_XML_SECURE: passwords do not leave libvirt.
 */
#include "live/virt/virt.h"

#include <errno.h>
#include <string.h>

#include "base/json_make.h"
#include "source/source.h"

static int xml_or_error(virDomainPtr dom, unsigned int flags, char **ret_text)
{
	char *xml = virDomainGetXMLDesc(dom, flags);

	if (!xml)
		return virt_errno();
	*ret_text = xml;
	return 0;
}

int virt_read_domain(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	int active = dom ? virDomainIsActive(dom) : -1;

	if (active < 0)
		return virt_errno();
	return active ? xml_or_error(dom, 0, ret_text) : -ENOENT;
}

int virt_read_inactive(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	int persistent = dom ? virDomainIsPersistent(dom) : -1;

	if (persistent < 0)
		return virt_errno();
	return persistent ? xml_or_error(dom, VIR_DOMAIN_XML_INACTIVE, ret_text) : -ENOENT;
}

static void add_state(JsonBuilder *b, virDomainPtr dom)
{
	g_autofree char *state_word = NULL;
	g_autofree char *reason_word = NULL;
	int state, reason;

	if (virDomainGetState(dom, &state, &reason, 0) == 0) {
		state_word = virt_state_word(state);
		reason_word = virt_reason_word(state, reason);
	}
	json_make_text(b, "state", state_word);
	json_make_text(b, "reason", reason_word);
}

static void add_control(JsonBuilder *b, virDomainPtr dom)
{
	static const char *const words[] = {
		[VIR_DOMAIN_CONTROL_OK] = "ok",
		[VIR_DOMAIN_CONTROL_JOB] = "job",
		[VIR_DOMAIN_CONTROL_OCCUPIED] = "occupied",
		[VIR_DOMAIN_CONTROL_ERROR] = "error",
	};
	g_autofree char *word = NULL;
	virDomainControlInfo control;

	if (virDomainGetControlInfo(dom, &control, 0) < 0) { /* inactive, or not QEMU */
		json_make_text(b, "control-state", NULL);
		return;
	}
	word = virt_word(words, G_N_ELEMENTS(words), (int)control.state);
	json_make_text(b, "control-state", word);
	json_make_int(b, "control-state-ms", control.stateTime);
}

static void add_messages(JsonBuilder *b, virDomainPtr dom)
{
	char **messages = NULL;
	int n = virDomainGetMessages(dom, &messages, 0);

	json_make_open_array(b, "messages");
	for (int i = 0; i < n; i++) {
		json_make_item(b, messages[i]);
		g_free(messages[i]);
	}
	json_builder_end_array(b);
	g_free(messages);
}

static void add_sizes(JsonBuilder *b, const virDomainInfo *info)
{
	json_make_u64(b, "max-memory-kib", info->maxMem);
	json_make_u64(b, "memory-kib", info->memory);
	json_make_int(b, "vcpus", info->nrVirtCpu);
	json_make_u64(b, "cpu-time-ns", info->cpuTime);
}

static void add_snapshots(JsonBuilder *b, virDomainPtr dom)
{
	int n = virDomainSnapshotNum(dom, 0);

	if (n < 0)
		json_make_text(b, "has-snapshots", NULL);
	else
		json_make_int(b, "has-snapshots", n);
}

static void add_identity(JsonBuilder *b, virDomainPtr dom)
{
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	unsigned int id = virDomainGetID(dom);

	json_make_text(b, "name", virDomainGetName(dom));
	json_make_text(b, "uuid", virDomainGetUUIDString(dom, uuid) == 0 ? uuid : NULL);
	json_make_int(b, "id", id == (unsigned int)-1 ? -1 : (int64_t)id);
}

int virt_read_info(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	virDomainInfo info;
	JsonBuilder *b;
	int active, autostart = -1;

	if (!dom || virDomainGetInfo(dom, &info) < 0)
		return virt_errno();
	active = virDomainIsActive(dom);
	if (virDomainGetAutostart(dom, &autostart) < 0)
		autostart = -1;
	b = json_make_object();
	add_identity(b, dom);
	add_state(b, dom);
	json_make_bool(b, "active", active);
	json_make_bool(b, "persistent", virDomainIsPersistent(dom));
	json_make_bool(b, "autostart", autostart);
	json_make_bool(b, "managed-save", virDomainHasManagedSaveImage(dom, 0));
	add_sizes(b, &info);
	if (active > 0) {
		add_control(b, dom);
		add_messages(b, dom);
	}
	add_snapshots(b, dom);
	*ret_text = json_make_end(b);
	return 0;
}

static void add_disk_error(JsonBuilder *b, const virDomainDiskError *e)
{
	static const char *const words[] = {
		[VIR_DOMAIN_DISK_ERROR_NONE] = "none",
		[VIR_DOMAIN_DISK_ERROR_UNSPEC] = "unspec",
		[VIR_DOMAIN_DISK_ERROR_NO_SPACE] = "no-space",
	};
	g_autofree char *word = virt_word(words, G_N_ELEMENTS(words), e->error);

	json_builder_begin_object(b);
	json_make_text(b, "disk", e->disk);
	json_make_text(b, "kind", word);
	json_builder_end_object(b);
}

int virt_read_diskerrors(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	g_autofree virDomainDiskErrorPtr errors = NULL;
	JsonBuilder *b;
	int n = dom ? virDomainGetDiskErrors(dom, NULL, 0, 0) : -1; /* how many disks there are */

	if (n > 0) {
		errors = g_new0(virDomainDiskError, (size_t)n);
		n = virDomainGetDiskErrors(dom, errors, (unsigned int)n, 0);
	}
	if (n < 0)
		return virt_errno();
	b = json_make_object();
	json_make_open_array(b, "disk-errors");
	for (int i = 0; i < n; i++) {
		add_disk_error(b, &errors[i]);
		g_free(errors[i].disk);
	}
	json_builder_end_array(b);
	*ret_text = json_make_end(b);
	return 0;
}

/*
 * The groups are named, and few: asking for all of them costs seven times as much. NOWAIT: while
 * another job has the monitor, what libvirtd knows itself must do.
 */
int virt_read_stats(virConnectPtr conn, const char *name, char **ret_text)
{
	const unsigned int groups = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL |
				    VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_VCPU |
				    VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK |
				    VIR_DOMAIN_STATS_VM;
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	virDomainPtr one[] = { dom, NULL };
	virDomainStatsRecordPtr *records = NULL;
	JsonBuilder *b;
	int n = dom ? virDomainListGetStats(one, groups, &records,
					    VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT)
		    : -1;

	if (n < 0)
		return virt_errno();
	b = json_make_object();
	if (n > 0)
		virt_json_params(b, records[0]->params, records[0]->nparams, NULL);
	virDomainStatsRecordListFree(records);
	*ret_text = json_make_end(b);
	return 0;
}

/* Who is logged in is nobody's business here: of "user.*" only the count passes. */
static bool is_not_personal(const char *field)
{
	return !g_str_has_prefix(field, "user.") || strcmp(field, "user.count") == 0;
}

int virt_read_guestinfo(virConnectPtr conn, const char *name, char **ret_text)
{
	const unsigned int types = VIR_DOMAIN_GUEST_INFO_USERS | VIR_DOMAIN_GUEST_INFO_OS |
				   VIR_DOMAIN_GUEST_INFO_TIMEZONE | VIR_DOMAIN_GUEST_INFO_HOSTNAME |
				   VIR_DOMAIN_GUEST_INFO_FILESYSTEM |
				   VIR_DOMAIN_GUEST_INFO_INTERFACES;
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	virTypedParameterPtr params = NULL;
	JsonBuilder *b;
	int n = 0;

	if (!dom || virDomainGetGuestInfo(dom, types, &params, &n, 0) < 0)
		return virt_errno();
	b = json_make_object();
	virt_json_params(b, params, n, is_not_personal);
	virTypedParamsFree(params, n);
	*ret_text = json_make_end(b);
	return 0;
}

/* The agent takes its time to answer: the guest's clock was read between the two host times. */
int virt_read_guesttime(virConnectPtr conn, const char *name, char **ret_text)
{
	g_autoptr(virDomain) dom = virDomainLookupByName(conn, name);
	long long seconds = 0;
	unsigned int nanoseconds = 0;
	int64_t before_us = g_get_real_time(), after_us;
	JsonBuilder *b;

	if (!dom || virDomainGetTime(dom, &seconds, &nanoseconds, 0) < 0)
		return virt_errno();
	after_us = g_get_real_time();
	b = json_make_object();
	json_make_int(b, "guest-s", seconds);
	json_make_int(b, "guest-ns", nanoseconds);
	json_make_int(b, "host-s", after_us / G_USEC_PER_SEC);
	json_make_int(b, "host-before-us", before_us);
	json_make_int(b, "host-after-us", after_us);
	*ret_text = json_make_end(b);
	return 0;
}

/* Two lists cost two calls; asking each domain what it is would cost two for every domain. */
static int list_with(virConnectPtr conn, unsigned int flags, const char *suffix, GPtrArray *names)
{
	virDomainPtr *all = NULL;
	int n = virConnectListAllDomains(conn, &all, flags);

	if (n < 0)
		return virt_errno();
	for (int i = 0; i < n; i++) {
		g_autofree char *escaped = source_path_escape(virDomainGetName(all[i]));

		g_ptr_array_add(names, g_strconcat(escaped, suffix, NULL));
		virDomainFree(all[i]);
	}
	g_free(all);
	return 0;
}

int virt_list_domains(virConnectPtr conn, GPtrArray *names)
{
	int r = list_with(conn, VIR_CONNECT_LIST_DOMAINS_ACTIVE, ".xml", names);

	return r < 0 ? r
		     : list_with(conn, VIR_CONNECT_LIST_DOMAINS_PERSISTENT, ".inactive.xml", names);
}
