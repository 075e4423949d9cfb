// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_private - the table of recognisers, and what they share
 */
#ifndef VMDOCTOR_PASTE_PRIVATE_H
#define VMDOCTOR_PASTE_PRIVATE_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdint.h>

struct source;

/** One recognised part. Borrowed by those who file it. */
struct paste_part {
	const char *command; /* "ip addr show", without sudo and directories; NULL: not shown */
	const char *text;    /* its lines, each ended by a newline */
	bool whole;	     /* nothing says that lines are missing: no grep behind it, no "..." in it */
};

/** A domain that was pasted, until all is known that is to be filed. */
struct paste_domain {
	char *name;
	xmlDoc *doc;
	bool active;
};

/** A file system, of df or mount; NULL and 0 where not said. */
struct paste_fs {
	char *mount, *type, *flags;
	uint64_t size_bytes, free_bytes;
};

struct paste {
	struct source *record;
	GPtrArray *domains;   /* of struct paste_domain */
	GPtrArray *fragments; /* of char *: <disk>, <interface> … of no whole domain */
	GPtrArray *mounts;    /* of struct paste_fs */
	GPtrArray *networks;  /* names of XML files that were put */
	GHashTable *infos;    /* domain's name -> JSON text of its info */
	GHashTable *active;   /* names of those in infos that run */
	GHashTable *lists;    /* name -> JsonBuilder with an open array: facts of checks/host/pasted.c */
	GHashTable *links;    /* names of devices -> "bridge", or "" */
	bool all_links, all_networks, all_pools; /* a whole list of them was pasted */
	char *hostname;
	GHashTable *regexes; /* pattern -> GRegex */
	GHashTable *answers; /* paths that were put */
	char *index;	     /* PASTE_INDEX, but for those */
	/* The part at hand, the number of its first line, from 1; and where in it the last thing that was shown stands. */
	const struct paste_part *part;
	unsigned int first, shown_line;
	const char *shown_from;
	char *matched; /* the line in which paste_match() last found something */
};

/** A kind of output. A row is tried where its command was typed, or where a line looks like its first. */
struct paste_row {
	const char *kind;    /* for people: "ip addr" */
	const char *command; /* regular expression at the command's begin, or NULL: no command shows it */
	const char *first;   /* of its first line; NULL: only the command tells, and it goes on to the next prompt */
	const char *more;    /* of each further line; NULL: it is one line */
	bool blanks;	     /* blank lines may stand in it */
	/* Return: where it is now (owned), or NULL: it is no such output after all. */
	char *(*file)(struct paste *p, const struct paste_part *part);
};

/* The families; the last row of each has no kind. First match wins, in this order. */
extern const struct paste_row paste_virsh_rows[], paste_net_rows[], paste_firewall_rows[], paste_storage_rows[],
	paste_file_rows[], paste_host_rows[], paste_device_rows[], paste_load_rows[];

/* Filing */

/** paste_put - unless there is an answer already. Return: a copy of @path */
char *paste_put(struct paste *p, const char *path, const char *text);
/** paste_put_json - the same of @json, which is freed; NULL: it is none, and so is the answer */
char *paste_put_json(struct paste *p, const char *path, char *json);
void paste_put_error(struct paste *p, const char *path, int verb, int error);
/** paste_put_answer - of any verb but read */
void paste_put_answer(struct paste *p, const char *path, int verb, const char *text);
/** paste_keep - as /vmdoctor/pasted/NAME.txt: recognised, and no check has a use for it */
char *paste_keep(struct paste *p, const char *name, const struct paste_part *part);
/** paste_item - an open object in the list @name, which /vmdoctor/pasted/NAME.json will have. It shows the line in which paste_match()
 *  last found something, and that line's number. */
JsonBuilder *paste_item(struct paste *p, const char *name);
/** paste_list_path - of that list */
char *paste_list_path(const char *name);
/** paste_is - does @pattern match @text? Patterns are kept compiled */
bool paste_is(struct paste *p, const char *pattern, const char *text);
/** paste_match - the groups of @pattern in @text; NULL: no match */
GStrv paste_match(struct paste *p, const char *pattern, const char *text);
/** paste_word - the first word of @command behind its verbs that is no option and looks like @pattern, or NULL */
char *paste_word(struct paste *p, const char *command, const char *pattern);
/** paste_words - the words of a line */
GStrv paste_words(const char *line);
/** paste_bytes - "1.5G", "1,5 GiB", "12345" as df, free and qemu-img print sizes */
uint64_t paste_bytes(const char *text, uint64_t unit);

/* Lines: paste_line.c */

/** paste_lines - @text cut at newlines, as it was before it was quoted, numbered, escaped or indented */
GPtrArray *paste_lines(const char *text, size_t size);
/** paste_prompt - the command that was typed in @line, without sudo and the like; NULL: it is no prompt */
char *paste_prompt(struct paste *p, const char *line);
/** paste_heading - the same where a line only names a command: "`ip a`:", "Output of ip a:" */
char *paste_heading(struct paste *p, const char *line);
bool paste_is_fence(const char *line);
bool paste_is_elision(struct paste *p, const char *line);

/* XML: paste_xml.c */

/** The lines that a document takes. */
struct paste_span {
	unsigned int first, last; /* from 0 */
	const char *kind;
};
/** paste_xml - files the documents and fragments in @lines; @taken: 1 for each line that is theirs */
void paste_xml(struct paste *p, const GPtrArray *lines, void (*found)(void *data, const struct paste_span *span, char *path),
	       void *data);
/** paste_finish - what needs more than one part: lists, states, what a domain names and a whole list lacks */
void paste_finish(struct paste *p);

#endif
