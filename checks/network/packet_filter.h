// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * firewall - what the packet filter of a host would do with one packet
 *
 * The rules as libnftables lists them. Each base chain at a hook is asked: an accept in one does
 * not undo a drop in another. What a rule asks of a packet and cannot be known beforehand (a
 * mark, a limit, an extension) is "maybe", and a verdict that hangs on it is unknown.
 * Source: nft(8), libnftables-json(5); iptables-nft(8) for xt expressions
 */
#ifndef VMDOCTOR_FIREWALL_H
#define VMDOCTOR_FIREWALL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct firewall;

enum fw_verdict {
	FW_ACCEPT,
	FW_DROP,
	FW_REJECT,
	FW_TRANSLATE, /* masquerade, snat: of a chain of type nat */
	FW_UNKNOWN,
	FW_VERDICT_MAX_
};
extern const char *const fw_verdict_names[FW_VERDICT_MAX_];

/** A packet of IPv4, as a rule sees it. Addresses in host byte order. */
struct fw_packet {
	const char *iif, *oif; /* names; NULL: none, as at the hooks input and output */
	uint32_t source, destination;
	uint8_t protocol; /* 6, 17; 0: no IP packet but ARP */
	uint16_t source_port, destination_port;
	bool established; /* else it is the first of its connection */
	const char *source_mac; /* or NULL */
};

/** What became of it, and who decided. Strings belong to the firewall. */
struct fw_decision {
	enum fw_verdict verdict;
	const char *family, *table, *chain;
	unsigned int handle; /* of the rule; 0: the chain's policy */
	const char *rule;    /* its text, where it is known; or "policy drop" */
	int64_t packets;     /* that it counted so far; -1: it does not count */
};

/**
 * firewall_new - from `nft -j list ruleset`, and `nft -a list ruleset` for words and for what
 * iptables-nft hides from JSON
 * @text: or NULL
 * Return: NULL with @error when @json is none.
 */
struct firewall *firewall_new(const char *json, const char *text, GError **error);
void firewall_free(struct firewall *fw);
AUTO_FREE(struct firewall, firewall)
/**
 * firewall_ask - what happens at one hook
 * @families: names, NULL-ended: "ip", "inet"; "bridge"
 * @type: "filter" or "nat"
 * Return: the first chain, by priority, that does not let it pass; else FW_ACCEPT, or
 * FW_TRANSLATE. No chain there at all: FW_ACCEPT with a NULL chain.
 */
struct fw_decision firewall_ask(const struct firewall *fw, const char *const *families,
				const char *type, const char *hook, const struct fw_packet *packet);
/** firewall_packets - what rule @handle of a table counted; -1: it does not count, or is not there */
int64_t firewall_packets(const struct firewall *fw, const char *family, const char *table,
			 unsigned int handle);
/** firewall_has_chain - is there one in that table whose name matches @glob (fnmatch)? */
bool firewall_has_chain(const struct firewall *fw, const char *family, const char *table, const char *glob);

#endif
