// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt - what the parts of the libvirt source share; only source_virt.c and virt_*.c include it
 *
 * Every reader answers one kind of path. It calls libvirt, which keeps its last error for the
 * thread, and returns 0 with *ret_text (g_free() it), or what virt_errno() makes of that error.
 */
#ifndef VMDOCTOR_VIRT_H
#define VMDOCTOR_VIRT_H

#include <glib.h>
#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json_make.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(virConnect, virConnectClose)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virDomain, virDomainFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNetwork, virNetworkFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virNWFilter, virNWFilterFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(virStoragePool, virStoragePoolFree)

/* virt_conn.c: the connection, and what its URI says. */

struct virt_conn {
	char *uri;	    /* as asked for; NULL: libvirt's default */
	bool is_read_write; /* for the guest agent only */
	bool was_tried;
	virConnectPtr conn; /* NULL until tried, and where it failed */
	int error;	    /* why it failed: -errno, and what libvirt said */
	int error_code;
	char *error_text;
};

/** virt_conn_open - opens it at the first call; later calls repeat the result. Return: 0, -errno */
int virt_conn_open(struct virt_conn *c);
void virt_conn_done(struct virt_conn *c);
/** virt_conn_json - connection.json: which connection this is, and why there is none */
char *virt_conn_json(struct virt_conn *c);
/** virt_uri_is_local - does @uri lead to this machine? NULL: libvirt looks here only, so yes */
bool virt_uri_is_local(const char *uri);
/** virt_errno - libvirt's last error as -errno; never 0, -ENODATA, or -ENOENT of a lost socket */
int virt_errno(void);

/* virt_json.c: libvirt's values as JSON and words. */

/** virt_json_params - one member for each typed parameter that @keep (NULL: all) lets through */
void virt_json_params(JsonBuilder *b, virTypedParameterPtr params, int n,
		      bool (*keep)(const char *field));
/** virt_word - names[i], or "unknown-7" for what a newer libvirt says */
char *virt_word(const char *const *names, size_t n, int i);
char *virt_state_word(int state);
char *virt_reason_word(int state, int reason);
/** virt_version_text - 9000000 is 9.0.0. Source: virGetVersion(), libvirt-host.html */
char *virt_version_text(unsigned long version);

/* virt_domain.c, virt_host.c: one reader for each kind of path. @name: as libvirt spells it. */

int virt_read_version(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_capabilities(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_nodeinfo(virConnectPtr conn, const char *name, char **ret_text);
/** virt_read_inventory - {total, other: [{name, active, claim: [{what, value, where, device}]}]} */
int virt_read_inventory(virConnectPtr conn, const char *name, char **ret_text);
/** @name: ARCH,VIRTTYPE,MACHINE,EMULATOR, each still escaped; an empty one is libvirt's choice */
int virt_read_domcapabilities(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_network(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_netinfo(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_leases(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_pool(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_poolinfo(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_nwfilter(virConnectPtr conn, const char *name, char **ret_text);

int virt_read_domain(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_inactive(virConnectPtr conn, const char *name, char **ret_text);
/** virt_read_info - only what libvirtd knows itself: it must answer while QEMU's monitor hangs */
int virt_read_info(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_diskerrors(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_stats(virConnectPtr conn, const char *name, char **ret_text);
/** virt_read_guestinfo - what the agent in the guest says; of its users only how many they are */
int virt_read_guestinfo(virConnectPtr conn, const char *name, char **ret_text);
int virt_read_guesttime(virConnectPtr conn, const char *name, char **ret_text);
/** virt_read_guestfile - @name: "NAME/files/proc/swaps", NAME escaped; one of a fixed list of files in the
 *  guest, at most 64 KiB. -EPERM: its agent does not let files be read */
int virt_read_guestfile(virConnectPtr conn, const char *name, char **ret_text);

/* virt_sample.c: counters for rates. */

struct virt_sample;
struct virt_sample *virt_sample_new(void);
void virt_sample_free(struct virt_sample *s);
/** virt_sample_expect - @name will be asked for, after those that were expected before */
void virt_sample_expect(struct virt_sample *s, const char *name);
/** virt_sample_read - counters of @name, with "taken-ns", the CLOCK_MONOTONIC of their reading; of one
 *  @tick each domain is asked for once. Return: 0, -errno */
int virt_sample_read(struct virt_sample *s, virConnectPtr conn, unsigned int tick, const char *name,
		     char **ret_text);

/* Adds the names of a directory's files to @names. */
int virt_list_domains(virConnectPtr conn, GPtrArray *names);
int virt_list_networks(virConnectPtr conn, GPtrArray *names);
int virt_list_pools(virConnectPtr conn, GPtrArray *names);
int virt_list_nwfilters(virConnectPtr conn, GPtrArray *names);

#endif
