// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net_fields - attributes of rtnetlink messages as members of a JSON object
 *
 * Source: rtnetlink(7), Linux include/uapi/linux/if_link.h
 */
#ifndef VMDOCTOR_NET_FIELDS_H
#define VMDOCTOR_NET_FIELDS_H

#include <libmnl/libmnl.h>

#include "base/json_make.h"

enum form {
	FORM_U8,
	FORM_U16,
	FORM_U32,
	FORM_YES, /* a u8 that is true or false */
	FORM_TEXT,
	FORM_MAC,
	FORM_ADDRESS,
	FORM_LINK, /* an interface index, as the device's name */
	FORM_STATS,
	FORM_INFO, /* IFLA_LINKINFO: what depends on the kind of device */
};

/* One attribute of a message, and what it is called in the JSON. */
struct field {
	uint16_t attribute;
	enum form form;
	const char *name;
};

/** net_put_fields - every attribute of @fields (ended by attribute 0) that @h has behind its
 *  @header bytes; one that is shorter than its form is left out */
void net_put_fields(JsonBuilder *b, const struct nlmsghdr *h, size_t header,
		    const struct field *fields);
/** net_attribute - the first attribute of @type, or NULL */
const struct nlattr *net_attribute(const struct nlmsghdr *h, size_t header, uint16_t type);
/** net_put_link - the name of device @index; nothing where it is gone */
void net_put_link(JsonBuilder *b, const char *key, unsigned int index);
void net_put_address(JsonBuilder *b, const char *key, const struct nlattr *a);
/** net_put_prefix - "192.0.2.0/24"; @a NULL: "default" */
void net_put_prefix(JsonBuilder *b, const char *key, const struct nlattr *a, unsigned int bits);

#endif
