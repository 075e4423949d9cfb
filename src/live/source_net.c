// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_net - /vmdoctor/net/: the kernel's network devices, addresses, routes and neighbours, and
 * its packet filter
 *
 *	link.json       {"link": [{name, ifindex, kind, up, carrier, mtu, mac, master, …}]}
 *	address.json    {"address": [{link, family, address, prefix}]}
 *	route.json      {"route": [{family, to, gateway, link, table, type, source, metric}]}
 *	policy.json     {"rule": [{family, priority, source, destination, iif, table, action}]}
 *	neighbour.json  {"neighbour": [{family, address, link, mac, state}]}
 *	fdb.json        {"fdb": [{mac, link, master, vlan, state}]}, of bridges
 *	nft.json        as `nft -a -j list ruleset` says it; nft.txt: as `nft -a -n -n` does
 *
 * Of the network namespace that this process is in: /sys/class/net shows the one that it was
 * mounted in. Source: rtnetlink(7), Linux include/uapi/linux/if_link.h, fib_rules.h, neighbour.h;
 * libnftables(3)
 */
#include "source/source.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <nftables/libnftables.h>

#include "base/json_make.h"
#include "live/net_fields.h"

#define ENTRIES_MAX 8192 /* a router may carry a million routes */
#define NFT_CAP_BYTES ((size_t)16 << 20)
#define DUMP_BYTES 32768 /* the most that the kernel puts into one part of a dump */

static const struct field link_fields[] = {
	{ IFLA_IFNAME, FORM_TEXT, "name" },	 { IFLA_MTU, FORM_U32, "mtu" },
	{ IFLA_ADDRESS, FORM_MAC, "mac" },	 { IFLA_MASTER, FORM_LINK, "master" },
	{ IFLA_CARRIER, FORM_YES, "carrier" },	 { IFLA_PROMISCUITY, FORM_U32, "promiscuity" },
	{ IFLA_STATS64, FORM_STATS, NULL },	 { IFLA_LINKINFO, FORM_INFO, NULL },
	{ IFLA_QDISC, FORM_TEXT, "qdisc" },	 { 0 },
};
static const struct field address_fields[] = {
	{ IFA_LOCAL, FORM_ADDRESS, "address" }, { IFA_ADDRESS, FORM_ADDRESS, "peer" }, { 0 },
};
static const struct field route_fields[] = {
	{ RTA_GATEWAY, FORM_ADDRESS, "gateway" }, { RTA_OIF, FORM_LINK, "link" },
	{ RTA_PREFSRC, FORM_ADDRESS, "source" },  { RTA_PRIORITY, FORM_U32, "metric" },
	{ RTA_TABLE, FORM_U32, "table" },	  { 0 },
};
static const struct field rule_fields[] = {
	{ FRA_PRIORITY, FORM_U32, "priority" }, { FRA_IIFNAME, FORM_TEXT, "iif" },
	{ FRA_OIFNAME, FORM_TEXT, "oif" },	{ FRA_TABLE, FORM_U32, "table" },
	{ FRA_FWMARK, FORM_U32, "fwmark" },	{ 0 },
};
static const struct field neighbour_fields[] = {
	{ NDA_DST, FORM_ADDRESS, "address" }, { NDA_LLADDR, FORM_MAC, "mac" },
	{ NDA_MASTER, FORM_LINK, "master" },  { NDA_VLAN, FORM_U16, "vlan" },
	{ 0 },
};


/* A device whose lower one is in another namespace has an index there, which is no name here. */
static void put_lower(JsonBuilder *b, const struct nlmsghdr *h)
{
	const struct nlattr *a = net_attribute(h, sizeof(struct ifinfomsg), IFLA_LINK);

	if (a && mnl_attr_get_payload_len(a) == 4 && mnl_attr_get_u32(a) &&
	    !net_attribute(h, sizeof(struct ifinfomsg), IFLA_LINK_NETNSID))
		net_put_link(b, "lower", mnl_attr_get_u32(a));
}

static void put_link_message(JsonBuilder *b, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);

	json_make_int(b, "ifindex", m->ifi_index);
	json_make_bool(b, "up", (m->ifi_flags & IFF_UP) != 0);
	json_make_bool(b, "running", (m->ifi_flags & IFF_RUNNING) != 0);
	json_make_bool(b, "loopback", (m->ifi_flags & IFF_LOOPBACK) != 0);
	put_lower(b, h);
	net_put_fields(b, h, sizeof(*m), link_fields);
}

static int family_number(int family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 6 : 0;
}

static void put_address_message(JsonBuilder *b, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(h);

	net_put_link(b, "link", m->ifa_index);
	json_make_int(b, "family", family_number(m->ifa_family));
	json_make_int(b, "prefix", m->ifa_prefixlen);
	/* IPv6 addresses without a peer have no IFA_LOCAL. */
	if (!net_attribute(h, sizeof(*m), IFA_LOCAL)) {
		const struct nlattr *a = net_attribute(h, sizeof(*m), IFA_ADDRESS);

		if (a)
			net_put_address(b, "address", a);
		return;
	}
	net_put_fields(b, h, sizeof(*m), address_fields);
}

static const char *route_type(unsigned int type)
{
	static const char *const names[] = {
		[RTN_UNICAST] = "unicast",     [RTN_LOCAL] = "local",
		[RTN_BROADCAST] = "broadcast", [RTN_BLACKHOLE] = "blackhole",
		[RTN_UNREACHABLE] = "unreachable", [RTN_PROHIBIT] = "prohibit",
	};

	return type < G_N_ELEMENTS(names) && names[type] ? names[type] : "other";
}

static void put_first_hop(JsonBuilder *b, const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);

	if (mnl_attr_get_payload_len(multipath) >= sizeof(*hop))
		net_put_link(b, "link", (unsigned int)hop->rtnh_ifindex);
}

static void put_route_message(JsonBuilder *b, const struct nlmsghdr *h)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *multipath = net_attribute(h, sizeof(*m), RTA_MULTIPATH);

	json_make_int(b, "family", family_number(m->rtm_family));
	net_put_prefix(b, "to", net_attribute(h, sizeof(*m), RTA_DST), m->rtm_dst_len);
	json_make_text(b, "type", route_type(m->rtm_type));
	if (multipath)
		put_first_hop(b, multipath);
	net_put_fields(b, h, sizeof(*m), route_fields);
}

static const char *rule_action(unsigned int action)
{
	static const char *const names[] = {
		[FR_ACT_TO_TBL] = "lookup",	[FR_ACT_GOTO] = "goto",
		[FR_ACT_BLACKHOLE] = "blackhole", [FR_ACT_UNREACHABLE] = "unreachable",
		[FR_ACT_PROHIBIT] = "prohibit",
	};

	return action < G_N_ELEMENTS(names) && names[action] ? names[action] : "other";
}

static void put_rule_message(JsonBuilder *b, const struct nlmsghdr *h)
{
	const struct fib_rule_hdr *m = mnl_nlmsg_get_payload(h);

	json_make_int(b, "family", family_number(m->family));
	net_put_prefix(b, "source", net_attribute(h, sizeof(*m), FRA_SRC), m->src_len);
	net_put_prefix(b, "destination", net_attribute(h, sizeof(*m), FRA_DST), m->dst_len);
	json_make_text(b, "action", rule_action(m->action));
	net_put_fields(b, h, sizeof(*m), rule_fields);
}

static const char *neighbour_state(unsigned int state)
{
	return state & NUD_PERMANENT  ? "permanent" :
	       state & NUD_NOARP      ? "noarp" :
	       state & NUD_REACHABLE  ? "reachable" :
	       state & NUD_FAILED     ? "failed" :
	       state & NUD_INCOMPLETE ? "incomplete" :
					"stale";
}

static void put_neighbour_message(JsonBuilder *b, const struct nlmsghdr *h)
{
	const struct ndmsg *m = mnl_nlmsg_get_payload(h);

	net_put_link(b, "link", (unsigned int)m->ndm_ifindex);
	if (m->ndm_family != AF_BRIDGE)
		json_make_int(b, "family", family_number(m->ndm_family));
	json_make_text(b, "state", neighbour_state(m->ndm_state));
	net_put_fields(b, h, sizeof(*m), neighbour_fields);
}

/* What can be dumped, and how a message of it is read. */
static const struct dump {
	const char *file, *member;
	uint16_t request;
	uint8_t family;
	size_t header; /* bytes: every request and every message begins with this much */
	void (*put)(JsonBuilder *b, const struct nlmsghdr *h);
} dumps[] = {
	{ "link.json", "link", RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), put_link_message },
	{ "address.json", "address", RTM_GETADDR, AF_UNSPEC, sizeof(struct ifaddrmsg),
	  put_address_message },
	{ "route.json", "route", RTM_GETROUTE, AF_UNSPEC, sizeof(struct rtmsg), put_route_message },
	{ "policy.json", "rule", RTM_GETRULE, AF_UNSPEC, sizeof(struct fib_rule_hdr),
	  put_rule_message },
	{ "neighbour.json", "neighbour", RTM_GETNEIGH, AF_UNSPEC, sizeof(struct ndmsg),
	  put_neighbour_message },
	{ "fdb.json", "fdb", RTM_GETNEIGH, AF_BRIDGE, sizeof(struct ndmsg), put_neighbour_message },
};

struct progress {
	const struct dump *dump;
	JsonBuilder *b;
	unsigned int entries;
};

static int on_message(const struct nlmsghdr *h, void *data)
{
	struct progress *p = data;

	if (mnl_nlmsg_get_payload_len(h) < p->dump->header || p->entries++ >= ENTRIES_MAX)
		return MNL_CB_OK;
	json_builder_begin_object(p->b);
	p->dump->put(p->b, h);
	json_builder_end_object(p->b);
	return MNL_CB_OK;
}

static int send_request(struct mnl_socket *nl, const struct dump *d)
{
	char buffer[256] = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	uint8_t *header;

	h->nlmsg_type = d->request;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = 1;
	header = mnl_nlmsg_put_extra_header(h, d->header);
	header[0] = d->family; /* the first byte of each of these headers */
	return mnl_socket_sendto(nl, h, h->nlmsg_len) < 0 ? -errno : 0;
}

static int receive(struct mnl_socket *nl, struct progress *p)
{
	g_autofree char *buffer = g_malloc(DUMP_BYTES);
	unsigned int port = mnl_socket_get_portid(nl);
	int r = MNL_CB_OK;

	while (r == MNL_CB_OK) {
		ssize_t n = mnl_socket_recvfrom(nl, buffer, DUMP_BYTES);

		if (n < 0)
			return -errno;
		r = mnl_cb_run(buffer, (size_t)n, 1, port, on_message, p);
	}
	return r < 0 ? -errno : 0;
}

static int run_dump(struct progress *p)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int r;

	if (!nl)
		return -errno;
	r = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : send_request(nl, p->dump);
	if (r == 0)
		r = receive(nl, p);
	mnl_socket_close(nl);
	return r;
}

static void ask_dump(const struct dump *d, struct answer *ret)
{
	struct progress p = { .dump = d, .b = json_make_object() };
	g_autofree char *text = NULL;

	json_make_open_array(p.b, d->member);
	ret->error = run_dump(&p);
	json_builder_end_array(p.b);
	text = json_make_end(p.b);
	ret->truncated = p.entries > ENTRIES_MAX;
	if (ret->error == 0)
		ret->data = g_bytes_new(text, strlen(text));
}

/* The library has no errno: without the right to look it fails, and says so in words only. */
static void ask_nft(bool json, struct answer *ret)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	const char *text;

	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_HANDLE | NFT_CTX_OUTPUT_NUMERIC_PRIO |
					      NFT_CTX_OUTPUT_NUMERIC_PROTO |
					      (json ? NFT_CTX_OUTPUT_JSON : 0));
	if (nft_ctx_buffer_output(nft) != 0 || nft_ctx_buffer_error(nft) != 0)
		ret->error = -ENOMEM;
	else if (nft_run_cmd_from_buffer(nft, "list ruleset") != 0)
		ret->error = strstr(nft_ctx_get_error_buffer(nft), "not permitted") ? -EPERM : -EIO;
	text = ret->error ? NULL : nft_ctx_get_output_buffer(nft);
	if (text && strlen(text) <= NFT_CAP_BYTES)
		ret->data = g_bytes_new(text, strlen(text));
	else if (text)
		ret->error = -EFBIG;
	nft_ctx_free(nft);
}

static void net_ask(struct source *src G_GNUC_UNUSED, const struct query *q, struct answer *ret)
{
	const char *file = q->path + strlen("/vmdoctor/net/");

	ret->error = -ENODATA;
	if (q->verb != SOURCE_READ)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(dumps); i++)
		if (strcmp(file, dumps[i].file) == 0)
			ask_dump(&dumps[i], ret);
	if (strcmp(file, "nft.json") == 0 || strcmp(file, "nft.txt") == 0) {
		ret->error = 0;
		ask_nft(g_str_has_suffix(file, ".json"), ret);
	}
}

static void net_free(struct source *src)
{
	g_free(src);
}

static const struct source_ops net_ops = { .ask = net_ask, .free = net_free };

struct source *source_net_new(const void *unused G_GNUC_UNUSED)
{
	struct source *s = g_new0(struct source, 1);

	s->ops = &net_ops;
	return s;
}
