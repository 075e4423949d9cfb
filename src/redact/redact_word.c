// SPDX-License-Identifier: GPL-2.0-or-later
/* redact_word - where words end, and that one was replaced: for all finders */
#include "redact/redact_private.h"

bool redact_is_word(char c)
{
	return g_ascii_isalnum(c) || (guint8)c >= 0x80;
}

bool redact_ends_word(const char *text, size_t size, size_t end)
{
	return end >= size || !redact_is_word(text[end]) || !redact_is_word(text[end - 1]);
}

void redact_replaced(struct redact *r, GString *out, const char *text, size_t size, const char *pseudonym)
{
	g_string_append(out, pseudonym);
	g_hash_table_insert(r->replaced, g_strndup(text, size), g_strdup(pseudonym));
}
