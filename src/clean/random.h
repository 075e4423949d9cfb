// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * random - does a word look as if a machine had rolled dice for it?
 *
 * Secrets that no word before them gives away are such: keys, tokens, passwords of a generator. The second look beside the
 * words of clean_find(), as scanners for secrets have it (entropy), with a measure that short words allow.
 */
#ifndef VMDOCTOR_RANDOM_H
#define VMDOCTOR_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/**
 * random_word - are the @size bytes at @word random letters and digits?
 * That is: 10 to 512 of them, capitals, small letters and digits, and the kind changes at every second or so. Names that
 * people make ("SkylakeServerIBRS", "Ubuntu2204x64"), UUIDs, hexadecimal numbers, versions and paths are not.
 */
bool random_word(const char *word, size_t size);

#endif
