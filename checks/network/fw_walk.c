// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fw_walk - a packet's way through the chains of a hook.
 */
#include "checks/network/fw_private.h"

#include <string.h>

#define JUMPS_MAX 64 /* the kernel allows 16 (NFT_JUMP_STACK_SIZE); a listing may be anything */

const char *const fw_verdict_names[FW_VERDICT_MAX_] = { "accept", "drop", "reject", "translate",
							"unknown" };

enum act { ACT_NONE, ACT_VERDICT, ACT_RETURN, ACT_JUMP, ACT_GOTO };

struct action {
	enum act act;
	enum fw_verdict verdict;
	const char *target;
};

/* A walk through one base chain. What a "maybe" rule would have done is kept apart. */
struct walk {
	const struct firewall *fw;
	const struct fw_packet *p;
	struct fw_decision decision;
	bool decided, maybe_pass, maybe_stop;
	unsigned int jumps;
};

static struct action verdict_action(JsonObject *s)
{
	static const struct {
		const char *name;
		struct action action;
	} plain[] = {
		{ "accept", { ACT_VERDICT, FW_ACCEPT, NULL } },
		{ "drop", { ACT_VERDICT, FW_DROP, NULL } },
		{ "reject", { ACT_VERDICT, FW_REJECT, NULL } },
		{ "return", { ACT_RETURN, FW_ACCEPT, NULL } },
		{ "masquerade", { ACT_VERDICT, FW_TRANSLATE, NULL } },
		{ "snat", { ACT_VERDICT, FW_TRANSLATE, NULL } },
		{ "queue", { ACT_VERDICT, FW_UNKNOWN, NULL } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
		if (json_object_has_member(s, plain[i].name))
			return plain[i].action;
	for (int jump = 0; jump < 2; jump++) {
		JsonObject *o = json_read_object(s, jump ? "jump" : "goto");

		if (o)
			return (struct action){ jump ? ACT_JUMP : ACT_GOTO, FW_ACCEPT,
						json_read_text(o, "target") };
	}
	return (struct action){ ACT_NONE, FW_ACCEPT, NULL };
}

/* Targets of iptables that nft knows as extensions only. */
static struct action extension_action(JsonObject *xt)
{
	static const char *const harmless[] = { "CHECKSUM", "LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS",
						"DSCP", "CLASSIFY", "CT", "TOS", NULL };
	const char *name = json_read_text(xt, "name");

	if (g_strcmp0(json_read_text(xt, "type"), "target") != 0 || !name || g_strv_contains(harmless, name))
		return (struct action){ ACT_NONE, FW_ACCEPT, NULL };
	if (strcmp(name, "REJECT") == 0)
		return (struct action){ ACT_VERDICT, FW_REJECT, NULL };
	if (strcmp(name, "MASQUERADE") == 0 || strcmp(name, "SNAT") == 0)
		return (struct action){ ACT_VERDICT, FW_TRANSLATE, NULL };
	return (struct action){ ACT_VERDICT, FW_UNKNOWN, NULL };
}

/* iifname vmap { "virbr0" : goto chain, … } */
static struct action map_action(const struct walk *w, const struct fw_chain *c, JsonObject *vmap,
				enum fw_match *ret_match)
{
	JsonObject *data = json_read_object(vmap, "data");
	g_autofree char *value = json_read_object(vmap, "key") ? fw_value_of(json_read_object(vmap, "key"), w->p) : NULL;
	JsonArray *pairs = json_read_array(data, "set");

	*ret_match = FW_NO;
	if (!value || !pairs) {
		*ret_match = FW_MAYBE;
		return (struct action){ ACT_VERDICT, FW_UNKNOWN, NULL };
	}
	for (guint i = 0; i < json_array_get_length(pairs); i++) {
		JsonArray *pair = json_as_array(json_array_get_element(pairs, i));
		JsonObject *to = json_read_length(pair) == 2 ? json_read_item(pair, 1) : NULL;

		if (!to)
			continue;
		*ret_match = fw_holds(w->fw, c, json_array_get_element(pair, 0), value);
		if (*ret_match != FW_NO)
			return verdict_action(to);
	}
	return (struct action){ ACT_NONE, FW_ACCEPT, NULL };
}

/* Does the rule apply, and what does it do then? */
static enum fw_match evaluate(const struct walk *w, const struct fw_chain *c, const struct fw_rule *r,
			      struct action *ret, int64_t *ret_packets)
{
	enum fw_match all = FW_YES;

	*ret = (struct action){ ACT_NONE, FW_ACCEPT, NULL };
	*ret_packets = -1;
	for (guint i = 0; all != FW_NO && i < json_array_get_length(r->expr); i++) {
		JsonObject *s = json_read_item(r->expr, i);
		enum fw_match one = s ? fw_match_statement(w->fw, c, r, s, w->p) : FW_YES;
		struct action a = { ACT_NONE, FW_ACCEPT, NULL };

		if (!s)
			continue;
		if (json_read_object(s, "counter"))
			*ret_packets = json_read_int(json_read_object(s, "counter"), "packets", -1);
		if (json_read_object(s, "vmap"))
			a = map_action(w, c, json_read_object(s, "vmap"), &one);
		else
			a = json_read_object(s, "xt") ? extension_action(json_read_object(s, "xt")) : verdict_action(s);
		if (a.act != ACT_NONE)
			*ret = a;
		all = MIN(all, one);
	}
	return all;
}

static bool lets_pass(enum fw_verdict v)
{
	return v == FW_ACCEPT || v == FW_TRANSLATE;
}

static void decide(struct walk *w, const struct fw_chain *c, const struct fw_rule *r,
		   enum fw_verdict verdict, int64_t packets, bool surely)
{
	if (!surely || verdict == FW_UNKNOWN) {
		w->maybe_pass |= verdict == FW_UNKNOWN || lets_pass(verdict);
		w->maybe_stop |= verdict == FW_UNKNOWN || !lets_pass(verdict);
		return;
	}
	w->decided = true;
	w->decision = (struct fw_decision){
		.verdict = verdict,
		.family = c->family,
		.table = c->table,
		.chain = c->name,
		.handle = r ? r->handle : 0,
		.rule = r ? r->text : lets_pass(verdict) ? "policy accept" : "policy drop",
		.packets = packets,
	};
}

static const struct fw_chain *find(const struct walk *w, const struct fw_chain *from, const char *name)
{
	for (guint i = 0; i < w->fw->chains->len; i++) {
		const struct fw_chain *c = w->fw->chains->pdata[i];

		if (g_strcmp0(c->name, name) == 0 && g_strcmp0(c->table, from->table) == 0 &&
		    g_strcmp0(c->family, from->family) == 0)
			return c;
	}
	return NULL;
}

/* Return: false when the base chain was left for good ("goto"): its policy comes next. */
static bool walk_chain(struct walk *w, const struct fw_chain *c, bool surely)
{
	for (guint i = 0; !w->decided && i < c->rules->len; i++) {
		const struct fw_rule *r = c->rules->pdata[i];
		int64_t packets;
		struct action a;
		enum fw_match m = evaluate(w, c, r, &a, &packets);
		bool sure = surely && m == FW_YES;
		const struct fw_chain *to;

		if (m == FW_NO || a.act == ACT_NONE)
			continue;
		if (a.act == ACT_VERDICT) {
			decide(w, c, r, a.verdict, packets, sure);
			continue;
		}
		if (a.act == ACT_RETURN) {
			/* Perhaps it ends here: what follows is no longer sure. */
			if (m == FW_YES)
				return true;
			surely = false;
			continue;
		}
		to = w->jumps++ < JUMPS_MAX ? find(w, c, a.target) : NULL;
		if (!to)
			decide(w, c, r, FW_UNKNOWN, -1, false);
		else
			walk_chain(w, to, sure);
		if (a.act == ACT_GOTO && sure)
			return false;
	}
	return true;
}

static struct fw_decision walk_base(const struct firewall *fw, const struct fw_chain *c,
				    const struct fw_packet *p)
{
	struct walk w = { .fw = fw, .p = p };

	walk_chain(&w, c, true);
	if (!w.decided)
		decide(&w, c, NULL, g_strcmp0(c->policy, "drop") == 0 ? FW_DROP : FW_ACCEPT, -1, true);
	if (lets_pass(w.decision.verdict) ? w.maybe_stop : w.maybe_pass)
		w.decision.verdict = FW_UNKNOWN;
	return w.decision;
}

static int by_priority(gconstpointer a, gconstpointer b)
{
	const struct fw_chain *x = *(const struct fw_chain *const *)a;
	const struct fw_chain *y = *(const struct fw_chain *const *)b;

	return x->priority < y->priority ? -1 : x->priority > y->priority;
}

struct fw_decision firewall_ask(const struct firewall *fw, const char *const *families,
				const char *type, const char *hook, const struct fw_packet *packet)
{
	g_autoptr(GPtrArray) base = g_ptr_array_new();
	struct fw_decision all = { .verdict = FW_ACCEPT, .packets = -1 };

	for (guint i = 0; i < fw->chains->len; i++) {
		struct fw_chain *c = fw->chains->pdata[i];

		if (g_strcmp0(c->hook, hook) == 0 && g_strcmp0(c->type, type) == 0 && c->family &&
		    g_strv_contains(families, c->family))
			g_ptr_array_add(base, c);
	}
	g_ptr_array_sort(base, by_priority);
	for (guint i = 0; i < base->len; i++) {
		struct fw_decision d = walk_base(fw, base->pdata[i], packet);

		if (d.verdict == FW_DROP || d.verdict == FW_REJECT)
			return d;
		if (d.verdict == FW_UNKNOWN || all.verdict == FW_ACCEPT)
			all = d;
	}
	return all;
}

static int64_t counted(const struct fw_rule *r)
{
	for (guint i = 0; i < json_array_get_length(r->expr); i++) {
		JsonObject *s = json_read_item(r->expr, i);
		JsonObject *counter = json_read_object(s, "counter");

		if (counter)
			return json_read_int(counter, "packets", -1);
	}
	return -1;
}

int64_t firewall_packets(const struct firewall *fw, const char *family, const char *table,
			 unsigned int handle)
{
	for (guint i = 0; i < fw->chains->len; i++) {
		const struct fw_chain *c = fw->chains->pdata[i];

		if (g_strcmp0(c->family, family) != 0 || g_strcmp0(c->table, table) != 0)
			continue;
		for (guint r = 0; r < c->rules->len; r++)
			if (((struct fw_rule *)c->rules->pdata[r])->handle == handle)
				return counted(c->rules->pdata[r]);
	}
	return -1;
}
