// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pasted - what was pasted into a text, and what those outputs say that no other check reads
 *
 * Writes, below /facts/host:
 *   pasted-text @lines @messages (lines that no output explains) @unknown (lines of outputs that nobody knows)
 *   pasted @kind ("ip addr") @first @last (lines of the text) @at (path that it is an answer for; "-": none)
 *   pasted-answer @at  each path for which something pasted is the answer
 *   pasted-unknown @command @first @last  an output of a command that is not known
 * and, one node for each line or thing shown, what is not shown being unknown:
 *   validate @driver @what @result (pass, fail, warn, note) @hint    of virt-host-validate
 *   unit @name @load @state @sub @enabled @result                    of systemctl
 *   module @name @used @by                                           of lsmod
 *   package @name @version                                           of rpm and dpkg
 *   limit @name @unit @soft                                          of ulimit
 *   chain @tool @table @name @policy @owner (docker, ufw, firewalld, libvirt: whose chains the listing leads to)                                of iptables, nft, ufw, firewalld
 *   file @path @mode @owner @group @size-bytes @label @acl @target   of ls, getfacl, namei
 *   image-info @path @format @virtual-bytes @disk-bytes @backing @backing-format @encrypted @corrupt
 *              @lazy-refcounts @compat @snapshots                    of qemu-img
 *   space-shown @mount @device @size-bytes @free-bytes; inode-space @mount @device @inodes @free  of df
 *   pci @address @class @id @driver; usb @bus @device @id            of lspci, lsusb
 *   bridge-port @bridge @port (absent: none)                         of brctl
 *   process-search @word @count                                      of ps with grep, and pgrep
 *   cpu-shown @busy @iowait @steal (percent)                         of top and vmstat
 * Source: src/archives/paste
 */
#include "checks/check.h"

#define INDEX "/vmdoctor/pasted.tsv"
#define TEXT "/vmdoctor/error.txt"

static const char *const reads[] = { INDEX, "/vmdoctor/pasted/*", NULL };

static void add_part(xmlNode *host, const GStrv f, unsigned int line)
{
	xmlNode *node = facts_add(host, "pasted");

	facts_set(node, "first", f[0]);
	facts_set(node, "last", f[1]);
	facts_set(node, "kind", f[2]);
	facts_set(node, "at", f[3]);
	facts_from(node, INDEX, line);
}

/* "#? 12 15 frobnicate -x" */
static void add_unknown(xmlNode *host, const char *text, unsigned int line)
{
	g_auto(GStrv) f = g_strsplit(text, " ", 4);
	xmlNode *node;

	if (g_strv_length(f) != 4)
		return;
	node = facts_add(host, "pasted-unknown");
	facts_set(node, "first", f[1]);
	facts_set(node, "last", f[2]);
	facts_set(node, "command", f[3]);
	facts_from(node, INDEX, line);
}

/* "# lines 40 messages 3 unknown 0" */
static void add_text(xmlNode *host, const char *line)
{
	g_auto(GStrv) f = g_strsplit(line, " ", 7);
	xmlNode *node;

	if (g_strv_length(f) != 7)
		return;
	node = facts_add(host, "pasted-text");
	facts_set(node, "lines", f[2]);
	facts_set(node, "messages", f[4]);
	facts_set(node, "unknown", f[6]);
	facts_from(node, INDEX, 1);
}

static bool add_index(struct source *src, xmlNode *host)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (source_read(src, INDEX, &text, NULL) < 0)
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], "\t", 4);

		if (g_str_has_prefix(lines[i], "#=\t"))
			facts_set(facts_add(host, "pasted-answer"), "at", f[1]);
		else if (g_str_has_prefix(lines[i], "# "))
			add_text(host, lines[i]);
		else if (g_str_has_prefix(lines[i], "#? "))
			add_unknown(host, lines[i], (unsigned int)i + 1);
		else if (g_strv_length(f) == 4)
			add_part(host, f, (unsigned int)i + 1);
	}
	return true;
}

/* Evidence is what the user pasted; where a recording does not say which line that was, the file that it became. */
static void set_shown(xmlNode *n, const char *path)
{
	g_autofree char *shown = g_strdup(facts_get(n, "shown"));
	unsigned int line = facts_number(n, "shown-line");

	if (!shown || !line) {
		facts_from(n, path, 0);
		return;
	}
	xmlUnsetProp(n, BAD_CAST "shown");
	xmlUnsetProp(n, BAD_CAST "shown-line");
	facts_from(n, TEXT, line);
	facts_text(n, shown);
}

/* The objects of one file, as children of @host called @element. */
static void add_list(struct source *src, xmlNode *host, const char *file, const char *element)
{
	g_autofree char *path = g_strdup_printf("/vmdoctor/pasted/%s.json", file);
	xmlNode *list = facts_json(host, element, src, path), *next;

	for (xmlNode *n = list->children; n; n = next) {
		next = n->next;
		xmlUnlinkNode(n);
		xmlNodeSetName(n, BAD_CAST element);
		xmlAddChild(host, n);
		set_shown(n, path);
	}
	xmlUnlinkNode(list);
	xmlFreeNode(list);
}

static void gather_pasted(struct source *src, xmlNode *host)
{
	static const char *const lists[][2] = {
		{ "validate", "validate" }, { "unit", "unit" },		{ "module", "module" },	  { "package", "package" },
		{ "limit", "limit" },	    { "chain", "chain" },	{ "file", "file" },	  { "image-info", "image-info" },
		{ "space", "space-shown" }, { "inode-space", "inode-space" }, { "pci", "pci" },	  { "usb", "usb" },
		{ "bridge-port", "bridge-port" }, { "process-search", "process-search" }, { "cpu-shown", "cpu-shown" },
	};

	if (!add_index(src, host))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		add_list(src, host, lists[i][0], lists[i][1]);
}

const struct check check_pasted = {
	.name = "pasted",
	.summary = "outputs of commands that were pasted into a text",
	.reads = reads,
	.host = gather_pasted,
};
