// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos_text - what commands print, as the JSON that a live source answers
 *
 * Each returns NULL when @text is not what the command prints. In the C locale, as sos runs it.
 */
#ifndef VMDOCTOR_SOS_TEXT_H
#define VMDOCTOR_SOS_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/** sos_nodeinfo - of `virsh nodeinfo` */
char *sos_nodeinfo(const char *text);
/** sos_version - of `virsh version`; the library stands for the daemon, as both are one package */
char *sos_version(const char *text, const char *hostname);
/** sos_info - of `virsh dominfo`; @ret_name: the domain's */
char *sos_info(const char *text, char **ret_name);
/** sos_host - of `uname -a`; sos runs as root */
char *sos_host(const char *text);
/** sos_clock - of `date`, `date --utc`, `timedatectl`: seconds since the epoch; false: none, or in
 *  a time zone that is only an abbreviation */
bool sos_clock(const char *text, int64_t *ret_s);

/** A line of `virsh net-list --all`. */
struct sos_net {
	char *name;
	bool active, autostart, persistent;
};
/** sos_networks - of struct sos_net; free it with g_ptr_array_unref() */
GPtrArray *sos_networks(const char *text);

#endif
