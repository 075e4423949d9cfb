// SPDX-License-Identifier: GPL-2.0-or-later
/* fw_private - what the files of firewall share */
#ifndef VMDOCTOR_FW_PRIVATE_H
#define VMDOCTOR_FW_PRIVATE_H

#include "checks/network/packet_filter.h"
#include "base/json_read.h"

/* Three-valued: what a rule asks holds, does not, or cannot be known. */
enum fw_match { FW_NO, FW_MAYBE, FW_YES };

struct fw_rule {
	unsigned int handle;
	JsonArray *expr;  /* borrowed of the parser */
	const char *text; /* borrowed of the texts; or NULL */
};

struct fw_chain {
	const char *family, *table, *name; /* borrowed */
	const char *type, *hook, *policy;  /* NULL where it is no base chain */
	gint64 priority;
	GPtrArray *rules; /* of struct fw_rule */
};

struct firewall {
	JsonParser *parser;
	GPtrArray *chains;  /* of struct fw_chain, as listed */
	GHashTable *sets;   /* "family table name" to its JsonObject */
	GHashTable *texts;  /* "family table handle" to text */
};

/** fw_match_statement - of one statement of a rule; FW_YES for those that ask nothing */
enum fw_match fw_match_statement(const struct firewall *fw, const struct fw_chain *chain,
				 const struct fw_rule *rule, JsonObject *statement,
				 const struct fw_packet *p);
/** fw_holds - does @value match @right: a scalar, prefix, range, set or named set? */
enum fw_match fw_holds(const struct firewall *fw, const struct fw_chain *chain, JsonNode *right,
		       const char *value);
/** fw_value_of - what the left side of a match is of this packet; NULL: not known */
char *fw_value_of(JsonObject *left, const struct fw_packet *p);

#endif
