// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clean - takes passwords, keys and the like out of what was read, before anybody sees it
 *
 * What is hidden becomes CLEAN_HIDDEN, so that a report can say that something was there. XML is
 * parsed, and known elements and attributes are hidden; everywhere else the words around a value
 * tell, "password=", "://user:…@". The knowledge: libvirt's formatdomain.html and formatsecret.html,
 * QEMU's qemu(1) (-object secret, -fw_cfg, -vnc), systemd.exec(5) and smbios(7) credentials,
 * dracut.cmdline(7), crypt(5), the audit log's proctitle (hexadecimal).
 */
#ifndef VMDOCTOR_CLEAN_H
#define VMDOCTOR_CLEAN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define CLEAN_HIDDEN "[redacted]"

/** What is hidden, of what kind: for messages, which never hold the value itself. */
struct clean_span {
	size_t begin, end;
	const char *kind; /* "password", "URL with a password", static */
};

/**
 * clean_find - the first secret in @text at or after @from
 * @size: bytes; NULs among them separate words, as in /proc/PID/cmdline
 * Takes time in proportion to @size. Return: false when there is none.
 */
bool clean_find(const char *text, size_t size, size_t from, struct clean_span *ret);
/**
 * clean_text - @text without its secrets, or NULL when there is none
 * @known: gets the hidden values as keys; NULL: they are dropped
 */
GBytes *clean_text(const char *text, size_t size, GHashTable *known);
/** clean_binary - the same, but each hidden byte becomes an 'x': of headers with fixed offsets */
GBytes *clean_binary(const char *bytes, size_t size, GHashTable *known);
/** clean_xml - of a libvirt XML document; what does not parse is text */
GBytes *clean_xml(const char *text, size_t size, GHashTable *known);
/** clean_answer - of what SOURCE_READ said of @path, by the kind of file that it is */
GBytes *clean_answer(const char *path, const char *bytes, size_t size, GHashTable *known);

struct source;
/** source_clean_new - answers what @below answers, cleaned; owns @below, borrows @known */
struct source *source_clean_new(struct source *below, GHashTable *known);

#endif
